"""A drive from getting in to arriving, and what the car reports of it.

Its moments: boarding (unlocked, a door opens and closes), setting off (locked), reports on the road, red lights,
arrival. A moment that finds another drive under way than the one it belongs to does nothing.
"""

import random
from collections.abc import Callable

from bimmerhub.emulator.cars import instruments
from bimmerhub.emulator.cars.car_model import ReportManner
from bimmerhub.emulator.cars.machine.car_body import CarBody, DriveUnderWay
from bimmerhub.emulator.cars.records import TripTruth
from bimmerhub.emulator.cars.states import DRIVERS_DOOR, ClimateActivity, LockState
from bimmerhub.emulator.cars.telematics import Occasion, Telematics
from bimmerhub.emulator.cars.truth import Quantity
from bimmerhub.emulator.cars.world.agenda import Agenda, Fate, whole_second
from bimmerhub.emulator.cars.world.roads import Place, find_route, with_red_lights
from bimmerhub.times import SECOND_MS

BOARDING_S = 30
PAIRED = 0.6
"""Share of positions whose latitude and longitude are of the same time (60.4 % observed by clients 2025-2026)."""
BURST_S = (1, 2)
"""Two more fixes follow within two seconds: bursts of three (observed by clients 2025-2026)."""
SENSORS_EVERY = 4
"""Every fourth report on the road has tyres, 12 V battery and coolant."""


