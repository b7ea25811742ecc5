"""The portal's words for what a car is and does. Every value of its flat map is a text."""

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
    ReportReason.SHUT_DOWN: "VEHCSHUTDOWN",
    ReportReason.SHUT_DOWN_SECURED: "VEHCSHUTDOWN_SECURED",
    ReportReason.SECURED: "VEHCSECURED",
    ReportReason.UNSECURED: "VEHCUNSECURED",
    ReportReason.OPENING_CHANGED: "DOORSTATECHANGED",
    ReportReason.CHARGING_STARTED: "CHARGINGSTARTED",
    ReportReason.CHARGING_DONE: "CHARGINGDONE",
    ReportReason.CHARGING_PAUSED: "CHARGINGPAUSED",
    ReportReason.CHARGING_INTERRUPTED: "CHARGINGINTERRUPED",
    ReportReason.POWER_FAILED: "TEMPORARYPOWERSUPPLYFAILURE",
    ReportReason.UNPLUGGED: "DISCONNECTED",
    ReportReason.PREDICTION: "PREDICTIONUPDATE",
    ReportReason.ASKED: "ONDEMAND",
    ReportReason.OTHER: "Error",
}
"""Those of locks, of charges but for their start, and ONDEMAND are made up by the others' pattern (inferred)."""
CHARGING_STATES = {
    ChargingState.NOT_CHARGING: "NOCHARGING",
    ChargingState.STARTING: "NOCHARGING",
    ChargingState.CHARGING: "CHARGINGACTIVE",
    ChargingState.PAUSED: "CHARGINGPAUSED",
    ChargingState.INTERRUPTED: "CHARGINGPAUSED",
    ChargingState.DISRUPTED: "CHARGINGERROR",
    ChargingState.FULL: "CHARGINGENDED",
    ChargingState.ENDED: "CHARGINGENDED",
    ChargingState.FAILED: "CHARGINGERROR",
}
HV_STATES = {
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
    LockState.SELECTIVE: "SELECTIVELOCKED",
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
    ServiceKind.OIL: (1, "Motoröl", "Nächster Wechsel spätestens zum angegebenen Termin."),
    ServiceKind.FRONT_BRAKES: (2, "Bremsbeläge vorn", "Nächster Wechsel spätestens zur angegebenen Strecke."),
    ServiceKind.BRAKE_FLUID: (3, "Bremsflüssigkeit", "Nächster Wechsel spätestens zum angegebenen Termin."),
    ServiceKind.REAR_BRAKES: (6, "Bremsbeläge hinten", "Nächster Wechsel spätestens zur angegebenen Strecke."),
    ServiceKind.INSPECTION: (32, "§ Fahrzeuguntersuchung", "Nächste gesetzliche Untersuchung zum angegebenen Termin."),
    ServiceKind.VEHICLE_CHECK: (100, "Fahrzeug-Check", "Nächster Check spätestens zum angegebenen Termin."),
}
"""By kind, the number, the name and the description in the language of the account."""
WARNINGS = {
    WarningKind.STARTER_WEAK: "12V-Batterie schwach",
    WarningKind.TYRE_PRESSURE_LOW: "Reifendruck zu niedrig",
    WarningKind.WASHER_FLUID_LOW: "Waschwasser nachfüllen",
}
COMMAND_STATES = {
    EventState.INITIATED: "PENDING",
    EventState.PENDING: "PENDING",
    EventState.DELIVERED: "DELIVERED_TO_VEHICLE",
    EventState.EXECUTED: "EXECUTED",
    EventState.NOT_EXECUTED: "ABORTED",
    EventState.TIMED_OUT: "ABORTED",
}
HISTORY_STATES = {
    EventState.INITIATED: "INITIATED",
    EventState.PENDING: "PENDING",
    EventState.DELIVERED: "PENDING",
    EventState.EXECUTED: "SUCCESS",
    EventState.NOT_EXECUTED: "FAILED",
    EventState.TIMED_OUT: "CANCELLED",
}
