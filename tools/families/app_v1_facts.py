"""Which fields and words the MyBMW app's first list has (2021-08 to 2022-06), as stored answers of twelve cars show.

Written down from those answers, not from our code: so it shows when the SDK lacks a field. One item of the list is a
car with everything. `BECOMES` says which part of the newer state a field becomes, and so which reading.
"""

from collections.abc import Mapping

from tools.families.endpoint_facts import EndpointFacts, split, words_of

_SIDES = ("driverFront", "driverRear", "passengerFront", "passengerRear")
_OPENINGS = "properties.doorsAndWindows."
_WHEELS = ("frontLeft", "frontRight", "rearLeft", "rearRight")
_TYRE = split(
    "status.currentPressure status.targetPressure status.localizedCurrentPressure status.localizedTargetPressure",
    "status.wear details.dimension details.manufacturer details.manufacturingWeek details.maxSpeed",
    "details.mountingDate details.optimizedForOemBmw details.partNumber details.season details.treadDesign",
)
_DISTANCE = ("distance.value", "distance.units")
_PROPERTIES = (
    *split(
        "lastUpdatedAt inMotion areDoorsClosed areDoorsOpen areDoorsLocked areWindowsClosed isServiceRequired",
        "originCountryISO climateControl.activity fuelLevel.value fuelLevel.units fuelPercentage.value",
    ),
    *(f"{name}.{part}" for name in ("combustionRange", "electricRange", "combinedRange") for part in _DISTANCE),
    *(f"electricRangeAndStatus.{part}" for part in ("chargePercentage", *_DISTANCE)),
    *(f"chargingState.{part}" for part in ("chargePercentage", "state", "type", "isChargerConnected")),
    *(f"doorsAndWindows.{group}.{side}" for group in ("doors", "windows") for side in _SIDES),
    *(f"doorsAndWindows.{name}" for name in ("hood", "trunk", "moonroof")),
    *(f"serviceRequired[].{part}" for part in ("type", "status", "dateTime", *_DISTANCE)),
    *split(
        "vehicleLocation.coordinates.latitude vehicleLocation.coordinates.longitude vehicleLocation.address.formatted",
        "vehicleLocation.heading",
    ),
    *(f"tires.{wheel}.{part}" for wheel in _WHEELS for part in _TYRE),
)
_INDICATOR = split(
    "rangeIconId infoIconId rangeValue rangeUnits levelValue levelUnits mainBarValue secondaryBarValue barType",
    "showsBar showBarGoal isInaccurate isCircleIcon iconOpacity infoLabel chargingType chargingStatusType",
    "chargingStatusIndicatorType",
)
_STATUS = (
    *split(
        "lastUpdatedAt currentMileage.mileage currentMileage.units currentMileage.formattedMileage doorsGeneralState",
        "doorsAndWindows[].title doorsAndWindows[].state doorsAndWindows[].iconId doorsAndWindows[].criticalness",
    ),
    *(f"fuelIndicators[].{part}" for part in _INDICATOR),
    *(
        f"requiredServices[].{part}"
        for part in ("id", "title", "subtitle", "longDescription", "criticalness", "iconId")
    ),
    *(
        f"checkControlMessages[].{part}"
        for part in ("id", "title", "subtitle", "state", "criticalness", "iconId", "longDescription")
    ),
    *split("checkControlMessagesGeneralState recallExternalUrl timestampMessage"),
    *(
        f"chargingProfile.{part}"
        for part in split(
            "chargingControlType chargingMode chargingPreference chargingSettings.hospitality chargingSettings.idcc",
            "chargingSettings.isAcCurrentLimitActive chargingSettings.targetSoc climatisationOn departureTimes[].id",
            "departureTimes[].action departureTimes[].timeStamp.hour departureTimes[].timeStamp.minute",
            "departureTimes[].timerWeekDays reductionOfChargeCurrent.start.hour reductionOfChargeCurrent.start.minute",
            "reductionOfChargeCurrent.end.hour reductionOfChargeCurrent.end.minute",
        )
    ),
)
_COMMANDS = split(
    "climateNow horn lights lock unlock sendPoi vehicleFinder remote360 remoteSoftwareUpgrade speechThirdPartyAlexa",
    "climateTimer",
)
_CAPABILITIES = (
    *(
        f"{name}.{part}"
        for name in _COMMANDS
        for part in split("isEnabled isPinAuthenticationRequired executionMessage")
    ),
    *split(
        "lastStateCall.isNonLscFeatureEnabled lastStateCall.lscState isChargingLoudnessEnable",
        "isChargingPowerLimitEnable isChargingTargetSocEnable isEasyChargeSupported isFindChargingEnabled",
        "canRemoteHistoryBeDeleted isChargingHistorySupported isChargingPlanSupported isRemoteEngineStartSupported",
    ),
)
_DEPARTURES = "status.chargingProfile.departureTimes[]"
FIRST_LIST = EndpointFacts(
    family="mybmw",
    name="vehicles-v1",
    request="GET /eadrax-vcs/v1/vehicles",
    prefix="[].",
    fields=(
        *split(
            "vin model year brand bodyType driveTrain headUnit hmiVersion telematicsUnit a4aType iStep puStep",
            "exFactoryILevel exFactoryPUStep isLscSupported isMappingPending isMappingUnconfirmed",
            "connectedDriveServices driverGuideInfo.androidAppScheme driverGuideInfo.androidStoreUrl",
            "driverGuideInfo.iosAppScheme driverGuideInfo.iosStoreUrl driverGuideInfo.title",
            "themeSpecs.vehicleStatusBackgroundColor.red themeSpecs.vehicleStatusBackgroundColor.green",
            "themeSpecs.vehicleStatusBackgroundColor.blue",
        ),
        *(f"properties.{name}" for name in _PROPERTIES),
        *(f"status.{name}" for name in _STATUS),
        *(f"capabilities.{name}" for name in _CAPABILITIES),
    ),
    words={
        **words_of("driveTrain", "COMBUSTION PLUGIN_HYBRID ELECTRIC"),
        **words_of("headUnit", "ID5 MGU"),
        **words_of("hmiVersion", "ID4 ID5 id7"),
        **words_of("telematicsUnit", "ATM ATM02 TCB1"),
        **words_of("connectedDriveServices", "WIFI_HOTSPOT_SERVICE"),
        **words_of("properties.fuelLevel.units", "LITERS"),
        **words_of(
            " ".join(
                f"properties.{name}.distance.units"
                for name in ("combustionRange", "electricRange", "combinedRange", "electricRangeAndStatus")
            ),
            "KILOMETERS",
        ),
        **words_of("properties.chargingState.state", "CHARGING COMPLETE NOT_CHARGING"),
        **words_of("properties.chargingState.type", "CONDUCTIVE NOT_AVAILABLE"),
        **words_of("status.currentMileage.units", "km mi"),
        **words_of("status.doorsGeneralState", "Locked Unlocked Unknown"),
        **words_of("status.fuelIndicators[].levelUnits", "% l"),
        **words_of("status.fuelIndicators[].chargingType", "charging charging_complete"),
        **words_of(
            "status.fuelIndicators[].chargingStatusType status.fuelIndicators[].chargingStatusIndicatorType",
            "CHARGING DEFAULT FULLY_CHARGED PLUGGED_IN",
        ),
        **words_of(
            "status.requiredServices[].id",
            "BrakeFluid Oil TireWearFront TireWearRear VehicleAdmissionTest VehicleCheck",
        ),
        **words_of("status.requiredServices[].criticalness", "nonCritical semiCritical"),
        **words_of("status.checkControlMessages[].state", "OK Low Medium"),
        **words_of("status.chargingProfile.chargingControlType", "weeklyPlanner twoWeeksTimer"),
        **words_of("status.chargingProfile.chargingMode", "immediateCharging delayedCharging"),
        **words_of("status.chargingProfile.chargingPreference", "noPreSelection chargingWindow"),
        **words_of("status.chargingProfile.chargingSettings.idcc", "AUTOMATIC_INTELLIGENT NO_ACTION"),
        **words_of(f"{_DEPARTURES}.action", "activate deactivate"),
        **words_of(f"{_DEPARTURES}.timerWeekDays", "monday tuesday wednesday thursday friday saturday sunday"),
        **words_of("capabilities.lastStateCall.lscState", "ACTIVATED NOT_CAPABLE"),
    },
    no_reading="what the app shows, in words and icons",
)
BECOMES: Mapping[str, str] = {
    "isLscSupported": "isLscSupported",
    "properties.inMotion": "inMotion",
    "status.currentMileage.mileage": "currentMileage",
    "status.currentMileage.units": "currentMileage",
    "properties.combinedRange": "range",
    "properties.fuelLevel": "combustionFuelLevel.remainingFuelLiters",
    "properties.fuelPercentage": "combustionFuelLevel.remainingFuelPercent",
    "properties.combustionRange": "combustionFuelLevel.range",
    "properties.electricRange": "electricChargingState.range",
    "properties.chargingState.chargePercentage": "electricChargingState.chargingLevelPercent",
    "properties.chargingState.state": "electricChargingState.chargingStatus",
    "properties.chargingState.type": "electricChargingState.chargingConnectionType",
    "properties.chargingState.isChargerConnected": "electricChargingState.isChargerConnected",
    **{
        f"status.chargingProfile.{part}": f"chargingProfile.{part}"
        for part in split(
            "chargingControlType chargingMode chargingPreference climatisationOn chargingSettings.hospitality",
            "chargingSettings.idcc chargingSettings.isAcCurrentLimitActive chargingSettings.targetSoc departureTimes[]",
            "reductionOfChargeCurrent.start reductionOfChargeCurrent.end",
        )
    },
    "properties.climateControl.activity": "climateControlState.activity",
    **{f"{_OPENINGS}doors.{side}": f"doorsState.{side}" for side in _SIDES},
    **{f"{_OPENINGS}windows.{side}": f"windowsState.{side}" for side in _SIDES},
    **{f"{_OPENINGS}{lid}": f"doorsState.{lid}" for lid in ("hood", "trunk")},
    f"{_OPENINGS}moonroof": "roofState.roofState",
    "properties.areDoorsClosed": "doorsState.combinedState",
    "properties.areWindowsClosed": "windowsState.combinedState",
    "status.doorsGeneralState": "doorsState.combinedSecurityState",
    **{
        f"properties.vehicleLocation.{part}": f"location.{part}"
        for part in ("coordinates.latitude", "coordinates.longitude", "address.formatted", "heading")
    },
    **{
        f"properties.tires.{wheel}.{part}": f"tireState.{wheel}.{part}"
        for wheel in _WHEELS
        for part in split(
            "status.currentPressure status.targetPressure details.dimension details.manufacturer details.partNumber",
            "details.treadDesign",
        )
    },
    "properties.serviceRequired[]": "requiredServices",
    **{f"status.checkControlMessages[].{part}": "checkControlMessages" for part in ("id", "state", "longDescription")},
}
"""Parts of the newer state, by a field or what it begins with; the others are in no reading."""
