"""The truth about a simulated car: what someone with good instruments would find at any moment.

Each service of BMW's answers from these types in its own words, units and rounding. Here the words are neutral and the
unit stands in the name. Times are milliseconds since 1970 UTC. None: there is no such part, or nothing of it goes on.

A `CarTruth` consists of quantities: small groups of values that a car measures together and tells together. A `Report`
(see telematics.py) carries some of them. `instruments.py` reads them off a car, `records.py` holds what is over.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from bimmerhub.emulator.cars.machine.sim_and_contract import ConnectionTruth
from bimmerhub.emulator.cars.models.equipment import Equipment
from bimmerhub.emulator.cars.owner_wishes import ChargingSettingsTruth, ProfileTruth, SentPlace, SignalsTruth
from bimmerhub.emulator.cars.records import (
    ChargingSessionTruth,
    DrivingManner,
    RefuelTruth,
    RunningChargeTruth,
    TripTruth,
)
from bimmerhub.emulator.cars.states import (
    ChargeEnd,
    ChargingState,
    ClimateActivity,
    LockState,
    ParkingLight,
    StarterHealth,
    WindowState,
)
from bimmerhub.emulator.cars.workshop import Appearance, ServiceCalls, ServiceTruth


@dataclass(frozen=True, slots=True, kw_only=True)
class Latitude:
    """How far north; measured apart from `Longitude`, because cars tell the two apart."""

    latitude_deg: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Longitude:
    """How far east."""

    longitude_deg: float


@dataclass(frozen=True, slots=True, kw_only=True)
class SatelliteView:
    """What satellites tell besides: `heading_deg` is clockwise from north, None when the car is parked."""

    heading_deg: int | None
    altitude_m: float
    satellites: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SatelliteFix:
    """In how many dimensions the position is known."""

    dimensions: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Odometer:
    """How far the car has been driven in its life."""

    odometer_km: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Levels:
    """Traction battery, tank, and how far both last in this weather.

    `missing_kwh` is what makes the battery full, `full_electric_range_km` how far it lasts then.
    """

    soc_percent: float | None
    missing_kwh: float | None
    electric_range_km: float | None
    fuel_l: float | None
    fuel_percent: float | None
    fuel_range_km: float | None
    full_electric_range_km: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PredictedLevel:
    """A charge level that a car works out instead of measuring it; it may be above 100."""

    soc_percent: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Motion:
    """Whether somebody is driving it (from getting in to arriving), whether it is switched on, and its wheels turn."""

    is_driven: bool
    is_on: bool
    is_moving: bool
    are_lights_on: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class DriveFigures:
    """The drive under way: mean speed so far, speed now, and what heating, cooling and electronics draw."""

    average_kmh: float
    speed_kmh: float
    auxiliary_kw: float


@dataclass(frozen=True, slots=True, kw_only=True)
class TyreTruth:
    """One tyre. `cold_kpa` is its pressure at 20 degrees Celsius, `target_kpa` what it should have as warm as it is."""

    wheel: str
    celsius: float
    pressure_kpa: float
    target_kpa: float
    cold_kpa: float


@dataclass(frozen=True, slots=True, kw_only=True)
class StarterTruth:
    """The 12 V battery, and whether the car has switched off what it can to save it."""

    volts: float
    percent: int
    health: StarterHealth
    is_deep_asleep: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Sensors:
    """What a car measures of itself at rest and on the road."""

    tyres: tuple[TyreTruth, ...]
    starter: StarterTruth
    coolant_celsius: float
    seat_heating_percent: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Openings:
    """All doors, lids and windows: names of those that are open, and the windows that are not closed.

    `names` are all that the car has, but for roofs and rear window, which stand in its equipment; these are among the
    `windows` too. `ajar_names` are those of the open ones that are not wide open.
    """

    names: frozenset[str]
    open_names: frozenset[str]
    windows: Mapping[str, WindowState]
    is_trunk_locked: bool
    ajar_names: frozenset[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenedOrClosed:
    """One door, lid or window by its name, when nothing but it has changed."""

    name: str
    is_open: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Locking:
    """How the car is locked."""

    lock: LockState


@dataclass(frozen=True, slots=True, kw_only=True)
class ClimateTruth:
    """What is done to the air in the cabin, and for how long."""

    activity: ClimateActivity
    remaining_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PlugTruth:
    """What is plugged in. `plug_ins` counts them, over the car's life."""

    is_plugged: bool
    is_dc: bool
    plug_ins: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ChargingFlow:
    """The energy that flows into the battery. `power_kw` is drawn from the grid; `ac_volts` is 0 at a DC charger."""

    power_kw: float
    minutes_left: int
    ac_volts: int
    ac_phases: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ChargingTruth:
    """The charge under way, or that there is none, and how the last one ended.

    `phases` is None at a DC charger. `waits_until_ms`: it waits for the window of the charging profile. A charge is
    under way from when it is asked for, seconds before energy flows.
    """

    state: ChargingState
    is_under_way: bool
    is_ac: bool
    phases: int | None
    goal_percent: int
    range_at_goal_km: float
    flow: ChargingFlow
    last_end: ChargeEnd
    has_last_failed: bool
    waits_until_ms: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TripEnd:
    """Where the last drive ended, by odometer, time and charge level.

    `mild_soc_percent` is the level of a 48 V battery, which some cars tell as if it drove them.
    """

    ended_ms: int
    odometer_km: float
    soc_percent: float | None
    mild_soc_percent: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DisplaySettings:
    """What its people have set: distances in miles, or in kilometres."""

    is_in_miles: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class LifetimeFuel:
    """The fuel that a car has burnt in its life, by its own count."""

    litres: float


