"""One simulated car: its parts put together, its time, and the truth about it.

Everything happens at moments on an agenda, so how `advance` is cut makes no difference. In between, charge level,
position and odometer follow from the drive or charge under way.
"""

from collections.abc import Mapping

from bimmerhub.emulator.cardata.voice import wording as values
from bimmerhub.emulator.cardata.voice.keys import LIFETIME_FUEL, OPENINGS, WINDOWS
from bimmerhub.emulator.cardata.voice.message import BackendValue, StreamMessage
from bimmerhub.emulator.cardata.voice.voice import Voice
from bimmerhub.emulator.cars.car_commands import Commands
from bimmerhub.emulator.cars.car_models import Model
from bimmerhub.emulator.cars.doings.activities import Activities
from bimmerhub.emulator.cars.doings.days import find_surroundings
from bimmerhub.emulator.cars.doings.driving import Driving
from bimmerhub.emulator.cars.doings.habits import Habits
from bimmerhub.emulator.cars.doings.parking import Parking
from bimmerhub.emulator.cars.doings.plugging import Plugging
from bimmerhub.emulator.cars.doings.refuelling import Tank
from bimmerhub.emulator.cars.machine.car_body import Body, Drive, Socket
from bimmerhub.emulator.cars.machine.starter import new_starter
from bimmerhub.emulator.cars.machine.tyre_air import Tyres
from bimmerhub.emulator.cars.world.agenda import DAY_MS, Agenda, Fate
from bimmerhub.emulator.cars.world.localtime import local_day

FUEL_RECORD_AGE_MS = 600 * DAY_MS
"""Counters of a lifetime can be years old in REST (observed by clients 2025-2026)."""


class SimulatedCar:
    """One car. `seed` and the commands given decide everything."""

    def __init__(self, model: Model, *, seed: int, start_ms: int) -> None:
        self.model = model
        self.now_ms = start_ms
        fate = Fate(seed, model.vin)
        body = _new_body(model, fate, start_ms)
        self._body = body
        self._agenda = Agenda()
        self._voice = Voice(model, chance=fate.of("voice"), everything=lambda at_ms: values.everything(body, at_ms))
        tank = Tank(body, self._voice)
        plugging = Plugging(body, self._voice, self._agenda, fate=fate, ended=self._charge_ended)
        parking = Parking(body, self._voice, self._agenda, fate=fate, conditioned=plugging.note_preconditioning)
        driving = Driving(body, self._voice, self._agenda, fate=fate, arrived=self._arrived)
        self._does = Activities(driving=driving, plugging=plugging, parking=parking, tank=tank)
        self._habits = Habits(body, self._agenda, self._does, fate=fate)
        self._commands = Commands(body, self._does, self._habits, fate=fate)
        self._voice.know(start_ms, values.everything(body, start_ms) | values.trip_end(body, start_ms))
        self._voice.know(start_ms - FUEL_RECORD_AGE_MS, {LIFETIME_FUEL: 412.07})
        self._habits.live_day(local_day(start_ms), after_ms=start_ms)

    def next_event_ms(self) -> int:
        """Return when something happens or a message leaves next."""
        return min(self._agenda.next_ms(), self._voice.next_ms())

    def step(self) -> StreamMessage | None:
        """Live up to the next event; return the message when one leaves. Messages leave before things happen."""
        happens_ms, leaves_ms = self._agenda.next_ms(), self._voice.next_ms()
        if leaves_ms <= happens_ms:
            self.now_ms = leaves_ms
            return self._voice.send_next()
        self.now_ms = happens_ms
        self._agenda.happen_next()
        return None

    def command(self, name: str, arguments: Mapping[str, object]) -> None:
        """Do something now; ValueError in words when that is impossible now, or not known."""
        self._commands.do(self.now_ms, name, arguments)

    def telematic(self) -> Mapping[str, BackendValue]:
        """Return what the backend knows of this car."""
        return self._voice.backend()

    def charging_sessions(self) -> list[dict[str, object]]:
        """Return the charging sessions that are over as they really were, oldest first."""
        return self._does.plugging.sessions()

    def truth(self) -> dict[str, object]:
        """Return what is really so at this moment, and every trip, charge and refuelling that is over."""
        body, now_ms = self._body, self.now_ms
        odometer_km, _, fuel_l = body.levels(now_ms)
        latitude, longitude = body.position(now_ms)
        is_open = [name for name, key in OPENINGS.items() if key in body.cabin.open_keys]
        return {
            "at_ms": now_ms,
            "soc_percent": round(body.soc_percent(now_ms), 3) if self.model.battery_kwh else None,
            "fuel_l": round(fuel_l, 3) if self.model.tank_l else None,
            "odometer_km": round(odometer_km, 3),
            "latitude_deg": latitude,
            "longitude_deg": longitude,
            "is_driving": body.drive is not None,
            "is_moving": body.is_moving(now_ms),
            "is_charging": body.charge is not None,
            "is_plugged_in": body.socket.is_plugged,
            "lock": body.cabin.lock,
            "open": is_open + [name for name, key in WINDOWS.items() if key in body.cabin.windows],
            "climate": body.cabin.climate,
            "tyres_cold_kpa": {wheel: round(body.tyres.cold_kpa(wheel, now_ms), 1) for wheel in body.tyres.wheels},
            "place": body.place.name,
            "trips": list(self._does.driving.trips),
            "charging_sessions": self._does.plugging.sessions(),
            "refuels": list(self._does.tank.refuels),
        }

    def _arrived(self, at_ms: int, drive: Drive) -> None:
        self._habits.arrived(at_ms, drive)

    def _charge_ended(self, at_ms: int) -> None:
        self._habits.charge_ended(at_ms)


def _new_body(model: Model, fate: Fate, start_ms: int) -> Body:
    chance = fate.of("body")
    return Body(
        model=model,
        seed=fate.seed,
        place=find_surroundings(fate).home,
        odometer_km=8_000 + chance.random() * 30_000,
        stored_kwh=model.battery_kwh * chance.uniform(0.45, 0.8),
        fuel_l=model.tank_l * chance.uniform(0.4, 0.95),
        settled_ms=start_ms,
        parked_ms=start_ms,
        tyres=Tyres(fate, target_kpa=model.tyre_kpa, wheels=model.wheels),
        starter=new_starter(fate, start_ms),
        socket=Socket(plug_events=chance.randrange(200)),
    )
