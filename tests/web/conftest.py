"""A site on loopback: the real application, server and SQLite store; small fakes for what the hub would bring."""

import asyncio
import json
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Sequence
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from tests.new_stores import open_sqlite
from typing_extensions import override

from bimmerhub.bmw.cardata.portal.catalogue_list import decode_catalogue_list
from bimmerhub.bmw.clock import SystemClock
from bimmerhub.domain.account.calls import Ask, Kind, PlannedCall
from bimmerhub.domain.account.checks import Check, failed, ok
from bimmerhub.domain.account.family import Family
from bimmerhub.domain.account.link import Link, LinkState
from bimmerhub.domain.account.quota import Quota, Spent
from bimmerhub.domain.catalogue.comparison import compare_catalogue
from bimmerhub.domain.catalogue.descriptors import Catalogue, load_catalogue
from bimmerhub.domain.command import Command
from bimmerhub.domain.command_order import CommandOrder
from bimmerhub.domain.coverage.coverage_verdicts import Coverage, Verdict
from bimmerhub.domain.documents import CARDATA_QUESTIONS, Question
from bimmerhub.domain.folds.day_rollups import DaysFold
from bimmerhub.domain.reading import Reading, Source, Value
from bimmerhub.domain.retention import AgeLimits
from bimmerhub.domain.signals.car_facts import CarFacts
from bimmerhub.domain.signals.value import SignalValue
from bimmerhub.domain.state import VehicleState
from bimmerhub.domain.vehicle import Vehicle, VehicleAccount
from bimmerhub.errors import BimmerhubError, ConfigError, NotFound
from bimmerhub.hub.doctor.database_watch import DatabaseWatch
from bimmerhub.hub.ingest.derivation import Derivation
from bimmerhub.hub.ingest.hinting import Hinting
from bimmerhub.hub.ingest.ingest import Ingest
from bimmerhub.hub.ingest.judging import PersonalJudging
from bimmerhub.hub.process.credentials import Credentials
from bimmerhub.hub.reporting.fingerprint import StoredFingerprints
from bimmerhub.hub.vehicles.age_limits import AgeKeeper
from bimmerhub.hub.vehicles.place_keeping import PlaceKeeper
from bimmerhub.ids import Descriptor, Vin
from bimmerhub.store.ports.audit import AuditEntry
from bimmerhub.store.ports.readings import Batch
from bimmerhub.store.sqlite.store import SqliteStore
from bimmerhub.views.acts import Acts
from bimmerhub.views.event_ring import EventRing
from bimmerhub.views.ports.accounts import Account, AccountSignIn, PlannedSignIn, SignInState, SliderPictures
from bimmerhub.views.ports.backups import BackupPlace, BackupsState, KeptBackup, PlaceName
from bimmerhub.views.ports.bmw import (
    Asking,
    AskingPrice,
    BmwAnswer,
    BmwContainer,
    BmwPicture,
    IsAwaited,
    always_awaited,
)
from bimmerhub.views.ports.calls import CalledAnswer, CallOutcome, CallWish, ShownRequest
from bimmerhub.views.ports.cars import CheckedList, ErasedVehicle
from bimmerhub.views.ports.commands import Abilities, Ability, Asker, ListedCapability
from bimmerhub.views.ports.garage import GarageBrand, GarageOrder
from bimmerhub.views.ports.health import Health
from bimmerhub.views.ports.readings import ImportProgress
from bimmerhub.views.support_bundle import LEFT_OUT, BundleAnswer, StoreLines
from bimmerhub.views.wire import WireAnswer, WireExchange, WireRecords, WireStream
from bimmerhub.web.access.credentials import Scope
from bimmerhub.web.access.entrance import Entrance
from bimmerhub.web.app import build_app
from bimmerhub.web.routes.context import Context
from bimmerhub.web.server import serve
from bimmerhub.web.settings import WebSettings

