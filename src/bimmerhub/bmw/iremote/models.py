"""What i Remote's answers hold: the car, its state, trips, destinations, the range map, executed services.

Every field may be missing, and is None then. A field of words holds the member of its enumeration (`words`), or the
word as it came when it is not known. Times are aware, in UTC. Vendor spelling ends in the `name` of each field.
Sources: documentation of i Remote (2014-2015), stored answers of nine and eleven cars (2018-2021); units from both.
"""

from datetime import datetime

import msgspec

from bimmerhub.bmw.iremote.words import (
    Brand,
    ChargingControl,
    ChargingEndReason,
    ChargingEndResult,
    ChargingMode,
    ChargingStatus,
    ClimateControl,
    ClimateFunction,
    CloudHub,
    ConnectionStatus,
    DriveTrain,
    ExecutionWord,
    Light,
    LockWord,
    LscType,
    Opening,
    PositionStatus,
    RangeMapKind,
    ServiceDueState,
    ServiceItem,
    Support,
    UpdateReason,
)
from bimmerhub.ids import Vin

Number = int | float


class Dealer(msgspec.Struct, rename="camel", frozen=True, kw_only=True):
    """The dealer of a car; `country` is ISO 3166, two letters."""

    name: str | None = None
    street: str | None = None
    postal_code: str | None = None
    city: str | None = None
    country: str | None = None
    phone: str | None = None


class ListedVehicle(msgspec.Struct, rename="camel", frozen=True, kw_only=True):
    """A car of the account, and what it can do.

    `country_code` is BMW's (`V1-UK`, `V2-US`, `V5-CN`, `B3-ZA`, `V1-R1-SE`, `V6`). `pu_step` is when its software was
    made, MMYY. `charge_now` says NOT_SUPPORTED also of cars that do charge on command (observed).
    """

    vin: Vin
    model: str | None = None
    chassis: str | None = msgspec.field(default=None, name="bodytype")
    brand: Brand | str | None = None
    drive_train: DriveTrain | str | None = None
    fuel_type: str | None = None
    year_of_construction: int | None = None
    color: str | None = None
    color_code: str | None = None
    license_plate: str | None = None
    country_code: str | None = None
    hub: CloudHub | str | None = None
    steering: str | None = None
    hmi_version: str | None = None
    pu_step: str | None = None
    music_connection: str | None = msgspec.field(default=None, name="a4a")
    breakdown_number: str | None = None
    has_alarm_system: bool | None = None
    is_statistics_community_enabled: bool | None = msgspec.field(default=None, name="statisticsCommunityEnabled")
    are_statistics_available: bool | None = msgspec.field(default=None, name="statisticsAvailable")
    ego_vehicle_path: str | None = None
    charging_update_mode: str | None = None
    dealer: Dealer | None = None
    door_lock: Support | str | None = None
    door_unlock: Support | str | None = None
    light_flash: Support | str | None = None
    horn_blow: Support | str | None = None
    climate_now: Support | str | None = None
    climate_now_res: Support | str | None = msgspec.field(default=None, name="climateNowRES")
    climate_control: ClimateControl | str | None = None
    climate_control_res: ClimateControl | str | None = msgspec.field(default=None, name="climateControlRES")
    climate_function: ClimateFunction | str | None = None
    vehicle_finder: Support | str | None = None
    vehicle_finder_restriction: str | None = None
    send_poi: Support | str | None = None
    car_cloud: Support | str | None = None
    remote360: Support | str | None = None
    charge_now: Support | str | None = None
    charging_control: ChargingControl | str | None = None
    supported_charging_modes: tuple[ChargingMode | str, ...] | None = None
    range_map: RangeMapKind | str | None = None
    last_destinations: Support | str | None = None
    intermodal_routing: Support | str | None = None
    online_search_mode: str | None = None
    online_search_provider: str | None = None
    ipa: Support | str | None = None
    smart_solution: Support | str | None = None
    remote_software_upgrade: Support | str | None = None
    lsc_type: LscType | str | None = None

    @property
    def needs_position_of_asker(self) -> bool:
        """Whether BMW wants to know where the asker is: of all but i cars (observed, A-101)."""
        return self.brand is not Brand.BMW_I


class CarPosition(msgspec.Struct, frozen=True, kw_only=True):
    """Where a car is, in degrees (WGS 84); the heading clockwise from north. Only with `status` OK."""

    status: PositionStatus | str | None = None
    latitude_deg: Number | None = msgspec.field(default=None, name="lat")
    longitude_deg: Number | None = msgspec.field(default=None, name="lon")
    heading_deg: Number | None = msgspec.field(default=None, name="heading")


class CheckControl(msgspec.Struct, frozen=True, kw_only=True):
    """A message of the Check Control, in the language of the account; `odometer_km` is when it came."""

    id: int | None = msgspec.field(default=None, name="ccmId")
    odometer_km: Number | None = msgspec.field(default=None, name="ccmMileage")
    title: str | None = msgspec.field(default=None, name="ccmDescriptionShort")
    text: str | None = msgspec.field(default=None, name="ccmDescriptionLong")


