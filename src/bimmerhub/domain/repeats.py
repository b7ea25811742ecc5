"""Repeats: two descriptors that feed one signal often report the same change, seconds apart; it counts once."""

from collections.abc import Iterable
from typing import Final, Protocol, TypeVar

from bimmerhub.domain.reading import Value
from bimmerhub.ids import Descriptor

SAME_MS: Final = 5_000
"""Two descriptors that report the same value at most this far apart report the same change."""


class DescribedValue(Protocol):
    """A value with its time and descriptor."""

    @property
    def descriptor(self) -> Descriptor:
        """The descriptor that reported it."""
        ...

    @property
    def measured_at_ms(self) -> int:
        """When it was measured, milliseconds UTC."""
        ...

    @property
    def value(self) -> Value:
        """The value in the signal's own unit and words."""
        ...


T = TypeVar("T", bound=DescribedValue)


def drop_repeats(points: Iterable[T]) -> list[T]:
    """Return the points of one signal without repeats: the same value from another descriptor within `SAME_MS`.

    `points` are ordered by time, in the signal's own unit and words. The first of the two stays. A value that one
    descriptor reports twice stays twice, because the car said it twice.
    """
    points_without_repeats: list[T] = []
    newest: dict[Descriptor, T] = {}
    for point in points:
        if not any(_is_repeated(earlier, by=point) for earlier in newest.values()):
            points_without_repeats.append(point)
            newest[point.descriptor] = point
    return points_without_repeats


def _is_repeated(earlier: DescribedValue, *, by: DescribedValue) -> bool:
    return (
        earlier.descriptor != by.descriptor
        and by.measured_at_ms - earlier.measured_at_ms <= SAME_MS
        and earlier.value == by.value
    )
