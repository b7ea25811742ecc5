"""What an hour of one series comes to: the rule that every store's roll-ups follow.

Stores keep them with the readings and add to them as readings come, in a way of their own (SQLite by a trigger); the
contract suite holds them to this.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from bimmerhub.domain.reading import Value, is_number, value_rank
from bimmerhub.times import HOUR_MS

Sample = tuple[int, Value]
"""When a value was measured (ms since 1970 UTC), and the value."""

LARGEST: Final = 1.7976931348623157e308
"""The mean of numbers near it would be infinite, which JSON cannot say: it is cut off here."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HourRollup:
    """The readings of one hour; `min`, `max` and `mean` are over the numbers in it, None when there are none.

    `first` and `last` are by time, of one instant by `value_rank`: the smaller first, the larger last. `count` counts
    every reading, "no value" included.
    """

    start_at_ms: int
    count: int
    min: float | None
    max: float | None
    mean: float | None
    first: Value
    last: Value


def derive_hours(samples: Iterable[Sample]) -> list[HourRollup]:
    """Return the roll-up of each hour that has samples, oldest first; each (time, value) counts once."""
    hours: dict[int, list[Sample]] = {}
    distinct = {_order(sample): sample for sample in samples}
    for _, (at_ms, value) in sorted(distinct.items()):
        hours.setdefault(at_ms // HOUR_MS, []).append((at_ms, value))
    return [_derive_hour(hour * HOUR_MS, members) for hour, members in hours.items()]


def _derive_hour(start_at_ms: int, members: list[Sample]) -> HourRollup:
    numbers = [value for _, value in members if is_number(value)]
    mean = sum(map(float, numbers)) / len(numbers) if numbers else None
    return HourRollup(
        start_at_ms=start_at_ms,
        count=len(members),
        min=min(numbers, default=None),
        max=max(numbers, default=None),
        mean=None if mean is None else max(-LARGEST, min(mean, LARGEST)),
        first=members[0][1],
        last=members[-1][1],
    )


def _order(sample: Sample) -> tuple[int, tuple[int, int | float, str]]:
    return sample[0], value_rank(sample[1])
