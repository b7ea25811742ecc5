"""A drive from getting in to arriving, told the way such a car tells it.

Its moments: boarding (unlocked, a door opens and closes), setting off (locked), reports on the road, red lights,
arrival. A moment that finds another drive under way than the one it belongs to does nothing.
"""

import random
from collections.abc import Callable

from bimmerhub.emulator.cardata.voice import keys
from bimmerhub.emulator.cardata.voice import wording as values
from bimmerhub.emulator.cardata.voice.keys import door
from bimmerhub.emulator.cardata.voice.voice import Occasion, Told, Voice
from bimmerhub.emulator.cars.car_models import Speech
from bimmerhub.emulator.cars.machine.car_body import Body, Drive
from bimmerhub.emulator.cars.world.agenda import SECOND_MS, Agenda, Fate, whole_second
from bimmerhub.emulator.cars.world.roads import Place, find_route, with_red_lights

BOARDING_S = 30
DRIVERS_DOOR = door("row1", "driver")
PAIRED = 0.6
"""Share of positions whose latitude and longitude are of the same time (60.4 % observed by clients 2025-2026)."""
BURST_S = (1, 2)
"""Two more fixes follow within two seconds: bursts of three (observed by clients 2025-2026)."""
SENSORS_EACH = 4


class Driving:
    """The driving of one car. `trips` are the drives that are over; `arrived` is told of each."""

    def __init__(
        self, body: Body, voice: Voice, agenda: Agenda, *, fate: Fate, arrived: Callable[[int, Drive], None]
    ) -> None:
        self.trips: list[dict[str, object]] = []
        self._body = body
        self._voice = voice
        self._agenda = agenda
        self._fate = fate
        self._arrived = arrived
        self._is_talkative = body.model.speech is Speech.CHANGES
        """Positions in bursts and apart, and red lights; the others keep their own rhythm, or silence."""

    def board(self, at_ms: int, to: Place) -> None:
        """Get in, and drive to a place."""
        body, chance = self._body, self._fate.of("drive", at_ms)
        body.settle(at_ms)
        start_ms = whole_second(at_ms) + BOARDING_S * SECOND_MS
        style = chance.random()
        drive = Drive(
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
        cabin.lock, cabin.climate = "UNLOCKED", "standby"
        cabin.open_keys.add(DRIVERS_DOOR)
        self._voice.tell(at_ms, values.cabin(body) | values.climate(body, at_ms))
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

    def _during(self, drive: Drive, at_ms: int, moment: Callable[[int], None]) -> None:
        """Put down a moment of a drive; it is dropped when the drive is over by then."""
        if at_ms < drive.end_ms:
            self._agenda.at(at_ms, lambda now: moment(now) if self._body.drive is drive else None)

    def _close_up(self, at_ms: int) -> None:
        """Close whatever stood open: who drives off looks round."""
        self._body.cabin.open_keys.clear()
        self._body.cabin.windows.clear()
        self._voice.tell(at_ms, values.cabin(self._body))

    def _set_off(self, at_ms: int, drive: Drive, chance: random.Random) -> None:
        body = self._body
        if body.drive is not drive:
            return
        body.cabin.lock = "LOCKED"
        body.cabin.open_keys.clear()
        body.tyres.roll(at_ms, is_rolling=True)
        told = values.motion(body, at_ms) | values.locks(body) | values.sensors(body, at_ms)
        self._voice.tell(at_ms, told | self._progress(at_ms), Occasion.STEP)
        self._report_later(at_ms, drive, chance, number=1)
        if self._is_talkative:
            for second, _ in drive.route.halts():
                self._during(drive, at_ms + second * SECOND_MS, self._tell_motion)

    def _report_later(self, at_ms: int, drive: Drive, chance: random.Random, *, number: int) -> None:
        if self._body.model.speech is Speech.RARELY:
            return
        next_ms = at_ms + max(1, round(chance.uniform(*self._body.model.report_every_s))) * SECOND_MS
        self._during(drive, next_ms, lambda now: self._report(now, drive, chance, number))

    def _report(self, at_ms: int, drive: Drive, chance: random.Random, number: int) -> None:
        """Tell where the car is, with a burst of positions from cars that send such."""
        told = self._progress(at_ms) | values.road(self._body, at_ms)
        if number % SENSORS_EACH == 0:
            told |= values.sensors(self._body, at_ms)
        if self._is_talkative:
            apart_s = 0 if chance.random() < PAIRED else chance.randint(3, 48)
            if apart_s:
                del told[keys.LONGITUDE]
            self._report_again(at_ms, drive, apart_s=apart_s)
        self._voice.tell(at_ms, told)
        self._report_later(at_ms, drive, chance, number=number + 1)

    def _report_again(self, at_ms: int, drive: Drive, *, apart_s: int) -> None:
        """Tell the rest of a burst; all its longitudes so many seconds later if they are apart."""
        for later_s in BURST_S:
            self._during(drive, at_ms + later_s * SECOND_MS, self._tell_latitude if apart_s else self._tell_fix)
        for later_s in (0, *BURST_S) if apart_s else ():
            self._during(drive, at_ms + (apart_s + later_s) * SECOND_MS, self._tell_longitude)

    def _progress(self, at_ms: int) -> Told:
        return values.position(self._body, at_ms) | values.levels(self._body, at_ms)

    def _tell_motion(self, at_ms: int) -> None:
        self._voice.tell(at_ms, values.motion(self._body, at_ms))

    def _tell_fix(self, at_ms: int) -> None:
        self._voice.tell(at_ms, values.position(self._body, at_ms))

    def _tell_latitude(self, at_ms: int) -> None:
        self._voice.tell(at_ms, {keys.LATITUDE: values.position(self._body, at_ms)[keys.LATITUDE]})

    def _tell_longitude(self, at_ms: int) -> None:
        self._voice.tell(at_ms, {keys.LONGITUDE: values.position(self._body, at_ms)[keys.LONGITUDE]})

    def _arrive_with(self, at_ms: int, drive: Drive) -> None:
        if self._body.drive is drive:
            self._arrive(at_ms, drive, drive.to)

    def _arrive(self, at_ms: int, drive: Drive, place: Place) -> None:
        body = self._body
        road = values.road(body, at_ms)
        self._note_trip(drive, at_ms, place)
        body.odometer_km, body.stored_kwh, body.fuel_l = body.after(drive, at_ms)
        body.drive, body.place = None, place
        body.settled_ms = body.parked_ms = at_ms
        body.tyres.roll(at_ms, is_rolling=False)
        told = road | values.motion(body, at_ms) | values.sensors(body, at_ms) | self._progress(at_ms)
        self._voice.tell(at_ms, told, Occasion.STEP)
        self._arrived(at_ms, drive)

    def _note_trip(self, drive: Drive, at_ms: int, place: Place) -> None:
        body, capacity_kwh = self._body, self._body.model.battery_kwh
        odometer_km, stored_kwh, fuel_l = body.after(drive, at_ms)
        start_at = drive.route.points[0]
        self.trips.append(
            {
                "start_ms": drive.start_ms,
                "end_ms": at_ms,
                "distance_km": round(odometer_km - drive.odometer_km, 3),
                "odometer_start_km": round(drive.odometer_km, 3),
                "odometer_end_km": round(odometer_km, 3),
                "energy_kwh": round(drive.stored_kwh - stored_kwh, 3),
                "fuel_l": round(drive.fuel_l - fuel_l, 3),
                "soc_start_percent": round(drive.stored_kwh / capacity_kwh * 100) if capacity_kwh else 0,
                "soc_end_percent": round(stored_kwh / capacity_kwh * 100) if capacity_kwh else 0,
                "from": body.place.name,
                "to": place.name,
                "start_latitude_deg": start_at[0],
                "start_longitude_deg": start_at[1],
                "end_latitude_deg": place.at[0],
                "end_longitude_deg": place.at[1],
            }
        )
