"""Invented answers of the MyBMW app's interface in the shapes that stored answers of cars show."""

from typing import Any, Final

VIN: Final = "WBA00000000000031"
MINI_VIN: Final = "WMW00000000000032"
GCID: Final = "11111111-2222-3333-4444-555555555555"
EVENT_ID: Final = "66666666-7777-8888-9999-000000000000"

OAUTH_CONFIG: Final[dict[str, Any]] = {
    "clientName": "mybmwapp",
    "clientId": "client-of-the-app",
    "clientSecret": "secret-of-the-app",
    "gcdmBaseUrl": "https://sign-in.example.org",
    "returnUrl": "com.bmw.connected://oauth",
    "brand": "bmw",
    "language": "en",
    "country": "US",
    "authorizationEndpoint": "https://sign-in.example.org/oneid/login",
    "tokenEndpoint": "https://sign-in.example.org/gcdm/oauth/token",
    "scopes": ["openid", "profile", "vehicle_data", "remote_services", "authenticate_user"],
    "promptValues": ["login"],
}

PROFILE: Final[dict[str, Any]] = {
    "vin": VIN,
    "brand": "BMW",
    "model": "330e xDrive",
    "year": 2022,
    "bodyType": "G20",
    "color": 4278190080,
    "countryOfOrigin": "DE",
    "driveTrain": "PLUGIN_HYBRID",
    "headUnitRaw": "HU_MGU",
    "headUnitType": "MGU",
    "hmiVersion": "ID7",
    "telematicsUnit": "WAVE01",
    "softwareVersionCurrent": {"iStep": 420, "puStep": {"month": 7, "year": 21}, "seriesCluster": "S18A"},
    "softwareVersionExFactory": {"iStep": 500, "puStep": {"month": 11, "year": 20}, "seriesCluster": "S18A"},
    "driverGuideInfo": {
        "androidAppScheme": "com.bmwgroup.driversguide.row",
        "androidStoreUrl": "https://play.example.org/guide",
        "iosAppScheme": "bmwdriversguide:///open",
        "iosStoreUrl": "https://apps.example.org/guide",
    },
}

V4_ITEM: Final[dict[str, Any]] = {
    "vin": VIN,
    "mappingInfo": {
        "isAssociated": False,
        "isLmmEnabled": False,
        "isPrimaryUser": True,
        "mappingStatus": "CONFIRMED",
        "lmmStatusReasons": [],
    },
    "appVehicleType": "CONNECTED",
    "attributes": {
        **{name: value for name, value in PROFILE.items() if name != "vin"},
        "lastFetched": "2023-01-04T14:57:06.1Z",
        "a4aType": "NOT_SUPPORTED",
    },
}

V5_LIST: Final[dict[str, Any]] = {
    "gcid": GCID,
    "mappingInfos": [
        {
            "vin": VIN,
            "isAssociated": False,
            "isLmmEnabled": False,
            "isPrimaryUser": True,
            "mappingStatus": "CONFIRMED",
            "vehicleMappingType": "CONNECTED",
        }
    ],
}


def _tyre(pressure_kpa: int) -> dict[str, Any]:
    return {
        "status": {"currentPressure": pressure_kpa, "targetPressure": 270, "pressureStatus": 0, "wearStatus": 1},
        "details": {
            "dimension": "225/35 R20 90Y XL",
            "manufacturer": "Pirelli",
            "manufacturingWeek": 4021,
            "mountingDate": "2022-03-07T00:00:00.000Z",
            "partNumber": "2461756",
            "treadDesign": "P-ZERO",
            "season": 2,
            "speedClassification": {"speedRating": 300, "atLeast": False},
            "isOptimizedForOemBmw": True,
        },
    }


