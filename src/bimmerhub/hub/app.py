"""Wires the hub: settings in, everything that runs together out. The only place that knows all the parts."""

import asyncio
import random
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from bimmerhub.bmw.clock import Clock
from bimmerhub.bmw.http import Session, open_session
from bimmerhub.domain.account.checks import Check
from bimmerhub.domain.account.family import Family
from bimmerhub.domain.account.link import Link
from bimmerhub.domain.events import AccountLinkChanged, QuotaChanged
from bimmerhub.domain.folds.day_rollups import DaysFold
from bimmerhub.hub.accounts.access import AccessBook
from bimmerhub.hub.accounts.book import AccountBook
from bimmerhub.hub.accounts.quota import QuotaBook
from bimmerhub.hub.catalogue.list_check import StoredCatalogue
from bimmerhub.hub.config import HubConfig
from bimmerhub.hub.coverage.listening import ListeningLog
from bimmerhub.hub.coverage.report import CoverageReport
from bimmerhub.hub.doctor.car_checks import CarChecks
from bimmerhub.hub.doctor.doctor import Doctor
from bimmerhub.hub.doctor.health import HubHealth, free_bytes
from bimmerhub.hub.doctor.link_watch import LinkWatch
from bimmerhub.hub.doctor.reach import check_network
from bimmerhub.hub.doctor.value_checks import ValueChecks
from bimmerhub.hub.feeds.cardata_feeds import CarDataFeeds
from bimmerhub.hub.feeds.cardata_mappings import MappingNotes
from bimmerhub.hub.feeds.cardata_questions import CarDataQuestions
from bimmerhub.hub.feeds.cardata_quota import PlannedQuotas
from bimmerhub.hub.feeds.connections import Connections
from bimmerhub.hub.feeds.images import CarImages
from bimmerhub.hub.feeds.manual_containers import ManualContainers
from bimmerhub.hub.ingest.captures import CaptureImport
from bimmerhub.hub.ingest.derivation import Derivation
from bimmerhub.hub.ingest.freshness_timer import keep_telling_freshness
from bimmerhub.hub.ingest.ingest import Ingest
from bimmerhub.hub.ingest.judging import PersonalJudging
from bimmerhub.hub.ingest.live import LiveVehicles
from bimmerhub.hub.opening import opened_store
from bimmerhub.hub.process.backups import load_backups
from bimmerhub.hub.process.clock import opened_clock
from bimmerhub.hub.process.credentials import Credentials
from bimmerhub.hub.process.demo import keep_from_bmw
from bimmerhub.hub.process.directory import own
from bimmerhub.hub.process.failures import only_error
from bimmerhub.hub.process.secrets import Sealer
from bimmerhub.hub.process.supervisor import Supervisor
from bimmerhub.hub.serving import open_credentials, serving
from bimmerhub.hub.vehicles.erasing import Eraser
from bimmerhub.hub.vehicles.keeping import VehicleKeeper
from bimmerhub.ids import Vin
from bimmerhub.store.ports.accounts import StoredAccount
from bimmerhub.store.ports.journal import Journal
from bimmerhub.store.sqlite.store import SqliteStore
from bimmerhub.times import DAY_MS, HOUR_MS
from bimmerhub.views.event_ring import EventRing
from bimmerhub.web.access.sessions import PasswordAttempts, Sessions
from bimmerhub.web.routes.context import Context