class DueService(msgspec.Struct, frozen=True, kw_only=True):
    """A service item. `due_month` is YYYY-MM, however BMW wrote it; `remaining_km` may be negative."""

    item: ServiceItem | str | None = msgspec.field(default=None, name="cbsType")
    state: ServiceDueState | str | None = msgspec.field(default=None, name="cbsState")
    due_month: str | None = msgspec.field(default=None, name="cbsDueDate")
    remaining_km: Number | None = msgspec.field(default=None, name="cbsRemainingMileage")
    description: str | None = msgspec.field(default=None, name="cbsDescription")


class VehicleStatus(msgspec.Struct, rename="camel", frozen=True, kw_only=True):
    """The state of a car as of `updated_at`, when it last reported.

    BMW tells some ranges twice, in km and in miles. `charging_time_remaining_min` is there only while charging,
    `max_range_electric_km` only of cars that are driven by electricity alone. What the two DCS fields mean is not
    known; some cars tell them beside the state instead of in it. A car whose `lsc_type` is NOT_SUPPORTED tells its
    VIN, time and position only.
    """

    vin: Vin | None = None
    odometer_km: Number | None = msgspec.field(default=None, name="mileage")
    updated_at: datetime | None = msgspec.field(default=None, name="updateTime")
    internal_data_at: datetime | None = msgspec.field(default=None, name="internalDataTimeUTC")
    update_reason: UpdateReason | str | None = None
    door_driver_front: Opening | str | None = None
    door_driver_rear: Opening | str | None = None
    door_passenger_front: Opening | str | None = None
    door_passenger_rear: Opening | str | None = None
    hood: Opening | str | None = None
    trunk: Opening | str | None = None
    window_driver_front: Opening | str | None = None
    window_driver_rear: Opening | str | None = None
    window_passenger_front: Opening | str | None = None
    window_passenger_rear: Opening | str | None = None
    rear_window: Opening | str | None = None
    sunroof: Opening | str | None = None
    convertible_roof: Opening | str | None = msgspec.field(default=None, name="convertibleRoofState")
    door_lock_state: LockWord | str | None = None
    parking_light: Light | str | None = None
    position_light: Light | str | None = None
    fuel_l: Number | None = msgspec.field(default=None, name="remainingFuel")
    tank_l: Number | None = msgspec.field(default=None, name="maxFuel")
    fuel_percent: Number | None = None
    fuel_range_km: Number | None = msgspec.field(default=None, name="remainingRangeFuel")
    fuel_range_mi: Number | None = msgspec.field(default=None, name="remainingRangeFuelMls")
    electric_range_km: Number | None = msgspec.field(default=None, name="remainingRangeElectric")
    electric_range_mi: Number | None = msgspec.field(default=None, name="remainingRangeElectricMls")
    max_electric_range_km: Number | None = msgspec.field(default=None, name="maxRangeElectric")
    max_electric_range_mi: Number | None = msgspec.field(default=None, name="maxRangeElectricMls")
    soc_percent: Number | None = msgspec.field(default=None, name="chargingLevelHv")
    charging_status: ChargingStatus | str | None = None
    connection_status: ConnectionStatus | str | None = None
    charging_time_remaining_min: Number | None = msgspec.field(default=None, name="chargingTimeRemaining")
    last_charging_end_reason: ChargingEndReason | str | None = None
    last_charging_end_result: ChargingEndResult | str | None = None
    charging_connection_type: str | None = None
    charging_inductive_positioning: str | None = None
    is_single_immediate_charging: bool | None = msgspec.field(default=None, name="singleImmediateCharging")
    dcs_cch_activation: str | None = msgspec.field(default=None, name="DCS_CCH_Activation")
    is_dcs_cch_ongoing: bool | None = msgspec.field(default=None, name="DCS_CCH_Ongoing")
    vehicle_country: str | None = None
    steering: str | None = None
    position: CarPosition | None = None
    check_control: tuple[CheckControl, ...] | None = msgspec.field(default=None, name="checkControlMessages")
    services: tuple[DueService, ...] | None = msgspec.field(default=None, name="cbsData")


