"""The workshop's matters in the forms of CarData's keys: service items, Check Control messages, fault memory.

Forms and words are those that clients observed in 2025-2026; titles and descriptions are our own.
"""

import json
from collections.abc import Mapping

from bimmerhub.emulator.cardata.voice import keys
from bimmerhub.emulator.cardata.voice.message import Value
from bimmerhub.emulator.cars.states import ServiceCallKind, ServiceCallState, ServiceKind, WarningKind
from bimmerhub.emulator.cars.workshop import CarWarning, FaultMemory, ServiceCalls, ServiceDue, ServiceTruth
from bimmerhub.emulator.cars.world.localtime import date_of
from bimmerhub.times import DAY_MS, SECOND_MS

WARN_WEEKS, INSPECTION_WARN_MONTHS = 4, 2
_SERVICE_TITLES: Mapping[ServiceKind, str] = {
    ServiceKind.OIL: "Engine oil",
    ServiceKind.FRONT_BRAKES: "Front brakes",
    ServiceKind.BRAKE_FLUID: "Brake fluid",
    ServiceKind.REAR_BRAKES: "Rear brakes",
    ServiceKind.INSPECTION: "Statutory vehicle inspection",
    ServiceKind.VEHICLE_CHECK: "Vehicle check",
}
_CALL_KEYS: Mapping[ServiceCallKind, str] = {
    ServiceCallKind.AUTOMATIC: keys.AUTOMATIC_CALL,
    ServiceCallKind.MANUAL: keys.MANUAL_CALL,
    ServiceCallKind.BREAKDOWN: keys.BREAKDOWN_CALL,
}
_CALL_WORDS: Mapping[ServiceCallState, str] = {
    ServiceCallState.IDLE: "IDLE",
    ServiceCallState.PENDING: "PENDING",
    ServiceCallState.SUCCESSFUL: "SUCCESSFUL",
    ServiceCallState.FAILED: "ERROR",
}
_WARNING_WORDS: Mapping[WarningKind, tuple[str, str]] = {
    WarningKind.TYRE_PRESSURE_LOW: ("Tyre pressure too low", "Check {wheel}."),
    WarningKind.WASHER_FLUID_LOW: ("Washer fluid low", "Refill the reservoir."),
    WarningKind.STARTER_WEAK: ("12 V battery weak", "Have the battery checked."),
}


def format_services(service: ServiceTruth) -> str:
    """Return `conditionBasedServices`: a JSON array in a text."""
    return json.dumps([_format_service(due) for due in service.due], separators=(",", ":"))


def format_check_control(service: ServiceTruth) -> str:
    """Return `checkControlMessages`: a JSON array in a text; what looks like its lengths is the odometer."""
    odometer_km = round(service.odometer_km)
    return json.dumps([_format_warning(warning, odometer_km) for warning in service.warnings], separators=(",", ":"))


def format_inspection(inspection_month: tuple[int, int]) -> str:
    """Return when the statutory inspection is due, in BMW's form."""
    year, month = inspection_month
    return f"17.{month:02d}.{year} 00:00:00 UTC"


def format_fault_memory(memory: FaultMemory) -> str:
    """Return the fault memory as XML; its count is not that of its entries (observed)."""
    entries = "".join(f'<dtc ecuAddress="{address:02X}">{code}</dtc>' for address, code in memory.entries)
    return f'<dtcData dtcCount="{memory.count}">{entries}</dtcData>'


def format_service_calls(calls: ServiceCalls) -> dict[str, Value]:
    """Return the last calls and reports as BMW's catalogue writes times, to the minute or to the second."""
    return {
        **{_CALL_KEYS[kind]: format_time(at_ms, has_seconds=False) for kind, at_ms in calls.called_ms.items()},
        keys.TELESERVICE_REPORT: format_time(calls.report_ms, has_seconds=True),
        keys.TELESERVICE_STATUS: _CALL_WORDS[calls.state],
    }


def format_time(at_ms: int, *, has_seconds: bool) -> str:
    """Return a time as BMW's catalogue writes it: dd.mm.yyyy hh:mm UTC, or with seconds."""
    second = at_ms // SECOND_MS
    clock = f"{second // 3600 % 24:02d}:{second // 60 % 60:02d}" + (f":{second % 60:02d}" if has_seconds else "")
    return f"{date_of(at_ms // DAY_MS):%d.%m.%Y} {clock} UTC"


def _format_service(due: ServiceDue) -> dict[str, object]:
    return {
        "date": "null" if due.due_month is None else f"{due.due_month[0]}-{due.due_month[1]:02d}",
        "description": "Due now: make an appointment." if due.is_near else "Due then at the latest.",
        "id": int(due.kind),
        "messageType": "CBS",
        "status": "OVERDUE" if due.is_overdue else "PENDING" if due.is_near else "OK",
        "text": "-",
        "title": _SERVICE_TITLES[due.kind],
        "unitOfLengthRemaining": "-" if due.remaining_km is None else str(due.remaining_km),
    }


def _format_warning(warning: CarWarning, odometer_km: int) -> dict[str, object]:
    title, description = _WARNING_WORDS[warning.kind]
    return {
        "date": "null",
        "description": description.format(wheel=(warning.wheel or "").replace(".", " ")),
        "id": int(warning.kind),
        "messageType": "CCM",
        "status": "NULL",
        "text": "-",
        "title": title,
        "unitOfLengthRemaining": str(odometer_km),
    }
