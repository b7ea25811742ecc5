"""Closed sets of what the parts of a simulated car can be, and the names of its wheels, doors and windows."""

from enum import IntEnum, StrEnum

WHEELS = tuple(f"{row}.wheel.{side}" for row in ("row1", "row2") for side in ("left", "right"))
DRIVERS_DOOR, TRUNK, HOOD = "row1.driver", "trunk", "hood"
DOORS_AND_LIDS = (TRUNK, HOOD, DRIVERS_DOOR, "row1.passenger", "row2.driver", "row2.passenger")
WINDOWS = tuple(f"window.{row}.{side}" for row in ("row1", "row2") for side in ("driver", "passenger"))
SUNROOF, CONVERTIBLE_ROOF, REAR_WINDOW = "sunroof", "convertible_roof", "rear_window"


class LockState(StrEnum):
    """How the doors are locked; a secured car has its alarm armed, a selectively locked one an open driver's door."""

    UNLOCKED = "UNLOCKED"
    SELECTIVE = "SELECTIVE_LOCKED"
    LOCKED = "LOCKED"
    SECURED = "SECURED"


class WindowState(StrEnum):
    """How far a window or roof is open; only a roof is tilted."""

    CLOSED = "closed"
    TILTED = "tilted"
    AJAR = "ajar"
    OPEN = "open"


class ParkingLight(StrEnum):
    """Which of its sides a parked car lights."""

    OFF = "off"
    LEFT = "left"
    RIGHT = "right"
    BOTH = "both"


class ClimateActivity(StrEnum):
    """What is done to the air in the cabin before somebody gets in."""

    STANDBY = "standby"
    HEATING = "heating"
    COOLING = "cooling"
    VENTILATION = "ventilation"


class ChargingState(StrEnum):
    """Where a car is between plug-in and plug-out. It stays NOT_CHARGING until a charge is about to start.

    PAUSED was wanted, INTERRUPTED was not: both go on by themselves. DISRUPTED and FAILED do not.
    """

    NOT_CHARGING = "not charging"
    STARTING = "starting"
    CHARGING = "charging"
    PAUSED = "paused"
    INTERRUPTED = "interrupted"
    DISRUPTED = "disrupted"
    FULL = "ended, the battery is full"
    ENDED = "ended, the battery is not full"
    FAILED = "failed"

    @property
    def goes_on(self) -> bool:
        """Whether energy is to flow again by itself."""
        return self in {ChargingState.PAUSED, ChargingState.INTERRUPTED}


class ChargeEnd(StrEnum):
    """Why the last charge ended."""

    GOAL_REACHED = "goal reached"
    STOPPED_BY_DRIVER = "stopped by the driver"
    STATION_FAILED = "the charging station failed"
    UNPLUGGED = "unplugged"


class StarterHealth(StrEnum):
    """How the 12 V battery is."""

    OK = "ok"
    LIMITED = "limited"
    INADEQUATE = "inadequate"
    WORN_OUT = "worn out"


class ServiceKind(IntEnum):
    """A kind of service, with the number that the car itself gives it."""

    OIL = 1
    FRONT_BRAKES = 2
    BRAKE_FLUID = 3
    REAR_BRAKES = 6
    INSPECTION = 32
    VEHICLE_CHECK = 100


class ServiceCallKind(StrEnum):
    """Who calls the workshop: the car by itself, its driver, or its driver from the roadside."""

    AUTOMATIC = "automatic"
    MANUAL = "manual"
    BREAKDOWN = "breakdown"


class ServiceCallState(StrEnum):
    """How the last call stands."""

    IDLE = "idle"
    PENDING = "pending"
    SUCCESSFUL = "successful"
    FAILED = "failed"


class WarningKind(IntEnum):
    """What a car warns of, with the number that the car itself gives it."""

    STARTER_WEAK = 415
    TYRE_PRESSURE_LOW = 901
    WASHER_FLUID_LOW = 907
