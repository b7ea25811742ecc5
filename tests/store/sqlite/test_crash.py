"""Killed at any moment: what was acknowledged is there, and the database is sound."""

import random
import subprocess
import sys
from pathlib import Path
from typing import Any

from bimmerhub.store.sqlite.store import SqliteStore

PROGRAM = Path(__file__).with_name("appending_process.py")
ROUNDS = 20


def _append_until_killed(path: Path, *, start: int, acknowledgements: int) -> int:
    """Return up to which number readings were acknowledged before the kill."""
    command = [sys.executable, str(PROGRAM), str(path), str(start)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        seen = [next(process.stdout) for _ in range(acknowledgements)]
        process.kill()
        seen += [line for line in process.stdout if line.endswith("\n")]
    return int(seen[-1])


async def test_nothing_acknowledged_is_lost_by_kill_9(path: Path, rows_of: Any) -> None:
    chance = random.Random(1)
    stored = 0
    for _ in range(ROUNDS):
        stored = _append_until_killed(path, start=stored, acknowledgements=chance.randint(1, 30))
        [[count]] = rows_of(path, f"SELECT count(*) FROM points WHERE value < {stored}")
        assert count == stored
    async with SqliteStore.open(path) as store:
        assert await store.integrity_check() == []
        assert (await store.figures()).readings >= stored
    assert rows_of(path, "SELECT sum(count) FROM hours") == rows_of(path, "SELECT count(*) FROM points")
    assert rows_of(path, "SELECT readings FROM totals") == rows_of(path, "SELECT count(*) FROM points")
