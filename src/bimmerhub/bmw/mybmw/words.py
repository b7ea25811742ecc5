"""The words of the MyBMW app's interface that are known; any other word stays as it came.

Sources: stored answers of nine (v4), seven (v2) and twelve cars (v1), 2021-2025; those of commands and history from
clients. Version 1 spells several of them in camel case (`weeklyPlanner`), which `v1_state` writes as here.
"""

from enum import StrEnum


class Brand(StrEnum):
    """The brand of a car as answers say it; DRITTKUNDE is the Toyota Supra, which BMW builds."""

    BMW = "BMW"
    BMW_I = "BMW_I"
    MINI = "MINI"
    ROLLS_ROYCE = "ROLLS_ROYCE"
    TOYOTA = "DRITTKUNDE"


class DriveTrain(StrEnum):
    """What drives a car. Version 1 says ELECTRIC also of an i3 with range extender."""

    COMBUSTION = "COMBUSTION"
    MILD_HYBRID = "MILD_HYBRID"
    HYBRID = "HYBRID"
    PLUGIN_HYBRID = "PLUGIN_HYBRID"
    ELECTRIC = "ELECTRIC"
    ELECTRIC_WITH_RANGE_EXTENDER = "ELECTRIC_WITH_RANGE_EXTENDER"

    @property
    def can_charge(self) -> bool:
        """Whether such a car has a battery to plug in."""
        return self in _CAN_CHARGE


_CAN_CHARGE = (DriveTrain.PLUGIN_HYBRID, DriveTrain.ELECTRIC, DriveTrain.ELECTRIC_WITH_RANGE_EXTENDER)


class MappingStatus(StrEnum):
    """Whether a car belongs to the account."""

    CONFIRMED = "CONFIRMED"
    PENDING = "PENDING"


class VehicleKind(StrEnum):
    """How the app shows a car: a real one, or one to try the app with."""

    CONNECTED = "CONNECTED"
    DEMO = "DEMO"


class Opening(StrEnum):
    """How a door, a window or a roof stands; INVALID is a part that the car does not have."""

    CLOSED = "CLOSED"
    OPEN = "OPEN"
    INTERMEDIATE = "INTERMEDIATE"
    INVALID = "INVALID"
    UNKNOWN = "UNKNOWN"


class LockWord(StrEnum):
    """How the doors are locked: LOCKED from afar, SECURED with the key."""

    LOCKED = "LOCKED"
    UNLOCKED = "UNLOCKED"
    SECURED = "SECURED"
    PARTIALLY_LOCKED = "PARTIALLY_LOCKED"
    SELECTIVE_LOCKED = "SELECTIVE_LOCKED"
    UNKNOWN = "UNKNOWN"


class RoofKind(StrEnum):
    """Which roof a car's roof state is of."""

    SUN_ROOF = "SUN_ROOF"


class ChargingStatus(StrEnum):
    """What the charger does. What DEFAULT means is not known; cars that do not charge say it (observed, v1)."""

    CHARGING = "CHARGING"
    COMPLETE = "COMPLETE"
    DEFAULT = "DEFAULT"
    ERROR = "ERROR"
    FINISHED_FULLY_CHARGED = "FINISHED_FULLY_CHARGED"
    FINISHED_NOT_FULL = "FINISHED_NOT_FULL"
    FULLY_CHARGED = "FULLY_CHARGED"
    INVALID = "INVALID"
    NOT_CHARGING = "NOT_CHARGING"
    PLUGGED_IN = "PLUGGED_IN"
    TARGET_REACHED = "TARGET_REACHED"
    UNKNOWN = "UNKNOWN"
    WAITING_FOR_CHARGING = "WAITING_FOR_CHARGING"


class ChargingConnection(StrEnum):
    """How a car is connected for charging."""

    CONDUCTIVE = "CONDUCTIVE"
    NOT_AVAILABLE = "NOT_AVAILABLE"
    UNKNOWN = "UNKNOWN"


class ChargingControl(StrEnum):
    """Which shape the charging profile of a car has."""

    WEEKLY_PLANNER = "WEEKLY_PLANNER"
    TWO_TIMES_TIMER = "TWO_TIMES_TIMER"
    TWO_WEEKS_TIMER = "TWO_WEEKS_TIMER"


class ChargingMode(StrEnum):
    """When charging begins, as the state says it; what NO_ACTION means is not known."""

    IMMEDIATE = "IMMEDIATE_CHARGING"
    DELAYED = "DELAYED_CHARGING"
    NO_ACTION = "NO_ACTION"


class TimerAction(StrEnum):
    """Whether a timer is on."""

    ACTIVATE = "ACTIVATE"
    DEACTIVATE = "DEACTIVATE"


class ClimateWord(StrEnum):
    """What the climate of the parked car does."""

    INACTIVE = "INACTIVE"
    STANDBY = "STANDBY"
    HEATING = "HEATING"
    COOLING = "COOLING"
    VENTILATION = "VENTILATION"
    UNKNOWN = "UNKNOWN"


