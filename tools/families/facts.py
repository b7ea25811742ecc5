"""Which fields and words the answers of BMW's older families have, as documentation and stored answers show them.

Written down from those sources, not from our code: so it shows when the SDK lacks a field. A field's path has dots into
objects and `[]` into lists. Words are those of enumerations that are known; any other word may come.
Sources: documentation of i Remote (2014-2015), stored answers of cars of both families (2018-2021), clients.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class EndpointFacts:
    """One answer: the request for it, where in it the object with the fields is, its fields and their words.

    `no_reading` says why its fields become no readings; "" where they do. In a list of pairs a field is a pair: its key
    and its value.
    """

    name: str
    request: str
    prefix: str
    fields: tuple[str, ...]
    words: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    no_reading: str = ""
    family: str = "iremote"
    is_list_of_pairs: bool = False


def _split(*texts: str) -> tuple[str, ...]:
    return tuple(name for text in texts for name in text.split())


def _words(names: str, words: str) -> dict[str, tuple[str, ...]]:
    return dict.fromkeys(names.split(), tuple(words.split()))


_CAR = "/webapi/v1/user/vehicles/{vin}"
_ABILITIES = (
    "doorLock doorUnlock lightFlash hornBlow climateNow climateNowRES vehicleFinder sendPoi carCloud remote360 "
    "chargeNow ipa smartSolution remoteSoftwareUpgrade"
)
_VEHICLES = EndpointFacts(
    name="vehicles",
    request="GET /webapi/v1/user/vehicles",
    prefix="vehicles[].",
    fields=_split(
        "vin model bodytype brand driveTrain fuelType yearOfConstruction color colorCode licensePlate countryCode hub",
        "steering hmiVersion puStep a4a breakdownNumber hasAlarmSystem statisticsCommunityEnabled statisticsAvailable",
        "egoVehiclePath chargingUpdateMode dealer.name dealer.street dealer.postalCode dealer.city dealer.country",
        "dealer.phone",
        _ABILITIES,
        "climateControl climateControlRES climateFunction chargingControl supportedChargingModes rangeMap",
        "lastDestinations intermodalRouting onlineSearchMode onlineSearchProvider lscType vehicleFinderRestriction",
    ),
    words={
        **_words(_ABILITIES, "ACTIVATED NOT_SUPPORTED"),
        **_words("brand", "BMW BMW_I MINI"),
        **_words("driveTrain", "CONV PHEV BEV BEV_REX"),
        **_words("fuelType", "PETROL DIESEL"),
        **_words("countryCode", "V1-UK V2-US V5-CN B3-ZA V1-R1-SE V6"),
        **_words("hub", "HUB_ECE HUB_US HUB_CN"),
        **_words("steering", "LH RH"),
        **_words("hmiVersion", "ID3 ID4 ID5 id7"),
        **_words("a4a", "BLUETOOTH USB_ONLY NOT_SUPPORTED"),
        **_words("chargingUpdateMode", "NORMAL_PROGNOSE_BASED"),
        **_words("climateControl climateControlRES", "DEPARTURE_TIMER START_TIMER NOT_SUPPORTED"),
        **_words("climateFunction", "AIRCONDITIONING VENTILATION PARK_HEATING"),
        **_words("chargingControl", "WEEKLY_PLANNER TWO_TIMES_TIMER NOT_SUPPORTED"),
        **_words("supportedChargingModes", "AC_LOW AC_HIGH DC"),
        **_words("rangeMap", "RANGE_CIRCLE RANGE_POLYGON NOT_SUPPORTED"),
        **_words("lastDestinations", "SUPPORTED NOT_SUPPORTED"),
        **_words("intermodalRouting", "AVAILABLE NOT_AVAILABLE"),
        **_words("onlineSearchMode", "MAP"),
        **_words("onlineSearchProvider", "GOOGLE"),
        **_words("lscType", "LSC_BASIS I_LSC_IMM LSC_PHEV NOT_SUPPORTED UNKNOWN"),
        **_words("vehicleFinderRestriction", "NONE"),
    },
    no_reading="what the car is and can do",
)
_DOORS = "doorDriverFront doorDriverRear doorPassengerFront doorPassengerRear hood trunk"
_WINDOWS = (
    "windowDriverFront windowDriverRear windowPassengerFront windowPassengerRear rearWindow sunroof "
    "convertibleRoofState"
)
_STATUS = EndpointFacts(
    name="status",
    request=f"GET {_CAR}/status",
    prefix="vehicleStatus.",
    fields=_split(
        "vin mileage updateTime internalDataTimeUTC updateReason",
        _DOORS,
        _WINDOWS,
        "doorLockState parkingLight positionLight remainingFuel maxFuel fuelPercent remainingRangeFuel",
        "remainingRangeFuelMls remainingRangeElectric remainingRangeElectricMls maxRangeElectric maxRangeElectricMls",
        "chargingLevelHv chargingStatus connectionStatus chargingTimeRemaining lastChargingEndReason",
        "lastChargingEndResult chargingConnectionType chargingInductivePositioning singleImmediateCharging",
        "DCS_CCH_Activation DCS_CCH_Ongoing vehicleCountry steering position.status position.lat position.lon",
        "position.heading checkControlMessages[].ccmId checkControlMessages[].ccmMileage",
        "checkControlMessages[].ccmDescriptionShort checkControlMessages[].ccmDescriptionLong cbsData[].cbsType",
        "cbsData[].cbsState cbsData[].cbsDueDate cbsData[].cbsRemainingMileage cbsData[].cbsDescription",
    ),
    words={
        **_words(_DOORS, "CLOSED OPEN INTERMEDIATE INVALID"),
        **_words(_WINDOWS, "CLOSED OPEN OPEN_TILT INTERMEDIATE INVALID"),
        **_words(
            "updateReason",
            "CHARGING_DONE CHARGING_INTERRUPED CHARGING_PAUSED CHARGIN_STARTED CHARGING_STARTED CYCLIC_RECHARGING "
            "DISCONNECTED DOOR_STATE_CHANGED NO_CYCLIC_RECHARGING NO_LSC_TRIGGER ON_DEMAND PREDICTION_UPDATE "
            "TEMPORARY_POWER_SUPPLY_FAILURE UNKNOWN VEHICLE_MOVING VEHICLE_SECURED VEHICLE_SHUTDOWN "
            "VEHICLE_SHUTDOWN_SECURED VEHICLE_UNSECURED",
        ),
        **_words("doorLockState", "UNLOCKED LOCKED SECURED SELECTIVE_LOCKED"),
        **_words("parkingLight", "OFF LEFT RIGHT ON"),
        **_words("positionLight", "OFF ON"),
        **_words(
            "chargingStatus",
            "CHARGING ERROR FINISHED_FULLY_CHARGED FINISHED_NOT_FULL INVALID NOT_CHARGING WAITING_FOR_CHARGING",
        ),
        **_words("connectionStatus", "CONNECTED DISCONNECTED"),
        **_words("lastChargingEndReason", "CHARGING_GOAL_REACHED END_REQUESTED_BY_DRIVER UNKNOWN"),
        **_words("lastChargingEndResult", "SUCCESS FAILED UNKNOWN"),
        **_words("chargingConnectionType", "CONDUCTIVE"),
        **_words("chargingInductivePositioning", "NOT_POSITIONED"),
        **_words("steering", "LH RH"),
        **_words("position.status", "OK DRIVER_DISABLED VEHICLE_ACTIVE TOO_FAR_AWAY"),
        **_words("cbsData[].cbsType", "OIL BRAKE_FLUID BRAKE_PADS_FRONT BRAKE_PADS_REAR VEHICLE_CHECK VEHICLE_TUV"),
        **_words("cbsData[].cbsState", "OK PENDING OVERDUE"),
    },
)
_LAST_TRIP = EndpointFacts(
    name="lastTrip",
    request=f"GET {_CAR}/statistics/lastTrip",
    prefix="lastTrip.",
    fields=_split(
        "efficiencyValue accelerationValue anticipationValue totalConsumptionValue auxiliaryConsumptionValue",
        "drivingModeValue totalDistance electricDistance electricDistanceRatio avgElectricConsumption avgRecuperation",
        "avgCombinedConsumption savedFuel date duration",
    ),
)
_COMMUNITY = ("communityLow", "communityAverage", "communityHigh")
_ALL_TRIPS = EndpointFacts(
    name="allTrips",
    request=f"GET {_CAR}/statistics/allTrips",
    prefix="allTrips.",
    fields=(
        *(
            f"{group}.{part}"
            for group in ("avgElectricConsumption", "avgRecuperation", "avgCombinedConsumption")
            for part in (*_COMMUNITY, "userAverage")
        ),
        *(
            f"chargecycleRange.{part}"
            for part in ("communityAverage", "communityHigh", "userAverage", "userHigh", "userCurrentChargeCycle")
        ),
        *(f"totalElectricDistance.{part}" for part in (*_COMMUNITY, "userTotal")),
        *_split("batterySizeMax savedCO2 savedCO2greenEnergy totalSavedFuel resetDate"),
    ),
)
_TIMER = ("departureTime", "timerEnabled")
_WEEKDAYS = "MONDAY TUESDAY WEDNESDAY THURSDAY FRIDAY SATURDAY SUNDAY"
_WEEKLY_TIMERS = ("timer1", "timer2", "timer3", "overrideTimer")
_PROFILE_WORDS = {
    **_words("chargingMode", "IMMEDIATE_CHARGING DELAYED_CHARGING"),
    **_words("chargingPreferences", "NO_PRESELECTION CHARGING_WINDOW"),
}
_PROFILE = "the charging profile, a document of its own"
_WEEKLY = EndpointFacts(
    name="weeklyPlanner",
    request=f"GET {_CAR}/chargingprofile",
    prefix="weeklyPlanner.",
    fields=(
        *_split("climatizationEnabled chargingMode chargingPreferences"),
        *(f"{timer}.{part}" for timer in _WEEKLY_TIMERS for part in (*_TIMER, "weekdays")),
        *(f"preferredChargingWindow.{part}" for part in ("enabled", "startTime", "endTime")),
    ),
    words={**_PROFILE_WORDS, **_words(" ".join(f"{timer}.weekdays" for timer in _WEEKLY_TIMERS), _WEEKDAYS)},
    no_reading=_PROFILE,
)
_TWO_TIMES = EndpointFacts(
    name="twoTimesTimer",
    request=f"GET {_CAR}/chargingprofile",
    prefix="twoTimesTimer.",
    fields=(
        *_split("climatizationEnabled chargingMode chargingPreferences"),
        *(f"{timer}.{part}" for timer in _WEEKLY_TIMERS[:2] for part in _TIMER),
        *(f"preferredChargingWindow.{part}" for part in ("startTime", "endTime")),
    ),
    words=_PROFILE_WORDS,
    no_reading=_PROFILE,
)
_DESTINATIONS = EndpointFacts(
    name="destinations",
    request=f"GET {_CAR}/destinations",
    prefix="destinations[].",
    fields=_split("lat lon country city street type createdAt"),
    words=_words("type", "DESTINATION"),
    no_reading="the last destinations, a document of its own",
)
_RANGE_MAP = EndpointFacts(
    name="rangemap",
    request=f"GET {_CAR}/rangemap",
    prefix="rangemap.",
    fields=_split(
        "center.lat center.lon quality rangemaps[].type rangemaps[].polyline[].lat rangemaps[].polyline[].lon"
    ),
    words={**_words("quality", "AVERAGE"), **_words("rangemaps[].type", "ECO_PRO_PLUS COMFORT")},
    no_reading="the range map, a document of its own",
)
_EXECUTION = EndpointFacts(
    name="executionStatus",
    request=f"GET {_CAR}/serviceExecutionStatus",
    prefix="executionStatus.",
    fields=_split("serviceType status eventId extendedStatus.result extendedStatus.ignitionOnStatus"),
    words={
        **_words("status", "INITIATED PENDING DELIVERED EXECUTED NOT_EXECUTED TIMED_OUT"),
        **_words("extendedStatus.result", "STATUS_UNKNOWN STATUS_CHANGED"),
    },
    no_reading="how a command stands",
)
_HISTORY = EndpointFacts(
    name="serviceExecutionHistory",
    request=f"GET {_CAR}/serviceExecutionHistory",
    prefix="serviceExecutionHistory[].",
    fields=_split("initiatedAt serviceType status client"),
    words={
        **_words("status", "SUCCESS PENDING INITIATED FAILED ERROR CANCELLED EXECUTED"),
        **_words("client", "PORTAL CDP MOBILE_APP SmartPhone"),
    },
    no_reading="commands of the past",
)
_NAVIGATION = EndpointFacts(
    name="navigation",
    request="GET /api/vehicle/navigation/v1/{vin}",
    prefix="",
    fields=_split(
        "latitude longitude isoCountryCode auxPowerRegular auxPowerEcoPro auxPowerEcoProPlus soc socMax eco norm ecoEv",
        "normEv vehicleMass kAccReg kDecReg kAccEco kDecEco kUp kDown driveTrain pendingUpdate vehicleTracking",
    ),
    words=_words("driveTrain", "phev_otto bev_ohne_rex bev_rex"),
    no_reading="what the navigation reckons with; the state has the same position",
)
_EFFICIENCY = EndpointFacts(
    name="efficiency",
    request="GET /api/vehicle/efficiency/v1/{vin}",
    prefix="",
    fields=_split(
        "modelType efficiencyQuotient communitySwitch lastTripList[].name lastTripList[].unit lastTripList[].lastTrip",
        "lifeTimeList[].name lifeTimeList[].unit lifeTimeList[].lifeTime characteristicList[].characteristic",
        "characteristicList[].quantity scoreList[].attrName scoreList[].attrUnit scoreList[].minValue",
        "scoreList[].maxValue scoreList[].lifeTime",
    ),
    words={
        **_words(
            "lastTripList[].name",
            "LASTTRIP_DELTA_KM LASTTRIP_DELTA_TIME LASTTRIP_TIME_SEGMENT_END LASTTRIP_RATIO_ELECTRIC_DRIVEN_DISTANCE "
            "ACTUAL_DISTANCE_WITHOUT_CHARGING AVERAGE_ELECTRIC_CONSUMPTION AVERAGE_RECUPERATED_ENERGY_PER_100_KM "
            "COMBINED_AVG_CONSUMED_LITERS_OVERALL SAVED_LITERS_OVERALL",
        ),
        **_words(
            "lifeTimeList[].name",
            "CUMULATED_ELECTRIC_DRIVEN_DISTANCE LONGEST_DISTANCE_WITHOUT_CHARGING TIMESTAMP_STATISTICS_RESET",
        ),
        **_words("lastTripList[].unit lifeTimeList[].unit", "KM NONE L_PER_100KM KWH_PER_100KM LITER"),
        **_words("characteristicList[].characteristic", "CONSUMPTION DRIVING_MODE CHARGING_BEHAVIOUR ELECTRIC_DRIVING"),
    },
    no_reading="ratings and figures that lastTrip and allTrips tell in numbers",
)
IREMOTE = (
    _VEHICLES,
    _STATUS,
    _LAST_TRIP,
    _ALL_TRIPS,
    _WEEKLY,
    _TWO_TIMES,
    _DESTINATIONS,
    _RANGE_MAP,
    _EXECUTION,
    _HISTORY,
    _NAVIGATION,
    _EFFICIENCY,
)
"""The answers of i Remote, and of the portal's interface on its hosts, that the SDK reads."""

