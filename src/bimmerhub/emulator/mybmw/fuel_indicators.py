"""`fuelIndicators` of the first list (2021): ranges and levels as the app drew them, told apart by their icons."""

from bimmerhub.emulator.cars.states import ChargingState
from bimmerhub.emulator.cars.truth import CarTruth, ChargingTruth
from bimmerhub.emulator.cars.world.localtime import utc_offset_ms
from bimmerhub.emulator.host.moments import utc_moment
from bimmerhub.times import MINUTE_MS

COMBINED_ICON, ELECTRIC_ICON, FUEL_ICON = 59691, 59683, 59681
UNKNOWN = "- -"


def describe_indicators(truth: CarTruth) -> list[dict[str, object]]:
    """Return the indicators: of both energies together first, if the car has two."""
    levels = truth.levels
    electric_km, fuel_km = levels.electric_range_km, levels.fuel_range_km
    indicators: list[dict[str, object]] = []
    if electric_km is not None and fuel_km is not None:
        both = _indicator(COMBINED_ICON, electric_km + fuel_km, label="Combined Range")
        indicators.append({**both, "mainBarValue": 0, "showsBar": False})
    if truth.charging is not None:
        indicators.append(_electric(truth, truth.charging))
    if fuel_km is not None:
        percent, litres = round(levels.fuel_percent or 0.0), round(levels.fuel_l or 0.0)
        label = "Extended Range" if truth.charging is not None else "Fuel Level"
        fuel = _indicator(FUEL_ICON, fuel_km, label=label)
        indicators.append({**fuel, "mainBarValue": percent, "levelValue": str(litres), "levelUnits": "l"})
    return indicators


def clock_text(at_ms: int) -> str:
    """Return a local time like 03:53 AM."""
    return f"{utc_moment(at_ms + utc_offset_ms(at_ms)):%I:%M %p}"


def _electric(truth: CarTruth, charging: ChargingTruth) -> dict[str, object]:
    percent = round(truth.levels.soc_percent or 0.0)
    status, label = _charge(truth, charging)
    fields = _indicator(ELECTRIC_ICON, truth.levels.electric_range_km, label=label)
    fields |= {
        "mainBarValue": percent,
        "secondaryBarValue": charging.goal_percent if status == "CHARGING" else 0,
        "levelValue": str(percent),
        "levelUnits": "%",
        "chargingStatusType": status,
        "chargingStatusIndicatorType": status,
    }
    if status in {"CHARGING", "FULLY_CHARGED"}:
        fields["chargingType"] = "charging" if status == "CHARGING" else "charging_complete"
    return fields


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


def _indicator(icon: int, range_km: float | None, *, label: str) -> dict[str, object]:
    return {
        "mainBarValue": 0,
        "secondaryBarValue": 0,
        "barType": None,
        "showsBar": True,
        "showBarGoal": False,
        "infoIconId": icon,
        "infoLabel": label,
        "rangeIconId": icon,
        "rangeUnits": "km",
        "rangeValue": UNKNOWN if range_km is None else str(round(range_km)),
        "levelIconId": None,
        "levelUnits": None,
        "levelValue": None,
        "isCircleIcon": False,
        "isInaccurate": False,
        "iconOpacity": "high",
        "chargingStatusType": None,
        "chargingStatusIndicatorType": None,
    }
