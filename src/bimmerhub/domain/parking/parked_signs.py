"""What a parked car tells: its charge level, and what was at work in it that takes energy."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from bimmerhub.domain.folds.possible_numbers import PERCENT, is_possible
from bimmerhub.domain.parking.car_stops import Stop
from bimmerhub.domain.reading import Reading, Value, is_number
from bimmerhub.domain.signals.signal import Signal
from bimmerhub.domain.signals.table import signal_by_name
from bimmerhub.ids import Descriptor
from bimmerhub.times import MINUTE_MS, SECOND_MS

CAUSES: Final = {
    "is_climate_on": "climate",
    "is_engine_heating": "engine_heating",
    "is_battery_preconditioning": "battery_preconditioning",
    "is_alarm_on": "alarm",
}
"""What can be at work in a parked car, by the signal that tells it."""

ARRIVAL_MS: Final = 5 * MINUTE_MS
"""What a car tells so soon after its arrival is still of the trip, as for trips."""

DEPARTURE_MS: Final = 3 * MINUTE_MS
"""A car that tells nothing while it stands tells its level on setting off: it drives less than 1 % in that time."""

_SLEEP: Final = "is_asleep"
_LEVEL: Final = "soc_percent"
_SIGNALS: Final = {name: signal_by_name(name) for name in (*CAUSES, _SLEEP, _LEVEL)}
_READERS: Final[dict[Descriptor, Signal]] = {
    descriptor: signal
    for signal in _SIGNALS.values()
    for descriptor in signal.descriptors()
    if descriptor not in signal.predicted
}
PARKED_DESCRIPTORS: Final = tuple(sorted(_READERS))


@dataclass(frozen=True, slots=True, kw_only=True)
class ParkedSigns:
    """What a car told during a stop. None: nothing of it.

    `last_level_percent` was told at `last_level_ms`, and not with the arrival; `is_level_late` when it was told only
    just after the departure. `causes` were at work for some time.
    `climate_s` is how long the climate was, as far as its end was told; `deep_sleep_s` how long the car slept deeply.
    """

    last_level_percent: float | None = None
    last_level_ms: int | None = None
    is_level_late: bool = False
    causes: tuple[str, ...] = ()
    climate_s: int | None = None
    deep_sleep_s: int | None = None


def read_parked_signs(stop: Stop, readings: Iterable[Reading]) -> ParkedSigns:
    """Return what the readings of a stop tell, in whatever order they come.

    Those outside it do not count, but for the first level within three minutes after it when none was told in it.
    """
    said: dict[str, dict[int, Value]] = {}
    for reading in readings:
        signal = _READERS.get(reading.descriptor)
        if signal is None or not _is_of(stop, signal, reading.measured_at_ms):
            continue
        value, quality = signal.interpret(reading)
        if value is None or quality != "measured":
            continue
        by_time = said.setdefault(signal.name, {})
        by_time[reading.measured_at_ms] = _stronger(by_time.get(reading.measured_at_ms), value)
    levels = [
        (at_ms, float(value))
        for at_ms, value in sorted(said.get(_LEVEL, {}).items())
        if is_number(value) and is_possible(value, PERCENT) and at_ms > stop.start_at_ms + ARRIVAL_MS
    ]
    in_time = [level for level in levels if stop.end_at_ms is None or level[0] < stop.end_at_ms]
    level = in_time[-1] if in_time else levels[0] if levels else None
    return ParkedSigns(
        last_level_percent=None if level is None else level[1],
        last_level_ms=None if level is None else level[0],
        is_level_late=bool(levels) and not in_time,
        causes=tuple(word for name, word in CAUSES.items() if any(said.get(name, {}).values())),
        climate_s=_lasted_s(sorted(said.get("is_climate_on", {}).items()), until_ms=None),
        deep_sleep_s=_lasted_s(sorted(said.get(_SLEEP, {}).items()), until_ms=stop.end_at_ms),
    )


def _is_of(stop: Stop, signal: Signal, at_ms: int) -> bool:
    """Tell whether what was told at that time is of the stop."""
    late_ms = DEPARTURE_MS if signal.name == _LEVEL else 0
    return at_ms >= stop.start_at_ms and (stop.end_at_ms is None or at_ms < stop.end_at_ms + late_ms)


def _stronger(before: Value, value: Value) -> Value:
    """Return which of two values of one instant counts, whatever came first: yes before no, the lower level."""
    if before is None or not (is_number(before) and is_number(value)):
        return value if before is None else bool(before or value)
    return min(before, value)


def _lasted_s(said: Sequence[tuple[int, Value]], *, until_ms: int | None) -> int | None:
    """Return for how long it was so, in seconds; what was not told to end lasts until `until_ms`, or does not count."""
    if not said:
        return None
    ends = [at_ms for at_ms, _ in said[1:]]
    lasted_ms = sum(end_ms - at_ms for (at_ms, value), end_ms in zip(said, ends, strict=False) if value)
    if said[-1][1] and until_ms is not None:
        lasted_ms += until_ms - said[-1][0]
    return lasted_ms // SECOND_MS
