"""A car's drives and charges, read off its stored readings, for how often values come."""

from collections.abc import Sequence

from bimmerhub.domain.coverage.cadence import (
    CHARGING_POWER,
    CHARGING_STATE,
    MOTION,
    ODOMETER,
    Activity,
    derive_ends,
    derive_stretches,
)
from bimmerhub.domain.coverage.listening import Span
from bimmerhub.domain.reading import Source, Value
from bimmerhub.ids import Descriptor, Vin
from bimmerhub.store.ports.readings import ReadingQuery
from bimmerhub.times import MINUTE_MS

ROWS_AT_MOST = 10_000
POWER_PAUSE_MS = 30 * MINUTE_MS
"""Stable charging is silent for 10-30 minutes and more (observed by clients 2025-2026)."""


async def load_activity(readings: ReadingQuery, vin: Vin, *, from_ms: int, to_ms: int) -> Activity:
    """Return the drives and charges of a stretch of time, the newest 10,000 readings of each key."""

    async def load(descriptor: Descriptor) -> list[tuple[int, Value]]:
        rows, after = list[tuple[int, Value]](), None
        while True:
            points, after = await readings.range(
                vin, [descriptor], from_ms=from_ms, to_ms=to_ms, limit=ROWS_AT_MOST, after=after
            )
            streamed = (point for point in points if point.source in {Source.STREAM, Source.CAPTURE})
            rows = [*rows, *((point.measured_at_ms, point.value) for point in streamed)][-ROWS_AT_MOST:]
            if after is None:
                return rows

    drives: Sequence[Span] = ()
    for descriptor in MOTION:
        drives = drives or derive_stretches(await load(descriptor))
    return Activity(
        drives=drives or derive_ends(await load(ODOMETER)),
        told_charges={
            CHARGING_STATE: derive_stretches(await load(CHARGING_STATE)),
            CHARGING_POWER: derive_stretches(await load(CHARGING_POWER), gap_ms=POWER_PAUSE_MS),
        },
    )
