"""The state of a car as the MyBMW app gets it (version 4; version 2 is the same without tyres).

Every field may be missing, and is None then. A field of words holds the member of its enumeration (`words`), or the
word as it came when it is not known. Times are aware, in UTC; a clock time is the car's local one.
Sources: stored answers of nine (v4) and seven cars (v2), 2022-2025.
"""

from datetime import datetime

import msgspec

from bimmerhub.bmw.car_commands.charging_profile import ChargingPreference, Weekday
from bimmerhub.bmw.mybmw.words import (
    AlarmWord,
    ChargingConnection,
    ChargingControl,
    ChargingMode,
    ChargingStatus,
    ClimateWord,
    LockWord,
    Opening,
    RoofKind,
    ServiceDueState,
    ServiceItem,
    Severity,
    Switch,
    TimerAction,
)

Number = int | float


class ClockTime(msgspec.Struct, frozen=True, kw_only=True):
    """A time of day, in the car's local time."""

    hour: int | None = None
    minute: int | None = None


class FuelLevel(msgspec.Struct, frozen=True, kw_only=True):
    """The fuel of a car.

    `range_km` is the TOTAL range of a plug-in hybrid, but the range on fuel of an i3 with range extender (observed).
    """

    percent: Number | None = msgspec.field(default=None, name="remainingFuelPercent")
    liters: Number | None = msgspec.field(default=None, name="remainingFuelLiters")
    range_km: Number | None = msgspec.field(default=None, name="range")


class ElectricCharging(msgspec.Struct, rename="camel", frozen=True, kw_only=True):
    """The high-voltage battery and its charger. `remaining_min` is there only while charging."""

    soc_percent: Number | None = msgspec.field(default=None, name="chargingLevelPercent")
    range_km: Number | None = msgspec.field(default=None, name="range")
    is_charger_connected: bool | None = None
    connection: ChargingConnection | str | None = msgspec.field(default=None, name="chargingConnectionType")
    status: ChargingStatus | str | None = msgspec.field(default=None, name="chargingStatus")
    target_percent: Number | None = msgspec.field(default=None, name="chargingTarget")
    remaining_min: Number | None = msgspec.field(default=None, name="remainingChargingMinutes")


class ProfileSettings(msgspec.Struct, rename="camel", frozen=True, kw_only=True):
    """How a car charges. `target_percent` is 0 for a car without a traction battery; `hospitality` frees the plug."""

    target_percent: Number | None = msgspec.field(default=None, name="targetSoc")
    loudness: str | None = msgspec.field(default=None, name="idcc")
    hospitality: str | None = None
    ac_current_limit_a: Number | None = msgspec.field(default=None, name="acCurrentLimit")
    is_ac_current_limit_active: bool | None = None


class DepartureTime(msgspec.Struct, rename="camel", frozen=True, kw_only=True):
    """One departure of the charging profile, 1 to 4."""

    id: int | None = None
    action: TimerAction | str | None = None
    at: ClockTime | None = msgspec.field(default=None, name="timeStamp")
    weekdays: tuple[Weekday | str, ...] | None = msgspec.field(default=None, name="timerWeekDays")


class ClockWindow(msgspec.Struct, frozen=True, kw_only=True):
    """A window of the day, over midnight where the end is before the start."""

    start: ClockTime | None = None
    end: ClockTime | None = None


class StateChargingProfile(msgspec.Struct, rename="camel", frozen=True, kw_only=True):
    """When a car charges and is made comfortable. It is written by `charging_models.ChargingProfileOrder`."""

    control: ChargingControl | str | None = msgspec.field(default=None, name="chargingControlType")
    start: ChargingMode | str | None = msgspec.field(default=None, name="chargingMode")
    preference: ChargingPreference | str | None = msgspec.field(default=None, name="chargingPreference")
    is_climate_enabled: bool | None = msgspec.field(default=None, name="climatisationOn")
    settings: ProfileSettings | None = msgspec.field(default=None, name="chargingSettings")
    departures: tuple[DepartureTime, ...] | None = msgspec.field(default=None, name="departureTimes")
    window: ClockWindow | None = msgspec.field(default=None, name="reductionOfChargeCurrent")


class ClimateState(msgspec.Struct, rename="camel", frozen=True, kw_only=True):
    """The climate of the parked car."""

    activity: ClimateWord | str | None = None
    remaining_s: Number | None = msgspec.field(default=None, name="remainingSeconds")


