"""Wires the hub: settings in, everything that runs together out. The only place that knows all the parts."""

import asyncio
import random
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass

from bimmerhub.bmw.clock import Clock
from bimmerhub.bmw.http import Session, open_session
from bimmerhub.domain.account.family import Family
from bimmerhub.domain.events import AccountLinkChanged, QuotaChanged
from bimmerhub.domain.folds.day_rollups import DaysFold
from bimmerhub.errors import ConfigError
from bimmerhub.hub.accounts.access import AccessBook
from bimmerhub.hub.accounts.book import AccountBook
from bimmerhub.hub.accounts.quota import QuotaBook
from bimmerhub.hub.config import HubConfig
from bimmerhub.hub.doctor.coverage import CoverageReport
from bimmerhub.hub.doctor.doctor import Doctor
from bimmerhub.hub.doctor.health import HubHealth
from bimmerhub.hub.doctor.reach import check_network
from bimmerhub.hub.doctor.value_checks import ValueChecks
from bimmerhub.hub.feeds.cardata_feeds import CarDataFeeds
from bimmerhub.hub.feeds.cardata_quota import PlannedQuotas
from bimmerhub.hub.feeds.connections import Connections
from bimmerhub.hub.feeds.images import CarImages
from bimmerhub.hub.feeds.manual_containers import ManualContainers
from bimmerhub.hub.ingest.captures import CaptureImport
from bimmerhub.hub.ingest.derivation import Derivation
from bimmerhub.hub.ingest.ingest import Ingest
from bimmerhub.hub.ingest.live import LiveVehicles
from bimmerhub.hub.ingest.quarantine import Releases
from bimmerhub.hub.opening import opened_store
from bimmerhub.hub.process.clock import opened_clock
from bimmerhub.hub.process.credentials import Credentials
from bimmerhub.hub.process.directory import announce, own
from bimmerhub.hub.process.failures import only_error
from bimmerhub.hub.process.secrets import Sealer
from bimmerhub.hub.process.supervisor import Supervisor
from bimmerhub.ids import Vin
from bimmerhub.store.ports.accounts import StoredAccount
from bimmerhub.store.sqlite.store import SqliteStore
from bimmerhub.times import DAY_MS, HOUR_MS
from bimmerhub.views.event_ring import EventRing
from bimmerhub.web.access.host_gate import is_loopback
from bimmerhub.web.access.sessions import PasswordAttempts, Sessions
from bimmerhub.web.app import build_app
from bimmerhub.web.routes.context import Context
from bimmerhub.web.server import serve

