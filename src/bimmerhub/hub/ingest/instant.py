"""The readings of one instant, for a fold: however many come, no more are remembered than a car can mean.

A car tells a few hundred things at once, each of them once or twice. What tells thousands is broken, or wants to hold
the hub up: then the last reading of each descriptor stands for all of it.
"""

from typing import Final

from bimmerhub.domain.folds.fold import fold_order
from bimmerhub.domain.reading import Reading
from bimmerhub.ids import Descriptor

READINGS_PER_INSTANT: Final = 1_000
"""Folded at one go, in about 10 ms; of more, only the last of each descriptor count."""
CHARACTERS_PER_READING: Final = 1_000
"""So long a text counts as one more reading: one may have a million characters."""


class Instant:
    """The readings of one instant, in whatever order they come.

    What it gives back depends on the set of readings only, and adding one costs the same however many came before.
    """

    def __init__(self) -> None:
        self._readings: list[Reading] = []
        self._last: dict[Descriptor, Reading] = {}
        self._at_ms: int | None = None
        self._size = 0

    @property
    def is_empty(self) -> bool:
        """Whether nothing was added."""
        return self._at_ms is None

    def takes(self, at_ms: int) -> bool:
        """Tell whether a reading of that time (milliseconds UTC) belongs here."""
        return self._at_ms is None or self._at_ms == at_ms

    def add(self, reading: Reading) -> None:
        """Take in a reading."""
        self._at_ms = reading.measured_at_ms
        self._readings.append(reading)
        self._size += 1 + (len(reading.value) // CHARACTERS_PER_READING if isinstance(reading.value, str) else 0)
        if self._size > READINGS_PER_INSTANT:
            self._keep_last()

    def in_order(self) -> list[Reading]:
        """Return what counts of it, in the order of folds."""
        if self._last:
            self._keep_last()
        return sorted(self._last.values() if self._last else self._readings, key=fold_order)

    def _keep_last(self) -> None:
        for reading in self._readings:
            before = self._last.get(reading.descriptor)
            if before is None or fold_order(reading) >= fold_order(before):
                self._last[reading.descriptor] = reading
        self._readings.clear()
        self._size = 0
