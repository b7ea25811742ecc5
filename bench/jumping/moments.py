"""The ten moments at which the clock is set. Each raises AssertionError for what must not be."""

import asyncio
import shutil
import sqlite3
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path
from typing import Final

from bench.jumping.world import A_STEP_MS, COUNTER, Moment, World, is_connected, until
from bench.killing.operation import expect
from bench.old_schemas import RELEASE_0_2, OldDatabase

from bimmerhub.domain.reading import Reading, Source
from bimmerhub.hub.app import Hub
from bimmerhub.hub.process.directory import own
from bimmerhub.hub.safekeeping.history_files import make_backup, restore_file
from bimmerhub.ids import Descriptor, Vin
from bimmerhub.store.ports.audit import AuditEntry
from bimmerhub.store.sqlite.database.migrations import ignore_step
from bimmerhub.store.sqlite.store import SqliteStore
from bimmerhub.times import DAY_MS, HOUR_MS, MINUTE_MS
from bimmerhub.views.ports.backups import BackupsState

OLD_READINGS: Final = 50


async def idle(world: World, hub: Hub, by_ms: int) -> None:
    """While nothing happens."""
    world.clock.wrong_ms += by_ms
    expect(is_connected(hub), "the stream ended by it")


async def in_a_renewal(world: World, hub: Hub, by_ms: int) -> None:  # noqa: ARG001 - one of ten
    """While BMW renews the sign-in."""
    asked = len(world.tokens_asked)
    world.switch("token-answer-late", value=0.5, times=1)
    await world.live(50 * MINUTE_MS)
    await until(lambda: not world.emulator.faults.is_on("token-answer-late"), "a renewal begins")
    world.clock.wrong_ms += by_ms
    await until(lambda: len(world.tokens_asked) > asked, "the renewal ends")


async def in_a_commit(world: World, hub: Hub, by_ms: int) -> None:  # noqa: ARG001 - one of ten
    """While batches of readings are stored."""
    for number in range(8):
        world.publish(40)
        if number == 4:
            world.clock.wrong_ms += by_ms
        await asyncio.sleep(0.01)
    await until(lambda: world.heard[-1] in world.stored(), "all are stored")


async def in_a_backup(world: World, hub: Hub, by_ms: int) -> None:
    """While a backup is written and tried; another one is made afterwards when its time has come."""
    backups = hub.context.backups
    backups.make_now()
    await until(lambda: backups.state().is_under_way, "a backup begins")
    world.clock.wrong_ms += by_ms
    await until(lambda: _rests(backups.state()), "the backup ends")
    names = _names(world.folder / "backups")
    expect(len(names) >= 1, "no backup")
    expect(all(backup.is_good for backup in backups.state().backups), "a backup is not good")
    next_ms = backups.state().next_at_ms
    expect(next_ms is not None and next_ms - world.clock.now_ms() <= DAY_MS, f"the next backup is at {next_ms}")


async def in_a_quota_pause(world: World, hub: Hub, by_ms: int) -> None:  # noqa: ARG001 - one of ten
    """While the day's calls are spent: another day's are made in the next day, and none before."""
    await _set_limit_reached(world)
    world.clock.wrong_ms += by_ms
    world.emulator.quota.refused = 0
    await world.live(26 * HOUR_MS)
    await until(lambda: world.emulator.quota.spent(world.emulator.info.gcid) > 0, "the next day's calls are made")


async def in_a_back_off(world: World, hub: Hub, by_ms: int) -> None:
    """While the stream waits before it connects anew."""
    world.switch("broker-unavailable", times=2)
    world.switch("connections-cut", value=0.05, times=1)
    world.emulator.clock.nudge()
    await until(lambda: not is_connected(hub), "the stream is cut")
    world.clock.wrong_ms += by_ms
    for _ in range(40):
        if is_connected(hub):
            return
        world.pass_time(MINUTE_MS)
        await asyncio.sleep(0.1)
    raise AssertionError("not connected after 40 minutes")


async def in_a_session(world: World, hub: Hub, by_ms: int) -> None:
    """While a browser has a session and a program a token: both go on, and the session ends after a week unused."""
    await hub.credentials.set_password("correct horse battery")
    token = await hub.credentials.create_token("test", "read", now_ms=world.clock.now_ms())
    cookie = hub.context.entrance.sessions.start().cookie
    world.clock.wrong_ms += by_ms
    for headers in ({"Cookie": f"bimmerhub_session={cookie}"}, {"Authorization": f"Bearer {token}"}):
        expect(await _answers(world, hub, headers) == 200, f"the {next(iter(headers))} is no good any more")
    idle_cookie = hub.context.entrance.sessions.start().cookie
    await world.live(8 * DAY_MS)
    expect(hub.context.entrance.sessions.use(idle_cookie) is None, "a session lasts for ever")
    expect(await _answers(world, hub, {"Authorization": f"Bearer {token}"}) == 200, "the token has ended")