class ClimateTimer(msgspec.Struct, rename="camel", frozen=True, kw_only=True):
    """One timer of the climate, of three."""

    is_weekly: bool | None = msgspec.field(default=None, name="isWeeklyTimer")
    action: TimerAction | str | None = msgspec.field(default=None, name="timerAction")
    weekdays: tuple[Weekday | str, ...] | None = msgspec.field(default=None, name="timerWeekDays")
    departure: ClockTime | None = msgspec.field(default=None, name="departureTime")


class Doors(msgspec.Struct, rename="camel", frozen=True, kw_only=True):
    """The doors, by the car's left and right, and by the driver's and passenger's side.

    BMW tells left and right (version 1: driver and passenger); the others come of the side of the steering wheel, where
    that is told. `security` says how the doors are locked.
    """

    left_front: Opening | str | None = None
    left_rear: Opening | str | None = None
    right_front: Opening | str | None = None
    right_rear: Opening | str | None = None
    driver_front: Opening | str | None = None
    driver_rear: Opening | str | None = None
    passenger_front: Opening | str | None = None
    passenger_rear: Opening | str | None = None
    hood: Opening | str | None = None
    trunk: Opening | str | None = None
    combined: Opening | str | None = msgspec.field(default=None, name="combinedState")
    security: LockWord | str | None = msgspec.field(default=None, name="combinedSecurityState")


class Windows(msgspec.Struct, rename="camel", frozen=True, kw_only=True):
    """The windows, by sides as the doors."""

    left_front: Opening | str | None = None
    left_rear: Opening | str | None = None
    right_front: Opening | str | None = None
    right_rear: Opening | str | None = None
    driver_front: Opening | str | None = None
    driver_rear: Opening | str | None = None
    passenger_front: Opening | str | None = None
    passenger_rear: Opening | str | None = None
    rear: Opening | str | None = None
    combined: Opening | str | None = msgspec.field(default=None, name="combinedState")


class Roof(msgspec.Struct, rename="camel", frozen=True, kw_only=True):
    """The roof."""

    state: Opening | str | None = msgspec.field(default=None, name="roofState")
    kind: RoofKind | str | None = msgspec.field(default=None, name="roofStateType")


class Coordinates(msgspec.Struct, frozen=True, kw_only=True):
    """A place in degrees: WGS 84, also in China, whose GCJ-02 is converted."""

    latitude_deg: Number | None = msgspec.field(default=None, name="latitude")
    longitude_deg: Number | None = msgspec.field(default=None, name="longitude")


class FormattedAddress(msgspec.Struct, frozen=True, kw_only=True):
    """The address of a place, in one line."""

    formatted: str | None = None


class Location(msgspec.Struct, frozen=True, kw_only=True):
    """Where a car is; missing when its position is not to be told. The heading is clockwise from north."""

    coordinates: Coordinates | None = None
    address: FormattedAddress | None = None
    heading_deg: Number | None = msgspec.field(default=None, name="heading")


class TyreStatus(msgspec.Struct, rename="camel", frozen=True, kw_only=True):
    """How a tyre is; 0 is fine for both ratings."""

    pressure_kpa: Number | None = msgspec.field(default=None, name="currentPressure")
    target_pressure_kpa: Number | None = msgspec.field(default=None, name="targetPressure")
    pressure_rating: int | None = msgspec.field(default=None, name="pressureStatus")
    wear_rating: int | None = msgspec.field(default=None, name="wearStatus")


class SpeedClass(msgspec.Struct, rename="camel", frozen=True, kw_only=True):
    """How fast a tyre may go; faster still with `is_at_least`."""

    rating_kmh: Number | None = msgspec.field(default=None, name="speedRating")
    is_at_least: bool | None = msgspec.field(default=None, name="atLeast")


class TyreDetails(msgspec.Struct, rename="camel", frozen=True, kw_only=True):
    """What a tyre is. `manufacturing_week` is WWYY; season 2 is summer."""

    dimension: str | None = None
    manufacturer: str | None = None
    manufacturing_week: int | None = None
    mounted_at: datetime | None = msgspec.field(default=None, name="mountingDate")
    part_number: str | None = None
    tread_design: str | None = None
    season: int | None = None
    speed_class: SpeedClass | None = msgspec.field(default=None, name="speedClassification")
    is_optimized_for_oem: bool | None = msgspec.field(default=None, name="isOptimizedForOemBmw")


