"""Signals: our own vendor-neutral quantities, and which descriptors feed them.

Cars of different years send the same quantity under different descriptors. Which one can be trusted, and hence the
order of the groups, is observed by clients 2025-2026.

"Driver" and "passenger" are BMW's words for sides: the driver's side is left or right, as the steering wheel is.
"""

from collections.abc import Mapping
from functools import cache
from typing import Final

from bimmerhub.domain.ids import Descriptor
from bimmerhub.domain.signal import NEVER_MS, Signal

LATITUDE: Final = Descriptor("vehicle.cabin.infotainment.navigation.currentLocation.latitude")
LONGITUDE: Final = Descriptor("vehicle.cabin.infotainment.navigation.currentLocation.longitude")


def _key(path: str) -> Descriptor:
    return Descriptor(f"vehicle.{path}")


def _groups(*groups: str | tuple[str, ...]) -> tuple[tuple[Descriptor, ...], ...]:
    return tuple(tuple(map(_key, (group,) if isinstance(group, str) else group)) for group in groups)


def _number(name: str, unit: str | None, meaning: str, *groups: str | tuple[str, ...]) -> Signal:
    return Signal(name=name, kind="number", unit=unit, meaning=meaning, groups=_groups(*groups))


def _flag(
    name: str, meaning: str, *groups: str | tuple[str, ...], words: Mapping[str, bool | int | str] | None = None
) -> Signal:
    return Signal(name=name, kind="bool", unit=None, meaning=meaning, groups=_groups(*groups), words=words)


def _text(
    name: str, meaning: str, *groups: str | tuple[str, ...], words: Mapping[str, bool | int | str] | None = None
) -> Signal:
    return Signal(name=name, kind="text", unit=None, meaning=meaning, groups=_groups(*groups), words=words)


_CHARGING: Final = "drivetrain.electricEngine.charging"
_BATTERY: Final = "powertrain.electric.battery"
_LOCATION: Final = "cabin.infotainment.navigation.currentLocation"
_PLUG: Final = (
    "body.chargingPort.status",
    "body.chargingPort.statusClearText",
    "body.chargingPort.combinedStatus",
    "powertrain.tractionBattery.charging.port.anyPosition.isPlugged",
)
_LOCKS: Final = ("cabin.door.status", "cabin.door.lock.status")
_CLIMATE: Final = ("vehicle.preConditioning.activity", "cabin.hvac.preconditioning.status.comfortState")

_CHARGING_WORDS: Final = {
    "NOCHARGING": "not_charging",
    "INITIALIZATION": "starting",
    "CHARGINGACTIVE": "charging",
    "CHARGINGPAUSED": "paused",
    "CHARGINGENDED": "finished",
    "CHARGINGERROR": "error",
    # hvStatus
    "NOT_CHARGING": "not_charging",
    "WAITING_FOR_CHARGING": "waiting",
    "CHARGING": "charging",
    "FINISHED_FULLY_CHARGED": "finished",
    "FINISHED_NOT_FULL": "finished",
    "ERROR": "error",
}
_PHASE_WORDS: Final = {"NO_CHARGING": 0, "1-PHASES": 1, "2-PHASES": 2, "3-PHASES": 3}
_PLUG_WORDS: Final = {"CONNECTED": True, "DISCONNECTED": False}
_CABLE_WORDS: Final = {"CHARGING_CABLE_LOCKED": True, "CHARGING_CABLE_NOT_LOCKED": False}
_LOCK_WORDS: Final = {
    "LOCKED": "locked",
    "SECURED": "secured",
    "UNLOCKED": "unlocked",
    "SELECTIVE_LOCKED": "partly_locked",
    "SELECTIVE-LOCKED": "partly_locked",
    "SELECTIVELOCKED": "partly_locked",
}
_OPENING_WORDS: Final = {
    "OPEN": "open",
    "CLOSED": "closed",
    "INTERMEDIATE": "partly_open",
    "OPEN_TILT": "tilted",
    "INTERMEDIATE_TILT": "tilted",
}
_OPEN_WORDS: Final = {"OPEN": True, "INTERMEDIATE": True, "CLOSED": False}
_ROOF_WORDS: Final = {
    "CLOSEDSECURED": "closed",
    "CLOSED": "closed",
    "OPENSECURED": "open",
    "OPEN": "open",
    "INTERMEDIATE": "partly_open",
}
_ALARM_WORDS: Final = {"UNARMED": "unarmed", "DOORSONLY": "doors", "DOORSTILTCABIN": "doors_tilt_cabin"}
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

