"""The i Remote API's words for what a car is and does. Their misspellings are BMW's."""

from bimmerhub.emulator.cars.last_state import ReportReason
from bimmerhub.emulator.cars.states import (
    ChargeEnd,
    ChargingState,
    LockState,
    ParkingLight,
    ServiceKind,
    WarningKind,
    WindowState,
)
from bimmerhub.emulator.remote.desk import EventState

UPDATE_REASONS = {
    ReportReason.MOVING: "VEHICLE_MOVING",
    ReportReason.SHUT_DOWN: "VEHICLE_SHUTDOWN",
    ReportReason.SHUT_DOWN_SECURED: "VEHICLE_SHUTDOWN_SECURED",
    ReportReason.SECURED: "VEHICLE_SECURED",
    ReportReason.UNSECURED: "VEHICLE_UNSECURED",
    ReportReason.OPENING_CHANGED: "DOOR_STATE_CHANGED",
    ReportReason.CHARGING_STARTED: "CHARGIN_STARTED",
    ReportReason.CHARGING_DONE: "CHARGING_DONE",
    ReportReason.CHARGING_PAUSED: "CHARGING_PAUSED",
    ReportReason.CHARGING_INTERRUPTED: "CHARGING_INTERRUPED",
    ReportReason.POWER_FAILED: "TEMPORARY_POWER_SUPPLY_FAILURE",
    ReportReason.UNPLUGGED: "DISCONNECTED",
    ReportReason.PREDICTION: "PREDICTION_UPDATE",
    ReportReason.ASKED: "ON_DEMAND",
    ReportReason.OTHER: "NO_LSC_TRIGGER",
}
CHARGING_STATES = {
    ChargingState.NOT_CHARGING: "NOT_CHARGING",
    ChargingState.STARTING: "WAITING_FOR_CHARGING",
    ChargingState.CHARGING: "CHARGING",
    ChargingState.PAUSED: "WAITING_FOR_CHARGING",
    ChargingState.INTERRUPTED: "NOT_CHARGING",
    ChargingState.DISRUPTED: "ERROR",
    ChargingState.FULL: "FINISHED_FULLY_CHARGED",
    ChargingState.ENDED: "FINISHED_NOT_FULL",
    ChargingState.FAILED: "ERROR",
}
"""Of a car that is plugged in; one that is not is INVALID."""
END_REASONS = {
    ChargeEnd.GOAL_REACHED: "CHARGING_GOAL_REACHED",
    ChargeEnd.STOPPED_BY_DRIVER: "END_REQUESTED_BY_DRIVER",
    ChargeEnd.STATION_FAILED: "UNKNOWN",
    ChargeEnd.UNPLUGGED: "END_REQUESTED_BY_DRIVER",
}
LOCKS = {
    LockState.UNLOCKED: "UNLOCKED",
    LockState.SELECTIVE: "SELECTIVE_LOCKED",
    LockState.LOCKED: "LOCKED",
    LockState.SECURED: "SECURED",
}
WINDOWS = {
    WindowState.CLOSED: "CLOSED",
    WindowState.TILTED: "OPEN_TILT",
    WindowState.AJAR: "INTERMEDIATE",
    WindowState.OPEN: "OPEN",
}
PARKING_LIGHTS = {
    ParkingLight.OFF: "OFF",
    ParkingLight.LEFT: "LEFT",
    ParkingLight.RIGHT: "RIGHT",
    ParkingLight.BOTH: "ON",
}
SERVICES = {
    ServiceKind.OIL: ("OIL", "Motoröl"),
    ServiceKind.FRONT_BRAKES: ("BRAKE_PADS_FRONT", "Bremsbeläge vorn"),
    ServiceKind.BRAKE_FLUID: ("BRAKE_FLUID", "Bremsflüssigkeit"),
    ServiceKind.REAR_BRAKES: ("BRAKE_PADS_REAR", "Bremsbeläge hinten"),
    ServiceKind.INSPECTION: ("VEHICLE_TUV", "§ Fahrzeuguntersuchung"),
    ServiceKind.VEHICLE_CHECK: ("VEHICLE_CHECK", "Fahrzeug-Check"),
}
"""By kind, the word and its description in the language of the account."""
WARNINGS = {
    WarningKind.STARTER_WEAK: ("12V-Batterie schwach", "Batterie stark entladen. Fahrzeug laden oder fahren."),
    WarningKind.TYRE_PRESSURE_LOW: ("Reifendruck zu niedrig", "Reifendruck prüfen und korrigieren."),
    WarningKind.WASHER_FLUID_LOW: ("Waschwasser nachfüllen", "Waschwasserstand niedrig. Bei Gelegenheit nachfüllen."),
}
"""By kind, the short and the long description."""
HISTORY_STATES = {
    EventState.INITIATED: "INITIATED",
    EventState.PENDING: "PENDING",
    EventState.DELIVERED: "PENDING",
    EventState.EXECUTED: "SUCCESS",
    EventState.NOT_EXECUTED: "FAILED",
    EventState.TIMED_OUT: "CANCELLED",
}
