"""One simulated car: a life of drives and charges, told as messages the way such a car tells them.

Everything happens at events on a queue, so how `advance` is cut makes no difference. Between events nothing changes;
the charge level, the position and the odometer at any moment follow from the drive or charge under way.
"""

import heapq
import random
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from itertools import count

from bimmerhub.emulator.cars import keys
from bimmerhub.emulator.cars.charging import Charge, work_out_charge
from bimmerhub.emulator.cars.days import DAY_MS, LOCAL_OFFSET_MS, find_surroundings, plan_day
from bimmerhub.emulator.cars.keys import ROWS, SIDES, WHEELS, door, tyre, window
from bimmerhub.emulator.cars.message import BackendValue, StreamMessage, Value
from bimmerhub.emulator.cars.models import Model
from bimmerhub.emulator.cars.roads import LatLon, Place, Route, find_route, point_at, with_red_lights
from bimmerhub.emulator.cars.voice import Voice

SECOND_MS, MINUTE_MS = 1_000, 60_000
BOARDING_MS = 30_000
EMPTY_SHARE = 0.12
LOW_FUEL_SHARE = 0.15
NORMAL_GOAL_PERCENT = 80
FROZEN_MS = (10 * MINUTE_MS, 100 * MINUTE_MS)
"""From when to when in a charge a PHEV's level stands still (one to two hours observed)."""