VIN = Vin("WBY00000000000042")
NOW_MS = 1_770_000_000_000
SOC = Descriptor("vehicle.drivetrain.batteryManagement.header")
PASSWORD = "correct horse"
SEEN_BY_HOME = VehicleAccount(account_id=1, account="home", mapping=None, seen_at_ms=0)


@dataclass
class FakeVehicles:
    by_vin: dict[Vin, Vehicle] = field(default_factory=dict)
    states: dict[Vin, VehicleState] = field(default_factory=dict)

    def add(self, vehicle: Vehicle) -> None:
        self.by_vin[vehicle.vin] = vehicle
        self.states[vehicle.vin] = VehicleState(drivetrain=vehicle.drivetrain)

    def vehicles(self) -> Sequence[Vehicle]:
        return [self.by_vin[vin] for vin in sorted(self.by_vin)]

    def state(self, vin: Vin) -> dict[str, SignalValue] | None:
        state = self.states.get(vin)
        return None if state is None else dict(state.signals())

    def car_facts(self, vin: Vin) -> CarFacts:
        return self.states[vin].car if vin in self.states else CarFacts()


class FakeCommands:
    """Commands of a car that can lock and has no horn."""

    def __init__(self, store: SqliteStore) -> None:
        self._store = store
        self.askers: list[Asker] = []

    async def abilities(self, vin: Vin, *, account: str | None = None) -> Abilities:
        if account not in {None, "home"}:
            raise ConfigError("no account has that name")
        items = [Ability(kind="lock", refusal=None), Ability(kind="horn", refusal="this car cannot do that")]
        listed = [ListedCapability(name="hornBlow", word="NOT_SUPPORTED", command="horn", is_able=False)]
        return Abilities(items=items, notice=None, is_opening_allowed=vin != VIN, capabilities=listed)

    async def order(
        self, vin: Vin, order: CommandOrder, *, asker: Asker, account: str | None = None, force: bool = False
    ) -> Command:
        self.askers.append(asker)
        details = {**order.details, "force": force}
        return await self._store.commands.begin(
            vin, order.kind, account=account or "home", details=details, at_ms=NOW_MS
        )

    async def allow_opening(self, vin: Vin, *, is_allowed: bool, asker: Asker) -> None:
        self.askers.append(asker)
        entry = AuditEntry(at_ms=NOW_MS, who=asker.who, from_where=None, action=f"opening {is_allowed}", subject=vin)
        await self._store.audit.record(entry)


class FakeKeeping:
    async def archive(self, vin: Vin, *, sold_on: str | None) -> None:
        pass

    async def restore(self, vin: Vin) -> None:
        pass

    async def erase(self, vin: Vin) -> ErasedVehicle:
        assert vin == VIN
        return ErasedVehicle(
            readings=1,
            raw_messages=2,
            refused=3,
            documents=4,
            records=5,
            is_space_back=True,
            backups=["/backups/one"],
            seen_by=["home"],
        )


class FakeBackups:
    """Backups of a hub that makes one every day: one in its directory is good, the second place fails."""

    def __init__(self) -> None:
        self.asked = 0

    def state(self) -> BackupsState:
        place = BackupPlace(
            place=PlaceName.FIRST,
            where="/backups",
            newest_good_ms=NOW_MS - 3_600_000,
            misdated=0,
            undeleted=0,
            failure=None,
            failed_at_ms=None,
            failures=0,
            is_same_disk=False,
        )
        failing = replace(
            place,
            place=PlaceName.SECOND,
            where="by rclone",
            newest_good_ms=None,
            failure="rclone ended with status 1: no such host",
            failed_at_ms=NOW_MS,
            failures=3,
        )
        backup = KeptBackup(
            place=PlaceName.FIRST,
            name="bimmerhub-0123abcd-20260202T010203Z.bhbk",
            made_at_ms=NOW_MS - 3_600_000,
            is_misdated=False,
            size_bytes=5,
            is_encrypted=True,
            tested_at_ms=NOW_MS,
            is_good=True,
            error=None,
        )
        return BackupsState(
            is_scheduled=True,
            is_under_way=self.asked > 0,
            every_ms=86_400_000,
            next_at_ms=NOW_MS + 1,
            places=[place, failing],
            backups=[backup],
        )

    def make_now(self) -> None:
        self.asked += 1


