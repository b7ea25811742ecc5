"""What is going to happen to a car, and the chances that decide how."""

import heapq
import random
from collections.abc import Callable
from itertools import count

from bimmerhub.times import SECOND_MS

Happening = Callable[[int], None]
"""Something that happens; it is called with its time (milliseconds since 1970 UTC)."""


class Agenda:
    """Happenings in order of time; those of one time in the order in which they were added."""

    def __init__(self) -> None:
        self._queue: list[tuple[int, int, Happening]] = []
        self._numbers = count()

    def at(self, at_ms: int, happening: Happening) -> None:
        """Add a happening."""
        heapq.heappush(self._queue, (at_ms, next(self._numbers), happening))

    def next_ms(self) -> int:
        """Return when something happens next; the agenda is never empty, because each day adds the next one."""
        return self._queue[0][0]

    def happen_next(self) -> None:
        """Let the next thing happen."""
        at_ms, _, happening = heapq.heappop(self._queue)
        happening(at_ms)


class Fate:
    """Chances by purpose: the same for the same seed, car and purpose, whatever else was decided before."""

    def __init__(self, seed: int, vin: str) -> None:
        self.seed = seed
        self.vin = vin

    def of(self, *purpose: object) -> random.Random:
        """Return a random generator for one purpose."""
        return random.Random(" ".join(map(str, (self.seed, self.vin, *purpose))))  # noqa: S311 - scenery


def whole_second(at_ms: int) -> int:
    """Return the first whole second that is not before a time: values are stamped in whole seconds."""
    return -(-at_ms // SECOND_MS) * SECOND_MS
