"""The parts of a hub, each wired inside: readings, accounts and feeds. `hub.assembly` puts them together."""

import asyncio
import logging
import random
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import partial

from bimmerhub.bmw.clock import Clock
from bimmerhub.bmw.http import Session
from bimmerhub.domain.account.family import Family
from bimmerhub.domain.account.link import Link
from bimmerhub.domain.charging_sessions.session_fold import ChargingSessionsFold
from bimmerhub.domain.events import AccountLinkChanged
from bimmerhub.domain.folds.day_rollups import DaysFold
from bimmerhub.domain.retention import AgeLimits
from bimmerhub.domain.trips.trips_fold import TripsFold
from bimmerhub.hub.accounts.access import AccessBook
from bimmerhub.hub.accounts.bmw_time_note import load_bmw_clock
from bimmerhub.hub.accounts.book import AccountBook
from bimmerhub.hub.accounts.password_access import PasswordAccessBook, PasswordFamily
from bimmerhub.hub.accounts.quota import QuotaBook
from bimmerhub.hub.accounts.sign_in_details import SealedDetails
from bimmerhub.hub.accounts.sign_in_places import SignInPlaces
from bimmerhub.hub.commands.ability_lists import AbilityLists
from bimmerhub.hub.commands.cars import CommandedCars, OpenClient
from bimmerhub.hub.commands.desk import CommandDesk
from bimmerhub.hub.config import HubConfig
from bimmerhub.hub.doctor.database_watch import DatabaseWatch
from bimmerhub.hub.doctor.link_watch import LinkWatch
from bimmerhub.hub.feeds.car_words import CarWords
from bimmerhub.hub.feeds.cardata.cardata_feeds import CarDataFeeds
from bimmerhub.hub.feeds.cardata.cardata_questions import CarDataQuestions
from bimmerhub.hub.feeds.cardata.cardata_quota import PlannedQuotas
from bimmerhub.hub.feeds.cardata.cardata_stored_answers import StoredAnswers
from bimmerhub.hub.feeds.connections import Connections
from bimmerhub.hub.feeds.families.connecteddrive_family import ConnectedDriveFamily
from bimmerhub.hub.feeds.families.family_client import FamilyAnswer
from bimmerhub.hub.feeds.families.family_reach import FamilyReach
from bimmerhub.hub.feeds.families.iremote_family import IRemoteFamily
from bimmerhub.hub.feeds.families.mybmw_family import MyBmwFamily
from bimmerhub.hub.feeds.family_questions import FamilyQuestions
from bimmerhub.hub.feeds.images import CarImages
from bimmerhub.hub.feeds.polled.polled_cars import arrival_of
from bimmerhub.hub.feeds.polled.polled_feeds import PolledFeeds
from bimmerhub.hub.feeds.polled.polled_questions import PolledQuestions
from bimmerhub.hub.ingest.derivation import Derivation
from bimmerhub.hub.ingest.incoming import Origin
from bimmerhub.hub.ingest.ingest import Ingest
from bimmerhub.hub.ingest.live import LiveVehicles
from bimmerhub.hub.ingest.replay import replay_journal
from bimmerhub.hub.process.demo import keep_from_bmw
from bimmerhub.hub.process.secrets import Sealer
from bimmerhub.hub.vehicles.age_limits import AgeKeeper
from bimmerhub.ids import Vin
from bimmerhub.store.ports.accounts import StoredAccount
from bimmerhub.store.sqlite.store import SqliteStore
from bimmerhub.views.acts import Acts
from bimmerhub.views.event_ring import EventRing

FOLDS = (DaysFold(), TripsFold(), ChargingSessionsFold())
"""Everything that is derived from readings."""


_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Readings:
    """Where readings come in, what they make of each car, and what is derived from them."""

    live: LiveVehicles
    ingest: Ingest
    derivation: Derivation


@dataclass(frozen=True, slots=True, kw_only=True)
class Accounts:
    """The accounts, the REST calls they made, and the way to BMW of each."""

    book: AccountBook
    calls: QuotaBook
    accesses: AccessBook
    passwords: PasswordAccessBook


@dataclass(frozen=True, slots=True, kw_only=True)
class Feeds:
    """The feeds of the accounts, what is noted of their links, their pictures, calls still to make, and questions.

    `cardata` opens what asks BMW by CarData.
    """

    cardata: CarDataFeeds
    connections: Connections
    watch: LinkWatch
    images: CarImages
    quotas: PlannedQuotas
    questions: FamilyQuestions