STATE: Final[dict[str, Any]] = {
    "lastFetched": "2023-01-04T14:57:06.371Z",
    "lastUpdatedAt": "2023-01-04T14:57:06Z",
    "isLscSupported": True,
    "isLeftSteering": True,
    "isDeepSleepModeActive": False,
    "currentMileage": 12345,
    "range": 472,
    "combustionFuelLevel": {"remainingFuelPercent": 65, "remainingFuelLiters": 40, "range": 472},
    "electricChargingState": {
        "chargingLevelPercent": 80,
        "range": 47,
        "isChargerConnected": True,
        "chargingConnectionType": "CONDUCTIVE",
        "chargingStatus": "CHARGING",
        "chargingTarget": 100,
        "remainingChargingMinutes": 60,
    },
    "chargingProfile": {
        "chargingControlType": "WEEKLY_PLANNER",
        "chargingMode": "DELAYED_CHARGING",
        "chargingPreference": "CHARGING_WINDOW",
        "climatisationOn": True,
        "chargingSettings": {
            "targetSoc": 100,
            "idcc": "UNLIMITED_LOUD",
            "hospitality": "NO_ACTION",
            "acCurrentLimit": 16,
            "isAcCurrentLimitActive": True,
        },
        "departureTimes": [
            {
                "id": 1,
                "action": "ACTIVATE",
                "timeStamp": {"hour": 7, "minute": 35},
                "timerWeekDays": ["MONDAY", "FRIDAY"],
            },
            {"id": 4, "action": "DEACTIVATE", "timerWeekDays": []},
        ],
        "reductionOfChargeCurrent": {"start": {"hour": 18, "minute": 1}, "end": {"hour": 5, "minute": 30}},
    },
    "climateControlState": {"activity": "HEATING", "remainingSeconds": 1790.846},
    "climateTimers": [
        {
            "isWeeklyTimer": False,
            "timerAction": "DEACTIVATE",
            "timerWeekDays": [],
            "departureTime": {"hour": 7, "minute": 0},
        }
    ],
    "doorsState": {
        "leftFront": "OPEN",
        "leftRear": "CLOSED",
        "rightFront": "CLOSED",
        "rightRear": "INVALID",
        "hood": "CLOSED",
        "trunk": "INTERMEDIATE",
        "combinedState": "OPEN",
        "combinedSecurityState": "PARTIALLY_LOCKED",
    },
    "windowsState": {
        "leftFront": "CLOSED",
        "leftRear": "INTERMEDIATE",
        "rightFront": "OPEN",
        "rightRear": "CLOSED",
        "rear": "CLOSED",
        "combinedState": "OPEN",
    },
    "roofState": {"roofState": "CLOSED", "roofStateType": "SUN_ROOF"},
    "location": {
        "coordinates": {"latitude": 48.1, "longitude": 11.5},
        "address": {"formatted": "Somewhere 1, Town"},
        "heading": 180,
    },
    "tireState": {
        "frontLeft": _tyre(241),
        "frontRight": _tyre(255),
        "rearLeft": _tyre(324),
        "rearRight": _tyre(331),
    },
    "requiredServices": [
        {
            "type": "BRAKE_FLUID",
            "status": "OK",
            "dateTime": "2024-12-01T00:00:00.000Z",
            "description": "Next service due by the specified date.",
        },
        {"type": "OIL", "status": "PENDING", "dateTime": "2023-02-01T00:00:00.000Z", "mileage": 2000},
    ],
    "checkControlMessages": [
        {"type": "TIRE_PRESSURE", "severity": "LOW", "longDescription": "Check the tyres."},
        {"type": "ENGINE_OIL", "severity": "OK"},
    ],
    "driverPreferences": {"lscPrivacyMode": "OFF"},
    "securityOverviewMode": "ARMED",
    "vehicleSoftwareVersion": {
        "iStep": {"iStep": 420, "month": 7, "year": 21, "seriesCluster": "S18A"},
        "puStep": {"month": 7, "year": 21},
    },
}

