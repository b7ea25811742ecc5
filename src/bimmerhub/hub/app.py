"""Wires the hub: settings in, everything that runs together out. What a part is made of: `hub.parts`."""

import asyncio
import random
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager, nullcontext, suppress
from dataclasses import dataclass, replace
from functools import partial

from bimmerhub.bmw.clock import Clock
from bimmerhub.bmw.http import Session, open_session
from bimmerhub.domain.events import QuotaChanged
from bimmerhub.errors import StoreError
from bimmerhub.hub.accounts.access import AccessBook
from bimmerhub.hub.accounts.bmw_time_note import BmwTimeNote
from bimmerhub.hub.american.signed_garage import SignedGarage
from bimmerhub.hub.answering import open_context
from bimmerhub.hub.commands.desk import CommandDesk
from bimmerhub.hub.config import HubConfig
from bimmerhub.hub.coverage.listening import ListeningLog
from bimmerhub.hub.doctor.reach import check_network
from bimmerhub.hub.feeds.cardata.cardata_quota import PlannedQuotas
from bimmerhub.hub.feeds.connections import Connections
from bimmerhub.hub.ingest.freshness_timer import keep_telling_freshness
from bimmerhub.hub.ingest.live import LiveVehicles
from bimmerhub.hub.opening import opened_store
from bimmerhub.hub.parts import (
    Accounts,
    Feeds,
    Readings,
    open_accounts,
    open_age_keeper,
    open_commands,
    open_database_watch,
    open_feeds,
    open_readings,
)
from bimmerhub.hub.process.clock import opened_clock
from bimmerhub.hub.process.credentials import Credentials
from bimmerhub.hub.process.demo import keep_from_bmw
from bimmerhub.hub.process.directory import own
from bimmerhub.hub.process.failures import only_error
from bimmerhub.hub.process.settings_note import note_changed_settings
from bimmerhub.hub.process.supervisor import Supervisor
from bimmerhub.hub.reporting.recent_log import RecentLog
from bimmerhub.hub.safekeeping.backup_keeper import BackupKeeper
from bimmerhub.hub.safekeeping.backup_record import BackupRecord
from bimmerhub.hub.safekeeping.move_mark import refuse_half_restored, refuse_moved, settle_mark
from bimmerhub.hub.serving import open_credentials, serving
from bimmerhub.store.ports.accounts import StoredAccount
from bimmerhub.store.ports.journal import Journal
from bimmerhub.store.sqlite.store import SqliteStore
from bimmerhub.times import DAY_MS, HOUR_MS
from bimmerhub.views.event_ring import EventRing
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
    (database or key unusable).
    """
    refuse_half_restored(settings.data_dir)
    if goes_live and reads_only is None:
        keep_from_bmw(settings.data_dir, settings.bmw)
        refuse_moved(settings.data_dir)
    try:
        async with AsyncExitStack() as stack:
            with suppress(StoreError) if reads_only else nullcontext():
                stack.enter_context(own(settings.data_dir, database=settings.database))
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

    async def publish_quota(account: StoredAccount) -> None:
        events.publish([QuotaChanged(quota=await feeds.quotas.load(account))])

    log = stack.enter_context(RecentLog().listening())
    jitter = random.Random()  # noqa: S311 - spreads retries, guards nothing
    settings.bmw.ssl_context()  # a wrong CA file is told at once
    opened = opened_store(settings) if reads_only is None else SqliteStore.open_readonly(settings.database)
    store = await stack.enter_async_context(opened)
    events = EventRing(now_ms=clock.now_ms)
    readings = await open_readings(store, events, jitter)
    stack.push_async_callback(readings.ingest.finish)
    database = await open_database_watch(store, readings, clock=clock)
    ages = await open_age_keeper(settings, store, readings, clock=clock)
    named = settings if reads_only is None else replace(settings, accounts={})  # which would be stored
    accounts = await open_accounts(named, store, session=session, clock=clock, call_made=publish_quota)
    stack.push_async_callback(accounts.passwords.close)
    tasks = await stack.enter_async_context(asyncio.TaskGroup())
    feeds = open_feeds(
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
    commands = open_commands(
        store,
        accounts=accounts,
        ingest=readings.ingest,
        open_client=accounts.passwords.find_client,
        events=events,
        tasks=tasks,
        clock=clock,
        jitter=jitter,
    )
    backups = BackupKeeper(
        settings.backup,
        database=settings.database,
        record=BackupRecord(store.settings),
        is_busy=lambda: readings.ingest.is_busy,
        check_database=database.check,
        clock=clock,
        is_scheduled=goes_live,
    )
    await backups.load()
    credentials = await open_credentials(settings.hub, store.settings)
    context = open_context(
        store,
        settings,
        readings=readings,
        accounts=accounts,
        feeds=feeds,
        commands=commands,
        backups=backups,
        garage=SignedGarage(settings, accounts=accounts, session=session, clock=clock),
        check_network=lambda name: check_network(settings.bmw, session, relay=settings.relay(name)),
        credentials=credentials,
        database=database,
        ages=ages,
        events=events,
        log=log,
        reads_only=reads_only,
        now_ms=clock.now_ms,
    )
    served = serving(
        settings.hub,
        context,
        credentials,
        data_dir=settings.data_dir,
        goes_live=goes_live,
        is_announced=reads_only is None,
    )
    address = await stack.enter_async_context(served)
    beside = {
        **_beside(settings, store, readings=readings, accounts=accounts, feeds=feeds, events=events, clock=clock),
        "make backups": backups.run,
        "watch the database": database.run if goes_live else database.follow,  # a command's hub is gone in seconds
    }
    if goes_live:
        beside["drop old readings"] = ages.run
        if reads_only is None:
            await note_changed_settings(settings, store.settings, context.acts)
    for name, work in beside.items() if reads_only is None else ():
        supervisor = Supervisor(name, clock=clock, jitter=jitter)
        stack.callback(tasks.create_task(supervisor.keep_running(work), name=name).cancel)
    stack.push_async_callback(_stop_links, feeds.connections, accounts.accesses)
    stack.callback(commands.stop)
    stack.callback(readings.ingest.close)
    stack.callback(events.close)
    if reads_only is None:
        await commands.start(goes_live=goes_live)
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
        commands=commands,
        context=context,
    )


def _beside(
    settings: HubConfig,
    store: SqliteStore,
    *,
    readings: Readings,
    accounts: Accounts,
    feeds: Feeds,
    events: EventRing,
    clock: Clock,
) -> dict[str, Work]:
    """Return the work that is done beside everything else for as long as the hub runs, by its name in the log."""
    listening = ListeningLog(store.settings, store.accounts, links=feeds.connections.links, clock=clock)
    return {
        "prune journal": partial(_prune, store, settings.store.journal_days, clock),
        "derive": readings.derivation.run,
        "tell freshness": partial(keep_telling_freshness, readings.live, events.publish, clock=clock),
        "note connections": listening.run,
        "note BMW's time": BmwTimeNote(store.settings, accounts.calls.bmw_clock).run,
    }


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
