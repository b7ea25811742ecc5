"""A car in version 1 of the MyBMW app's list (2021-08 to 2022-06): what it is, its state and what it can, all in one.

Every field may be missing, and is None then. Words are as they came, but for those that every version has (`words`).
`v1_state` makes the newer versions' state of it. Source: stored answers of twelve cars.
"""

from datetime import datetime

import msgspec

from bimmerhub.bmw.car_commands.charging_profile import Weekday
from bimmerhub.bmw.mybmw.models import DriverGuide
from bimmerhub.bmw.mybmw.state.state_models import ClockTime, ClockWindow, Coordinates, FormattedAddress
from bimmerhub.bmw.mybmw.words import AccessoryKind, Brand, DriveTrain, Support
from bimmerhub.ids import Vin

Number = int | float


class Quantity(msgspec.Struct, frozen=True, kw_only=True):
    """A number with BMW's word for its unit: LITERS, KILOMETERS, km, mi."""

    value: Number | None = None
    units: str | None = None


class V1Distance(msgspec.Struct, frozen=True, kw_only=True):
    """A distance, as ranges and services have it."""

    distance: Quantity | None = None


class ElectricRange(msgspec.Struct, rename="camel", frozen=True, kw_only=True):
    """The electric range with the charge level that it is of."""

    charge_percent: Number | None = msgspec.field(default=None, name="chargePercentage")
    distance: Quantity | None = None


class V1Charging(msgspec.Struct, rename="camel", frozen=True, kw_only=True):
    """What the charger does."""

    soc_percent: Number | None = msgspec.field(default=None, name="chargePercentage")
    status: str | None = msgspec.field(default=None, name="state")
    connection: str | None = msgspec.field(default=None, name="type")
    is_charger_connected: bool | None = None


class V1Climate(msgspec.Struct, frozen=True, kw_only=True):
    """The climate of the parked car."""

    activity: str | None = None


class Sides(msgspec.Struct, rename="camel", frozen=True, kw_only=True):
    """Doors or windows, by the driver's side and the passenger's."""

    driver_front: str | None = None
    driver_rear: str | None = None
    passenger_front: str | None = None
    passenger_rear: str | None = None


class V1Openings(msgspec.Struct, frozen=True, kw_only=True):
    """What can be opened."""

    doors: Sides | None = None
    windows: Sides | None = None
    hood: str | None = None
    trunk: str | None = None
    moonroof: str | None = None


class V1Service(msgspec.Struct, rename="camel", frozen=True, kw_only=True):
    """A service item, by numbers."""

    item: str | None = msgspec.field(default=None, name="type")
    state: str | None = msgspec.field(default=None, name="status")
    due_at: datetime | None = msgspec.field(default=None, name="dateTime")
    remaining: Quantity | None = msgspec.field(default=None, name="distance")


class V1Message(msgspec.Struct, rename="camel", frozen=True, kw_only=True):
    """A message of the Check Control, or a service item, in words of the account's language."""

    id: str | None = None
    title: str | None = None
    subtitle: str | None = None
    text: str | None = msgspec.field(default=None, name="longDescription")
    state: str | None = None
    criticalness: str | None = None
    icon_id: int | None = None


class V1Location(msgspec.Struct, frozen=True, kw_only=True):
    """Where a car is."""

    coordinates: Coordinates | None = None
    address: FormattedAddress | None = None
    heading_deg: Number | None = msgspec.field(default=None, name="heading")


class V1TyreStatus(msgspec.Struct, rename="camel", frozen=True, kw_only=True):
    """How a tyre is; pressures in kPa, and as the account is shown them."""

    pressure_kpa: Number | None = msgspec.field(default=None, name="currentPressure")
    target_pressure_kpa: Number | None = msgspec.field(default=None, name="targetPressure")
    shown_pressure: str | None = msgspec.field(default=None, name="localizedCurrentPressure")
    shown_target_pressure: str | None = msgspec.field(default=None, name="localizedTargetPressure")
    wear: str | None = None


class V1TyreDetails(msgspec.Struct, rename="camel", frozen=True, kw_only=True):
    """What a tyre is, as the account is shown it: `35 / 19`, `240 km/h`, `11/12/2021`, `Yes`."""

    dimension: str | None = None
    manufacturer: str | None = None
    manufacturing_week: str | None = None
    max_speed: str | None = None
    mounting_date: str | None = None
    optimized_for_oem: str | None = msgspec.field(default=None, name="optimizedForOemBmw")
    part_number: str | None = None
    season: str | None = None
    tread_design: str | None = None


class V1Tyre(msgspec.Struct, frozen=True, kw_only=True):
    """One tyre."""

    status: V1TyreStatus | None = None
    details: V1TyreDetails | None = None