class FakeGarage:
    """An owner's garage with one order."""

    async def orders(self, account: str, brand: GarageBrand) -> Sequence[GarageOrder]:
        del account, brand
        return [
            GarageOrder(
                production_number="5311415",
                vin=None,
                status=112,
                words="scheduled",
                message=None,
                produced_on=None,
                model_year=2027,
                model_code="27XA",
                exterior="Dune Grey Metallic",
                interior=None,
            )
        ]

    async def order(self, account: str, brand: GarageBrand, number: str) -> GarageOrder:
        for order in await self.orders(account, brand):
            if order.production_number == number:
                return order
        raise NotFound(f"no order {number}")

    async def offers(self, account: str, brand: GarageBrand, *, vin: Vin | None) -> object:
        del account, brand, vin
        return {"offers": []}


@dataclass
class FakeImages:
    pictures: dict[Vin, bytes] = field(default_factory=dict)

    def has_image(self, vin: Vin) -> bool:
        return bool(self.pictures.get(vin))

    async def image(self, vin: Vin) -> bytes | None:
        return self.pictures.get(vin)


@dataclass
class FakeAccounts:
    stored: list[Account] = field(default_factory=list)
    failure: BimmerhubError | None = None
    sign_in: SignInState | None = None
    retried: list[str] = field(default_factory=list)

    async def accounts(self) -> Sequence[Account]:
        return self.stored

    def links(self) -> Sequence[Link]:
        return [
            Link(
                account=one.name,
                family=Family.CARDATA,
                state=LinkState.CONNECTED,
                reason="connected",
                hint=None,
                since_ms=NOW_MS,
                refresh_expires_at_ms=NOW_MS + 86_400_000,
                token_warning="the sign-in expires in 1.0 days",
            )
            for one in self.stored
        ]

    async def quotas(self) -> Sequence[Quota]:
        return [
            Quota(
                account=one.name,
                used=3,
                limit=50,
                reserve=10,
                resets_at_ms=NOW_MS,
                planned=1,
                plan=[
                    PlannedCall(ask=Ask(kind=Kind.VALUES, vin=VIN), due_ms=NOW_MS, calls=1, reason="every 6 h"),
                ],
                spent=[Spent(caller="schedule", operation="mappings", calls=3)],
            )
            for one in self.stored
        ]

    async def start_sign_in(self, name: str, client_id: str | None) -> SignInState:
        if self.failure is not None:
            raise self.failure
        if not name.isalnum():
            raise ConfigError("a name has letters and digits only")
        self.stored.append(
            Account(
                name=name,
                family=Family.CARDATA,
                client_id=client_id or "",
                gcid=None,
                signed_in=False,
                signed_in_at_ms=None,
            )
        )
        self.sign_in = SignInState(
            account=name,
            status="pending",
            user_code="ABCD-EFGH",
            verification_uri="https://bmw.example/device",
            verification_uri_complete="https://bmw.example/device?code=ABCD-EFGH",
            expires_at_ms=NOW_MS + 300_000,
        )
        return self.sign_in

    async def plan_password_sign_in(self, name: str, sign_in: AccountSignIn) -> PlannedSignIn:
        if self.failure is not None:
            raise self.failure
        return PlannedSignIn(account=name, family=sign_in.family, username=sign_in.username or "", server="BMW")

    async def fetch_slider(self, name: str, sign_in: AccountSignIn) -> SliderPictures:
        if self.failure is not None:
            raise self.failure
        return SliderPictures(verify_id=f"{name} {sign_in.region}", background=b"sea", piece=b"boat", handle_px=26)

    async def sign_in_with_password(self, name: str, sign_in: AccountSignIn) -> Account:
        if self.failure is not None:
            raise self.failure
        account = Account(
            name=name,
            family=sign_in.family,
            client_id="",
            gcid=None,
            signed_in=True,
            signed_in_at_ms=NOW_MS,
            username=sign_in.username,
        )
        self.stored.append(account)
        return account

    def sign_in_state(self, name: str) -> SignInState | None:
        return self.sign_in if self.sign_in and self.sign_in.account == name else None

    async def retry(self, name: str) -> Link:
        self.retried.append(name)
        return next(link for link in self.links() if link.account == name)

    async def sign_out(self, name: str) -> None:
        self.stored = [one for one in self.stored if one.name != name]