OLD_STATE: Final[dict[str, Any]] = {
    "checkControlMessages": [],
    "climateTimers": [],
    "driverPreferences": {"lscPrivacyMode": "OFF"},
    "isLeftSteering": True,
    "isLscSupported": False,
    "lastFetched": "2023-01-04T14:57:06.371Z",
    "lastUpdatedAt": "0001-01-01T00:00:00Z",
    "requiredServices": [],
}

_SWITCHES: Final = [
    "climateNow",
    "horn",
    "lights",
    "lock",
    "unlock",
    "sendPoi",
    "vehicleFinder",
    "alarmSystem",
    "remote360",
    "inCarCamera",
    "inCarCameraDwa",
    "surroundViewRecorder",
    "remoteSoftwareUpgrade",
    "speechThirdPartyAlexa",
    "speechThirdPartyAlexaSDK",
    "checkSustainabilityDPP",
    "isBatteryPreconditioningSupported",
    "isBmwChargingSupported",
    "isCarSharingSupported",
    "isChargeNowForBusinessSupported",
    "isChargingHistorySupported",
    "isChargingHospitalityEnabled",
    "isChargingLoudnessEnabled",
    "isChargingPlanSupported",
    "isChargingPowerLimitEnabled",
    "isChargingSettingsEnabled",
    "isChargingTargetSocEnabled",
    "isClimateTimerSupported",
    "isClimateTimerWeeklyActive",
    "isCustomerEsimSupported",
    "isDCSContractManagementSupported",
    "isDataPrivacyEnabled",
    "isEasyChargeEnabled",
    "isEvGoChargingSupported",
    "isLocationBasedChargingSettingsSupported",
    "isMiniChargingSupported",
    "isNonLscFeatureEnabled",
    "isOptimizedChargingSupported",
    "isPersonalPictureUploadSupported",
    "isPlugAndChargeSupported",
    "isRemoteEngineStartSupported",
    "isRemoteEngineStartEnabled",
    "isRemoteHistoryDeletionSupported",
    "isRemoteHistorySupported",
    "isRemoteParkingEes25Active",
    "isRemoteParkingSupported",
    "isRemoteServicesActivationRequired",
    "isRemoteServicesBookingRequired",
    "isScanAndChargeSupported",
    "isSustainabilityAccumulatedViewEnabled",
    "isSustainabilitySupported",
    "isThirdPartyAppStoreSupported",
    "isWifiHotspotServiceSupported",
]
_SERVICE: Final = {"id": "doorLock", "state": "ACTIVATED"}

CAPABILITIES: Final[dict[str, Any]] = {
    **dict.fromkeys(_SWITCHES, True),
    "horn": False,
    "vehicleFinder": False,
    "isRemoteEngineStartSupported": False,
    "isRemoteEngineStartEnabled": False,
    "a4aType": "USB_ONLY",
    "climateFunction": "AIR_CONDITIONING",
    "climateTimerTrigger": "DEPARTURE_TIMER",
    "lastStateCallState": "ACTIVATED",
    "vehicleStateSource": "LAST_STATE_CALL",
    "digitalKey": {
        "bookedServicePackage": "SMACC_1_5",
        "state": "ACTIVATED",
        "isDigitalKeyFirstSupported": False,
        "vehicleSoftwareUpgradeRequired": True,
        "readerGraphics": "readerGraphics",
    },
    "locationBasedCommerceFeatures": {"fueling": False, "parking": True, "reservations": False},
    "remoteChargingCommands": {
        "chargingControl": ["START", "STOP"],
        "flapControl": ["NOT_SUPPORTED"],
        "plugControl": ["NOT_SUPPORTED"],
    },
    "remoteServices": {
        name: {**_SERVICE, "id": name}
        for name in (
            "doorLock",
            "doorUnlock",
            "hornBlow",
            "lightFlash",
            "inCarCamera",
            "inCarCameraDwa",
            "remote360",
            "surroundViewRecorder",
        )
    },
    "specialThemeSupport": ["WINTER"],
}

STATE_ANSWER: Final[dict[str, Any]] = {"capabilities": CAPABILITIES, "state": STATE}


