"""`status` of the first list (2021): the same as the app wrote it on the screen, in sentences."""

import datetime as dt

from bimmerhub.emulator.cars.owner_wishes import PlannerKind, TimerTruth
from bimmerhub.emulator.cars.states import HOOD, SUNROOF, TRUNK, LockState, ServiceKind
from bimmerhub.emulator.cars.truth import CarTruth
from bimmerhub.emulator.cars.workshop import ServiceDue
from bimmerhub.emulator.cars.world.localtime import utc_offset_ms
from bimmerhub.emulator.host.moments import utc_moment
from bimmerhub.emulator.mybmw import words
from bimmerhub.emulator.mybmw.app_times import app_time
from bimmerhub.emulator.mybmw.car.charging_state import clock, departure_timers
from bimmerhub.emulator.mybmw.car.vehicles import drive_train_of, has_modern_head_unit
from bimmerhub.emulator.mybmw.first.fuel_indicators import clock_text, describe_indicators
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
_UNLOCKED = {"doorsAndWindows": {"iconId": 59737, "title": "Vehicle unlocked"}}
_SEVERITIES = {"LOW": "Low", "MEDIUM": "Medium"}


def describe_status(vehicle: AccountVehicle) -> dict[str, object]:
    """Return `status`."""
    truth, updated_ms = vehicle.truth, vehicle.last_state.reported_at_ms
    local = utc_moment(updated_ms + utc_offset_ms(updated_ms))
    mileage = round(truth.odometer_km)
    is_range_extender = drive_train_of(vehicle.car, truth.equipment) == words.RANGE_EXTENDER
    return {
        "lastUpdatedAt": app_time(updated_ms),
        "currentMileage": {"mileage": mileage, "units": "km", "formattedMileage": str(mileage)},
        "issues": {} if _LOCKS[truth.lock] == "Locked" else _UNLOCKED,
        "doorsGeneralState": _LOCKS[truth.lock],
        "doorsAndWindows": _openings(truth),
        "checkControlMessagesGeneralState": _sum_up(truth),
        "checkControlMessages": _messages(truth),
        "requiredServices": [_service(due) for due in truth.service.due],
        "recallMessages": [],
        "recallExternalUrl": None,
        "fuelIndicators": describe_indicators(truth, is_range_extender=is_range_extender),
        "timestampMessage": f"Updated from vehicle {local.month}/{local.day}/{local.year} {clock_text(updated_ms)}",
        "chargingProfile": _profile(truth),
    }


def _openings(truth: CarTruth) -> list[dict[str, object]]:
    """Return what the app lists of doors and windows: one row of an old car. How it lists open ones is inferred."""
    openings, is_locked = truth.openings, _LOCKS[truth.lock] == "Locked"
    are_doors_closed = not openings.open_names - {HOOD, TRUNK}
    are_windows_closed = not set(openings.windows) - {SUNROOF}
    if not has_modern_head_unit(truth.equipment):
        is_closed = not openings.open_names and not openings.windows
        return [_row("All doors and windows", 59722, _state(is_fine=is_closed), is_fine=is_closed)]
    parts = [
        ("All doors", 59722, are_doors_closed),
        ("All windows", 59725, are_windows_closed),
        ("Hood", 59706, HOOD not in openings.open_names),
        ("Trunk", 59704, TRUNK not in openings.open_names),
    ]
    if truth.equipment.has_sunroof:
        parts.append(("Sunroof", 59705, SUNROOF not in openings.windows))
    return [
        _row("Lock status", 59757, _LOCKS[truth.lock], is_fine=is_locked),
        *(_row(title, icon, _state(is_fine=is_closed), is_fine=is_closed) for title, icon, is_closed in parts),
    ]


def _state(*, is_fine: bool) -> str:
    return "Closed" if is_fine else "Open"


def _row(title: str, icon: int, state: str, *, is_fine: bool) -> dict[str, object]:
    criticalness = "nonCritical" if is_fine else "semiCritical"
    return {"title": title, "state": state, "iconId": icon, "criticalness": criticalness}


def _sum_up(truth: CarTruth) -> str:
    """Return how many warnings there are, in words; those for one are inferred."""
    count = len(truth.service.warnings)
    return "No Issues" if not count else "One Issue" if count == 1 else "Multiple Issues"


def _messages(truth: CarTruth) -> list[dict[str, object]]:
    messages: list[dict[str, object]] = []
    if truth.equipment.engine is not None:
        messages.append(_row("Engine Oil", 60197, "OK", is_fine=True))
    for number, warning in enumerate(truth.service.warnings):
        kind, severity, text = words.WARNINGS[warning.kind]
        messages.append(
            {
                "id": f"{int(warning.kind)}{number}",
                "title": kind.replace("_", " ").capitalize(),
                "state": _SEVERITIES[severity],
                "criticalness": "semiCritical" if severity == "MEDIUM" else "nonCritical",
                "iconId": 60217,
                "longDescription": text,
            }
        )
    return messages


def _service(due: ServiceDue) -> dict[str, object]:
    identity, title = _SERVICES[due.kind]
    parts = []
    if due.due_month is not None:
        year, month = due.due_month
        parts.append(f"{dt.date(year, month, 1):%B %Y}")
    if due.remaining_km is not None:
        parts.append(f"{due.remaining_km} km")
    return {
        "id": identity,
        "title": title,
        "subtitle": "Due in " + " or ".join(parts),
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
