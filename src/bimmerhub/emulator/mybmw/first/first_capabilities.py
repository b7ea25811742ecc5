"""`capabilities` of the first list (2021): commands as objects with what the app asks before, the rest as flags."""

from bimmerhub.emulator.cars.models.equipment import Equipment
from bimmerhub.emulator.mybmw.car.capabilities import describe_capabilities
from bimmerhub.emulator.mybmw.car.state import has_full_state
from bimmerhub.emulator.mybmw.car.vehicles import has_modern_head_unit

_SECONDS = "Remote functions may take a few seconds."
_COMMANDS = {
    "horn": "Sound your horn now?",
    "lights": "Flash your lights now?",
    "lock": "Lock your vehicle now?",
    "unlock": "Unlock your vehicle now?",
    "sendPoi": "Send POI now?",
    "vehicleFinder": "Find your vehicle now?",
    "climateNow": "Do you want to ventilate now?",
}
_FLAGS = {
    "isBmwChargingSupported": "isBmwChargingSupported",
    "isCarSharingSupported": "isCarSharingSupported",
    "isChargeNowForBusinessSupported": "isChargeNowForBusinessSupported",
    "isChargingHistorySupported": "isChargingHistorySupported",
    "isChargingHospitalityEnabled": "isChargingHospitalityEnabled",
    "isChargingLoudnessEnable": "isChargingLoudnessEnabled",
    "isChargingPlanSupported": "isChargingPlanSupported",
    "isChargingPowerLimitEnable": "isChargingPowerLimitEnabled",
    "isChargingSettingsEnabled": "isChargingSettingsEnabled",
    "isChargingTargetSocEnable": "isChargingTargetSocEnabled",
    "isCustomerEsimSupported": "isCustomerEsimSupported",
    "isDCSContractManagementSupported": "isDCSContractManagementSupported",
    "isDataPrivacyEnabled": "isDataPrivacyEnabled",
    "isEasyChargeSupported": "isEasyChargeEnabled",
    "isEvGoChargingSupported": "isEvGoChargingSupported",
    "isMiniChargingSupported": "isMiniChargingSupported",
    "isRemoteHistorySupported": "isRemoteHistorySupported",
    "isRemoteServicesActivationRequired": "isRemoteServicesActivationRequired",
    "isRemoteServicesBookingRequired": "isRemoteServicesBookingRequired",
    "isScanAndChargeSupported": "isScanAndChargeSupported",
}
"""By flag of v1, the one of v4 that says the same."""


def describe_first_capabilities(equipment: Equipment) -> dict[str, object]:
    """Return `capabilities`."""
    later = describe_capabilities(equipment)
    fields: dict[str, object] = {
        name: {
            "isEnabled": later[name],
            "isPinAuthenticationRequired": name == "unlock",
            "executionMessage": f"{question} {_SECONDS}",
            **(_popups(has_plug=equipment.planner is not None) if name == "climateNow" else {}),
        }
        for name, question in _COMMANDS.items()
    }
    fields |= {name: later[name_later] for name, name_later in _FLAGS.items()}
    fields |= {
        "canRemoteHistoryBeDeleted": False,
        "isFindChargingEnabled": equipment.planner is not None,
        "lastStateCall": {
            "isNonLscFeatureEnabled": not has_full_state(equipment),
            "lscState": "ACTIVATED" if has_full_state(equipment) else "NOT_CAPABLE",
        },
    }
    return fields | _of_some_cars(equipment)


def _of_some_cars(equipment: Equipment) -> dict[str, object]:
    """Return what only some cars have: a timer for the ventilation, and what came with later head units."""
    fields: dict[str, object] = {}
    allowed = {"isEnabled": True, "isPinAuthenticationRequired": False}
    if equipment.planner is None and equipment.abilities.climate:
        fields["climateTimer"] = {
            **allowed,
            "isToggleEnabled": True,
            "page": {
                "description": "By setting a start time you let the vehicle know when you plan to use it.",
                "primaryButtonText": "SEND TO VEHICLE",
                "secondaryButtonText": "DEACTIVATE AND SEND TO VEHICLE",
                "subtitle": "Set start time",
                "title": "Ventilation timer",
            },
            "tile": {"description": "Plan start time", "iconId": 59774, "title": "Ventilation timer"},
        }
    if has_modern_head_unit(equipment):
        fields |= {
            "remote360": {
                **allowed,
                "isEnabled": False,
                "isComingSoonEnabled": False,
                "isDataPrivacyEnabled": False,
                "isToggleEnabled": True,
            },
            "remoteSoftwareUpgrade": allowed,
            "speechThirdPartyAlexa": {**allowed, "executionMessage": f"Activate Alexa now? {_SECONDS}"},
        }
    return fields


def _popups(*, has_plug: bool) -> dict[str, object]:
    """Return what the app asks before the climate begins and ends: a car without a plug airs only."""
    question = "Turn pre-conditioning on now?" if has_plug else "Do you want to ventilate now?"
    return {
        "executionPopup": {
            "executionMessage": f"{question} {_SECONDS}",
            "iconId": 59733,
            "popupType": "DIALOG",
            "primaryButtonText": "Start",
            "secondaryButtonText": "Cancel",
            "title": "Start Climatization" if has_plug else "Start Ventilation",
        },
        "executionStopPopup": {
            "executionMessage": f"Stop climate control in your vehicle now? {_SECONDS}",
            "title": "Climate control is running",
        },
    }
