"""The words of i Remote's answers that are known; any other word stays as it came.

Sources: documentation of i Remote (2014-2015) and stored answers of eleven cars (2018-2021).
"""

from enum import StrEnum


class Brand(StrEnum):
    """The brand of a car; BMW_I are i3 and i8."""

    BMW = "BMW"
    BMW_I = "BMW_I"
    MINI = "MINI"


class DriveTrain(StrEnum):
    """What drives a car; BEV_REX is an i3 with the small engine that charges its battery."""

    CONV = "CONV"
    PHEV = "PHEV"
    BEV = "BEV"
    BEV_REX = "BEV_REX"


class CloudHub(StrEnum):
    """Which of BMW's clouds a car belongs to: rest of the world, North America, China."""

    ECE = "HUB_ECE"
    US = "HUB_US"
    CN = "HUB_CN"


class Support(StrEnum):
    """Whether a car can do something."""

    ACTIVATED = "ACTIVATED"
    SUPPORTED = "SUPPORTED"
    AVAILABLE = "AVAILABLE"
    NOT_SUPPORTED = "NOT_SUPPORTED"
    NOT_AVAILABLE = "NOT_AVAILABLE"


class ClimateControl(StrEnum):
    """How the climate of the parked car is timed."""

    DEPARTURE_TIMER = "DEPARTURE_TIMER"
    START_TIMER = "START_TIMER"
    NOT_SUPPORTED = "NOT_SUPPORTED"


class ClimateFunction(StrEnum):
    """What the climate of the parked car can do."""

    AIRCONDITIONING = "AIRCONDITIONING"
    VENTILATION = "VENTILATION"
    PARK_HEATING = "PARK_HEATING"


class ChargingControl(StrEnum):
    """Which shape the charging profile of a car has."""

    WEEKLY_PLANNER = "WEEKLY_PLANNER"
    TWO_TIMES_TIMER = "TWO_TIMES_TIMER"
    NOT_SUPPORTED = "NOT_SUPPORTED"


class RangeMapKind(StrEnum):
    """How the range of a car is drawn."""

    CIRCLE = "RANGE_CIRCLE"
    POLYGON = "RANGE_POLYGON"
    NOT_SUPPORTED = "NOT_SUPPORTED"


class LscType(StrEnum):
    """How a car reports its state ("last state call"); NOT_SUPPORTED sends almost none."""

    BASIS = "LSC_BASIS"
    I_IMMEDIATE = "I_LSC_IMM"
    PHEV = "LSC_PHEV"
    NOT_SUPPORTED = "NOT_SUPPORTED"
    UNKNOWN = "UNKNOWN"


class ChargingMode(StrEnum):
    """How a car can be charged."""

    AC_LOW = "AC_LOW"
    AC_HIGH = "AC_HIGH"
    DC = "DC"


class Opening(StrEnum):
    """How a door, a window or a roof stands; INVALID is a part that the car does not have."""

    CLOSED = "CLOSED"
    OPEN = "OPEN"
    OPEN_TILT = "OPEN_TILT"
    INTERMEDIATE = "INTERMEDIATE"
    INVALID = "INVALID"


class LockWord(StrEnum):
    """How the doors are locked: LOCKED from afar, SECURED with the key."""

    UNLOCKED = "UNLOCKED"
    LOCKED = "LOCKED"
    SECURED = "SECURED"
    SELECTIVE_LOCKED = "SELECTIVE_LOCKED"


class Light(StrEnum):
    """Which parking or position light is on."""

    OFF = "OFF"
    ON = "ON"
    LEFT = "LEFT"
    RIGHT = "RIGHT"


class ChargingStatus(StrEnum):
    """What the charger of a car does; INVALID when nothing is plugged in."""

    CHARGING = "CHARGING"
    ERROR = "ERROR"
    FINISHED_FULLY_CHARGED = "FINISHED_FULLY_CHARGED"
    FINISHED_NOT_FULL = "FINISHED_NOT_FULL"
    INVALID = "INVALID"
    NOT_CHARGING = "NOT_CHARGING"
    WAITING_FOR_CHARGING = "WAITING_FOR_CHARGING"