def _v1_tyre(pressure_kpa: int) -> dict[str, Any]:
    return {
        "status": {
            "currentPressure": pressure_kpa,
            "targetPressure": 290,
            "localizedCurrentPressure": "2.6 bar",
            "localizedTargetPressure": "2.9 bar",
            "wear": "Good",
        },
        "details": {
            "dimension": "225/45 R18",
            "manufacturer": "Michelin",
            "manufacturingWeek": "35 / 19",
            "maxSpeed": "240 km/h",
            "mountingDate": "11/12/2021",
            "optimizedForOemBmw": "Yes",
            "partNumber": "2471535",
            "season": "Winter",
            "treadDesign": "ALPIN",
        },
    }


def _km(value: int) -> dict[str, Any]:
    return {"distance": {"value": value, "units": "KILOMETERS"}}


_V1_SERVICE: Final = {"type": "BRAKE_FLUID", "status": "OK", "dateTime": "2024-12-01T00:00:00.000Z", **_km(15000)}
_SEATS: Final = {
    "driverFront": "CLOSED",
    "driverRear": "CLOSED",
    "passengerFront": "OPEN",
    "passengerRear": "CLOSED",
}
_ENABLED: Final = {"isEnabled": True, "isPinAuthenticationRequired": False, "executionMessage": "Sent.", "popups": {}}

