"""What is in a move file: a tar archive, encrypted as a backup is. `move.json` comes first and tells it from a backup.

Everything of the data directory is in it but what belongs to a process or can be made again, with the database whole
(sign-ins, passwords, API tokens) and the settings file, if there is one.
"""

import io
import json
import re
import tarfile
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path, PurePosixPath
from typing import Final

from bimmerhub.errors import StoreError
from bimmerhub.hub.process.directory import LOCK_FILE, NOTE
from bimmerhub.hub.safekeeping.move_mark import ARRIVED, HALF_RESTORED, MARK
from bimmerhub.hub.safekeeping.sealed_file import read_sealed

ABOUT: Final = "move.json"
DATABASE: Final = "database.sqlite3"
CONFIG: Final = "config.toml"
FILES: Final = "files"
"""The folder in the archive of what lay in the data directory."""

_LEFT_OUT: Final = frozenset(
    {LOCK_FILE, NOTE, MARK, ARRIVED, HALF_RESTORED, "backups", "backups.json", "emulator", "provider.key.lock"}
)
_LEFT_OUT_ENDINGS: Final = (".lock", ".partial", ".new", ".reserve", ".unfinished")
_BESIDE_DATABASE: Final = (
    r"(\.(mark|restor(ing|e-note)|unsealed|salvag(ing|ed)|(replaced|damaged)-\d+|schema-\d+))?(-wal|-shm|-journal)?"
)
"""How the names of the database and of what lies beside it go on after its own."""
_LONGEST_ABOUT_BYTES: Final = 1024 * 1024
_TAR_MAGIC_AT: Final = 257


@dataclass(frozen=True, slots=True, kw_only=True)
class MoveAbout:
    """What a move file says of itself: its random id, when and where it was made, by which version.

    `accounts` are signed in, `variables` the names of those that set something where it was made.
    """

    id: str
    made_at_ms: int
    came_from: str
    version: str
    accounts: tuple[str, ...]
    variables: tuple[str, ...]


def list_files(data_dir: Path, database: Path) -> Iterator[Path]:
    """Yield what of the data directory is moved, but for the database, in order of name.

    A link to a regular file is one of them, what a link to a folder leads to is not.
    """
    of_database = re.compile(re.escape(database.name) + _BESIDE_DATABASE, re.ASCII)
    for path in sorted(data_dir.rglob("*")):
        first, *others = path.relative_to(data_dir).parts
        is_left_out = first in _LEFT_OUT or first.startswith(".bimmerhub-")
        if is_left_out or path.name.endswith(_LEFT_OUT_ENDINGS) or not path.is_file():
            continue
        if not others and of_database.fullmatch(first):
            continue
        yield path


def write_archive(
    archive: Path, about: MoveAbout, *, data_dir: Path, copy: Path, database: Path, config: Path | None
) -> None:
    """Write the archive in the clear (0600); `copy` is a copy of the `database`. StoreError when the disk is full."""
    try:
        archive.touch(mode=0o600)
        with tarfile.open(archive, "w", format=tarfile.PAX_FORMAT) as tar:
            content = json.dumps(asdict(about)).encode()
            info = tarfile.TarInfo(ABOUT)
            info.size = len(content)
            tar.addfile(info, io.BytesIO(content))
            for path in list_files(data_dir, database):
                with suppress(FileNotFoundError):  # another program's, which has just gone
                    _add(tar, path, f"{FILES}/{path.relative_to(data_dir).as_posix()}")
            if config is not None:
                _add(tar, config, CONFIG)
            _add(tar, copy, DATABASE)
    except OSError as error:
        raise StoreError(f"cannot write {archive}: {error.strerror}", hint="Free some space there.") from error


def is_move_file(source: Path, passphrase: str) -> bool:
    """Tell whether an encrypted file is for moving; StoreError when the passphrase does not open it."""
    head = next(read_sealed(source, passphrase))
    return head.startswith(ABOUT.encode() + b"\0") and head[_TAR_MAGIC_AT : _TAR_MAGIC_AT + 5] == b"ustar"


def unpack(archive: Path, folder: Path) -> MoveAbout:
    """Unpack an archive into a private folder, and return what it says of itself; StoreError when it is none of ours.

    Only plain files are taken, and only below the folder.
    """
    about: MoveAbout | None = None
    try:
        with tarfile.open(archive) as tar:
            for member in tar:
                content = tar.extractfile(member) if member.isreg() else None
                if content is None:
                    continue
                if member.name == ABOUT:
                    about = _read_about(content.read(_LONGEST_ABOUT_BYTES))
                    continue
                with _below(folder, member.name).open("xb") as file:
                    while piece := content.read(1024 * 1024):
                        file.write(piece)
    except (tarfile.TarError, EOFError) as error:
        raise StoreError(f"the move file is damaged: {error}", hint="Take another copy of it.") from error
    except OSError as error:
        raise StoreError(f"cannot unpack the move file: {error.strerror}", hint="Free some space.") from error
    if about is None or not (folder / DATABASE).is_file():
        raise StoreError("the move file holds no history", hint="Take another copy of it.")
    return about


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
    except (ValueError, RecursionError, KeyError, TypeError) as error:
        raise StoreError("the move file does not say what it is", hint="Update bimmerhub.") from error


def _below(folder: Path, name: str) -> Path:
    """Return the place of a member below the folder, whose own folders are made."""
    parts = PurePosixPath(name).parts
    if not parts or any(part in {"..", "/"} or "\\" in part or ":" in part for part in parts):
        raise StoreError(f"the move file has a name that leads elsewhere: {name!r}")
    path = folder.joinpath(*parts)
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    return path


def _add(tar: tarfile.TarFile, path: Path, name: str) -> None:
    with path.open("rb") as file:
        info = tar.gettarinfo(arcname=name, fileobj=file)
        info.uid = info.gid = 0
        info.uname = info.gname = ""
        info.mode = 0o600
        tar.addfile(info, file)