PRUNE_EVERY_MS = HOUR_MS


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
    ConfigError (taken port, directory in use, unprotected address), StoreError (database or key unusable).
    """
    try:
        async with AsyncExitStack() as stack:
            stack.enter_context(own(settings.data_dir, database=settings.database))
            session = await stack.enter_async_context(open_session())
            if clock is None:
                clock = await stack.enter_async_context(opened_clock(settings, session))
            yield await _start(stack, settings, clock, session, goes_live=goes_live)
    except ExceptionGroup as group:
        raise only_error(group) from group


async def _start(stack: AsyncExitStack, settings: HubConfig, clock: Clock, session: Session, *, goes_live: bool) -> Hub:
    """Start the parts, each after what it needs; the stack ends them in the opposite order.

    Leaving therefore goes: event streams, feeds (what has come in is stored), pruning, hub.json, web server, whatever
    task is left, store; then the clock and the HTTP session that were there before.
    """
    jitter = random.Random()  # noqa: S311 - spreads retries, guards nothing
    endpoints = settings.bmw
    endpoints.ssl_context()  # a wrong CA file is told at once
    store = await stack.enter_async_context(opened_store(settings))
    events = EventRing(now_ms=clock.now_ms)
    live, ingest, derivation = await _open_ingest(store, events, jitter)
    accounts = await _open_accounts(settings, store)

    async def publish_quota(account: StoredAccount) -> None:
        events.publish([QuotaChanged(quota=await quotas.load(account))])

    calls = QuotaBook(store.quota, changed=publish_quota)
    accesses = AccessBook(accounts=accounts, quotas=calls, endpoints=endpoints, session=session, clock=clock)
    images = CarImages.open(settings.data_dir)
    cardata = CarDataFeeds(
        settings.rest,
        store=store,
        accesses=accesses,
        quotas=calls,
        images=images,
        ingest=ingest,
        introduce=live.introduce,
        link_changed=lambda link: events.publish([AccountLinkChanged(link=link)]),
        clock=clock,
        jitter=jitter,
    )
    tasks = await stack.enter_async_context(asyncio.TaskGroup())
    connections = Connections(
        accounts=accounts,
        accesses=accesses,
        feeds={Family.CARDATA: cardata.open},
        tasks=tasks,
        now_ms=clock.now_ms,
        goes_live=goes_live,
    )
    quotas = PlannedQuotas(
        settings.rest,
        accounts=accounts,
        quotas=calls,
        vehicles=store.vehicles,
        settings=store.settings,
        feed=connections.feed,
        now_ms=clock.now_ms,
    )
    coverage = CoverageReport(
        store, vehicles=store.vehicles, containers=store.containers, links=connections.links, now_ms=clock.now_ms
    )
    doctor = Doctor(
        check_network=lambda: check_network(endpoints, session),
        accounts=accounts,
        accesses=accesses,
        quotas=calls,
        feed=connections.feed,
        containers=store.containers,
        values=ValueChecks(vehicles=store.vehicles, coverage=coverage, quarantine=store, now_ms=clock.now_ms),
        now_ms=clock.now_ms,
    )
    credentials = await _open_credentials(settings, store)
    context = Context(
        vehicles=live,
        pictures=images,
        accounts=connections,
        sign_ins=connections,
        quotas=quotas,
        imports=CaptureImport(ingest, now_ms=clock.now_ms),
        credentials=credentials,
        health=HubHealth(ingest.figures, links=connections.links, rebuilding=derivation),
        examination=doctor,
        coverage=coverage,
        containers=ManualContainers(accounts=accounts, accesses=accesses, stored=store.containers),
        readings=store,
        figures=store,
        quarantine=store,
        release=Releases(store, ingest, now_ms=clock.now_ms),
        rebuilding=derivation,
        events=events,
        now_ms=clock.now_ms,
        sessions=Sessions(now_ms=clock.now_ms),
        passwords=PasswordAttempts(now_ms=clock.now_ms),
    )
    address = await _answer(stack, settings, context, credentials)
    _keep_pruning(stack, tasks, store, settings.store.journal_days, clock=clock, jitter=jitter)
    _keep_deriving(stack, tasks, derivation, clock=clock, jitter=jitter)
    stack.push_async_callback(connections.stop)
    stack.callback(ingest.close)
    stack.callback(events.close)
    if goes_live:
        await connections.start()
    return Hub(
        address=address,
        store=store,
        live=live,
        accesses=accesses,
        connections=connections,
        quotas=quotas,
        credentials=credentials,
        context=context,
    )


async def _open_ingest(
    store: SqliteStore, events: EventRing, jitter: random.Random
) -> tuple[LiveVehicles, Ingest, Derivation]:
    """Return the live state, as it is stored; the way in that keeps it so; and what derives records after it."""
    live = LiveVehicles()
    await live.load(store, await store.vehicles.vehicles())

    async def reload(vin: Vin) -> None:
        await ingest.reload(vin)

    derivation = Derivation(
        store.derived,
        store,
        [DaysFold()],
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
    )
    return live, ingest, derivation


async def _open_accounts(settings: HubConfig, store: SqliteStore) -> AccountBook:
    """Return the accounts of the store, those of the settings among them."""
    accounts = AccountBook(store.accounts, Sealer.open(settings.data_dir))
    for name, account in settings.accounts.items():
        await accounts.open(name, client_id=account.client_id, family=account.family)
    return accounts


async def _open_credentials(settings: HubConfig, store: SqliteStore) -> Credentials:
    """Return who may come in; ConfigError when that would be everybody in the network."""
    credentials = Credentials(store.settings)
    await credentials.load()
    host = settings.hub.host
    if not (is_loopback(host) or credentials.is_protected()):
        raise ConfigError(
            f"refusing to listen on {host} without a password or an API token",
            hint="Set one first: bimmerhub password set",
        )
    return credentials


async def _answer(stack: AsyncExitStack, settings: HubConfig, context: Context, credentials: Credentials) -> str:
    """Serve the page and the API until the stack ends, and return their address; hub.json tells it to commands."""
    app = build_app(context, allowed_hosts=settings.hub.allowed_hosts)
    port = await stack.enter_async_context(serve(app, settings.hub.host, settings.hub.port))
    address = f"http://{_reachable(settings.hub.host)}:{port}"
    local = stack.enter_context(announce(settings.data_dir, address=address))
    credentials.accept_local(local.token)
    return address


def _reachable(host: str) -> str:
    """Return the host as a program on this machine writes it into an address."""
    here = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)
    return f"[{here}]" if ":" in here else here


def _keep_pruning(
    stack: AsyncExitStack,
    tasks: asyncio.TaskGroup,
    store: SqliteStore,
    journal_days: float,
    *,
    clock: Clock,
    jitter: random.Random,
) -> None:
    """Until the stack ends, forget raw messages that are older than they are kept, once an hour."""

    async def prune() -> None:
        while True:
            await store.prune(before_ms=clock.now_ms() - round(journal_days * DAY_MS))
            await clock.sleep_until(clock.now_ms() + PRUNE_EVERY_MS)

    supervisor = Supervisor("prune journal", clock=clock, jitter=jitter)
    pruning = tasks.create_task(supervisor.keep_running(prune), name="prune journal")
    stack.callback(pruning.cancel)


def _keep_deriving(
    stack: AsyncExitStack, tasks: asyncio.TaskGroup, derivation: Derivation, *, clock: Clock, jitter: random.Random
) -> None:
    """Until the stack ends, keep the records that follow from readings up to date."""
    supervisor = Supervisor("derive", clock=clock, jitter=jitter)
    deriving = tasks.create_task(supervisor.keep_running(derivation.run), name="derive")
    stack.callback(deriving.cancel)
