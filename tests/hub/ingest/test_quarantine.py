"""What cannot be true is kept apart, seen, and taken back by a person; a restart forgets none of it."""

import asyncio
import json
from collections.abc import AsyncIterator, Sequence

import pytest
from tests.hub.conftest import NOW_MS, VIN, Cloud, until

from bimmerhub.bmw.clock import SystemClock
from bimmerhub.domain.events import Event
from bimmerhub.domain.plausibility import ODOMETERS, Plausibility
from bimmerhub.domain.reading import Reading, Source
from bimmerhub.errors import ConfigError
from bimmerhub.hub.config import RestSettings
from bimmerhub.hub.ingest.captures import CaptureImport
from bimmerhub.hub.ingest.ingest import Arrival, Ingest, Origin, Taken
from bimmerhub.hub.ingest.quarantine import Releases, load_plausibility
from bimmerhub.ids import Descriptor
from bimmerhub.store.ports.quarantine import Refused
from bimmerhub.store.ports.readings import Batch
from bimmerhub.store.sqlite.store import SqliteStore
from bimmerhub.views.ports import ImportProgress

DAY_MS = 86_400_000
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


async def import_lines(store: SqliteStore, *lines: bytes) -> ImportProgress:
    async def chunks() -> AsyncIterator[bytes]:
        yield b"".join(lines)

    ingest = Ingest(store, plausibility=await load_plausibility(store))
    importer = CaptureImport(ingest, now_ms=lambda: NOW_MS)
    return [each async for each in importer.import_capture(chunks(), origin="a.ndjson")][-1]


async def test_an_import_sets_apart_what_cannot_be_true(store: SqliteStore) -> None:
    report = await import_lines(store, line(57_958, 1), line(93_272, 2), line(57_959, 3))
    assert (report.read, report.new, report.refused) == (3, 2, 1)
    assert [each.line for each in report.refused_lines] == [2]
    [item] = await store.refused(limit=9)
    assert (item.origin, item.reading and item.reading.value) == ("a.ndjson:2", 93_272)
    assert [point.value for point in await store.latest(VIN)] == [57_959]


async def test_the_next_import_knows_what_the_store_knows(store: SqliteStore) -> None:
    await store.append(Batch(readings=[odometer(50_000 + day, at_ms=NOW_MS + day * DAY_MS) for day in range(60)]))
    plausibility = await load_plausibility(store)
    late, newer = odometer(50_050, at_ms=NOW_MS + 5 * DAY_MS), odometer(50_010, at_ms=NOW_MS + 70 * DAY_MS)
    fits = odometer(50_030, at_ms=NOW_MS + 30 * DAY_MS + 1)
    believed, doubts = plausibility.sift([late, newer, fits])
    assert [doubt.reading for doubt in doubts] == [late, newer]
    assert believed == [fits]


async def test_releasing_stores_tells_and_goes_on_from_there(store: SqliteStore) -> None:
    folded: list[Reading] = []
    plausibility = Plausibility()

    def fold(readings: Sequence[Reading]) -> Sequence[Event]:
        folded.extend(readings)
        return ()

    ingest = Ingest(store, fold=fold, plausibility=plausibility)
    false = odometer(20, at_ms=NOW_MS + DAY_MS)
    await take(ingest, odometer(57_958), false)
    folded.clear()
    releases = Releases(store, ingest)
    [item] = await store.refused(limit=1)
    assert await releases.release(item.id or 0) == false
    assert folded == [false]
    assert await store.refused(limit=1) == []
    assert [point.value for point in await store.latest(VIN)] == [20]
    assert plausibility.sift([odometer(21, at_ms=NOW_MS + 2 * DAY_MS)])[1] == ()
    assert await releases.release(item.id or 0) is None


async def test_what_was_not_understood_cannot_be_released(store: SqliteStore) -> None:
    refused = Refused(received_at_ms=NOW_MS, reason="not JSON", payload=b"{", origin="stream")
    await store.append(Batch(refused=[refused]))
    [item] = await store.refused(limit=1)
    with pytest.raises(ConfigError, match="not JSON"):
        await Releases(store, Ingest(store)).release(item.id or 0)


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
        while not await hub.store.settings.load_settings("rest.refreshed_at_ms."):  # noqa: ASYNC110 - no event
            await asyncio.sleep(0.01)
        assert [each.reason for each in await hub.store.refused(limit=9)] == []
