"""Signals of charging: what the charger does, the plug, the power, the limits, the time that is left."""

from typing import Final

from bimmerhub.domain.signals.forms import OPEN_WORDS, TRUTH_WORDS, flag, groups, number, text
from bimmerhub.domain.signals.signal import Signal

_BATTERY: Final = "powertrain.electric.battery"
_CHARGING: Final = "drivetrain.electricEngine.charging"
_PLUG: Final = (
    "body.chargingPort.status",
    "body.chargingPort.statusClearText",
    "body.chargingPort.combinedStatus",
    "powertrain.tractionBattery.charging.port.anyPosition.isPlugged",
)

_CHARGING_WORDS: Final = {
    "NOCHARGING": "not_charging",
    "INITIALIZATION": "starting",
    "CHARGINGACTIVE": "charging",
    "CHARGINGPAUSED": "paused",
    "CHARGINGENDED": "finished",
    "CHARGINGERROR": "error",
    "CHARGINGINTERRUPTED": "paused",  # this word and the next are of the catalogue of September 2026
    "CHARGINGDISRUPTED": "error",
    # hvStatus
    "NOT_CHARGING": "not_charging",
    "WAITING_FOR_CHARGING": "waiting",
    "CHARGING": "charging",
    "FINISHED_FULLY_CHARGED": "finished",
    "FINISHED_NOT_FULL": "finished",
    "ERROR": "error",
    # the MyBMW app's; that the last two mean so is inferred
    "COMPLETE": "finished",
    "FULLY_CHARGED": "finished",
    "TARGET_REACHED": "finished",
    "PLUGGED_IN": "not_charging",
    "DEFAULT": "not_charging",
}
WORDS_WHILE_CHARGING: Final = frozenset(
    word for word, state in _CHARGING_WORDS.items() if state in {"starting", "charging"}
)
"""Upper-cased: what a car says while it charges."""
_PRECONDITIONING_WORDS: Final = {
    "OFF": False,
    "REMOTE_OFF": False,
    "ON_LEGACY": True,
    "MANUAL_ON_CHARGE": True,
    "AUTOMATIC_ON": True,
    "REMOTE_ON_CHARGE": True,
    "REMOTE_ON_DRIVE": True,
}
_PHASE_WORDS: Final = {
    "NO_CHARGING": 0,
    "0": 0,
    "0.0": 0,
    **{spelling.format(phases): phases for phases in (1, 2, 3) for spelling in ("{}-PHASES", "{}-PHASE", "{}", "{}.0")},
}
_PLUG_WORDS: Final = {"CONNECTED": True, "DISCONNECTED": False, **TRUTH_WORDS}
_CABLE_WORDS: Final = {
    "CHARGING_CABLE_LOCKED": True,
    "LOCKED": True,
    "CHARGING_CABLE_NOT_LOCKED": False,
    "CHARGING_CABLE_LOCKING_ERROR_DETECTED": False,
    "UNLOCKED": False,
    **TRUTH_WORDS,
}

CHARGING_SIGNALS: Final = (
    text(
        "charging_status",
        "not_charging, starting, waiting, charging, paused, finished or error; the end may never be sent",
        f"{_CHARGING}.status",
        f"{_CHARGING}.hvStatus",
        words=_CHARGING_WORDS,
    ),
    flag(
        "is_charging",
        "The battery is being charged",
        f"{_CHARGING}.status",
        f"{_CHARGING}.hvStatus",
        words={word: status == "charging" for word, status in _CHARGING_WORDS.items()},
    ),
    flag("is_plugged_in", "A charging plug is in", _PLUG, f"{_CHARGING}.connectorStatus", words=_PLUG_WORDS),
    flag(
        "is_charging_cable_locked", "The charging cable is locked", "body.chargingPort.lockedStatus", words=_CABLE_WORDS
    ),
    flag("is_charging_flap_locked", "The charging flap is locked", "body.flap.isLocked"),
    flag(
        "is_charging_flap_open",
        "The charging flap is open",
        "powertrain.tractionBattery.charging.port.anyPosition.flap.isOpen",
        words=OPEN_WORDS,
    ),
    number(
        "charging_power_kw",
        "kW",
        "Power flowing into the battery",
        f"{_BATTERY}.charging.power",
        zero="absent_without_battery",
    ),
    Signal(
        name="charging_phases",
        kind="number",
        unit=None,
        meaning="Phases in use, 0 when not charging",
        groups=groups(f"{_CHARGING}.phaseNumber"),
        words=_PHASE_WORDS,
    ),
    number(
        "charging_voltage_v",
        "V",
        "AC voltage while charging",
        f"{_CHARGING}.acVoltage",
        zero="absent_without_battery",
    ),
    number(
        "charging_current_a",
        "A",
        "AC current of one phase while charging",
        f"{_CHARGING}.acAmpere",
        zero="absent_without_battery",
    ),
    number("charging_current_limit_a", "A", "AC current limit that is set", f"{_BATTERY}.charging.acLimit.selected"),
    flag("is_charging_current_limited", "An AC current limit is set", f"{_BATTERY}.charging.acLimit.isActive"),
    number("charging_current_min_a", "A", "Lowest AC current limit to choose", f"{_BATTERY}.charging.acLimit.min"),
    number(
        "charging_current_max_a",
        "A",
        "Highest AC current limit to choose",
        f"{_BATTERY}.charging.acLimit.max",
        zero="absent",
    ),
    flag("is_dc_plugged_in", "A DC charging plug is in", "body.chargingPort.dcStatus", words=_PLUG_WORDS),
    flag("is_plug_released", "The plug is released once charging is done", "body.chargingPort.isHospitalityActive"),
    flag("is_instant_charging", "Charging starts at once, this time", f"{_CHARGING}.isSingleImmediateCharging"),
    flag(
        "is_last_charging_successful",
        "The last charging ended well",
        f"{_CHARGING}.lastChargingResult",
        words={"SUCCESS": True, "SUCCESSFUL": True, "FAILED": False, "FAILURE": False},
    ),
    number("plug_in_number", None, "Counts how often a plug was put in", "body.chargingPort.plugEventId"),
    flag(
        "is_battery_preconditioning",
        "The high-voltage battery is brought to its temperature",
        f"{_BATTERY}.preconditioning.state",
        words=_PRECONDITIONING_WORDS,
    ),
    number(
        "time_to_full_min",
        "min",
        "Time until charging is done, as the car estimates",
        (f"{_CHARGING}.timeToFullyCharged", f"{_CHARGING}.timeRemaining"),
        zero="absent_without_battery",
    ),
)
