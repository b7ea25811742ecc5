"""How long readings are kept: what is too old, when it goes, and what went."""

from collections.abc import Sequence
from typing import Annotated

import msgspec

from bimmerhub.domain.retention import AgeLimits, believed_now_ms, starts_of
from bimmerhub.store.ports.retention import OldReadings, StoredRetention
from bimmerhub.times import format_optional_time, format_time
from bimmerhub.views.fields import Time
from bimmerhub.views.ports.retention import AgeKeeping
from bimmerhub.views.viewer import Viewer

Days = Annotated[float | None, msgspec.Meta(description="null: kept for ever")]


class OldReadingsAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """Readings of one car and kind that are older than the limit."""

    vin: str
    kind: Annotated[str, msgspec.Meta(description="positions or readings (all others)")]
    readings: int
    set_apart: Annotated[int, msgspec.Meta(description="set apart by a rule or a person")]
    from_: Time | None = msgspec.field(name="from")
    to: Time | None


class DroppedAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """What was dropped of one car and kind so far."""

    vin: str
    kind: str
    kept_from: Annotated[Time, msgspec.Meta(description="nothing older is stored, but for the newest of each series")]
    readings: int
    set_apart: int
    late: Annotated[int, msgspec.Meta(description="readings that came later, for a time before `kept_from`")]


class RetentionAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """The limits, what is older than they allow, and what was dropped so far."""

    positions_days: Days
    readings_days: Days
    due_at: Annotated[Time | None, msgspec.Meta(description="when it goes next; null: without a limit, or a hub")]
    old: list[OldReadingsAnswer]
    dropped: list[DroppedAnswer]


def asked_limits(positions_days: float | None, readings_days: float | None) -> AgeLimits | None:
    """Return the limits that somebody asks about, None when they ask about those of the settings."""
    if positions_days is None and readings_days is None:
        return None
    return AgeLimits(positions_days=positions_days, readings_days=readings_days)


async def view_retention(
    viewer: Viewer,
    stored: StoredRetention,
    limits: AgeLimits,
    *,
    due_at_ms: int | None,
    now_ms: int,
) -> RetentionAnswer:
    """Return what is older than these limits, whether they are those of the settings or not; nothing changes."""
    viewer.require_owner()
    believed_ms = believed_now_ms(now_ms, newest_ms=await stored.newest_ms())
    old = await stored.preview(starts_of(limits, now_ms=believed_ms))
    return await _describe(stored, limits, old, due_at_ms)


async def apply_retention(viewer: Viewer, stored: StoredRetention, keeping: AgeKeeping) -> RetentionAnswer:
    """Drop what is older than the settings allow, now; `old` says what went."""
    viewer.require_owner()
    return await _describe(stored, keeping.limits, await keeping.apply(), keeping.due_at_ms())


async def _describe(
    stored: StoredRetention, limits: AgeLimits, old: Sequence[OldReadings], due_at_ms: int | None
) -> RetentionAnswer:
    return RetentionAnswer(
        positions_days=limits.positions_days,
        readings_days=limits.readings_days,
        due_at=format_optional_time(due_at_ms),
        old=[
            OldReadingsAnswer(
                vin=item.subject,
                kind=item.kind,
                readings=item.readings,
                set_apart=item.apart,
                from_=format_optional_time(item.from_ms),
                to=format_optional_time(item.to_ms),
            )
            for item in old
        ],
        dropped=[
            DroppedAnswer(
                vin=item.subject,
                kind=item.kind,
                kept_from=format_time(item.floor_ms),
                readings=item.readings,
                set_apart=item.apart,
                late=item.late,
            )
            for item in await stored.dropped()
        ],
    )
