"""Coverage from a store: what is measured while nobody listened accuses nobody, and how often values come."""

import asyncio
import json
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import aiohttp
import pytest
from tests.emulated import emulator_settings
from tests.hub.conftest import Cloud, ManualClock
from tests.new_stores import open_sqlite

from bimmerhub.domain.account.family import Family
from bimmerhub.domain.account.link import Link, LinkState
from bimmerhub.domain.coverage.cadence import Cadence
from bimmerhub.domain.coverage.coverage_verdicts import Coverage, Verdict
from bimmerhub.domain.documents import BASIC_DATA, Document
from bimmerhub.domain.reading import Reading, Source, Value
from bimmerhub.domain.vehicle import Vehicle
from bimmerhub.emulator.app import Emulator
from bimmerhub.hub.app import running
from bimmerhub.hub.coverage.listening import NOTE_EVERY_MS, ListeningLog, load_listening
from bimmerhub.hub.coverage.report import CoverageReport
from bimmerhub.hub.process.settings import ClockSettings
from bimmerhub.ids import Descriptor, Vin
from bimmerhub.store.ports.accounts import NewAccount
from bimmerhub.store.ports.readings import Batch
from bimmerhub.store.sqlite.store import SqliteStore
from bimmerhub.times import DAY_MS, MINUTE_MS

CAR = Vin("WBA00000000000001")
SOC = "vehicle.drivetrain.batteryManagement.header"
ODOMETER = "vehicle.vehicle.travelledDistance"
MOVING = "vehicle.isMoving"


