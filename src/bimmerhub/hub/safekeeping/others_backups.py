"""The backups of other data directories that lie where this one's are to go.

A new directory with the settings of a lost one has made none itself, and those are just what is looked for then. They
are never tried or removed from here, for the directory that made them may be in use elsewhere.
"""

from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import msgspec

from bimmerhub.errors import StoreError
from bimmerhub.hub.safekeeping.backup_names import key_of, parse_name
from bimmerhub.hub.safekeeping.history_files import OF_BACKUPS, load_settings_of
from bimmerhub.json_faults import NOT_JSON


@dataclass(frozen=True, slots=True, kw_only=True)
class OthersBackups:
    """What another data directory, the one with that key in its names, has in a place: how many, and its newest."""

    key: str
    count: int
    newest: Path


class _Key(msgspec.Struct):
    key: str = ""


def find_others_backups(directories: Iterable[Path], database: Path) -> list[OthersBackups]:
    """Return the backups in these directories that the hub of that database did not make, by directory and key."""
    own = _own_key(database)
    return [others for directory in directories for others in _others_in(directory.absolute(), own)]


def _others_in(directory: Path, own: str) -> Iterator[OthersBackups]:
    paths: list[Path] = []
    with suppress(OSError):
        paths = [path for path in directory.iterdir() if path.is_file() and not path.is_symlink()]
    for key in sorted({key_of(path.name) or own for path in paths} - {own}):
        theirs = {name: path for path in paths if (name := parse_name(path.name, key=key)) is not None}
        if theirs:
            yield OthersBackups(key=key, count=len(theirs), newest=theirs[max(theirs)])


def _own_key(database: Path) -> str:
    with suppress(StoreError, *NOT_JSON):
        text = load_settings_of(database, [OF_BACKUPS]).get(OF_BACKUPS, "{}")
        return msgspec.json.decode(text, type=_Key).key
    return ""