class FakeExamination:
    async def examine(self, name: str, *, spends_calls: bool) -> Sequence[Check]:
        finding = "two calls" if spends_calls else "no call"
        return [ok("sign-in", finding), failed("stream", f"{name} is refused", hint="Do something.")]


class FakeCatalogue:
    async def load(self) -> Catalogue:
        return load_catalogue()

    async def check_list(self, document: bytes, *, takes_new: bool) -> CheckedList:  # noqa: ARG002 - the port's name
        listed = decode_catalogue_list(document)
        return CheckedList(
            listed=len(listed.keys),
            differences=compare_catalogue(listed.keys, load_catalogue()),
            faults=listed.faults,
        )


class FakeCoverage:
    async def coverage(self, vin: Vin) -> Sequence[Coverage]:
        return [
            Coverage(
                descriptor=Descriptor(f"of {vin}"),
                title=None,
                ticked="no",
                verdict=Verdict.NOT_TICKED,
                why="REST knows more",
                last_streamed_ms=None,
                last_rest_ms=NOW_MS,
                usual_gap_s=None,
            )
        ]

    async def head_unit(self, vin: Vin) -> str | None:
        return f"MGU_02 {vin[:3]}"


@dataclass
class FakeImports:
    """Counts lines and reports after each chunk; fails with `failure` after `fail_after` chunks."""

    failure: BimmerhubError | None = None
    fail_after: int = 0
    chunks_seen: int = 0
    origin: str | None = None
    may_go_on: asyncio.Event = field(default_factory=asyncio.Event)

    def __post_init__(self) -> None:
        self.may_go_on.set()

    async def import_capture(self, chunks: AsyncIterator[bytes], *, origin: str) -> AsyncGenerator[ImportProgress]:
        self.origin = origin
        lines = 0
        async for chunk in chunks:
            if self.failure is not None and self.chunks_seen >= self.fail_after:
                raise self.failure
            if chunk:
                self.chunks_seen += 1
                lines += chunk.count(b"\n")
                yield ImportProgress(lines=lines, read=lines, new=lines, repeated=0, refused=0)
                await self.may_go_on.wait()
        yield ImportProgress(lines=lines, read=lines, new=lines, repeated=0, refused=0, done=True)


CONTAINER = BmwContainer(
    id="J00I035N193CD",
    name="n",
    purpose="p",
    state="ACTIVE",
    created_at="2026-07-27T10:00:00.000Z",
    is_active=True,
    used_by="nobody",
)


class FakeContainers:
    """One container that nobody uses."""

    async def containers(self, account: str) -> Sequence[BmwContainer]:
        if account != "home":
            raise ConfigError("no account has that name")
        return [CONTAINER]

    async def container(self, account: str, container_id: str) -> BmwContainer:
        await self.containers(account)
        return replace(CONTAINER, id=container_id, descriptors=["d"], purge_at_ms=NOW_MS)

    async def create_container(
        self, account: str, *, name: str, purpose: str, descriptors: Sequence[str]
    ) -> BmwContainer:
        await self.containers(account)
        assert descriptors
        return replace(CONTAINER, name=name, purpose=purpose)

    async def delete_container(self, account: str, container_id: str) -> None:
        assert container_id
        await self.containers(account)

    async def collect_containers(self, account: str, *, dry_run: bool) -> Sequence[BmwContainer]:
        assert isinstance(dry_run, bool)
        return await self.containers(account)


