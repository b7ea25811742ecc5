"""The value of a signal with its time and where it came from."""

from dataclasses import dataclass

from bimmerhub.domain.reading import Reading, Source, Value
from bimmerhub.domain.signals.signal import Quality, Signal
from bimmerhub.ids import Descriptor


@dataclass(frozen=True, slots=True, kw_only=True)
class SignalValue:
    """What a signal is now: `value` in `unit` as of `measured_at_ms`, fed by `descriptor`; `quality` says why None."""

    name: str
    value: Value
    unit: str | None
    measured_at_ms: int
    descriptor: Descriptor
    source: Source
    quality: Quality


def derive_signal_value(signal: Signal, reading: Reading) -> SignalValue:
    """Return the value that `reading` gives to `signal`, in the signal's unit and words."""
    value, quality = signal.interpret(reading)
    return SignalValue(
        name=signal.name,
        value=value,
        unit=signal.unit,
        measured_at_ms=reading.measured_at_ms,
        descriptor=reading.descriptor,
        source=reading.source,
        quality=quality,
    )
