"""What is going to happen to a car, and the chance that decides how."""

import heapq
import random
from collections.abc import Callable
from itertools import count

SECOND_MS, MINUTE_MS, HOUR_MS, DAY_MS = 1_000, 60_000, 3_600_000, 86_400_000

Happening = Callable[[int], None]
"""Something that happens at a time, which is handed to it (milliseconds since 1970 UTC)."""


class Agenda:
    """Happenings in order of time; those of one time in the order they were put down."""

    def __init__(self) -> None:
        self._queue: list[tuple[int, int, Happening]] = []
        self._numbers = count()

    def at(self, at_ms: int, happening: Happening) -> None:
        """Put something down."""
        heapq.heappush(self._queue, (at_ms, next(self._numbers), happening))

    def next_ms(self) -> int:
        """Return when something happens next; the agenda is never empty, for each day puts down the next one."""
        return self._queue[0][0]

    def happen_next(self) -> None:
        """Let the next thing happen."""
        at_ms, _, happening = heapq.heappop(self._queue)
        happening(at_ms)


class Fate:
    """Chance by purpose: the same for the same seed, car and purpose, whatever else was decided before."""

    def __init__(self, seed: int, vin: str) -> None:
        self.seed = seed
        self.vin = vin

    def of(self, *purpose: object) -> random.Random:
        """Return the chance for a purpose."""
        return random.Random(" ".join(map(str, (self.seed, self.vin, *purpose))))  # noqa: S311 - scenery


def whole_second(at_ms: int) -> int:
    """Return the first whole second that is not before a time: values are stamped in whole seconds."""
    return -(-at_ms // SECOND_MS) * SECOND_MS
