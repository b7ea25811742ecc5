"""Which fields and words the MyBMW app's answers about cars have, as stored answers and clients show them.

Written down from those sources, not from our code: so it shows when the SDK lacks a field.
Sources: stored answers of nine (v4, v5) and seven cars (v2), 2022-2025; clients where no stored answer has a word.
The first list is in `app_v1_facts`, charging and commands in `app_service_facts`.
"""

from tools.families.endpoint_facts import EndpointFacts, split, words_of

_WHAT_IT_IS = "what the car is"
_MAPPING_FIELDS = "isAssociated isLmmEnabled isPrimaryUser mappingStatus"
_MAPPING_WORDS = "CONFIRMED PENDING"
_PROFILE_FIELDS = split(
    "brand model year bodyType color countryOfOrigin driveTrain headUnitRaw headUnitType hmiVersion telematicsUnit",
    "softwareVersionCurrent.iStep softwareVersionCurrent.puStep.month softwareVersionCurrent.puStep.year",
    "softwareVersionCurrent.seriesCluster softwareVersionExFactory.iStep softwareVersionExFactory.puStep.month",
    "softwareVersionExFactory.puStep.year softwareVersionExFactory.seriesCluster driverGuideInfo.androidAppScheme",
    "driverGuideInfo.androidStoreUrl driverGuideInfo.iosAppScheme driverGuideInfo.iosStoreUrl",
)
_PROFILE_WORDS = {
    **words_of("brand", "BMW BMW_I MINI DRITTKUNDE"),
    **words_of("driveTrain", "COMBUSTION PLUGIN_HYBRID ELECTRIC ELECTRIC_WITH_RANGE_EXTENDER HYBRID MILD_HYBRID"),
    **words_of("headUnitRaw", "NBT NBTEVO MGU HU_MGU MGU_02_L"),
    **words_of("headUnitType", "NBT NBT_EVO MGU ENTRY"),
    **words_of("hmiVersion", "ID4 ID5 ID7 ID8"),
    **words_of("telematicsUnit", "TCB1 ATM1 ATM2 WAVE01 WAVE11"),
}
_LIST_V5 = EndpointFacts(
    family="mybmw",
    name="vehicle-list",
    request="POST /eadrax-vcs/v5/vehicle-list",
    prefix="",
    fields=("gcid", *(f"mappingInfos[].{name}" for name in split("vin", _MAPPING_FIELDS, "vehicleMappingType"))),
    words={
        **words_of("mappingInfos[].mappingStatus", _MAPPING_WORDS),
        **words_of("mappingInfos[].vehicleMappingType", "CONNECTED"),
    },
    no_reading="whose the car is",
)
_PROFILE = EndpointFacts(
    family="mybmw",
    name="profile",
    request="GET /eadrax-vcs/v5/vehicle-data/profile",
    prefix="",
    fields=("vin", *_PROFILE_FIELDS),
    words=_PROFILE_WORDS,
    no_reading=_WHAT_IT_IS,
)


def _list(version: str, *, more: tuple[str, ...]) -> EndpointFacts:
    return EndpointFacts(
        family="mybmw",
        name=f"vehicles-{version}",
        request=f"GET /eadrax-vcs/{version}/vehicles",
        prefix="[].",
        fields=(
            *("vin", "appVehicleType"),
            *(f"mappingInfo.{name}" for name in (*split(_MAPPING_FIELDS), *more)),
            *(f"attributes.{name}" for name in (*_PROFILE_FIELDS, "lastFetched", "a4aType")),
        ),
        words={
            **words_of("appVehicleType", "CONNECTED DEMO"),
            **words_of("mappingInfo.mappingStatus", _MAPPING_WORDS),
            **{f"attributes.{name}": words for name, words in _PROFILE_WORDS.items()},
            **words_of("attributes.a4aType", "USB_ONLY BLUETOOTH NOT_SUPPORTED"),
        },
        no_reading=_WHAT_IT_IS,
    )