class FakeCalls:
    """Answers every call; what has `lock` in its name changes a car."""

    async def changes(self, account: str, wish: CallWish) -> bool:
        del account
        return "lock" in (wish.operation or "")

    async def show(self, account: str, wish: CallWish) -> CallOutcome:
        del account
        url = f"https://bmw.example/{wish.operation or wish.path}"
        request = ShownRequest(method="GET", url=url, headers={}, query={}, form=None, json=None)
        return CallOutcome(family="iremote", request=request, answer=None)

    async def call(self, account: str, wish: CallWish, *, asker: Asker) -> CallOutcome:
        del asker
        answer = CalledAnswer(status=200, headers={"content-type": "application/json"}, body=b"{}")
        return replace(await self.show(account, wish), answer=answer)


class FakeQuestions:
    """Everything costs one call, and has been asked for just now."""

    async def offered(self, vin: Vin, account: str | None) -> Sequence[Question]:
        del vin, account
        return CARDATA_QUESTIONS

    async def picture(self, vin: Vin, *, view: str | None, account: str | None, fresh: bool) -> BmwPicture:
        del vin, view, account, fresh
        return BmwPicture(png=b"\x89PNG", fetched_at_ms=NOW_MS, is_from_bmw=True)

    async def price(self, asking: Asking) -> AskingPrice:
        return AskingPrice(
            question=asking.question,
            account=asking.account or "home",
            calls=1,
            may_cost_more=False,
            remaining=40,
            limit=50,
            resets_at_ms=NOW_MS + 3_600_000,
            answered_at_ms=NOW_MS,
            fresh_until_ms=NOW_MS + 60_000,
        )

    async def ask(self, asking: Asking, *, fresh: bool, is_awaited: IsAwaited = always_awaited) -> BmwAnswer:
        del is_awaited
        price = await self.price(asking)
        return BmwAnswer(
            question=asking.question,
            vin=asking.vin,
            account=price.account,
            is_from_bmw=fresh,
            calls=1 if fresh else 0,
            remaining=39 if fresh else 40,
            limit=50,
            resets_at_ms=price.resets_at_ms,
            answered_at_ms=NOW_MS,
            fresh_until_ms=NOW_MS + 60_000,
            bodies=['{"n":1.0}'],
            documents=1,
            skipped=[(NOW_MS - 86_400_000, NOW_MS)],
        )


@dataclass
class FakeCredentials:
    password: str | None = None
    tokens: dict[str, Scope] = field(default_factory=dict)
    asked: int = 0
    while_checking: Callable[[], None] | None = None

    def has_password(self) -> bool:
        return self.password is not None

    def is_protected(self) -> bool:
        return self.password is not None or bool(self.tokens)

    def check_password(self, password: str) -> bool:
        self.asked += 1
        if self.while_checking is not None:
            self.while_checking()
        return password == self.password

    def token_scope(self, token: str) -> Scope | None:
        return self.tokens.get(token)

    def token_name(self, token: str) -> str | None:
        return token if token in self.tokens else None

    def is_local(self, token: str) -> bool:
        return token == "local"


@dataclass
class FakeHealth:
    status: str = "ok"

    def health(self) -> Health:
        return Health(
            status="down" if self.status == "down" else "ok",
            version="0.0.0",
            uptime_s=12.5,
            readings_stored=7,
            readings_refused=1,
            readings_not_stored=0,
            last_store_error=None,
        )


@dataclass(frozen=True)
class SentEvent:
    """One server-sent event."""

    kind: str
    id: int | None
    data: dict[str, Any]


@dataclass
class Events:
    """An open event stream."""

    content: aiohttp.StreamReader

    async def next_block(self) -> str:
        async with asyncio.timeout(5):
            return (await self.content.readuntil(b"\n\n")).decode()

    async def next(self) -> SentEvent:
        fields = dict(line.split(": ", 1) for line in (await self.next_block()).strip().splitlines())
        return SentEvent(fields["event"], int(fields["id"]) if "id" in fields else None, json.loads(fields["data"]))


