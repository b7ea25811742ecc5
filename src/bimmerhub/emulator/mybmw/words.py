"""The MyBMW app's words for what a car is and does."""

from bimmerhub.emulator.cars.models.equipment import CarBrand
from bimmerhub.emulator.cars.states import (
    DRIVERS_DOOR,
    ChargingState,
    ClimateActivity,
    LockState,
    ServiceKind,
    WarningKind,
    WindowState,
)
from bimmerhub.emulator.remote.desk import EventState

BRANDS = {
    CarBrand.BMW: "BMW",
    CarBrand.BMW_I: "BMW_I",
    CarBrand.MINI: "MINI",
    CarBrand.TOYOTA: "DRITTKUNDE",
    CarBrand.ROLLS_ROYCE: "ROLLS_ROYCE",
}
"""DRITTKUNDE, "third-party customer", is the Toyota Supra. Rolls-Royce is inferred."""
DRIVE_TRAINS = {"BEV": "ELECTRIC", "PHEV": "PLUGIN_HYBRID", "MHEV": "MILD_HYBRID", "ICE": "COMBUSTION"}
RANGE_EXTENDER = "ELECTRIC_WITH_RANGE_EXTENDER"
CHARGING_STATES = {
    ChargingState.NOT_CHARGING: "PLUGGED_IN",
    ChargingState.STARTING: "PLUGGED_IN",
    ChargingState.CHARGING: "CHARGING",
    ChargingState.PAUSED: "WAITING_FOR_CHARGING",
    ChargingState.INTERRUPTED: "NOT_CHARGING",
    ChargingState.DISRUPTED: "ERROR",
    ChargingState.FULL: "FULLY_CHARGED",
    ChargingState.ENDED: "FINISHED_NOT_FULL",
    ChargingState.FAILED: "ERROR",
}
"""Of a car that is plugged in; one that is not is INVALID. Which word is which state is inferred."""
WAITING, TARGET_REACHED, UNPLUGGED = "WAITING_FOR_CHARGING", "TARGET_REACHED", "INVALID"
CLIMATE = {
    ClimateActivity.STANDBY: "STANDBY",
    ClimateActivity.HEATING: "HEATING",
    ClimateActivity.COOLING: "COOLING",
    ClimateActivity.VENTILATION: "VENTILATION",
}
LOCKS = {
    LockState.UNLOCKED: "UNLOCKED",
    LockState.SELECTIVE: "SELECTIVE_LOCKED",
    LockState.LOCKED: "LOCKED",
    LockState.SECURED: "SECURED",
}
WINDOWS = {
    WindowState.CLOSED: "CLOSED",
    WindowState.TILTED: "INTERMEDIATE",
    WindowState.AJAR: "INTERMEDIATE",
    WindowState.OPEN: "OPEN",
}
ROOFS = {**WINDOWS, WindowState.TILTED: "OPEN_TILT"}
DAYS = ("MONDAY", "TUESDAY", "WEDNESDAY", "THURSDAY", "FRIDAY", "SATURDAY", "SUNDAY")
SERVICES = {
    ServiceKind.OIL: ("OIL", "Next service due by the specified distance or date."),
    ServiceKind.FRONT_BRAKES: ("BRAKE_PADS_FRONT", "Next service due when the specified distance has been covered."),
    ServiceKind.BRAKE_FLUID: ("BRAKE_FLUID", "Next service due by the specified date."),
    ServiceKind.REAR_BRAKES: ("BRAKE_PADS_REAR", "Next service due when the specified distance has been covered."),
    ServiceKind.INSPECTION: ("VEHICLE_TUV", "Next state inspection due by the specified date."),
    ServiceKind.VEHICLE_CHECK: ("VEHICLE_CHECK", "Next vehicle check due after the specified distance or date."),
}
"""By kind, the type and its description in the language of the app."""
WARNINGS = {
    WarningKind.STARTER_WEAK: ("BATTERY", "MEDIUM", "The 12 V battery is heavily discharged."),
    WarningKind.TYRE_PRESSURE_LOW: ("TIRE_PRESSURE", "LOW", "Check and correct the tyre pressure."),
    WarningKind.WASHER_FLUID_LOW: ("WASHER_FLUID", "LOW", "The level of the washer fluid is low."),
}
"""By kind, type, severity and description; BATTERY and WASHER_FLUID are inferred."""
DOORS = {"Front": (DRIVERS_DOOR, "row1.passenger"), "Rear": ("row2.driver", "row2.passenger")}
"""By row, the door of the driver's side and the other one."""
WINDOW_ROWS = {
    "Front": ("window.row1.driver", "window.row1.passenger"),
    "Rear": ("window.row2.driver", "window.row2.passenger"),
}
WHEELS = {
    "frontLeft": "row1.wheel.left",
    "frontRight": "row1.wheel.right",
    "rearLeft": "row2.wheel.left",
    "rearRight": "row2.wheel.right",
}
EVENT_STATES = {
    EventState.INITIATED: "PENDING",
    EventState.PENDING: "PENDING",
    EventState.DELIVERED: "DELIVERED",
    EventState.EXECUTED: "EXECUTED",
    EventState.NOT_EXECUTED: "ERROR",
    EventState.TIMED_OUT: "ERROR",
}
HISTORY_STATES = {
    EventState.INITIATED: "INITIATED",
    EventState.PENDING: "PENDING",
    EventState.DELIVERED: "IN_PROGRESS",
    EventState.EXECUTED: "SUCCESS",
    EventState.NOT_EXECUTED: "FAILED",
    EventState.TIMED_OUT: "ERROR",
}
