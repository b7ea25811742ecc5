"""Moving to another machine: everything of a data directory into one encrypted file, and out of it again.

Going out, the file is written whole and read back before the directory is marked (`move_mark`); coming in, the database
is put in place last, by one rename. A crash at any moment leaves the sign-ins at one of the two.
"""

import os
import secrets
import socket
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from itertools import count
from pathlib import Path

from filelock import FileLock, Timeout

from bimmerhub import __version__
from bimmerhub.errors import ConfigError, StoreError
from bimmerhub.files import sync, write_hint
from bimmerhub.hub.process.secrets import KEY_FILE
from bimmerhub.hub.safekeeping.history_files import (
    MigrationStep,
    copy_whole,
    load_signed_in,
    private_folder,
    replace_history,
)
from bimmerhub.hub.safekeeping.move_contents import (
    CONFIG,
    DATABASE,
    FILES,
    MoveAbout,
    is_move_file,
    list_files,
    unpack,
    write_archive,
)
from bimmerhub.hub.safekeeping.move_mark import (
    UNFINISHED,
    MoveArrival,
    MoveMark,
    begin_arrival,
    end_arrival,
    finish_mark,
    is_half_restored,
    load_arrival,
    load_mark,
    refuse_moved,
    remove_mark,
    save_arrival,
    save_mark,
    settle_mark,
    unfinished_of,
)
from bimmerhub.hub.safekeeping.sealed_file import check_new_passphrase, read_sealed, seal_file, unseal_file
from bimmerhub.hub.safekeeping.whole_files import give_name, refuse_existing, sync_names
from bimmerhub.store.ports.audit import AuditEntry
from bimmerhub.times import format_time

__all__ = ["ArrivedMove", "check_can_arrive", "check_can_move", "is_move_file", "move_in", "move_out", "undo_move"]

PROVIDER = "provider"
"""The folder of a provider's owners in a data directory."""
WAIT_FOR_OWNER_S = 15.0
_RESTORED_NOTE = ".restored"


@dataclass(frozen=True, slots=True, kw_only=True)
class ArrivedMove:
    """What came of restoring a move file: what it says of itself, and where things are.

    `replaced` is where the history is that was there, `config` where the settings file was written, which is not the
    place that it is read from when another one is there: `is_config_used` tells.
    """

    about: MoveAbout
    replaced: Path | None
    config: Path | None
    is_config_used: bool


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
        with private_folder(data_dir) as folder:  # gone before the mark: nobody starts here afterwards to tidy up
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


def undo_move(data_dir: Path) -> MoveMark:
    """Take the mark of a moved directory away, whose lock the caller holds; return it. ConfigError without one."""
    mark = load_mark(data_dir)
    if mark is None:
        raise ConfigError(f"{data_dir} was not moved", hint="There is nothing to undo.")
    remove_mark(data_dir)
    return mark


def check_can_arrive(source: Path, data_dir: Path, about: MoveAbout | None = None) -> None:
    """Refuse a move file that is no whole one, or was restored already, as far as that shows: ConfigError.

    `about` is what it says of itself, once that is known.
    """
    if source.suffix == UNFINISHED:
        raise ConfigError(
            f"{source} was never finished: what is in it may still be in use where it was made",
            hint="Make it again there: bimmerhub move --to FILE",
        )
    with suppress(OSError, UnicodeDecodeError):
        words = _note_beside(source).read_text("utf-8").strip()
        raise ConfigError(
            f"{source} was restored already, {words}: its sign-ins belong there now",
            hint="Two that use them end each other's session. Move from there instead (bimmerhub move --to FILE), or "
            f"when that one is gone and never ran, delete {_note_beside(source)}",
        )
    if about is None:
        return
    mark, arrival = load_mark(data_dir), load_arrival(data_dir)
    if mark is not None and mark.id == about.id:
        raise ConfigError(
            f"{source} was made from this very directory",
            hint="Restore it on the other machine. To go on here, and only when it never was: bimmerhub move --undo",
        )
    if arrival is not None and arrival.id == about.id and not is_half_restored(data_dir):
        raise ConfigError(
            f"{source} was restored here already, at {format_time(arrival.at_ms)}: what is here is newer",
            hint="Just start the hub: bimmerhub run",
        )