@dataclass
class Site:
    """A running application; `get` and `url` are relative to it."""

    address: str
    client: aiohttp.ClientSession
    store: SqliteStore
    events: EventRing
    vehicles: FakeVehicles
    accounts: FakeAccounts
    imports: FakeImports
    images: FakeImages
    credentials: FakeCredentials
    commands: FakeCommands
    health: FakeHealth
    clock: list[int]
    entrance: Entrance

    def get(self, path: str, **options: object) -> "aiohttp.client._RequestContextManager":
        return self.client.get(self.address + path, **options)  # type: ignore[arg-type] # aiohttp's many options

    def post(self, path: str, **options: object) -> "aiohttp.client._RequestContextManager":
        return self.client.post(self.address + path, **options)  # type: ignore[arg-type] # aiohttp's many options

    async def come_in(self) -> dict[str, str]:
        """Open the page by a link, as its owner; return the headers of what it then sends."""
        own = {"sec-fetch-site": "same-origin"}
        async with self.post("/api/v1/access/link", headers={"authorization": "Bearer local"}) as answer:
            key = (await answer.json())["key"]
        async with self.post("/session", json={"key": key}, headers=own) as answer:
            return own | {"x-bimmerhub-page": (await answer.json())["page_proof"]}

    @asynccontextmanager
    async def listen(self, query: str = "", **headers: str) -> AsyncIterator["Events"]:
        """Open an event stream; it is subscribed when this yields."""
        async with self.get(f"/api/v1/events{query}", headers=headers) as answer:
            assert answer.status == 200
            events = Events(answer.content)
            await events.next_block()  # the opening comment
            yield events

    async def fold(self, *readings: Reading) -> None:
        await self.store.append(Batch(readings=readings))
        for one in readings:
            self.vehicles.states[one.vin].fold([one])


def make_reading(
    value: Value, *, descriptor: str = SOC, ago_s: float = 0, unit: str | None = "%", vin: Vin = VIN
) -> Reading:
    at_ms = NOW_MS - round(ago_s * 1000)
    return Reading(
        vin=vin,
        descriptor=Descriptor(descriptor),
        value=value,
        unit=unit,
        measured_at_ms=at_ms,
        sent_at_ms=at_ms,
        received_at_ms=at_ms,
        source=Source.STREAM,
    )


class FakeBundles:
    async def make_bundle(self) -> BundleAnswer:
        return BundleAnswer(
            made_at="2026-01-31T08:15:00.000Z",
            hub="runs",
            versions={},
            settings={},
            store=StoreLines(schema_of_program=1),
            health=None,
            accounts=[],
            cars=[],
            refused=[],
            checks=[],
            log=[],
            troubles=[],
            left_out=list(LEFT_OUT),
        )


class FakeWire(WireRecords):
    @override
    async def record(self, account: str, *, vin: Vin | None, stream_s: float, asker: Asker) -> WireAnswer:
        exchange = WireExchange(
            asked="mappings",
            method="GET",
            status=200,
            code=None,
            took_ms=5,
            body_bytes=2,
            headers={"content-type": "application/json"},
            body={"": ["empty list"]},
            words={},
        )
        return WireAnswer(
            family="cardata",
            made_at="2026-01-31T08:15:00.000Z",
            version="1",
            exchanges=[exchange],
            stream=WireStream(listened_s=stream_s),
            not_asked=[],
            left_out=[],
        )


async def _nothing() -> None:
    pass


async def _no_readings() -> int:
    return 0


