"""A drive from getting in to arriving, and what the car reports of it.

Its moments: boarding (unlocked, a door opens and closes), setting off (locked), reports on the road (`road_reports`),
arrival. A moment that finds another drive under way than the one it belongs to does nothing.
"""

from collections.abc import Callable
from dataclasses import replace

from bimmerhub.emulator.cars import instruments
from bimmerhub.emulator.cars.doings.road_reports import RoadReports
from bimmerhub.emulator.cars.machine.car_body import CarBody, DriveUnderWay
from bimmerhub.emulator.cars.records import TripTruth
from bimmerhub.emulator.cars.states import DRIVERS_DOOR, ClimateActivity, LockState, ParkingLight
from bimmerhub.emulator.cars.telematics import Occasion, Telematics
from bimmerhub.emulator.cars.world.agenda import Agenda, Fate, whole_second
from bimmerhub.emulator.cars.world.roads import Place, find_route, with_red_lights
from bimmerhub.times import SECOND_MS

BOARDING_S = 30


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
        self._reports = RoadReports(body, telematics, agenda)

    def board(self, at_ms: int, to: Place, *, may_lose_reception: bool = True) -> None:
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
        cabin, body.memory.is_locked_remotely = body.cabin, False
        cabin.lock, cabin.climate = LockState.UNLOCKED, ClimateActivity.STANDBY
        cabin.parking_light = ParkingLight.OFF
        cabin.open_names.add(DRIVERS_DOOR)
        self._telematics.report(at_ms, *instruments.read_cabin(body), instruments.read_climate(body, at_ms))
        self._reports.during(drive, at_ms + 9 * SECOND_MS, self._close_up)
        self._agenda.at(start_ms, lambda now: self._set_off(now, drive))
        self._reports.board(at_ms, drive, chance, may_lose_reception=may_lose_reception)
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

    def _close_up(self, at_ms: int) -> None:
        """Close all doors, lids and windows that stood open."""
        self._body.cabin.close_all()
        self._telematics.report(at_ms, *instruments.read_cabin(self._body))

    def _set_off(self, at_ms: int, drive: DriveUnderWay) -> None:
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
        self._reports.set_off(at_ms, drive)

    def _arrive_with(self, at_ms: int, drive: DriveUnderWay) -> None:
        if self._body.drive is drive:
            self._arrive(at_ms, drive, drive.to)

    def _arrive(self, at_ms: int, drive: DriveUnderWay, place: Place) -> None:
        body = self._body
        drive_figures = instruments.read_drive(body, at_ms)
        trip = self._sum_up_trip(drive, at_ms, place)
        body.odometer_km, body.stored_kwh, body.fuel_l = body.after(drive, at_ms)
        body.park_engine(at_ms)
        body.parked_heading_deg = body.heading_deg(at_ms)
        body.drive, body.place = None, place
        body.settled_ms = body.parked_ms = at_ms
        manner = instruments.read_driving_manner(body, drive) if body.model.battery_kwh else None
        self.trips.append(replace(trip, manner=manner))
        body.tyres.roll(at_ms, is_rolling=False)
        self._telematics.report(
            at_ms,
            *([] if drive_figures is None else [drive_figures]),
            instruments.read_motion(body, at_ms),
            instruments.read_sensors(body, at_ms),
            *instruments.read_position(body, at_ms),
            *self._reports.read_odometer(at_ms),
            instruments.read_levels(body, at_ms),
            occasion=Occasion.STEP,
        )
        self._arrived(at_ms, drive)

    def _sum_up_trip(self, drive: DriveUnderWay, at_ms: int, place: Place) -> TripTruth:
        """Return what a drive came to, but for its manner; called while it is under way."""
        body, capacity_kwh = self._body, self._body.model.battery_kwh
        odometer_km, stored_kwh, fuel_l = body.after(drive, at_ms)
        start_at = drive.route.points[0]
        return TripTruth(
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
