"""The backups that the hub makes by itself, as the views ask for them."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol


class PlaceName(StrEnum):
    """Where a backup lies."""

    FIRST = "first"
    SECOND = "second"


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptBackup:
    """A backup in a place. `is_good` says what restoring it on trial, from there, gave; None: not tried yet.

    `is_misdated` says that its time is in the future, or before there was a bimmerhub: some clock was wrong, or is.
    """

    place: PlaceName
    name: str
    made_at_ms: int
    is_misdated: bool
    size_bytes: int
    is_encrypted: bool
    tested_at_ms: int | None
    is_good: bool | None
    error: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class BackupPlace:
    """A place in words, the newest good backup there, and the last failure, if nothing went well since.

    `misdated` counts the backups whose time cannot be right: they are never the newest good one. `undeleted` counts
    those beyond what the settings keep, where the place has no way to delete.
    """

    place: PlaceName
    where: str
    newest_good_ms: int | None
    misdated: int
    undeleted: int
    failure: str | None
    failed_at_ms: int | None
    failures: int
    is_same_disk: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class BackupsState:
    """How the backups stand. `next_at_ms` is when the next is due, None when none are scheduled.

    Lists are in order: places, first the first; backups by place, the newest first.
    """

    is_scheduled: bool
    is_under_way: bool
    every_ms: int
    next_at_ms: int | None
    places: Sequence[BackupPlace]
    backups: Sequence[KeptBackup]


class BackupKeeping(Protocol):
    """The backups that the hub makes."""

    def state(self) -> BackupsState:
        """Return how they stand; nothing is read from a disk for that."""
        ...

    def make_now(self) -> None:
        """Have one made, as soon as one that is under way has ended; ConfigError when the settings name no place."""
        ...
