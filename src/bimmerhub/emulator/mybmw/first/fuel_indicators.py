"""`fuelIndicators` of the first list (2021): ranges and levels as the app drew them, told apart by their icons.

Each form is that of a stored answer. A car that tells no percentage of its tank has litres, and no bar.
"""

from bimmerhub.emulator.cars.states import ChargingState
from bimmerhub.emulator.cars.truth import CarTruth, ChargingTruth
from bimmerhub.emulator.cars.world.localtime import utc_offset_ms
from bimmerhub.emulator.host.moments import utc_moment
from bimmerhub.emulator.mybmw.car.vehicles import has_modern_head_unit
from bimmerhub.times import MINUTE_MS

COMBINED_ICON, ELECTRIC_ICON, FUEL_ICON = 59691, 59683, 59681
_FUEL_INFO_ICON, _FUEL_LEVEL_ICON = 59930, 59682
_BATTERY_ICON, _PLUG_ICON = 59694, 59689


def describe_indicators(truth: CarTruth, *, is_range_extender: bool) -> list[dict[str, object]]:
    """Return the indicators; of a car with two energies one for both, first, or second beside a range extender."""
    electric_km, fuel_km = truth.levels.electric_range_km, truth.levels.fuel_range_km
    if electric_km is None or truth.charging is None:
        return [] if fuel_km is None else [_fuel(truth, fuel_km)]
    electric = _electric(truth, truth.charging, electric_km)
    if fuel_km is None:
        return [electric]
    both = _indicator(COMBINED_ICON, electric_km + fuel_km, label="Combined Range")
    if is_range_extender:
        return [electric, both, {**_indicator(FUEL_ICON, fuel_km, label="Extended Range"), "rangeIconId": None}]
    return [both, electric, _fuel(truth, fuel_km)]


def clock_text(at_ms: int) -> str:
    """Return a local time like 03:53 AM."""
    return f"{utc_moment(at_ms + utc_offset_ms(at_ms)):%I:%M %p}"


def _electric(truth: CarTruth, charging: ChargingTruth, range_km: float) -> dict[str, object]:
    percent = round(truth.levels.soc_percent or 0.0)
    status, label = _charge(truth, charging)
    icon = _BATTERY_ICON if status == "DEFAULT" else _PLUG_ICON
    types = {"CHARGING": "charging", "FULLY_CHARGED": "charging_complete"}
    return {
        **_indicator(ELECTRIC_ICON, range_km, label=label),
        "infoIconId": icon,
        "levelIconId": icon,
        "levelUnits": "%",
        "levelValue": str(percent),
        "mainBarValue": percent,
        "barType": None,
        "showBarGoal": False,
        "showsBar": True,
        "isCircleIcon": status != "DEFAULT",
        "isInaccurate": status in {"CHARGING", "PLUGGED_IN"},
        "chargingType": types.get(status),
        "chargingStatusType": status,
        "chargingStatusIndicatorType": status,
    }


def _fuel(truth: CarTruth, range_km: float) -> dict[str, object]:
    percent, litres = round(truth.levels.fuel_percent or 0.0), round(truth.levels.fuel_l or 0.0)
    has_percent = has_modern_head_unit(truth.equipment)
    return {
        **_indicator(FUEL_ICON, range_km, label="Fuel Level"),
        "infoIconId": _FUEL_INFO_ICON,
        "levelIconId": _FUEL_LEVEL_ICON,
        "levelUnits": "%" if has_percent else "l",
        "levelValue": str(percent if has_percent else litres),
        "mainBarValue": percent if has_percent else 0,
        "showsBar": has_percent,
        "isInaccurate": not has_percent,
    }


def _charge(truth: CarTruth, charging: ChargingTruth) -> tuple[str, str]:
    """Return the word for a charge, and what the app writes beside it."""
    if charging.state is ChargingState.CHARGING:
        done_ms = truth.at_ms + charging.flow.minutes_left * MINUTE_MS
        return "CHARGING", f"{charging.goal_percent}% at ~{clock_text(done_ms)}"
    if charging.waits_until_ms is not None:
        return "PLUGGED_IN", f"Starts at ~ {clock_text(charging.waits_until_ms)}"
    if charging.state is ChargingState.FULL:
        return "FULLY_CHARGED", "Fully Charged"
    return "DEFAULT", "State of Charge"


def _indicator(icon: int, range_km: float, *, label: str) -> dict[str, object]:
    return {
        "chargingType": None,
        "iconOpacity": "high",
        "infoIconId": icon,
        "infoLabel": label,
        "isCircleIcon": False,
        "isInaccurate": False,
        "levelIconId": None,
        "levelUnits": None,
        "levelValue": None,
        "mainBarValue": 0,
        "rangeIconId": icon,
        "rangeUnits": "km",
        "rangeValue": str(round(range_km)),
        "secondaryBarValue": 0,
        "showsBar": False,
    }
