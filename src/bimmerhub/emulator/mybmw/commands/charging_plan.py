"""`/eadrax-cps/v2/vehicles`: how the charge goes on. Known from clients only."""

from bimmerhub.emulator.cars.states import ChargingState
from bimmerhub.emulator.cars.truth import CarTruth
from bimmerhub.emulator.mybmw.car.charging_state import preference_of


def describe_plan(truth: CarTruth) -> dict[str, object]:
    """Return the plan of a car with a traction battery."""
    charging, settings, plug = truth.charging, truth.charging_settings, truth.plug
    if charging is None or settings is None or plug is None:
        return {}
    is_charging = charging.state is ChargingState.CHARGING
    button = "STOP_CHARGING" if is_charging else "RESTART_CHARGING" if plug.is_plugged else "NO_BUTTON"
    level, range_km = round(truth.levels.soc_percent or 0.0), round(truth.levels.electric_range_km or 0.0)
    return {
        "buttonState": button,
        "status": "CHARGING" if is_charging else "STOPPED",
        "cableLockState": "LOCKED" if plug.is_plugged and not settings.unlocks_cable else "UNLOCKED",
        "chargingSettings": {
            "acCurrentLimit": f"{settings.ac_limit_a} A",
            "acLimit": {"current": {"unit": "A", "value": settings.ac_limit_a}},
            "chargingMode": preference_of(truth.profile),
        },
        "chargingState": {
            "currentElectricPercentage": {"unit": "%", "value": level},
            "rangeElectric": {"unit": "km", "value": range_km},
            "targetSocPercentage": charging.goal_percent,
            "minChargingTargetToWarning": 20,
        },
        "sessionInformation": {
            "leftTarget": f"{level}%",
            "rightTarget": f"{charging.goal_percent}%",
        },
        "isERouteEnabled": False,
        "isERouteSocReached": False,
        "timelineItems": [],
    }
