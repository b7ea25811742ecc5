"""What is recorded: days of a hub, and then a restore, an upgrade, and a move out of and into a directory."""

import asyncio
import shutil
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Final

from bench.cloud import Flood
from bench.disk.live import DESCRIPTORS, Life, command, life, listening
from bench.disk.promises import DONE, Promises, read_promises
from bench.disk.recorder import Operation, Recorder, new_recorder
from bench.disk.verdicts import DATABASE, Verdict, judge_days, load_values
from bench.disk.verdicts_of_exchanges import (
    PASSPHRASE,
    Exchange,
    judge_arrival,
    judge_departure,
    judge_restore,
    judge_upgrade,
)
from bench.old_schemas import RELEASE_0_2, OldDatabase
from bench.processes import HubProcess, hub

from bimmerhub.bmw.cardata.wire import decode_message
from bimmerhub.hub.process.directory import own
from bimmerhub.hub.safekeeping.history_files import make_backup
from bimmerhub.hub.safekeeping.moving import move_out
from bimmerhub.ids import Vin

Judge = Callable[[Path, int], Awaitable[Verdict]]
"""Says what is wrong with the files below a folder, as they were left after so many operations."""
_BACKUP_WITHIN_S: Final = 60
_VIN: Final = Vin("WBA00000000000001")


@dataclass(frozen=True, slots=True, kw_only=True)
class Recorded:
    """A record, with what was promised at each place of it, and how to judge what is left of it.

    Its first `begins_at` operations only made what was there before.
    """

    name: str
    operations: Sequence[Operation]
    promises: Promises
    judge: Judge
    begins_at: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Ground:
    """What days left, for others to begin with: the folder that `hub` is in, an older backup, and the promises."""

    root: Path
    backup: Path
    promises: Promises


async def record_days(
    folder: Path, *, messages: int, renewals: int, is_whole: bool = True
) -> tuple[Recorded, Ground | None]:
    """Record a new hub: its sign-in, messages and renewals; with `is_whole` an import, a backup and a second start."""
    recorder = new_recorder(folder)
    imported: set[int] = set()
    portion = messages // (renewals + is_whole)
    async with life(recorder, folder / "bmw") as lived:
        port = lived.emulator.info.mqtt_port
        async with lived.running_hub() as running:
            await lived.sign_in(running)
            async with listening(running):
                for _ in range(renewals):
                    await lived.feed(messages=portion)
                    await lived.renew()
            if is_whole:
                make_backup(lived.data_dir / DATABASE, folder / "backup")
        if is_whole:
            imported = await _second_day(lived, folder, messages=portion)
    operations = list(recorder.read())
    promises = read_promises(operations, stream_port=port, imported=imported)

    async def judge(root: Path, place: int) -> Verdict:
        return await judge_days(root / "hub", root / "backups", promises, place=place)

    recorded = Recorded(name="days", operations=operations, promises=promises, judge=judge)
    ground = Ground(root=recorder.root, backup=folder / "backup", promises=promises) if is_whole else None
    return recorded, ground


async def record_restore(folder: Path, ground: Ground) -> Recorded:
    """Record a backup that takes the place of a newer history."""
    recorder, present = _recorder_on(folder, ground)
    words = ("restore", str(ground.backup), "--force")
    operations = await _record(recorder, *words, data_dir=recorder.root / "hub")
    return _recorded("restore", present, operations, root=recorder.root, ground=ground, judge=judge_restore)


async def record_departure(folder: Path, ground: Ground) -> Recorded:
    """Record a move out of a data directory."""
    (ground.root / "stick").mkdir(exist_ok=True)
    recorder, present = _recorder_on(folder, ground)
    words = ("move", "--to", str(recorder.root / "stick" / "all.move"))
    operations = await _record(recorder, *words, *_passphrase_option(folder), data_dir=recorder.root / "hub")
    return _recorded("move out", present, operations, root=recorder.root, ground=ground, judge=judge_departure)


async def record_arrival(folder: Path, ground: Ground) -> Recorded:
    """Record how a move file is put in place in a directory that is not there yet."""
    recorder = new_recorder(folder)
    file, left = recorder.root / "stick" / "all.move", folder / "left"
    file.parent.mkdir()
    shutil.copytree(ground.root / "hub", left)
    database, now_ms = left / DATABASE, round(time.time() * 1000)
    with own(left, database=database):
        move_out(file, PASSPHRASE, data_dir=left, database=database, config=None, accounts=["bench"], now_ms=now_ms)
    present = list(recorder.list_present())
    operations = await _record(
        recorder, "restore", str(file), "--trust-settings", *_passphrase_option(folder), data_dir=recorder.root / "hub"
    )
    return _recorded("move in", present, operations, root=recorder.root, ground=ground, judge=judge_arrival)


