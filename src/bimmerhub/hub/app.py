"""Wires the hub: settings in, everything that runs together out. The only place that knows all the parts."""

import asyncio
import random
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass

from bimmerhub.bmw.clock import Clock
from bimmerhub.bmw.http import Session, open_session
from bimmerhub.domain.events import LinkChanged, QuotaChanged, ReadingStored
from bimmerhub.domain.reading import Reading
from bimmerhub.errors import ConfigError
from bimmerhub.hub.accounts.book import AccountBook
from bimmerhub.hub.accounts.quota import QuotaBook
from bimmerhub.hub.config import Settings
from bimmerhub.hub.doctor.coverage import CoverageReport
from bimmerhub.hub.doctor.doctor import Doctor
from bimmerhub.hub.doctor.health import HubHealth
from bimmerhub.hub.feeds.connections import Connections
from bimmerhub.hub.feeds.images import CarImages
from bimmerhub.hub.feeds.manual_containers import ManualContainers
from bimmerhub.hub.ingest.captures import CaptureImport
from bimmerhub.hub.ingest.live import LiveVehicles
from bimmerhub.hub.ingest.pipeline import IngestFigures
from bimmerhub.hub.ingest.quarantine import Releases, load_plausibility
from bimmerhub.hub.process.clock import opened_clock
from bimmerhub.hub.process.credentials import Credentials
from bimmerhub.hub.process.directory import announce, own
from bimmerhub.hub.process.failures import only_error
from bimmerhub.hub.process.secrets import Sealer
from bimmerhub.hub.process.supervisor import Supervisor
from bimmerhub.hub.surroundings import Surroundings
from bimmerhub.store.sqlite.store import SqliteStore
from bimmerhub.views.event_ring import EventRing
from bimmerhub.web.access.gate import is_loopback
from bimmerhub.web.access.sessions import PasswordAttempts, Sessions
from bimmerhub.web.app import build_app
from bimmerhub.web.routes.context import Context
from bimmerhub.web.server import serve

DAY_MS = 86_400_000
PRUNE_EVERY_MS = 3_600_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Hub:
    """A running hub. `address` is where its page and API answer, `context` what they answer from."""

    address: str
    store: SqliteStore
    live: LiveVehicles
    events: EventRing
    connections: Connections
    credentials: Credentials
    context: Context


@asynccontextmanager
async def running(settings: Settings, *, clock: Clock | None = None, goes_live: bool = True) -> AsyncIterator[Hub]:
    """Run the hub as long as the block: its data directory is owned, its page answers, its accounts are connected.

    With `goes_live` False the accounts are left alone: signing in and importing work, nothing is fetched.

    Leaving the block stores what has come in, and ends within about 3 s also with event streams open. Raises
    ConfigError (taken port, directory in use, unprotected address), StoreError (database or key unusable).
    """
    try:
        async with AsyncExitStack() as stack:
            stack.enter_context(own(settings.data_dir))
            session = await stack.enter_async_context(open_session())
            if clock is None:
                clock = await stack.enter_async_context(opened_clock(settings, session))
            yield await _start(stack, settings, clock, session, goes_live=goes_live)
    except ExceptionGroup as group:
        raise only_error(group) from group


async def _start(stack: AsyncExitStack, settings: Settings, clock: Clock, session: Session, *, goes_live: bool) -> Hub:
    """Start the parts, each after what it needs; the stack ends them in the opposite order.

    Leaving therefore goes: event streams, links (what has come in is stored), pruning, hub.json, web server, whatever
    task is left, store; then the clock and the HTTP session that were there before.
    """
    events, live = EventRing(now_ms=clock.now_ms), LiveVehicles()
    around = await _gather(stack, settings, clock, session, events=events, live=live)
    tasks = await stack.enter_async_context(asyncio.TaskGroup())
    connections = Connections(around, tasks=tasks, goes_live=goes_live)
    credentials = Credentials(around.store.settings)
    await credentials.load()
    _refuse_unprotected(settings.hub.host, credentials)
    context = _to_context(around, connections, credentials, events=events, live=live)
    app = build_app(context, allowed_hosts=settings.hub.allowed_hosts)
    port = await stack.enter_async_context(serve(app, settings.hub.host, settings.hub.port))
    address = f"http://{_reachable(settings.hub.host)}:{port}"
    local = stack.enter_context(announce(settings.data_dir, address=address))
    credentials.accept_local(local.token)
    pruner = Supervisor("prune journal", clock=clock, jitter=around.jitter)
    pruning = tasks.create_task(
        pruner.keep_running(lambda: _keep_pruning(around.store, settings.store.journal_days, clock)),
        name="prune journal",
    )
    stack.callback(pruning.cancel)
    stack.push_async_callback(connections.stop)
    stack.callback(events.close)
    if goes_live:
        await connections.start()
    return Hub(
        address=address,
        store=around.store,
        live=live,
        events=events,
        connections=connections,
        credentials=credentials,
        context=context,
    )