@dataclass
class Site:
    """A store whose one account is connected or not, as a test says, and a clock that it moves."""

    store: SqliteStore
    clock: ManualClock = field(default_factory=ManualClock)
    links: list[Link] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.log = ListeningLog(self.store.settings, self.store.accounts, links=lambda: self.links, clock=self.clock)

    def connect(self) -> None:
        self.links = [
            Link(
                account="home",
                family=Family.CARDATA,
                state=LinkState.CONNECTED,
                reason="connected",
                hint=None,
                since_ms=self.clock.now_ms(),
            )
        ]

    async def live(self, days: float, *, telling: Sequence[str] = ()) -> None:
        """Let days pass, noting the link every five minutes; of each day's noon the descriptors tell a new value."""
        for _ in range(round(days * DAY_MS / (5 * MINUTE_MS))):
            self.clock.advance(5 * MINUTE_MS)
            await self.log.note()
            if self.clock.now_ms() % DAY_MS < 5 * MINUTE_MS:
                await self.tell(*[(key, self.clock.now_ms(), 1_000 + self.clock.now_ms() // DAY_MS) for key in telling])

    async def tell(self, *rows: tuple[str, int, Value], source: Source = Source.STREAM) -> None:
        readings = [
            Reading(
                vin=CAR,
                descriptor=Descriptor(key),
                value=value,
                unit=None,
                measured_at_ms=at_ms,
                sent_at_ms=at_ms,
                received_at_ms=at_ms,
                source=source,
            )
            for key, at_ms, value in rows
        ]
        await self.store.append(Batch(readings=readings))

    def report(self) -> CoverageReport:
        return CoverageReport(
            self.store,
            vehicles=self.store.vehicles,
            accounts=self.store.accounts,
            containers=self.store.containers,
            documents=self.store.documents,
            settings=self.store.settings,
            links=lambda: self.links,
            now_ms=self.clock.now_ms,
        )

    async def of(self, key: str) -> Coverage:
        return next(row for row in await self.report().coverage(CAR) if row.descriptor == key)


@pytest.fixture
async def site(tmp_path: Path) -> AsyncIterator[Site]:
    async with open_sqlite(tmp_path / "bimmerhub.sqlite3") as store:
        site = Site(store)
        new = NewAccount(name="home", family=Family.CARDATA, client_id="c")
        account = await store.accounts.save_account(new)
        await store.vehicles.save_vehicle(Vehicle(vin=CAR, model="i5"), seen_at_ms=0)
        await store.vehicles.save_vehicle_account(CAR, account.id, mapping="PRIMARY", seen_at_ms=0)
        yield site


async def test_three_days_without_connection_accuse_no_descriptor(site: Site) -> None:
    site.connect()
    await site.live(8, telling=[SOC, ODOMETER])
    site.links = []
    await site.live(1.5)
    outage_ms = site.clock.now_ms()
    await site.live(1.5)
    site.connect()
    await site.live(0.1)
    await site.tell((SOC, outage_ms, 5), (ODOMETER, outage_ms, 9_999), source=Source.REST)
    await site.live(1.2)
    verdicts = [row.verdict for row in await site.report().coverage(CAR)]
    assert Verdict.NOT_TICKED not in verdicts
    assert Verdict.STOPPED not in verdicts


async def test_the_same_while_connected_means_that_the_tick_is_gone(site: Site) -> None:
    site.connect()
    await site.live(8, telling=[SOC, ODOMETER])
    await site.live(3)
    at_ms = site.clock.now_ms() - DAY_MS // 2
    await site.tell((SOC, at_ms, 5), (ODOMETER, at_ms, 9_999), source=Source.REST)
    assert (await site.of(SOC)).verdict is Verdict.NOT_TICKED


async def test_a_machine_that_slept_did_not_listen(site: Site) -> None:
    site.connect()
    await site.live(8, telling=[SOC, ODOMETER])
    asleep_ms = site.clock.now_ms() + DAY_MS
    site.clock.advance(3 * DAY_MS)
    await site.live(0.1)
    await site.tell((SOC, asleep_ms, 5), (ODOMETER, asleep_ms, 9_999), source=Source.REST)
    assert (await site.of(SOC)).verdict is Verdict.QUIET


async def test_a_clock_that_was_ahead_for_a_while_forgets_no_listening(site: Site) -> None:
    site.connect()
    await site.live(8, telling=[SOC, ODOMETER])
    before_ms = site.clock.now_ms() - DAY_MS
    site.clock.advance(3_660 * DAY_MS)
    await site.log.note()
    [account] = await site.store.accounts.accounts()
    listening = await load_listening(site.store.settings, [account.id], [], before_ms)
    assert listening.ms_between(before_ms - DAY_MS, before_ms) == DAY_MS


async def test_cadence_is_observed_from_what_is_stored(site: Site) -> None:
    for day in range(1, 6):
        start_ms = site.clock.now_ms() - day * DAY_MS
        end_ms = start_ms + 40 * MINUTE_MS
        await site.tell((MOVING, start_ms, True), (MOVING, end_ms, False), (ODOMETER, end_ms + MINUTE_MS, 1_000 - day))
        await site.tell(*[(SOC, start_ms + minute * MINUTE_MS, minute) for minute in range(0, 40, 3)])
    assert ((await site.of(SOC)).cadence, (await site.of(ODOMETER)).cadence) == (Cadence.TRIP, Cadence.TRIP_END)


async def test_what_comes_every_few_seconds_is_seen_in_many_drives(site: Site) -> None:
    for day in range(1, 21):
        start_ms = site.clock.now_ms() - day * DAY_MS
        await site.tell((MOVING, start_ms, True), (MOVING, start_ms + 30 * MINUTE_MS, False))
        await site.tell(*[(SOC, start_ms + second * 1_000, second) for second in range(0, 30 * 60, 20)])
    assert (await site.of(SOC)).cadence is Cadence.TRIP_HIGH


async def test_without_motion_the_odometer_tells_the_ends_of_drives(site: Site) -> None:
    for day in range(8, 0, -1):
        end_ms = site.clock.now_ms() - day * DAY_MS
        await site.tell((ODOMETER, end_ms, 1_000 - day), (SOC, end_ms + 2 * MINUTE_MS, 50 - day))
    assert (await site.of(SOC)).cadence is Cadence.TRIP_END


async def test_the_head_unit_is_read_from_basic_data(site: Site) -> None:
    assert await site.report().head_unit(CAR) is None
    document = Document(
        subject=CAR,
        kind=BASIC_DATA,
        natural_key="",
        body='{"headUnit": "MGU_02_A"}',
        source=Source.REST,
        fetched_at_ms=1,
    )
    await site.store.append(Batch(documents=[document]))
    assert await site.report().head_unit(CAR) == "MGU_02_A"


async def test_a_running_hub_notes_when_it_is_connected(tmp_path: Path, keys_dir: Path) -> None:
    settings = emulator_settings(http_port=0, mqtt_port=0, keys_dir=keys_dir, poll_interval_s=0, speed=200.0)
    async with Emulator(settings) as emulator, aiohttp.ClientSession() as session:
        cloud = Cloud(emulator=emulator, session=session, data_dir=tmp_path / "hub")
        changes = cloud.settings(clock=ClockSettings(follow=emulator.info.control_url))
        async with running(changes) as hub:
            began_ms = emulator.clock.now_ms()
            assert await cloud.sign_in(hub) == "done"
            spans: list[tuple[int, int]] = []
            async with asyncio.timeout(30):
                while not any(from_ms < to_ms for from_ms, to_ms in spans):
                    await asyncio.sleep(0.05)
                    noted = await hub.store.settings.load_settings("listening.")
                    spans = json.loads(noted.get("listening.1", "[]"))
            [link] = hub.connections.links()
            now_ms = emulator.clock.now_ms()
    [(from_ms, to_ms)] = spans
    assert began_ms - NOTE_EVERY_MS <= from_ms <= link.since_ms + NOTE_EVERY_MS
    assert from_ms < to_ms <= now_ms + NOTE_EVERY_MS