class LastTrip(msgspec.Struct, rename="camel", frozen=True, kw_only=True):
    """The last trip. Scores are from 0 to 1. Cars with an engine may tell nothing of it."""

    efficiency_score: Number | None = msgspec.field(default=None, name="efficiencyValue")
    acceleration_score: Number | None = msgspec.field(default=None, name="accelerationValue")
    anticipation_score: Number | None = msgspec.field(default=None, name="anticipationValue")
    total_consumption_score: Number | None = msgspec.field(default=None, name="totalConsumptionValue")
    auxiliary_consumption_score: Number | None = msgspec.field(default=None, name="auxiliaryConsumptionValue")
    driving_mode_score: Number | None = msgspec.field(default=None, name="drivingModeValue")
    distance_km: Number | None = msgspec.field(default=None, name="totalDistance")
    electric_distance_km: Number | None = msgspec.field(default=None, name="electricDistance")
    electric_percent: Number | None = msgspec.field(default=None, name="electricDistanceRatio")
    electric_consumption_kwh_per_100km: Number | None = msgspec.field(default=None, name="avgElectricConsumption")
    recuperation_kwh_per_100km: Number | None = msgspec.field(default=None, name="avgRecuperation")
    fuel_consumption_l_per_100km: Number | None = msgspec.field(default=None, name="avgCombinedConsumption")
    saved_fuel_l: Number | None = msgspec.field(default=None, name="savedFuel")
    ended_at: datetime | None = msgspec.field(default=None, name="date")
    duration_min: Number | None = msgspec.field(default=None, name="duration")


class Comparison(msgspec.Struct, rename="camel", frozen=True, kw_only=True):
    """One figure of the owner beside those of all owners, in the unit that the field's name says.

    The owner's are missing where statistics are switched off; the lowest of all may be negative.
    """

    community_low: Number | None = None
    community_average: Number | None = None
    community_high: Number | None = None
    user_average: Number | None = None
    user_high: Number | None = None
    user_current_charge_cycle: Number | None = None
    user_total: Number | None = None


class AllTrips(msgspec.Struct, rename="camel", frozen=True, kw_only=True):
    """All trips since `reset_at`, which is 1970 when nobody ever reset them.

    `battery_capacity_wh` is what the car measured of its battery, less than when it was new.
    """

    electric_consumption_kwh_per_100km: Comparison | None = msgspec.field(default=None, name="avgElectricConsumption")
    recuperation_kwh_per_100km: Comparison | None = msgspec.field(default=None, name="avgRecuperation")
    fuel_consumption_l_per_100km: Comparison | None = msgspec.field(default=None, name="avgCombinedConsumption")
    charge_cycle_range_km: Comparison | None = msgspec.field(default=None, name="chargecycleRange")
    electric_distance_km: Comparison | None = msgspec.field(default=None, name="totalElectricDistance")
    battery_capacity_wh: Number | None = msgspec.field(default=None, name="batterySizeMax")
    saved_co2_kg: Number | None = msgspec.field(default=None, name="savedCO2")
    saved_co2_green_energy_kg: Number | None = msgspec.field(default=None, name="savedCO2greenEnergy")
    saved_fuel_l: Number | None = msgspec.field(default=None, name="totalSavedFuel")
    reset_at: datetime | None = msgspec.field(default=None, name="resetDate")


class Destination(msgspec.Struct, rename="camel", frozen=True, kw_only=True):
    """A destination that was entered last; degrees (WGS 84), names in upper case."""

    latitude_deg: Number | None = msgspec.field(default=None, name="lat")
    longitude_deg: Number | None = msgspec.field(default=None, name="lon")
    country: str | None = None
    city: str | None = None
    street: str | None = None
    kind: str | None = msgspec.field(default=None, name="type")
    created_at: datetime | None = None


class MapPoint(msgspec.Struct, frozen=True, kw_only=True):
    """A place in degrees (WGS 84)."""

    latitude_deg: Number | None = msgspec.field(default=None, name="lat")
    longitude_deg: Number | None = msgspec.field(default=None, name="lon")


class RangeLine(msgspec.Struct, frozen=True, kw_only=True):
    """How far the car goes in one mode (`ECO_PRO_PLUS`, `COMFORT`): the line around it."""

    mode: str | None = msgspec.field(default=None, name="type")
    line: tuple[MapPoint, ...] = msgspec.field(default=(), name="polyline")


class RangeMap(msgspec.Struct, frozen=True, kw_only=True):
    """How far the car goes from where it is. Cars that draw a circle may tell nothing."""

    center: MapPoint | None = None
    quality: str | None = None
    lines: tuple[RangeLine, ...] = msgspec.field(default=(), name="rangemaps")


class ExtendedStatus(msgspec.Struct, rename="camel", frozen=True, kw_only=True):
    """What a service changed: `result` is STATUS_UNKNOWN on the way, STATUS_CHANGED in the end."""

    result: str | None = None
    is_ignition_on: bool | None = msgspec.field(default=None, name="ignitionOnStatus")


class ExecutionStatus(msgspec.Struct, rename="camel", frozen=True, kw_only=True):
    """How the newest service of a type stands. `status` may be missing on the way (observed)."""

    service_type: str | None = None
    status: ExecutionWord | str | None = None
    event_id: str | None = None
    extended: ExtendedStatus | None = msgspec.field(default=None, name="extendedStatus")


class ServiceExecution(msgspec.Struct, rename="camel", frozen=True, kw_only=True):
    """A service that was executed, of the history (inferred from clients).

    `client` is who asked for it: PORTAL, CDP, MOBILE_APP or SmartPhone.
    """

    initiated_at: datetime | None = None
    service_type: str | None = None
    status: ExecutionWord | str | None = None
    client: str | None = None
