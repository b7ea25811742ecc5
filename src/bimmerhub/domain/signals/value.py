"""The value of a signal with its time and where it came from."""

from dataclasses import dataclass, field
from typing import Literal

from bimmerhub.domain.reading import Reading, Source, Value
from bimmerhub.domain.signals.car_facts import CarFacts
from bimmerhub.domain.signals.freshness import Deadlines, Freshness
from bimmerhub.domain.signals.signal import UNKNOWN_CAR, Quality, Signal
from bimmerhub.ids import Descriptor

How = Literal["derived", "estimated"]
"""How a value was made that was not measured: by arithmetic on measured ones, or by a model."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SignalValue:
    """What a signal is now: `value` in `unit` as of `measured_at_ms`, fed by `descriptor`; `quality` says why None.

    `not_understood` is a word that the car sent since, of which the signal does not know the meaning; None without one.
    `how` is None for what was measured; `band` is then None too, and where nobody knows how far off an estimate is.
    `deadlines` say until when an activity may be told as present, None for what does not age.
    """

    name: str
    value: Value
    unit: str | None
    measured_at_ms: int
    descriptor: Descriptor
    source: Source
    quality: Quality
    not_understood: str | None = None
    how: How | None = None
    band: float | None = None
    deadlines: Deadlines | None = field(default=None, compare=False)

    def freshness(self, now_ms: int) -> Freshness:
        """Return how far the value may be told as present at that time."""
        return "fresh" if self.deadlines is None else self.deadlines.freshness(now_ms)


def derive_signal_value(
    signal: Signal, reading: Reading, car: CarFacts = UNKNOWN_CAR, *, not_understood: str | None = None
) -> SignalValue:
    """Return the value that `reading` gives to `signal` in this car, in the signal's unit and words."""
    value, quality = signal.interpret(reading, car)
    return SignalValue(
        name=signal.name,
        value=value,
        unit=signal.unit,
        measured_at_ms=reading.measured_at_ms,
        descriptor=reading.descriptor,
        source=reading.source,
        quality=quality,
        not_understood=not_understood,
        how="estimated" if value is not None and reading.descriptor in signal.predicted else None,
    )
