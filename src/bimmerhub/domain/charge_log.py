"""What a charge log tells of one car: the steps that its charge level crosses, and what charging does. Pure.

In: what is known of the car at one instant after the other. Out: notices, each once.

A car is in one of five phases. `charging` begins with the car's word and ends as `full`, as `ended` (the car says that
it has finished, short of its target), as `interrupted` (paused, waiting, failed or plainly not charging any more), or
by the plug being pulled, which makes every phase `idle`. The first instant tells nothing: nobody knows since when it
has been so. A full car that keeps its battery warm says `charging` now and then; it stays full until its level falls.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Final, Literal, NamedTuple

from bimmerhub.domain.reading import Value, is_number

SIGNALS: Final = ("soc_percent", "charging_status", "is_plugged_in", "soc_target_percent")
"""The signals that a charge log follows."""
AGAIN_BELOW_PERCENT: Final = 3
"""A step is crossed anew only after the level has fallen by so much: a level wavers by a point or two at rest."""
FULL_WITHIN_PERCENT: Final = 1
"""A car that has finished so close to its target is full: the level it displays may lag."""
FULL_PERCENT: Final = 100

Phase = Literal["idle", "charging", "interrupted", "ended", "full"]


class NoticeKind(StrEnum):
    """What there is to tell."""

    STEP = "step"
    STARTED = "charging_started"
    FULL = "full"
    ENDED = "charging_ended"
    INTERRUPTED = "charging_interrupted"
    UNPLUGGED = "unplugged"


class Dated(NamedTuple):
    """The value of a signal, and when it was measured (milliseconds UTC)."""

    value: Value
    at_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ChargeInstant:
    """What is known of a car's battery at an instant; None is "not reported".

    `at_ms` is the time of the newest of it, `level_at_ms` that of the charge level (milliseconds UTC).
    `charging_status` is the word of the signal of that name.
    """

    at_ms: int
    soc_percent: float | None = None
    level_at_ms: int | None = None
    charging_status: str | None = None
    is_plugged_in: bool | None = None
    target_percent: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ChargeNotice:
    """Something to tell, as of `at_ms` (milliseconds UTC) and at that level; `steps_percent` are those crossed."""

    kind: NoticeKind
    at_ms: int
    soc_percent: float | None
    steps_percent: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ChargeLog:
    """What was made of all instants so far: enough to go on after a restart.

    `peak_percent` is the highest level since it last fell by AGAIN_BELOW_PERCENT: every step up to it is told.
    """

    at_ms: int | None = None
    peak_percent: float | None = None
    phase: Phase = "idle"
    is_plugged_in: bool | None = None

    def follow(self, instant: ChargeInstant, *, step_percent: int) -> "tuple[ChargeLog, tuple[ChargeNotice, ...]]":
        """Return the log after an instant, and what there is to tell; one older than the newest changes nothing."""
        if self.at_ms is not None and instant.at_ms < self.at_ms:
            return self, ()
        phase = self._next_phase(instant)
        plugged_in = instant.is_plugged_in
        if plugged_in is None:
            plugged_in = True if phase == "charging" else self.is_plugged_in
        after = ChargeLog(
            at_ms=instant.at_ms,
            peak_percent=self._next_peak(instant.soc_percent),
            phase=phase,
            is_plugged_in=plugged_in,
        )
        if self.at_ms is None:
            return after, ()
        steps = self._steps_to(instant.soc_percent, step_percent)
        kinds = [
            *([NoticeKind.STEP] if steps else []),
            *([_KINDS[phase]] if phase not in ("idle", self.phase) else []),
            *([NoticeKind.UNPLUGGED] if self._was_plugged_in and instant.is_plugged_in is False else []),
        ]
        return after, tuple(
            ChargeNotice(
                kind=kind,
                at_ms=instant.at_ms,
                soc_percent=instant.soc_percent,
                steps_percent=steps if kind is NoticeKind.STEP else (),
            )
            for kind in kinds
        )

    def says_the_same(self, other: "ChargeLog") -> bool:
        """Tell whether nothing but the time differs: what a restart needs is the same."""
        return self == replace(other, at_ms=self.at_ms)

    @property
    def _was_plugged_in(self) -> bool:
        return self.is_plugged_in or self.phase != "idle"

    def _next_peak(self, level: float | None) -> float | None:
        peak = self.peak_percent
        if level is None or peak is None:
            return peak if level is None else level
        return level if level <= peak - AGAIN_BELOW_PERCENT else max(peak, level)

    def _steps_to(self, level: float | None, step: int) -> tuple[int, ...]:
        if level is None or self.peak_percent is None:
            return ()
        return tuple(range((int(self.peak_percent) // step + 1) * step, int(level) + 1, step))

    def _next_phase(self, instant: ChargeInstant) -> Phase:
        level = instant.soc_percent
        if instant.is_plugged_in is False:
            return "idle"
        match instant.charging_status:
            case "charging":
                is_full = level is not None and level >= FULL_PERCENT
                return "full" if is_full or (self.phase == "full" and not self._has_fallen_to(level)) else "charging"
            case "finished":
                is_known = self.phase == "full"
                return "full" if is_known or level is None or _is_at_target(level, instant) else "ended"
            case "paused" | "waiting" | "error" | "not_charging" if self.phase == "charging":
                is_full = level is not None and _is_at_target(level, instant)
                return "full" if is_full else "interrupted"
        return self.phase

    def _has_fallen_to(self, level: float | None) -> bool:
        return level is not None and self.peak_percent is not None and level <= self.peak_percent - AGAIN_BELOW_PERCENT


_KINDS: Final[Mapping[Phase, NoticeKind]] = {
    "charging": NoticeKind.STARTED,
    "interrupted": NoticeKind.INTERRUPTED,
    "ended": NoticeKind.ENDED,
    "full": NoticeKind.FULL,
}


def read_instant(signals: Mapping[str, Dated]) -> ChargeInstant | None:
    """Return what a car's signals say of its battery, None when none of `SIGNALS` is among them.

    A plug that is out, by a word older than the one that the car charges, is not believed.
    """
    dated = {name: signals[name] for name in SIGNALS if name in signals}
    if not dated:
        return None
    values = {name: signal.value for name, signal in dated.items()}
    status, plugged = values.get("charging_status"), values.get("is_plugged_in")
    if status == "charging" and plugged is False and dated["is_plugged_in"].at_ms < dated["charging_status"].at_ms:
        plugged = None
    return ChargeInstant(
        at_ms=max(signal.at_ms for signal in dated.values()),
        soc_percent=_number(values.get("soc_percent")),
        level_at_ms=dated["soc_percent"].at_ms if "soc_percent" in dated else None,
        charging_status=status if isinstance(status, str) else None,
        is_plugged_in=plugged if isinstance(plugged, bool) else None,
        target_percent=_number(values.get("soc_target_percent")),
    )


def _is_at_target(level: float, instant: ChargeInstant) -> bool:
    return level >= (instant.target_percent or FULL_PERCENT) - FULL_WITHIN_PERCENT


def _number(value: Value) -> float | None:
    return value if is_number(value) else None