class ConnectionStatus(StrEnum):
    """Whether a charging plug is in."""

    CONNECTED = "CONNECTED"
    DISCONNECTED = "DISCONNECTED"


class ChargingEndReason(StrEnum):
    """Why charging ended last."""

    CHARGING_GOAL_REACHED = "CHARGING_GOAL_REACHED"
    END_REQUESTED_BY_DRIVER = "END_REQUESTED_BY_DRIVER"
    UNKNOWN = "UNKNOWN"


class ChargingEndResult(StrEnum):
    """Whether charging ended well."""

    SUCCESS = "SUCCESS"
    FAILED = "FAILED"
    UNKNOWN = "UNKNOWN"


class UpdateReason(StrEnum):
    """Why a car reported. BMW writes CHARGING_INTERRUPED and CHARGIN_STARTED; both are read as they are meant."""

    CHARGING_DONE = "CHARGING_DONE"
    CHARGING_INTERRUPTED = "CHARGING_INTERRUPTED"
    CHARGING_PAUSED = "CHARGING_PAUSED"
    CHARGING_STARTED = "CHARGING_STARTED"
    CYCLIC_RECHARGING = "CYCLIC_RECHARGING"
    DISCONNECTED = "DISCONNECTED"
    DOOR_STATE_CHANGED = "DOOR_STATE_CHANGED"
    NO_CYCLIC_RECHARGING = "NO_CYCLIC_RECHARGING"
    NO_LSC_TRIGGER = "NO_LSC_TRIGGER"
    ON_DEMAND = "ON_DEMAND"
    PREDICTION_UPDATE = "PREDICTION_UPDATE"
    TEMPORARY_POWER_SUPPLY_FAILURE = "TEMPORARY_POWER_SUPPLY_FAILURE"
    UNKNOWN = "UNKNOWN"
    VEHICLE_MOVING = "VEHICLE_MOVING"
    VEHICLE_SECURED = "VEHICLE_SECURED"
    VEHICLE_SHUTDOWN = "VEHICLE_SHUTDOWN"
    VEHICLE_SHUTDOWN_SECURED = "VEHICLE_SHUTDOWN_SECURED"
    VEHICLE_UNSECURED = "VEHICLE_UNSECURED"


class PositionStatus(StrEnum):
    """Whether a position comes along, and why not: switched off in the car, driving, or too far from the asker."""

    OK = "OK"
    DRIVER_DISABLED = "DRIVER_DISABLED"
    VEHICLE_ACTIVE = "VEHICLE_ACTIVE"
    TOO_FAR_AWAY = "TOO_FAR_AWAY"


class ServiceItem(StrEnum):
    """What a service is due for."""

    OIL = "OIL"
    BRAKE_FLUID = "BRAKE_FLUID"
    BRAKE_PADS_FRONT = "BRAKE_PADS_FRONT"
    BRAKE_PADS_REAR = "BRAKE_PADS_REAR"
    VEHICLE_CHECK = "VEHICLE_CHECK"
    VEHICLE_TUV = "VEHICLE_TUV"


class ServiceDueState(StrEnum):
    """Whether a service is due."""

    OK = "OK"
    PENDING = "PENDING"
    OVERDUE = "OVERDUE"


class ExecutionWord(StrEnum):
    """How an executed service stands, of a status and of the history."""

    INITIATED = "INITIATED"
    PENDING = "PENDING"
    DELIVERED = "DELIVERED"
    EXECUTED = "EXECUTED"
    NOT_EXECUTED = "NOT_EXECUTED"
    TIMED_OUT = "TIMED_OUT"
    SUCCESS = "SUCCESS"
    FAILED = "FAILED"
    ERROR = "ERROR"
    CANCELLED = "CANCELLED"


class ImageView(StrEnum):
    """From where a car is pictured (inferred from clients)."""

    FRONTSIDE = "FRONTSIDE"
    FRONT = "FRONT"
    REARSIDE = "REARSIDE"
    REAR = "REAR"
    SIDE = "SIDE"
    DASHBOARD = "DASHBOARD"
    DRIVERDOOR = "DRIVERDOOR"
    REARBIRDSEYE = "REARBIRDSEYE"
