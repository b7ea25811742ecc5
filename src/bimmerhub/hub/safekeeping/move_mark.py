"""The mark of a data directory that was moved to another machine: nothing in it spends a refresh token any more.

The move file gets its name between two states of the mark, and what is on the disk after a crash tells which it is:

    no mark                              here, whatever FILE.unfinished is
    "moving", FILE.unfinished is there   here: the file never got its name
    "moving", FILE is there              moved
    "moving", neither                    not known (a stick that was pulled out): kept from use, and said so
    "moved"                              moved

The first process that holds the directory's lock afterwards settles the middle two (`settle_mark`), so that it does not
matter what becomes of the files later.
"""

import json
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from bimmerhub.errors import ConfigError, StoreError
from bimmerhub.files import replace_file, sync, write_hint
from bimmerhub.times import format_time

MARK = "moved.json"
ARRIVED = "moved-here.json"
HALF_RESTORED = "restoring-move.json"
UNFINISHED = ".unfinished"
"""The ending of a move file that nobody may restore yet."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MoveMark:
    """A move away from here: its random id, the file, and when (milliseconds since 1970 UTC)."""

    id: str
    file: str
    at_ms: int
    is_done: bool = False

    @property
    def unfinished(self) -> Path:
        """Where the move file is until it gets its name."""
        return unfinished_of(Path(self.file))

    @property
    def never_happened(self) -> bool:
        """Whether the file is still without its name: the move was broken off before."""
        return not self.is_done and not Path(self.file).exists() and self.unfinished.exists()

    @property
    def words(self) -> str:
        """What happened, for people."""
        if not self.is_done and not Path(self.file).exists():
            return f"may have been moved into {self.file}, which is not there, by a move that was broken off at " + (
                format_time(self.at_ms)
            )
        return f"was moved into {self.file} at {format_time(self.at_ms)}"


@dataclass(frozen=True, slots=True, kw_only=True)
class MoveArrival:
    """A move file that was restored here: its id, where it was made, and when either happened."""

    id: str
    came_from: str
    made_at_ms: int
    at_ms: int


def unfinished_of(file: Path) -> Path:
    """Return the name of a move file that the directory is not marked for yet."""
    return file.with_name(f"{file.name}{UNFINISHED}")


def load_mark(data_dir: Path) -> MoveMark | None:
    """Return the mark of a directory that was moved, None for one that was not; a mark that cannot be read is one."""
    mark = _read_mark(data_dir)
    return None if mark is None or mark.never_happened else mark


def settle_mark(data_dir: Path) -> None:
    """Settle what a move left open that was broken off, as the files are now; the caller holds the directory's lock.

    A disk that cannot be written leaves it open.
    """
    mark = _read_mark(data_dir)
    with suppress(StoreError):
        if mark is not None and mark.never_happened:
            remove_mark(data_dir)
        elif mark is not None and not mark.is_done and Path(mark.file).exists():
            finish_mark(data_dir, mark)


def save_mark(data_dir: Path, mark: MoveMark) -> None:
    """Write the mark; StoreError when the disk does not take it."""
    _save(data_dir / MARK, asdict(mark))


def finish_mark(data_dir: Path, mark: MoveMark) -> None:
    """Note that the move file has its name."""
    save_mark(data_dir, replace(mark, is_done=True))


def remove_mark(data_dir: Path) -> None:
    """Take the mark away: the directory is in use again. StoreError when it stays."""
    _remove(data_dir / MARK)


def load_arrival(data_dir: Path) -> MoveArrival | None:
    """Return the move file that was restored here last, None when there was none."""
    with suppress(OSError, ValueError, RecursionError, TypeError):
        return MoveArrival(**json.loads((data_dir / ARRIVED).read_bytes()))
    return None


def save_arrival(data_dir: Path, arrival: MoveArrival) -> None:
    """Note which move file was restored here; StoreError when the disk does not take it."""
    _save(data_dir / ARRIVED, asdict(arrival))


def begin_arrival(data_dir: Path) -> None:
    """Note that a move file is being put in place: until `end_arrival` nothing here fits together."""
    _save(data_dir / HALF_RESTORED, {})


def end_arrival(data_dir: Path) -> None:
    """Note that all of it is in place."""
    _remove(data_dir / HALF_RESTORED)


def is_half_restored(data_dir: Path) -> bool:
    """Tell whether a move file was being put in place here when something broke it off."""
    return (data_dir / HALF_RESTORED).exists()


def refuse_half_restored(data_dir: Path) -> None:
    """Refuse a directory where restoring a move file was broken off: ConfigError."""
    if is_half_restored(data_dir):
        raise ConfigError(
            f"a move file was only half restored in {data_dir}", hint="Restore it again: bimmerhub restore FILE"
        )


def refuse_moved(data_dir: Path) -> None:
    """Refuse a directory that was moved away, or whose arrival was broken off: ConfigError.

    Whoever would spend a refresh token calls this first: two that spend the same one end each other's session.
    """
    refuse_half_restored(data_dir)
    mark = load_mark(data_dir)
    if mark is not None:
        raise ConfigError(
            f"{data_dir} {mark.words}: its sign-ins belong to the machine where that is restored",
            hint="Reading commands work here: bimmerhub status. To restore it: bimmerhub restore FILE there. Only when "
            "that never happened: bimmerhub move --undo",
        )


def refuse_renewal(data_dir: Path) -> None:
    """Refuse to renew a sign-in that was moved away while this process ran: StoreError."""
    try:
        refuse_moved(data_dir)
    except ConfigError as error:
        raise StoreError(str(error), hint=error.hint) from error


def _read_mark(data_dir: Path) -> MoveMark | None:
    try:
        return MoveMark(**json.loads((data_dir / MARK).read_bytes()))
    except FileNotFoundError:
        return None
    except (OSError, ValueError, RecursionError, TypeError):
        return MoveMark(id="", file="a file that is not known", at_ms=0, is_done=True)


def _save(path: Path, note: object) -> None:
    try:
        replace_file(path, json.dumps(note).encode())
    except OSError as error:
        raise StoreError(f"cannot write {path}: {error.strerror}", hint=write_hint(error)) from error


def _remove(path: Path) -> None:
    try:
        path.unlink(missing_ok=True)
        sync(path.parent)
    except OSError as error:
        raise StoreError(f"cannot remove {path}: {error.strerror}", hint=write_hint(error)) from error
