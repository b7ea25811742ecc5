"""The words of the portal's answers that are known; any other word stays as it came.

Those of a car's state are in the comments of `cockpit_dynamic`.
Sources: stored answers of several cars, clients of the portal (2015-2021).
"""

from enum import StrEnum


class Brand(StrEnum):
    """The brand of a car, in upper case: BMW writes BMWi."""

    BMW = "BMW"
    BMW_I = "BMWI"
    MINI = "MINI"


class DriveTrain(StrEnum):
    """What drives a car; BEV_REX is an i3 with the small engine that charges its battery."""

    CONV = "CONV"
    PHEV = "PHEV"
    BEV = "BEV"
    BEV_REX = "BEV_REX"


class Steering(StrEnum):
    """The side of the steering wheel."""

    LEFT = "LEFT"
    RIGHT = "RIGHT"


class ChargingMode(StrEnum):
    """How a car can be charged."""

    AC_LOW = "AC_LOW"
    AC_HIGH = "AC_HIGH"
    DC = "DC"


class RemoteCode(StrEnum):
    """The portal's codes of what a car can be asked to do."""

    LIGHT_FLASH = "RLF"
    DOOR_LOCK = "RDL"
    DOOR_UNLOCK = "RDU"
    HORN_BLOW = "RHB"
    CLIMATE_NOW = "RCN"
    CLIMATE_TIMER = "RCT"
    CHARGE_PREFERENCES = "RCP"


class RemoteWord(StrEnum):
    """How a command stands. The first four are told of the newest one; the others are the history's (inferred)."""

    PENDING = "PENDING"
    DELIVERED = "DELIVERED_TO_VEHICLE"
    EXECUTED = "EXECUTED"
    ABORTED = "ABORTED"
    INITIATED = "INITIATED"
    SUCCESS = "SUCCESS"
    FAILED = "FAILED"
    CANCELLED = "CANCELLED"
