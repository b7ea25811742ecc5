"""What cannot be true is kept apart, seen, and taken back by a person; a restart forgets none of it."""

import json
from collections.abc import AsyncIterator, Sequence
from functools import partial
from itertools import permutations
from pathlib import Path

import msgspec
import pytest
from tests.hub.conftest import NOW_MS, SOC, VIN, Cloud, judging_of, reading, until, until_settled
from tests.new_stores import open_sqlite

from bimmerhub.bmw.clock import SystemClock
from bimmerhub.domain.events import Event, SignalChanged
from bimmerhub.domain.plausibility.odometer import ODOMETERS
from bimmerhub.domain.positions import LATITUDE
from bimmerhub.domain.reading import Reading, Source
from bimmerhub.errors import ConfigError, NotFound
from bimmerhub.hub.feeds.settings import RestSettings
from bimmerhub.hub.ingest.captures import CaptureImport
from bimmerhub.hub.ingest.incoming import Arrival, Origin
from bimmerhub.hub.ingest.ingest import Ingest, Taken
from bimmerhub.hub.ingest.live import LiveVehicles
from bimmerhub.ids import Descriptor
from bimmerhub.store.ports.overlays import RELEASED
from bimmerhub.store.ports.quarantine import Refused
from bimmerhub.store.ports.readings import Batch
from bimmerhub.store.sqlite.store import SqliteStore
from bimmerhub.views.ports.readings import ImportProgress, ReadingSpan
from bimmerhub.views.stored.odometers import say_apart
from bimmerhub.views.stored.quarantine import release_reading, view_quarantine
from bimmerhub.views.viewer import OWNER

HOUR_MS = 3_600_000
DAY_MS = 24 * HOUR_MS
ODOMETER = ODOMETERS[0]


class ClockBehind(SystemClock):
    """The clock of a machine that booted without its network: as late as when it was last shut down."""

    def now_ms(self) -> int:
        return super().now_ms() - 3 * DAY_MS


def odometer(km: float, *, at_ms: int = NOW_MS) -> Reading:
    return Reading(
        vin=VIN,
        descriptor=Descriptor(ODOMETER),
        value=km,
        unit="km",
        measured_at_ms=at_ms,
        sent_at_ms=None,
        received_at_ms=at_ms,
        source=Source.REST,
    )


def line(value: float, second: int) -> bytes:
    at = f"2026-07-27T12:00:{second:02d}"
    data = {ODOMETER: {"timestamp": f"{at}Z", "value": value, "unit": "km"}}
    return json.dumps({"vin": VIN, "timestamp": f"{at}.500Z", "data": data}).encode() + b"\n"


async def take(ingest: Ingest, *readings: Reading) -> Taken:
    arrival = Arrival(place="rest", payload=b"", received_at_ms=readings[-1].received_at_ms, readings=readings)
    return await ingest.take([arrival], origin=Origin.REST)


async def import_lines(store: SqliteStore, *lines: bytes, ingest: Ingest | None = None) -> ImportProgress:
    async def chunks() -> AsyncIterator[bytes]:
        yield b"".join(lines)

    importer = CaptureImport(ingest or Ingest(store), now_ms=lambda: NOW_MS)
    return [progress async for progress in importer.import_capture(chunks(), origin="a.ndjson")][-1]


async def test_a_file_imported_again_refuses_its_lines_once(store: SqliteStore) -> None:
    position = (
        f'{{"vin":"{VIN}","data":{{"{LATITUDE}":{{"timestamp":"2026-07-27T12:00:00Z","value":"91"}}}}}}\n'.encode()
    )
    for _ in range(3):
        assert (await import_lines(store, line(57_958, 1), position, b"{\n")).refused == 2
    assert [item.origin for item in await store.refused(limit=9)] == ["a.ndjson:3", "a.ndjson:2"]


async def test_what_imports_refuse_is_counted(store: SqliteStore) -> None:
    ingest = Ingest(store)
    await import_lines(store, line(57_958, 1), line(93_272, 2), line(57_959, 3), b"{\n", ingest=ingest)
    assert ingest.figures.refused == 2


