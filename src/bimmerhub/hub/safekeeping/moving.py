"""Moving to another machine: everything of a data directory into one encrypted file. The way in is `move_arrival`.

The file is written whole and read back before the directory is marked (`move_mark`). A crash at any moment leaves the
sign-ins here or in the file.
"""

import os
import secrets
import socket
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

from filelock import FileLock, Timeout

from bimmerhub import __version__
from bimmerhub.errors import ConfigError, StoreError
from bimmerhub.files import write_hint
from bimmerhub.hub.process.secrets import KEY_FILE
from bimmerhub.hub.safekeeping.history_files import copy_whole, load_signed_in
from bimmerhub.hub.safekeeping.move_contents import DATABASE, MoveAbout, write_archive
from bimmerhub.hub.safekeeping.move_mark import (
    MoveMark,
    end_arrival,
    finish_mark,
    is_half_restored,
    load_mark,
    refuse_moved,
    remove_mark,
    save_mark,
    settle_mark,
    unfinished_of,
)
from bimmerhub.hub.safekeeping.private_folders import private_folder
from bimmerhub.hub.safekeeping.sealed_file import check_new_passphrase, read_sealed, seal_file
from bimmerhub.hub.safekeeping.whole_files import give_name, naming, refuse_existing, sync_names

PROVIDER = "provider"
"""The folder of a provider's owners in a data directory."""
WAIT_FOR_OWNER_S = 15.0


def check_can_move(data_dir: Path, database: Path, file: Path) -> None:
    """Refuse what can be known before the hub is stopped: ConfigError or StoreError."""
    refuse_moved(data_dir)
    if not database.is_file():
        raise ConfigError(f"there is nothing to move in {data_dir}", hint="Name the directory: --data-dir DIR")
    refuse_existing(file)
    if not os.access(file.parent, os.W_OK):
        raise StoreError(f"cannot write in {file.parent}", hint="Name a place that this user may write to.")
    key = data_dir / KEY_FILE
    if not key.is_file() and (accounts := load_signed_in(database)):
        raise ConfigError(
            f"{key} is missing, which the sign-ins of {', '.join(accounts)} cannot be used without",
            hint=f"Put it back, or sign in again (bimmerhub login --account {accounts[0]}), then move.",
        )


def move_out(
    file: Path,
    passphrase: str,
    *,
    data_dir: Path,
    database: Path,
    config: Path | None,
    accounts: Sequence[str],
    now_ms: int,
) -> MoveAbout:
    """Write all of a data directory, whose lock the caller holds, to `file`, and mark the directory as moved.

    ConfigError when it was moved before, or the passphrase is too short; StoreError when the file cannot be written:
    the directory is in use as before then, unless the error says that it is marked.
    """
    check_new_passphrase(passphrase)
    settle_mark(data_dir)
    check_can_move(data_dir, database, file)
    file = file.absolute()
    about = MoveAbout(
        id=secrets.token_hex(8),
        made_at_ms=now_ms,
        came_from=f"{data_dir.absolute()} on {socket.gethostname()}",
        version=__version__,
        accounts=tuple(accounts),
        variables=tuple(sorted(name for name in os.environ if name.startswith("BIMMERHUB_"))),
    )
    unfinished = unfinished_of(file)
    with held_owners(data_dir):
        # The folder is gone before the mark: nobody starts here afterwards to tidy up.
        with private_folder(data_dir) as folder, naming(file, "write"):
            copy_whole(database, folder / DATABASE)
            archive = folder / "archive"
            write_archive(archive, about, data_dir=data_dir, copy=folder / DATABASE, database=database, config=config)
            (folder / DATABASE).unlink()
            with suppress(OSError):
                unfinished.unlink(missing_ok=True)  # of a crash
            seal_file(archive, unfinished, passphrase)
            _compare(unfinished, passphrase, archive)
        _hand_over(unfinished, MoveMark(id=about.id, file=str(file), at_ms=now_ms), data_dir)
    return about


def check_can_restore(data_dir: Path) -> None:
    """Refuse a backup where a hub would not start afterwards: ConfigError.

    A backup has no sign-ins, so where only the hub's own have moved away, it makes a directory that may be used again
    (`use_again`). The sign-ins of a provider's owners are files beside the database, which stay as they are.
    """
    mark = load_mark(data_dir)
    if mark is None and not is_half_restored(data_dir):
        return
    if any(path.suffix != ".lock" for path in (data_dir / PROVIDER).glob("*")):
        happened = "holds half of a move file" if mark is None else mark.words
        raise ConfigError(
            f"{data_dir} {happened}, with the sign-ins of a provider's owners, which may be in use elsewhere",
            hint="Restore the backup into another directory: --data-dir DIR",
        )


def use_again(data_dir: Path) -> bool:
    """Take the marks of a move away after a backup was put in place; return whether there were any."""
    was_marked = load_mark(data_dir) is not None or is_half_restored(data_dir)
    remove_mark(data_dir)
    end_arrival(data_dir)
    return was_marked


def undo_move(data_dir: Path) -> MoveMark:
    """Take the mark of a moved directory away, whose lock the caller holds; return it. ConfigError without one."""
    mark = load_mark(data_dir)
    if mark is None:
        raise ConfigError(f"{data_dir} was not moved", hint="There is nothing to undo.")
    remove_mark(data_dir)
    return mark


@contextmanager
def held_owners(data_dir: Path) -> Iterator[None]:
    """Keep the processes of a provider from its owners while the block runs; ConfigError when one is at work.

    They have nothing to do with the hub and its locks, and renew the owners' sign-ins.
    """
    with ExitStack() as held:
        for path in sorted((data_dir / PROVIDER).glob("*.lock")):
            lock = FileLock(path, timeout=WAIT_FOR_OWNER_S)
            try:
                lock.acquire()
            except Timeout as error:
                raise ConfigError(
                    "a provider's process is at work for an owner, and may be renewing the sign-in",
                    hint="Stop what runs by `bimmerhub provider`, then move.",
                ) from error
            held.callback(lock.release)
        yield


def _hand_over(unfinished: Path, mark: MoveMark, data_dir: Path) -> None:
    """Mark the directory, and give the file its name; StoreError when neither has happened.

    Once the file has its name, it can be restored: nothing takes the mark away then. A disk that may lose the name is
    said by a StoreError too.
    """
    try:
        save_mark(data_dir, mark)
        give_name(unfinished, Path(mark.file))
    except (OSError, StoreError) as error:
        remove_mark(data_dir)
        with suppress(OSError):
            unfinished.unlink(missing_ok=True)
        if isinstance(error, StoreError):
            raise
        raise StoreError(f"cannot write {mark.file}: {error.strerror}", hint=write_hint(error)) from error
    try:
        sync_names(unfinished.parent)
    except OSError as error:
        raise StoreError(
            f"{mark.file} is whole and {data_dir} is marked as moved, but the disk of that file may lose it: "
            f"{error.strerror}",
            hint="Copy it to another disk, and restore the copy.",
        ) from error
    finally:
        with suppress(StoreError):  # the mark holds without it: the file is there
            finish_mark(data_dir, mark)


def _compare(sealed: Path, passphrase: str, archive: Path) -> None:
    """See that what lies on the disk is what was written; StoreError when it is not."""
    with archive.open("rb") as file:
        for piece in read_sealed(sealed, passphrase):
            if file.read(len(piece)) != piece:
                break
        else:
            if not file.read(1):
                return
    with suppress(OSError):
        sealed.unlink()
    raise StoreError(f"{sealed} did not come back from the disk as it was written", hint="Check that disk.")
