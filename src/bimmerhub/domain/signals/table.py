"""Signals: our own vendor-neutral quantities, and which descriptors feed them.

Cars of different years send the same quantity under different descriptors. Which one can be trusted, and hence the
order of the groups, is observed by clients 2025-2026.
"""

from functools import cache
from typing import Final

from bimmerhub.domain.signals.body import BODY_SIGNALS, CLIMATE_SIGNALS
from bimmerhub.domain.signals.forms import OPEN_WORDS, flag, groups, key, number, text
from bimmerhub.domain.signals.signal import NEVER_MS, Signal
from bimmerhub.domain.signals.use import NAVIGATION_SIGNALS, SERVICE_SIGNALS, TRIP_SIGNALS
from bimmerhub.ids import Descriptor

LATITUDE: Final = Descriptor("vehicle.cabin.infotainment.navigation.currentLocation.latitude")
LONGITUDE: Final = Descriptor("vehicle.cabin.infotainment.navigation.currentLocation.longitude")


_CHARGING: Final = "drivetrain.electricEngine.charging"
_BATTERY: Final = "powertrain.electric.battery"
_LOCATION: Final = "cabin.infotainment.navigation.currentLocation"
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
    # hvStatus
    "NOT_CHARGING": "not_charging",
    "WAITING_FOR_CHARGING": "waiting",
    "CHARGING": "charging",
    "FINISHED_FULLY_CHARGED": "finished",
    "FINISHED_NOT_FULL": "finished",
    "ERROR": "error",
}
_PRECONDITIONING_WORDS: Final = {
    "OFF": False,
    "REMOTE_OFF": False,
    "ON_LEGACY": True,
    "MANUAL_ON_CHARGE": True,
    "AUTOMATIC_ON": True,
    "REMOTE_ON_CHARGE": True,
    "REMOTE_ON_DRIVE": True,
}
_PHASE_WORDS: Final = {"NO_CHARGING": 0, "1-PHASES": 1, "2-PHASES": 2, "3-PHASES": 3}
_PLUG_WORDS: Final = {"CONNECTED": True, "DISCONNECTED": False}
_CABLE_WORDS: Final = {"CHARGING_CABLE_LOCKED": True, "CHARGING_CABLE_NOT_LOCKED": False}

_BATTERY_SIGNALS: Final = (
    Signal(
        name="soc_percent",
        kind="number",
        unit="%",
        meaning="Charge level of the high-voltage battery, as the car displays it",
        groups=groups(
            ("drivetrain.batteryManagement.header", f"{_BATTERY}.stateOfCharge.displayed"),
            "trip.segment.end.drivetrain.batteryManagement.hvSoc",
            f"{_CHARGING}.level",
        ),
        predicted=frozenset({key(f"{_CHARGING}.level")}),
    ),
    number("soc_target_percent", "%", "Charge level at which charging is to stop", f"{_BATTERY}.stateOfCharge.target"),
    number("soc_target_min_percent", "%", "Lowest charge level to keep", f"{_BATTERY}.stateOfCharge.targetMin"),
    Signal(
        name="usable_energy_kwh",
        kind="number",
        unit="kWh",
        meaning="Energy that the full battery holds now; falls with age and cold",
        groups=groups("drivetrain.batteryManagement.maxEnergy"),
        is_zero_absent=True,
    ),
    Signal(
        name="battery_size_kwh",
        kind="number",
        unit="kWh",
        meaning="Size of the high-voltage battery when new",
        groups=groups("drivetrain.batteryManagement.batterySizeMax", "drivetrain.electricEngine.hvsMaxEnergyAbsolute"),
        fallback_after_ms=NEVER_MS,
        is_zero_absent=True,
    ),
    number("battery_health_percent", "%", "Health of the high-voltage battery", f"{_BATTERY}.stateOfHealth.displayed"),
    number("energy_to_full_kwh", "kWh", "Energy missing until full", f"{_CHARGING}.smeEnergyDeltaFullyCharged"),
    number("starter_battery_percent", "%", "Charge of the 12 V battery", "electricalSystem.battery.stateOfCharge"),
    number(
        "battery_48v_health_percent",
        "%",
        "Health of the 48 V battery",
        "electricalSystem.battery48V.stateOfHealth.displayed",
    ),
    number("starter_battery_v", "V", "Voltage of the 12 V battery", "electricalSystem.battery.voltage"),
)

