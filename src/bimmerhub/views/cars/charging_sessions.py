"""Charging sessions as others see them: the hub's own records, with what BMW says of each laid over.

A record rests on readings. What comes from elsewhere is added when it is read: BMW's charging history fills in what is
missing or only estimated, and where the two disagree both are shown. A session that only BMW knows of is listed too.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

import msgspec

from bimmerhub.domain.charging_sessions.charge_reasons import (
    REASON_DESCRIPTORS,
    ReasonReading,
    explain_charge,
)
from bimmerhub.domain.charging_sessions.charge_reconciled import (
    BmwCharge,
    Reconciled,
    add_meter,
    check_meter,
    match_charges,
    reconcile,
    to_own_record,
)
from bimmerhub.domain.charging_sessions.session_evidence import EVIDENCE
from bimmerhub.domain.charging_sessions.session_fold import ChargingSessionsFold
from bimmerhub.domain.charging_sessions.session_record import ChargingRecord
from bimmerhub.domain.documents import CHARGING_SESSION
from bimmerhub.domain.own_places import METER_ENERGY, Meter, OwnPlace, find_place, meter_subject
from bimmerhub.errors import NotFound
from bimmerhub.ids import Descriptor, Vin
from bimmerhub.store.ports.derived import StoredRecords
from bimmerhub.store.ports.documents import StoredDocuments
from bimmerhub.store.ports.places import StoredPlaces
from bimmerhub.store.ports.readings import Point, ReadingQuery
from bimmerhub.times import DAY_MS, HOUR_MS, MINUTE_MS, format_time
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
from bimmerhub.views.documents.charging_history import read_bmw_charge
from bimmerhub.views.fields import ListTokens, Number
from bimmerhub.views.ports.cars import VehicleStates
from bimmerhub.views.record_ids import format_record_id, parse_record_id
from bimmerhub.views.viewer import Viewer, no_such_vehicle

DEFAULT_SESSIONS: Final = 100
MOST_SESSIONS: Final = 10_000
MOST_SAMPLES: Final = 500
MOST_EVIDENCE: Final = 5_000
LONGEST_MS: Final = 60 * DAY_MS
"""A plug that is in for longer is not looked for when a record is asked for by an instant inside it."""
MARGIN_MS: Final = 7 * DAY_MS
COUNTED_WITHIN_MS: Final = 6 * HOUR_MS
"""A meter that is read less often than this tells nothing of one charge."""
AROUND_MS: Final = 5 * MINUTE_MS

_FOLD: Final = ChargingSessionsFold.name


@dataclass(frozen=True, slots=True, kw_only=True)
class ChargeReads:
    """What charging sessions are read from."""

    records: StoredRecords
    documents: StoredDocuments
    readings: ReadingQuery
    vehicles: VehicleStates
    places: StoredPlaces


@dataclass(frozen=True, slots=True, kw_only=True)
class _Row:
    """A session before it gets its public shape."""

    start_ms: int
    end_ms: int
    is_final: bool
    reconciled: Reconciled


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
    rows = await _load_rows(reads, vin, from_ms=from_ms, to_ms=to_ms)
    older = [row for row in reversed(rows) if row.start_ms < before_ms]
    page, key = older[:limit], _vehicle_key(reads.vehicles, vin)
    is_complete = len(older) <= limit
    return ChargesPage(
        items=[_describe(vin, key, row) for row in page],
        next=None if is_complete else tokens.token(page[-1].start_ms),
        is_complete=is_complete,
        totals=sum_up([row.reconciled.record for row in rows]),
    )


async def view_charging_session(
    viewer: Viewer, reads: ChargeReads, vin: Vin, record_id: str, *, with_evidence: bool = False
) -> ChargingSessionDetails:
    """Return the session of that id, or the one that covers its instant now; NotFound when there is none."""
    viewer.require_vehicle(vin)
    (wanted_key, at_ms), key = parse_record_id(record_id), _vehicle_key(reads.vehicles, vin)
    if wanted_key != key:
        raise _no_such_session()
    row = await _find_row(reads, vin, at_ms)
    points = await _load_points(reads.readings, vin, row)
    samples = _thin(_samples(points, row), MOST_SAMPLES)
    reasons = [
        ReasonReading(at_ms=point.measured_at_ms, descriptor=point.descriptor, value=point.value)
        for point in points
        if point.descriptor in REASON_DESCRIPTORS
    ]
    return ChargingSessionDetails(
        **msgspec.structs.asdict(_describe(vin, key, row)),
        samples=samples,
        notes=[describe_note(note) for note in explain_charge(row.reconciled.record, reasons)],
        evidence=[describe_evidence(point) for point in points[:MOST_EVIDENCE]] if with_evidence else None,
    )


def _no_such_session() -> NotFound:
    return NotFound("there is no such charging session", hint="List them: bimmerhub charges")


def _vehicle_key(vehicles: VehicleStates, vin: Vin) -> str:
    for vehicle in vehicles.vehicles():
        if vehicle.vin == vin:
            return vehicle.key or "unknown"
    raise no_such_vehicle(vin)


def _describe(vin: Vin, key: str, row: _Row) -> ChargingSessionAnswer:
    record_id = format_record_id(key, row.start_ms)
    return describe_session(vin, record_id, row.reconciled, is_final=row.is_final)


async def _find_row(reads: ChargeReads, vin: Vin, at_ms: int) -> _Row:
    rows = await _load_rows(reads, vin, from_ms=at_ms - LONGEST_MS, to_ms=at_ms + 1000)
    for row in reversed(rows):
        if row.start_ms // 1000 == at_ms // 1000:
            return row
    for row in reversed(rows):
        if row.start_ms <= at_ms < row.end_ms:
            return row
    raise _no_such_session()


async def _load_rows(reads: ChargeReads, vin: Vin, *, from_ms: int, to_ms: int) -> list[_Row]:
    """Return the sessions that began in a stretch of time, oldest first: our own, and those that only BMW knows.

    What lies around it is looked at too: which of BMW's belongs to which of ours does not depend on the stretch.
    """
    places = await reads.places.places()
    meters = {meter.place: meter for meter in await reads.places.meters()} if places else {}
    stored = await reads.records.records(_FOLD, vin, from_ms=from_ms - MARGIN_MS, to_ms=to_ms + MARGIN_MS)
    documents = await reads.documents.documents(vin, CHARGING_SESSION)
    charges = [
        read_bmw_charge(document)
        for document in documents
        if from_ms - 2 * MARGIN_MS <= int(document.natural_key) * 1000 < to_ms + 2 * MARGIN_MS
    ]
    charges.sort(key=lambda charge: charge.started_at_ms)
    of_record, left = match_charges([(record.start_at_ms, record.end_at_ms) for record in stored], charges)
    rows = [
        _Row(
            start_ms=record.start_at_ms,
            end_ms=record.end_at_ms,
            is_final=record.settled_ms is not None,
            reconciled=reconcile(msgspec.json.decode(record.body, type=ChargingRecord), of_it),
        )
        for record, of_it in zip(stored, of_record, strict=True)
        if from_ms <= record.start_at_ms < to_ms
    ]
    starts = {row.start_ms for row in rows}
    rows += [
        _own_row(charge)
        for charge in left
        if from_ms <= charge.started_at_ms < to_ms and charge.started_at_ms not in starts
    ]
    return [await _at_place(reads, row, places, meters) for row in sorted(rows, key=lambda row: row.start_ms)]


async def _at_place(reads: ChargeReads, row: _Row, places: Sequence[OwnPlace], meters: Mapping[str, Meter]) -> _Row:
    """Return a session with the name of its place, and what the meter there counted."""
    record = row.reconciled.record
    if not places or record.latitude_deg is None or record.longitude_deg is None:
        return row
    place = find_place(places, record.latitude_deg, record.longitude_deg)
    if place is None:
        return row
    reconciled = replace(row.reconciled, place=place.name)
    meter = meters.get(place.name)
    if meter is not None and record.started_at_ms is not None and record.ended_at_ms is not None:
        counters = await _load_counters(reads.readings, meter, record.started_at_ms, record.ended_at_ms)
        if len(counters) > 1:
            reconciled = add_meter(reconciled, check_meter(meter.name, counters, record.energy_battery_kwh))
    return replace(row, reconciled=reconciled)


async def _load_counters(readings: ReadingQuery, meter: Meter, from_ms: int, to_ms: int) -> list[float]:
    """Return what a meter showed from the last time before a charge to the first after it; nothing without both."""
    points, _ = await readings.range(
        meter_subject(meter.name),
        [METER_ENERGY],
        from_ms=from_ms - COUNTED_WITHIN_MS,
        to_ms=to_ms + COUNTED_WITHIN_MS,
        limit=MOST_ROWS,
    )
    counted = [(point.measured_at_ms, float(point.value)) for point in points if isinstance(point.value, int | float)]
    before = [at_ms for at_ms, _ in counted if at_ms <= from_ms]
    after = [at_ms for at_ms, _ in counted if at_ms >= to_ms]
    if not before or not after:
        return []
    return [kwh for at_ms, kwh in counted if before[-1] <= at_ms <= after[0]]


def _own_row(charge: BmwCharge) -> _Row:
    end_ms = charge.started_at_ms if charge.ended_at_ms is None else charge.ended_at_ms
    return _Row(
        start_ms=charge.started_at_ms,
        end_ms=end_ms + 1,
        is_final=charge.ended_at_ms is not None,
        reconciled=to_own_record(charge),
    )


async def _load_points(readings: ReadingQuery, vin: Vin, row: _Row) -> list[Point]:
    """Return the readings that a session rests on, those that tell why among them, in order of time."""
    descriptors = sorted({*EVIDENCE, *REASON_DESCRIPTORS})
    from_ms, to_ms = row.start_ms - AROUND_MS, row.end_ms + AROUND_MS
    points: list[Point] = []
    after: str | None = None
    while len(points) < 2 * MOST_EVIDENCE:
        page, after = await readings.range(vin, descriptors, from_ms=from_ms, to_ms=to_ms, limit=MOST_ROWS, after=after)
        points += page
        if after is None:
            break
    return sorted(points, key=lambda point: (point.measured_at_ms, point.descriptor))


def _samples(points: Sequence[Point], row: _Row) -> list[ChargeSample]:
    """Return the curve of a charge: power and level at each moment at which one of them was said."""
    record = row.reconciled.record
    if record.started_at_ms is None:
        return []
    until_ms = row.end_ms if record.ended_at_ms is None else record.ended_at_ms
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