async def open_readings(store: SqliteStore, events: EventRing, jitter: random.Random, *, clock: Clock) -> Readings:
    """Return the live state, as it is stored; the way in that keeps it so; and what derives records after it."""
    live = LiveVehicles()
    await live.load(store, await store.vehicles.vehicles())

    async def reload(vin: Vin) -> None:
        await ingest.reload(vin)

    derivation = Derivation(
        store.derived,
        store,
        FOLDS,
        judgements=store.judgements,
        changed=reload,
        is_busy=lambda: ingest.is_busy,
        clock=clock,
        tell=events.publish,
    )
    ingest = Ingest(
        store,
        introduce=live.introduce,
        fold=live.fold,
        tell=events.publish,
        reload=lambda vin: live.reload(store, vin),
        appended=derivation.wake,
        jitter=jitter,
        sold=live.sold,
    )
    return Readings(live=live, ingest=ingest, derivation=derivation)


async def open_database_watch(store: SqliteStore, readings: Readings, *, clock: Clock) -> DatabaseWatch:
    """Return what checks the database, and reads the cars anew when another one has taken its place."""

    async def reload() -> None:
        for vehicle in await store.vehicles.vehicles():
            readings.live.introduce(vehicle)
            await readings.ingest.reload(vehicle.vin)
        readings.derivation.wake()

    async def replay() -> int:
        gcids = {account.name: account.gcid for account in await store.accounts.accounts()}
        return await replay_journal(store, readings.ingest, gcids=gcids, sold=readings.live.sold)

    async def keep_sign_ins() -> None:
        if count := await store.accounts.store_tokens_again():
            _log.warning("the newest tokens of %d sign-ins are stored anew: the database had others", count)

    watch = DatabaseWatch(store.soundness, reload=reload, replay=replay, clock=clock)
    watch.after_exchange.append(keep_sign_ins)
    await watch.load()
    return watch


async def open_age_keeper(settings: HubConfig, store: SqliteStore, readings: Readings, *, clock: Clock) -> AgeKeeper:
    """Return what drops readings that are older than the settings allow."""
    limits = AgeLimits(positions_days=settings.store.positions_days, readings_days=settings.store.readings_days)
    acts = Acts(store.audit, now_ms=clock.now_ms)
    keeper = AgeKeeper(
        limits,
        stored=store.retention,
        settings=store.settings,
        derive=readings.derivation.catch_up,
        acts=acts,
        clock=clock,
    )
    await keeper.load()
    return keeper


async def open_accounts(
    settings: HubConfig,
    store: SqliteStore,
    *,
    session: Session,
    clock: Clock,
    call_made: Callable[[StoredAccount], Awaitable[None]],
) -> Accounts:
    """Return the accounts of the store, those of the settings among them; `call_made` is told of each REST call."""
    sealer = Sealer.open(settings.data_dir)
    book = AccountBook(store.accounts, SignInPlaces(store.settings), sealer)
    for name, account in settings.accounts.items():
        await book.open(name, client_id=account.client_id, family=account.family)
    bmw_clock = await load_bmw_clock(store.settings, clock)
    calls = QuotaBook(store.quota, settings.rest.quota, bmw_clock=bmw_clock, changed=call_made)
    accesses = AccessBook(accounts=book, quotas=calls, endpoints=settings.bmw, session=session, clock=clock)
    passwords = PasswordAccessBook(
        _password_families(settings, session, clock),
        accounts=book,
        settings=settings.accounts,
        details=SealedDetails(store.settings, sealer),
        clock=clock,
    )
    return Accounts(book=book, calls=calls, accesses=accesses, passwords=passwords)


def _password_families(settings: HubConfig, session: Session, clock: Clock) -> dict[Family, PasswordFamily]:
    """Return how each family that takes a password is signed in to.

    Where `[bmw]` names an emulator, it is asked for these families too, unless an account names a host.
    """
    reach = FamilyReach(
        default_host=settings.bmw.other_families_url,
        ca_file=settings.bmw.ca_file,
        session=session,
        clock=clock,
        keep_from_bmw=partial(keep_from_bmw, settings.data_dir),
    )
    return {
        Family.IREMOTE: IRemoteFamily(reach),
        Family.CONNECTEDDRIVE: ConnectedDriveFamily(reach),
        Family.MYBMW: MyBmwFamily(reach),
    }