Happening = Callable[[int], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Drive:
    """A drive under way; `start_ms` is when the wheels begin to turn."""

    route: Route
    to: Place
    start_ms: int
    odometer_km: float
    stored_kwh: float
    fuel_l: float
    soc_percent: int

    @property
    def end_ms(self) -> int:
        """When it arrives."""
        return self.start_ms + round(self.route.duration_s * 1000)


class SimulatedCar:
    """One car. `seed` and the commands given decide everything."""

    def __init__(self, model: Model, *, seed: int, start_ms: int) -> None:
        self.model = model
        self.now_ms = start_ms
        self.trips: list[dict[str, object]] = []
        self.sessions: list[dict[str, object]] = []
        self._seed = seed
        self._chance = random.Random(f"{seed} {model.vin} life")  # noqa: S311 - scenery
        self._places = find_surroundings(seed, model.vin)
        self._queue: list[tuple[int, int, Happening]] = []
        self._numbers = count()
        self._voice = Voice(model, self._chance)
        self._place = self._places.home
        self._drive: Drive | None = None
        self._charge: Charge | None = None
        self._is_plugged = False
        self._is_commanded = False
        self._lock = "SECURED"
        self._odometer_km = 8_000 + self._chance.random() * 30_000
        self._stored_kwh = model.battery_kwh * self._chance.uniform(0.45, 0.8)
        self._fuel_l = model.tank_l * self._chance.uniform(0.4, 0.95)
        self._tyres_kpa = {wheel: model.tyre_kpa + self._chance.uniform(-4, 8) for wheel in WHEELS}
        self._plug_events = self._chance.randrange(200)
        self._start(start_ms)

    # --- time -------------------------------------------------------------------------------------------------------

    def next_event_ms(self) -> int:
        """Return when something happens or a message leaves next."""
        return min(self._queue[0][0], self._voice.next_ms())

    def advance(self, until_ms: int) -> Iterator[StreamMessage]:
        """Live up to `until_ms`, that moment included, and yield what is sent, in order of sent_at_ms."""
        while self._queue[0][0] <= until_ms:
            at_ms, _, happening = heapq.heappop(self._queue)
            yield from self._voice.sent_until(at_ms)
            self.now_ms = at_ms
            happening(at_ms)
        yield from self._voice.sent_until(until_ms)
        self.now_ms = max(self.now_ms, until_ms)

    def _at(self, at_ms: int, happening: Happening) -> None:
        heapq.heappush(self._queue, (at_ms, next(self._numbers), happening))

    def _start(self, start_ms: int) -> None:
        self._voice.know(start_ms, self._everything(start_ms))
        day = (start_ms + LOCAL_OFFSET_MS) // DAY_MS
        self._live_day(day, after_ms=start_ms)

    def _live_day(self, day: int, *, after_ms: int) -> None:
        """Put the day's drives on the queue, and the next day's beginning."""
        for planned in plan_day(self._seed, self.model.vin, day, self._places):
            if planned.depart_ms > after_ms:
                self._at(planned.depart_ms, lambda at_ms, to=planned.to: self._leave(at_ms, to))  # type: ignore[misc]
        morning_ms = (day + 1) * DAY_MS - LOCAL_OFFSET_MS
        self._at(morning_ms, lambda at_ms: self._live_day(day + 1, after_ms=at_ms))

    # --- driving ----------------------------------------------------------------------------------------------------

    def _leave(self, at_ms: int, to: Place) -> None:
        """Get in and drive, unless the car is under way or is where it should be."""
        if self._drive is None and to != self._place and not self._is_commanded:
            self._board(at_ms, to)

    def _board(self, at_ms: int, to: Place) -> None:
        self._unplug(at_ms)
        self._lock = "UNLOCKED"
        self._tell(at_ms, {keys.DOORS_LOCK: "UNLOCKED", door("row1", "driver"): self._opened(is_open=True)})
        self._at(at_ms + 9_000, lambda now: self._tell(now, {door("row1", "driver"): self._opened(is_open=False)}))
        route = with_red_lights(find_route(self._place, to), self._chance)
        start_ms = at_ms + BOARDING_MS
        self._drive = Drive(
            route=route,
            to=to,
            start_ms=start_ms,
            odometer_km=self._odometer_km,
            stored_kwh=self._stored_kwh,
            fuel_l=self._fuel_l,
            soc_percent=self._soc_percent(at_ms),
        )
        drive = self._drive
        self._at(start_ms, lambda now: self._set_off(now, drive))
        self._at(drive.end_ms, lambda now: self._arrive(now, drive))

    def _set_off(self, at_ms: int, drive: Drive) -> None:
        if self._drive is not drive:
            return
        self._lock = "LOCKED"
        moving = {keys.IS_MOVING: True, keys.IGNITION: True, keys.ENGINE: True, keys.LIGHTS: True}
        starter: dict[str, Value] = {
            keys.STARTER_BATTERY: self._chance.randint(87, 94),
            keys.STARTER_VOLTAGE: round(self._chance.uniform(14.0, 14.7), 1),
        }
        told = {**moving, keys.DOORS_LOCK: "LOCKED", **starter, **self._progress(at_ms)}
        self._tell(at_ms, told, is_occasion=True)
        self._at(at_ms + self._until_report_ms(), lambda now: self._report(now, drive))
        if not self.model.sends_everything:  # a MINI reports with its own rhythm only
            for second, is_moving in drive.route.halts():
                moment_ms = at_ms + second * SECOND_MS
                self._at(moment_ms, lambda now, told=is_moving: self._tell_moving(now, drive, told))  # type: ignore[misc]

    def _report(self, at_ms: int, drive: Drive) -> None:
        """Tell where the car is; latitude and longitude together in three of five cases, else some seconds apart."""
        if self._drive is not drive or at_ms >= drive.end_ms:
            return
        told = self._progress(at_ms) | self._road(at_ms, drive)
        if self._chance.random() >= 0.6 and not self.model.sends_everything:  # noqa: PLR2004 - observed: 60.4 %
            told.pop(keys.LONGITUDE)
            later_ms = at_ms + self._chance.randint(2, 48) * SECOND_MS
            self._at(later_ms, lambda now: self._tell(now, {keys.LONGITUDE: round(self._position(now)[1], 6)}))
        self._tell(at_ms, told)
        if not self.model.sends_everything:  # two more fixes within two seconds: bursts of three (observed)
            for later_s in (1, 2):
                self._at(at_ms + later_s * SECOND_MS, lambda now: self._tell_fix(now, drive))
        self._at(at_ms + self._until_report_ms(), lambda now: self._report(now, drive))

    def _tell_moving(self, at_ms: int, drive: Drive, is_moving: bool) -> None:  # noqa: FBT001 - a value, not a switch
        if self._drive is drive and at_ms < drive.end_ms:
            self._tell(at_ms, {keys.IS_MOVING: is_moving})

    def _tell_fix(self, at_ms: int, drive: Drive) -> None:
        if self._drive is drive and at_ms < drive.end_ms:
            self._tell(at_ms, self._fix(at_ms))

    def _road(self, at_ms: int, drive: Drive) -> dict[str, Value]:
        """Return what the road does to the car: the speed so far, how much the auxiliaries take, and the sky."""
        elapsed_s = max((at_ms - drive.start_ms) / 1000, 1.0)
        kmh = drive.route.km_at(elapsed_s) / elapsed_s * 3600
        return {
            keys.AVERAGE_SPEED: round(kmh, 1),
            keys.AUXILIARY_POWER: round(self._chance.uniform(0.4, 1.6), 2),
            keys.SATELLITES: self._chance.randint(7, 14),
        }

    def _arrive(self, at_ms: int, drive: Drive) -> None:
        if self._drive is not drive:
            return
        driven_km = drive.route.km_at((at_ms - drive.start_ms) / 1000)
        self._odometer_km, self._stored_kwh, self._fuel_l = self._after(drive, driven_km)
        self._drive, self._place, self._is_commanded = None, drive.to, False
        self._note_trip(drive, at_ms, driven_km)
        stopped: dict[str, Value] = {keys.IS_MOVING: False, keys.IGNITION: False, keys.ENGINE: False}
        self._tell(
            at_ms,
            {**stopped, keys.LIGHTS: False, **self._progress(at_ms), **self._tyres(warm_kpa=14)},
            is_occasion=True,
        )
        out: dict[str, Value] = {keys.DOORS_LOCK: "UNLOCKED", door("row1", "driver"): self._opened(is_open=True)}
        self._at(at_ms + 14_000, lambda now: self._tell(now, out))
        self._at(at_ms + 21_000, lambda now: self._tell(now, {door("row1", "driver"): self._opened(is_open=False)}))
        self._at(at_ms + 40_000, self._leave_alone)
        if self._needs_plug(drive.to):
            self._at(at_ms + 2 * MINUTE_MS, lambda now: self._plug_in_at(now, drive.to))
        if self.model.tank_l and self._fuel_l < LOW_FUEL_SHARE * self.model.tank_l:
            self._fuel_l = 0.96 * self.model.tank_l

    def _leave_alone(self, at_ms: int) -> None:
        if self._drive is not None:
            return
        self._lock = "SECURED"
        summary: dict[str, Value] = {keys.DOORS_LOCK: "SECURED", keys.ODOMETER_AT_TRIP_END: round(self._odometer_km)}
        if self.model.battery_kwh:
            summary[keys.SOC_AT_TRIP_END] = self._soc_percent(at_ms)
        self._tell(at_ms, summary)

    def _after(self, drive: Drive, driven_km: float) -> tuple[float, float, float]:
        """Return odometer, battery and tank after some kilometres: electric while the battery lasts."""
        per_km = self.model.kwh_per_100km / 100
        reserve_kwh = EMPTY_SHARE * self.model.battery_kwh if self.model.tank_l else 0.02 * self.model.battery_kwh
        available_kwh = max(0.0, drive.stored_kwh - reserve_kwh)
        electric_km = min(driven_km, available_kwh / per_km) if per_km else 0.0
        fuel_l = drive.fuel_l - (driven_km - electric_km) * self.model.litres_per_100km / 100
        return drive.odometer_km + driven_km, drive.stored_kwh - electric_km * per_km, max(0.0, fuel_l)

    def _until_report_ms(self) -> int:
        return round(self._chance.uniform(*self.model.report_every_s) * 1000)

    # --- charging ---------------------------------------------------------------------------------------------------

    def _needs_plug(self, place: Place) -> bool:
        share = self._stored_kwh / self.model.battery_kwh if self.model.battery_kwh else 1.0
        if place == self._places.home:
            return share < (0.9 if self.model.tank_l else 0.55)
        return self.model.dc_kw > 0 and share < 0.3  # noqa: PLR2004 - a fast charger at the destination

    def _plug_in_at(self, at_ms: int, place: Place) -> None:
        if self._drive is None and self._place == place and not self._is_plugged:
            goal = 100 if self.model.tank_l else NORMAL_GOAL_PERCENT
            self._plug_in(at_ms)
            self._begin_charge(at_ms, goal_percent=goal, is_dc=place != self._places.home)

    def _plug_in(self, at_ms: int) -> None:
        self._is_plugged = True
        self._plug_events += 1
        self._tell(at_ms, {**self._port(), keys.PORT_EVENT: self._plug_events, keys.FLAP_LOCKED: False})

    def _begin_charge(self, at_ms: int, *, goal_percent: int, is_dc: bool, power_kw: float | None = None) -> None:
        goal_kwh = self.model.battery_kwh * goal_percent / 100
        if self._stored_kwh >= goal_kwh - 0.2:
            return
        charge = work_out_charge(
            start_ms=at_ms + 35_000,
            stored_kwh=self._stored_kwh,
            capacity_kwh=self.model.battery_kwh,
            goal_kwh=goal_kwh,
            power_kw=power_kw or (self.model.dc_kw if is_dc else self.model.ac_kw),
            is_dc=is_dc,
        )
        self._charge = charge
        phases = "INVALID" if is_dc else f"{self.model.ac_phases}-PHASES"
        ready: dict[str, Value] = {keys.CHARGING_STATUS: "INITIALIZATION"}
        if not is_dc:  # BMW's words for the method know AC plugs only
            ready[keys.CHARGING_METHOD] = "AC_TYPE2PLUG"
        ready |= {keys.SOC_TARGET: goal_percent, keys.HV_STATUS: "WAITING_FOR_CHARGING"}
        self._at(at_ms + 18_000, lambda now: self._during(charge, now, ready))
        self._at(at_ms + 26_000, lambda now: self._during(charge, now, {keys.CHARGING_PHASES: phases}))
        self._at(charge.start_ms, lambda now: self._charging_began(now, charge))
        self._at(charge.end_ms, lambda now: self._end_charge(now, charge))

    def _during(self, charge: Charge, at_ms: int, told: Mapping[str, Value]) -> None:
        if self._charge is charge:
            self._tell(at_ms, told)

    def _charging_began(self, at_ms: int, charge: Charge) -> None:
        active: dict[str, Value] = {keys.CHARGING_STATUS: "CHARGINGACTIVE", keys.HV_STATUS: "CHARGING"}
        if self._charge is charge:
            told = {**active, **self._port(), **self._charge_progress(at_ms, charge)}
            self._tell(at_ms, told | self._energy(at_ms), is_occasion=True)
        self._at(at_ms + self._until_charge_report_ms(charge), lambda now: self._report_charge(now, charge))

    def _report_charge(self, at_ms: int, charge: Charge) -> None:
        if self._charge is charge and at_ms < charge.end_ms:
            self._tell(at_ms, self._charge_progress(at_ms, charge), is_occasion=True)
            self._at(at_ms + self._until_charge_report_ms(charge), lambda now: self._report_charge(now, charge))

    def _until_charge_report_ms(self, charge: Charge) -> int:
        """Stable AC charging is told of every 10 to 30 minutes (observed), fast charging every one or two."""
        low, high = (1.0, 2.0) if charge.is_dc else (10.0, 30.0)
        return round(self._chance.uniform(low, high) * MINUTE_MS)

    def _charge_progress(self, at_ms: int, charge: Charge) -> dict[str, Value]:
        power_w = round(charge.power_at(at_ms) * 100) * 10
        told: dict[str, Value] = {keys.CHARGING_POWER: power_w, keys.TIME_REMAINING: charge.minutes_left(at_ms)}
        if not charge.is_dc:
            volts = 230
            told |= {keys.CHARGING_VOLTAGE: volts, keys.CHARGING_CURRENT: round(power_w / volts / self.model.ac_phases)}
        is_frozen = self.model.freezes_soc and FROZEN_MS[0] < at_ms - charge.start_ms < FROZEN_MS[1]
        return told if is_frozen else told | self._energy(at_ms)

    def _end_charge(self, at_ms: int, charge: Charge) -> None:
        if self._charge is not charge:
            return
        self._finish_charge(at_ms, charge)
        told: dict[str, Value] = {keys.CHARGING_STATUS: "CHARGINGENDED", keys.HV_STATUS: "FINISHED_NOT_FULL"}
        self._tell(at_ms, {**told, **self._idle_port(), **self._port(), **self._energy(at_ms)})

    def _finish_charge(self, at_ms: int, charge: Charge) -> None:
        soc_before = charge.stored_kwh[0] / self.model.battery_kwh * 100
        self._stored_kwh = charge.stored_at(at_ms)
        self._charge = None
        if at_ms <= charge.start_ms:  # it never began
            return
        self.sessions.append(
            {
                "start_ms": charge.start_ms,
                "end_ms": at_ms,
                "is_dc": charge.is_dc,
                "battery_kwh": round(self._stored_kwh - charge.stored_kwh[0], 3),
                "grid_kwh": round(charge.grid_kwh(at_ms), 3),
                "soc_start_percent": round(soc_before, 2),
                "soc_end_percent": round(self._stored_kwh / self.model.battery_kwh * 100, 2),
                "odometer_km": round(self._odometer_km, 2),
            }
        )

    def _unplug(self, at_ms: int) -> None:
        if not self._is_plugged:
            return
        if self._charge is not None:
            self._finish_charge(at_ms, self._charge)
        self._is_plugged = False
        told: dict[str, Value] = {keys.CHARGING_STATUS: "NOCHARGING", keys.HV_STATUS: "NOT_CHARGING"}
        self._tell(at_ms, {**told, **self._idle_port(), **self._port(), keys.FLAP_LOCKED: True, **self._energy(at_ms)})

    def _idle_port(self) -> dict[str, Value]:
        idle: dict[str, Value] = {keys.CHARGING_POWER: 0, keys.CHARGING_PHASES: "1-PHASES", keys.TIME_REMAINING: 0}
        return idle | {keys.CHARGING_VOLTAGE: 0, keys.CHARGING_CURRENT: 0}

    def _port(self) -> dict[str, Value]:
        word = "CONNECTED" if self._is_plugged else "DISCONNECTED"
        return {
            keys.PORT_STATUS: word,
            keys.PORT_TEXT: word,
            keys.PORT_COMBINED: word,
            keys.PORT_IS_PLUGGED: self._is_plugged,
        }

    # --- what there is to tell --------------------------------------------------------------------------------------

    def _progress(self, at_ms: int) -> dict[str, Value]:
        """Return what changes while driving."""
        return {**self._fix(at_ms), keys.ODOMETER: round(self._now(at_ms)[0]), **self._energy(at_ms)}

    def _fix(self, at_ms: int) -> dict[str, Value]:
        """Return what the satellites tell."""
        latitude, longitude = self._position(at_ms)
        told: dict[str, Value] = {keys.LATITUDE: round(latitude, 6), keys.LONGITUDE: round(longitude, 6)}
        if self._drive is not None:
            told[keys.HEADING] = self._drive.route.heading_at((at_ms - self._drive.start_ms) / 1000)
        told[keys.ALTITUDE] = round(173 + 40 * (latitude - 50.7) * 10)
        return told

    def _energy(self, at_ms: int) -> dict[str, Value]:
        _, stored_kwh, fuel_l = self._now(at_ms)
        model = self.model
        told: dict[str, Value] = {}
        electric_km = round(stored_kwh / model.kwh_per_100km * 100) if model.battery_kwh else 0
        if model.battery_kwh:
            soc = self._soc_percent(at_ms)
            told |= {keys.SOC_HEADER: soc, keys.SOC_DISPLAYED: soc, keys.SOC_PREDICTED: float(soc)}
            told |= {keys.ELECTRIC_RANGE: electric_km, keys.ELECTRIC_RANGE_ESTIMATE: electric_km}
        fuel_km = round(fuel_l / model.litres_per_100km * 100) if model.tank_l else 0
        if model.tank_l:
            told |= {keys.FUEL_LEVEL: round(fuel_l / model.tank_l * 100), keys.FUEL_LITRES: round(fuel_l)}
        told[keys.TOTAL_RANGE] = electric_km + fuel_km
        return told

    def _tyres(self, *, warm_kpa: float) -> dict[str, Value]:
        """Return the pressures in BMW's steps of 10 kPa."""
        return {tyre(wheel, "pressure"): round((kpa + warm_kpa) / 10) * 10 for wheel, kpa in self._tyres_kpa.items()}

    def _everything(self, at_ms: int) -> dict[str, Value]:
        closed = self._opened(is_open=False)
        told: dict[str, Value] = {keys.IS_MOVING: False, keys.IGNITION: False, keys.ENGINE: False, keys.LIGHTS: False}
        told |= {door(row, side): closed for row in ROWS for side in SIDES}
        told |= {window(row, side): "CLOSED" for row in ROWS for side in SIDES}
        told |= {keys.TRUNK: closed, keys.HOOD: closed, keys.SUNROOF: "CLOSED", keys.DOORS_LOCK: self._lock}
        told |= {keys.STARTER_BATTERY: 91, keys.STARTER_VOLTAGE: 14.4, keys.HEADING: 90}
        told |= {keys.AVERAGE_SPEED: 0, keys.AUXILIARY_POWER: 0, keys.SATELLITES: 9}
        told |= {tyre(wheel, "pressureTarget"): self.model.tyre_kpa for wheel in WHEELS}
        told |= {
            **self._tyres(warm_kpa=0),
            **self._progress(at_ms),
            keys.ODOMETER_AT_TRIP_END: round(self._odometer_km),
        }
        if self.model.battery_kwh:
            told |= {
                keys.CHARGING_STATUS: "NOCHARGING",
                keys.HV_STATUS: "NOT_CHARGING",
                **self._port(),
                **self._idle_port(),
            }
            told |= {keys.MAX_ENERGY: round(self.model.battery_kwh * 0.97, 1), keys.FLAP_LOCKED: True}
            told |= {keys.BATTERY_SIZE: self.model.battery_kwh, keys.SOC_TARGET: NORMAL_GOAL_PERCENT}
            told |= {keys.SOC_AT_TRIP_END: self._soc_percent(at_ms), keys.PORT_EVENT: self._plug_events}
        return told

    def _opened(self, *, is_open: bool) -> str:
        words = ("open", "closed") if self.model.sends_everything else ("OPEN", "CLOSED")
        return words[0] if is_open else words[1]

    def _tell(self, at_ms: int, told: Mapping[str, Value], *, is_occasion: bool = False) -> None:
        if self.model.sends_everything and self._drive is not None:  # what it repeats has to be true now
            told = self._progress(at_ms) | dict(told)
        self._voice.tell(at_ms, told, is_occasion=is_occasion)

    # --- the truth --------------------------------------------------------------------------------------------------

    def telematic(self) -> Mapping[str, BackendValue]:
        """Return what the backend knows of this car."""
        return self._voice.backend()

    def truth(self) -> dict[str, object]:
        """Return what is really so at this moment, and every trip and charge that is over."""
        odometer_km, stored_kwh, fuel_l = self._now(self.now_ms)
        latitude, longitude = self._position(self.now_ms)
        battery_kwh = self.model.battery_kwh
        return {
            "at_ms": self.now_ms,
            "soc_percent": round(stored_kwh / battery_kwh * 100, 3) if battery_kwh else None,
            "fuel_l": round(fuel_l, 3) if self.model.tank_l else None,
            "odometer_km": round(odometer_km, 3),
            "latitude_deg": latitude,
            "longitude_deg": longitude,
            "is_driving": self._drive is not None,
            "is_charging": self._charge is not None,
            "is_plugged_in": self._is_plugged,
            "lock": self._lock,
            "place": self._place.name,
            "trips": list(self.trips),
            "charging_sessions": list(self.sessions),
        }

    def _now(self, at_ms: int) -> tuple[float, float, float]:
        """Return odometer (km), battery (kWh) and tank (l) at a moment of what is under way."""
        if self._drive is not None:
            return self._after(self._drive, self._drive.route.km_at((at_ms - self._drive.start_ms) / 1000))
        stored_kwh = self._stored_kwh if self._charge is None else self._charge.stored_at(at_ms)
        return self._odometer_km, stored_kwh, self._fuel_l

    def _soc_percent(self, at_ms: int) -> int:
        return round(self._now(at_ms)[1] / self.model.battery_kwh * 100) if self.model.battery_kwh else 0

    def _position(self, at_ms: int) -> LatLon:
        if self._drive is None:
            return self._place.at
        return self._drive.route.position_at((at_ms - self._drive.start_ms) / 1000)

    def _note_trip(self, drive: Drive, at_ms: int, driven_km: float) -> None:
        self.trips.append(
            {
                "start_ms": drive.start_ms,
                "end_ms": at_ms,
                "distance_km": round(driven_km, 3),
                "odometer_start_km": round(drive.odometer_km, 3),
                "odometer_end_km": round(drive.odometer_km + driven_km, 3),
                "energy_kwh": round(drive.stored_kwh - self._stored_kwh, 3),
                "fuel_l": round(drive.fuel_l - self._fuel_l, 3),
                "soc_start_percent": drive.soc_percent,
                "soc_end_percent": self._soc_percent(at_ms),
                "to": drive.to.name,
            }
        )

    # --- commands ---------------------------------------------------------------------------------------------------

    def command(self, name: str, arguments: Mapping[str, object]) -> None:
        """Do something now; ValueError in words when that is impossible now, or not known."""
        commands: dict[str, Callable[..., None]] = {
            "drive": self._command_drive,
            "stop": self._command_stop,
            "plug_in": self._command_plug_in,
            "unplug": self._command_unplug,
            "charge": self._command_charge,
            "stop_charging": self._command_stop_charging,
            "lock": self._command_lock,
            "unlock": self._command_unlock,
            "open": self._command_open,
            "close": self._command_close,
        }
        if name not in commands:
            raise ValueError(f"no command {name!r}; known: {', '.join(commands)}")
        try:
            commands[name](**arguments)
        except TypeError as error:
            raise ValueError(f"{name} does not take {', '.join(arguments)}") from error

    def _command_drive(self, *, minutes: float = 20.0, km: float | None = None) -> None:
        """Drive off now, to a new place about so far away."""
        self._require(self._drive is None, "the car is driving already")
        far_km = km if km is not None else minutes / 60 * 62
        self._require(0.3 < far_km < 400, "a drive has 0.3 to 400 km")  # noqa: PLR2004
        self._require(1.2 * far_km < self._reach_km(), "battery and tank do not last so long")
        at = point_at(self._place.at, km=far_km * 0.8, bearing_deg=self._chance.uniform(0, 360))
        self._is_commanded = True
        self._board(self.now_ms, Place(name=f"{self.model.vin[-4:]} somewhere {len(self.trips)}", at=at))

    def _reach_km(self) -> float:
        electric_km = 0.98 * self._stored_kwh / self.model.kwh_per_100km * 100 if self.model.battery_kwh else 0.0
        return electric_km + (self._fuel_l / self.model.litres_per_100km * 100 if self.model.tank_l else 0.0)

    def _command_stop(self) -> None:
        """Stop here."""
        drive = self._drive
        self._require(drive is not None, "the car is not driving")
        if drive is not None and self.now_ms < drive.start_ms:  # nobody has driven yet
            self._drive, self._is_commanded = None, False
            self._at(self.now_ms + 40_000, self._leave_alone)
        elif drive is not None:
            here = Place(name=f"{drive.to.name} on the way", at=self._position(self.now_ms))
            stopped = Drive(
                route=drive.route,
                to=here,
                start_ms=drive.start_ms,
                odometer_km=drive.odometer_km,
                stored_kwh=drive.stored_kwh,
                fuel_l=drive.fuel_l,
                soc_percent=drive.soc_percent,
            )
            self._drive = stopped
            self._arrive(self.now_ms, stopped)

    def _command_plug_in(self) -> None:
        self._require(self.model.battery_kwh > 0, "this car has no plug")
        self._require(self._drive is None, "the car is driving")
        self._require(not self._is_plugged, "the car is plugged in already")
        self._plug_in(self.now_ms)

    def _command_unplug(self) -> None:
        self._require(self._is_plugged, "the car is not plugged in")
        self._unplug(self.now_ms)

    def _command_charge(
        self, *, target_percent: int = 100, power_kw: float | None = None, soc_percent: float | None = None
    ) -> None:
        """Charge to a goal, plugging in when need be. `soc_percent` sets the battery first: a convenience for demos."""
        self._require(self._charge is None, "the car is charging already")
        self._require(1 <= target_percent <= 100, "target_percent is 1 to 100")  # noqa: PLR2004
        self._require(soc_percent is None or 0 <= soc_percent <= 100, "soc_percent is 0 to 100")  # noqa: PLR2004
        self._require(power_kw is None or 1 <= power_kw <= 400, "power_kw is 1 to 400")  # noqa: PLR2004
        goal_kwh = self.model.battery_kwh * target_percent / 100
        stored_kwh = self._stored_kwh if soc_percent is None else self.model.battery_kwh * soc_percent / 100
        self._require(self.model.battery_kwh > 0, "this car has no plug")
        self._require(self._drive is None, "the car is driving")
        self._require(stored_kwh < goal_kwh - 0.2, "the battery is at its goal already")
        self._stored_kwh = stored_kwh
        if not self._is_plugged:
            self._plug_in(self.now_ms)
        is_dc = power_kw is not None and power_kw > 2 * self.model.ac_kw
        self._begin_charge(self.now_ms, goal_percent=target_percent, is_dc=is_dc, power_kw=power_kw)

    def _command_stop_charging(self) -> None:
        charge = self._charge
        self._require(charge is not None, "the car is not charging")
        if charge is not None:
            self._end_charge(self.now_ms, charge)

    def _command_lock(self) -> None:
        self._require(self._drive is None, "the car is driving")
        self._lock = "SECURED"
        self._tell(self.now_ms, {keys.DOORS_LOCK: "SECURED"})

    def _command_unlock(self) -> None:
        self._lock = "UNLOCKED"
        self._tell(self.now_ms, {keys.DOORS_LOCK: "UNLOCKED"})

    def _command_open(self, *, what: str = "row1.driver") -> None:
        """Open a door, the trunk, the hood or a window."""
        self._set_opening(what, is_open=True)

    def _command_close(self, *, what: str = "row1.driver") -> None:
        self._set_opening(what, is_open=False)

    def _set_opening(self, what: str, *, is_open: bool) -> None:
        openings = {"trunk": keys.TRUNK, "hood": keys.HOOD}
        openings |= {f"{row}.{side}": door(row, side) for row in ROWS for side in SIDES}
        windows = {f"window.{row}.{side}": window(row, side) for row in ROWS for side in SIDES}
        if what in windows:
            self._tell(self.now_ms, {windows[what]: "OPEN" if is_open else "CLOSED"})
        elif what in openings:
            self._tell(self.now_ms, {openings[what]: self._opened(is_open=is_open)})
        else:
            raise ValueError(f"there is no {what!r} to open; known: {', '.join([*openings, *windows])}")

    @staticmethod
    def _require(is_so: bool, otherwise: str) -> None:  # noqa: FBT001 - reads like a sentence
        if not is_so:
            raise ValueError(otherwise)
