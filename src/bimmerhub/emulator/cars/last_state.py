"""The last state that a car reported as a whole, with its time and the reason.

Older services of BMW's get the whole state of a car whenever something happens to it (LSC, "last state call"),
whatever the car reports to CarData. Between two such reports they show the earlier one.
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


class ReportReason(StrEnum):
    """Why a car reported its state."""

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
    POWER_FAILED = "the power for a charge failed"
    UNPLUGGED = "the plug was taken out"
    PREDICTION = "the end of the charge is predicted anew"
    ASKED = "somebody asked for it"
    OTHER = "something else"


@dataclass(frozen=True, slots=True, kw_only=True)
class LastState:
    """The truth at the last report, with its time (milliseconds since 1970 UTC, whole seconds) and reason."""

    reported_at_ms: int
    reason: ReportReason
    truth: CarTruth


@dataclass(frozen=True, slots=True, kw_only=True)
class _Occurrence:
    """A report of the state: when it was made, when it arrives at BMW, and why it was made."""

    at_ms: int
    arrives_ms: int
    reason: ReportReason


class StateMemory:
    """Remembers the last state that one car reported.

    From `from_ms` on the truth is read off the car at each report. Before that it is read only when somebody asks, so
    that long histories that nobody looks at cost nothing.
    """

    def __init__(self, read_truth: Callable[[int], CarTruth], *, start_ms: int) -> None:
        self.from_ms = NEVER_MS
        self._read_truth = read_truth
        self._last = _Occurrence(at_ms=start_ms, arrives_ms=start_ms, reason=ReportReason.SHUT_DOWN_SECURED)
        self._state: LastState | None = None
        self._on_its_way: tuple[_Occurrence, LastState] | None = None

    def hear(self, at_ms: int, occasion: Occasion, quantities: Sequence[Quantity], arrives_ms: int) -> None:
        """Note that the car reports its state; services get it at `arrives_ms`."""
        reason = _find_reason(occasion, quantities)
        occurrence = _Occurrence(at_ms=at_ms // SECOND_MS * SECOND_MS, arrives_ms=arrives_ms, reason=reason)
        if arrives_ms > at_ms:
            self._on_its_way = occurrence, self._read(occurrence, at_ms)
            return
        if self._on_its_way is not None and at_ms >= self._on_its_way[0].arrives_ms:
            self._on_its_way = None
        self._last = occurrence
        self._state = self._read(occurrence, at_ms) if at_ms >= self.from_ms else None

    def state(self, now_ms: int) -> LastState:
        """Return the last state that has arrived."""
        if self._on_its_way is not None and self._on_its_way[0].arrives_ms <= now_ms:
            self._last, self._state = self._on_its_way
            self._on_its_way = None
        if self._state is None:
            self._state = self._read(self._last, now_ms)
        return self._state

    def _read(self, occurrence: _Occurrence, at_ms: int) -> LastState:
        truth, reason = self._read_truth(at_ms), occurrence.reason
        if reason is ReportReason.OTHER and truth.motion.is_driven:
            reason = ReportReason.MOVING
        return LastState(reported_at_ms=occurrence.at_ms, reason=reason, truth=truth)


def _find_reason(occasion: Occasion, quantities: Sequence[Quantity]) -> ReportReason:
    """Return why a car reports these quantities: the first that gives a reason decides."""
    if occasion is Occasion.TRIP_END:
        return ReportReason.SHUT_DOWN_SECURED
    reasons = (_reason_of(quantity, occasion) for quantity in quantities)
    without_reason = ReportReason.ASKED if occasion is Occasion.ASKED else ReportReason.OTHER
    return next((reason for reason in reasons if reason is not None), without_reason)


def _reason_of(quantity: Quantity, occasion: Occasion) -> ReportReason | None:
    """Return why a car reports one quantity, None when it gives no reason."""
    reason: ReportReason | None = None
    match quantity:
        case Motion(is_driven=is_driven) if occasion is Occasion.STEP:
            reason = ReportReason.MOVING if is_driven else ReportReason.SHUT_DOWN
        case ChargingTruth(state=state):
            reason = _CHARGING_REASONS.get(state)
        case ChargingFlow():
            reason = ReportReason.PREDICTION
        case PlugTruth(is_plugged=False):
            reason = ReportReason.UNPLUGGED
        case Openings() | OpenedOrClosed():
            reason = ReportReason.OPENING_CHANGED
        case Locking(lock=lock):
            is_open = lock in {LockState.UNLOCKED, LockState.SELECTIVE}
            reason = ReportReason.UNSECURED if is_open else ReportReason.SECURED
        case _:
            pass
    return reason


_CHARGING_REASONS = {
    ChargingState.CHARGING: ReportReason.CHARGING_STARTED,
    ChargingState.FULL: ReportReason.CHARGING_DONE,
    ChargingState.ENDED: ReportReason.CHARGING_DONE,
    ChargingState.PAUSED: ReportReason.CHARGING_PAUSED,
    ChargingState.INTERRUPTED: ReportReason.CHARGING_INTERRUPTED,
    ChargingState.DISRUPTED: ReportReason.POWER_FAILED,
    ChargingState.FAILED: ReportReason.CHARGING_INTERRUPTED,
}
