"""A commit that was broken off, by a kill or by the power, is no damage, wherever its frames stop; a lost one is."""

import shutil
import sqlite3
import tracemalloc
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from bimmerhub.store.sqlite.database.file_check import look_at_log
from bimmerhub.store.sqlite.salvage.raw_file import RawFile

HEADER, FRAME = 32, 4_120
CHANGE = "INSERT INTO settings VALUES (?, ?)"


class Crash:
    """A database that is not closed; `log` are the bytes of its log after four commits, the last of several pages."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.log_file = path.with_name(f"{path.name}-wal")
        with closing(sqlite3.connect(path, isolation_level=None)) as connection:
            connection.executescript("PRAGMA journal_mode = WAL; PRAGMA wal_autocheckpoint = 0;")
            connection.execute("CREATE TABLE settings (key TEXT PRIMARY KEY, value TEXT) WITHOUT ROWID")
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            for key, words in (("a", 2), ("b", 3_000), ("c", 5), ("d", 8_000)):
                connection.execute(CHANGE, (key, "words " * words))
            self.log = self.log_file.read_bytes()
            self.copy = path.with_name("crashed.db")
            shutil.copyfile(path, self.copy)

    def look(self, log: bytes) -> str | None:
        """Return what is wrong with the database when this is its log."""
        self.leave(log)
        return look_at_log(self.copy)

    def leave(self, log: bytes) -> None:
        """Leave that log beside the database."""
        self.copy.with_name(f"{self.copy.name}-wal").write_bytes(log)

    def frames(self) -> range:
        return range(HEADER, len(self.log), FRAME)

    def commits(self) -> list[int]:
        """Return where in the log the frames end that end a commit."""
        return [start + FRAME for start in self.frames() if any(self.log[start + 4 : start + 8])]


@pytest.fixture(scope="module")
def crash(tmp_path_factory: pytest.TempPathFactory) -> Crash:
    return Crash(tmp_path_factory.mktemp("crash") / "store.db")


def remains(crash: Crash, cut: int) -> Iterator[bytes]:
    """Yield the log cut there, alone, and with zeros or an earlier round of the log behind the cut."""
    written, rest = crash.log[:cut], len(crash.log) - cut
    earlier = bytearray(crash.log)
    for start in crash.frames():
        earlier[start + 8 : start + 16] = bytes(8)
    yield written
    yield written + bytes(rest)
    yield written + bytes(earlier[cut:])


@pytest.mark.parametrize("inside", [0, 3, 12, 23, 24, 600, FRAME - 1])
def test_a_log_that_was_cut_is_not_damaged(crash: Crash, inside: int) -> None:
    for start in crash.frames():
        assert [crash.look(log) for log in remains(crash, start + inside)] == [None] * 3


@pytest.mark.parametrize("place", [0, 4, 9, 17, 24, 2_000])
def test_frames_of_the_last_commit_may_reach_the_disk_in_any_order(crash: Crash, place: int) -> None:
    *_, before_last, end = crash.commits()
    for start in range(before_last, end, FRAME):
        for lost in (slice(start + place, start + FRAME), slice(start + place, start + place + 4)):
            log = bytearray(crash.log)
            log[lost] = bytes(lost.stop - lost.start)
            assert crash.look(bytes(log)) is None


def test_what_a_broken_off_commit_left_behind_the_next_one_is_no_damage(crash: Crash, tmp_path: Path) -> None:
    *_, before_last, _ = crash.commits()
    torn = bytearray(crash.log)
    torn[before_last + 24 : before_last + 500] = bytes(476)
    path = tmp_path / "again.db"
    shutil.copyfile(crash.path, path)
    log = path.with_name(f"{path.name}-wal")
    log.write_bytes(torn)
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        assert connection.execute("SELECT count(*) FROM settings").fetchone() == (3,)
        connection.execute("PRAGMA wal_autocheckpoint = 0")
        connection.execute(CHANGE, ("e", "one page"))
        left = log.read_bytes()
    assert left[-FRAME:] == bytes(torn)[-FRAME:]
    assert crash.look(left) is None


@pytest.mark.parametrize("place", [0, 4, 9, 17, 24, 2_000])
def test_a_commit_that_was_on_disk_is_missed(crash: Crash, place: int) -> None:
    first_commit = crash.commits()[0]
    for start in range(HEADER, first_commit, FRAME):
        log = bytearray(crash.log)
        log[start + place] ^= 1
        assert crash.look(bytes(log))


def test_pages_of_a_torn_commit_are_not_taken_for_saved_ones(crash: Crash) -> None:
    *_, before_last, _ = crash.commits()
    torn = bytearray(crash.log)
    torn[before_last + 24 : before_last + 500] = bytes(476)
    assert crash.look(bytes(torn)) is None
    file = RawFile(crash.copy)
    whole = [file.page(number) for number in range(1, file.pages + 1)]
    crash.look(crash.log[:before_last])
    file = RawFile(crash.copy)
    assert whole == [file.page(number) for number in range(1, file.pages + 1)]


def test_a_log_is_not_held_in_memory(crash: Crash) -> None:
    large = crash.log + crash.log[HEADER:] * 15
    crash.leave(large)
    tracemalloc.start()
    look_at_log(crash.copy)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < len(large) / 3
