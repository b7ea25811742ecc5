"""A move file comes in: opened and looked at while a hub may still run, then put in place of what is there.

Nothing of the data directory is touched before all that can be wrong with the file is known. The database is put in
place last, by one rename. A crash at any moment leaves the sign-ins in the file or here.
"""

import os
import socket
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Final

from bimmerhub.errors import ConfigError, StoreError
from bimmerhub.files import make_folder, replace_file, sync, write_hint
from bimmerhub.hub.safekeeping.history_files import (
    MigrationStep,
    forget_sign_ins,
    make_newest,
    replace_history,
)
from bimmerhub.hub.safekeeping.move_contents import CONFIG, DATABASE, FILES, MoveAbout, list_files
from bimmerhub.hub.safekeeping.move_mark import (
    UNFINISHED,
    MoveArrival,
    begin_arrival,
    end_arrival,
    is_half_restored,
    load_arrival,
    load_mark,
    remove_mark,
    save_arrival,
    unfinished_of,
)
from bimmerhub.hub.safekeeping.move_room import check_room_to_arrive
from bimmerhub.hub.safekeeping.move_settings import Risk, find_risks, without
from bimmerhub.hub.safekeeping.move_sign_ins import find_far_sign_ins
from bimmerhub.hub.safekeeping.move_unpacking import unpack
from bimmerhub.hub.safekeeping.private_folders import private_folder
from bimmerhub.hub.safekeeping.sealed_file import unseal_file
from bimmerhub.hub.safekeeping.whole_files import naming
from bimmerhub.store.ports.audit import AuditEntry
from bimmerhub.times import format_time

ASIDE: Final = "config.toml.moved"
"""Where in the data directory the settings of the file are when they are not in use."""
_RESTORED_NOTE: Final = ".restored"


@dataclass(frozen=True, slots=True, kw_only=True)
class MoveDestination:
    """Where a move file goes: a data directory with its database, and the place of the settings file.

    `trusted_hosts` are those that its own settings name besides BMW's.
    """

    data_dir: Path
    database: Path
    config: Path
    trusted_hosts: Collection[str] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenedMove:
    """A move file in the clear, in a private folder of its destination, with nothing in place yet.

    `risks` are the settings of its file that a person has to agree to, none when that will not be used; `far` has by
    account where its sign-in leads, if neither to BMW nor to a trusted host; `left_out` names what nobody takes over.
    """

    source: Path
    folder: Path
    destination: MoveDestination
    about: MoveAbout
    left_out: tuple[str, ...]
    risks: tuple[Risk, ...]
    far: dict[str, str]

    @property
    def config(self) -> bytes | None:
        """The settings file in it, None without one."""
        path = self.folder / CONFIG
        return path.read_bytes() if path.is_file() else None


@dataclass(frozen=True, slots=True, kw_only=True)
class ArrivedMove:
    """What came of restoring a move file.

    `replaced` is where the history is that was there; `config` where settings were written that are in use, and `aside`
    where those of the file are when they are not, or not all of them.
    """

    about: MoveAbout
    replaced: Path | None
    config: Path | None
    aside: Path | None


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


@contextmanager
def opened_move(
    source: Path, passphrase: str, destination: MoveDestination, *, progress: Callable[[MigrationStep], None]
) -> Iterator[OpenedMove]:
    """Unpack a move file for the block, with its database brought up to date; a hub may run meanwhile.

    ConfigError as `check_can_arrive`; StoreError when the file is damaged, crafted, or the disk does not allow it.
    """
    data_dir = destination.data_dir
    check_room_to_arrive(source, data_dir, destination.database)
    with private_folder(data_dir) as folder:
        with naming(source, "unpack"):
            opened = _open_move(source, passphrase, destination, folder=folder, progress=progress)
        yield opened


