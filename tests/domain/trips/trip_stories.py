"""Days of a car, written by hand: what it does is told step by step; out comes what it sends of that, as readings."""

from dataclasses import dataclass, field
from math import cos, radians, sin

from bimmerhub.domain.folds.fold import Record, fold_order
from bimmerhub.domain.reading import Reading, Source, Value
from bimmerhub.domain.trips.trip_record import Trip
from bimmerhub.domain.trips.trips_fold import TripsFold
from bimmerhub.ids import Descriptor, Vin
from bimmerhub.times import DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS

VIN = Vin("WBA00000000000001")
MIDNIGHT_MS = 20_700 * DAY_MS
"""2026-09-04, UTC."""
KM_PER_DEGREE = 111.2

MOVING = "vehicle.isMoving"
IGNITION = "vehicle.drivetrain.engine.isIgnitionOn"
DOOR = "vehicle.cabin.door.row1.driver.isOpen"
LOCK = "vehicle.cabin.door.status"
PLUG = "vehicle.body.chargingPort.status"
ODOMETER = "vehicle.vehicle.travelledDistance"
LEVEL = "vehicle.drivetrain.batteryManagement.header"
USABLE = "vehicle.drivetrain.batteryManagement.maxEnergy"
SEGMENT_END = "vehicle.trip.segment.end.time"
STARS = "vehicle.trip.segment.accumulated.acceleration.starsAverage"
LATITUDE = "vehicle.cabin.infotainment.navigation.currentLocation.latitude"
LONGITUDE = "vehicle.cabin.infotainment.navigation.currentLocation.longitude"


def clock(text: str) -> int:
    """Return the time of day `08:15` or `08:15:30` of the story, in milliseconds since 1970 UTC."""
    hours, minutes, *seconds = (int(part) for part in text.split(":"))
    return MIDNIGHT_MS + hours * HOUR_MS + minutes * MINUTE_MS + sum(seconds) * SECOND_MS


@dataclass
class Story:
    """A car that drives straight on, north unless told. `at` sets the time; all else happens then and moves it on.

    `heading_deg` is clockwise from north. It sends positions every `pace_s`, longitudes `apart_s` after latitudes.
    `is_silent`: what happens is not told by the car (a hole in reception, a car of the years before).
    """

    km: float = 10_000.0
    north_km: float = 0.0
    east_km: float = 0.0
    heading_deg: float = 0.0
    pace_s: int = 120
    apart_s: int = 0
    now_ms: int = MIDNIGHT_MS
    is_silent: bool = False
    readings: list[Reading] = field(default_factory=list)

    def at(self, time: str) -> "Story":
        self.now_ms = clock(time)
        return self

    def say(self, descriptor: str, value: Value, unit: str | None = None, *, late_s: int = 3) -> "Story":
        if not self.is_silent:
            self.readings.append(
                Reading(
                    vin=VIN,
                    descriptor=Descriptor(descriptor),
                    value=value,
                    unit=unit,
                    measured_at_ms=self.now_ms,
                    sent_at_ms=self.now_ms + late_s * SECOND_MS,
                    received_at_ms=self.now_ms + late_s * SECOND_MS,
                    source=Source.STREAM,
                )
            )
        return self

    def place(self) -> "Story":
        self.say(LATITUDE, round(50 + self.north_km / KM_PER_DEGREE, 6), "deg")
        self.now_ms += self.apart_s * SECOND_MS
        self.say(LONGITUDE, east_of(self.east_km), "deg")
        self.now_ms -= self.apart_s * SECOND_MS
        return self

    def go(self, km: float) -> None:
        """Come so much further in the direction it drives, by the odometer too."""
        self.km += abs(km)
        self.north_km += km * cos(radians(self.heading_deg))
        self.east_km += km * sin(radians(self.heading_deg))

    def odometer(self) -> "Story":
        return self.say(ODOMETER, int(self.km + 1e-6), "km")

    def depart(self) -> "Story":
        self.say(DOOR, value=True).say(DOOR, value=False).say(IGNITION, value=True)
        return self.say(MOVING, value=True).place()

    def drive(self, until: str, km: float) -> "Story":
        """Drive evenly; a position every `pace_s`, an odometer every six minutes."""
        end_ms, begin_ms, pace_ms = clock(until), self.now_ms, self.pace_s * SECOND_MS
        km_per_ms = km / (end_ms - begin_ms)
        while self.now_ms + pace_ms < end_ms:
            self.now_ms += pace_ms
            self.go(km_per_ms * pace_ms)
            self.place()
            if (self.now_ms - begin_ms) // (6 * MINUTE_MS) > (self.now_ms - pace_ms - begin_ms) // (6 * MINUTE_MS):
                self.odometer()
        self.go(km_per_ms * (end_ms - self.now_ms))
        self.now_ms = end_ms
        return self

    def stop(self) -> "Story":
        return self.say(MOVING, value=False)

    def arrive(self, *, is_summed_up: bool = True) -> "Story":
        """Stand, switch off, get out and lock; half a minute later comes the sum of the trip."""
        ended_ms = self.now_ms
        self.stop().say(IGNITION, value=False).place()
        self.now_ms += 20 * SECOND_MS
        self.say(DOOR, value=True).say(DOOR, value=False).say(LOCK, "SECURED")
        self.now_ms += 20 * SECOND_MS
        if is_summed_up:
            minutes, seconds = divmod((ended_ms - MIDNIGHT_MS) // SECOND_MS, 60)
            text = f"04.09.2026 {minutes // 60:02d}:{minutes % 60:02d}:{seconds:02d} UTC"
            self.say(SEGMENT_END, text).say(STARS, 3.5, "stars")
        return self.odometer()

    def report_arrival(self) -> "Story":
        """Tell what a car tells that reports at the end of a trip only."""
        return self.place().odometer()


def fold(readings: list[Reading]) -> list[Record]:
    """Return the records of a car that sent this and nothing more for two days."""
    folding, state = TripsFold(), TripsFold.initial
    records: list[Record] = []
    for reading in sorted(set(readings), key=fold_order):
        step = folding.step(state, reading)
        if step is not None:
            state = step.state
            records += step.records
    return [*records, *folding.open_records(state, MIDNIGHT_MS + 2 * DAY_MS)]


def trips(story: Story) -> list[tuple[str, str, float | None]]:
    """Return the trips of a story: from when to when (UTC), and how far."""
    return [
        (_time(record.start_at_ms), _time(record.end_at_ms), body(record).distance_km)
        for record in fold(story.readings)
    ]


def body(record: Record) -> Trip:
    assert isinstance(record.body, Trip)
    return record.body


def _time(at_ms: int) -> str:
    seconds = (at_ms - MIDNIGHT_MS) // SECOND_MS
    return f"{seconds // 3600:02d}:{seconds // 60 % 60:02d}:{seconds % 60:02d}"


def east_of(km: float) -> float:
    """Return the longitude so many km east of the meridian, at 50 degrees north."""
    return round(6.0 + km / KM_PER_DEGREE / cos(radians(50)), 6)