def move_in(
    source: Path,
    passphrase: str,
    *,
    data_dir: Path,
    database: Path,
    config: Path,
    now_ms: int,
    progress: Callable[[MigrationStep], None],
) -> ArrivedMove:
    """Put all of a move file in place in a data directory, whose lock the caller holds.

    What is there is kept beside. The settings go to `config` when nothing is there. ConfigError as
    `check_can_arrive`; StoreError when the file is damaged or the disk does not allow it.
    """
    with private_folder(data_dir) as folder:
        unseal_file(source, folder / "archive", passphrase)
        about = unpack(folder / "archive", folder / "all")
        (folder / "archive").unlink()
        check_can_arrive(source, data_dir, about)

        def place_files() -> None:
            begin_arrival(data_dir)
            _place_files(folder / "all" / FILES, data_dir, database)

        replaced = replace_history(
            folder / "all" / DATABASE,
            database,
            entry=_entry(about, now_ms),
            progress=progress,
            is_ready=place_files,
        )
        written = _place_config(folder / "all" / CONFIG, config, data_dir)
    save_arrival(
        data_dir, MoveArrival(id=about.id, came_from=about.came_from, made_at_ms=about.made_at_ms, at_ms=now_ms)
    )
    remove_mark(data_dir)  # what moved away from here has come back
    end_arrival(data_dir)
    with suppress(OSError):  # on a stick that cannot be written nobody can be told
        if unfinished_of(source).samefile(source):
            unfinished_of(source).unlink()  # its second name, of a move that was killed right after the first
    with suppress(OSError):
        _note_beside(source).write_text(
            f"to {data_dir.absolute()} on {socket.gethostname()} at {format_time(now_ms)}\n"
        )
    return ArrivedMove(about=about, replaced=replaced, config=written, is_config_used=written == config)


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


def _place_files(files: Path, data_dir: Path, database: Path) -> None:
    """Move the unpacked files to where they belong; what is there gets a second name."""
    try:
        for path in list(list_files(data_dir, database)):
            if ".replaced-" not in path.name:
                path.rename(_free_name(path))
        for path in sorted(files.rglob("*")):
            if path.is_file():
                place = data_dir / path.relative_to(files)
                place.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
                path.chmod(0o600)
                sync(path)
                path.rename(place)
                sync(place.parent)
    except OSError as error:
        raise StoreError(
            f"cannot put the files in place: {error.strerror}",
            hint=f"{write_hint(error) or 'Check the disk.'} Then restore the file again.",
        ) from error


def _place_config(config: Path, place: Path, data_dir: Path) -> Path | None:
    """Write the settings file to its place, or beside the data when another one is there; return where it is."""
    if not config.exists():
        return None
    content = config.read_bytes()
    with suppress(OSError):
        if place.read_bytes() == content:
            return place
    where = data_dir / "config.toml.moved" if os.path.lexists(place) else place
    try:
        where.parent.mkdir(parents=True, exist_ok=True)
        where.touch(mode=0o600)
        where.write_bytes(content)
        sync(where)
    except OSError as error:
        raise StoreError(f"cannot write the settings file {where}: {error.strerror}") from error
    return where


def _free_name(path: Path) -> Path:
    names = (path.with_name(f"{path.name}.replaced-{number}") for number in count(1))
    return next(name for name in names if not name.exists())


def _note_beside(source: Path) -> Path:
    return source.with_name(f"{source.name}{_RESTORED_NOTE}")


def _entry(about: MoveAbout, now_ms: int) -> AuditEntry:
    return AuditEntry(
        at_ms=now_ms,
        who="command line",
        from_where=None,
        action="moved here",
        body={"came_from": about.came_from, "made_at": format_time(about.made_at_ms), "outcome": "done"},
    )
