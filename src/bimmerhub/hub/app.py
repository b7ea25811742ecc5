"""Wires the hub: settings in, everything that runs together out. Its parts: `hub.assembly`."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from functools import partial

from bimmerhub.bmw.clock import Clock
from bimmerhub.bmw.http import Session, open_session
from bimmerhub.hub.accounts.access import AccessBook
from bimmerhub.hub.accounts.bmw_time_note import BmwTimeNote
from bimmerhub.hub.answering import open_context
from bimmerhub.hub.assembly import Parts, open_parts
from bimmerhub.hub.commands.desk import CommandDesk
from bimmerhub.hub.config import HubConfig
from bimmerhub.hub.coverage.listening import ListeningLog
from bimmerhub.hub.feeds.cardata.cardata_quota import PlannedQuotas
from bimmerhub.hub.feeds.connections import Connections
from bimmerhub.hub.ingest.freshness_timer import keep_telling_freshness
from bimmerhub.hub.ingest.live import LiveVehicles
from bimmerhub.hub.process.clock import opened_clock
from bimmerhub.hub.process.credentials import Credentials
from bimmerhub.hub.process.demo import keep_from_bmw
from bimmerhub.hub.process.directory import own
from bimmerhub.hub.process.failures import only_error
from bimmerhub.hub.process.settings_note import note_changed_settings
from bimmerhub.hub.process.supervisor import Supervisor
from bimmerhub.hub.safekeeping.move_mark import refuse_half_restored, refuse_moved, settle_mark
from bimmerhub.hub.serving import serving
from bimmerhub.store.ports.journal import Journal
from bimmerhub.store.sqlite.store import SqliteStore
from bimmerhub.times import DAY_MS, HOUR_MS
from bimmerhub.web.routes.context import Context

PRUNE_EVERY_MS = HOUR_MS
Work = Callable[[], Awaitable[None]]


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
    commands: CommandDesk
    context: Context


@asynccontextmanager
async def running(
    settings: HubConfig, *, clock: Clock | None = None, goes_live: bool = True, reads_only: str | None = None
) -> AsyncIterator[Hub]:
    """Run the hub as long as the block: its data directory is owned, its page answers, its accounts are connected.

    With `goes_live` False the accounts are left alone: signing in and importing work, nothing is fetched. `reads_only`
    says why the disk cannot be written: then the accounts are left alone too, and the hub shows what is stored.

    Leaving the block stores what has come in, and ends within about 3 s also with event streams open. Raises
    ConfigError (taken port, directory in use or moved, unprotected address, a demo's directory with BMW's), StoreError
    (database or key unusable, another user's files in the directory).
    """
    refuse_half_restored(settings.data_dir)
    if goes_live and reads_only is None:
        keep_from_bmw(settings.data_dir, settings.bmw)
        refuse_moved(settings.data_dir)
    try:
        async with AsyncExitStack() as stack:
            stack.enter_context(own(settings.data_dir, database=settings.database, reads_only=reads_only is not None))
            if reads_only is None:
                settle_mark(settings.data_dir)
            session = await stack.enter_async_context(open_session(plain_hosts=settings.lab.plain_http_hosts))
            if clock is None:
                clock = await stack.enter_async_context(opened_clock(settings, session))
            goes_live = goes_live and reads_only is None
            yield await _start(stack, settings, clock, session, goes_live=goes_live, reads_only=reads_only)
    except ExceptionGroup as group:
        raise only_error(group) from group


async def _start(
    stack: AsyncExitStack,
    settings: HubConfig,
    clock: Clock,
    session: Session,
    *,
    goes_live: bool,
    reads_only: str | None,
) -> Hub:
    """Start the parts, each after what it needs; the stack ends them in the opposite order.

    Leaving therefore goes: event streams, feeds (what has come in is stored) and renewals under way, pruning,
    hub.json, web server, whatever task is left, the ingest (what it was given is stored), store; then the clock and
    the HTTP session that were there before.
    """
    parts = await open_parts(stack, settings, clock, session, goes_live=goes_live, reads_only=reads_only)
    context = open_context(parts, session)
    served = serving(
        settings.hub,
        context,
        parts.credentials,
        data_dir=settings.data_dir,
        goes_live=goes_live,
        is_announced=reads_only is None,
    )
    address = await stack.enter_async_context(served)
    if reads_only is None:
        _keep_running(stack, parts, _work_beside(parts))
    stack.push_async_callback(_stop_links, parts.feeds.connections, parts.accounts.accesses)
    stack.callback(parts.commands.stop)
    stack.callback(parts.readings.ingest.close)
    stack.callback(parts.events.close)
    if reads_only is None:
        await parts.commands.start(goes_live=goes_live)
    if goes_live:
        await note_changed_settings(settings, parts.store.settings, context.acts)
        await parts.feeds.connections.start()
    return Hub(
        address=address,
        store=parts.store,
        live=parts.readings.live,
        accesses=parts.accounts.accesses,
        connections=parts.feeds.connections,
        quotas=parts.feeds.quotas,
        credentials=parts.credentials,
        commands=parts.commands,
        context=context,
    )


def _work_beside(parts: Parts) -> dict[str, Work]:
    """Return the work that is done beside everything else for as long as the hub runs, by its name in the log."""
    settings, store, clock = parts.settings, parts.store, parts.clock
    listening = ListeningLog(store.settings, store.accounts, links=parts.feeds.connections.links, clock=clock)
    # A command's hub, which does not go live, is gone in seconds: it only follows what happens to the database.
    database = parts.database.run if parts.goes_live else parts.database.follow
    work: dict[str, Work] = {
        "prune journal": partial(_prune, store, settings.store.journal_days, clock),
        "derive": parts.readings.derivation.run,
        "tell freshness": partial(keep_telling_freshness, parts.readings.live, parts.events.publish, clock=clock),
        "note connections": listening.run,
        "note BMW's time": BmwTimeNote(store.settings, parts.accounts.calls.bmw_clock).run,
        "make backups": parts.backups.run,
        "watch the database": database,
    }
    return work | {"drop old readings": parts.ages.run} if parts.goes_live else work


def _keep_running(stack: AsyncExitStack, parts: Parts, beside: Mapping[str, Work]) -> None:
    """Start each work as a task of its own, which is started again when it fails, until the stack ends."""
    for name, work in beside.items():
        supervisor = Supervisor(name, clock=parts.clock, jitter=parts.jitter)
        stack.callback(parts.tasks.create_task(supervisor.keep_running(work), name=name).cancel)


async def _stop_links(connections: Connections, accesses: AccessBook) -> None:
    """Stop every feed, and wait for the renewals that requests have begun; both have the same ten seconds."""
    async with asyncio.TaskGroup() as stopping:
        stopping.create_task(connections.stop(), name="stop feeds")
        stopping.create_task(accesses.finish(), name="finish renewals")


async def _prune(store: Journal, journal_days: float, clock: Clock) -> None:
    """Forget raw messages that are older than they are kept, once an hour, for ever."""
    while True:
        now_ms = clock.now_ms()
        await store.prune(before_ms=now_ms - round(journal_days * DAY_MS), now_ms=now_ms)
        await clock.sleep(PRUNE_EVERY_MS / 1000)
