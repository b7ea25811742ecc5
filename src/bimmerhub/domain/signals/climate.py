"""Signals of the climate while the car is parked: heating, cooling, ventilation, and why it did not start."""

from typing import Final

from bimmerhub.domain.signals.forms import flag, number, text

_CLIMATE: Final = ("vehicle.preConditioning.activity", "cabin.hvac.preconditioning.status.comfortState")
_CLIMATE_WORDS: Final = {
    "INACTIVE": "off",
    "STANDBY": "standby",
    "HEATING": "heating",
    "COOLING": "cooling",
    "VENTILATION": "ventilation",
    # comfortState
    "NOT_ACTIVE": "off",
    "COMFORT_HEATING": "heating",
    "COMFORT_COOLING": "cooling",
    "COMFORT_VENTILATION": "ventilation",
    "DEFROST": "defrost",
    "COMFORT_UNDEFINED": "on",
}
_CLIMATE_ERROR_WORDS: Final = {
    "OK": "ok",
    "LOWFUEL": "low_fuel",
    "LOWBATTERY": "low_battery",
    "QUOTAEXCEEDED": "quota_exceeded",
    "HEATERFAILURE": "heater_failure",
    "COMPONENTFAILURE": "component_failure",
    "OPENORUNLOCKED": "open_or_unlocked",
}

CLIMATE_SIGNALS: Final = (
    text(
        "climate_activity",
        "off, standby, heating, cooling, ventilation, defrost or on: climate of the parked car",
        *_CLIMATE,
        words=_CLIMATE_WORDS,
    ),
    flag(
        "is_climate_on",
        "The climate of the parked car is at work",
        *_CLIMATE,
        words={word: activity not in {"off", "standby"} for word, activity in _CLIMATE_WORDS.items()},
    ),
    number(
        "climate_time_left_min",
        "min",
        "Time for which the climate of the parked car goes on",
        "vehicle.preConditioning.remainingTime",
        "cabin.hvac.preconditioning.status.remainingRunningTime",
    ),
    number("climate_progress_percent", "%", "How far the cabin is", "cabin.hvac.preconditioning.status.progress"),
    flag("is_rear_defrost_on", "The rear window is heated", "cabin.hvac.preconditioning.status.rearDefrostActive"),
    flag(
        "is_mirror_heating_on",
        "The exterior mirrors are heated",
        "cabin.hvac.preconditioning.status.isExteriorMirrorHeatingActive",
    ),
    flag(
        "is_engine_heating",
        "The engine runs for the climate of the parked car",
        "vehicle.preConditioning.isRemoteEngineRunning",
    ),
    text(
        "climate_error",
        "ok, or why the climate of the parked car did not start",
        "vehicle.preConditioning.error",
        words=_CLIMATE_ERROR_WORDS,
    ),
    number(
        "target_temperature_c",
        "°C",
        "Temperature that the climate of the parked car aims at",
        "cabin.hvac.preconditioning.configuration.defaultSettings.targetTemperature",
        "cabin.hvac.preconditioning.configuration.directStartSettings.targetTemperature",
    ),
)