_BATTERY_SIGNALS: Final = (
    Signal(
        name="soc_percent",
        kind="number",
        unit="%",
        meaning="Charge level of the high-voltage battery, as the car displays it",
        groups=_groups(
            ("drivetrain.batteryManagement.header", f"{_BATTERY}.stateOfCharge.displayed"),
            "trip.segment.end.drivetrain.batteryManagement.hvSoc",
            f"{_CHARGING}.level",
        ),
        predicted=frozenset({_key(f"{_CHARGING}.level")}),
    ),
    _number("soc_target_percent", "%", "Charge level at which charging is to stop", f"{_BATTERY}.stateOfCharge.target"),
    _number("soc_target_min_percent", "%", "Lowest charge level to keep", f"{_BATTERY}.stateOfCharge.targetMin"),
    Signal(
        name="usable_energy_kwh",
        kind="number",
        unit="kWh",
        meaning="Energy that the full battery holds now; falls with age and cold",
        groups=_groups("drivetrain.batteryManagement.maxEnergy"),
        is_zero_absent=True,
    ),
    Signal(
        name="battery_size_kwh",
        kind="number",
        unit="kWh",
        meaning="Size of the high-voltage battery when new",
        groups=_groups("drivetrain.batteryManagement.batterySizeMax", "drivetrain.electricEngine.hvsMaxEnergyAbsolute"),
        fallback_after_ms=NEVER_MS,
        is_zero_absent=True,
    ),
    _number("battery_health_percent", "%", "Health of the high-voltage battery", f"{_BATTERY}.stateOfHealth.displayed"),
    _number("energy_to_full_kwh", "kWh", "Energy missing until full", f"{_CHARGING}.smeEnergyDeltaFullyCharged"),
    _number("starter_battery_percent", "%", "Charge of the 12 V battery", "electricalSystem.battery.stateOfCharge"),
    _number("starter_battery_v", "V", "Voltage of the 12 V battery", "electricalSystem.battery.voltage"),
)

_CHARGING_SIGNALS: Final = (
    _text(
        "charging_status",
        "not_charging, starting, waiting, charging, paused, finished or error; the end may never be sent",
        f"{_CHARGING}.status",
        f"{_CHARGING}.hvStatus",
        words=_CHARGING_WORDS,
    ),
    _flag(
        "is_charging",
        "The battery is being charged",
        f"{_CHARGING}.status",
        f"{_CHARGING}.hvStatus",
        words={word: status == "charging" for word, status in _CHARGING_WORDS.items()},
    ),
    _flag("is_plugged_in", "A charging plug is in", _PLUG, f"{_CHARGING}.connectorStatus", words=_PLUG_WORDS),
    _flag(
        "is_charging_cable_locked", "The charging cable is locked", "body.chargingPort.lockedStatus", words=_CABLE_WORDS
    ),
    _flag("is_charging_flap_locked", "The charging flap is locked", "body.flap.isLocked"),
    _flag(
        "is_charging_flap_open",
        "The charging flap is open",
        "powertrain.tractionBattery.charging.port.anyPosition.flap.isOpen",
        words=_OPEN_WORDS,
    ),
    _number("charging_power_kw", "kW", "Power flowing into the battery", f"{_BATTERY}.charging.power"),
    Signal(
        name="charging_phases",
        kind="number",
        unit=None,
        meaning="Phases in use, 0 when not charging",
        groups=_groups(f"{_CHARGING}.phaseNumber"),
        words=_PHASE_WORDS,
    ),
    _number("charging_voltage_v", "V", "AC voltage while charging", f"{_CHARGING}.acVoltage"),
    _number("charging_current_a", "A", "AC current of one phase while charging", f"{_CHARGING}.acAmpere"),
    _number("charging_current_limit_a", "A", "AC current limit that is set", f"{_BATTERY}.charging.acLimit.selected"),
    _number(
        "time_to_full_min",
        "min",
        "Time until charging is done, as the car estimates",
        (f"{_CHARGING}.timeToFullyCharged", f"{_CHARGING}.timeRemaining"),
    ),
)