async def in_retention(world: World, hub: Hub, by_ms: int) -> None:
    """While readings are limited to 30 days: what is younger stays, and the raw messages of a week do."""
    before = await hub.store.figures()
    world.clock.wrong_ms += by_ms
    await hub.context.age_keeping.apply()
    await world.live(26 * HOUR_MS)
    await hub.context.age_keeping.apply()
    after = await hub.store.figures()
    expect(after.readings >= before.readings, f"{before.readings - after.readings} readings of today were dropped")
    expect(after.journal_entries >= before.journal_entries, "raw messages of today were forgotten")


async def in_a_migration_and_a_restore(world: World, hub: Hub, by_ms: int) -> None:  # noqa: ARG001 - one of ten
    """While an older database comes up to date, and while a backup is put in its place."""
    folder = world.folder / "other"
    folder.mkdir()
    database = folder / "bimmerhub.sqlite3"
    rows = ((world.clock.true_ms(), "topic", b"{}", (_old_reading(number),)) for number in range(OLD_READINGS))
    OldDatabase(database, RELEASE_0_2).write(rows)
    opening = asyncio.ensure_future(_open(database))
    await asyncio.sleep(0)
    world.clock.wrong_ms += by_ms
    await opening
    make_backup(database, folder / "copy")
    entry = AuditEntry(at_ms=world.clock.now_ms(), who="command line", from_where=None, action="restored")
    with own(folder, database=database):
        restore_file(
            folder / "copy", database, passphrase=None, is_access_kept=False, entry=entry, progress=ignore_step
        )
    await _open(database)
    with closing(sqlite3.connect(database)) as connection:
        [(count,)] = connection.execute("SELECT count(*) FROM points").fetchall()
    expect(count == OLD_READINGS, f"{count} readings of {OLD_READINGS}")
    shutil.rmtree(folder)


async def at_the_end_of_the_day(world: World, hub: Hub, by_ms: int) -> None:  # noqa: ARG001 - one of ten
    """Just before BMW's day ends, with some calls of it left: neither day has more than BMW allows."""
    left_ms = world.emulator.quota.resets_at_ms() - world.emulator.clock.now_ms()
    await world.live(max(0, left_ms - 2 * A_STEP_MS))
    world.pass_time(max(0, world.emulator.quota.resets_at_ms() - world.emulator.clock.now_ms() - 30_000))
    world.clock.wrong_ms += by_ms
    await world.live(25 * HOUR_MS)


async def _set_limit_reached(world: World) -> None:
    world.emulator.quota.set_spent(world.emulator.info.gcid, world.emulator.quota.limit)
    before = world.emulator.quota.refused
    for _ in range(100):
        world.pass_time(A_STEP_MS)
        await asyncio.sleep(0.04)
        if world.emulator.quota.refused > before:
            return
        world.emulator.quota.set_spent(world.emulator.info.gcid, world.emulator.quota.limit)
    raise AssertionError("no call was refused")


async def _answers(world: World, hub: Hub, headers: Mapping[str, str]) -> int:
    async with world.session.get(f"{hub.address}/api/v1/vehicles", headers=headers) as answer:
        return answer.status


async def _open(database: Path) -> None:
    async with SqliteStore.open(database):
        pass


def _rests(state: BackupsState) -> bool:
    return not state.is_under_way


def _names(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()} if folder.exists() else set()


def _old_reading(number: int) -> Reading:
    at_ms = 1_785_000_000_000 + 1_000 * number
    return Reading(
        vin=Vin("WBA00000000000001"),
        descriptor=Descriptor(COUNTER),
        value=number,
        unit=None,
        measured_at_ms=at_ms,
        sent_at_ms=at_ms,
        received_at_ms=at_ms,
        source=Source.STREAM,
    )


MOMENTS: Final[Mapping[str, Moment]] = {
    "idle": idle,
    "renewal": in_a_renewal,
    "commit": in_a_commit,
    "backup": in_a_backup,
    "quota-pause": in_a_quota_pause,
    "back-off": in_a_back_off,
    "session": in_a_session,
    "retention": in_retention,
    "migration-restore": in_a_migration_and_a_restore,
    "end-of-day": at_the_end_of_the_day,
}