class ServiceItem(StrEnum):
    """What a service is due for."""

    OIL = "OIL"
    BRAKE_FLUID = "BRAKE_FLUID"
    BRAKE_PADS_FRONT = "BRAKE_PADS_FRONT"
    BRAKE_PADS_REAR = "BRAKE_PADS_REAR"
    VEHICLE_CHECK = "VEHICLE_CHECK"
    VEHICLE_TUV = "VEHICLE_TUV"
    TIRE_WEAR_FRONT = "TIRE_WEAR_FRONT"
    TIRE_WEAR_REAR = "TIRE_WEAR_REAR"


class ServiceDueState(StrEnum):
    """Whether a service is due."""

    OK = "OK"
    PENDING = "PENDING"
    OVERDUE = "OVERDUE"


class Severity(StrEnum):
    """How urgent a message of the Check Control is; OK says that all is well."""

    OK = "OK"
    LOW = "LOW"
    MEDIUM = "MEDIUM"
    HIGH = "HIGH"
    CRITICAL = "CRITICAL"


class Switch(StrEnum):
    """Whether something is on."""

    ON = "ON"
    OFF = "OFF"


class AlarmWord(StrEnum):
    """Whether the alarm system is armed."""

    ARMED = "ARMED"
    NOT_ARMED = "NOT_ARMED"


class Support(StrEnum):
    """Whether a car can do something."""

    ACTIVATED = "ACTIVATED"
    NOT_AVAILABLE = "NOT_AVAILABLE"
    NOT_CAPABLE = "NOT_CAPABLE"
    NOT_SUPPORTED = "NOT_SUPPORTED"


class ClimateFunction(StrEnum):
    """What the climate of the parked car can do."""

    AIR_CONDITIONING = "AIR_CONDITIONING"
    VENTILATION = "VENTILATION"


class ClimateTimerTrigger(StrEnum):
    """What the climate of the parked car is timed by."""

    START_TIMER = "START_TIMER"
    DEPARTURE_TIMER = "DEPARTURE_TIMER"


class StateSource(StrEnum):
    """What a car's state comes from."""

    A4A = "A4A"
    LAST_STATE_CALL = "LAST_STATE_CALL"
    NOT_SUPPORTED = "NOT_SUPPORTED"


class AccessoryKind(StrEnum):
    """How apps of a phone reach the car (`a4aType`)."""

    USB_ONLY = "USB_ONLY"
    BLUETOOTH = "BLUETOOTH"
    NOT_SUPPORTED = "NOT_SUPPORTED"


class EventWord(StrEnum):
    """How a command stands. Of those after ERROR only clients tell."""

    PENDING = "PENDING"
    DELIVERED = "DELIVERED"
    EXECUTED = "EXECUTED"
    ERROR = "ERROR"
    INITIATED = "INITIATED"
    STARTED = "STARTED"
    RUNNING = "RUNNING"
    PROV_RUNNING = "PROV_RUNNING"
    CANCELLED_WITH_ERROR = "CANCELLED_WITH_ERROR"
    IGNORED = "IGNORED"
    UNKNOWN = "UNKNOWN"


class PastWord(StrEnum):
    """How a command of the history ended (inferred from clients)."""

    SUCCESS = "SUCCESS"
    PENDING = "PENDING"
    IN_PROGRESS = "IN_PROGRESS"
    INITIATED = "INITIATED"
    FAILED = "FAILED"
    ERROR = "ERROR"
    CANCELLED = "CANCELLED"
    EXECUTED = "EXECUTED"
    NOT_EXECUTED = "NOT_EXECUTED"


class ChargingStartKind(StrEnum):
    """When charging begins, as the charging settings say it."""

    IMMEDIATELY = "CHARGING_IMMEDIATELY"
    TIME_SLOT = "TIME_SLOT"


class DepartureTimerKind(StrEnum):
    """Which shape the departures of the charging settings have."""

    WEEKLY = "WEEKLY_DEPARTURE_TIMER"
    TWO = "TWO_DEPARTURE_TIMER"


class HistoryConsent(StrEnum):
    """Whether BMW may keep the charging sessions; without it there are none to read."""

    OPT_IN_WITH_SESSIONS = "OPT_IN_WITH_SESSIONS"
    OPT_IN_WITHOUT_SESSIONS = "OPT_IN_WITHOUT_SESSIONS"
    OPT_OUT = "OPT_OUT"


class SessionsState(StrEnum):
    """Whether there are charging sessions in the month."""

    HAS_SESSIONS = "HAS_SESSIONS"
    CHARGE_AND_TRACK = "CHARGE_AND_TRACK"


class ImageView(StrEnum):
    """From where a car is pictured; BMW takes any case. The last two only clients of 2022 asked for."""

    VEHICLE_STATUS = "VehicleStatus"
    FRONT = "FrontView"
    REAR = "RearView"
    SIDE_LEFT = "SideViewLeft"
    SIDE_RIGHT = "SideViewRight"
    FRONT_LEFT = "FrontLeft"
    FRONT_RIGHT = "FrontRight"
    REAR_LEFT = "RearLeft"
    REAR_RIGHT = "RearRight"
    DASHBOARD = "Dashboard"
    DRIVER_DOOR = "DriverDoor"
    ANGLE_40 = "AngleSideViewForty"
    ANGLE_60 = "AngleSideViewSixty"
    VEHICLE_INFO = "VehicleInfo"
    CHARGING_HISTORY = "ChargingHistory"
