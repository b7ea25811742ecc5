"""kill -9 of restores and backups, at each step and at random moments: is the old history whole, or the new one?

Run: python -m bench.killed_restores [ROUNDS]

A step is a change of the disk that Python makes (a rename, a link, a removal, a new file, a database opened); the
random moments are within what SQLite does, too. The old history has 50,000 readings, the backup 30,000.
"""

import json
import multiprocessing
import random
import shutil
import sqlite3
import sys
import tempfile
import time
from collections import Counter
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from bench.processes import conditions

from bimmerhub.errors import BimmerhubError
from bimmerhub.hub.safekeeping.history_files import check_file, finish_restore, make_backup
from bimmerhub.store.sqlite.database.connection import open_writer
from bimmerhub.store.sqlite.database.migrations import migrate

OLD, NEW = 50_000, 30_000
PASSPHRASE = "correct horse battery"
_FORKS: Final = multiprocessing.get_context("forkserver")
_SCRIPT: Final = """
import os, signal, sys
from pathlib import Path
from bimmerhub.hub.safekeeping.history_files import make_backup, restore_file
from bimmerhub.store.ports.audit import AuditEntry
from bimmerhub.store.sqlite.database.migrations import ignore_step

CHANGES = {"os.rename", "os.link", "os.remove", "os.rmdir", "os.mkdir", "sqlite3.connect"}

def watch(event, arguments):
    global before_step
    if event in CHANGES or (event == "open" and isinstance(arguments[2], int) and arguments[2] & os.O_CREAT):
        before_step -= 1
        if before_step == 0:
            os.kill(os.getpid(), signal.SIGKILL)

sys.addaudithook(watch)
if is_restore:
    entry = AuditEntry(at_ms=1, who="command line", from_where=None, action="restored")
    restore_file(
        Path(source), Path(target), passphrase=passphrase, is_access_kept=False, entry=entry, progress=ignore_step
    )
else:
    make_backup(Path(source), Path(target), passphrase)
"""


@dataclass
class _Tally:
    """What was there after each kill."""

    kills: int = 0
    outcomes: Counter[str] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)

    def shown(self) -> dict[str, Any]:
        """Return it for the figures."""
        wrong = {"wrong": len(self.wrong), "such_as": self.wrong[:5]}
        return {"kills": self.kills, "outcomes": dict(self.outcomes), **wrong}


def measure(rounds: int) -> dict[str, Any]:
    """Return what was left after the kills: at each step, and at so many random moments."""
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        old, other = _make_history(root / "old.sqlite3", OLD), _make_history(root / "other.sqlite3", NEW)
        figures: dict[str, Any] = {}
        for words, passphrase in {"clear": None, "encrypted": PASSPHRASE}.items():
            backup = root / f"backup-{words}"
            make_backup(other, backup, passphrase)
            figures[f"restore_{words}"] = _kill_restores(
                root / "hub", old, backup=backup, passphrase=passphrase, rounds=rounds
            )
            figures[f"backup_{words}"] = _kill_backups(root / "copies", old, passphrase, rounds)
        return figures


def _kill_restores(folder: Path, old: Path, *, backup: Path, passphrase: str | None, rounds: int) -> dict[str, Any]:
    steps, moments = _Tally(), _Tally()
    step, is_done, whole_s = 1, False, 0.0
    while not is_done:
        database = _fresh(folder, old)
        started_s = time.monotonic()
        is_done = _run(backup, database, passphrase, is_restore=True, before_step=step)
        whole_s = time.monotonic() - started_s
        _judge_restore(steps, database, f"step {step}")
        step += 1
    chance = random.Random(1)
    for number in range(rounds):
        database = _fresh(folder, old)
        _run(backup, database, passphrase, is_restore=True, kill_after_s=chance.uniform(0, whole_s))
        _judge_restore(moments, database, f"moment {number}")
    return {"each_step": steps.shown(), "random_moments": moments.shown(), "a_whole_one_s": round(whole_s, 2)}


