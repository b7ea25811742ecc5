"""The data directory: one owner at a time, and the note by which a command line finds a running hub."""

import json
import os
import secrets
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import asdict, dataclass
from pathlib import Path

from filelock import FileLock, Timeout

from bimmerhub.errors import ConfigError, StoreError
from bimmerhub.files import make_folder, remove_drafts, replace_file, write_hint
from bimmerhub.hub.process.privacy import make_private, refuse_other_owner, refuse_planted

LOCK_FILE = "lock"
NOTE = "hub.json"

_REPLACED = (NOTE, "secret.key", "sign-in-*.spare", "moved.json", "moved-here.json", "restoring-move.json")
"""Files that only the owner of a directory replaces: a crash may have left their next content half-written."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RunningHub:
    """Where a running hub answers. `token` is a write token that lives as long as this hub.

    One that does not go live works for a command, such as login, and ends with it.
    """

    pid: int
    address: str
    token: str
    goes_live: bool = True

    def __repr__(self) -> str:
        """Show everything but the token."""
        return f"RunningHub(pid={self.pid}, address={self.address!r})"


def prepare(data_dir: Path) -> None:
    """Create the directory, readable by its owner only; StoreError when that is impossible."""
    try:
        make_folder(data_dir)
    except OSError as error:
        raise StoreError(
            f"cannot use the data directory {data_dir}: {error.strerror}",
            hint="Name one that you may write: --data-dir DIR",
        ) from error


@contextmanager
def own(data_dir: Path, *, database: Path | None = None, reads_only: bool = False) -> Iterator[None]:
    """Hold the locks of the directory and of its database, wherever that lies; ConfigError when another has one.

    StoreError when another user's files are there, or a lock cannot be written; a hub that `reads_only` goes without
    such a lock, but uses another user's files no more than any other.
    """
    prepare(data_dir)
    refuse_other_owner(data_dir)
    refuse_planted(data_dir, database=database)
    with ExitStack() as locks:
        try:
            _lock_both(locks, data_dir, database)
        except StoreError:
            if not reads_only:
                raise
        else:
            with suppress(OSError):
                (data_dir / NOTE).unlink()  # what a hub left that was killed
            remove_drafts(data_dir, *_REPLACED)
            make_private(data_dir, database=database)
        yield


def _lock_both(locks: ExitStack, data_dir: Path, database: Path | None) -> None:
    if not _lock(locks, data_dir / LOCK_FILE):
        raise _in_use(data_dir, find_hub(data_dir))
    if database is not None and database.parent.is_dir():  # else opening it says what is wrong
        file = database.resolve()
        if not _lock(locks, file.with_name(f"{file.name}.lock")):
            raise ConfigError(
                f"the database {database} is in use by a bimmerhub with another data directory",
                hint="Stop that one first, or name another database: store.path",
            )


def _in_use(data_dir: Path, hub: RunningHub | None) -> ConfigError:
    if hub is not None and hub.goes_live:
        who, way = f"a hub (process {hub.pid}, {hub.address})", "Stop it first"
    else:
        process = "" if hub is None else f" (process {hub.pid})"
        who, way = f"another bimmerhub command{process}", "Try again when that has ended"
    return ConfigError(
        f"the data directory {data_dir} is in use by {who}",
        hint=f"{way}, or choose another directory: --data-dir DIR",
    )


def _lock(locks: ExitStack, path: Path) -> bool:
    """Take the lock until the stack ends; return whether nobody has it. StoreError when it cannot be written."""
    lock = FileLock(path, timeout=0, mode=0o600)
    try:
        lock.acquire()
    except Timeout:
        return False
    except OSError as error:
        raise StoreError(
            f"cannot write in the directory {path.parent}: {error.strerror}",
            hint=write_hint(error) or "Check its owner and permissions, or name another one: --data-dir DIR",
        ) from error
    locks.callback(lock.release)
    return True


@contextmanager
def announce(data_dir: Path, *, address: str, goes_live: bool = True) -> Iterator[RunningHub]:
    """Write hub.json (0600) for as long as the block runs; StoreError when it cannot be written."""
    hub = RunningHub(pid=os.getpid(), address=address, token=secrets.token_urlsafe(32), goes_live=goes_live)
    path = data_dir / NOTE
    try:
        replace_file(path, json.dumps(asdict(hub)).encode())
    except OSError as error:
        raise StoreError(
            f"cannot write {path}: {error.strerror}",
            hint=write_hint(error) or "Check the space and permissions of the data directory.",
        ) from error
    try:
        yield hub
    finally:
        with suppress(OSError):
            path.unlink()


def find_hub(data_dir: Path) -> RunningHub | None:
    """Return the hub that runs on this directory; None without one.

    A note that a dead hub left counts as none, and so does another user's: a password could be sent where it leads.
    """
    with suppress(OSError, ValueError, RecursionError, TypeError, KeyError, OverflowError):
        owner = (data_dir / NOTE).lstat().st_uid
        if os.geteuid() not in {0, owner}:  # the administrator may speak with anybody's hub
            return None
        note = json.loads((data_dir / NOTE).read_text("utf-8"))
        hub = RunningHub(
            pid=int(note["pid"]),
            address=str(note["address"]),
            token=str(note["token"]),
            goes_live=bool(note.get("goes_live", True)),
        )
        if hub.pid > 0:
            os.kill(hub.pid, 0)
            return hub if is_owned(data_dir) else None
    return None


def is_owned(data_dir: Path) -> bool:
    """Tell whether a process holds the lock: a pid alone can be a dead one's, or another program's by now."""
    lock = FileLock(data_dir / LOCK_FILE, timeout=0)
    try:
        lock.acquire()
    except Timeout:
        return True
    lock.release()
    return False