PRUNE_EVERY_MS = HOUR_MS
FOLDS = (DaysFold(),)
"""Everything that is derived from readings."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Hub:
    """A running hub. `address` is where its page and API answer, `context` what they answer from."""

    address: str
    store: SqliteStore
    live: LiveVehicles
    accesses: AccessBook
    connections: Connections
    quotas: PlannedQuotas
    credentials: Credentials
    context: Context


@asynccontextmanager
async def running(settings: HubConfig, *, clock: Clock | None = None, goes_live: bool = True) -> AsyncIterator[Hub]:
    """Run the hub as long as the block: its data directory is owned, its page answers, its accounts are connected.

    With `goes_live` False the accounts are left alone: signing in and importing work, nothing is fetched.

    Leaving the block stores what has come in, and ends within about 3 s also with event streams open. Raises
    ConfigError (taken port, directory in use, unprotected address, a demo's directory with BMW's addresses), StoreError
    (database or key unusable).
    """
    if goes_live:
        keep_from_bmw(settings.data_dir, settings.bmw)
    try:
        async with AsyncExitStack() as stack:
            stack.enter_context(own(settings.data_dir, database=settings.database))
            session = await stack.enter_async_context(open_session())
            if clock is None:
                clock = await stack.enter_async_context(opened_clock(settings, session))
            yield await _start(stack, settings, clock, session, goes_live=goes_live)
    except ExceptionGroup as group:
        raise only_error(group) from group


@dataclass(frozen=True, slots=True, kw_only=True)
class _Readings:
    """Where readings come in, what they make of each car, and what is derived from them."""

    live: LiveVehicles
    ingest: Ingest
    derivation: Derivation


@dataclass(frozen=True, slots=True, kw_only=True)
class _Accounts:
    """The accounts, the REST calls they made, and the way to BMW of each."""

    book: AccountBook
    calls: QuotaBook
    accesses: AccessBook


@dataclass(frozen=True, slots=True, kw_only=True)
class _Feeds:
    """The feeds of the accounts, what is noted of their links, their pictures, calls still to make, and questions."""

    connections: Connections
    watch: LinkWatch
    images: CarImages
    quotas: PlannedQuotas
    questions: CarDataQuestions


async def _start(stack: AsyncExitStack, settings: HubConfig, clock: Clock, session: Session, *, goes_live: bool) -> Hub:
    """Start the parts, each after what it needs; the stack ends them in the opposite order.

    Leaving therefore goes: event streams, feeds (what has come in is stored), pruning, hub.json, web server, whatever
    task is left, the ingest (what it was given is stored), store; then the clock and the HTTP session that were there
    before.
    """

    async def publish_quota(account: StoredAccount) -> None:
        events.publish([QuotaChanged(quota=await feeds.quotas.load(account))])

    jitter = random.Random()  # noqa: S311 - spreads retries, guards nothing
    settings.bmw.ssl_context()  # a wrong CA file is told at once
    store = await stack.enter_async_context(opened_store(settings))
    events = EventRing(now_ms=clock.now_ms)
    readings = await _open_readings(store, events, jitter)
    stack.push_async_callback(readings.ingest.finish)
    accounts = await _open_accounts(settings, store, session=session, clock=clock, call_made=publish_quota)
    tasks = await stack.enter_async_context(asyncio.TaskGroup())
    feeds = _open_feeds(
        settings,
        store,
        readings=readings,
        accounts=accounts,
        events=events,
        tasks=tasks,
        clock=clock,
        jitter=jitter,
        goes_live=goes_live,
    )
    credentials = await open_credentials(settings.hub, store.settings)
    context = _open_context(
        store,
        readings=readings,
        accounts=accounts,
        feeds=feeds,
        check_network=lambda: check_network(settings.bmw, session),
        credentials=credentials,
        events=events,
        data_dir=settings.data_dir,
        database=settings.database,
        now_ms=clock.now_ms,
    )
    served = serving(settings.hub, context, credentials, data_dir=settings.data_dir)
    address = await stack.enter_async_context(served)
    prune = partial(_prune, store, settings.store.journal_days, clock)
    _keep_running(stack, tasks, "prune journal", prune, clock=clock, jitter=jitter)
    _keep_running(stack, tasks, "derive", readings.derivation.run, clock=clock, jitter=jitter)
    freshness = partial(keep_telling_freshness, readings.live, events.publish, clock=clock)
    _keep_running(stack, tasks, "tell freshness", freshness, clock=clock, jitter=jitter)
    listening = ListeningLog(store.settings, store.accounts, links=feeds.connections.links, clock=clock)
    _keep_running(stack, tasks, "note connections", listening.run, clock=clock, jitter=jitter)
    stack.push_async_callback(feeds.connections.stop)
    stack.callback(readings.ingest.close)
    stack.callback(events.close)
    if goes_live:
        await feeds.connections.start()
    return Hub(
        address=address,
        store=store,
        live=readings.live,
        accesses=accounts.accesses,
        connections=feeds.connections,
        quotas=feeds.quotas,
        credentials=credentials,
        context=context,
    )


async def _open_readings(store: SqliteStore, events: EventRing, jitter: random.Random) -> _Readings:
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
    return _Readings(live=live, ingest=ingest, derivation=derivation)


async def _open_accounts(
    settings: HubConfig,
    store: SqliteStore,
    *,
    session: Session,
    clock: Clock,
    call_made: Callable[[StoredAccount], Awaitable[None]],
) -> _Accounts:
    """Return the accounts of the store, those of the settings among them; `call_made` is told of each REST call."""
    book = AccountBook(store.accounts, Sealer.open(settings.data_dir))
    for name, account in settings.accounts.items():
        await book.open(name, client_id=account.client_id, family=account.family)
    calls = QuotaBook(store.quota, settings.rest.quota, changed=call_made)
    accesses = AccessBook(accounts=book, quotas=calls, endpoints=settings.bmw, session=session, clock=clock)
    return _Accounts(book=book, calls=calls, accesses=accesses)


def _open_feeds(
    settings: HubConfig,
    store: SqliteStore,
    *,
    readings: _Readings,
    accounts: _Accounts,
    events: EventRing,
    tasks: asyncio.TaskGroup,
    clock: Clock,
    jitter: random.Random,
    goes_live: bool,
) -> _Feeds:
    """Return the feeds, one way to open them for each family; they connect when they are started."""

    def link_changed(link: Link) -> None:
        watch.note(link)
        events.publish([AccountLinkChanged(link=link)])

    watch, images = LinkWatch(), CarImages.open(settings.data_dir)
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
        link_changed=link_changed,
        clock=clock,
        jitter=jitter,
    )
    connections = Connections(
        accounts=accounts.book,
        accesses=accounts.accesses,
        feeds={Family.CARDATA: cardata.open},
        tasks=tasks,
        now_ms=clock.now_ms,
        goes_live=goes_live,
        relayed=relays,
    )
    quotas = PlannedQuotas(
        accounts=accounts.book,
        quotas=accounts.calls,
        book=cardata.open_book,
        feed=connections.feed,
        now_ms=clock.now_ms,
    )
    questions = CarDataQuestions(
        accounts=accounts.book,
        quotas=accounts.calls,
        vehicles=store.vehicles,
        documents=store.documents,
        images=images,
        open_questions=cardata.open_questions,
        now_ms=clock.now_ms,
    )
    return _Feeds(connections=connections, watch=watch, images=images, quotas=quotas, questions=questions)


def _open_context(
    store: SqliteStore,
    *,
    readings: _Readings,
    accounts: _Accounts,
    feeds: _Feeds,
    check_network: Callable[[], Awaitable[Sequence[Check]]],
    credentials: Credentials,
    events: EventRing,
    data_dir: Path,
    database: Path,
    now_ms: Callable[[], int],
) -> Context:
    """Return what the page and the API answer from."""
    coverage = CoverageReport(
        store,
        vehicles=store.vehicles,
        containers=store.containers,
        documents=store.documents,
        settings=store.settings,
        links=feeds.connections.links,
        now_ms=now_ms,
    )
    doctor = Doctor(
        check_network=check_network,
        accounts=accounts.book,
        accesses=accounts.accesses,
        quotas=accounts.calls,
        feed=feeds.connections.feed,
        containers=store.containers,
        cars=CarChecks(vehicles=store.vehicles, documents=store.documents, readings=store, now_ms=now_ms),
        watch=feeds.watch,
        mappings=MappingNotes(store.vehicles, introduce=readings.live.introduce, now_ms=now_ms),
        values=ValueChecks(vehicles=store.vehicles, coverage=coverage, quarantine=store, now_ms=now_ms),
        now_ms=now_ms,
    )
    containers = ManualContainers(
        accounts=accounts.book,
        accesses=accounts.accesses,
        stored=store.containers,
        settings=store.settings,
        now_ms=now_ms,
    )
    return Context(
        vehicles=readings.live,
        pictures=feeds.images,
        keeping=_open_keeping(
            store, readings=readings, images=feeds.images, events=events, data_dir=data_dir, now_ms=now_ms
        ),
        accounts=feeds.connections,
        sign_ins=feeds.connections,
        quotas=feeds.quotas,
        imports=CaptureImport(readings.ingest, now_ms=now_ms),
        credentials=credentials,
        health=HubHealth(
            readings.ingest.figures,
            links=feeds.connections.links,
            lost_since_ms=feeds.watch.lost_since_ms,
            token_troubles=lambda: accounts.book.token_troubles,
            free_bytes=partial(free_bytes, database),
            rebuilding=readings.derivation,
            now_ms=now_ms,
        ),
        examination=doctor,
        coverage=coverage,
        catalogue=StoredCatalogue(store.settings),
        containers=containers,
        questions=feeds.questions,
        documents=store.documents,
        readings=store,
        figures=store,
        quarantine=store,
        overlays=store.overlays,
        judging=PersonalJudging(
            ingest=readings.ingest,
            quarantine=store,
            readings=store,
            overlays=store.overlays,
            rehearsal=store,
            now_ms=now_ms,
        ),
        rebuilding=readings.derivation,
        events=events,
        now_ms=now_ms,
        sessions=Sessions(now_ms=now_ms),
        passwords=PasswordAttempts(now_ms=now_ms),
    )


def _open_keeping(
    store: SqliteStore,
    *,
    readings: _Readings,
    images: CarImages,
    events: EventRing,
    data_dir: Path,
    now_ms: Callable[[], int],
) -> VehicleKeeper:
    """Return what puts vehicles away and erases them."""
    eraser = Eraser(
        store,
        vehicles=store.vehicles,
        live=readings.live,
        ingest=readings.ingest,
        derivation=readings.derivation,
        images=images,
        forget_events=events.forget,
        backups=lambda: load_backups(data_dir),
    )
    return VehicleKeeper(vehicles=store.vehicles, introduce=readings.live.introduce, eraser=eraser, now_ms=now_ms)


def _keep_running(
    stack: AsyncExitStack,
    tasks: asyncio.TaskGroup,
    name: str,
    work: Callable[[], Awaitable[None]],
    *,
    clock: Clock,
    jitter: random.Random,
) -> None:
    """Do the work beside everything else, over its failures, until the stack ends."""
    task = tasks.create_task(Supervisor(name, clock=clock, jitter=jitter).keep_running(work), name=name)
    stack.callback(task.cancel)


async def _prune(store: Journal, journal_days: float, clock: Clock) -> None:
    """Forget raw messages that are older than they are kept, once an hour, for ever."""
    while True:
        now_ms = clock.now_ms()
        await store.prune(before_ms=now_ms - round(journal_days * DAY_MS), now_ms=now_ms)
        await clock.sleep(PRUNE_EVERY_MS / 1000)
