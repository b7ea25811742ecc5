"""Commands to a car: their kinds, the states of their life, and in which order states may follow each other. Pure.

sending -> initiated -> pending -> delivered -> executed, with any of them left out. It ends as executed, not_executed
(BMW or the car gave up), timed_out (nobody heard of it in time), superseded (a newer command took its place) or unknown
(it may have been sent, and nobody can say what became of it). A command never goes back: what a slow server tells
late changes nothing.
Sources: the states of i Remote and the ConnectedDrive portal as old clients met them, 2015-2021.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from bimmerhub.ids import Vin


class CommandKind(StrEnum):
    """What a car can be asked to do, spelt as the command line does."""

    LOCK = "lock"
    UNLOCK = "unlock"
    LIGHTS = "lights"
    HORN = "horn"
    CLIMATE_START = "climate-start"
    CLIMATE_STOP = "climate-stop"
    CHARGE_NOW = "charge-now"
    CHARGE_STOP = "charge-stop"
    FIND = "find"
    POI = "poi"
    MESSAGE = "message"
    CHARGING_PROFILE = "charging-profile"
    CHARGING_SETTINGS = "charging-settings"


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


Detail = str | int | float | bool
"""What a record says of a command besides its kind."""

_ON_THE_WAY: Final = (CommandState.SENDING, CommandState.INITIATED, CommandState.PENDING, CommandState.DELIVERED)


@dataclass(frozen=True, slots=True, kw_only=True)
class CommandStep:
    """A command came into a state, at `at_ms` (milliseconds UTC, our clock).

    `word` is BMW's own word for it, None where the state is our conclusion; `reason` then says why, and `code` is the
    code of BMW's error, if it was one.
    """

    state: CommandState
    at_ms: int
    word: str | None = None
    event_id: str | None = None
    reason: str | None = None
    code: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """A command that was asked for, and its life so far: `steps` in order, at least `sending`.

    `account` is the local name of the account that sends it. `details` are what was asked for besides the kind.
    """

    id: int
    vin: Vin
    account: str
    kind: CommandKind | str
    steps: tuple[CommandStep, ...]
    details: Mapping[str, Detail] = field(default_factory=dict)

    @property
    def newest(self) -> CommandStep:
        """The state that it is in."""
        return self.steps[-1]

    @property
    def is_ended(self) -> bool:
        """Whether nothing more comes."""
        return self.newest.state.is_final
