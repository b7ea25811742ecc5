"""What a person says of readings: rejecting them, taking a judgement back, and what was said so far."""

from typing import Annotated, Literal

import msgspec

from bimmerhub.domain.reading import Value
from bimmerhub.domain.signals.signal import Signal
from bimmerhub.ids import Vin
from bimmerhub.store.ports.overlays import REJECTED, RELEASED, Overlay, StoredOverlays
from bimmerhub.times import SECOND_MS, format_optional_time, format_time
from bimmerhub.views.cars.history import Quantity
from bimmerhub.views.fields import Page, Time
from bimmerhub.views.ports.readings import JudgedReadings, ReadingJudging, ReadingSpan
from bimmerhub.views.stored.quarantine import SHOWN_READINGS, QuarantinedReading, describe_reading
from bimmerhub.views.viewer import Viewer


class JudgementAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """What a person said of the readings of one descriptor from one time to another, both included.

    `id` is null for what was only tried. A release is about one `value`, a rejection (null) about all of them. It holds
    until it is `undone_at`.
    """

    id: int | None
    judgement: Literal["rejected", "released"]
    descriptor: str
    value: Value
    from_: Annotated[Time, msgspec.Meta(description="measured at or after")] = msgspec.field(name="from")
    until: Annotated[Time, msgspec.Meta(description="measured at or before")]
    made_by: str
    made_at: Time
    undone_at: Time | None


class JudgedAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """What judging did; with `dry_run` what it would do.

    `set_apart` are the readings that left the history for quarantine, `returned` those that came back: the first 100 of
    each, the counts are of all. Where readings are judged with their neighbours, others change sides too.
    """

    dry_run: bool
    judgements: list[JudgementAnswer]
    set_apart_count: int
    set_apart: list[QuarantinedReading]
    returned_count: int
    returned: list[QuarantinedReading]


async def view_judgements(viewer: Viewer, overlays: StoredOverlays, vin: Vin) -> Page[JudgementAnswer]:
    """Return what was said of a vehicle's readings, in the order in which it was said."""
    viewer.require_vehicle(vin)
    said = [overlay for overlay in await overlays.overlays(vin) if overlay.kind in {RELEASED, REJECTED}]
    return Page(items=[_describe_judgement(overlay) for overlay in said], next=None)


async def reject_readings(viewer: Viewer, judging: ReadingJudging, span: ReadingSpan, *, dry_run: bool) -> JudgedAnswer:
    """Set readings apart that are not true, those to come included; NotFound when none is stored of that time."""
    viewer.require_owner()
    return _describe_judged(await judging.reject(span, dry_run=dry_run), dry_run=dry_run)


async def restore_readings(
    viewer: Viewer, judging: ReadingJudging, span: ReadingSpan, *, dry_run: bool
) -> JudgedAnswer:
    """Take back every rejection and release that touches the stretch; NotFound when there is none."""
    viewer.require_owner()
    return _describe_judged(await judging.restore(span, dry_run=dry_run), dry_run=dry_run)


def span_of(vin: Vin, quantity: Quantity, *, at_ms: int, until_ms: int | None) -> ReadingSpan:
    """Return what is judged: readings are of whole seconds, so a part of one means the second. Ends are included."""
    return ReadingSpan(
        vin=vin,
        descriptors=tuple(quantity.descriptors()) if isinstance(quantity, Signal) else (quantity,),
        from_ms=at_ms // SECOND_MS * SECOND_MS,
        until_ms=(at_ms if until_ms is None else until_ms) // SECOND_MS * SECOND_MS,
    )


def _describe_judgement(overlay: Overlay) -> JudgementAnswer:
    body = overlay.reading_body()
    return JudgementAnswer(
        id=overlay.id,
        judgement="released" if overlay.kind == RELEASED else "rejected",
        descriptor=body.descriptor,
        value=None if body.value is msgspec.UNSET else body.value,
        from_=format_time(overlay.at_ms),
        until=format_time(overlay.at_ms if body.until_ms is None else body.until_ms),
        made_by=overlay.made_by,
        made_at=format_time(overlay.made_at_ms),
        undone_at=format_optional_time(overlay.undone_at_ms),
    )


def _describe_judged(judged: JudgedReadings, *, dry_run: bool) -> JudgedAnswer:
    return JudgedAnswer(
        dry_run=dry_run,
        judgements=[_describe_judgement(overlay) for overlay in judged.judgements],
        set_apart_count=len(judged.withdrawn),
        set_apart=[describe_reading(reading) for reading in judged.withdrawn[:SHOWN_READINGS]],
        returned_count=len(judged.returned),
        returned=[describe_reading(reading) for reading in judged.returned[:SHOWN_READINGS]],
    )