_DRIVING_SIGNALS: Final = (
    _number(
        "electric_range_km",
        "km",
        "Distance that the battery is good for",
        "drivetrain.electricEngine.kombiRemainingElectricRange",
        "drivetrain.electricEngine.remainingElectricRange",
    ),
    _number(
        "total_range_km",
        "km",
        "Distance that battery and fuel together are good for",
        "drivetrain.lastRemainingRange",
        "drivetrain.totalRemainingRange",
    ),
    _number(
        "range_at_target_km", "km", "Electric range once charged to the target", "powertrain.electric.range.target"
    ),
    _number("fuel_percent", "%", "Fuel level", "drivetrain.fuelSystem.level"),
    _number("fuel_l", "l", "Fuel in the tank; up to 6 l off", "drivetrain.fuelSystem.remainingFuel"),
    _number(
        "odometer_km",
        "km",
        "Distance driven since new",
        "vehicle.travelledDistance",
        "trip.segment.end.travelledDistance",
    ),
    _flag("is_moving", "The vehicle moves; false at each red light", "isMoving"),
    _flag("is_ignition_on", "The ignition is on", "drivetrain.engine.isIgnitionOn"),
    _flag("is_engine_running", "The engine, or the electric drive, is on", "drivetrain.engine.isActive"),
    _number("average_speed_kmh", "km/h", "Average speed", "vehicle.avgSpeed"),
    _number("speed_lower_bound_kmh", "km/h", "Speed is at least this", "vehicle.speedRange.lowerBound"),
    _number("speed_upper_bound_kmh", "km/h", "Speed is at most this", "vehicle.speedRange.upperBound"),
    _number("coolant_temperature_c", "°C", "Coolant of the engine", "drivetrain.internalCombustionEngine.engine.ect"),
    _number("distance_to_service_km", "km", "Distance until the next service is due", "status.serviceDistance.next"),
    _number("latitude_deg", "deg", "North of the equator, paired with longitude_deg", f"{_LOCATION}.latitude"),
    _number("longitude_deg", "deg", "East of Greenwich, paired with latitude_deg", f"{_LOCATION}.longitude"),
    _number("heading_deg", "deg", "Direction the vehicle points to, clockwise from north", f"{_LOCATION}.heading"),
    _number("altitude_m", "m", "Height above sea level", f"{_LOCATION}.altitude"),
)


def _door(row: str, side: str) -> Signal:
    key = f"cabin.door.{_ROWS[row]}.{side}.isOpen"
    return _flag(f"is_door_{row}_{side}_open", f"The {row} door on the {side}'s side is open", key, words=_OPEN_WORDS)


def _window(row: str, side: str) -> Signal:
    key = f"cabin.window.{_ROWS[row]}.{side}.status"
    meaning = f"The {row} window on the {side}'s side: open, partly_open or closed"
    return _text(f"window_{row}_{side}", meaning, key, words=_OPENING_WORDS)


def _tyre(row: str, side: str) -> tuple[Signal, ...]:
    tyre, place = f"chassis.axle.{_ROWS[row]}.wheel.{side}.tire", f"{row} {side}"
    return (
        _number(f"tyre_pressure_{row}_{side}_kpa", "kPa", f"Pressure of the {place} tyre", f"{tyre}.pressure"),
        _number(
            f"tyre_pressure_target_{row}_{side}_kpa",
            "kPa",
            f"Pressure that the {place} tyre should have",
            f"{tyre}.pressureTarget",
        ),
        _number(f"tyre_temperature_{row}_{side}_c", "°C", f"Temperature of the {place} tyre", f"{tyre}.temperature"),
    )


