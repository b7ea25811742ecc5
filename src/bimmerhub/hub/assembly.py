"""All parts of a hub, opened in the order in which they need each other. What each is made of: `hub.parts`."""

import asyncio
import random
from contextlib import AsyncExitStack
from dataclasses import dataclass, replace

from bimmerhub.bmw.clock import Clock
from bimmerhub.bmw.http import Session
from bimmerhub.domain.events import QuotaChanged
from bimmerhub.hub.commands.desk import CommandDesk
from bimmerhub.hub.config import HubConfig
from bimmerhub.hub.doctor.database_watch import DatabaseWatch
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
from bimmerhub.hub.process.credentials import Credentials
from bimmerhub.hub.reporting.recent_log import RecentLog
from bimmerhub.hub.safekeeping.backup_keeper import BackupKeeper
from bimmerhub.hub.safekeeping.backup_record import BackupRecord
from bimmerhub.hub.serving import open_credentials
from bimmerhub.hub.vehicles.age_limits import AgeKeeper
from bimmerhub.store.ports.accounts import StoredAccount
from bimmerhub.store.sqlite.store import SqliteStore
from bimmerhub.views.event_ring import EventRing


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """The parts of a hub, and what they share. `hub.app` starts and ends them, `hub.answering` makes answers of them.

    `reads_only` is why nothing can be stored, None when it can. `tasks` run until the hub ends.
    """

    settings: HubConfig
    clock: Clock
    jitter: random.Random
    log: RecentLog
    tasks: asyncio.TaskGroup
    store: SqliteStore
    events: EventRing
    readings: Readings
    accounts: Accounts
    feeds: Feeds
    commands: CommandDesk
    backups: BackupKeeper
    database: DatabaseWatch
    ages: AgeKeeper
    credentials: Credentials
    goes_live: bool
    reads_only: str | None


async def open_parts(
    stack: AsyncExitStack,
    settings: HubConfig,
    clock: Clock,
    session: Session,
    *,
    goes_live: bool,
    reads_only: str | None,
) -> Parts:
    """Open them; the stack closes them in the opposite order. Nothing runs yet, and nothing is asked of BMW."""

    async def publish_quota(account: StoredAccount) -> None:
        events.publish([QuotaChanged(quota=await feeds.quotas.load(account))])

    log = stack.enter_context(RecentLog().listening())
    jitter = random.Random()  # noqa: S311 - spreads retries, guards nothing
    settings.bmw.ssl_context()  # a wrong CA file is told at once
    opened = opened_store(settings) if reads_only is None else SqliteStore.open_readonly(settings.database)
    store = await stack.enter_async_context(opened)
    events = EventRing(now_ms=clock.now_ms)
    readings = await open_readings(store, events, jitter, clock=clock)
    stack.push_async_callback(readings.ingest.finish)
    database = await open_database_watch(store, readings, clock=clock)
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
    credentials = await open_credentials(settings.hub, store.settings)
    database.after_exchange.append(credentials.store_again)
    return Parts(
        settings=settings,
        clock=clock,
        jitter=jitter,
        log=log,
        tasks=tasks,
        store=store,
        events=events,
        readings=readings,
        accounts=accounts,
        feeds=feeds,
        commands=open_commands(
            store,
            accounts=accounts,
            ingest=readings.ingest,
            open_client=accounts.passwords.find_client,
            events=events,
            tasks=tasks,
            clock=clock,
            jitter=jitter,
        ),
        backups=await _open_backups(settings, store, readings, database, clock=clock, is_scheduled=goes_live),
        database=database,
        ages=await open_age_keeper(settings, store, readings, clock=clock),
        credentials=credentials,
        goes_live=goes_live,
        reads_only=reads_only,
    )


async def _open_backups(
    settings: HubConfig,
    store: SqliteStore,
    readings: Readings,
    database: DatabaseWatch,
    *,
    clock: Clock,
    is_scheduled: bool,
) -> BackupKeeper:
    """Return what makes backups, by hand and by schedule."""
    backups = BackupKeeper(
        settings.backup,
        database=settings.database,
        record=BackupRecord(store.settings),
        is_busy=lambda: readings.ingest.is_busy,
        check_database=database.check,
        clock=clock,
        is_scheduled=is_scheduled,
    )
    await backups.load()
    return backups
