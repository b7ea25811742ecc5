"""The backups that the hub makes by itself: which there are, whether they can be restored, when the next is due."""

from typing import Annotated, Literal

import msgspec

from bimmerhub.times import format_optional_time, format_time
from bimmerhub.views.fields import Number, Time
from bimmerhub.views.ports.backups import BackupKeeping, BackupPlace, KeptBackup
from bimmerhub.views.viewer import Viewer

_PlaceWord = Annotated[Literal["first", "second"], msgspec.Meta(description="the settings name one place or two")]


class BackupAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """A backup in a place."""

    place: _PlaceWord
    name: str
    made_at: Time
    is_misdated: Annotated[
        bool, msgspec.Meta(description="made_at cannot be right: it is in the future, or before there was a bimmerhub")
    ]
    size_bytes: int
    is_encrypted: bool
    tested_at: Annotated[Time | None, msgspec.Meta(description="when it was last restored on trial, from there")]
    is_good: Annotated[bool | None, msgspec.Meta(description="what that gave; null when it was not tried")]
    error: Annotated[str | None, msgspec.Meta(description="why it could not be restored")]


class BackupPlaceAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """A place for backups, and how it went there."""

    place: _PlaceWord
    where: Annotated[str, msgspec.Meta(description="the directory, or the name of the command")]
    newest_good_at: Annotated[Time | None, msgspec.Meta(description="of the newest that was restored on trial")]
    misdated: Annotated[int, msgspec.Meta(description="backups there whose time cannot be right")]
    undeleted: Annotated[
        int, msgspec.Meta(description="backups beyond what the settings keep, where no command deletes any")
    ]
    failure: Annotated[str | None, msgspec.Meta(description="why the last try failed; null when it went well")]
    failed_at: Time | None
    failures: Annotated[int, msgspec.Meta(description="tries that failed since one went well")]
    is_same_disk: Annotated[bool, msgspec.Meta(description="whether it is on the disk of the database")]


class BackupsAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """The backups that the hub made and that are still there, by place, the newest first; all of them."""

    items: list[BackupAnswer]
    next: None
    is_scheduled: Annotated[bool, msgspec.Meta(description="whether the hub makes them by itself")]
    is_under_way: bool
    every_h: Number
    next_at: Annotated[Time | None, msgspec.Meta(description="when the next is due; null when none are scheduled")]
    places: list[BackupPlaceAnswer]


async def view_backups(viewer: Viewer, keeping: BackupKeeping) -> BackupsAnswer:
    """Return the backups and how they stand."""
    viewer.require_owner()
    state = keeping.state()
    hours = state.every_ms / 3_600_000
    return BackupsAnswer(
        items=[_describe(backup) for backup in state.backups],
        next=None,
        is_scheduled=state.is_scheduled,
        is_under_way=state.is_under_way,
        every_h=int(hours) if hours.is_integer() else hours,
        next_at=format_optional_time(state.next_at_ms),
        places=[_describe_place(place) for place in state.places],
    )


async def make_backup_now(viewer: Viewer, keeping: BackupKeeping) -> BackupsAnswer:
    """Have a backup made, and return how they stand, without waiting for it; ConfigError when there is no place."""
    viewer.require_owner()
    keeping.make_now()
    return await view_backups(viewer, keeping)


def _describe(backup: KeptBackup) -> BackupAnswer:
    return BackupAnswer(
        place=backup.place.value,
        name=backup.name,
        made_at=format_time(backup.made_at_ms),
        is_misdated=backup.is_misdated,
        size_bytes=backup.size_bytes,
        is_encrypted=backup.is_encrypted,
        tested_at=format_optional_time(backup.tested_at_ms),
        is_good=backup.is_good,
        error=backup.error,
    )


def _describe_place(place: BackupPlace) -> BackupPlaceAnswer:
    return BackupPlaceAnswer(
        place=place.place.value,
        where=place.where,
        newest_good_at=format_optional_time(place.newest_good_ms),
        misdated=place.misdated,
        undeleted=place.undeleted,
        failure=place.failure,
        failed_at=format_optional_time(place.failed_at_ms),
        failures=place.failures,
        is_same_disk=place.is_same_disk,
    )