_LIST_V4 = _list("v4", more=())
_LIST_V2 = _list("v2", more=("lmmStatusReasons",))
_WEEKDAYS = "MONDAY TUESDAY WEDNESDAY THURSDAY FRIDAY SATURDAY SUNDAY"
_SIDES = tuple(f"{side}{row}" for side in ("left", "right") for row in ("Front", "Rear"))
_DOORS = " ".join(f"doorsState.{name}" for name in (*_SIDES, "hood", "trunk"))
_WINDOWS = " ".join(f"windowsState.{name}" for name in (*_SIDES, "rear"))
_TYRE = split(
    "status.currentPressure status.targetPressure status.pressureStatus status.wearStatus details.dimension",
    "details.manufacturer details.manufacturingWeek details.mountingDate details.partNumber details.treadDesign",
    "details.season details.speedClassification.speedRating details.speedClassification.atLeast",
    "details.isOptimizedForOemBmw",
)
_TYRES = tuple(
    f"tireState.{wheel}.{name}" for wheel in ("frontLeft", "frontRight", "rearLeft", "rearRight") for name in _TYRE
)
_STATE_V4 = EndpointFacts(
    family="mybmw",
    name="state",
    request="GET /eadrax-vcs/v4/vehicles/state",
    prefix="state.",
    fields=(
        *split(
            "lastFetched lastUpdatedAt isLscSupported isLeftSteering isDeepSleepModeActive currentMileage range",
            "combustionFuelLevel.remainingFuelPercent combustionFuelLevel.remainingFuelLiters",
            "combustionFuelLevel.range electricChargingState.chargingLevelPercent electricChargingState.range",
            "electricChargingState.isChargerConnected electricChargingState.chargingConnectionType",
            "electricChargingState.chargingStatus electricChargingState.chargingTarget",
            "electricChargingState.remainingChargingMinutes chargingProfile.chargingControlType",
            "chargingProfile.chargingMode chargingProfile.chargingPreference chargingProfile.climatisationOn",
            "chargingProfile.chargingSettings.targetSoc chargingProfile.chargingSettings.idcc",
            "chargingProfile.chargingSettings.hospitality chargingProfile.chargingSettings.acCurrentLimit",
            "chargingProfile.chargingSettings.isAcCurrentLimitActive",
            "chargingProfile.departureTimes[].id chargingProfile.departureTimes[].action",
            "chargingProfile.departureTimes[].timeStamp.hour chargingProfile.departureTimes[].timeStamp.minute",
            "chargingProfile.departureTimes[].timerWeekDays chargingProfile.reductionOfChargeCurrent.start.hour",
            "chargingProfile.reductionOfChargeCurrent.start.minute chargingProfile.reductionOfChargeCurrent.end.hour",
            "chargingProfile.reductionOfChargeCurrent.end.minute climateControlState.activity",
            "climateControlState.remainingSeconds climateTimers[].isWeeklyTimer climateTimers[].timerAction",
            "climateTimers[].timerWeekDays climateTimers[].departureTime.hour climateTimers[].departureTime.minute",
            _DOORS,
            "doorsState.combinedState doorsState.combinedSecurityState",
            _WINDOWS,
            "windowsState.combinedState roofState.roofState roofState.roofStateType location.coordinates.latitude",
            "location.coordinates.longitude location.address.formatted location.heading",
        ),
        *_TYRES,
        *split(
            "requiredServices[].type requiredServices[].status requiredServices[].dateTime requiredServices[].mileage",
            "requiredServices[].description checkControlMessages[].type checkControlMessages[].severity",
            "checkControlMessages[].longDescription driverPreferences.lscPrivacyMode securityOverviewMode",
            "vehicleSoftwareVersion.iStep.iStep vehicleSoftwareVersion.iStep.month vehicleSoftwareVersion.iStep.year",
            "vehicleSoftwareVersion.iStep.seriesCluster vehicleSoftwareVersion.puStep.month",
            "vehicleSoftwareVersion.puStep.year",
        ),
    ),
    words={
        **words_of("electricChargingState.chargingConnectionType", "CONDUCTIVE UNKNOWN"),
        **words_of(
            "electricChargingState.chargingStatus",
            "DEFAULT CHARGING ERROR COMPLETE FULLY_CHARGED FINISHED_FULLY_CHARGED FINISHED_NOT_FULL INVALID "
            "NOT_CHARGING PLUGGED_IN WAITING_FOR_CHARGING TARGET_REACHED UNKNOWN",
        ),
        **words_of("chargingProfile.chargingControlType", "WEEKLY_PLANNER TWO_TIMES_TIMER"),
        **words_of("chargingProfile.chargingMode", "IMMEDIATE_CHARGING DELAYED_CHARGING NO_ACTION"),
        **words_of("chargingProfile.chargingPreference", "NO_PRESELECTION CHARGING_WINDOW"),
        **words_of("chargingProfile.chargingSettings.idcc", "UNLIMITED_LOUD NO_ACTION"),
        **words_of("chargingProfile.chargingSettings.hospitality", "NO_ACTION"),
        **words_of("chargingProfile.departureTimes[].action climateTimers[].timerAction", "ACTIVATE DEACTIVATE"),
        **words_of("chargingProfile.departureTimes[].timerWeekDays climateTimers[].timerWeekDays", _WEEKDAYS),
        **words_of("climateControlState.activity", "STANDBY INACTIVE HEATING COOLING VENTILATION UNKNOWN"),
        **words_of(_DOORS, "CLOSED OPEN INTERMEDIATE INVALID UNKNOWN"),
        **words_of("doorsState.combinedState", "CLOSED OPEN"),
        **words_of(
            "doorsState.combinedSecurityState", "LOCKED UNLOCKED SECURED PARTIALLY_LOCKED SELECTIVE_LOCKED UNKNOWN"
        ),
        **words_of("roofState.roofState", "CLOSED OPEN"),
        **words_of("roofState.roofStateType", "SUN_ROOF"),
        **words_of(
            "requiredServices[].type",
            "OIL BRAKE_FLUID VEHICLE_TUV VEHICLE_CHECK TIRE_WEAR_FRONT TIRE_WEAR_REAR",
        ),
        **words_of("requiredServices[].status", "OK PENDING OVERDUE"),
        **words_of("checkControlMessages[].type", "ENGINE_OIL TIRE_PRESSURE"),
        **words_of("checkControlMessages[].severity", "OK LOW MEDIUM HIGH CRITICAL"),
        **words_of("driverPreferences.lscPrivacyMode", "OFF ON"),
        **words_of("securityOverviewMode", "ARMED NOT_ARMED"),
    },
)
_IS = (
    "BatteryPreconditioningSupported BmwChargingSupported CarSharingSupported ChargeNowForBusinessSupported "
    "ChargingHistorySupported ChargingHospitalityEnabled ChargingLoudnessEnabled ChargingPlanSupported "
    "ChargingPowerLimitEnabled ChargingSettingsEnabled ChargingTargetSocEnabled ClimateTimerSupported "
    "ClimateTimerWeeklyActive CustomerEsimSupported DCSContractManagementSupported DataPrivacyEnabled "
    "EasyChargeEnabled EvGoChargingSupported LocationBasedChargingSettingsSupported MiniChargingSupported "
    "NonLscFeatureEnabled OptimizedChargingSupported PersonalPictureUploadSupported PlugAndChargeSupported "
    "RemoteEngineStartSupported RemoteEngineStartEnabled RemoteHistoryDeletionSupported RemoteHistorySupported "
    "RemoteParkingEes25Active RemoteParkingSupported RemoteServicesActivationRequired RemoteServicesBookingRequired "
    "ScanAndChargeSupported SustainabilityAccumulatedViewEnabled SustainabilitySupported ThirdPartyAppStoreSupported "
    "WifiHotspotServiceSupported"
)
_SERVICES = tuple(
    f"remoteServices.{name}"
    for name in split(
        "doorLock doorUnlock hornBlow lightFlash inCarCamera inCarCameraDwa remote360 surroundViewRecorder"
    )
)
_ABILITIES_V4 = EndpointFacts(
    family="mybmw",
    name="capabilities",
    request="GET /eadrax-vcs/v4/vehicles/state",
    prefix="capabilities.",
    fields=(
        *split(
            "climateNow horn lights lock unlock sendPoi vehicleFinder alarmSystem remote360 inCarCamera inCarCameraDwa",
            "surroundViewRecorder remoteSoftwareUpgrade speechThirdPartyAlexa speechThirdPartyAlexaSDK",
            "checkSustainabilityDPP",
        ),
        *(f"is{name}" for name in split(_IS)),
        *split(
            "a4aType climateFunction climateTimerTrigger lastStateCallState vehicleStateSource",
            "digitalKey.bookedServicePackage digitalKey.state digitalKey.isDigitalKeyFirstSupported",
            "digitalKey.vehicleSoftwareUpgradeRequired digitalKey.readerGraphics",
            "locationBasedCommerceFeatures.fueling locationBasedCommerceFeatures.parking",
            "locationBasedCommerceFeatures.reservations remoteChargingCommands.chargingControl",
            "remoteChargingCommands.flapControl remoteChargingCommands.plugControl",
        ),
        *(f"{service}.{part}" for service in _SERVICES for part in ("id", "state")),
        "specialThemeSupport",
    ),
    words={
        **words_of("a4aType", "USB_ONLY BLUETOOTH NOT_SUPPORTED"),
        **words_of("climateFunction", "VENTILATION AIR_CONDITIONING"),
        **words_of("climateTimerTrigger", "START_TIMER DEPARTURE_TIMER"),
        **words_of("lastStateCallState", "ACTIVATED NOT_SUPPORTED NOT_CAPABLE"),
        **words_of("vehicleStateSource", "A4A LAST_STATE_CALL NOT_SUPPORTED"),
        **words_of("digitalKey.bookedServicePackage", "NONE SMACC_1_5 SMACC_2_UWB"),
        **words_of("digitalKey.state", "NOT_AVAILABLE ACTIVATED"),
        **words_of("remoteChargingCommands.chargingControl", "START STOP"),
        **words_of("remoteChargingCommands.flapControl", "NOT_SUPPORTED"),
        **words_of(" ".join(f"{service}.state" for service in _SERVICES), "ACTIVATED NOT_AVAILABLE"),
    },
    no_reading="what the car can do",
)
_V4_ONLY = split(
    "a4aType alarmSystem checkSustainabilityDPP inCarCameraDwa isBatteryPreconditioningSupported",
    "isClimateTimerWeeklyActive isLocationBasedChargingSettingsSupported isOptimizedChargingSupported",
    "isPersonalPictureUploadSupported isPlugAndChargeSupported isRemoteEngineStartEnabled isRemoteParkingEes25Active",
    "isSustainabilityAccumulatedViewEnabled isThirdPartyAppStoreSupported speechThirdPartyAlexaSDK digitalKey.",
    "locationBasedCommerceFeatures. remoteChargingCommands. remoteServices.",
)


def _v2(newer: EndpointFacts, *, lacks: tuple[str, ...]) -> EndpointFacts:
    fields = tuple(field for field in newer.fields if not field.startswith(lacks))
    return EndpointFacts(
        family="mybmw",
        name=f"{newer.name}-v2",
        request="GET /eadrax-vcs/v2/vehicles/{vin}/state",
        prefix=newer.prefix,
        fields=fields,
        words={field: words for field, words in newer.words.items() if field in fields},
        no_reading=newer.no_reading,
        like=f"as `{newer.name}`, without " + ", ".join(f"`{name.rstrip('.')}`" for name in lacks),
    )


_STATE_V2 = _v2(_STATE_V4, lacks=split("tireState. securityOverviewMode isDeepSleepModeActive vehicleSoftwareVersion."))
_ABILITIES_V2 = _v2(_ABILITIES_V4, lacks=_V4_ONLY)
APP_CARS = (_LIST_V5, _PROFILE, _LIST_V4, _LIST_V2, _STATE_V4, _ABILITIES_V4, _STATE_V2, _ABILITIES_V2)
"""Lists, profile, state and capabilities; the newest version first."""