class Driving:
    """The driving of one car. `trips` are the drives that are over; `arrived` is called at the end of each."""

    def __init__(
        self,
        body: CarBody,
        telematics: Telematics,
        agenda: Agenda,
        *,
        fate: Fate,
        arrived: Callable[[int, DriveUnderWay], None],
    ) -> None:
        self.trips: list[TripTruth] = []
        self._body = body
        self._telematics = telematics
        self._agenda = agenda
        self._fate = fate
        self._arrived = arrived
        self._is_talkative = body.model.manner is ReportManner.CHANGES
        """Whether it tells of red lights, and of positions in bursts whose two halves may be apart."""

    def board(self, at_ms: int, to: Place) -> None:
        """Get in, and drive to a place."""
        body, chance = self._body, self._fate.of("drive", at_ms)
        body.settle(at_ms)
        start_ms = whole_second(at_ms) + BOARDING_S * SECOND_MS
        style = chance.random()
        drive = DriveUnderWay(
            route=with_red_lights(find_route(body.place, to), chance),
            to=to,
            start_ms=start_ms,
            odometer_km=body.odometer_km,
            stored_kwh=body.stored_kwh,
            fuel_l=body.fuel_l,
            effort=body.effort(at_ms) * (1.08 - 0.16 * style),
            style=style,
        )
        body.drive = drive
        cabin = body.cabin
        cabin.lock, cabin.climate = LockState.UNLOCKED, ClimateActivity.STANDBY
        cabin.open_names.add(DRIVERS_DOOR)
        self._telematics.report(at_ms, *instruments.read_cabin(body), instruments.read_climate(body, at_ms))
        self._during(drive, at_ms + 9 * SECOND_MS, self._close_up)
        self._agenda.at(start_ms, lambda now: self._set_off(now, drive, chance))
        self._agenda.at(drive.end_ms, lambda now: self._arrive_with(now, drive))

    def stop(self, at_ms: int) -> bool:
        """End the drive under way here and now; False when the wheels had not begun to turn: then it is no trip."""
        drive = self._body.drive
        if drive is None or at_ms < drive.start_ms:
            self._body.drive = None
            return False
        here = Place(name=f"{drive.to.name} on the way", at=self._body.position(at_ms))
        self._arrive(at_ms, drive, here)
        return True

    def _during(self, drive: DriveUnderWay, at_ms: int, moment: Callable[[int], None]) -> None:
        """Add a moment of a drive to the agenda; it is dropped when the drive is over by then."""
        if at_ms < drive.end_ms:
            self._agenda.at(at_ms, lambda now: moment(now) if self._body.drive is drive else None)

    def _close_up(self, at_ms: int) -> None:
        """Close all doors, lids and windows that stood open."""
        self._body.cabin.open_names.clear()
        self._body.cabin.windows.clear()
        self._telematics.report(at_ms, *instruments.read_cabin(self._body))

    def _set_off(self, at_ms: int, drive: DriveUnderWay, chance: random.Random) -> None:
        body = self._body
        if body.drive is not drive:
            return
        body.cabin.lock = LockState.LOCKED
        body.cabin.open_names.clear()
        body.tyres.roll(at_ms, is_rolling=True)
        self._telematics.report(
            at_ms,
            instruments.read_motion(body, at_ms),
            instruments.read_lock(body),
            instruments.read_sensors(body, at_ms),
            *instruments.read_position(body, at_ms),
            instruments.read_levels(body, at_ms),
            instruments.read_display(body),
            occasion=Occasion.STEP,
        )
        self._report_later(at_ms, drive, chance, number=1)
        if self._is_talkative:
            for second, _ in drive.route.halts():
                self._during(drive, at_ms + second * SECOND_MS, self._report_motion)

    def _report_later(self, at_ms: int, drive: DriveUnderWay, chance: random.Random, *, number: int) -> None:
        if self._body.model.manner is ReportManner.RARELY:
            return
        next_ms = at_ms + max(1, round(chance.uniform(*self._body.model.report_every_s))) * SECOND_MS
        self._during(drive, next_ms, lambda now: self._report(now, drive, chance, number))

    def _report(self, at_ms: int, drive: DriveUnderWay, chance: random.Random, number: int) -> None:
        """Report where the car is; talkative cars repeat the position in a burst, its longitude perhaps later."""
        latitude, longitude, satellites = instruments.read_position(self._body, at_ms)
        position: list[Quantity] = [latitude, longitude, satellites]
        if self._is_talkative:
            apart_s = 0 if chance.random() < PAIRED else chance.randint(3, 48)
            if apart_s:
                position.remove(longitude)
            self._report_again(at_ms, drive, apart_s=apart_s)
        self._telematics.report(at_ms, *position, *self._read_figures(at_ms, has_sensors=number % SENSORS_EVERY == 0))
        self._report_later(at_ms, drive, chance, number=number + 1)

    def _report_again(self, at_ms: int, drive: DriveUnderWay, *, apart_s: int) -> None:
        """Report the rest of a burst; all its longitudes `apart_s` seconds later."""
        for later_s in BURST_S:
            self._during(
                drive, at_ms + later_s * SECOND_MS, self._report_latitude if apart_s else self._report_position
            )
        for later_s in (0, *BURST_S) if apart_s else ():
            self._during(drive, at_ms + (apart_s + later_s) * SECOND_MS, self._report_longitude)

    def _read_figures(self, at_ms: int, *, has_sensors: bool) -> list[Quantity]:
        figures: list[Quantity] = [instruments.read_levels(self._body, at_ms)]
        drive = instruments.read_drive(self._body, at_ms)
        figures += [] if drive is None else [drive]
        return [*figures, instruments.read_sensors(self._body, at_ms)] if has_sensors else figures

    def _report_motion(self, at_ms: int) -> None:
        self._telematics.report(at_ms, instruments.read_motion(self._body, at_ms))

    def _report_position(self, at_ms: int) -> None:
        self._telematics.report(at_ms, *instruments.read_position(self._body, at_ms))

    def _report_latitude(self, at_ms: int) -> None:
        self._telematics.report(at_ms, instruments.read_latitude(self._body, at_ms))

    def _report_longitude(self, at_ms: int) -> None:
        self._telematics.report(at_ms, instruments.read_longitude(self._body, at_ms))

    def _arrive_with(self, at_ms: int, drive: DriveUnderWay) -> None:
        if self._body.drive is drive:
            self._arrive(at_ms, drive, drive.to)

    def _arrive(self, at_ms: int, drive: DriveUnderWay, place: Place) -> None:
        body = self._body
        drive_figures = instruments.read_drive(body, at_ms)
        self._note_trip(drive, at_ms, place)
        body.odometer_km, body.stored_kwh, body.fuel_l = body.after(drive, at_ms)
        body.drive, body.place = None, place
        body.settled_ms = body.parked_ms = at_ms
        body.tyres.roll(at_ms, is_rolling=False)
        self._telematics.report(
            at_ms,
            *([] if drive_figures is None else [drive_figures]),
            instruments.read_motion(body, at_ms),
            instruments.read_sensors(body, at_ms),
            *instruments.read_position(body, at_ms),
            instruments.read_levels(body, at_ms),
            occasion=Occasion.STEP,
        )
        self._arrived(at_ms, drive)

    def _note_trip(self, drive: DriveUnderWay, at_ms: int, place: Place) -> None:
        body, capacity_kwh = self._body, self._body.model.battery_kwh
        odometer_km, stored_kwh, fuel_l = body.after(drive, at_ms)
        start_at = drive.route.points[0]
        trip = TripTruth(
            start_ms=drive.start_ms,
            end_ms=at_ms,
            distance_km=round(odometer_km - drive.odometer_km, 3),
            odometer_start_km=round(drive.odometer_km, 3),
            odometer_end_km=round(odometer_km, 3),
            energy_kwh=round(drive.stored_kwh - stored_kwh, 3),
            fuel_l=round(drive.fuel_l - fuel_l, 3),
            soc_start_percent=round(drive.stored_kwh / capacity_kwh * 100) if capacity_kwh else 0,
            soc_end_percent=round(stored_kwh / capacity_kwh * 100) if capacity_kwh else 0,
            from_place=body.place.name,
            to_place=place.name,
            start_latitude_deg=start_at[0],
            start_longitude_deg=start_at[1],
            end_latitude_deg=place.at[0],
            end_longitude_deg=place.at[1],
        )
        self.trips.append(trip)