class V1Tyres(msgspec.Struct, rename="camel", frozen=True, kw_only=True):
    """The four tyres."""

    front_left: V1Tyre | None = None
    front_right: V1Tyre | None = None
    rear_left: V1Tyre | None = None
    rear_right: V1Tyre | None = None


class V1Properties(msgspec.Struct, rename="camel", frozen=True, kw_only=True):
    """The state of a car by numbers, as of `updated_at`."""

    updated_at: datetime | None = msgspec.field(default=None, name="lastUpdatedAt")
    in_motion: bool | None = None
    are_doors_closed: bool | None = None
    are_doors_open: bool | None = None
    are_doors_locked: bool | None = None
    are_windows_closed: bool | None = None
    is_service_required: bool | None = None
    country: str | None = msgspec.field(default=None, name="originCountryISO")
    climate: V1Climate | None = msgspec.field(default=None, name="climateControl")
    fuel: Quantity | None = msgspec.field(default=None, name="fuelLevel")
    fuel_percent: Quantity | None = msgspec.field(default=None, name="fuelPercentage")
    combustion_range: V1Distance | None = None
    electric_range: V1Distance | None = None
    combined_range: V1Distance | None = None
    electric_range_and_status: ElectricRange | None = None
    charging: V1Charging | None = msgspec.field(default=None, name="chargingState")
    openings: V1Openings | None = msgspec.field(default=None, name="doorsAndWindows")
    services: tuple[V1Service, ...] | None = msgspec.field(default=None, name="serviceRequired")
    check_control: tuple[V1Message, ...] | None = msgspec.field(default=None, name="checkControlMessages")
    location: V1Location | None = msgspec.field(default=None, name="vehicleLocation")
    tyres: V1Tyres | None = msgspec.field(default=None, name="tires")


class V1Mileage(msgspec.Struct, rename="camel", frozen=True, kw_only=True):
    """The odometer, in km or mi as `units` says."""

    mileage: Number | None = None
    units: str | None = None
    shown: str | None = msgspec.field(default=None, name="formattedMileage")


class V1Opening(msgspec.Struct, rename="camel", frozen=True, kw_only=True):
    """Doors or windows in words."""

    title: str | None = None
    state: str | None = None
    icon_id: int | None = None
    criticalness: str | None = None


class FuelIndicator(msgspec.Struct, rename="camel", frozen=True, kw_only=True):
    """One bar of range or level. The icon tells which: 59691 combined, 59683 electric, 59681 fuel.

    Values are texts, `- -` when BMW knows none.
    """

    range_icon_id: int | None = None
    info_icon_id: int | None = None
    level_icon_id: int | None = None
    range_value: str | None = None
    range_units: str | None = None
    level_value: str | None = None
    level_units: str | None = None
    main_bar_value: Number | None = None
    secondary_bar_value: Number | None = None
    bar_type: str | None = None
    shows_bar: bool | None = None
    show_bar_goal: bool | None = None
    is_inaccurate: bool | None = None
    is_circle_icon: bool | None = None
    icon_opacity: str | None = None
    info_label: str | None = None
    charging_type: str | None = None
    charging_status: str | None = msgspec.field(default=None, name="chargingStatusType")
    charging_indicator: str | None = msgspec.field(default=None, name="chargingStatusIndicatorType")


class V1ProfileSettings(msgspec.Struct, rename="camel", frozen=True, kw_only=True):
    """How a car charges."""

    hospitality: str | None = None
    loudness: str | None = msgspec.field(default=None, name="idcc")
    is_ac_current_limit_active: bool | None = None
    target_percent: Number | None = msgspec.field(default=None, name="targetSoc")


class V1Departure(msgspec.Struct, rename="camel", frozen=True, kw_only=True):
    """One departure of the charging profile; weekdays in lower case."""

    id: int | None = None
    action: str | None = None
    at: ClockTime | None = msgspec.field(default=None, name="timeStamp")
    weekdays: tuple[Weekday | str, ...] | None = msgspec.field(default=None, name="timerWeekDays")


class V1ChargingProfile(msgspec.Struct, rename="camel", frozen=True, kw_only=True):
    """When a car charges, in camel case: weeklyPlanner, immediateCharging, noPreSelection."""

    control: str | None = msgspec.field(default=None, name="chargingControlType")
    start: str | None = msgspec.field(default=None, name="chargingMode")
    preference: str | None = msgspec.field(default=None, name="chargingPreference")
    is_climate_enabled: bool | None = msgspec.field(default=None, name="climatisationOn")
    settings: V1ProfileSettings | None = msgspec.field(default=None, name="chargingSettings")
    departures: tuple[V1Departure, ...] | None = msgspec.field(default=None, name="departureTimes")
    window: ClockWindow | None = msgspec.field(default=None, name="reductionOfChargeCurrent")


