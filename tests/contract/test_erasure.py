"""A vehicle is erased from everything that is stored, and from the file; others stay, and it can begin anew."""

import json
from pathlib import Path
from typing import Any

from bimmerhub.domain.documents import BASIC_DATA, Document
from bimmerhub.domain.reading import Source
from bimmerhub.ids import Vin
from bimmerhub.store.ports.journal import JournalEntry
from bimmerhub.store.ports.quarantine import Refused
from bimmerhub.store.ports.readings import Batch

GONE = Vin("WBA00000000000001")
STAYS = Vin("WBA00000000000002")


def batch_of(vin: Vin, make_reading: Any) -> Batch:
    """Return a batch with a reading, a raw message, a refused one and a document of a vehicle."""
    payload = json.dumps({"vin": vin}).encode()
    return Batch(
        readings=[make_reading(50, vin=vin)],
        judged=[],
        documents=[
            Document(subject=vin, kind=BASIC_DATA, natural_key="", body="{}", source=Source.REST, fetched_at_ms=1)
        ],
        journal=[JournalEntry(received_at_ms=1, account="home", topic=f"gcid/{vin}", payload=payload)],
        refused=[Refused(received_at_ms=1, reason="odd", payload=payload, origin="stream", descriptor=None)],
    )


def contents(directory: Path) -> bytes:
    return b"".join(path.read_bytes() for path in directory.rglob("*") if path.is_file())


async def test_everything_of_a_vehicle_goes_and_nothing_of_another(store: Any, make_reading: Any) -> None:
    for vin in (GONE, STAYS):
        await store.append(batch_of(vin, make_reading))
        await store.settings.save_setting(f"rest.asked_for_ms.g.{vin}", "1")
    await store.settings.save_setting("rest.hold.g.", json.dumps({"vin": GONE}))
    erased = await store.erase(GONE)
    counts = (erased.readings, erased.raw_messages, erased.refused, erased.documents)
    assert counts == (1, 1, 1, 1)
    assert [vehicle.vin for vehicle in await store.vehicles.vehicles()] == [STAYS]
    assert (await store.latest(GONE), len(await store.latest(STAYS))) == ([], 1)
    assert await store.documents.document(GONE, BASIC_DATA) is None
    assert [item.payload for item in await store.refused(limit=9)] == [json.dumps({"vin": STAYS}).encode()]
    assert [entry.topic for entry in (await store.journal(limit=9))[0]] == [f"gcid/{STAYS}"]
    assert list(await store.settings.load_settings("rest.asked_for_ms.")) == [f"rest.asked_for_ms.g.{STAYS}"]
    assert not await store.settings.load_settings("rest.hold.")
    figures = await store.figures()
    assert (figures.readings, figures.journal_entries) == (1, 1)


async def test_an_erased_vehicle_begins_anew_with_another_key(store: Any, make_reading: Any) -> None:
    [before] = (await store.append(batch_of(GONE, make_reading))).met
    await store.erase(GONE)
    appended = await store.append(Batch(readings=[make_reading(51, vin=GONE)]))
    assert (appended.new, len(appended.met), appended.met[0].key != before.key) == (1, 1, True)
    assert [point.value for point in await store.latest(GONE)] == [51]


async def test_nothing_of_it_is_left_in_the_file_and_the_space_is_back(
    open_store: Any, tmp_path: Path, make_reading: Any
) -> None:
    async with open_store(tmp_path) as store:
        await store.append(
            Batch(readings=[make_reading(number, vin=GONE, at_ms=number * 1000) for number in range(20_000)])
        )
        await store.append(batch_of(GONE, make_reading))
        before = (await store.figures()).database_bytes
        await store.erase(GONE)
        assert await store.compact()
        assert (await store.figures()).database_bytes < before / 2
    assert GONE.encode() not in contents(tmp_path)


async def test_backups_that_still_hold_it_are_named(store: Any, tmp_path: Path, make_reading: Any) -> None:
    home = tmp_path / "backups"
    home.mkdir()
    await store.append(batch_of(STAYS, make_reading))
    await store.backup(home / "before.db")
    await store.append(batch_of(GONE, make_reading))
    await store.backup(home / "with.db")
    await store.erase(GONE)
    (home / "broken.db").write_bytes(b"no database")
    noted = [home / name for name in ("before.db", "with.db", "gone.db", "broken.db")]
    assert await store.holders(GONE, noted) == [home / "with.db"]
