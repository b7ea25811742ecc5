"""Documents are kept whole; of two of one name the one fetched last stays, in whatever order they came."""

from dataclasses import replace
from itertools import permutations
from typing import Any

from bimmerhub.domain.documents import BASIC_DATA, Document
from bimmerhub.domain.reading import Source
from bimmerhub.store.ports.readings import Batch
from bimmerhub.times import DAY_MS, HOUR_MS

CAR = "WBA00000000000001"


def document(body: str, *, at_ms: int = 1, kind: str = BASIC_DATA, natural_key: str = "") -> Document:
    return Document(subject=CAR, kind=kind, natural_key=natural_key, body=body, source=Source.REST, fetched_at_ms=at_ms)


async def test_a_document_comes_back_as_it_was(store: Any) -> None:
    given = document('{"modelName":"i5 \u00e9"}')
    await store.append(Batch(documents=[given]))
    assert await store.documents.document(CAR, BASIC_DATA) == given
    assert await store.documents.document("meter/house", BASIC_DATA) is None


async def test_documents_of_a_kind_are_in_order_of_their_key(store: Any) -> None:
    later, earlier, other = (
        document("b", kind="charging_session", natural_key="2026-02"),
        document("a", kind="charging_session", natural_key="2026-01"),
        document("c"),
    )
    await store.append(Batch(documents=[later, earlier, other]))
    assert await store.documents.documents(CAR, "charging_session") == [earlier, later]


async def test_the_document_fetched_last_is_kept_in_any_order(store: Any) -> None:
    versions = [
        document("old", at_ms=1),
        document("new", at_ms=9),
        document("middle", at_ms=5),
        document("no", at_ms=9),
    ]
    for number, order in enumerate(permutations(versions)):
        for version in order:
            one = Document(
                subject=CAR,
                kind="tyres",
                natural_key=str(number),
                body=version.body,
                source=Source.REST,
                fetched_at_ms=version.fetched_at_ms,
            )
            await store.append(Batch(documents=[one]))
    assert {item.body for item in await store.documents.documents(CAR, "tyres")} == {"no"}


async def test_readings_and_documents_are_one_commit(store: Any, make_reading: Any) -> None:
    appended = await store.append(Batch(readings=[make_reading(1)], documents=[document("{}")]))
    assert (appended.new, appended.repeated) == (1, 0)
    assert (await store.figures()).readings == 1
    assert await store.documents.document(CAR, BASIC_DATA) is not None


async def test_what_a_document_said_before_stays_and_repeats_do_not(store: Any) -> None:
    bodies = {1: "a", 2: "a", 3: "a", 4: "b", 5: "b", 6: "a"}
    for at_ms, body in bodies.items():
        await store.append(Batch(documents=[document(body, at_ms=at_ms)]))
    versions = await store.documents.versions(CAR, BASIC_DATA)
    assert [(one.fetched_at_ms, one.body) for one in versions] == [(1, "a"), (3, "a"), (4, "b"), (5, "b"), (6, "a")]
    assert (await store.documents.document(CAR, BASIC_DATA)).fetched_at_ms == 6


async def test_what_was_fetched_last_is_the_newest_though_the_clock_had_been_ahead(store: Any) -> None:
    stamps = {
        "before": 10 * DAY_MS,
        "ahead": 12 * DAY_MS,
        "ahead too": 12 * DAY_MS + 1,
        "far ahead": 99 * DAY_MS,
        "now": 10 * DAY_MS + HOUR_MS,
    }
    for body, at_ms in stamps.items():
        await store.append(Batch(documents=[document(body, at_ms=at_ms)]))
    newest = await store.documents.document(CAR, BASIC_DATA)
    assert (newest.body, newest.fetched_at_ms) == ("now", stamps["now"])
    assert await store.documents.documents(CAR, BASIC_DATA) == [newest]
    assert [one.body for one in await store.documents.versions(CAR, BASIC_DATA)] == list(stamps)


async def test_an_import_of_what_was_fetched_earlier_changes_no_stamp(store: Any) -> None:
    fetched = document("new", at_ms=2 * DAY_MS)
    await store.append(Batch(documents=[fetched]))
    await store.append(Batch(documents=[replace(document("old", at_ms=DAY_MS), source=Source.ARCHIVE)]))
    assert await store.documents.document(CAR, BASIC_DATA) == fetched


async def test_versions_come_by_their_key_and_then_in_time(store: Any) -> None:
    given = [document("x", at_ms=2, natural_key="k2"), document("y", at_ms=1, natural_key="k2"), document("z")]
    await store.append(Batch(documents=given))
    assert [one.body for one in await store.documents.versions(CAR, BASIC_DATA)] == ["z", "y", "x"]
    assert [one.body for one in await store.documents.versions(CAR, BASIC_DATA, "k2")] == ["y", "x"]
    assert [one.body for one in await store.documents.documents(CAR, BASIC_DATA)] == ["z", "x"]