class CarTyre(msgspec.Struct, frozen=True, kw_only=True):
    """One tyre."""

    status: TyreStatus | None = None
    details: TyreDetails | None = None


class FourTyres(msgspec.Struct, rename="camel", frozen=True, kw_only=True):
    """The four tyres."""

    front_left: CarTyre | None = None
    front_right: CarTyre | None = None
    rear_left: CarTyre | None = None
    rear_right: CarTyre | None = None


class RequiredService(msgspec.Struct, frozen=True, kw_only=True):
    """A service item: when it is due, or after how many km from now."""

    item: ServiceItem | str | None = msgspec.field(default=None, name="type")
    state: ServiceDueState | str | None = msgspec.field(default=None, name="status")
    due_at: datetime | None = msgspec.field(default=None, name="dateTime")
    remaining_km: Number | None = msgspec.field(default=None, name="mileage")
    description: str | None = None


class CarMessage(msgspec.Struct, frozen=True, kw_only=True):
    """A message of the Check Control, such as TIRE_PRESSURE; the text is in the language of the account."""

    item: str | None = msgspec.field(default=None, name="type")
    severity: Severity | str | None = None
    text: str | None = msgspec.field(default=None, name="longDescription")


class Preferences(msgspec.Struct, rename="camel", frozen=True, kw_only=True):
    """What the driver wishes."""

    privacy_mode: Switch | str | None = msgspec.field(default=None, name="lscPrivacyMode")


class IntegrationStep(msgspec.Struct, rename="camel", frozen=True, kw_only=True):
    """The integration level of the car's software; year in two digits."""

    i_step: int | None = None
    month: int | None = None
    year: int | None = None
    series_cluster: str | None = None


class ProductionStep(msgspec.Struct, frozen=True, kw_only=True):
    """When the car's software was made; year in two digits."""

    month: int | None = None
    year: int | None = None


class StateSoftware(msgspec.Struct, rename="camel", frozen=True, kw_only=True):
    """The car's software."""

    i_step: IntegrationStep | None = None
    pu_step: ProductionStep | None = None


class CarState(msgspec.Struct, rename="camel", frozen=True, kw_only=True):
    """The state of a car as of `updated_at`, when it last reported; None of a car that never did.

    `range_km` is what the app shows: of all that drives the car. An old car tells little more than its services.
    """

    fetched_at: datetime | None = msgspec.field(default=None, name="lastFetched")
    updated_at: datetime | None = msgspec.field(default=None, name="lastUpdatedAt")
    is_lsc_supported: bool | None = None
    is_left_steering: bool | None = None
    is_deep_sleep_mode_active: bool | None = None
    odometer_km: Number | None = msgspec.field(default=None, name="currentMileage")
    range_km: Number | None = msgspec.field(default=None, name="range")
    fuel: FuelLevel | None = msgspec.field(default=None, name="combustionFuelLevel")
    charging: ElectricCharging | None = msgspec.field(default=None, name="electricChargingState")
    charging_profile: StateChargingProfile | None = None
    climate: ClimateState | None = msgspec.field(default=None, name="climateControlState")
    climate_timers: tuple[ClimateTimer, ...] | None = None
    doors: Doors | None = msgspec.field(default=None, name="doorsState")
    windows: Windows | None = msgspec.field(default=None, name="windowsState")
    roof: Roof | None = msgspec.field(default=None, name="roofState")
    location: Location | None = None
    tyres: FourTyres | None = msgspec.field(default=None, name="tireState")
    services: tuple[RequiredService, ...] | None = msgspec.field(default=None, name="requiredServices")
    check_control: tuple[CarMessage, ...] | None = msgspec.field(default=None, name="checkControlMessages")
    preferences: Preferences | None = msgspec.field(default=None, name="driverPreferences")
    alarm: AlarmWord | str | None = msgspec.field(default=None, name="securityOverviewMode")
    software: StateSoftware | None = msgspec.field(default=None, name="vehicleSoftwareVersion")

    @property
    def soc_percent(self) -> Number | None:
        """Charge level of the high-voltage battery."""
        return None if self.charging is None else self.charging.soc_percent
