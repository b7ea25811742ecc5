"""Signals of service: what is due, what the car warns of, the state of the 12 V battery, and odds of the car itself.

Dates are ISO 8601, whatever BMW wrote (`17.01.2027 00:00:00 UTC`).
"""

from typing import Final

from bimmerhub.domain.signals.conditions import read_check_control, read_conditions, read_trouble_codes
from bimmerhub.domain.signals.forms import count, flag, number, text
from bimmerhub.domain.vendor_times import vendor_date, vendor_instant

_CONDITIONS: Final = "status.conditionBasedServices"
_CHECK_CONTROL: Final = "status.checkControlMessages"
_TELESERVICE: Final = "channel.teleservice"

_CALL_WORDS: Final = {
    "IDLE": "idle",
    "PENDING": "pending",
    "SUCCESSFUL": "successful",
    "ERROR": "error",
    "INACTIVE": "inactive",  # seen after a head unit was replaced (observed by clients 2025-2026)
}
_AIR_WORDS: Final = {"UNFILTERED": "unfiltered", "PURIFYING_ONGOING": "purifying", "PURIFIED": "purified"}
_STARTER_WORDS: Final = {"200": "good", "140": "limited", "110": "inadequate", "80": "degraded"}
_DISTANCE_WORDS: Final = {
    "KM": "km",
    "KILOMETER": "km",
    "KILOMETERS": "km",
    "KILOMETRE": "km",
    "KILOMETRES": "km",
    "MI": "mi",
    "MILE": "mi",
    "MILES": "mi",
}


def _date(written: str) -> str | None:
    """Return the date of a time that BMW wrote, None for "never"; MalformedPayload for what is no time."""
    written_date = vendor_date(written)
    return None if written_date is None else written_date.isoformat()


def _next_service(document: str) -> str | None:
    """Return the earliest date on which a service item is due; None when no item names one."""
    due = min((item.due_on for item in read_conditions(document) if item.due_on is not None), default=None)
    return None if due is None else due.isoformat()


def _services_due(document: str) -> int:
    """Return how many service items are not OK; an item without a status does not count."""
    return sum(item.status not in {None, "OK"} for item in read_conditions(document))


SERVICE_SIGNALS: Final = (
    number("distance_to_service_km", "km", "Distance until the next service is due", "status.serviceDistance.next"),
    number(
        "service_warning_distance_km",
        "km",
        "Distance from which the car reminds of a service",
        "status.serviceDistance.yellow",
        zero="absent",
    ),
    text("next_service_on", "First day of the month of the next service item", _CONDITIONS, parse=_next_service),
    count("services_due", "Service items that are not OK", _CONDITIONS, _services_due),
    number("service_items", None, "Service items that the car watches", "status.conditionBasedServicesCount"),
    text(
        "next_inspection_on", "Date of the next legal inspection", "status.serviceTime.inspectionDateLegal", parse=_date
    ),
    count(
        "check_control_messages",
        "Check Control messages that are shown",
        _CHECK_CONTROL,
        lambda document: len(read_check_control(document)),
        null=0,  # how BMW says that there are none (observed by clients 2026)
    ),
    count(
        "fault_codes",
        "Entries of the fault memory",
        "electronicControlUnit.diagnosticTroubleCodes.raw",
        lambda document: len(read_trouble_codes(document)),
    ),
    text(
        "last_automatic_call_at",
        "When the car last called the service by itself",
        f"{_TELESERVICE}.lastAutomaticServiceCallTime",
        parse=vendor_instant,
    ),
    text(
        "last_manual_call_at",
        "When somebody last called the service from the car",
        f"{_TELESERVICE}.lastManualCallTime",
        parse=vendor_instant,
    ),
    text(
        "last_breakdown_call_at",
        "When the car last called for help after a breakdown",
        f"{_TELESERVICE}.lastBreakdownCallTime",
        parse=vendor_instant,
    ),
    text(
        "last_service_report_at",
        "When the car last sent a report to the service",
        f"{_TELESERVICE}.lastTeleserviceReportTime",
        parse=vendor_instant,
    ),
    text(
        "service_call_status",
        "idle, pending, successful, error or inactive: how the car's service calls stand",
        f"{_TELESERVICE}.status",
        words=_CALL_WORDS,
    ),
    text(
        "starter_battery_condition",
        "good, limited, inadequate or degraded: the 12 V battery",
        "electricalSystem.battery.serviceDemand.replace",
        words=_STARTER_WORDS,
    ),
    flag(
        "is_starter_battery_low",
        "The 12 V battery wants to be charged",
        "electricalSystem.battery.serviceDemand.recharge",
        words={"0": False, "1": True},
    ),
    text(
        "air_state",
        "unfiltered, purifying or purified: the air in the cabin",
        "cabin.hvac.statusAirPurification",
        words=_AIR_WORDS,
    ),
    flag("is_phone_connected", "A mobile phone is connected", "cabin.infotainment.isMobilePhoneConnected"),
    flag("is_asleep", "The car sleeps deeply and sends nothing until it is woken", "vehicle.deepSleepModeActive"),
    text(
        "displayed_distance_unit",
        "km or mi: what the instruments show",
        "cabin.infotainment.displayUnit.distance",
        "cabin.infotainment.hmi.distanceUnit",
        words=_DISTANCE_WORDS,
    ),
)
