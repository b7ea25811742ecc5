"""The names of the backups that a hub makes by itself, and which of them may go.

`bimmerhub-KEY-20260131T081500Z.sqlite3`, or `.bhbk` for an encrypted one: KEY is the hub's own, so that several hubs
can share a directory; the time is UTC. A file of any other name is none of the hub's and is never touched.
"""

import re
from collections.abc import Callable, Collection, Hashable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime

_FORM = "%Y%m%dT%H%M%SZ"
_NAME = re.compile(r"bimmerhub-(?P<key>[0-9a-f]{8})-(?P<time>\d{8}T\d{6}Z)\.(?P<ending>sqlite3|bhbk)", re.ASCII)


_NEWEST_NOT_GOOD = 2


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Keeping:
    """How many backups are kept: the newest of so many days, weeks (ISO) and months, in UTC."""

    daily: int
    weekly: int
    monthly: int


def choose_removable(
    names: Iterable[BackupName], *, good: Collection[BackupName], bad: Collection[BackupName], keeping: Keeping
) -> list[BackupName]:
    """Return those of a place's backups that may go, oldest first.

    `good` were restored on trial, `bad` could not be; the others are not known: they are kept as good ones are, for a
    place whose backups were not tried yet may have nothing else. The newest good one always stays, and of those after
    it, or of all when none is good, the newest two. Only days that have a backup count: a clock that jumps removes
    nothing.
    """
    everything = sorted(set(names), reverse=True)
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
    return sorted(name for name in everything if name not in staying)


def _newest_of_each(
    names: Iterable[BackupName], count: int, span_of: Callable[[datetime], Hashable]
) -> list[BackupName]:
    """Return the newest of each of the newest `count` spans that have one; `names` begin with the newest."""
    newest: dict[Hashable, BackupName] = {}
    for name in names:
        newest.setdefault(span_of(datetime.fromtimestamp(name.made_at_s, UTC)), name)
    return list(newest.values())[:count]