async def record_upgrade(folder: Path, *, messages: int) -> Recorded:
    """Record the first start of a hub on a database of version 0.2.0."""
    recorder = new_recorder(folder)
    data_dir = recorder.root / "hub"
    data_dir.mkdir(mode=0o700)
    values = fill_old(data_dir / DATABASE, messages)
    present = list(recorder.list_present())
    await asyncio.to_thread(_start_and_stop, data_dir, recorder)
    recorder.mark(DONE)
    operations = [*present, *recorder.read()]
    promises = read_promises(operations, stream_port=0, before=Promises(values=values))
    exchange = Exchange(old=Counter(values), new=Counter(), promises=promises)
    return Recorded(
        name="upgrade",
        operations=operations,
        promises=promises,
        judge=partial(judge_upgrade, exchange=exchange),
        begins_at=len(present),
    )


def _recorder_on(folder: Path, ground: Ground) -> tuple[Recorder, list[Operation]]:
    """Return a recorder of a copy of the ground's root, and the operations that made that."""
    recorder = new_recorder(folder)
    shutil.copytree(ground.root, recorder.root, dirs_exist_ok=True)
    return recorder, list(recorder.list_present())


async def _second_day(lived: Life, folder: Path, *, messages: int) -> set[int]:
    """Start a hub that has a place for backups; feed it, and import meanwhile. Return the values of the import."""
    backups = {"BIMMERHUB_BACKUP__DIRECTORY": str(lived.recorder.root / "backups")}
    async with lived.running_hub(**backups) as running, listening(running):
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(lived.feed(messages=messages // 2))
            importing = tasks.create_task(lived.import_some(folder / "capture.ndjson", messages))
        await lived.feed(messages=messages // 2)
        await _wait_for_backup(running)
    return importing.result()


async def _wait_for_backup(running: HubProcess) -> None:
    """Have a backup made, and wait until it is, and was restored on trial."""
    await asyncio.to_thread(running.fetch, "backups", method="POST")
    async with asyncio.timeout(_BACKUP_WITHIN_S):
        while True:
            state = await asyncio.to_thread(running.fetch, "backups")
            if not state["is_under_way"] and state["items"]:
                return
            await asyncio.sleep(0.1)


async def _record(recorder: Recorder, *words: str, data_dir: Path) -> list[Operation]:
    """Run a command below the recorder and return what it did, with a mark at its end."""
    settings = recorder.root.parent / "settings"
    await command(recorder, *words, data_dir=data_dir, XDG_CONFIG_HOME=str(settings))
    recorder.mark(DONE)
    return list(recorder.read())


def _recorded(
    name: str,
    present: Sequence[Operation],
    operations: Sequence[Operation],
    *,
    root: Path,
    ground: Ground,
    judge: Callable[..., Awaitable[Verdict]],
) -> Recorded:
    every = [*present, *operations]
    promises = read_promises(every, stream_port=0, before=ground.promises)
    old, new = load_values(ground.root / "hub" / DATABASE), load_values(ground.backup)
    exchange = Exchange(old=old, new=new, promises=promises, recorded_at=root)
    return Recorded(
        name=name,
        operations=every,
        promises=promises,
        judge=partial(judge, exchange=exchange),
        begins_at=len(present),
    )


def _start_and_stop(data_dir: Path, recorder: Recorder) -> None:
    with hub(data_dir, environment=recorder.environment):
        pass


def fill_old(database: Path, messages: int) -> list[int]:
    """Make a database of version 0.2.0 with so many readings, and return their values."""
    keys = tuple(f"bench.descriptor{number:03d}" for number in range(DESCRIPTORS))
    payloads = [payload for _, payload in Flood(gcid="gcid", vins=(_VIN,), keys=keys).payloads(0, messages)]
    now_ms = round(time.time() * 1000)
    decoded = [decode_message(payload, received_at_ms=now_ms).readings for payload in payloads]
    OldDatabase(database, RELEASE_0_2).write(
        (now_ms, f"gcid/{_VIN}", payload, readings) for payload, readings in zip(payloads, decoded, strict=True)
    )
    return [int(str(reading.value)) for readings in decoded for reading in readings]


def _passphrase_option(folder: Path) -> tuple[str, str]:
    file = folder / "passphrase"
    file.write_text(PASSPHRASE)
    file.chmod(0o600)
    return "--passphrase-file", str(file)
