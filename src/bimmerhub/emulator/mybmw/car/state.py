"""`state` of a car (v4, and v2, which has less): the last one that it reported."""

from bimmerhub.emulator.cars.models.equipment import Equipment
from bimmerhub.emulator.cars.truth import CarTruth, Levels
from bimmerhub.emulator.cars.workshop import ServiceDue
from bimmerhub.emulator.mybmw import words
from bimmerhub.emulator.mybmw.app_times import NEVER, app_time
from bimmerhub.emulator.mybmw.car.body_state import (
    describe_doors,
    describe_location,
    describe_roof,
    describe_security,
    describe_tyres,
    describe_windows,
)
from bimmerhub.emulator.mybmw.car.charging_state import (
    describe_charging_profile,
    describe_climate,
    describe_climate_timers,
    describe_electric,
)
from bimmerhub.emulator.mybmw.car.tyre_details import describe_tyre_details
from bimmerhub.emulator.mybmw.car.vehicles import pu_step, series_cluster_of
from bimmerhub.emulator.remote.account_vehicles import AccountVehicle
from bimmerhub.emulator.remote.local_words import service_state


def has_full_state(equipment: Equipment) -> bool:
    """Tell whether a car reports its state ("last state call"); an old one does not."""
    return equipment.abilities.lock


def describe_state(vehicle: AccountVehicle, *, now_ms: int, is_v2: bool) -> dict[str, object]:
    """Return `state`; a car that reports nothing has what BMW knows without it."""
    truth, equipment = vehicle.truth, vehicle.truth.equipment
    is_full = has_full_state(equipment)
    fields: dict[str, object] = {
        "isLeftSteering": not equipment.is_right_hand_drive,
        "lastFetched": app_time(now_ms),
        "lastUpdatedAt": app_time(vehicle.last_state.reported_at_ms) if is_full else NEVER,
        "isLscSupported": is_full,
        "requiredServices": [describe_service(due) for due in truth.service.due],
        "checkControlMessages": describe_messages(truth, only_oil=is_v2),
        "climateTimers": describe_climate_timers(truth),
        "driverPreferences": {"lscPrivacyMode": "OFF" if equipment.is_tracking_allowed else "ON"},
    }
    if not is_full:
        return fields
    fields |= {
        "range": round((truth.levels.electric_range_km or 0.0) + (truth.levels.fuel_range_km or 0.0)),
        "doorsState": describe_doors(truth),
        "windowsState": describe_windows(truth),
        "currentMileage": round(truth.odometer_km),
        "chargingProfile": describe_charging_profile(truth),
        "climateControlState": describe_climate(truth),
    }
    fields |= _where_there_is(vehicle)
    return fields if is_v2 else fields | _since_v4(vehicle)


def _since_v4(vehicle: AccountVehicle) -> dict[str, object]:
    """Return what v2 did not tell."""
    truth = vehicle.truth
    return {
        "isDeepSleepModeActive": truth.sensors.starter.is_deep_asleep,
        "securityOverviewMode": describe_security(truth),
        "tireState": describe_tyres(truth, describe_tyre_details(vehicle)),
        "vehicleSoftwareVersion": _software(truth.equipment),
    }


def _where_there_is(vehicle: AccountVehicle) -> dict[str, object]:
    """Return the groups of what only some cars have."""
    truth = vehicle.truth
    fields: dict[str, object] = {}
    if (roof := describe_roof(truth)) is not None:
        fields["roofState"] = roof
    if truth.charging is not None:
        fields["electricChargingState"] = describe_electric(truth)
    if truth.equipment.tank_l is not None:
        fields["combustionFuelLevel"] = _fuel(truth.levels, is_hybrid=vehicle.car.drivetrain == "PHEV")
    if (location := describe_location(truth)) is not None:
        fields["location"] = location
    return fields


def describe_service(due: ServiceDue) -> dict[str, object]:
    """Return one of `requiredServices`; `mileage` is how many km are left (inferred: the first list said so)."""
    kind, description = words.SERVICES[due.kind]
    fields: dict[str, object] = {"type": kind, "status": service_state(due), "description": description}
    if due.due_month is not None:
        year, month = due.due_month
        fields["dateTime"] = f"{year}-{month:02}-01T00:00:00.000Z"
    if due.remaining_km is not None:
        fields["mileage"] = due.remaining_km
    return fields


def describe_messages(truth: CarTruth, *, only_oil: bool) -> list[dict[str, object]]:
    """Return `checkControlMessages`: a word about the oil of a car with an engine, and the warnings.

    `only_oil`: v2 knew no other message.
    """
    messages: list[dict[str, object]] = []
    if truth.equipment.engine is not None:
        messages.append({"type": "ENGINE_OIL", "severity": "LOW"})
    for warning in () if only_oil else truth.service.warnings:
        kind, severity, text = words.WARNINGS[warning.kind]
        messages.append({"type": kind, "severity": severity, "longDescription": text})
    return messages


def _fuel(levels: Levels, *, is_hybrid: bool) -> dict[str, object]:
    """Return `combustionFuelLevel`; the `range` (km) of a plug-in hybrid is that of battery and tank together."""
    electric_km = levels.electric_range_km or 0.0 if is_hybrid else 0.0
    return {
        "remainingFuelPercent": round(levels.fuel_percent or 0.0),
        "remainingFuelLiters": round(levels.fuel_l or 0.0),
        "range": round(electric_km + (levels.fuel_range_km or 0.0)),
    }


def _software(equipment: Equipment) -> dict[str, object]:
    step = pu_step(equipment.software)
    return {
        "iStep": {"iStep": 500 + step["month"], **step, "seriesCluster": series_cluster_of(equipment)},
        "puStep": step,
    }