def open_feeds(
    settings: HubConfig,
    store: SqliteStore,
    *,
    readings: Readings,
    accounts: Accounts,
    events: EventRing,
    tasks: asyncio.TaskGroup,
    clock: Clock,
    jitter: random.Random,
    goes_live: bool,
) -> Feeds:
    """Return the feeds, one way to open them for each family; they connect when they are started."""

    def link_changed(link: Link) -> None:
        watch.note(link)
        events.publish([AccountLinkChanged(link=link)])

    watch, images = LinkWatch(elapsed_s=clock.elapsed_s), CarImages.open(settings.data_dir)
    relays = {name: relay for name, account in settings.accounts.items() if (relay := account.relay(name)) is not None}
    cardata = CarDataFeeds(
        settings.rest,
        store=store,
        accesses=accounts.accesses,
        quotas=accounts.calls,
        relays=relays,
        images=images,
        ingest=readings.ingest,
        introduce=readings.live.introduce,
        is_seen=readings.live.is_seen,
        link_changed=link_changed,
        clock=clock,
        jitter=jitter,
    )
    polled = _open_polled(
        settings, store, readings=readings, accounts=accounts, link_changed=link_changed, clock=clock, jitter=jitter
    )
    connections = Connections(
        accounts=accounts.book,
        accesses=accounts.accesses,
        passwords=accounts.passwords,
        feeds={family: polled.open if family.takes_password else cardata.open for family in Family},
        tasks=tasks,
        now_ms=clock.now_ms,
        goes_live=goes_live,
        relayed=relays,
    )
    return Feeds(
        cardata=cardata,
        connections=connections,
        watch=watch,
        images=images,
        quotas=PlannedQuotas(
            accounts=accounts.book, quotas=accounts.calls, book=cardata.open_book, feed=connections.feed
        ),
        questions=_open_questions(
            store, accounts=accounts, cardata=cardata, polled=polled, images=images, now_ms=clock.now_ms
        ),
    )


def _open_polled(
    settings: HubConfig,
    store: SqliteStore,
    *,
    readings: Readings,
    accounts: Accounts,
    link_changed: Callable[[Link], None],
    clock: Clock,
    jitter: random.Random,
) -> PolledFeeds:
    """Return the feeds of the families that are asked and not heard."""
    return PolledFeeds(
        settings.polling,
        accesses=accounts.passwords,
        vehicles=store.vehicles,
        documents=store.documents,
        words=CarWords(
            vehicles=store.vehicles, accounts=store.accounts, documents=store.documents, settings=store.settings
        ),
        notes=store.settings,
        live=readings.live,
        ingest=readings.ingest,
        link_changed=link_changed,
        clock=clock,
        jitter=jitter,
    )


def _open_questions(
    store: SqliteStore,
    *,
    accounts: Accounts,
    cardata: CarDataFeeds,
    polled: PolledFeeds,
    images: CarImages,
    now_ms: Callable[[], int],
) -> FamilyQuestions:
    """Return a person's questions to BMW, of every family."""
    return FamilyQuestions(
        cardata=CarDataQuestions(
            accounts=accounts.book,
            quotas=accounts.calls,
            vehicles=store.vehicles,
            stored=StoredAnswers(store.documents, store.vehicles, images, now_ms=now_ms),
            open_questions=cardata.open_questions,
            now_ms=now_ms,
        ),
        polled=PolledQuestions(
            accounts=accounts.book, cars=polled.cars, documents=store.documents, images=images, now_ms=now_ms
        ),
        accounts=accounts.book,
        vehicles=store.vehicles,
    )


def open_commands(
    store: SqliteStore,
    *,
    accounts: Accounts,
    ingest: Ingest,
    open_client: OpenClient,
    events: EventRing,
    tasks: asyncio.TaskGroup,
    clock: Clock,
    jitter: random.Random,
) -> CommandDesk:
    """Return the desk for commands to cars; `open_client` opens the interfaces that take them."""
    lists = AbilityLists(store.settings)
    cars = CommandedCars(
        vehicles=store.vehicles,
        accounts=accounts.book,
        open_client=open_client,
        lists=lists,
        now_ms=clock.now_ms,
    )

    async def take(family: Family, answer: FamilyAnswer) -> None:
        await ingest.take([arrival_of(family, answer, received_at_ms=clock.now_ms())], origin=Origin.REST)

    return CommandDesk(
        cars=cars,
        lists=lists,
        vehicles=store.vehicles,
        commands=store.commands,
        audit=store.audit,
        tell=events.publish,
        take=take,
        tasks=tasks,
        clock=clock,
        jitter=jitter,
    )
