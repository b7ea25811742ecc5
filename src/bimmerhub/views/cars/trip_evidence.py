"""The readings that a trip was made of, in words: those around its start and around its end."""

from typing import Annotated, Final, Literal

import msgspec

from bimmerhub.domain.reading import Reading, Value
from bimmerhub.domain.trips.trip_signs import DESCRIPTORS, Meaning, meaning_of, read_sign
from bimmerhub.ids import Vin
from bimmerhub.store.ports.readings import ReadingQuery
from bimmerhub.times import MINUTE_MS, SECOND_MS, format_time
from bimmerhub.views.cars.history import MOST_ROWS
from bimmerhub.views.cars.trips import StoredTrip, TripAnswer, TripReads, load_trip
from bimmerhub.views.fields import SOURCE_NAMES, Page, Time
from bimmerhub.views.viewer import Viewer

BEFORE_START_MS: Final = 10 * MINUTE_MS
AFTER_START_MS: Final = 2 * MINUTE_MS
BEFORE_END_MS: Final = 2 * MINUTE_MS
AFTER_END_MS: Final = 5 * MINUTE_MS

_SAYS: Final = {
    Meaning.MOVING: ("it moves", "it stands"),
    Meaning.SWITCHED_ON: ("it is switched on", "it is switched off"),
    Meaning.DOOR_OPEN: ("the driver's door opens", "the driver's door closes"),
    Meaning.PLUGGED: ("it is plugged in, so it is parked", "no plug is in"),
    Meaning.CHARGING: ("it charges, so it is parked", "it does not charge"),
    Meaning.HINTED: ("somebody says that it is driven", "somebody says that the drive is over"),
}
_PLAIN: Final = {
    Meaning.LOCK: "how it is locked; secured is from outside",
    Meaning.LATITUDE: "where it is, north",
    Meaning.LONGITUDE: "where it is, east",
    Meaning.ODOMETER: "how far it has come",
    Meaning.TRIP_ENDED: "BMW says when the trip ended",
}


_DROVE: Final = {
    Meaning.MOVING: "the car said that it moves",
    Meaning.HINTED: "somebody said that it is driven",
    Meaning.LATITUDE: "its position changed",
    Meaning.LONGITUDE: "its position changed",
    Meaning.ODOMETER: "its odometer rose",
}
_STOOD: Final = {
    Meaning.MOVING: "the car said that it stands",
    Meaning.SWITCHED_ON: "the car said that it is switched off",
    Meaning.DOOR_OPEN: "the driver's door opened",
    Meaning.LOCK: "it was locked from outside",
    Meaning.PLUGGED: "it was plugged in",
    Meaning.CHARGING: "it charged",
    Meaning.HINTED: "somebody said that the drive is over",
    Meaning.TRIP_ENDED: "BMW said when the trip ended",
}


class TripEvidenceAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """One reading that speaks for the start or the end of a trip, and what it says in words."""

    about: Literal["start", "end"]
    measured_at: Time
    descriptor: str
    value: Value
    unit: str | None
    source: str
    says: str
    told_it: Annotated[bool, msgspec.Meta(description="whether the start or end was taken from this descriptor")]


async def view_trip_evidence(viewer: Viewer, reads: TripReads, vin: Vin, trip_id: str) -> Page[TripEvidenceAnswer]:
    """Return the readings around the start and the end of a trip, oldest first; NotFound as `load_trip`."""
    stored = await load_trip(viewer, reads, vin, trip_id)
    start_ms, end_ms = stored.start_at_ms, stored.end_at_ms
    items = await _load(
        reads.readings, vin, stored, about="start", span=(start_ms - BEFORE_START_MS, start_ms + AFTER_START_MS)
    )
    last_ms = start_ms + AFTER_START_MS
    span = (max(last_ms + SECOND_MS, end_ms - BEFORE_END_MS), end_ms + AFTER_END_MS)
    items += await _load(reads.readings, vin, stored, about="end", span=span)
    return Page(items=items, next=None)


def say_what_told(trip: TripAnswer, about: Literal["start", "end"]) -> str:
    """Return in words what told the start or the end of a trip, and its descriptor."""
    descriptor = trip.started_by if about == "start" else trip.ended_by
    meaning = meaning_of(descriptor)
    if meaning is None:
        return descriptor
    is_last_sign = about == "end" and trip.how.get("end_at") == "estimated"
    words = _DROVE.get(meaning) if about == "start" or is_last_sign or meaning not in _STOOD else _STOOD[meaning]
    return f"{'last sign of driving: ' if is_last_sign else ''}{words or 'it drove'} ({descriptor})"


async def _load(
    readings: ReadingQuery, vin: Vin, stored: StoredTrip, *, about: Literal["start", "end"], span: tuple[int, int]
) -> list[TripEvidenceAnswer]:
    points, _ = await readings.range(vin, DESCRIPTORS, from_ms=span[0], to_ms=span[1] + 1, limit=MOST_ROWS)
    told_by = stored.trip.started_by if about == "start" else stored.trip.ended_by
    items = []
    for point in points:
        says = _say(point.to_reading(vin))
        if says is not None:
            items.append(
                TripEvidenceAnswer(
                    about=about,
                    measured_at=format_time(point.measured_at_ms),
                    descriptor=point.descriptor,
                    value=point.value,
                    unit=point.unit,
                    source=SOURCE_NAMES[point.source],
                    says=says,
                    told_it=point.descriptor == told_by,
                )
            )
    return items


def _say(reading: Reading) -> str | None:
    sign = read_sign(reading)
    if sign is None:
        return None
    meaning, value = sign
    if meaning in _SAYS:
        return _SAYS[meaning][0 if value else 1]
    return _PLAIN.get(meaning)
