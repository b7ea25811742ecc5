"""Which fields and words the answers of i Remote have, as documentation and stored answers show them.

Written down from those sources, not from our code: so it shows when the SDK lacks a field.
Sources: documentation of i Remote (2014-2015), stored answers of cars (2018-2021), clients.
"""

from tools.families.endpoint_facts import EndpointFacts, split, words_of

_CAR = "/webapi/v1/user/vehicles/{vin}"
_ABILITIES = (
    "doorLock doorUnlock lightFlash hornBlow climateNow climateNowRES vehicleFinder sendPoi carCloud remote360 "
    "chargeNow ipa smartSolution remoteSoftwareUpgrade"
)
_VEHICLES = EndpointFacts(
    name="vehicles",
    request="GET /webapi/v1/user/vehicles",
    prefix="vehicles[].",
    fields=split(
        "vin model bodytype brand driveTrain fuelType yearOfConstruction color colorCode licensePlate countryCode hub",
        "steering hmiVersion puStep a4a breakdownNumber hasAlarmSystem statisticsCommunityEnabled statisticsAvailable",
        "egoVehiclePath chargingUpdateMode dealer.name dealer.street dealer.postalCode dealer.city dealer.country",
        "dealer.phone",
        _ABILITIES,
        "climateControl climateControlRES climateFunction chargingControl supportedChargingModes rangeMap",
        "lastDestinations intermodalRouting onlineSearchMode onlineSearchProvider lscType vehicleFinderRestriction",
    ),
    words={
        **words_of(_ABILITIES, "ACTIVATED NOT_SUPPORTED"),
        **words_of("brand", "BMW BMW_I MINI"),
        **words_of("driveTrain", "CONV PHEV BEV BEV_REX"),
        **words_of("fuelType", "PETROL DIESEL"),
        **words_of("countryCode", "V1-UK V2-US V5-CN B3-ZA V1-R1-SE V6"),
        **words_of("hub", "HUB_ECE HUB_US HUB_CN"),
        **words_of("steering", "LH RH"),
        **words_of("hmiVersion", "ID3 ID4 ID5 id7"),
        **words_of("a4a", "BLUETOOTH USB_ONLY NOT_SUPPORTED"),
        **words_of("chargingUpdateMode", "NORMAL_PROGNOSE_BASED"),
        **words_of("climateControl climateControlRES", "DEPARTURE_TIMER START_TIMER NOT_SUPPORTED"),
        **words_of("climateFunction", "AIRCONDITIONING VENTILATION PARK_HEATING"),
        **words_of("chargingControl", "WEEKLY_PLANNER TWO_TIMES_TIMER NOT_SUPPORTED"),
        **words_of("supportedChargingModes", "AC_LOW AC_HIGH DC"),
        **words_of("rangeMap", "RANGE_CIRCLE RANGE_POLYGON NOT_SUPPORTED"),
        **words_of("lastDestinations", "SUPPORTED NOT_SUPPORTED"),
        **words_of("intermodalRouting", "AVAILABLE NOT_AVAILABLE"),
        **words_of("onlineSearchMode", "MAP"),
        **words_of("onlineSearchProvider", "GOOGLE"),
        **words_of("lscType", "LSC_BASIS I_LSC_IMM LSC_PHEV NOT_SUPPORTED UNKNOWN"),
        **words_of("vehicleFinderRestriction", "NONE"),
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
    fields=split(
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
        **words_of(_DOORS, "CLOSED OPEN INTERMEDIATE INVALID"),
        **words_of(_WINDOWS, "CLOSED OPEN OPEN_TILT INTERMEDIATE INVALID"),
        **words_of(
            "updateReason",
            "CHARGING_DONE CHARGING_INTERRUPED CHARGING_PAUSED CHARGIN_STARTED CHARGING_STARTED CYCLIC_RECHARGING "
            "DISCONNECTED DOOR_STATE_CHANGED NO_CYCLIC_RECHARGING NO_LSC_TRIGGER ON_DEMAND PREDICTION_UPDATE "
            "TEMPORARY_POWER_SUPPLY_FAILURE UNKNOWN VEHICLE_MOVING VEHICLE_SECURED VEHICLE_SHUTDOWN "
            "VEHICLE_SHUTDOWN_SECURED VEHICLE_UNSECURED",
        ),
        **words_of("doorLockState", "UNLOCKED LOCKED SECURED SELECTIVE_LOCKED"),
        **words_of("parkingLight", "OFF LEFT RIGHT ON"),
        **words_of("positionLight", "OFF ON"),
        **words_of(
            "chargingStatus",
            "CHARGING ERROR FINISHED_FULLY_CHARGED FINISHED_NOT_FULL INVALID NOT_CHARGING WAITING_FOR_CHARGING",
        ),
        **words_of("connectionStatus", "CONNECTED DISCONNECTED"),
        **words_of("lastChargingEndReason", "CHARGING_GOAL_REACHED END_REQUESTED_BY_DRIVER UNKNOWN"),
        **words_of("lastChargingEndResult", "SUCCESS FAILED UNKNOWN"),
        **words_of("chargingConnectionType", "CONDUCTIVE"),
        **words_of("chargingInductivePositioning", "NOT_POSITIONED"),
        **words_of("steering", "LH RH"),
        **words_of("position.status", "OK DRIVER_DISABLED VEHICLE_ACTIVE TOO_FAR_AWAY"),
        **words_of("cbsData[].cbsType", "OIL BRAKE_FLUID BRAKE_PADS_FRONT BRAKE_PADS_REAR VEHICLE_CHECK VEHICLE_TUV"),
        **words_of("cbsData[].cbsState", "OK PENDING OVERDUE"),
    },
)
_LAST_TRIP = EndpointFacts(
    name="lastTrip",
    request=f"GET {_CAR}/statistics/lastTrip",
    prefix="lastTrip.",
    fields=split(
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
        *split("batterySizeMax savedCO2 savedCO2greenEnergy totalSavedFuel resetDate"),
    ),
)
_TIMER = ("departureTime", "timerEnabled")
_WEEKDAYS = "MONDAY TUESDAY WEDNESDAY THURSDAY FRIDAY SATURDAY SUNDAY"
_WEEKLY_TIMERS = ("timer1", "timer2", "timer3", "overrideTimer")
_PROFILE_WORDS = {
    **words_of("chargingMode", "IMMEDIATE_CHARGING DELAYED_CHARGING"),
    **words_of("chargingPreferences", "NO_PRESELECTION CHARGING_WINDOW"),
}
_PROFILE = "the charging profile, a document of its own"
_WEEKLY = EndpointFacts(
    name="weeklyPlanner",
    request=f"GET {_CAR}/chargingprofile",
    prefix="weeklyPlanner.",
    fields=(
        *split("climatizationEnabled chargingMode chargingPreferences"),
        *(f"{timer}.{part}" for timer in _WEEKLY_TIMERS for part in (*_TIMER, "weekdays")),
        *(f"preferredChargingWindow.{part}" for part in ("enabled", "startTime", "endTime")),
    ),
    words={**_PROFILE_WORDS, **words_of(" ".join(f"{timer}.weekdays" for timer in _WEEKLY_TIMERS), _WEEKDAYS)},
    no_reading=_PROFILE,
)
_TWO_TIMES = EndpointFacts(
    name="twoTimesTimer",
    request=f"GET {_CAR}/chargingprofile",
    prefix="twoTimesTimer.",
    fields=(
        *split("climatizationEnabled chargingMode chargingPreferences"),
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
    fields=split("lat lon country city street type createdAt"),
    words=words_of("type", "DESTINATION"),
    no_reading="the last destinations, a document of its own",
)
_RANGE_MAP = EndpointFacts(
    name="rangemap",
    request=f"GET {_CAR}/rangemap",
    prefix="rangemap.",
    fields=split(
        "center.lat center.lon quality rangemaps[].type rangemaps[].polyline[].lat rangemaps[].polyline[].lon"
    ),
    words={**words_of("quality", "AVERAGE"), **words_of("rangemaps[].type", "ECO_PRO_PLUS COMFORT")},
    no_reading="the range map, a document of its own",
)
_EXECUTION = EndpointFacts(
    name="executionStatus",
    request=f"GET {_CAR}/serviceExecutionStatus",
    prefix="executionStatus.",
    fields=split("serviceType status eventId extendedStatus.result extendedStatus.ignitionOnStatus"),
    words={
        **words_of("status", "INITIATED PENDING DELIVERED EXECUTED NOT_EXECUTED TIMED_OUT"),
        **words_of("extendedStatus.result", "STATUS_UNKNOWN STATUS_CHANGED"),
    },
    no_reading="how a command stands",
)
_HISTORY = EndpointFacts(
    name="serviceExecutionHistory",
    request=f"GET {_CAR}/serviceExecutionHistory",
    prefix="serviceExecutionHistory[].",
    fields=split("initiatedAt serviceType status client"),
    words={
        **words_of("status", "SUCCESS PENDING INITIATED FAILED ERROR CANCELLED EXECUTED"),
        **words_of("client", "PORTAL CDP MOBILE_APP SmartPhone"),
    },
    no_reading="commands of the past",
)
_NAVIGATION = EndpointFacts(
    name="navigation",
    request="GET /api/vehicle/navigation/v1/{vin}",
    prefix="",
    fields=split(
        "latitude longitude isoCountryCode auxPowerRegular auxPowerEcoPro auxPowerEcoProPlus soc socMax eco norm ecoEv",
        "normEv vehicleMass kAccReg kDecReg kAccEco kDecEco kUp kDown driveTrain pendingUpdate vehicleTracking",
    ),
    words=words_of("driveTrain", "phev_otto bev_ohne_rex bev_rex"),
    no_reading="what the navigation reckons with; the state has the same position",
)
_EFFICIENCY = EndpointFacts(
    name="efficiency",
    request="GET /api/vehicle/efficiency/v1/{vin}",
    prefix="",
    fields=split(
        "modelType efficiencyQuotient communitySwitch lastTripList[].name lastTripList[].unit lastTripList[].lastTrip",
        "lifeTimeList[].name lifeTimeList[].unit lifeTimeList[].lifeTime characteristicList[].characteristic",
        "characteristicList[].quantity scoreList[].attrName scoreList[].attrUnit scoreList[].minValue",
        "scoreList[].maxValue scoreList[].lifeTime",
    ),
    words={
        **words_of(
            "lastTripList[].name",
            "LASTTRIP_DELTA_KM LASTTRIP_DELTA_TIME LASTTRIP_TIME_SEGMENT_END LASTTRIP_RATIO_ELECTRIC_DRIVEN_DISTANCE "
            "ACTUAL_DISTANCE_WITHOUT_CHARGING AVERAGE_ELECTRIC_CONSUMPTION AVERAGE_RECUPERATED_ENERGY_PER_100_KM "
            "COMBINED_AVG_CONSUMED_LITERS_OVERALL SAVED_LITERS_OVERALL",
        ),
        **words_of(
            "lifeTimeList[].name",
            "CUMULATED_ELECTRIC_DRIVEN_DISTANCE LONGEST_DISTANCE_WITHOUT_CHARGING TIMESTAMP_STATISTICS_RESET",
        ),
        **words_of("lastTripList[].unit lifeTimeList[].unit", "KM NONE L_PER_100KM KWH_PER_100KM LITER"),
        **words_of(
            "characteristicList[].characteristic", "CONSUMPTION DRIVING_MODE CHARGING_BEHAVIOUR ELECTRIC_DRIVING"
        ),
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