V1_ITEM: Final[dict[str, Any]] = {
    "vin": VIN,
    "model": "330e xDrive",
    "year": 2021,
    "brand": "BMW",
    "bodyType": "G20",
    "driveTrain": "PLUGIN_HYBRID",
    "headUnit": "MGU",
    "hmiVersion": "id7",
    "telematicsUnit": "ATM02",
    "a4aType": "USB_ONLY",
    "iStep": "S18A-21-07-550",
    "puStep": "0721",
    "exFactoryILevel": "S18A-20-11-530",
    "exFactoryPUStep": "1120",
    "isLscSupported": True,
    "isMappingPending": False,
    "isMappingUnconfirmed": False,
    "connectedDriveServices": ["WIFI_HOTSPOT_SERVICE"],
    "driverGuideInfo": {**PROFILE["driverGuideInfo"], "title": "BMW Driver's Guide"},
    "themeSpecs": {"vehicleStatusBackgroundColor": {"red": 156, "green": 154, "blue": 152}},
    "properties": {
        "lastUpdatedAt": "2021-11-11T08:58:53Z",
        "inMotion": False,
        "areDoorsClosed": False,
        "areDoorsOpen": True,
        "areDoorsLocked": True,
        "areWindowsClosed": True,
        "isServiceRequired": False,
        "originCountryISO": "DE",
        "climateControl": {"activity": "INACTIVE"},
        "fuelLevel": {"value": 40, "units": "LITERS"},
        "fuelPercentage": {"value": 65},
        "combustionRange": _km(420),
        "electricRange": _km(47),
        "combinedRange": _km(467),
        "electricRangeAndStatus": {"chargePercentage": 80, **_km(47)},
        "chargingState": {
            "chargePercentage": 80,
            "state": "NOT_CHARGING",
            "type": "NOT_AVAILABLE",
            "isChargerConnected": False,
        },
        "doorsAndWindows": {
            "doors": _SEATS,
            "windows": {**_SEATS, "passengerFront": "INTERMEDIATE"},
            "hood": "CLOSED",
            "trunk": "OPEN",
            "moonroof": "CLOSED",
        },
        "serviceRequired": [_V1_SERVICE],
        "checkControlMessages": [],
        "vehicleLocation": {
            "coordinates": {"latitude": 48.1, "longitude": 11.5},
            "address": {"formatted": "Somewhere 1, Town"},
            "heading": 90,
        },
        "tires": {
            "frontLeft": _v1_tyre(250),
            "frontRight": _v1_tyre(251),
            "rearLeft": _v1_tyre(280),
            "rearRight": _v1_tyre(281),
        },
    },
    "status": {
        "lastUpdatedAt": "2021-11-11T08:58:53Z",
        "currentMileage": {"mileage": 1000, "units": "mi", "formattedMileage": "1,000"},
        "doorsGeneralState": "Locked",
        "doorsAndWindows": [{"title": "All doors", "state": "Closed", "iconId": 59757, "criticalness": "nonCritical"}],
        "fuelIndicators": [
            {
                "rangeIconId": 59683,
                "infoIconId": 59694,
                "levelIconId": 59694,
                "rangeValue": "47",
                "rangeUnits": "km",
                "levelValue": "80",
                "levelUnits": "%",
                "mainBarValue": 80,
                "secondaryBarValue": 0,
                "barType": "wide",
                "showsBar": True,
                "showBarGoal": False,
                "isInaccurate": False,
                "isCircleIcon": False,
                "iconOpacity": "high",
                "infoLabel": "State of Charge",
                "chargingType": "charging",
                "chargingStatusType": "CHARGING",
                "chargingStatusIndicatorType": "CHARGING",
            }
        ],
        "requiredServices": [
            {
                "id": "BrakeFluid",
                "title": "Brake fluid",
                "subtitle": "Due in December 2024 or 15000 km",
                "longDescription": "Next service due by the specified date.",
                "criticalness": "nonCritical",
                "iconId": 60223,
            }
        ],
        "checkControlMessages": [
            {
                "id": "TirePressure",
                "title": "Tire pressure",
                "state": "Low",
                "criticalness": "semiCritical",
                "iconId": 60217,
                "longDescription": "Check the tyres.",
            }
        ],
        "checkControlMessagesGeneralState": "No Issues",
        "recallMessages": [],
        "recallExternalUrl": "https://recalls.example.org",
        "timestampMessage": "Updated from vehicle 11/11/2021 08:58 AM",
        "chargingProfile": {
            "chargingControlType": "weeklyPlanner",
            "chargingMode": "immediateCharging",
            "chargingPreference": "noPreSelection",
            "climatisationOn": True,
            "chargingSettings": {
                "hospitality": "NO_ACTION",
                "idcc": "NO_ACTION",
                "isAcCurrentLimitActive": False,
                "targetSoc": 100,
            },
            "departureTimes": [
                {
                    "id": 1,
                    "action": "activate",
                    "timeStamp": {"hour": 7, "minute": 0},
                    "timerWeekDays": ["monday", "friday"],
                }
            ],
            "reductionOfChargeCurrent": {"start": {"hour": 22, "minute": 0}, "end": {"hour": 6, "minute": 0}},
        },
    },
    "capabilities": {
        "climateNow": _ENABLED,
        "climateTimer": _ENABLED,
        "horn": {**_ENABLED, "isEnabled": False},
        "lights": _ENABLED,
        "lock": _ENABLED,
        "unlock": {**_ENABLED, "isPinAuthenticationRequired": True},
        "sendPoi": _ENABLED,
        "vehicleFinder": _ENABLED,
        "remote360": _ENABLED,
        "remoteSoftwareUpgrade": _ENABLED,
        "speechThirdPartyAlexa": _ENABLED,
        "lastStateCall": {"isNonLscFeatureEnabled": True, "lscState": "ACTIVATED"},
        "isChargingLoudnessEnable": True,
        "isChargingPowerLimitEnable": False,
        "isChargingTargetSocEnable": True,
        "isEasyChargeSupported": True,
        "isFindChargingEnabled": True,
        "canRemoteHistoryBeDeleted": True,
        "isChargingHistorySupported": True,
        "isChargingPlanSupported": True,
        "isRemoteEngineStartSupported": False,
    },
}

