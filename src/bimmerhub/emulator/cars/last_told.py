"""What a car told last, for services that show the state of then: the whole truth of that moment, and why it was told.

Older services of BMW's get a car's whole state whenever something happens to it (LSC, "last state call"), whatever
CarData is told. Between two such moments they show the older one.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from bimmerhub.emulator.cars.states import ChargingState, LockState
from bimmerhub.emulator.cars.telematics import Occasion
from bimmerhub.emulator.cars.truth import (
    CarTruth,
    ChargingFlow,
    ChargingTruth,
    Locking,
    Motion,
    OpenedOrClosed,
    Openings,
    PlugTruth,
    Quantity,
)
from bimmerhub.times import SECOND_MS

NEVER_MS = 2**62


class TellReason(StrEnum):
    """Why a car told its state."""

    MOVING = "it set off"
    SHUT_DOWN = "it was switched off"
    SHUT_DOWN_SECURED = "it was switched off and secured"
    SECURED = "it was locked"
    UNSECURED = "it was unlocked"
    OPENING_CHANGED = "a door, lid or window moved"
    CHARGING_STARTED = "a charge started"
    CHARGING_DONE = "a charge is over"
    CHARGING_PAUSED = "a charge was paused"
    CHARGING_INTERRUPTED = "a charge was interrupted"
    UNPLUGGED = "the plug was taken out"
    PREDICTION = "the end of the charge is predicted anew"
    ASKED = "somebody asked for it"
    OTHER = "something else"


@dataclass(frozen=True, slots=True, kw_only=True)
class ToldState:
    """The truth as it was told last, at `told_at_ms` (whole seconds, milliseconds since 1970 UTC)."""

    told_at_ms: int
    reason: TellReason
    truth: CarTruth


@dataclass(frozen=True, slots=True, kw_only=True)
class _Telling:
    at_ms: int
    arrives_ms: int
    reason: TellReason


class LastTold:
    """Remembers what one car told last.

    The truth is read off the car at the telling from `from_ms` on, and before that only once somebody asks: long
    histories that nobody looks at cost nothing then.
    """

    def __init__(self, read_truth: Callable[[int], CarTruth], *, start_ms: int) -> None:
        self.from_ms = NEVER_MS
        self._read_truth = read_truth
        self._telling = _Telling(at_ms=start_ms, arrives_ms=start_ms, reason=TellReason.SHUT_DOWN_SECURED)
        self._told: ToldState | None = None
        self._on_its_way: tuple[_Telling, ToldState] | None = None

    def hear(self, at_ms: int, occasion: Occasion, quantities: Sequence[Quantity], arrives_ms: int) -> None:
        """Note that the car tells its state; it is known from `arrives_ms` on."""
        reason = _find_reason(occasion, quantities)
        telling = _Telling(at_ms=at_ms // SECOND_MS * SECOND_MS, arrives_ms=arrives_ms, reason=reason)
        if arrives_ms > at_ms:
            self._on_its_way = telling, self._read(telling, at_ms)
            return
        if self._on_its_way is not None and at_ms >= self._on_its_way[0].arrives_ms:
            self._on_its_way = None
        self._telling = telling
        self._told = self._read(telling, at_ms) if at_ms >= self.from_ms else None

    def state(self, now_ms: int) -> ToldState:
        """Return what was told last, as far as it has arrived."""
        if self._on_its_way is not None and self._on_its_way[0].arrives_ms <= now_ms:
            self._telling, self._told = self._on_its_way
            self._on_its_way = None
        if self._told is None:
            self._told = self._read(self._telling, now_ms)
        return self._told

    def _read(self, telling: _Telling, at_ms: int) -> ToldState:
        truth, reason = self._read_truth(at_ms), telling.reason
        if reason is TellReason.OTHER and truth.motion.is_driven:
            reason = TellReason.MOVING
        return ToldState(told_at_ms=telling.at_ms, reason=reason, truth=truth)


def _find_reason(occasion: Occasion, quantities: Sequence[Quantity]) -> TellReason:
    """Return why a car tells these quantities: the first that says so decides."""
    if occasion is Occasion.TRIP_END:
        return TellReason.SHUT_DOWN_SECURED
    reasons = (_reason_of(quantity, occasion) for quantity in quantities)
    unsaid = TellReason.ASKED if occasion is Occasion.ASKED else TellReason.OTHER
    return next((reason for reason in reasons if reason is not None), unsaid)


def _reason_of(quantity: Quantity, occasion: Occasion) -> TellReason | None:
    """Return why a car tells one quantity, None when it says nothing of that."""
    reason: TellReason | None = None
    match quantity:
        case Motion(is_driven=is_driven) if occasion is Occasion.STEP:
            reason = TellReason.MOVING if is_driven else TellReason.SHUT_DOWN
        case ChargingTruth(state=state):
            reason = _CHARGING_REASONS.get(state)
        case ChargingFlow():
            reason = TellReason.PREDICTION
        case PlugTruth(is_plugged=False):
            reason = TellReason.UNPLUGGED
        case Openings() | OpenedOrClosed():
            reason = TellReason.OPENING_CHANGED
        case Locking(lock=lock):
            reason = TellReason.UNSECURED if lock is LockState.UNLOCKED else TellReason.SECURED
        case _:
            pass
    return reason


_CHARGING_REASONS = {
    ChargingState.CHARGING: TellReason.CHARGING_STARTED,
    ChargingState.FULL: TellReason.CHARGING_DONE,
    ChargingState.ENDED: TellReason.CHARGING_DONE,
    ChargingState.PAUSED: TellReason.CHARGING_PAUSED,
    ChargingState.INTERRUPTED: TellReason.CHARGING_INTERRUPTED,
    ChargingState.DISRUPTED: TellReason.CHARGING_INTERRUPTED,
    ChargingState.FAILED: TellReason.CHARGING_INTERRUPTED,
}
