"""Which fields and words the answers of the ConnectedDrive portal have, as stored answers and clients show them.

Written down from those sources, not from our code: so it shows when the SDK lacks a field.
Sources: stored answers of cars (2018-2021), clients.
"""

from tools.families.endpoint_facts import EndpointFacts, split, words_of

_PORTAL_CARS = EndpointFacts(
    family="connecteddrive",
    name="cars",
    request="GET /api/me/vehicles/v2",
    prefix="[].",
    fields=split(
        "vin brand series basicType modelName bodyType licensePlate modelYearNA driveTrain steering doorCount hasNavi",
        "hasSunRoof hasRex dcOnly maxFuel supportedChargingModes",
    ),
    words={
        **words_of("brand", "BMW BMWi MINI"),
        **words_of("bodyType", "Touring Coupe Hatchback"),
        **words_of("driveTrain", "CONV PHEV BEV BEV_REX"),
        **words_of("steering", "LEFT RIGHT"),
        **words_of("supportedChargingModes", "AC_LOW AC_HIGH DC"),
    },
    no_reading="what the car is",
)
_SEATS = tuple(f"{side}_{row}" for side in ("driver", "passenger") for row in ("front", "rear"))
_PORTAL_DOORS = " ".join([*(f"door_{seat}" for seat in _SEATS), "hood_state", "trunk_state"])
_PORTAL_WINDOWS = " ".join(
    [
        *(f"window_{seat}" for seat in _SEATS),
        *("rear_window", "sunroof_state", "shdStatusUnified", "convertible_roof_state"),
    ]
)
_CHARGING_WORDS = "NOCHARGING CHARGINGACTIVE CHARGINGENDED CHARGINGPAUSED CHARGINGERROR"
_DYNAMIC = EndpointFacts(
    family="connecteddrive",
    name="dynamic",
    request="GET /api/vehicle/dynamic/v1/{vin}",
    prefix="attributesMap.",
    fields=split(
        "updateTime updateTime_converted updateTime_converted_date updateTime_converted_time",
        "updateTime_converted_timestamp lastUpdateReason lsc_trigger unitOfLength unitOfEnergy",
        "unitOfElectricConsumption unitOfCombustionConsumption mileage head_unit head_unit_pu_software",
        "vehicle_tracking gps_lat gps_lng heading DCS_CCH_Activation DCS_CCH_Ongoing",
        _PORTAL_DOORS,
        _PORTAL_WINDOWS,
        "sunroof_position door_lock_state lights_parking condition_based_services check_control_messages",
        "remaining_fuel fuelPercent beRemainingRangeFuel beRemainingRangeFuelKm beRemainingRangeFuelMile",
        "kombi_current_remaining_range_fuel remaining_range beRemainingRangeElectric beRemainingRangeElectricKm",
        "beRemainingRangeElectricMile beMaxRangeElectric beMaxRangeElectricKm beMaxRangeElectricMile chargingLevelHv",
        "soc_hv_percent beChargingLevelHv beEnergyLevelHv battery_size_max charging_status chargingSystemStatus",
        "chargingHVStatus chargingLogicCurrentlyActive chargingTimeRemaining connectorStatus charging_connection_type",
        "charging_inductive_positioning chargeNowAllowed single_immediate_charging prognosisWhileChargingStatus",
        "lastChargingEndReason lastChargingEndResult overall_energy_consumption Segment_LastTrip_time_segment_end",
        "Segment_LastTrip_time_segment_end_formatted Segment_LastTrip_time_segment_end_formatted_date",
        "Segment_LastTrip_time_segment_end_formatted_time Segment_LastTrip_ratio_electric_driven_distance",
    ),
    words={
        **words_of(
            "lastUpdateReason lsc_trigger",
            "VEHCSHUTDOWN VEHCSHUTDOWN_SECURED DOORSTATECHANGED VEHICLE_MOVING CHARGINGSTARTED",
        ),
        **words_of("unitOfEnergy", "kWh"),
        **words_of("unitOfElectricConsumption", "kWh/100km mls/kWh"),
        **words_of("unitOfCombustionConsumption", "l/100km mpg"),
        **words_of("head_unit", "NBT NBTEvo EntryNav EntryEvo"),
        **words_of(_PORTAL_DOORS, "CLOSED OPEN INTERMEDIATE"),
        **words_of(_PORTAL_WINDOWS, "CLOSED OPEN INTERMEDIATE OPEN_TILT"),
        **words_of("door_lock_state", "UNLOCKED LOCKED SECURED SELECTIVELOCKED"),
        **words_of("lights_parking", "OFF ON LEFT RIGHT"),
        **words_of("charging_status chargingSystemStatus", _CHARGING_WORDS),
        **words_of(
            "chargingHVStatus",
            "CHARGING FINISHED_FULLY_CHARGED FINISHED_NOT_FULL NOT_CHARGING WAITING_FOR_CHARGING ERROR",
        ),
        **words_of("chargingLogicCurrentlyActive", "NOT_CHARGING DIRECT_CHARGING DELAYED_CHARGING"),
        **words_of("connectorStatus", "CONNECTED DISCONNECTED"),
        **words_of("charging_connection_type", "CONDUCTIVE"),
        **words_of("charging_inductive_positioning", "not_positioned"),
        **words_of("chargeNowAllowed", "NOT_ALLOWED ALLOWED"),
        **words_of("single_immediate_charging", "isUnused"),
        **words_of("prognosisWhileChargingStatus", "IS_PERFORMED NOT_NEEDED"),
        **words_of("lastChargingEndReason", "CHARGING_GOAL_REACHED"),
        **words_of("lastChargingEndResult", "SUCCESS FAILED"),
    },
)
_CBS_MESSAGES = EndpointFacts(
    family="connecteddrive",
    name="cbsMessages",
    request="GET /api/vehicle/dynamic/v1/{vin}",
    prefix="vehicleMessages.cbsMessages[].",
    fields=split("id text description status date unitOfLengthRemaining"),
    words=words_of("status", "OK PENDING OVERDUE"),
)
_SPECS = EndpointFacts(
    family="connecteddrive",
    name="specs",
    request="GET /api/vehicle/specs/v1/{vin}",
    prefix="[].",
    fields=split(
        "TANK_CAPACITY PERFORMANCE_TOP_SPEED PERFORMANCE_ACCELERATION WEIGHT_UNLADEN WEIGHT_MAX WEIGHT_PERMITTED_LOAD",
        "WEIGHT_PERMITTED_LOAD_FRONT WEIGHT_PERMITTED_LOAD_REAR ENGINE_CYLINDERS ENGINE_VALVES ENGINE_STROKE",
        "ENGINE_BORE ENGINE_OUTPUT_MAX_KW ENGINE_OUTPUT_MAX_HP ENGINE_SPEED_OUTPUT_MAX ENGINE_TORQUE_MAX",
        "ENGINE_SPEED_TORQUE_MAX ENGINE_COMPRESSION",
    ),
    no_reading="the data sheet of the car",
    is_list_of_pairs=True,
)
_BOOKED = EndpointFacts(
    family="connecteddrive",
    name="services",
    request="GET /api/vehicle/service/v1/{vin}",
    prefix="[].",
    fields=split("name services[].name services[].status services[].portfolioId"),
    words={
        **words_of("name", "cdpFeatures"),
        **words_of("services[].name", "RDL RDU RLF RHB RCN RCT"),
        **words_of("services[].status", "ACTIVE"),
    },
    no_reading="what the car can be asked to do",
)
_PARTNER = EndpointFacts(
    family="connecteddrive",
    name="servicepartner",
    request="GET /api/vehicle/servicepartner/v1/{vin}",
    prefix="dealer.",
    fields=split("name street postalCode city country phone"),
    no_reading="the dealer",
)
_IMAGES = EndpointFacts(
    family="connecteddrive",
    name="image",
    request="GET /api/vehicle/image/v1/{vin}",
    prefix="angleUrls[].",
    fields=split("angle url"),
    no_reading="where the pictures are",
)
_REMOTE_EVENT = EndpointFacts(
    family="connecteddrive",
    name="remoteServiceEvent",
    request="GET /api/vehicle/remoteservices/v1/{vin}/state/execution",
    prefix="",
    fields=split("remoteServiceType remoteServiceStatus eventId created lastUpdate nextRequestInSec"),
    words={
        **words_of("remoteServiceType", "RLF RDL RDU RHB RCN RCT RCP"),
        **words_of("remoteServiceStatus", "PENDING DELIVERED_TO_VEHICLE EXECUTED ABORTED"),
    },
    no_reading="how a command stands",
)
_REMOTE_HISTORY = EndpointFacts(
    family="connecteddrive",
    name="history",
    request="GET /api/vehicle/remoteservices/v1/{vin}/history",
    prefix="[].",
    fields=split("creationTime remoteServiceType status"),
    words=words_of("status", "SUCCESS PENDING INITIATED FAILED CANCELLED"),
    no_reading="commands of the past",
)
CONNECTEDDRIVE = (
    _PORTAL_CARS,
    _DYNAMIC,
    _CBS_MESSAGES,
    _SPECS,
    _BOOKED,
    _PARTNER,
    _IMAGES,
    _REMOTE_EVENT,
    _REMOTE_HISTORY,
)
"""The answers of the portal; navigation, efficiency and the charging profile are as i Remote's."""