async def test_an_import_sets_apart_what_cannot_be_true(store: SqliteStore) -> None:
    report = await import_lines(store, line(57_958, 1), line(93_272, 2), line(57_959, 3))
    assert (report.read, report.new, report.refused) == (3, 2, 1)
    assert [refused.line for refused in report.refused_lines] == [2]
    [item] = await store.refused(limit=9)
    assert (item.origin, item.reading and item.reading.value) == ("a.ndjson:2", 93_272)
    assert [point.value for point in await store.latest(VIN)] == [57_959]


async def test_one_false_reading_of_four_is_found_out_in_every_order(tmp_path: Path) -> None:
    readings = [odometer(km, at_ms=NOW_MS + hour * HOUR_MS) for hour, km in enumerate((57_958, 93_272, 57_990, 58_010))]
    for number, order in enumerate(permutations(readings)):
        live = LiveVehicles()
        async with open_sqlite(tmp_path / f"{number}.db") as store:
            ingest = Ingest(store, fold=live.fold, reload=partial(live.reload, store))
            for reading in order:
                await take(ingest, reading)
            points, _ = await store.range(VIN, [ODOMETER], from_ms=0, to_ms=2 * NOW_MS, limit=9)
            assert [point.value for point in points] == [57_958, 57_990, 58_010]
            assert [item.reading and item.reading.value for item in await store.refused(limit=9)] == [93_272]
        assert (live.state(VIN) or {})["odometer_km"].value == 58_010


async def test_a_live_state_forgets_what_turns_out_to_be_false(store: SqliteStore) -> None:
    live, events = LiveVehicles(), list[Event]()
    ingest = Ingest(store, fold=live.fold, tell=events.extend, reload=partial(live.reload, store))
    await take(ingest, odometer(93_272, at_ms=NOW_MS + 2 * HOUR_MS))
    assert (live.state(VIN) or {})["odometer_km"].value == 93_272
    await take(ingest, odometer(57_950))
    await take(ingest, odometer(57_958, at_ms=NOW_MS + HOUR_MS))
    assert (live.state(VIN) or {})["odometer_km"].value == 57_958
    last = [event for event in events if isinstance(event, SignalChanged)][-1]
    assert (last.signal.name, last.signal.value) == ("odometer_km", 57_958)


async def test_releasing_stores_tells_and_goes_on_from_there(store: SqliteStore) -> None:
    folded: list[Reading] = []

    def fold(readings: Sequence[Reading]) -> Sequence[Event]:
        folded.extend(readings)
        return ()

    ingest = Ingest(store, fold=fold)
    false = odometer(20, at_ms=NOW_MS + DAY_MS)
    await take(ingest, odometer(57_957, at_ms=NOW_MS - 1_000_000), odometer(57_958), false)
    folded.clear()
    releases = judging_of(store, ingest)
    [item] = await store.refused(limit=1)
    assert await releases.release(item.id or 0) == false
    assert folded == [false]
    assert await store.refused(limit=1) == []
    assert [point.value for point in await store.latest(VIN)] == [20]
    assert (await take(ingest, odometer(21, at_ms=NOW_MS + 2 * DAY_MS))).refused == []
    assert await releases.release(item.id or 0) is None
    [overlay] = await store.overlays.overlays(VIN)
    assert (overlay.kind, overlay.at_ms, overlay.made_at_ms) == (RELEASED, NOW_MS + DAY_MS, NOW_MS)


async def test_what_is_released_by_value_stays_released(store: SqliteStore) -> None:
    soc = reading(250)
    await take(Ingest(store), soc)
    [item] = await store.refused(limit=1)
    assert await judging_of(store, Ingest(store)).release(item.id or 0) == soc
    assert [point.value for point in await store.latest(VIN)] == [250]


async def test_what_was_not_understood_cannot_be_released(store: SqliteStore) -> None:
    refused = Refused(received_at_ms=NOW_MS, reason="not JSON", payload=b"{", origin="stream")
    await store.append(Batch(refused=[refused]))
    [item] = await store.refused(limit=1)
    with pytest.raises(ConfigError, match="not JSON"):
        await judging_of(store, Ingest(store)).release(item.id or 0)


async def test_a_live_hub_shows_only_what_it_believes(cloud: Cloud) -> None:
    async with cloud.connected() as hub:
        cloud.publish(250)
        cloud.publish(67)
        await until(lambda: (hub.live.state(cloud.vin) or {}).get("soc_percent"))
        assert (hub.live.state(cloud.vin) or {})["soc_percent"].value == 67
        assert hub.context.health.health().readings_refused == 1
        [item] = await hub.store.refused(limit=9)
        assert item.reason == "250 % is not between 0 and 100"