Quantity = (
    Latitude
    | Longitude
    | SatelliteView
    | SatelliteFix
    | Odometer
    | Levels
    | PredictedLevel
    | Motion
    | DriveFigures
    | Sensors
    | Openings
    | OpenedOrClosed
    | Locking
    | ClimateTruth
    | PlugTruth
    | ChargingFlow
    | ChargingTruth
    | ServiceTruth
    | ServiceCalls
    | TripEnd
    | DrivingManner
    | LifetimeFuel
    | DisplaySettings
    | ProfileTruth
)
"""What a car can tell in one piece."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CarTruth:
    """One car at `at_ms`, and all its trips, charging sessions and fillings that are over, oldest first.

    `plug` and `charging` are None for a car without a traction battery, `drive` while nobody drives, `running_charge`
    while no energy has flowed since plug-in, or no more is to come. `appearances`: warnings and trouble codes.
    `earlier_trip` is one from before the car's life here, `last_trip` the last of `trips`, or else that. `heading_deg`
    is clockwise from north, of a parked car too. `profile` and `charging_settings` are None for a car without a plug.
    `charges_at_once`: a remote command asked for this charge, whatever the profile says. `sent` is what was sent to the
    car, oldest first.
    """

    at_ms: int
    equipment: Equipment
    place_name: str
    latitude_deg: float
    longitude_deg: float
    satellites: SatelliteView
    heading_deg: int
    odometer_km: float
    levels: Levels
    motion: Motion
    drive: DriveFigures | None
    sensors: Sensors
    openings: Openings
    lock: LockState
    parking_light: ParkingLight
    climate: ClimateTruth
    plug: PlugTruth | None
    charging: ChargingTruth | None
    service: ServiceTruth
    service_calls: ServiceCalls
    appearances: tuple[Appearance, ...]
    connection: ConnectionTruth
    trips: tuple[TripTruth, ...]
    last_trip: TripTruth
    earlier_trip: TripTruth
    charging_sessions: tuple[ChargingSessionTruth, ...]
    running_charge: RunningChargeTruth | None
    refuels: tuple[RefuelTruth, ...]
    profile: ProfileTruth | None
    charging_settings: ChargingSettingsTruth | None
    charges_at_once: bool
    sent: tuple[SentPlace, ...]
    signals: SignalsTruth