def _open_move(
    source: Path,
    passphrase: str,
    destination: MoveDestination,
    *,
    folder: Path,
    progress: Callable[[MigrationStep], None],
) -> OpenedMove:
    unseal_file(source, folder / "archive", passphrase)
    unpacked = unpack(folder / "archive", folder / "all", database=destination.database)
    (folder / "archive").unlink()
    check_can_arrive(source, destination.data_dir, unpacked.about)
    make_newest(folder / "all" / DATABASE, folder / DATABASE, progress=progress)
    (folder / "all" / DATABASE).unlink()
    config = folder / "all" / CONFIG
    is_used = config.is_file() and not os.path.lexists(destination.config)
    trusted = destination.trusted_hosts
    return OpenedMove(
        source=source,
        folder=folder / "all",
        destination=destination,
        about=unpacked.about,
        left_out=unpacked.left_out,
        risks=tuple(find_risks(config.read_bytes(), trusted_hosts=trusted)) if is_used else (),
        far=find_far_sign_ins(folder / DATABASE, folder / "all" / FILES, trusted_hosts=trusted),
    )


def put_in_place(opened: OpenedMove, *, now_ms: int, is_trusted: bool) -> ArrivedMove:
    """Put an opened file in place in its data directory, whose lock the caller holds; what is there is kept beside.

    Unless it `is_trusted`, the settings that are risks and the sign-ins that lead elsewhere are left out. StoreError
    when the disk does not allow it.
    """
    place, about = opened.destination, opened.about
    data_dir = place.data_dir
    check_can_arrive(opened.source, data_dir, about)
    if not is_trusted:
        forget_sign_ins(opened.folder.parent / DATABASE, opened.far)

    def place_files() -> None:
        begin_arrival(data_dir)
        _place_files(opened.folder / FILES, data_dir, place.database)

    replaced = replace_history(
        opened.folder.parent / DATABASE, place.database, entry=_entry(about, now_ms), before_exchange=place_files
    )
    config, aside = _place_config(opened, is_trusted=is_trusted)
    save_arrival(
        data_dir, MoveArrival(id=about.id, came_from=about.came_from, made_at_ms=about.made_at_ms, at_ms=now_ms)
    )
    remove_mark(data_dir)  # what moved away from here has come back
    end_arrival(data_dir)
    with suppress(OSError):  # on a stick that cannot be written nobody can be told
        if unfinished_of(opened.source).samefile(opened.source):
            unfinished_of(opened.source).unlink()  # its second name, of a move that was killed right after the first
    with suppress(OSError):
        _note_beside(opened.source).write_text(
            f"to {data_dir.absolute()} on {socket.gethostname()} at {format_time(now_ms)}\n"
        )
    return ArrivedMove(about=about, replaced=replaced, config=config, aside=aside)


def _place_files(files: Path, data_dir: Path, database: Path) -> None:
    """Move the unpacked files to where they belong; what is there gets a second name."""
    try:
        for path in list(list_files(data_dir, database)):
            if ".replaced-" not in path.name:
                path.rename(_free_name(path))
        for path in sorted(files.rglob("*")):
            if path.is_file():
                place = data_dir / path.relative_to(files)
                make_folder(place.parent)
                path.chmod(0o600)
                sync(path)
                path.rename(place)
                sync(place.parent)
    except OSError as error:
        raise StoreError(
            f"cannot put the files in place: {error.strerror}",
            hint=f"{write_hint(error) or 'Check the disk.'} Then restore the file again.",
        ) from error


def _place_config(opened: OpenedMove, *, is_trusted: bool) -> tuple[Path | None, Path | None]:
    """Write the settings to their place, as far as they are used, and beside the data where not all are.

    Return where they are in use, and where they lie aside; None for nowhere.
    """
    content, place = opened.config, opened.destination.config
    if content is None:
        return None, None
    with suppress(OSError):
        if place.read_bytes() == content:
            return place, None
    aside = opened.destination.data_dir / ASIDE
    if os.path.lexists(place):
        _write_private(aside, content)
        return None, aside
    if is_trusted or not opened.risks:
        _write_private(place, content)
        return place, None
    _write_private(aside, content)
    harmless = without(content, opened.risks)
    if harmless is None:
        return None, aside
    _write_private(place, harmless)
    return place, aside


def _write_private(path: Path, content: bytes) -> None:
    try:
        make_folder(path.parent, mode=0o777)
        replace_file(path, content)
    except OSError as error:
        raise StoreError(f"cannot write the settings file {path}: {error.strerror}") from error


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