class V1Status(msgspec.Struct, rename="camel", frozen=True, kw_only=True):
    """The state of a car in words and icons of the app."""

    updated_at: datetime | None = msgspec.field(default=None, name="lastUpdatedAt")
    odometer: V1Mileage | None = msgspec.field(default=None, name="currentMileage")
    doors_state: str | None = msgspec.field(default=None, name="doorsGeneralState")
    openings: tuple[V1Opening, ...] | None = msgspec.field(default=None, name="doorsAndWindows")
    fuel_indicators: tuple[FuelIndicator, ...] | None = None
    services: tuple[V1Message, ...] | None = msgspec.field(default=None, name="requiredServices")
    check_control: tuple[V1Message, ...] | None = msgspec.field(default=None, name="checkControlMessages")
    check_control_state: str | None = msgspec.field(default=None, name="checkControlMessagesGeneralState")
    recalls: tuple[V1Message, ...] | None = msgspec.field(default=None, name="recallMessages")
    recall_url: str | None = msgspec.field(default=None, name="recallExternalUrl")
    timestamp_message: str | None = None
    charging_profile: V1ChargingProfile | None = None


class V1Capability(msgspec.Struct, rename="camel", frozen=True, kw_only=True):
    """Whether something can be asked of a car, and whether the app wants a PIN for it."""

    is_enabled: bool | None = None
    is_pin_needed: bool | None = msgspec.field(default=None, name="isPinAuthenticationRequired")
    message: str | None = msgspec.field(default=None, name="executionMessage")


class V1LastStateCall(msgspec.Struct, rename="camel", frozen=True, kw_only=True):
    """How a car reports its state."""

    is_non_lsc_feature_enabled: bool | None = None
    state: Support | str | None = msgspec.field(default=None, name="lscState")


class V1Capabilities(msgspec.Struct, rename="camel", frozen=True, kw_only=True):
    """What a car can do. Three switches have no final d in BMW's spelling."""

    climate_now: V1Capability | None = None
    climate_timer: V1Capability | None = None
    horn: V1Capability | None = None
    lights: V1Capability | None = None
    lock: V1Capability | None = None
    unlock: V1Capability | None = None
    send_poi: V1Capability | None = None
    vehicle_finder: V1Capability | None = None
    remote360: V1Capability | None = None
    remote_software_upgrade: V1Capability | None = None
    speech_third_party_alexa: V1Capability | None = None
    last_state_call: V1LastStateCall | None = None
    is_charging_loudness_enabled: bool | None = msgspec.field(default=None, name="isChargingLoudnessEnable")
    is_charging_power_limit_enabled: bool | None = msgspec.field(default=None, name="isChargingPowerLimitEnable")
    is_charging_target_soc_enabled: bool | None = msgspec.field(default=None, name="isChargingTargetSocEnable")
    is_easy_charge_supported: bool | None = None
    is_find_charging_enabled: bool | None = None
    can_remote_history_be_deleted: bool | None = None
    is_charging_history_supported: bool | None = None
    is_charging_plan_supported: bool | None = None
    is_remote_engine_start_supported: bool | None = None


class Rgb(msgspec.Struct, frozen=True, kw_only=True):
    """A colour, 0 to 255 each."""

    red: int | None = None
    green: int | None = None
    blue: int | None = None


class ThemeSpecs(msgspec.Struct, rename="camel", frozen=True, kw_only=True):
    """How the app draws the page of a car."""

    vehicle_status_background_color: Rgb | None = None


class V1Vehicle(msgspec.Struct, rename="camel", frozen=True, kw_only=True):
    """A car of the account with all that version 1 tells of it. `pu_step` is MMYY."""

    vin: Vin
    model: str | None = None
    model_year: int | None = msgspec.field(default=None, name="year")
    brand: Brand | str | None = None
    chassis: str | None = msgspec.field(default=None, name="bodyType")
    drive_train: DriveTrain | str | None = None
    head_unit: str | None = None
    hmi_version: str | None = None
    telematics_unit: str | None = None
    accessory_kind: AccessoryKind | str | None = msgspec.field(default=None, name="a4aType")
    i_step: str | None = None
    pu_step: str | None = None
    ex_factory_i_step: str | None = msgspec.field(default=None, name="exFactoryILevel")
    ex_factory_pu_step: str | None = msgspec.field(default=None, name="exFactoryPUStep")
    is_lsc_supported: bool | None = None
    is_mapping_pending: bool | None = None
    is_mapping_unconfirmed: bool | None = None
    connected_drive_services: tuple[str, ...] | None = None
    driver_guide: DriverGuide | None = msgspec.field(default=None, name="driverGuideInfo")
    theme_specs: ThemeSpecs | None = None
    properties: V1Properties | None = None
    status: V1Status | None = None
    capabilities: V1Capabilities | None = None
