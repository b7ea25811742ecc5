"""What is in a move file: a tar archive, encrypted as a backup is. `move.json` comes first and tells it from a backup.

Everything of the data directory is in it but what belongs to a process or can be made again, with the database whole
(sign-ins, passwords, API tokens) and the settings file, if there is one.
"""

import io
import json
import re
import tarfile
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
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
MOST_FILES: Final = 20_000
"""Files in a data directory: pictures, owners, spare sign-ins. Many more are something else's."""
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
    for path in sorted(data_dir.rglob("*")):
        if path.is_file() and not is_left_out(path.relative_to(data_dir).parts, database):
            yield path


def is_left_out(parts: Sequence[str], database: Path) -> bool:
    """Tell whether a file of a data directory, by the parts of its path there, belongs to it alone and is not moved.

    Upper and lower case are one, as on some disks.
    """
    first, *others = (part.casefold() for part in parts)
    last = others[-1] if others else first
    if first in _LEFT_OUT or first.startswith(".bimmerhub-") or last.endswith(_LEFT_OUT_ENDINGS):
        return True
    return (
        not others and re.fullmatch(re.escape(database.name.casefold()) + _BESIDE_DATABASE, first, re.ASCII) is not None
    )


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
            for number, path in enumerate(list_files(data_dir, database)):
                if number >= MOST_FILES:
                    raise StoreError(
                        f"there are more than {MOST_FILES:,} files in {data_dir}, which are not all of bimmerhub",
                        hint="Put what is yours elsewhere, then move.",
                    )
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


def _add(tar: tarfile.TarFile, path: Path, name: str) -> None:
    with path.open("rb") as file:
        info = tar.gettarinfo(arcname=name, fileobj=file)
        info.uid = info.gid = 0
        info.uname = info.gname = ""
        info.mode = 0o600
        tar.addfile(info, file)
