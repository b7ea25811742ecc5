"""Commands to a car: their kinds, the states of their life, and in which order states may follow each other. Pure.

sending -> initiated -> pending -> delivered -> executed, with any of them left out. It ends as executed, not_executed
(BMW or the car gave up), timed_out (nobody heard of it in time), superseded (a newer command took its place) or unknown
(it may have been sent, and nobody can say what became of it). A command never goes back: what a slow server tells
late changes nothing.
Sources: the states of i Remote and the ConnectedDrive portal as old clients met them, 2015-2021.
"""

from enum import StrEnum
from typing import Final


class CommandKind(StrEnum):
    """What a car can be asked to do, spelt as the command line does."""

    LOCK = "lock"
    UNLOCK = "unlock"
    LIGHTS = "lights"
    HORN = "horn"
    CLIMATE_START = "climate-start"
    CLIMATE_STOP = "climate-stop"
    CHARGE_NOW = "charge-now"
    FIND = "find"
    POI = "poi"
    MESSAGE = "message"
    CHARGING_PROFILE = "charging-profile"


class CommandState(StrEnum):
    """Where a command is in its life."""

    SENDING = "sending"
    INITIATED = "initiated"
    PENDING = "pending"
    DELIVERED = "delivered"
    EXECUTED = "executed"
    NOT_EXECUTED = "not_executed"
    TIMED_OUT = "timed_out"
    SUPERSEDED = "superseded"
    UNKNOWN = "unknown"

    @property
    def is_final(self) -> bool:
        """Whether nothing can follow it."""
        return self not in _ON_THE_WAY

    def may_follow(self, earlier: "CommandState") -> bool:
        """Tell whether a command that was in the `earlier` state can now be in this one."""
        if earlier.is_final:
            return False
        return self.is_final or _ON_THE_WAY.index(self) > _ON_THE_WAY.index(earlier)


_ON_THE_WAY: Final = (CommandState.SENDING, CommandState.INITIATED, CommandState.PENDING, CommandState.DELIVERED)
