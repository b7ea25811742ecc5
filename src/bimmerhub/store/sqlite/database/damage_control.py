"""What becomes of a damaged database: it is set aside, and a fresh one with its readable rows takes its place.

Everything here runs in the thread that writes, so whatever is to be written meanwhile waits and is written to the fresh
database. Reads go on in the damaged one until then.
"""

import logging
import sqlite3
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Final, Protocol

from bimmerhub.errors import StoreDamaged, StoreError
from bimmerhub.files import write_hint
from bimmerhub.store.sqlite.database.connection import disk_errors, has_filled_log, open_reader
from bimmerhub.store.sqlite.database.file_check import find_damage, look, look_at_log, mark_of
from bimmerhub.store.sqlite.database.migrations import Progress, ignore_step
from bimmerhub.store.sqlite.database.own_file import OwnFile
from bimmerhub.store.sqlite.database.saving_progress import SavingProgress
from bimmerhub.store.sqlite.salvage.set_aside_files import check_limits
from bimmerhub.store.sqlite.salvage.setting_aside import check_space, exchange, finish, is_ours, put_back

_OF_THE_DISK: Final = (
    *("SQLITE_FULL", "SQLITE_READONLY", "SQLITE_CANTOPEN", "SQLITE_PERM", "SQLITE_BUSY", "SQLITE_LOCKED"),
    *(f"SQLITE_IOERR_{what}" for what in ("WRITE", "FSYNC", "DIR_FSYNC", "TRUNCATE", "SHM", "LOCK", "DELETE")),
)
"""What SQLite says where a file cannot be written or locked; with some of them more letters follow."""
AGAIN_S: Final = 600.0
"""Damage that a whole check does not see is not looked for again before this time."""

PUT_BACK_AGAIN_S: Final = 60.0
"""A database whose place another file has, and that cannot be put back, is not copied again before this time."""

_HOLDS_SOMETHING: Final = (
    "SELECT EXISTS (SELECT 1 FROM series) OR EXISTS (SELECT 1 FROM accounts)"
    " OR EXISTS (SELECT 1 FROM settings WHERE key = 'credentials')"
)

_log = logging.getLogger(__name__)


def is_exchange_due(path: Path) -> bool:
    """Tell whether a database will be exchanged when it is opened for writing; False when there is none."""
    path = path.resolve()  # the log lies beside the file itself, where a link leads to it
    try:
        if look(path) is not None or look_at_log(path) is not None:
            return True
        open_reader(path, is_older_allowed=True).close()
    except StoreDamaged:
        return True
    except (StoreError, OSError):
        return False  # opening it says what is wrong
    return False


def refuse_loss(path: Path, *, newest_backup: Path | None = None) -> None:
    """Raise StoreError when a database that held something is gone, so that none begins anew in its place unseen."""
    mark = mark_of(path)
    is_left = any(file.exists() for file in (path, path.with_name(f"{path.name}.salvaged"))) or has_filled_log(path)
    if is_left or not mark.exists():
        return
    backup = (
        "your newest backup: bimmerhub restore FILE" if newest_backup is None else f"the newest backup: {newest_backup}"
    )
    raise StoreError(
        f"the database {path} is gone, and it was in use",
        hint=f"Bring it back, or restore {backup}. To begin anew without its history, remove {mark}",
    )


class _Open(Protocol):
    def __call__(self) -> sqlite3.Connection: ...


