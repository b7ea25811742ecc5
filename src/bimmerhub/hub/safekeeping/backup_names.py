"""The names of the backups that a hub makes by itself, and which of them may go.

`bimmerhub-KEY-20260131T081500Z.sqlite3`, or `.bhbk` for an encrypted one: KEY is the hub's own, so that several hubs
can share a directory; the time is UTC. A file of any other name is none of the hub's and is never touched.

The time is what the machine's clock said, and a clock can be wrong: a small computer starts in 1970 until it has asked
for the time. So a time in the future, or before there was a bimmerhub, says nothing of a backup's age (`is_misdated`).
"""

import re
from collections.abc import Callable, Collection, Hashable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

_FORM = "%Y%m%dT%H%M%SZ"
_NAME = re.compile(r"bimmerhub-(?P<key>[0-9a-f]{8})-(?P<time>\d{8}T\d{6}Z)\.(?P<ending>sqlite3|bhbk)", re.ASCII)

_NEWEST_NOT_GOOD = 2
_EARLIEST_S = round(datetime(2025, 1, 1, tzinfo=UTC).timestamp())
"""There was no bimmerhub before."""
_CLOCKS_DIFFER_S = 600
"""A clock that is put right by less than that has not been wrong."""


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class BackupName:
    """A backup by what its name says. They sort by time; `made_at_s` is in seconds since 1970 UTC."""

    made_at_s: int
    key: str
    is_encrypted: bool

    @property
    def made_at_ms(self) -> int:
        """The same time in milliseconds."""
        return self.made_at_s * 1000

    def is_misdated(self, now_ms: int) -> bool:
        """Tell whether its time cannot be right, or the present one is not."""
        return not _EARLIEST_S <= self.made_at_s <= now_ms // 1000 + _CLOCKS_DIFFER_S

    def __str__(self) -> str:
        """Return the file's name."""
        time = datetime.fromtimestamp(self.made_at_s, UTC).strftime(_FORM)
        return f"bimmerhub-{self.key}-{time}.{'bhbk' if self.is_encrypted else 'sqlite3'}"


def parse_name(name: str, *, key: str) -> BackupName | None:
    """Return what a file's name says, None unless it is one of the hub with that key."""
    match = _NAME.fullmatch(name)
    if match is None or match["key"] != key:
        return None
    try:
        made_at = datetime.strptime(match["time"], _FORM).replace(tzinfo=UTC)
    except ValueError:
        return None
    return BackupName(made_at_s=round(made_at.timestamp()), key=key, is_encrypted=match["ending"] == "bhbk")


def find_newest(directory: Path | None) -> Path | None:
    """Return the newest backup of any hub in a directory, by its name; None when there is none to be seen."""
    try:
        files = [] if directory is None else [file for file in directory.iterdir() if _NAME.fullmatch(file.name)]
    except OSError:
        return None
    return max(files, key=lambda file: file.stem[-len("20260131T081500Z") :], default=None)


def key_of(name: str) -> str | None:
    """Return the key in the name of a backup of any hub, None for another file."""
    match = _NAME.fullmatch(name)
    return None if match is None else match["key"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Keeping:
    """How many backups are kept: the newest of so many days, weeks (ISO) and months, in UTC."""

    daily: int
    weekly: int
    monthly: int


def choose_removable(
    names: Iterable[BackupName],
    *,
    good: Collection[BackupName],
    bad: Collection[BackupName],
    keeping: Keeping,
    now_ms: int,
    last_good: str | None = None,
) -> list[BackupName]:
    """Return those of a place's backups that may go, oldest first.

    `good` were restored on trial, `bad` could not be; the others are not known: they are kept as good ones are, for a
    place whose backups were not tried yet may have nothing else. The newest good one always stays, and of those after
    it, or of all when none is good, the newest two. Only days that have a backup count.

    Those of the future, those from before there was a bimmerhub, and the rest are chosen from by themselves: whichever
    time is wrong, theirs or the present one, none takes the place of another kind. The `last_good`, which is the newest
    whatever its name says, always stays.
    """
    kinds: dict[tuple[bool, bool], list[BackupName]] = {}
    for name in sorted(set(names), reverse=True):
        kinds.setdefault((name.made_at_s < _EARLIEST_S, name.is_misdated(now_ms)), []).append(name)
    removable = (name for kind in kinds.values() for name in _choose(kind, good=good, bad=bad, keeping=keeping))
    return sorted(name for name in removable if str(name) != last_good)


def _choose(
    everything: Sequence[BackupName], *, good: Collection[BackupName], bad: Collection[BackupName], keeping: Keeping
) -> list[BackupName]:
    """Return those that may go of backups of one kind, the newest first."""
    newest_good = next((name for name in everything if name in good), None)
    since = [name for name in everything if name not in good and (newest_good is None or name > newest_good)]
    usable = [name for name in everything if name not in bad]
    staying = {
        newest_good,
        *since[:_NEWEST_NOT_GOOD],
        *_newest_of_each(usable, keeping.daily, lambda at: at.date()),
        *_newest_of_each(usable, keeping.weekly, lambda at: at.isocalendar()[:2]),
        *_newest_of_each(usable, keeping.monthly, lambda at: (at.year, at.month)),
    }
    return [name for name in everything if name not in staying]


def _newest_of_each(
    names: Iterable[BackupName], count: int, span_of: Callable[[datetime], Hashable]
) -> list[BackupName]:
    """Return the newest of each of the newest `count` spans that have one; `names` begin with the newest."""
    newest: dict[Hashable, BackupName] = {}
    for name in names:
        newest.setdefault(span_of(datetime.fromtimestamp(name.made_at_s, UTC)), name)
    return list(newest.values())[:count]
