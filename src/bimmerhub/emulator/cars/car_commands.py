"""The commands that a test or a person at the emulator can give to a car."""

from collections.abc import Callable, Mapping
from random import Random

from bimmerhub.emulator.cars.doings.activities import Activities
from bimmerhub.emulator.cars.doings.habits import Habits
from bimmerhub.emulator.cars.machine.car_body import CarBody
from bimmerhub.emulator.cars.remote_commands import RemoteCommands
from bimmerhub.emulator.cars.states import ChargeEnd, ChargingState, ParkingLight, WindowState
from bimmerhub.emulator.cars.telematics import Telematics
from bimmerhub.emulator.cars.workshop_commands import WorkshopCommands
from bimmerhub.emulator.cars.world.agenda import Agenda, Fate
from bimmerhub.emulator.cars.world.roads import Place, point_at

DC_FROM_AC_TIMES = 2
MOST_WINDING = 1.2


class CarCommands:
    """The commands of one car. Each one is refused with a ValueError in words when it is impossible now."""

    def __init__(
        self,
        body: CarBody,
        activities: Activities,
        habits: Habits,
        *,
        telematics: Telematics,
        agenda: Agenda,
        fate: Fate,
    ) -> None:
        self._body = body
        self._fate = fate
        self._driving = activities.driving
        self._plugging = activities.plugging
        self._parking = activities.parking
        self._refuelling = activities.refuelling
        self._habits = habits
        self._commands: dict[str, Callable[..., None]] = {
            "drive": self._drive,
            "stop": self._stop,
            "plug_in": self._plug_in,
            "unplug": self._unplug,
            "charge": self._charge,
            "stop_charging": self._stop_charging,
            "pause_charging": self._pause_charging,
            "interrupt_charging": self._interrupt_charging,
            "fail_charging": self._fail_charging,
            "disrupt_charging": self._disrupt_charging,
            "lock": self._lock,
            "unlock": self._unlock,
            "open": self._open,
            "close": self._close,
            "light": self._light,
            "precondition": self._precondition,
            "stop_preconditioning": self._stop_preconditioning,
            "refuel": self._refuel,
            "puncture": self._puncture,
            "inflate": self._inflate,
            "expire_sim": self._expire_sim,
            "renew_sim": self._renew_sim,
            "expire_contract": self._expire_contract,
            "renew_contract": self._renew_contract,
            **WorkshopCommands(body, activities, telematics).commands,
            **RemoteCommands(body, activities, telematics, agenda).commands,
        }

    def do(self, at_ms: int, name: str, arguments: Mapping[str, object]) -> None:
        """Carry out a command now."""
        if name not in self._commands:
            raise ValueError(f"no command {name!r}; known: {', '.join(self._commands)}")
        try:
            self._commands[name](at_ms, **arguments)
        except TypeError as error:
            raise ValueError(f"{name} does not take {', '.join(arguments)}") from error

    def _drive(self, at_ms: int, *, minutes: float = 20.0, km: float | None = None) -> None:
        """Drive off now, to a new place about so far away."""
        body = self._body
        _require(body.drive is None, "the car is driving already")
        far_km = km if km is not None else minutes / 60 * 62
        _require(0.3 < far_km < 400, "a drive has 0.3 to 400 km")  # noqa: PLR2004
        electric_km, fuel_km = body.reach_km(at_ms)
        reach_km = 0.98 * electric_km + fuel_km
        _require(MOST_WINDING * far_km < reach_km, "battery and tank do not last so long")
        chance: Random = self._fate.of("command", at_ms)
        at = point_at(body.place.at, km=far_km * 0.8, bearing_deg=chance.uniform(0, 360))
        name = f"{body.model.vin[-4:]} somewhere {len(self._driving.trips)}"
        self._habits.command_drive(at_ms, Place(name=name, at=at))

    def _stop(self, at_ms: int) -> None:
        """Stop here; nobody has driven yet when the wheels have not turned."""
        _require(self._body.drive is not None, "the car is not driving")
        if not self._driving.stop(at_ms):
            self._parking.get_out(at_ms, None, forgets=False)
        self._habits.cancel_drive()

    def _plug_in(self, at_ms: int) -> None:
        self._require_standing_plug()
        _require(not self._body.socket.is_plugged, "the car is plugged in already")
        self._plugging.plug_in(at_ms)

    def _unplug(self, at_ms: int) -> None:
        _require(self._body.socket.is_plugged, "the car is not plugged in")
        self._plugging.unplug(at_ms)

    def _charge(
        self,
        at_ms: int,
        *,
        target_percent: int = 100,
        power_kw: float | None = None,
        soc_percent: float | None = None,
    ) -> None:
        """Charge to a goal, plugging in when need be. `soc_percent` sets the battery first: a convenience for demos."""
        body, model = self._body, self._body.model
        _require(body.charge is None, "the car is charging already")
        _require(1 <= target_percent <= 100, "target_percent is 1 to 100")  # noqa: PLR2004
        _require(soc_percent is None or 0 <= soc_percent <= 100, "soc_percent is 0 to 100")  # noqa: PLR2004
        _require(power_kw is None or 1 <= power_kw <= 400, "power_kw is 1 to 400")  # noqa: PLR2004
        self._require_standing_plug()
        goal_kwh = model.battery_kwh * target_percent / 100
        stored_kwh = body.levels(at_ms)[1] if soc_percent is None else model.battery_kwh * soc_percent / 100
        _require(stored_kwh < goal_kwh - 0.2, "the battery is at its goal already")
        body.settle(at_ms)
        body.stored_kwh = stored_kwh
        is_dc = power_kw is not None and power_kw > DC_FROM_AC_TIMES * model.ac_kw
        if not body.socket.is_plugged:
            self._plugging.plug_in(at_ms, is_dc=is_dc)
        kw = power_kw or model.ac_kw
        self._plugging.begin(at_ms, goal_percent=target_percent, power_kw=kw, is_dc=is_dc)

    def _stop_charging(self, at_ms: int) -> None:
        is_paused = self._body.socket.state.goes_on
        _require(self._body.charge is not None or is_paused, "the car is not charging")
        self._plugging.end(at_ms, reason=ChargeEnd.STOPPED_BY_DRIVER)

    def _pause_charging(self, at_ms: int, *, minutes: float = 30.0) -> None:
        """Pause for some minutes."""
        self._require_energy_flows(at_ms)
        _require(0 < minutes <= 1440, "a pause has up to 1440 minutes")  # noqa: PLR2004
        self._plugging.pause(at_ms, minutes=minutes)

    def _interrupt_charging(self, at_ms: int, *, minutes: float = 15.0) -> None:
        """Interrupt for some minutes, which nobody wanted."""
        self._require_energy_flows(at_ms)
        _require(0 < minutes <= 1440, "an interruption has up to 1440 minutes")  # noqa: PLR2004
        self._plugging.pause(at_ms, minutes=minutes, state=ChargingState.INTERRUPTED)

    def _disrupt_charging(self, at_ms: int, *, hint: str = "The power grid failed.") -> None:
        self._require_energy_flows(at_ms)
        self._plugging.fail(at_ms, hint=str(hint), state=ChargingState.DISRUPTED)

    def _fail_charging(self, at_ms: int, *, hint: str = "The charging station ended the charge.") -> None:
        self._require_energy_flows(at_ms)
        self._plugging.fail(at_ms, hint=str(hint))

    def _lock(self, at_ms: int) -> None:
        _require(self._body.drive is None, "the car is driving")
        self._parking.lock(at_ms)

    def _unlock(self, at_ms: int, *, drivers_door_only: bool = False) -> None:
        """Unlock all doors, or the driver's alone."""
        self._parking.unlock(at_ms, drivers_door_only=bool(drivers_door_only))

    def _open(self, at_ms: int, *, what: str = "row1.driver", how: str = "open") -> None:
        """Open a door, the trunk, the hood, a window or a roof, and leave it so: wide open, ajar or tilted."""
        states = {state.value for state in WindowState if state is not WindowState.CLOSED}
        _require(how in states, f"it can be {', '.join(sorted(states))}, not {how!r}")
        self._parking.set_opening(at_ms, what, WindowState(how))

    def _close(self, at_ms: int, *, what: str = "row1.driver") -> None:
        self._parking.set_opening(at_ms, what, WindowState.CLOSED)

    def _light(self, at_ms: int, *, side: str = "both") -> None:
        """Switch the parking light on at a side, or off."""
        _require(self._body.drive is None, "the car is driving")
        _require(side in set(ParkingLight), f"a side is {', '.join(ParkingLight)}, not {side!r}")
        self._parking.light(at_ms, ParkingLight(side))

    def _precondition(self, at_ms: int, *, minutes: float = 20.0) -> None:
        """Heat or cool the cabin."""
        _require(self._body.drive is None, "the car is driving")
        _require(0 < minutes <= 60, "preconditioning takes up to 60 minutes")  # noqa: PLR2004 - range of BMW's key
        self._parking.start_climate(at_ms, minutes=minutes)

    def _stop_preconditioning(self, at_ms: int) -> None:
        _require(self._body.cabin.is_conditioned, "the cabin is neither heated nor cooled")
        self._parking.stop_climate(at_ms)

    def _refuel(self, at_ms: int) -> None:
        _require(self._body.model.tank_l > 0, "this car has no tank")
        _require(self._body.drive is None, "the car is driving")
        self._refuelling.fill(at_ms)

    def _puncture(self, at_ms: int, *, wheel: str = "row1.wheel.left", kpa_per_day: float = 20.0) -> None:
        """Let a tyre lose air from now on."""
        wheels = self._body.tyres.wheels
        _require(wheel in wheels, f"there is no wheel {wheel!r}; known: {', '.join(wheels)}")
        _require(0 < kpa_per_day <= 10_000, "kpa_per_day is up to 10000")  # noqa: PLR2004
        self._body.tyres.puncture(wheel, at_ms=at_ms, kpa_a_day=kpa_per_day)

    def _inflate(self, at_ms: int) -> None:
        """Repair and fill the tyres."""
        self._body.tyres.inflate(at_ms)

    def _expire_sim(self, _at_ms: int) -> None:
        """Let the SIM of the car expire: BMW hears nothing more of it."""
        self._body.connection.has_sim = False

    def _renew_sim(self, _at_ms: int) -> None:
        self._body.connection.has_sim = True

    def _expire_contract(self, at_ms: int) -> None:
        """Let the ConnectedDrive contract end now: BMW hears nothing more of the car."""
        _require(self._body.connection.contract_ended_ms is None, "the contract has ended already")
        self._body.connection.contract_ended_ms = at_ms

    def _renew_contract(self, at_ms: int) -> None:
        _require(self._body.connection.contract_ended_ms is not None, "the contract runs")
        self._body.connection.contract_from_ms, self._body.connection.contract_ended_ms = at_ms, None

    def _require_standing_plug(self) -> None:
        _require(self._body.model.battery_kwh > 0, "this car has no plug")
        _require(self._body.drive is None, "the car is driving")

    def _require_energy_flows(self, at_ms: int) -> None:
        charge = self._body.charge
        _require(charge is not None and at_ms > charge.start_ms, "the car is not charging")


def _require(is_so: bool, otherwise: str) -> None:  # noqa: FBT001 - reads like a sentence
    if not is_so:
        raise ValueError(otherwise)
