"""What is over in the life of a simulated car, as it really was: trips, charging sessions, fillings of the tank.

Times are milliseconds since 1970 UTC, positions are degrees. Figures are noted to the metre, the watt hour and the
millilitre, charge levels to a hundredth of a percent.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class DrivingManner:
    """How the last drive was driven: stars are 0 to 5, percent are of its length.

    `efficiency`, `thrift` (with energy), `comfort_thrift` (with heating and the like) and `eco_mode` are 0 to 1, best
    is 1. `saved_fuel_l` is what a car with an engine would have burnt on `electric_km`.
    """

    acceleration_stars: float
    braking_stars: float
    recuperation_kwh_per_100km: float
    consumption_kwh_per_100km: float
    comfort_kwh: float
    eco_percent: float
    eco_plus_percent: float
    electric_percent: float
    electric_km: float = 0.0
    saved_fuel_l: float = 0.0
    efficiency: float = 0.0
    thrift: float = 0.0
    comfort_thrift: float = 0.0
    eco_mode: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class TripTruth:
    """One drive, from when the wheels began to turn. Charge levels are whole percent, 0 without a battery.

    `manner` is None for a car without a traction battery.
    """

    start_ms: int
    end_ms: int
    distance_km: float
    odometer_start_km: float
    odometer_end_km: float
    energy_kwh: float
    fuel_l: float
    soc_start_percent: int
    soc_end_percent: int
    from_place: str
    to_place: str
    start_latitude_deg: float
    start_longitude_deg: float
    end_latitude_deg: float
    end_longitude_deg: float
    manner: DrivingManner | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ChargingBlockTruth:
    """A stretch of a session in which energy flowed; `average_kw` was drawn from the grid."""

    start_ms: int
    end_ms: int
    average_kw: float


@dataclass(frozen=True, slots=True, kw_only=True)
class ChargingSessionTruth:
    """One session from plug-in to plug-out.

    Start and end are those of the charging; `unplugged_ms` is None while the plug is in. Between them it was paused for
    `paused_s`. `grid_kwh` was drawn, `battery_kwh` arrived. `errors` say why charges of it failed, the last one last.
    """

    plugged_in_ms: int
    start_ms: int
    end_ms: int
    unplugged_ms: int | None
    paused_s: float
    is_dc: bool
    is_preconditioned: bool
    start_soc_percent: float
    end_soc_percent: float
    battery_kwh: float
    grid_kwh: float
    odometer_km: float
    place_name: str
    latitude_deg: float
    longitude_deg: float
    blocks: tuple[ChargingBlockTruth, ...]
    errors: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class RunningChargeTruth:
    """A session whose charge is under way, or paused: what is known of it so far."""

    start_ms: int
    start_soc_percent: float
    is_preconditioned: bool
    odometer_km: float
    place_name: str
    latitude_deg: float
    longitude_deg: float


@dataclass(frozen=True, slots=True, kw_only=True)
class RefuelTruth:
    """One filling of the tank."""

    at_ms: int
    litres: float
    fuel_before_l: float
    fuel_after_l: float
    odometer_km: float
    place_name: str
    latitude_deg: float
    longitude_deg: float