CHARGING_SETTINGS: Final[dict[str, Any]] = {
    "chargeAndClimateSettings": {
        "chargeAndClimateTimer": {
            "chargingMode": "Charge immediately",
            "chargingModeSemantics": "Charge immediately",
            "departureTimer": ["Off"],
            "departureTimerSemantics": "Off",
            "preconditionForDeparture": "Off",
            "showDepartureTimers": False,
        },
        "chargingFlap": {"permanentlyUnlockLabel": "Off"},
        "chargingSettings": {
            "acCurrentLimitLabel": "16A",
            "acCurrentLimitLabelSemantics": "16 amperes",
            "chargingTargetLabel": "80%",
            "dcLoudnessLabel": "Not limited",
            "unlockCableAutomaticallyLabel": "Off",
        },
    },
    "chargeAndClimateTimerDetail": {
        "chargingMode": {
            "type": "TIME_SLOT",
            "chargingPreference": "CHARGING_WINDOW",
            "startTimeSlot": "0001-01-01T18:01:00",
            "endTimeSlot": "0001-01-01T05:30:00",
        },
        "departureTimer": {
            "type": "WEEKLY_DEPARTURE_TIMER",
            "weeklyTimers": [
                {"id": 1, "daysOfTheWeek": ["MONDAY"], "time": "0001-01-01T07:00:00", "timerAction": "ACTIVATE"}
            ],
        },
        "isPreconditionForDepartureActive": False,
    },
    "chargingFlapDetail": {"isPermanentlyUnlock": False},
    "chargingSettingsDetail": {
        "acLimit": {
            "current": {"unit": "A", "value": 16},
            "isUnlimited": False,
            "max": 32,
            "min": 6,
            "values": [6, 7, 8, 16, 20, 32],
        },
        "chargingTarget": 80,
        "dcLoudness": "UNLIMITED_LOUD",
        "isUnlockCableActive": False,
        "minChargingTargetToWarning": 70,
    },
    "servicePack": "WAVE_01",
}

STATISTICS: Final[dict[str, Any]] = {
    "description": "January 2023",
    "optStateType": "OPT_IN_WITH_SESSIONS",
    "statistics": {
        "totalEnergyCharged": 142,
        "totalEnergyChargedSemantics": "142 kilowatt hours",
        "symbol": "~",
        "numberOfChargingSessions": 7,
        "numberOfChargingSessionsSemantics": "7 sessions",
    },
}


def session_page(*ids: str, next_token: str | None = None) -> dict[str, Any]:
    return {
        "paginationInfo": None if next_token is None else {"nextToken": next_token},
        "chargingSessions": {
            "total": "~ 142 kWh",
            "totalValue": 142,
            "numberOfSessions": "7",
            "chargingListState": "HAS_SESSIONS",
            "emptyStateDescription": "Nothing",
            "costsGroupedByCurrency": ["~ 5,97 EUR"],
            "costsGroupedByCurrencyValue": {"EUR": 5.97},
            "sessions": [
                {
                    "id": name,
                    "title": "Yesterday",
                    "subtitle": "Somewhere 1 • 2h 16min • ~ 5,97 EUR",
                    "energyCharged": "~ 22 kWh",
                    "sessionStatus": "FINISHED",
                    "isPublic": False,
                }
                for name in ids
            ],
        },
        "datePicker": {
            "startDate": "2022-01-01T00:00:00Z",
            "selectedDate": "2023-01-01T00:00:00Z",
            "endDate": "2023-01-31T00:00:00Z",
        },
    }


EVENT_ERROR: Final[dict[str, Any]] = {
    "eventStatus": "ERROR",
    "errorDetails": {
        "title": "Something went wrong",
        "description": "The driver's door is open.",
        "presentationType": "PAGE",
        "iconId": 60217,
        "isRetriable": True,
        "errorDetails": "NACK",
    },
}
EVENT_POSITION: Final[dict[str, Any]] = {
    "positionData": {
        "status": "OK",
        "position": {"latitude": 48.1, "longitude": 11.5, "formattedAddress": "Somewhere 1", "heading": 121},
    },
    "errorDetails": None,
}