@asynccontextmanager
async def open_site(
    folder: Path,
    *,
    allowed_hosts: Sequence[str] = (),
    trusted_proxies: tuple[str, ...] = (),
    ring_events: int = 10_000,
    event_readers: int = 1_000,
    closes_ring: bool = True,
) -> AsyncIterator[Site]:
    clock = [NOW_MS]

    def now_ms() -> int:
        return clock[0]

    async with AsyncExitStack() as stack:
        store = await stack.enter_async_context(open_sqlite(folder / "hub.db"))
        site = Site(
            address="",
            client=await stack.enter_async_context(aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True))),
            store=store,
            events=EventRing(now_ms=now_ms, ring_events=ring_events),
            vehicles=FakeVehicles(),
            accounts=FakeAccounts(),
            imports=FakeImports(),
            images=FakeImages(),
            credentials=FakeCredentials(),
            commands=FakeCommands(store),
            health=FakeHealth(),
            clock=clock,
            entrance=Entrance.make(now_ms=now_ms, elapsed_s=lambda: now_ms() / 1000),
        )
        site.vehicles.add(
            Vehicle(vin=VIN, model="i5 eDrive40", drivetrain="BEV", key="qwertzui", accounts=(SEEN_BY_HOME,))
        )
        context = Context(
            vehicles=site.vehicles,
            commands=site.commands,
            sent_commands=store.commands,
            audit=store.audit,
            backups=FakeBackups(),
            soundness=store.soundness,
            retention=store.retention,
            age_keeping=AgeKeeper(
                AgeLimits(positions_days=None, readings_days=None),
                stored=store.retention,
                settings=store.settings,
                derive=_nothing,
                acts=Acts(store.audit, now_ms=now_ms),
                clock=SystemClock(),
            ),
            database_checks=DatabaseWatch(store.soundness, reload=_nothing, replay=_no_readings, clock=SystemClock()),
            pictures=site.images,
            keeping=FakeKeeping(),
            accounts=site.accounts,
            sign_ins=site.accounts,
            quotas=site.accounts,
            imports=site.imports,
            credentials=site.credentials,
            health=site.health,
            bundles=FakeBundles(),
            fingerprints=StoredFingerprints(store),
            wire=FakeWire(),
            examination=FakeExamination(),
            coverage=FakeCoverage(),
            catalogue=FakeCatalogue(),
            containers=FakeContainers(),
            questions=FakeQuestions(),
            calls=FakeCalls(),
            garage=FakeGarage(),
            documents=store.documents,
            records=store.derived,
            hints=Hinting(Ingest(store), now_ms=now_ms),
            places=store.places,
            place_keeping=PlaceKeeper(
                store.places,
                ingest=Ingest(store),
                derivation=Derivation(store.derived, store, []),
                erasure=store,
                now_ms=lambda: NOW_MS,
            ),
            readings=store,
            figures=store,
            quarantine=store,
            overlays=store.overlays,
            judging=PersonalJudging(
                ingest=Ingest(store),
                quarantine=store,
                readings=store,
                overlays=store.overlays,
                rehearsal=store,
                now_ms=now_ms,
            ),
            rebuilding=Derivation(store.derived, store, [DaysFold()]),
            events=site.events,
            now_ms=now_ms,
            entry=Credentials(store.settings),
            entrance=site.entrance,
        )
        app = build_app(
            context,
            allowed_hosts=allowed_hosts,
            trusted_proxies=WebSettings(trusted_proxies=trusted_proxies).trusted_networks(),
            event_readers=event_readers,
        )
        port = await stack.enter_async_context(serve(app, "127.0.0.1", 0))
        if closes_ring:
            stack.callback(site.events.close)
        site.address = f"http://127.0.0.1:{port}"
        yield site


OpenSite = Callable[..., AbstractAsyncContextManager[Site]]


@pytest.fixture
def open_a_site(tmp_path: Path) -> OpenSite:
    """Opens a site with options of one's own."""
    return lambda **options: open_site(tmp_path, **options)


@pytest.fixture
async def site(tmp_path: Path) -> AsyncIterator[Site]:
    async with open_site(tmp_path) as opened:
        yield opened


ReadingMaker = Callable[..., Reading]


@pytest.fixture
def reading() -> ReadingMaker:
    """Makes readings; see `make_reading`."""
    return make_reading