_PORTAL_CARS = EndpointFacts(
    family="connecteddrive",
    name="cars",
    request="GET /api/me/vehicles/v2",
    prefix="[].",
    fields=_split(
        "vin brand series basicType modelName bodyType licensePlate modelYearNA driveTrain steering doorCount hasNavi",
        "hasSunRoof hasRex dcOnly maxFuel supportedChargingModes",
    ),
    words={
        **_words("brand", "BMW BMWi MINI"),
        **_words("bodyType", "Touring Coupe Hatchback"),
        **_words("driveTrain", "CONV PHEV BEV BEV_REX"),
        **_words("steering", "LEFT RIGHT"),
        **_words("supportedChargingModes", "AC_LOW AC_HIGH DC"),
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
    fields=_split(
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
        **_words(
            "lastUpdateReason lsc_trigger",
            "VEHCSHUTDOWN VEHCSHUTDOWN_SECURED DOORSTATECHANGED VEHICLE_MOVING CHARGINGSTARTED",
        ),
        **_words("unitOfEnergy", "kWh"),
        **_words("unitOfElectricConsumption", "kWh/100km mls/kWh"),
        **_words("unitOfCombustionConsumption", "l/100km mpg"),
        **_words("head_unit", "NBT NBTEvo EntryNav EntryEvo"),
        **_words(_PORTAL_DOORS, "CLOSED OPEN INTERMEDIATE"),
        **_words(_PORTAL_WINDOWS, "CLOSED OPEN INTERMEDIATE OPEN_TILT"),
        **_words("door_lock_state", "UNLOCKED LOCKED SECURED SELECTIVELOCKED"),
        **_words("lights_parking", "OFF ON LEFT RIGHT"),
        **_words("charging_status chargingSystemStatus", _CHARGING_WORDS),
        **_words(
            "chargingHVStatus",
            "CHARGING FINISHED_FULLY_CHARGED FINISHED_NOT_FULL NOT_CHARGING WAITING_FOR_CHARGING ERROR",
        ),
        **_words("chargingLogicCurrentlyActive", "NOT_CHARGING DIRECT_CHARGING DELAYED_CHARGING"),
        **_words("connectorStatus", "CONNECTED DISCONNECTED"),
        **_words("charging_connection_type", "CONDUCTIVE"),
        **_words("charging_inductive_positioning", "not_positioned"),
        **_words("chargeNowAllowed", "NOT_ALLOWED ALLOWED"),
        **_words("single_immediate_charging", "isUnused"),
        **_words("prognosisWhileChargingStatus", "IS_PERFORMED NOT_NEEDED"),
        **_words("lastChargingEndReason", "CHARGING_GOAL_REACHED"),
        **_words("lastChargingEndResult", "SUCCESS FAILED"),
    },
)
_CBS_MESSAGES = EndpointFacts(
    family="connecteddrive",
    name="cbsMessages",
    request="GET /api/vehicle/dynamic/v1/{vin}",
    prefix="vehicleMessages.cbsMessages[].",
    fields=_split("id text description status date unitOfLengthRemaining"),
    words=_words("status", "OK PENDING OVERDUE"),
)
_SPECS = EndpointFacts(
    family="connecteddrive",
    name="specs",
    request="GET /api/vehicle/specs/v1/{vin}",
    prefix="[].",
    fields=_split(
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
    fields=_split("name services[].name services[].status services[].portfolioId"),
    words={
        **_words("name", "cdpFeatures"),
        **_words("services[].name", "RDL RDU RLF RHB RCN RCT"),
        **_words("services[].status", "ACTIVE"),
    },
    no_reading="what the car can be asked to do",
)
_PARTNER = EndpointFacts(
    family="connecteddrive",
    name="servicepartner",
    request="GET /api/vehicle/servicepartner/v1/{vin}",
    prefix="dealer.",
    fields=_split("name street postalCode city country phone"),
    no_reading="the dealer",
)
_IMAGES = EndpointFacts(
    family="connecteddrive",
    name="image",
    request="GET /api/vehicle/image/v1/{vin}",
    prefix="angleUrls[].",
    fields=_split("angle url"),
    no_reading="where the pictures are",
)
_REMOTE_EVENT = EndpointFacts(
    family="connecteddrive",
    name="remoteServiceEvent",
    request="GET /api/vehicle/remoteservices/v1/{vin}/state/execution",
    prefix="",
    fields=_split("remoteServiceType remoteServiceStatus eventId created lastUpdate nextRequestInSec"),
    words={
        **_words("remoteServiceType", "RLF RDL RDU RHB RCN RCT RCP"),
        **_words("remoteServiceStatus", "PENDING DELIVERED_TO_VEHICLE EXECUTED ABORTED"),
    },
    no_reading="how a command stands",
)
_REMOTE_HISTORY = EndpointFacts(
    family="connecteddrive",
    name="history",
    request="GET /api/vehicle/remoteservices/v1/{vin}/history",
    prefix="[].",
    fields=_split("creationTime remoteServiceType status"),
    words=_words("status", "SUCCESS PENDING INITIATED FAILED CANCELLED"),
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
FACTS = (*IREMOTE, *CONNECTEDDRIVE)