class DamageControl:
    """Exchanges the database at `path` for a fresh one when it is damaged.

    `generation` counts the databases that were there: a connection to an earlier one has to be opened anew. What is in
    `on_exchange` is called, in the writing thread, when a fresh one has taken its place. `failure` says why a damaged
    database is still in use, None when it is not. `progress` is told how far the saving of rows is.
    """

    def __init__(self, path: Path, progress: Progress = ignore_step) -> None:
        self._path = path
        self._saving = SavingProgress(progress)
        self.generation = 0
        self.on_exchange: list[Callable[[], object]] = []
        self.failure: str | None = None
        self.own_file = OwnFile(path)
        self._is_marked = False
        self._put_back_s: float | None = None
        self._sound_at_s: float | None = None

    @property
    def saved_percent(self) -> int | None:
        """How far the saving of rows is just now; None when none is under way."""
        return self._saving.percent

    def open_sound(self, open_writer: _Open) -> sqlite3.Connection:
        """Return what `open_writer` returns; a database that does not open because it is damaged is exchanged first.

        StoreError for what is none of ours, or a newer program's: that is never touched; and for one that is gone.
        """
        if self._finish():
            self.failure = None
            self._tell()
        refuse_loss(self._path)
        self._keep_log()
        if problem := self._look(look_at_log):  # SQLite would write over commits that it takes no notice of
            check_limits(self._path, now_ms=_now_ms())
            self._exchange(problem)
        problem = self._look(look)
        try:
            if problem is None:
                self._check_log()
                return open_writer()
        except StoreDamaged as error:
            problem = str(error)
        except StoreError as error:
            if not self._is_damaged(error):
                raise
            problem = str(error)
        try:
            check_limits(self._path, now_ms=_now_ms())
            self._exchange(problem)
        except StoreError as error:
            self.failure = _in_words(error)
            with suppress(StoreError):
                self._check_log()
                return open_writer()  # what is readable is served all the same
            raise
        return open_writer()

    def exchange_if_damaged(
        self, problem: str, *, is_asked: bool, release: Callable[[], None], take_up: Callable[[], None]
    ) -> bool:
        """Exchange the database when a whole check finds it damaged; return whether it did.

        Unless a person has asked for it, there are limits to how often. `release` closes the writing connection,
        `take_up` opens it again. StoreDamaged when the check finds nothing wrong, time and again; StoreError when it
        cannot be exchanged.
        """
        if self._sound_at_s is not None and time.monotonic() - self._sound_at_s < AGAIN_S:
            raise StoreDamaged(problem)
        try:
            check_space(self._path)
            if not is_asked:
                check_limits(self._path, now_ms=_now_ms())
            with disk_errors(self._path):
                problems = find_damage(self._path)
        except StoreError as error:
            self.failure = _in_words(error)
            raise
        is_overwritten = self.own_file.is_overwritten()
        release()
        try:
            if problems:
                self._exchange(problems[0], is_known=True, is_overwritten=is_overwritten)
        except StoreError as error:
            self.failure = _in_words(error)
            with suppress(StoreError):
                take_up()
            raise
        self._sound_at_s = None if problems else time.monotonic()
        if not problems:
            self.generation += 1  # what the connections remember of the file may not be true any more
        self.failure = None
        take_up()
        return bool(problems)

    def put_back(
        self,
        connection: sqlite3.Connection,
        *,
        is_asked: bool = False,
        release: Callable[[], None],
        take_up: Callable[[], None],
    ) -> bool:
        """Give the database its place again when another file was put there; return whether it has it.

        When that is impossible, `failure` says why, what is written goes on into the file that has no name any more,
        and it is tried again later; at once, and however often it was done before, when it `is_asked` for.
        """
        problem = self.own_file.displaced()
        if problem is None:
            return True
        if not is_asked and self._put_back_s is not None and time.monotonic() - self._put_back_s < PUT_BACK_AGAIN_S:
            return False
        self._put_back_s = time.monotonic()
        try:
            if not is_asked:
                check_limits(self._path, now_ms=_now_ms())
            put_back(connection, self._path, problem, now_ms=_now_ms())
            with disk_errors(self._path):
                self.own_file.remove_log()
        except StoreError as error:
            self.failure = f"{problem}: {_in_words(error)}"
            _log.error("%s", self.failure)
            return False
        release()
        self._finish()
        take_up()
        _log.error("%s; it is back in its place, with all that was written: see bimmerhub damage show", problem)
        self._put_back_s = self.failure = None
        self._tell()
        return True

    def mark(self, connection: sqlite3.Connection) -> None:
        """Mark a database that holds something: if its file is empty or gone one day, that is damage."""
        if self._is_marked:
            return
        with suppress(OSError, sqlite3.Error):
            if connection.execute(_HOLDS_SOMETHING).fetchone()[0]:
                mark_of(self._path).touch(mode=0o600)
                self._is_marked = True

    def _keep_log(self) -> None:
        """Let a log without its file be damage, of which it is saved: SQLite would remove it beside a new file."""
        if has_filled_log(self._path) and not self._path.exists():
            with suppress(OSError):  # opening it says what is wrong
                self._path.touch(mode=0o600)

    def _look(self, look_at: Callable[[Path], str | None]) -> str | None:
        try:
            return look_at(self._path)
        except FileNotFoundError:
            return None
        except OSError:
            return None  # opening it says what is wrong

    def _check_log(self) -> None:
        """Raise StoreError when a file of ours is none with its log: a writer would write that log into it."""
        if not has_filled_log(self._path) or not self._path.is_file():
            return
        try:
            open_reader(self._path, is_older_allowed=True).close()
        except StoreError as error:
            if isinstance(error, StoreDamaged) or (error.__cause__ is None and is_ours(self._path)):
                raise

    def _is_damaged(self, error: StoreError) -> bool:
        """Tell whether a database that is not opened for another reason is ours, with damage in its header."""
        if getattr(error.__cause__, "sqlite_errorname", "").startswith(_OF_THE_DISK):
            return False  # a full or read-only disk says nothing about what is on it
        try:
            return not isinstance(error.__cause__, OSError) and is_ours(self._path)
        except OSError:
            return False

    def _exchange(self, problem: str, *, is_known: bool = False, is_overwritten: bool = False) -> None:
        _log.error("the database is damaged (%s): saving what is readable", problem)
        started_s = time.monotonic()
        with self._saving.under_way() as progress:
            salvage = exchange(
                self._path,
                problem,
                now_ms=_now_ms(),
                is_known=is_known,
                is_overwritten=is_overwritten,
                progress=progress,
            )
        rows = sum(salvage.saved.values())
        _log.error(
            "the damaged database is set aside, and %d rows of it are saved, within %.1f s: see bimmerhub damage show",
            rows,
            time.monotonic() - started_s,
        )
        self._tell()

    def _tell(self) -> None:
        self.generation += 1
        for tell in self.on_exchange:
            tell()

    def _finish(self) -> bool:
        """Carry on an exchange that was broken off, or that the disk refused; return whether there was one."""
        try:
            return finish(self._path)
        except OSError as error:
            raise StoreError(f"cannot give {self._path} its place: {error.strerror}", hint=write_hint(error)) from error


def _now_ms() -> int:
    return round(time.time() * 1000)


def _in_words(error: StoreError) -> str:
    """Return what is wrong, and what a person can do."""
    return str(error) if error.hint is None else f"{error}. {error.hint}"
