"""A car as it stands or drives: the state that its parts share, and how energy, place and time change it.

Only the simulation changes it. What the world may know of it is read off by `instruments.py`.
"""

import math
from dataclasses import dataclass, field

from bimmerhub.emulator.cars.machine.charge_curve import ChargeCurve
from bimmerhub.emulator.cars.machine.event_log import EventLog
from bimmerhub.emulator.cars.machine.remote_memory import RemoteMemory
from bimmerhub.emulator.cars.machine.sim_and_contract import Connection
from bimmerhub.emulator.cars.machine.starter import Starter
from bimmerhub.emulator.cars.machine.tyre_air import Tyres
from bimmerhub.emulator.cars.models.car_model import CarModel
from bimmerhub.emulator.cars.states import (
    ChargeEnd,
    ChargingState,
    ClimateActivity,
    LockState,
    ParkingLight,
    WindowState,
)
from bimmerhub.emulator.cars.world import weather
from bimmerhub.emulator.cars.world.roads import LatLon, Place, Route
from bimmerhub.times import DAY_MS, HOUR_MS, MINUTE_MS

RESERVE_SHARE_WITH_TANK = 0.12
AWAKE_KW, CLIMATE_KW = 0.04, 1.8
"""What standing costs beside the standby: electronics that stay awake while it is not locked, and preconditioning."""
ENGINE_CELSIUS = 88
ENGINE_WARMS_KM, ENGINE_COOLS_MINUTES = 4.0, 60.0
"""After so much of it two thirds of the way are done; plausible, from no source."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DriveUnderWay:
    """A drive from getting in to arriving.

    `start_ms` is when the wheels begin to turn; odometer, battery and tank are those of that moment. `effort` is what a
    kilometre costs against mild weather, `style` how calm the driver is, 0 to 1.
    """

    route: Route
    to: Place
    start_ms: int
    odometer_km: float
    stored_kwh: float
    fuel_l: float
    effort: float
    style: float

    @property
    def end_ms(self) -> int:
        """When it arrives, on a whole second after its start."""
        return self.start_ms + math.ceil(self.route.duration_s) * 1000

    def elapsed_s(self, at_ms: int) -> float:
        """Return the seconds since the wheels began to turn, 0 before."""
        return max(0, at_ms - self.start_ms) / 1000


@dataclass(slots=True, kw_only=True)
class Cabin:
    """Doors, windows, lock, lights and climate.

    `open_names` are open doors and lids, `ajar_names` those that are not wide open; `windows` are those that are not
    closed, roofs among them.
    """

    lock: LockState = LockState.SECURED
    parking_light: ParkingLight = ParkingLight.OFF
    open_names: set[str] = field(default_factory=set)
    ajar_names: set[str] = field(default_factory=set)
    windows: dict[str, WindowState] = field(default_factory=dict)
    climate: ClimateActivity = ClimateActivity.STANDBY
    climate_until_ms: int = 0

    def close_all(self) -> None:
        """Close every door, lid, window and roof."""
        self.open_names.clear()
        self.ajar_names.clear()
        self.windows.clear()

    @property
    def is_conditioned(self) -> bool:
        """Whether it is heated, cooled or aired."""
        return self.climate is not ClimateActivity.STANDBY


@dataclass(slots=True, kw_only=True)
class ChargingSocket:
    """The charging port and how the last charge went. `phases` is None while a DC charger feeds the battery.

    `waits_until_ms`: until then a charge waits for the window of the charging profile.
    """

    is_plugged: bool = False
    is_dc: bool = False
    plug_ins: int = 0
    state: ChargingState = ChargingState.NOT_CHARGING
    phases: int | None = 1
    goal_percent: int = 80
    waits_until_ms: int | None = None
    last_end: ChargeEnd = ChargeEnd.GOAL_REACHED
    has_last_failed: bool = False


@dataclass(slots=True, kw_only=True)
class CarBody:
    """A car, new at `new_ms`. Odometer, battery and tank are those of `settled_ms`; `levels` adds what has changed.

    `parked_heading_deg` is where it looks while it stands. `parked_warmth` is how warm the engine was at
    `warmth_at_ms`, when the last drive ended.
    """

    model: CarModel
    seed: int
    place: Place
    new_ms: int
    odometer_km: float
    stored_kwh: float
    fuel_l: float
    settled_ms: int
    parked_ms: int
    tyres: Tyres
    starter: Starter
    events: EventLog
    connection: Connection
    memory: RemoteMemory
    cabin: Cabin = field(default_factory=Cabin)
    socket: ChargingSocket = field(default_factory=ChargingSocket)
    drive: DriveUnderWay | None = None
    charge: ChargeCurve | None = None
    parked_warmth: float = 0.0
    warmth_at_ms: int = 0
    parked_heading_deg: int = 0

    def settle(self, at_ms: int) -> None:
        """Book what has changed so far; call it before something changes that energy depends on."""
        if self.drive is None:
            self.odometer_km, self.stored_kwh, self.fuel_l = self.levels(at_ms)
            self.settled_ms = at_ms

    def levels(self, at_ms: int) -> tuple[float, float, float]:
        """Return odometer (km), energy in the battery (kWh) and fuel in the tank (l)."""
        if self.drive is not None:
            return self.after(self.drive, at_ms)
        if self.charge is not None:
            return self.odometer_km, self.charge.stored_at(at_ms), self.fuel_l
        hours = (at_ms - self.settled_ms) / HOUR_MS
        return self.odometer_km, max(0.0, self.stored_kwh - hours * self._drain_kw()), self.fuel_l

    def after(self, drive: DriveUnderWay, at_ms: int) -> tuple[float, float, float]:
        """Return odometer, battery and tank at a moment of a drive: electric while the battery lasts."""
        kwh_per_km = self.model.kwh_per_100km * drive.effort / 100
        electric_km, burning_km = self._driven_km(drive, at_ms)
        fuel_l = drive.fuel_l - burning_km * self.model.litres_per_100km * drive.effort / 100
        driven_km = electric_km + burning_km
        return drive.odometer_km + driven_km, drive.stored_kwh - electric_km * kwh_per_km, max(0.0, fuel_l)

    def _driven_km(self, drive: DriveUnderWay, at_ms: int) -> tuple[float, float]:
        """Return how much of a drive is behind it with power from the battery, and how much with fuel."""
        driven_km = drive.route.km_at(drive.elapsed_s(at_ms))
        kwh_per_km = self.model.kwh_per_100km * drive.effort / 100
        reserve_kwh = RESERVE_SHARE_WITH_TANK * self.model.battery_kwh if self.model.tank_l else 0.0
        available_kwh = max(0.0, drive.stored_kwh - reserve_kwh)
        electric_km = min(driven_km, available_kwh / kwh_per_km) if kwh_per_km else 0.0
        return electric_km, driven_km - electric_km

    def coolant_celsius(self, at_ms: int) -> float:
        """Return the temperature of the engine's coolant; an engine that does not run has the air's in the end."""
        air = self.air_celsius(at_ms)
        return air + self._engine_warmth(at_ms) * (ENGINE_CELSIUS - air)

    def park_engine(self, at_ms: int) -> None:
        """Keep how warm a drive has made the engine; called while the drive is there."""
        self.parked_warmth, self.warmth_at_ms = self._engine_warmth(at_ms), at_ms

    def _engine_warmth(self, at_ms: int) -> float:
        """Return how warm the engine is, from 0 (as the air) to 1 (as it runs). Kilometres with fuel warm it."""
        burning_km = 0.0 if self.drive is None else self._driven_km(self.drive, at_ms)[1]
        rest = self.parked_warmth * math.exp(-(at_ms - self.warmth_at_ms) / MINUTE_MS / ENGINE_COOLS_MINUTES)
        return 1 - (1 - rest) * math.exp(-burning_km / ENGINE_WARMS_KM)

    def km_a_day(self, at_ms: int) -> float:
        """Return how far it has been driven a day on average since it was new."""
        return self.levels(at_ms)[0] / ((at_ms - self.new_ms) / DAY_MS)

    def soc_percent(self, at_ms: int) -> float:
        """Return the charge level, unrounded; 0 without a high-voltage battery."""
        return self.levels(at_ms)[1] / self.model.battery_kwh * 100 if self.model.battery_kwh else 0.0

    def position(self, at_ms: int) -> LatLon:
        """Return latitude and longitude in degrees."""
        return self.place.at if self.drive is None else self.drive.route.position_at(self.drive.elapsed_s(at_ms))

    def is_moving(self, at_ms: int) -> bool:
        """Return whether the wheels turn: on a drive, save at red lights."""
        drive = self.drive
        if drive is None or not drive.start_ms <= at_ms < drive.end_ms:
            return False
        elapsed_s = drive.elapsed_s(at_ms)
        return not any(begin <= elapsed_s < math.ceil(end) for begin, end in drive.route.stops_s)

    def is_awake(self, at_ms: int) -> bool:
        """Return whether the 12 V battery is fed: on a drive, at a charge, and while the cabin is heated or cooled."""
        is_driving = self.drive is not None and at_ms >= self.drive.start_ms
        return is_driving or self.charge is not None or self.cabin.is_conditioned

    def parked_days(self, at_ms: int) -> float:
        """Return how long the car has stood."""
        return 0.0 if self.drive is not None else max(0, at_ms - self.parked_ms) / DAY_MS

    def air_celsius(self, at_ms: int) -> float:
        """Return the temperature around the car."""
        return weather.outside_celsius(self.seed, at_ms)

    def effort(self, at_ms: int) -> float:
        """Return what a kilometre costs now against mild weather."""
        return weather.effort(self.air_celsius(at_ms))

    def reach_km(self, at_ms: int) -> tuple[float, float]:
        """Return how many kilometres battery and tank last in this weather."""
        _, stored_kwh, fuel_l = self.levels(at_ms)
        model, effort = self.model, self.effort(at_ms)
        electric_km = stored_kwh / (model.kwh_per_100km * effort) * 100 if model.battery_kwh else 0.0
        return electric_km, fuel_l / (model.litres_per_100km * effort) * 100 if model.tank_l else 0.0

    def full_reach_km(self, at_ms: int) -> float:
        """Return how many kilometres a full battery lasts in this weather; 0 without one."""
        model = self.model
        return model.battery_kwh / (model.kwh_per_100km * self.effort(at_ms)) * 100 if model.battery_kwh else 0.0

    def heading_deg(self, at_ms: int) -> int:
        """Return where it looks, in degrees clockwise from north."""
        drive = self.drive
        return self.parked_heading_deg if drive is None else drive.route.heading_at(drive.elapsed_s(at_ms))

    def _drain_kw(self) -> float:
        if not self.model.battery_kwh:
            return 0.0
        lock = self.cabin.lock
        is_locked = lock is LockState.SECURED or (lock is LockState.LOCKED and self.memory.is_locked_remotely)
        awake_kw = 0.0 if is_locked and not self.cabin.open_names else AWAKE_KW
        climate_kw = CLIMATE_KW if self.cabin.is_conditioned and not self.socket.is_plugged else 0.0
        return self.model.standby_kw + awake_kw + climate_kw
