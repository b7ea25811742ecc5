"""What was not understood or not believed, and releasing a reading from it."""

from typing import Annotated, Final

import msgspec

from bimmerhub.domain.reading import Reading, Value
from bimmerhub.errors import NotFound
from bimmerhub.ids import Vin
from bimmerhub.store.ports.quarantine import Quarantine, Refused
from bimmerhub.times import format_time
from bimmerhub.views.fields import SOURCE_NAMES, ListTokens, NewestPage, Page, Time
from bimmerhub.views.ports.readings import JudgedReadings, ReadingJudging
from bimmerhub.views.problems import ProblemDetail
from bimmerhub.views.stored.odometers import ApartOdometerAnswer, view_apart_odometers
from bimmerhub.views.viewer import Viewer

DEFAULT_REFUSED: Final = 100
MOST_REFUSED: Final = 10_000
"""What one page shows at most."""

SHOWN_READINGS: Final = 100
SHOWN_PAYLOAD_CHARACTERS: Final = 4_000

_WITHOUT_REJECTED: Final = "without rejected"


class QuarantinedReading(msgspec.Struct, frozen=True, kw_only=True):
    """A reading that was understood but not believed."""

    vin: str
    descriptor: str
    value: Value
    unit: str | None
    measured_at: Time
    source: str


class RefusedAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """Something that was not understood or not believed. `payload` is its text, cut after 4,000 characters.

    `reading` is null for what was not understood; what has one can be released by its `id`. `measured_at` is the time
    of the row, null where the message as a whole was refused or the row has none that can be read. `vin` is null where
    nothing says which car it is about.
    """

    id: int
    received_at: Time
    reason: str
    origin: str
    vin: str | None
    descriptor: str | None
    measured_at: Time | None
    reading: QuarantinedReading | None
    payload: str
    payload_bytes: int


class QuarantinePage(NewestPage[RefusedAnswer], frozen=True, kw_only=True):
    """A page of quarantine, with the odometers that only a person can judge."""

    odometers: list[ApartOdometerAnswer] = msgspec.field(default_factory=list)
    rejections: Annotated[int, msgspec.Meta(description="judgements in force that reject readings")] = 0


class ReleaseTrial(msgspec.Struct, frozen=True, kw_only=True):
    """Which other readings a release would set apart or bring back: the first 100 of each, the counts are of all."""

    set_apart_count: int
    set_apart: list[QuarantinedReading]
    returned_count: int
    returned: list[QuarantinedReading]


class ReleasedAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """What was released from quarantine, and is stored now; with `trial` it was only tried, and nothing has changed."""

    id: int
    reading: QuarantinedReading
    trial: ReleaseTrial | msgspec.UnsetType = msgspec.UNSET


class FailedRelease(msgspec.Struct, frozen=True, kw_only=True):
    """What was not released, and why."""

    id: int
    error: ProblemDetail


class ReleasesAnswer(Page[ReleasedAnswer], frozen=True, kw_only=True):
    """What became of several ids: each is in `items`, or in `failed`."""

    failed: list[FailedRelease]


async def view_quarantine(
    viewer: Viewer,
    quarantine: Quarantine,
    *,
    limit: int = DEFAULT_REFUSED,
    after: str | None = None,
    rejected: bool = True,
    vin: Vin | None = None,
) -> QuarantinePage:
    """Return the newest `limit` items, newest first, of one car or of all; `after` is the `next` of the page before.

    Without `rejected` what a person rejected is left out: one judgement can be about any number of readings.
    ConfigError for an `after` that is not of this list.
    """
    viewer.require_owner()
    tokens = ListTokens("quarantine", *([] if rejected else [_WITHOUT_REJECTED]), *([] if vin is None else [vin]))
    before_id = None if after is None else tokens.parse_number(after)
    refused = await quarantine.refused(limit=limit + 1, before_id=before_id, rejected=rejected, vin=vin)
    items = [_describe_refused(item) for item in refused[:limit]]
    is_complete = len(refused) <= limit
    return QuarantinePage(
        items=items,
        next=None if is_complete else tokens.token(items[-1].id),
        is_complete=is_complete,
        odometers=[
            odometer for odometer in await view_apart_odometers(viewer, quarantine) if vin in (None, odometer.vin)
        ],
        rejections=await quarantine.rejections(vin),
    )


async def release_reading(
    viewer: Viewer, judging: ReadingJudging, refused_id: int, *, dry_run: bool = False
) -> ReleasedAnswer:
    """Store a reading that was not believed; NotFound when nothing with that id is in quarantine (any more).

    With `dry_run` only say what that would change. ConfigError for what was not understood: it holds no reading.
    """
    viewer.require_owner()
    if dry_run:
        tried = await judging.try_release(refused_id)
        if tried is None:
            raise _not_there(refused_id)
        return ReleasedAnswer(id=refused_id, reading=describe_reading(tried[0]), trial=_describe_trial(tried[1]))
    reading = await judging.release(refused_id)
    if reading is None:
        raise _not_there(refused_id)
    return ReleasedAnswer(id=refused_id, reading=describe_reading(reading))


def _not_there(refused_id: int) -> NotFound:
    return NotFound(f"nothing with the id {refused_id} is in quarantine", hint="bimmerhub quarantine list shows it.")


def _describe_trial(would: JudgedReadings) -> ReleaseTrial:
    return ReleaseTrial(
        set_apart_count=len(would.withdrawn),
        set_apart=[describe_reading(reading) for reading in would.withdrawn[:SHOWN_READINGS]],
        returned_count=len(would.returned),
        returned=[describe_reading(reading) for reading in would.returned[:SHOWN_READINGS]],
    )


def describe_reading(reading: Reading) -> QuarantinedReading:
    """Return a reading in its public shape."""
    return QuarantinedReading(
        vin=reading.vin,
        descriptor=reading.descriptor,
        value=reading.value,
        unit=reading.unit,
        measured_at=format_time(reading.measured_at_ms),
        source=SOURCE_NAMES[reading.source],
    )


def _describe_refused(refused: Refused) -> RefusedAnswer:
    """Return an item in its public shape; bytes that are no UTF-8 show as replacement characters."""
    row = refused.reading or refused.unclear
    shown = refused.payload[: 4 * SHOWN_PAYLOAD_CHARACTERS]  # a character has 4 bytes at most
    return RefusedAnswer(
        id=refused.id or 0,
        received_at=format_time(refused.received_at_ms),
        reason=refused.reason,
        origin=refused.origin,
        vin=refused.vin,
        descriptor=refused.descriptor,
        measured_at=None if row is None else format_time(row.measured_at_ms),
        reading=None if refused.reading is None else describe_reading(refused.reading),
        payload=shown.decode(errors="replace")[:SHOWN_PAYLOAD_CHARACTERS],
        payload_bytes=len(refused.payload),
    )
