"""Reads off a car what workshops want to know of it."""

from bimmerhub.emulator.cars.machine import service_plan
from bimmerhub.emulator.cars.machine.car_body import CarBody
from bimmerhub.emulator.cars.workshop import BatteryWear, ServiceCalls, ServiceTruth
from bimmerhub.emulator.cars.world.localtime import utc_offset_ms
from bimmerhub.times import HOUR_MS

USABLE_SHARE = 0.97
BATTERY_HEALTH_PERCENT = 97


def read_service(body: CarBody, at_ms: int) -> ServiceTruth:
    """Return services, warnings, fault memory and the battery's wear."""
    model, due = body.model, service_plan.list_services(body, at_ms)
    battery = BatteryWear(
        health_percent=BATTERY_HEALTH_PERCENT, usable_kwh=model.battery_kwh * USABLE_SHARE, size_kwh=model.size_kwh
    )
    return ServiceTruth(
        odometer_km=body.levels(at_ms)[0],
        km_a_day=body.km_a_day(at_ms),
        due=due,
        next_km=min(service.remaining_km for service in due if service.remaining_km is not None),
        inspection_month=service_plan.find_inspection_month(body, at_ms),
        warnings=service_plan.list_warnings(body, at_ms),
        fault_memory=service_plan.read_fault_memory(body, at_ms),
        is_summer_time=utc_offset_ms(at_ms) > HOUR_MS,
        battery=battery if model.battery_kwh else None,
    )


def read_service_calls(body: CarBody) -> ServiceCalls:
    """Return the last call of each kind, and how the last one stands."""
    events = body.events
    return ServiceCalls(called_ms=dict(events.called_ms), report_ms=events.report_ms, state=events.call_state)


def notice_events(body: CarBody, at_ms: int) -> ServiceTruth:
    """Return what workshops want to know, and let the car note which warnings and trouble codes are there now."""
    service = read_service(body, at_ms)
    warnings = [f"{warning.kind.name} {warning.wheel or ''}".strip() for warning in service.warnings]
    body.events.notice(at_ms, [*warnings, *(code for _, code in service.fault_memory.entries)])
    return service