_ROWS: Final = {"front": "row1", "rear": "row2"}
_SEATS: Final = tuple((row, side) for row in _ROWS for side in ("driver", "passenger"))
_WHEELS: Final = tuple((row, side) for row in _ROWS for side in ("left", "right"))

_BODY_SIGNALS: Final = (
    _text("lock_state", "locked, secured, partly_locked or unlocked", _LOCKS, words=_LOCK_WORDS),
    _flag(
        "is_locked",
        "Every door is locked",
        _LOCKS,
        words={word: state in {"locked", "secured"} for word, state in _LOCK_WORDS.items()},
    ),
    *(_door(row, side) for row, side in _SEATS),
    _flag("is_trunk_open", "The trunk is open", "body.trunk.isOpen", "body.trunk.door.isOpen", words=_OPEN_WORDS),
    _flag("is_trunk_locked", "The trunk is locked", "body.trunk.isLocked"),
    _flag("is_trunk_window_open", "The rear window is open", "body.trunk.window.isOpen", words=_OPEN_WORDS),
    _flag("is_hood_open", "The hood is open", "body.hood.isOpen", words=_OPEN_WORDS),
    *(_window(row, side) for row, side in _SEATS),
    _text(
        "sunroof_state",
        "open, partly_open, tilted or closed",
        "cabin.sunroof.overallStatus",
        "cabin.sunroof.status",
        words=_OPENING_WORDS,
    ),
    _text(
        "convertible_roof_state",
        "open, partly_open or closed",
        ("cabin.convertible.roofStatus", "cabin.convertible.roofRetractableStatus"),
        words=_ROOF_WORDS,
    ),
    _flag("are_lights_on", "The exterior lights are on", "body.lights.isRunningOn"),
    _text(
        "alarm_state",
        "unarmed, doors or doors_tilt_cabin: what the alarm watches",
        "vehicle.antiTheftAlarmSystem.alarm.armStatus",
        words=_ALARM_WORDS,
    ),
    _flag(
        "is_alarm_on",
        "The anti-theft alarm is on; what it watches is alarm_state",
        "vehicle.antiTheftAlarmSystem.alarm.isOn",
    ),
    *(signal for row, side in _WHEELS for signal in _tyre(row, side)),
)

_CLIMATE_SIGNALS: Final = (
    _text(
        "climate_activity",
        "off, standby, heating, cooling, ventilation, defrost or on: climate of the parked car",
        *_CLIMATE,
        words=_CLIMATE_WORDS,
    ),
    _flag(
        "is_climate_on",
        "The climate of the parked car is at work",
        *_CLIMATE,
        words={word: activity not in {"off", "standby"} for word, activity in _CLIMATE_WORDS.items()},
    ),
    _number(
        "climate_time_left_min",
        "min",
        "Time for which the climate of the parked car goes on",
        "vehicle.preConditioning.remainingTime",
        "cabin.hvac.preconditioning.status.remainingRunningTime",
    ),
    _number(
        "target_temperature_c",
        "°C",
        "Temperature that the climate of the parked car aims at",
        "cabin.hvac.preconditioning.configuration.defaultSettings.targetTemperature",
        "cabin.hvac.preconditioning.configuration.directStartSettings.targetTemperature",
    ),
)

SIGNALS: Final[tuple[Signal, ...]] = (
    *_BATTERY_SIGNALS,
    *_CHARGING_SIGNALS,
    *_DRIVING_SIGNALS,
    *_BODY_SIGNALS,
    *_CLIMATE_SIGNALS,
)
"""Every signal, in the order in which a person would read them."""


def signal_by_name(name: str) -> Signal:
    """Return the signal of that name; KeyError when there is none."""
    return _signals_by_name()[name]


@cache
def _signals_by_name() -> dict[str, Signal]:
    return {signal.name: signal for signal in SIGNALS}
