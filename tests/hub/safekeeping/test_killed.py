"""Killed at any step, a restore leaves the old history or the new one, and a backup none or a whole one."""

from pathlib import Path

import pytest
from tests.hub.safekeeping.conftest import fill, fill_old, names_in, readings_of
from tests.hub.safekeeping.killed_process import killed_backup, killed_restore

from bimmerhub.hub.safekeeping.history_files import check_file, finish_restore, make_backup

OLD, NEW = 1000, 1


@pytest.mark.parametrize("is_damaged", [False, True])
def test_killed_at_each_step_of_a_restore(tmp_path: Path, *, is_damaged: bool) -> None:
    copy = tmp_path / "copy"
    make_backup(fill_old(tmp_path / "old.sqlite3", 2), copy)
    outcomes: set[object] = set()
    for step in range(1, 200):
        folder = tmp_path / f"step-{step}"
        database = fill(folder / "bimmerhub.sqlite3", readings=OLD)
        if is_damaged:
            database.write_bytes(b"no database")
        is_done = killed_restore(copy, database, before_change=step)
        outcomes.add(finish_restore(database))
        lost = is_damaged and database.read_bytes().startswith(b"no database")
        readings = OLD if lost else len(readings_of(database))
        assert readings in {OLD, NEW}
        left = names_in(folder) - {"bimmerhub.sqlite3", "bimmerhub.sqlite3-wal", "bimmerhub.sqlite3-shm"}
        assert left == (set() if readings == OLD else {"bimmerhub.sqlite3.replaced-1"})
        if readings == NEW and not is_damaged:
            assert len(readings_of(folder / "bimmerhub.sqlite3.replaced-1")) == OLD
        if is_done:
            break
    assert outcomes == {None, "cleared", "finished"}
    assert step > 10


@pytest.mark.parametrize(("passphrase", "stride"), [(None, 1), ("correct horse battery", 7)])
def test_killed_at_each_step_of_a_backup(tmp_path: Path, history: Path, passphrase: str | None, stride: int) -> None:
    copy = tmp_path / "copies" / "copy"
    copy.parent.mkdir()
    for step in range(1, 200, stride):
        is_done = killed_backup(history, copy, before_change=step, passphrase=passphrase)
        if copy.exists():
            check_file(copy, passphrase)
            copy.unlink()
        assert len(readings_of(history)) == OLD
        if is_done:
            break
    assert step > 5
    make_backup(history, copy, passphrase)
    assert names_in(copy.parent) == {"copy"}
    assert names_in(history.parent) <= {f"bimmerhub.sqlite3{ending}" for ending in ("", "-wal", "-shm")}
