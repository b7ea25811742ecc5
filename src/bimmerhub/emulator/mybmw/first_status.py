"""`status` of the first list (2021): the same as the app wrote it on the screen, in sentences."""

from bimmerhub.emulator.cars.owner_wishes import PlannerKind, TimerTruth
from bimmerhub.emulator.cars.states import LockState, ServiceKind
from bimmerhub.emulator.cars.truth import CarTruth
from bimmerhub.emulator.cars.workshop import ServiceDue
from bimmerhub.emulator.cars.world.localtime import utc_offset_ms
from bimmerhub.emulator.host.moments import utc_moment
from bimmerhub.emulator.mybmw import words
from bimmerhub.emulator.mybmw.app_times import app_time
from bimmerhub.emulator.mybmw.charging_state import clock, departure_timers
from bimmerhub.emulator.mybmw.fuel_indicators import clock_text, describe_indicators
from bimmerhub.emulator.remote.account_vehicles import AccountVehicle

_SERVICES = {
    ServiceKind.OIL: ("Oil", "Engine oil"),
    ServiceKind.FRONT_BRAKES: ("BrakePadsFront", "Front brakes"),
    ServiceKind.BRAKE_FLUID: ("BrakeFluid", "Brake fluid"),
    ServiceKind.REAR_BRAKES: ("BrakePadsRear", "Rear brakes"),
    ServiceKind.INSPECTION: ("VehicleAdmissionTest", "Vehicle Inspection"),
    ServiceKind.VEHICLE_CHECK: ("VehicleCheck", "Vehicle check"),
}
_LOCKS = {
    LockState.UNLOCKED: "Unlocked",
    LockState.SELECTIVE: "Unlocked",
    LockState.LOCKED: "Locked",
    LockState.SECURED: "Locked",
}
_SEVERITIES = {"LOW": "Low", "MEDIUM": "Medium"}


def describe_status(vehicle: AccountVehicle) -> dict[str, object]:
    """Return `status`."""
    truth, updated_ms = vehicle.truth, vehicle.last_state.reported_at_ms
    local = utc_moment(updated_ms + utc_offset_ms(updated_ms))
    mileage = round(truth.odometer_km)
    messages = _messages(truth)
    return {
        "lastUpdatedAt": app_time(updated_ms),
        "currentMileage": {"mileage": mileage, "units": "km", "formattedMileage": f"{mileage:,}"},
        "issues": {},
        "doorsGeneralState": _LOCKS[truth.lock],
        "doorsAndWindows": _openings(truth),
        "checkControlMessagesGeneralState": "Issues" if messages else "No Issues",
        "checkControlMessages": messages,
        "requiredServices": [_service(due) for due in truth.service.due],
        "recallMessages": [],
        "recallExternalUrl": None,
        "fuelIndicators": describe_indicators(truth),
        "timestampMessage": f"Updated from vehicle {local.month}/{local.day}/{local.year} {clock_text(updated_ms)}",
        "chargingProfile": _profile(truth),
    }


def _openings(truth: CarTruth) -> list[dict[str, object]]:
    """Return what the app lists of doors and windows."""
    are_closed, windows_closed = not truth.openings.open_names, not truth.openings.windows
    rows = (
        ("Lock status", _LOCKS[truth.lock], _LOCKS[truth.lock] == "Locked"),
        ("All doors", "Closed" if are_closed else "Open", are_closed),
        ("All windows", "Closed" if windows_closed else "Open", windows_closed),
    )
    return [
        {
            "title": title,
            "state": state,
            "iconId": 59757,
            "criticalness": "nonCritical" if is_fine else "semiCritical",
        }
        for title, state, is_fine in rows
    ]


def _messages(truth: CarTruth) -> list[dict[str, object]]:
    messages: list[dict[str, object]] = []
    for number, warning in enumerate(truth.service.warnings):
        kind, severity, text = words.WARNINGS[warning.kind]
        messages.append(
            {
                "id": f"{int(warning.kind)}{number}",
                "title": kind.replace("_", " ").capitalize(),
                "state": _SEVERITIES[severity],
                "criticalness": "semiCritical" if severity == "MEDIUM" else "nonCritical",
                "iconId": 60197,
                "longDescription": text,
            }
        )
    return messages


def _service(due: ServiceDue) -> dict[str, object]:
    identity, title = _SERVICES[due.kind]
    parts = []
    if due.due_month is not None:
        year, month = due.due_month
        parts.append(f"in {month:02}/{year}")
    if due.remaining_km is not None:
        parts.append(f"in {due.remaining_km:,} km")
    return {
        "id": identity,
        "title": title,
        "subtitle": "Due " + " or ".join(parts),
        "longDescription": words.SERVICES[due.kind][1],
        "criticalness": "semiCritical" if due.is_near else "nonCritical",
        "iconId": 60223,
    }


def _profile(truth: CarTruth) -> dict[str, object]:
    profile, settings = truth.profile, truth.charging_settings
    is_weekly = profile is None or profile.kind is PlannerKind.WEEKLY
    fields: dict[str, object] = {
        "chargingControlType": "weeklyPlanner" if is_weekly else "twoWeeksTimer",
        "chargingMode": "delayedCharging" if profile is not None and profile.is_delayed else "immediateCharging",
        "chargingPreference": "chargingWindow" if profile is not None and profile.prefers_window else "noPreSelection",
        "chargingSettings": {
            "hospitality": "NO_ACTION",
            "idcc": "NO_ACTION" if settings is None else "AUTOMATIC_INTELLIGENT",
            "isAcCurrentLimitActive": settings is not None and settings.is_limited,
            "targetSoc": 0 if truth.charging is None else truth.charging.goal_percent,
        },
        "climatisationOn": profile is not None and profile.is_climate_on,
        "departureTimes": [
            _departure(number, timer) for number, timer in enumerate(departure_timers(profile), start=1)
        ],
    }
    if profile is not None:
        window = profile.window
        fields["reductionOfChargeCurrent"] = {"start": clock(window.start_minute), "end": clock(window.end_minute)}
    return fields


def _departure(number: int, timer: TimerTruth) -> dict[str, object]:
    fields: dict[str, object] = {"id": number}
    if timer.departure_minute is not None:
        fields["timeStamp"] = clock(timer.departure_minute)
    days = [words.DAYS[day].lower() for day in sorted(timer.weekdays)]
    return {**fields, "action": "activate" if timer.is_on else "deactivate", "timerWeekDays": days}
