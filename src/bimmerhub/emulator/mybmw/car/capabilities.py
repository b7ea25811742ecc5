"""`capabilities` of a car: which commands it obeys, and which services its people can book."""

from bimmerhub.emulator.cars.models.equipment import CarBrand, Equipment
from bimmerhub.emulator.cars.owner_wishes import PlannerKind
from bimmerhub.emulator.mybmw.car.state import has_full_state
from bimmerhub.emulator.mybmw.car.vehicles import a4a_of, has_modern_head_unit, telematics_of

_NOT_YET_IN_V2 = frozenset(
    {
        "a4aType",
        "checkSustainabilityDPP",
        "digitalKey",
        "isClimateTimerWeeklyActive",
        "isPersonalPictureUploadSupported",
        "isSustainabilityAccumulatedViewEnabled",
        "speechThirdPartyAlexaSDK",
        "alarmSystem",
        "inCarCameraDwa",
        "isBatteryPreconditioningSupported",
        "isLocationBasedChargingSettingsSupported",
        "isOptimizedChargingSupported",
        "isPlugAndChargeSupported",
        "isRemoteEngineStartEnabled",
        "isRemoteParkingEes25Active",
        "isThirdPartyAppStoreSupported",
        "locationBasedCommerceFeatures",
        "remoteServices",
    }
)


def can_set_charging(equipment: Equipment) -> bool:
    """Tell whether charge target, current and loudness can be set from afar: not in cars of before 2020 (inferred)."""
    return equipment.planner is not None and has_modern_head_unit(equipment)


def describe_capabilities(equipment: Equipment) -> dict[str, object]:
    """Return `capabilities` of v4."""
    able, is_modern = equipment.abilities, has_modern_head_unit(equipment)
    has_full = has_full_state(equipment)
    return {
        "a4aType": a4a_of(equipment),
        "alarmSystem": equipment.has_alarm,
        "climateFunction": "VENTILATION" if equipment.planner is None else "AIR_CONDITIONING",
        "climateNow": able.climate,
        "climateTimerTrigger": "DEPARTURE_TIMER" if equipment.planner is PlannerKind.WEEKLY else "START_TIMER",
        "horn": able.horn,
        "lastStateCallState": "ACTIVATED" if has_full else "NOT_SUPPORTED",
        "lights": able.lights,
        "lock": able.lock,
        "unlock": able.unlock,
        "sendPoi": able.receive,
        "vehicleFinder": able.find,
        "vehicleStateSource": "LAST_STATE_CALL" if has_full else "NOT_SUPPORTED",
        "checkSustainabilityDPP": False,
        "inCarCamera": False,
        "inCarCameraDwa": False,
        "remote360": False,
        "remoteSoftwareUpgrade": is_modern,
        "speechThirdPartyAlexa": equipment.has_navigation,
        "speechThirdPartyAlexaSDK": False,
        "surroundViewRecorder": False,
        **_switches(equipment, is_modern=is_modern, has_full=has_full),
        "digitalKey": {
            "bookedServicePackage": "SMACC_1_5" if is_modern else "NONE",
            "isDigitalKeyFirstSupported": False,
            "readerGraphics": "readerGraphics",
            "state": "ACTIVATED" if is_modern else "NOT_AVAILABLE",
            "vehicleSoftwareUpgradeRequired": False,
        },
        "locationBasedCommerceFeatures": {"fueling": False, "parking": False, "reservations": False},
        "remoteChargingCommands": _charging_commands(equipment),
        "remoteServices": {
            name: {"id": name, "state": "ACTIVATED" if is_there else "NOT_AVAILABLE"}
            for name, is_there in (
                ("doorLock", able.lock),
                ("doorUnlock", able.unlock),
                ("hornBlow", able.horn),
                ("lightFlash", able.lights),
                ("inCarCamera", False),
                ("inCarCameraDwa", False),
                ("remote360", False),
                ("surroundViewRecorder", False),
            )
        },
        "specialThemeSupport": [],
    }


def describe_capabilities_v2(equipment: Equipment) -> dict[str, object]:
    """Return `capabilities` of v2: fewer, and without commands for charging."""
    fields = describe_capabilities(equipment)
    return {name: value for name, value in fields.items() if name not in _NOT_YET_IN_V2} | {
        "remoteChargingCommands": {}
    }


def _switches(equipment: Equipment, *, is_modern: bool, has_full: bool) -> dict[str, bool]:
    """Return what begins with "is"."""
    has_plug, sets_charging = equipment.planner is not None, can_set_charging(equipment)
    is_bmw = equipment.brand in {CarBrand.BMW, CarBrand.BMW_I}
    return {
        "isBatteryPreconditioningSupported": equipment.head_unit == "IDCEVO",
        "isBmwChargingSupported": has_plug and is_bmw,
        "isCarSharingSupported": False,
        "isChargeNowForBusinessSupported": has_plug and is_bmw,
        "isChargingHistorySupported": has_plug,
        "isChargingHospitalityEnabled": sets_charging,
        "isChargingLoudnessEnabled": sets_charging,
        "isChargingPlanSupported": has_plug,
        "isChargingPowerLimitEnabled": sets_charging,
        "isChargingSettingsEnabled": sets_charging,
        "isChargingTargetSocEnabled": sets_charging,
        "isClimateTimerSupported": equipment.abilities.climate,
        "isClimateTimerWeeklyActive": equipment.planner is PlannerKind.WEEKLY,
        "isCustomerEsimSupported": telematics_of(equipment).startswith("WAVE"),
        "isDCSContractManagementSupported": has_plug and is_modern,
        "isDataPrivacyEnabled": False,
        "isEasyChargeEnabled": sets_charging,
        "isEvGoChargingSupported": False,
        "isLocationBasedChargingSettingsSupported": sets_charging,
        "isMiniChargingSupported": has_plug and equipment.brand is CarBrand.MINI,
        "isNonLscFeatureEnabled": not has_full,
        "isOptimizedChargingSupported": sets_charging,
        "isPersonalPictureUploadSupported": False,
        "isPlugAndChargeSupported": sets_charging,
        "isRemoteEngineStartEnabled": False,
        "isRemoteEngineStartSupported": False,
        "isRemoteHistoryDeletionSupported": False,
        "isRemoteHistorySupported": has_full,
        "isRemoteParkingEes25Active": False,
        "isRemoteParkingSupported": False,
        "isRemoteServicesActivationRequired": False,
        "isRemoteServicesBookingRequired": False,
        "isScanAndChargeSupported": has_plug,
        "isSustainabilityAccumulatedViewEnabled": has_plug,
        "isSustainabilitySupported": has_plug and equipment.shares_statistics,
        "isThirdPartyAppStoreSupported": is_modern,
        "isWifiHotspotServiceSupported": is_modern,
    }


def _charging_commands(equipment: Equipment) -> dict[str, object]:
    if not can_set_charging(equipment):
        return {}
    return {"chargingControl": ["START", "STOP"], "flapControl": ["NOT_SUPPORTED"], "plugControl": ["NOT_SUPPORTED"]}