def _judge_restore(tally: _Tally, database: Path, when: str) -> None:
    tally.kills += 1
    try:
        before = _readings(database)  # as any program finds it, before bimmerhub puts it in order
        broken = finish_restore(database)
        after = _readings(database)
        replaced = database.with_name(f"{database.name}.replaced-1")
        left = {path.name for path in database.parent.iterdir()} - {
            f"{name}{ending}" for name in (database.name, replaced.name) for ending in ("", "-wal", "-shm")
        }
        is_old_safe = after == OLD or _readings(replaced) == OLD
        if before not in {OLD, NEW} or after not in {OLD, NEW} or left or not is_old_safe:
            tally.wrong.append(f"{when}: {before} then {after} readings, left {sorted(left)}")
    except (sqlite3.Error, OSError, BimmerhubError) as error:
        tally.wrong.append(f"{when}: {error}")
        return
    tally.outcomes[f"{'new' if after == NEW else 'old'}, {broken or 'nothing to do'}"] += 1


def _kill_backups(folder: Path, old: Path, passphrase: str | None, rounds: int) -> dict[str, Any]:
    tally = _Tally()
    folder.mkdir(exist_ok=True)
    started_s = time.monotonic()
    _run(old, folder / "whole", passphrase, is_restore=False)
    whole_s = time.monotonic() - started_s
    chance = random.Random(1)
    for number in range(rounds):
        copy = folder / f"copy-{number}"
        _run(old, copy, passphrase, is_restore=False, kill_after_s=chance.uniform(0, whole_s))
        tally.kills += 1
        try:
            if copy.exists():
                check_file(copy, passphrase)
            if _readings(old) != OLD:
                tally.wrong.append(f"moment {number}: the history is not whole")
            tally.outcomes["whole" if copy.exists() else "none"] += 1
        except BimmerhubError as error:
            tally.wrong.append(f"moment {number}: {error}")
    shutil.rmtree(folder)
    return {"random_moments": tally.shown(), "a_whole_one_s": round(whole_s, 2)}


def _run(
    source: Path,
    target: Path,
    passphrase: str | None,
    *,
    is_restore: bool,
    before_step: int = 0,
    kill_after_s: float | None = None,
) -> bool:
    """Run one, killed before a step or after a time; return whether it came to its end first."""
    names = {"source": str(source), "target": str(target), "passphrase": passphrase, "is_restore": is_restore}
    process = _FORKS.Process(target=exec, args=(_SCRIPT, {**names, "before_step": before_step}))
    process.start()
    process.join(kill_after_s)
    process.kill()
    process.join()
    return process.exitcode == 0


def _fresh(folder: Path, old: Path) -> Path:
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    return Path(shutil.copy(old, folder / "bimmerhub.sqlite3"))


def _make_history(path: Path, readings: int) -> Path:
    with closing(open_writer(path)) as connection:
        migrate(connection, path)
        connection.execute("BEGIN")
        connection.execute(
            "INSERT INTO series (id, subject, descriptor, unit) VALUES (1, 'WBA00000000000001', 'a.b', '')"
        )
        rows = ((1_800_000_000_000 + number * 1000, f"value {number}") for number in range(readings))
        connection.executemany("INSERT INTO points VALUES (1, ?, ?, 0, 1)", rows)
        connection.execute("COMMIT")
        connection.execute("PRAGMA journal_mode = DELETE")
    return path


def _readings(path: Path) -> int:
    """Return the number of readings of a sound database; sqlite3.Error for another."""
    with closing(sqlite3.connect(path)) as connection:
        if connection.execute("PRAGMA integrity_check").fetchall() != [("ok",)]:
            raise sqlite3.DatabaseError(f"{path.name} is damaged")
        return int(connection.execute("SELECT count(*) FROM points").fetchone()[0])


if __name__ == "__main__":
    _FORKS.set_forkserver_preload(["bimmerhub.hub.safekeeping.history_files"])
    chosen = int(sys.argv[1]) if len(sys.argv) > 1 else 100
    print(json.dumps({"killed": measure(chosen), "conditions": conditions()}, indent=1))