_CHARGING_SIGNALS: Final = (
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
    number("charging_power_kw", "kW", "Power flowing into the battery", f"{_BATTERY}.charging.power"),
    Signal(
        name="charging_phases",
        kind="number",
        unit=None,
        meaning="Phases in use, 0 when not charging",
        groups=groups(f"{_CHARGING}.phaseNumber"),
        words=_PHASE_WORDS,
    ),
    number("charging_voltage_v", "V", "AC voltage while charging", f"{_CHARGING}.acVoltage"),
    number("charging_current_a", "A", "AC current of one phase while charging", f"{_CHARGING}.acAmpere"),
    number("charging_current_limit_a", "A", "AC current limit that is set", f"{_BATTERY}.charging.acLimit.selected"),
    flag("is_charging_current_limited", "An AC current limit is set", f"{_BATTERY}.charging.acLimit.isActive"),
    number("charging_current_min_a", "A", "Lowest AC current limit to choose", f"{_BATTERY}.charging.acLimit.min"),
    number("charging_current_max_a", "A", "Highest AC current limit to choose", f"{_BATTERY}.charging.acLimit.max"),
    flag("is_dc_plugged_in", "A DC charging plug is in", "body.chargingPort.dcStatus", words=_PLUG_WORDS),
    flag("is_plug_released", "The plug is released once charging is done", "body.chargingPort.isHospitalityActive"),
    flag("is_instant_charging", "Charging starts at once, this time", f"{_CHARGING}.isSingleImmediateCharging"),
    flag(
        "is_last_charging_successful",
        "The last charging ended well",
        f"{_CHARGING}.lastChargingResult",
        words={"SUCCESS": True, "FAILED": False},
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
    ),
)

_DRIVING_SIGNALS: Final = (
    number(
        "electric_range_km",
        "km",
        "Distance that the battery is good for",
        "drivetrain.electricEngine.kombiRemainingElectricRange",
        "drivetrain.electricEngine.remainingElectricRange",
    ),
    number(
        "total_range_km",
        "km",
        "Distance that battery and fuel together are good for",
        "drivetrain.lastRemainingRange",
        "drivetrain.totalRemainingRange",
    ),
    number("range_at_target_km", "km", "Electric range once charged to the target", "powertrain.electric.range.target"),
    number("fuel_percent", "%", "Fuel level", "drivetrain.fuelSystem.level"),
    number("fuel_l", "l", "Fuel in the tank; up to 6 l off", "drivetrain.fuelSystem.remainingFuel"),
    number(
        "odometer_km",
        "km",
        "Distance driven since new",
        "vehicle.travelledDistance",
        "trip.segment.end.travelledDistance",
    ),
    flag("is_moving", "The vehicle moves; false at each red light", "isMoving"),
    flag("is_ignition_on", "The ignition is on", "drivetrain.engine.isIgnitionOn"),
    flag("is_engine_running", "The engine, or the electric drive, is on", "drivetrain.engine.isActive"),
    number("average_speed_kmh", "km/h", "Average speed", "vehicle.avgSpeed"),
    number("speed_lower_bound_kmh", "km/h", "Speed is at least this", "vehicle.speedRange.lowerBound"),
    number("speed_upper_bound_kmh", "km/h", "Speed is at most this", "vehicle.speedRange.upperBound"),
    number("coolant_temperature_c", "°C", "Coolant of the engine", "drivetrain.internalCombustionEngine.engine.ect"),
    number("auxiliary_power_kw", "kW", "Power of heating, cooling and electronics", "vehicle.avgAuxPower"),
    number(
        "average_consumption_kwh_per_100km",
        "kWh/100km",
        "Average consumption of the electric drive",
        "drivetrain.avgElectricRangeConsumption",
    ),
    number("latitude_deg", "deg", "North of the equator, paired with longitude_deg", f"{_LOCATION}.latitude"),
    number("longitude_deg", "deg", "East of Greenwich, paired with latitude_deg", f"{_LOCATION}.longitude"),
    number("heading_deg", "deg", "Direction the vehicle points to, clockwise from north", f"{_LOCATION}.heading"),
    number("altitude_m", "m", "Height above sea level", f"{_LOCATION}.altitude"),
)


SIGNALS: Final[tuple[Signal, ...]] = (
    *_BATTERY_SIGNALS,
    *_CHARGING_SIGNALS,
    *_DRIVING_SIGNALS,
    *NAVIGATION_SIGNALS,
    *TRIP_SIGNALS,
    *SERVICE_SIGNALS,
    *BODY_SIGNALS,
    *CLIMATE_SIGNALS,
)
"""Every signal, in the order in which a person would read them."""


def signal_by_name(name: str) -> Signal:
    """Return the signal of that name; KeyError when there is none."""
    return _signals_by_name()[name]


@cache
def _signals_by_name() -> dict[str, Signal]:
    return {signal.name: signal for signal in SIGNALS}
