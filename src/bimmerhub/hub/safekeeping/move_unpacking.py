"""Unpacks a move file, which somebody else may have made: no more comes out than is in it, and only what belongs here.

The archive is not compressed, so what comes out is no larger than the file; entries that tar would fill up with zeros,
links, devices and folders are refused. A name never leads out of the folder; what a process has for itself (locks,
marks, what SQLite keeps beside a database) is left out, whoever put it in.
"""

import json
import os
import tarfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import BinaryIO, Final

from bimmerhub.errors import StoreError
from bimmerhub.hub.safekeeping.move_contents import ABOUT, CONFIG, DATABASE, FILES, MOST_FILES, MoveAbout, is_left_out

LARGEST_CONFIG_BYTES: Final = 1024 * 1024
_LONGEST_ABOUT_BYTES: Final = 1024 * 1024
_PIECE_BYTES: Final = 1024 * 1024
_LONGEST_HEADER_BYTES: Final = 64 * 1024
_LONGEST_NAME: Final = 1_000
_DEEPEST: Final = 16
_AGAIN: Final = "Take another copy of it."


@dataclass(frozen=True, slots=True, kw_only=True)
class UnpackedMove:
    """What a move file says of itself, and the names of what was left out of it."""

    about: MoveAbout
    left_out: tuple[str, ...]


def unpack(archive: Path, folder: Path, *, database: Path) -> UnpackedMove:
    """Unpack an archive into a private folder; StoreError when it is none of ours.

    `database` is the one that it will be put beside.
    """
    about: MoveAbout | None = None
    left_out: list[str] = []
    with _opened(archive) as tar:
        for member in _members(tar):
            content = tar.extractfile(member)
            if content is None:
                raise StoreError(f"the move file is damaged: {member.name!r} has no content", hint=_AGAIN)
            if member.name == ABOUT:
                about = _read_about(content.read(_LONGEST_ABOUT_BYTES))
            elif (place := _place(folder, member, database)) is None:
                left_out.append(member.name)
            else:
                _make_private(place.parent)
                with os.fdopen(os.open(place, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
                    while piece := content.read(_PIECE_BYTES):
                        file.write(piece)
    if about is None or not (folder / DATABASE).is_file():
        raise StoreError("the move file holds no history", hint=_AGAIN)
    return UnpackedMove(about=about, left_out=tuple(left_out))


def _make_private(folder: Path) -> None:
    """Make a folder, and those above it that are missing, each for its owner only."""
    if not folder.parent.exists():
        _make_private(folder.parent)
    folder.mkdir(mode=0o700, exist_ok=True)


class _Reader:
    """An archive that is read in small pieces, and not over and over again, whatever its headers say."""

    def __init__(self, file: BinaryIO, size: int) -> None:
        self._file = file
        self._left = 2 * size + _PIECE_BYTES

    def read(self, size: int = -1) -> bytes:
        """Return so many bytes; StoreError for more than a piece at once, or than the file holds twice over."""
        self._left -= size
        if not 0 <= size <= _PIECE_BYTES or self._left < 0:
            raise StoreError("the move file is damaged: a header in it makes no sense", hint=_AGAIN)
        return self._file.read(size)

    def seek(self, place: int, whence: int = 0) -> int:
        """Go to a place."""
        return self._file.seek(place, whence)

    def tell(self) -> int:
        """Return the place."""
        return self._file.tell()


@contextmanager
def _opened(archive: Path) -> Iterator[tarfile.TarFile]:
    try:
        with archive.open("rb") as file:
            reader = _Reader(file, archive.stat().st_size)
            with tarfile.open(fileobj=reader, mode="r:") as tar:  # type: ignore[call-overload] # what it uses of a file
                yield tar
    except (tarfile.TarError, EOFError, ValueError, OverflowError, RecursionError) as error:
        raise StoreError(f"the move file is damaged: {error}", hint=_AGAIN) from error
    except OSError as error:
        raise StoreError(f"cannot unpack the move file: {error.strerror}", hint="Free some space.") from error


def _members(tar: tarfile.TarFile) -> Iterator[tarfile.TarInfo]:
    """Yield the entries; StoreError for one that our own files never have, or too many."""
    for number, member in enumerate(tar):
        if number > MOST_FILES + 3:
            raise StoreError(f"the move file has more than {MOST_FILES:,} files in it", hint=_AGAIN)
        is_plain = member.isreg() and not member.issparse() and member.size >= 0
        if not is_plain or sum(map(len, member.pax_headers.values())) > _LONGEST_HEADER_BYTES:
            raise StoreError(f"the move file has something in it that is no plain file: {member.name[:80]!r}")
        yield member
        tar.members = []  # type: ignore[attr-defined] # else it remembers all of them


def _place(folder: Path, member: tarfile.TarInfo, database: Path) -> Path | None:
    """Return where an entry belongs below the folder, None for what stays out; StoreError when it leads elsewhere."""
    name, parts = member.name, PurePosixPath(member.name).parts
    if not parts or any(part in {"..", "/"} or "\\" in part or ":" in part for part in parts):
        raise StoreError(f"the move file has a name that leads elsewhere: {name!r}")
    if name == DATABASE or (name == CONFIG and member.size <= LARGEST_CONFIG_BYTES):
        return folder / name
    is_odd = len(name) > _LONGEST_NAME or len(parts) > _DEEPEST or not name.isprintable()
    if is_odd or parts[0] != FILES or not parts[1:] or is_left_out(parts[1:], database):
        return None
    return folder.joinpath(*parts)


def _read_about(content: bytes) -> MoveAbout:
    try:
        fields = json.loads(content)
        return MoveAbout(
            id=str(fields["id"]),
            made_at_ms=int(fields["made_at_ms"]),
            came_from=str(fields["came_from"]),
            version=str(fields["version"]),
            accounts=tuple(map(str, fields["accounts"])),
            variables=tuple(map(str, fields["variables"])),
        )
    except (ValueError, RecursionError, KeyError, TypeError, OverflowError) as error:
        raise StoreError("the move file does not say what it is", hint="Update bimmerhub.") from error
