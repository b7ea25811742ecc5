"""Whether the database is sound, and its damages: what was saved, what is lost, and where the damaged file lies."""

from typing import Annotated

import msgspec

from bimmerhub.store.ports.soundness import Damage, LostRows, StoredSoundness
from bimmerhub.times import format_optional_time, format_time
from bimmerhub.views.fields import Time
from bimmerhub.views.ports.database_check import CheckedDatabase, DatabaseChecks
from bimmerhub.views.viewer import Viewer

NOT_CHECKED = CheckedDatabase(checked_at_ms=None, problems=(), failure=None)
"""What is known without a running hub."""


class LostAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """What is lost of one table."""

    table: Annotated[str, msgspec.Meta(description="points are readings, journal the raw messages")]
    rows: Annotated[int | None, msgspec.Meta(description="how many; null where that cannot be known")]
    vin: Annotated[str | None, msgspec.Meta(description="of readings, whose they were")]
    from_: Annotated[Time | None, msgspec.Meta(description="of readings, measured from then on")] = msgspec.field(
        name="from"
    )
    to: Annotated[Time | None, msgspec.Meta(description="and until before then")]


class DamageAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """A damage that was found, and what came of it."""

    id: int
    found_at: Time
    problem: str
    set_aside: Annotated[str, msgspec.Meta(description="the file that holds the damaged or other database")]
    saved: Annotated[dict[str, int], msgspec.Meta(description="rows saved, by table")]
    lost: list[LostAnswer]
    broken_pages: Annotated[int, msgspec.Meta(description="pages of 4 KiB that could not be read in their place")]
    is_log_broken: Annotated[bool, msgspec.Meta(description="whether the write-ahead log was damaged")]
    is_displaced: Annotated[
        bool,
        msgspec.Meta(description="the database was sound; set aside is another file, which was in its place"),
    ]
    is_overwritten: Annotated[
        bool,
        msgspec.Meta(
            description="another program wrote over the file while it was in use: sign-ins, password, API tokens and "
            "audit may be as old as what that wrote"
        ),
    ]
    acknowledged_at: Annotated[Time | None, msgspec.Meta(description="when a person took note")]


class SetAsideAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """A damaged database that was set aside and is still there, or another file that was put in its place."""

    file: str
    size_bytes: Annotated[int, msgspec.Meta(description="with what belongs to it: its write-ahead log, say")]
    set_aside_at: Time


class SoundnessAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """Whether the database is sound."""

    checked_at: Annotated[Time | None, msgspec.Meta(description="null: not since the hub's start")]
    problems: Annotated[list[str], msgspec.Meta(description="what that check found, empty when all is sound")]
    failure: Annotated[str | None, msgspec.Meta(description="why a damaged database is still in use")]
    recounted: Annotated[
        list[str], msgspec.Meta(description="counters that this check found off and counted again; that is no damage")
    ]
    saved_percent: Annotated[
        int | None, msgspec.Meta(description="how far the saving of a damaged one's rows is; null: none is under way")
    ]
    damages: Annotated[list[DamageAnswer], msgspec.Meta(description="every damage that was found, the newest first")]
    set_aside: Annotated[
        list[SetAsideAnswer], msgspec.Meta(description="the files that are still there, the newest first")
    ]


async def view_soundness(viewer: Viewer, stored: StoredSoundness, newest: CheckedDatabase) -> SoundnessAnswer:
    """Return what the newest check found, and every damage."""
    viewer.require_owner()
    return await _describe(newest, stored)


async def check_database(viewer: Viewer, stored: StoredSoundness, checks: DatabaseChecks) -> SoundnessAnswer:
    """Check the database now and return what that found; a damaged one is mended."""
    viewer.require_owner()
    return await _describe(await checks.check(), stored)


async def acknowledge_damages(viewer: Viewer, stored: StoredSoundness, checks: DatabaseChecks) -> SoundnessAnswer:
    """Note that a person knows of all damages: health does not tell of them any more."""
    viewer.require_owner()
    await checks.acknowledge()
    return await _describe(checks.newest(), stored)


async def clear_set_aside(viewer: Viewer, stored: StoredSoundness, checks: DatabaseChecks) -> SoundnessAnswer:
    """Remove the damaged databases that were set aside, for good."""
    viewer.require_owner()
    await checks.clear()
    return await _describe(checks.newest(), stored)


async def _describe(checked: CheckedDatabase, stored: StoredSoundness) -> SoundnessAnswer:
    return SoundnessAnswer(
        checked_at=format_optional_time(checked.checked_at_ms),
        problems=list(checked.problems),
        failure=checked.failure,
        recounted=list(checked.recounted),
        saved_percent=checked.saved_percent,
        damages=[_describe_damage(damage) for damage in await stored.damages()],
        set_aside=[
            SetAsideAnswer(file=copy.file, size_bytes=copy.size_bytes, set_aside_at=format_time(copy.set_aside_at_ms))
            for copy in await stored.set_aside()
        ],
    )


def _describe_damage(damage: Damage) -> DamageAnswer:
    return DamageAnswer(
        id=damage.id,
        found_at=format_time(damage.found_at_ms),
        problem=damage.problem,
        set_aside=damage.set_aside,
        saved=dict(damage.salvage.saved),
        lost=[_describe_lost(lost) for lost in damage.salvage.lost],
        broken_pages=damage.salvage.broken_pages,
        is_log_broken=damage.salvage.is_log_broken,
        is_displaced=damage.salvage.is_displaced,
        is_overwritten=damage.salvage.is_overwritten,
        acknowledged_at=format_optional_time(damage.acknowledged_at_ms),
    )


def _describe_lost(lost: LostRows) -> LostAnswer:
    return LostAnswer(
        table=lost.table,
        rows=lost.rows,
        vin=lost.subject,
        from_=format_optional_time(lost.from_ms),
        to=format_optional_time(lost.to_ms),
    )
