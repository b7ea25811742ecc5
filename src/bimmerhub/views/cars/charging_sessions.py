"""Charging sessions as others see them: the hub's own records, with what BMW says of each laid over.

A record rests on readings. What comes from elsewhere is added when it is read: BMW's charging history fills in what is
missing or only estimated, and where the two disagree both are shown. A session that only BMW knows of is listed too.
"""

from collections.abc import Mapping, Sequence
from typing import Final

import msgspec

from bimmerhub.domain.charging_sessions.charge_reasons import (
    REASON_DESCRIPTORS,
    ReasonReading,
    explain_charge,
)
from bimmerhub.domain.charging_sessions.charge_reconciled import Reconciled
from bimmerhub.domain.charging_sessions.session_evidence import EVIDENCE
from bimmerhub.domain.charging_sessions.session_record import ChargingRecord
from bimmerhub.errors import NotFound
from bimmerhub.ids import Descriptor, Vin
from bimmerhub.store.ports.readings import Point, ReadingQuery
from bimmerhub.times import DAY_MS, MINUTE_MS, SECOND_MS, format_time
from bimmerhub.views.cars.charge_rows import ChargeReads, ChargeRows, StoredCharge, load_charge_rows, load_most_ac_kw
from bimmerhub.views.cars.charge_shapes import (
    ChargeSample,
    ChargesPage,
    ChargingSessionAnswer,
    ChargingSessionDetails,
    describe_evidence,
    describe_note,
    describe_session,
    sum_up,
)
from bimmerhub.views.cars.history import MOST_ROWS
from bimmerhub.views.fields import ListTokens, Number
from bimmerhub.views.record_ids import find_record_key, format_record_id, parse_record_id
from bimmerhub.views.viewer import Viewer

DEFAULT_SESSIONS: Final = 100
MOST_SESSIONS: Final = 10_000
MOST_SAMPLES: Final = 500
MOST_EVIDENCE: Final = 5_000
LONGEST_MS: Final = 60 * DAY_MS
"""A plug that is in for longer is not looked for when a record is asked for by an instant inside it."""
AROUND_MS: Final = 5 * MINUTE_MS


async def view_charging_sessions(
    viewer: Viewer,
    reads: ChargeReads,
    vin: Vin,
    *,
    from_ms: int,
    to_ms: int,
    limit: int = DEFAULT_SESSIONS,
    after: str | None = None,
) -> ChargesPage:
    """Return one page of the sessions that began in `from_ms <= t < to_ms`, newest first, and the totals of all.

    `after` is the `next` of the page before; ConfigError for any other.
    """
    viewer.require_vehicle(vin)
    tokens = ListTokens("charging sessions", vin)
    before_ms = to_ms if after is None else tokens.parse_number(after)
    rows = await load_charge_rows(reads, vin, from_ms=from_ms, to_ms=to_ms)
    older = [session for session in reversed(rows.sessions) if session.start_ms < before_ms]
    page, key = older[:limit], find_record_key(reads.vehicles, vin)
    is_complete = len(older) <= limit
    return ChargesPage(
        items=[_describe(vin, key, session, await rows.show(session)) for session in page],
        next=None if is_complete else tokens.token(page[-1].start_ms),
        is_complete=is_complete,
        totals=sum_up([await rows.energies(session) for session in rows.sessions]),
    )


async def view_charging_session(
    viewer: Viewer, reads: ChargeReads, vin: Vin, record_id: str, *, with_evidence: bool = False
) -> ChargingSessionDetails:
    """Return the session of that id, or the one that covers its instant now; NotFound when there is none."""
    viewer.require_vehicle(vin)
    (wanted_key, at_ms), key = parse_record_id(record_id), find_record_key(reads.vehicles, vin)
    if wanted_key != key:
        raise _no_such_session()
    rows = await load_charge_rows(reads, vin, from_ms=at_ms - LONGEST_MS, to_ms=at_ms + SECOND_MS)
    session = _find_session(rows, at_ms)
    reconciled = await rows.show(session)
    points = await _load_points(reads.readings, vin, session)
    samples = _thin(_samples(points, reconciled.record, session.end_ms), MOST_SAMPLES)
    reasons = [
        ReasonReading(at_ms=point.measured_at_ms, descriptor=point.descriptor, value=point.value)
        for point in points
        if point.descriptor in REASON_DESCRIPTORS
    ]
    most_ac_kw = await load_most_ac_kw(reads, vin)
    return ChargingSessionDetails(
        **msgspec.structs.asdict(_describe(vin, key, session, reconciled)),
        samples=samples,
        notes=[describe_note(note) for note in explain_charge(reconciled.record, reasons, most_ac_kw=most_ac_kw)],
        evidence=[describe_evidence(point) for point in points[:MOST_EVIDENCE]] if with_evidence else None,
    )


def _no_such_session() -> NotFound:
    return NotFound("there is no such charging session", hint="List them: bimmerhub charges")


def _describe(vin: Vin, key: str, session: StoredCharge, reconciled: Reconciled) -> ChargingSessionAnswer:
    record_id = format_record_id(key, session.start_ms)
    return describe_session(vin, record_id, reconciled, is_final=session.is_final)


def _find_session(rows: ChargeRows, at_ms: int) -> StoredCharge:
    for session in reversed(rows.sessions):
        if session.start_ms // SECOND_MS == at_ms // SECOND_MS:
            return session
    for session in reversed(rows.sessions):
        if session.start_ms <= at_ms < session.end_ms:
            return session
    raise _no_such_session()


async def _load_points(readings: ReadingQuery, vin: Vin, session: StoredCharge) -> list[Point]:
    """Return the readings that a session rests on, those that tell why among them, in order of time."""
    descriptors = sorted({*EVIDENCE, *REASON_DESCRIPTORS})
    from_ms, to_ms = session.start_ms - AROUND_MS, session.end_ms + AROUND_MS
    points: list[Point] = []
    after: str | None = None
    while len(points) < 2 * MOST_EVIDENCE:
        page, after = await readings.range(vin, descriptors, from_ms=from_ms, to_ms=to_ms, limit=MOST_ROWS, after=after)
        points += page
        if after is None:
            break
    return sorted(points, key=lambda point: (point.measured_at_ms, point.descriptor))


def _samples(points: Sequence[Point], record: ChargingRecord, end_ms: int) -> list[ChargeSample]:
    """Return the curve of a charge: power and level at each moment at which one of them was said."""
    if record.started_at_ms is None:
        return []
    until_ms = end_ms if record.ended_at_ms is None else record.ended_at_ms
    moments: dict[int, dict[str, Number]] = {}
    for point in points:
        kind = _KINDS.get(point.descriptor)
        if kind is None or not record.started_at_ms <= point.measured_at_ms <= until_ms:
            continue
        value = EVIDENCE[point.descriptor].read(point.to_reading(Vin("")))
        if isinstance(value, int | float) and not isinstance(value, bool):
            moments.setdefault(point.measured_at_ms, {})[kind] = value
    return [
        ChargeSample(at=format_time(at_ms), power_kw=said.get("power"), soc_percent=said.get("level"))
        for at_ms, said in sorted(moments.items())
    ]


_KINDS: Final[Mapping[Descriptor, str]] = {
    descriptor: evidence.kind for descriptor, evidence in EVIDENCE.items() if evidence.kind in {"power", "level"}
}


def _thin(samples: list[ChargeSample], most: int) -> list[ChargeSample]:
    """Return at most so many samples, evenly taken, the first and the last among them."""
    if len(samples) <= most:
        return samples
    step = (len(samples) - 1) / (most - 1)
    return [samples[round(place * step)] for place in range(most)]
