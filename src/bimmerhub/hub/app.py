"""Wires the hub: settings in, everything that runs together out. The only place that knows all the parts."""

import asyncio
import random
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass

from bimmerhub import __version__
from bimmerhub.bmw.clock import Clock
from bimmerhub.bmw.http import Session, open_session
from bimmerhub.domain.events import LinkChanged, QuotaChanged, ReadingStored
from bimmerhub.domain.link import LinkState
from bimmerhub.domain.reading import Reading
from bimmerhub.errors import ConfigError
from bimmerhub.hub.accounts import AccountBook
from bimmerhub.hub.config import Settings
from bimmerhub.hub.connections import Connections
from bimmerhub.hub.coverage import CoverageReport
from bimmerhub.hub.credentials import Credentials
from bimmerhub.hub.directory import announce, own
from bimmerhub.hub.doctor import Doctor
from bimmerhub.hub.failures import only_error
from bimmerhub.hub.images import CarImages
from bimmerhub.hub.imports import CaptureImport
from bimmerhub.hub.live import LiveVehicles
from bimmerhub.hub.manual_containers import ManualContainers
from bimmerhub.hub.pipeline import IngestFigures
from bimmerhub.hub.quarantine import Releases, load_plausibility
from bimmerhub.hub.quota import QuotaBook
from bimmerhub.hub.secrets import Sealer
from bimmerhub.hub.supervisor import Supervisor
from bimmerhub.hub.surroundings import Surroundings
from bimmerhub.hub.times import opened_clock
from bimmerhub.store.sqlite import SqliteStore
from bimmerhub.web.api import build_app
from bimmerhub.web.events import EventFeed
from bimmerhub.web.ports import Health
from bimmerhub.web.security import is_loopback
from bimmerhub.web.server import serve

DAY_MS = 86_400_000
PRUNE_EVERY_MS = 3_600_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Hub:
    """A running hub. `address` is where its page and API answer."""

    address: str
    store: SqliteStore
    live: LiveVehicles
    feed: EventFeed
    connections: Connections
    imports: CaptureImport
    credentials: Credentials
    health: "HubHealth"
    doctor: Doctor


class HubHealth:
    """The hub's opinion of itself, from its counters and links."""

    def __init__(self, figures: IngestFigures, connections: Connections) -> None:
        self._figures = figures
        self._connections = connections
        self._started_s = time.monotonic()

    def health(self) -> Health:
        """Return the present health: down when nothing can be stored, degraded when a link is not as it should be."""
        figures = self._figures
        troubled = [
            link for link in self._connections.links() if link.state in (LinkState.REFUSED, LinkState.SIGNED_OUT)
        ]
        return Health(
            status="down" if figures.last_store_error else "degraded" if troubled else "ok",
            version=__version__,
            uptime_s=round(time.monotonic() - self._started_s, 3),
            readings_stored=figures.stored,
            readings_refused=figures.refused,
            readings_not_stored=figures.not_stored,
            last_store_error=figures.last_store_error,
        )


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
    endpoints = settings.bmw.endpoints()
    endpoints.ssl_context()  # a wrong CA file is told at once
    store = await stack.enter_async_context(SqliteStore.open(settings.database))
    book = AccountBook(store.accounts, Sealer.open(settings.data_dir))
    for name, account in settings.accounts.items():
        await book.open(name, account.client_id)
    feed = EventFeed(now_ms=clock.now_ms)
    live = LiveVehicles()
    await live.load(store, await store.vehicles.vehicles())
    plausibility = await load_plausibility(store)
    images = CarImages.open(settings.data_dir)
    figures = IngestFigures()

    def stored(readings: Sequence[Reading]) -> None:
        feed.publish(live.fold(readings))

    tasks = await stack.enter_async_context(asyncio.TaskGroup())
    surroundings = Surroundings(
        book=book,
        store=store,
        endpoints=endpoints,
        rest=settings.rest,
        session=session,
        clock=clock,
        figures=figures,
        plausibility=plausibility,
        jitter=random.Random(),  # noqa: S311 - spreads retries, guards nothing
        quotas=QuotaBook(store.quota, told=lambda quota: feed.publish([QuotaChanged(quota=quota)])),
        images=images,
        stored=stored,
        introduce=live.introduce,
        link_changed=lambda link: feed.publish([LinkChanged(link=link)]),
    )
    connections = Connections(surroundings, tasks=tasks, goes_live=goes_live)

    def imported(readings: Sequence[Reading]) -> None:
        """Tell what changed now; the readings themselves are history, and too many for the event feed."""
        feed.publish([event for event in live.fold(readings) if not isinstance(event, ReadingStored)])

    imports = CaptureImport(store, now_ms=clock.now_ms, stored=imported, plausibility=plausibility)
    health = HubHealth(figures, connections)
    credentials = Credentials(store.settings)
    await credentials.load()
    _refuse_unprotected(settings.hub.host, credentials)
    coverage = CoverageReport(store, links=connections.links, now_ms=clock.now_ms)
    doctor = Doctor(surroundings, connections, coverage)
    app = build_app(
        vehicles=live,
        images=images,
        accounts=connections,
        imports=imports,
        credentials=credentials,
        health=health,
        examination=doctor,
        coverage=coverage,
        containers=ManualContainers(surroundings, connections),
        readings=store,
        quarantine=store,
        releases=Releases(store, plausibility=plausibility, stored=imported),
        feed=feed,
        now_ms=clock.now_ms,
        allowed_hosts=settings.hub.allowed_hosts,
    )
    port = await stack.enter_async_context(serve(app, settings.hub.host, settings.hub.port))
    address = f"http://{_reachable(settings.hub.host)}:{port}"
    local = stack.enter_context(announce(settings.data_dir, address=address))
    credentials.accept_local(local.token)
    pruner = Supervisor("prune journal", clock=clock, jitter=surroundings.jitter)
    pruning = tasks.create_task(
        pruner.keep_running(lambda: _keep_pruning(store, settings.store.journal_days, clock)), name="prune journal"
    )
    stack.callback(pruning.cancel)
    stack.push_async_callback(connections.stop)
    stack.callback(feed.close)
    if goes_live:
        await connections.start()
    return Hub(
        address=address,
        store=store,
        live=live,
        feed=feed,
        connections=connections,
        imports=imports,
        credentials=credentials,
        health=health,
        doctor=doctor,
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
