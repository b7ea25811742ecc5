"""The announcements of running hubs: how a command finds a hub whose data directory it was not told.

Each hub has a file in the user's runtime directory, `hub-PID-NUMBER.json`, which names its data directory. Where it
answers and with which token stands in that directory alone, and so does the proof that it runs: the lock. A file that a
killed hub left behind is therefore worth nothing, and needs no clean-up before others are read.
"""

import json
import os
import warnings
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from itertools import count
from pathlib import Path
from stat import S_IMODE, S_ISDIR, S_ISVTX, S_IWOTH

import platformdirs

from bimmerhub.files import replace_file
from bimmerhub.hub.process.directory import RunningHub, find_hub

_NUMBERS = count(1)
_OTHERS = 0o077


@dataclass(frozen=True, slots=True, kw_only=True)
class Announcement:
    """A hub that runs on `data_dir`; a demo's cars are simulated."""

    data_dir: str
    is_demo: bool

    def hub(self) -> RunningHub | None:
        """Return the hub, None when it has stopped."""
        return find_hub(Path(self.data_dir))


@contextmanager
def announced(data_dir: Path, *, is_demo: bool = False) -> Iterator[None]:
    """Announce the hub of `data_dir` for as long as the block runs; without a usable runtime directory do nothing."""
    folder = _runtime_dir(is_made=True)
    if folder is None:
        yield
        return
    path = folder / f"hub-{os.getpid()}-{next(_NUMBERS)}.json"
    content = json.dumps(asdict(Announcement(data_dir=str(data_dir.absolute()), is_demo=is_demo)))
    with suppress(OSError):
        replace_file(path, content.encode())
    try:
        yield
    finally:
        with suppress(OSError):
            path.unlink(missing_ok=True)


def load_announcements() -> list[Announcement]:
    """Return what this user's hubs announced, the newest first; those that were killed are among them."""
    folder = _runtime_dir(is_made=False)
    if folder is None:
        return []
    announcements: list[tuple[float, Announcement]] = []
    for path in folder.glob("hub-*.json"):
        with suppress(OSError, ValueError, RecursionError, TypeError, KeyError):
            content = json.loads(path.read_text("utf-8"))
            announcement = Announcement(data_dir=str(content["data_dir"]), is_demo=bool(content["is_demo"]))
            announcements.append((path.stat().st_mtime, announcement))
    return [announcement for _, announcement in sorted(announcements, key=lambda pair: pair[0], reverse=True)]


def _runtime_dir(*, is_made: bool) -> Path | None:
    """Return the directory of the announcements; None when there is none, or others may write in it."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # platformdirs warns of the fallback below /tmp, which is good enough
        try:
            folder = platformdirs.user_runtime_path("bimmerhub", appauthor=False)
            if is_made:
                folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            status, above = folder.lstat(), folder.parent.stat()
        except OSError:
            return None
    is_private = S_ISDIR(status.st_mode) and status.st_uid == os.getuid() and not S_IMODE(status.st_mode) & _OTHERS
    return folder if is_private and _stays(above) else None


def _stays(above: os.stat_result) -> bool:
    """Tell whether nobody else may put another folder in the place of one of ours that lies in this one."""
    is_open = above.st_mode & S_IWOTH and not above.st_mode & S_ISVTX
    return above.st_uid in {0, os.getuid()} and not is_open