async def _gather(
    stack: AsyncExitStack, settings: Settings, clock: Clock, session: Session, *, events: EventRing, live: LiveVehicles
) -> Surroundings:
    """Open the store and gather what the links of all accounts share."""
    endpoints = settings.bmw.endpoints()
    endpoints.ssl_context()  # a wrong CA file is told at once
    store = await stack.enter_async_context(SqliteStore.open(settings.database))
    book = AccountBook(store.accounts, Sealer.open(settings.data_dir))
    for name, account in settings.accounts.items():
        await book.open(name, account.client_id)
    await live.load(store, await store.vehicles.vehicles())
    return Surroundings(
        book=book,
        store=store,
        endpoints=endpoints,
        rest=settings.rest,
        session=session,
        clock=clock,
        figures=IngestFigures(),
        plausibility=await load_plausibility(store),
        jitter=random.Random(),  # noqa: S311 - spreads retries, guards nothing
        quotas=QuotaBook(store.quota, told=lambda quota: events.publish([QuotaChanged(quota=quota)])),
        images=CarImages.open(settings.data_dir),
        stored=lambda readings: events.publish(live.fold(readings)),
        introduce=live.introduce,
        link_changed=lambda link: events.publish([LinkChanged(link=link)]),
    )


def _to_context(
    around: Surroundings, connections: Connections, credentials: Credentials, *, events: EventRing, live: LiveVehicles
) -> Context:
    """Return what the web application may use."""
    now_ms = around.clock.now_ms

    def imported(readings: Sequence[Reading]) -> None:
        """Tell what changed now; the readings themselves are history, and too many for the listeners."""
        events.publish([event for event in live.fold(readings) if not isinstance(event, ReadingStored)])

    coverage = CoverageReport(around.store, links=connections.links, now_ms=now_ms)
    return Context(
        vehicles=live,
        pictures=around.images,
        accounts=connections,
        sign_ins=connections,
        quotas=connections,
        imports=CaptureImport(around.store, now_ms=now_ms, stored=imported, plausibility=around.plausibility),
        credentials=credentials,
        health=HubHealth(around.figures, connections),
        examination=Doctor(around, connections, coverage),
        coverage=coverage,
        containers=ManualContainers(around, connections),
        readings=around.store,
        quarantine=around.store,
        release=Releases(around.store, plausibility=around.plausibility, stored=imported),
        events=events,
        now_ms=now_ms,
        sessions=Sessions(now_ms=now_ms),
        passwords=PasswordAttempts(now_ms=now_ms),
    )


def _refuse_unprotected(host: str, credentials: Credentials) -> None:
    if not (is_loopback(host) or credentials.is_protected()):
        raise ConfigError(
            f"refusing to listen on {host} without a password or an API token",
            hint="Set one first: bimmerhub password set",
        )


def _reachable(host: str) -> str:
    """Return the host as a program on this machine writes it into an address."""
    here = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)
    return f"[{here}]" if ":" in here else here


async def _keep_pruning(store: SqliteStore, journal_days: float, clock: Clock) -> None:
    """Once an hour forget raw messages that are older than they are kept."""
    while True:
        await store.prune(before_ms=clock.now_ms() - round(journal_days * DAY_MS))
        await clock.sleep_until(clock.now_ms() + PRUNE_EVERY_MS)