async def test_a_machine_whose_clock_is_behind_still_believes_what_bmw_says(cloud: Cloud) -> None:
    rest = RestSettings(refresh_h=6, reserve=0)
    async with cloud.connected(clock=ClockBehind(), rest=rest) as hub:
        cloud.publish(67, at_ms=SystemClock().now_ms() - 2_000)
        await until(lambda: (hub.live.state(cloud.vin) or {}).get("soc_percent"))
        await until_settled(hub)
        assert [refused.reason for refused in await hub.store.refused(limit=9)] == []


def days(*values: float, since: int = 0) -> list[Reading]:
    return [odometer(value, at_ms=NOW_MS + (since + day) * DAY_MS) for day, value in enumerate(values)]


@pytest.mark.parametrize(
    ("since", "looks_like", "hint"),
    [
        ([3, 40, 95], "a new cluster", "If the instrument cluster was changed"),
        ([31_140, 31_170, 31_200], "miles", "Kilometres count again when they come"),
    ],
)
async def test_an_odometer_that_went_over_to_something_else_names_what_a_person_can_do(
    store: SqliteStore, since: list[float], looks_like: str, hint: str
) -> None:
    ingest = Ingest(store)
    await take(ingest, *days(50_000, 50_050, 50_090))
    await take(ingest, *days(*since[:2], since=3))
    assert (await view_quarantine(OWNER, store)).odometers == []
    await take(ingest, *days(since[2], since=5))
    [apart] = (await view_quarantine(OWNER, store)).odometers
    assert (apart.value, apart.before, apart.looks_like_miles) == (since[0], 50_090, looks_like == "miles")
    assert hint in say_apart(apart)[1]
    await judging_of(store, ingest).release(apart.id)
    await take(ingest, *days(since[2] + 30, since=6))
    points, _ = await store.range(VIN, [ODOMETER], from_ms=0, to_ms=2 * NOW_MS, limit=99)
    assert [point.value for point in points] == [50_000, 50_050, 50_090, *since, since[2] + 30]
    assert (await view_quarantine(OWNER, store)).odometers == []


async def test_an_odometer_with_a_slip_is_no_question_for_a_person(store: SqliteStore) -> None:
    await take(Ingest(store), *days(50_000, 3, 50_050, 31, 50_060, 40, 50_090, 12, 5, 70))
    assert (await view_quarantine(OWNER, store)).odometers == []


async def test_trying_a_release_says_what_changes_sides_and_changes_nothing(store: SqliteStore) -> None:
    ingest = Ingest(store)
    await take(ingest, *days(50_000, 50_050, 50_090, 70_000, 50_130))
    [item] = await store.refused(limit=9)
    judging = judging_of(store, ingest)
    tried = await release_reading(OWNER, judging, item.id or 0, dry_run=True)
    assert tried.trial is not msgspec.UNSET
    assert [one.value for one in tried.trial.set_apart] == [50_130]
    points, _ = await store.range(VIN, [ODOMETER], from_ms=0, to_ms=2 * NOW_MS, limit=99)
    assert [point.value for point in points] == [50_000, 50_050, 50_090, 50_130]
    assert (await store.overlays.overlays(VIN), await store.refused(limit=9)) == ([], [item])
    with pytest.raises(NotFound):
        await release_reading(OWNER, judging, 99, dry_run=True)


async def test_rejected_readings_can_be_left_out_of_the_list(store: SqliteStore) -> None:
    ingest = Ingest(store)
    await take(ingest, reading(250), *(reading(41 + n, at_ms=NOW_MS + n * HOUR_MS) for n in range(3)))
    at_ms = NOW_MS // 1000 * 1000
    span = ReadingSpan(vin=VIN, descriptors=(Descriptor(SOC),), from_ms=at_ms, until_ms=at_ms + DAY_MS)
    await judging_of(store, ingest).reject(span, dry_run=False)
    whole = await view_quarantine(OWNER, store)
    short = await view_quarantine(OWNER, store, rejected=False)
    assert (len(whole.items), [item.reading and item.reading.value for item in short.items]) == (4, [250])
    assert (short.rejections, short.is_complete) == (1, True)
