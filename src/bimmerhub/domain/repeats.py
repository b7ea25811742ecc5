"""One value told by two descriptors is one value of the signal that both feed."""

from collections.abc import Iterable
from typing import Final, Protocol, TypeVar

from bimmerhub.domain.reading import Value
from bimmerhub.ids import Descriptor

SAME_MS: Final = 5_000
"""How far apart two descriptors tell of the same change."""


class Told(Protocol):
    """A value, of when, and told by which descriptor."""

    @property
    def descriptor(self) -> Descriptor:
        """Who tells."""
        ...

    @property
    def measured_at_ms(self) -> int:
        """When it was so, milliseconds UTC."""
        ...

    @property
    def value(self) -> Value:
        """What is told, in the signal's own terms."""
        ...


T = TypeVar("T", bound=Told)


def drop_repeats(points: Iterable[T]) -> list[T]:
    """Return the points of one signal without those that another descriptor told already within `SAME_MS`.

    `points` are ordered by time and in the signal's own terms. The first of a kind stays; what one descriptor says
    twice stays too, for the car said it twice.
    """
    kept: list[T] = []
    newest: dict[Descriptor, T] = {}
    for point in points:
        if not any(_is_told_by(other, point) for other in newest.values()):
            kept.append(point)
            newest[point.descriptor] = point
    return kept


def _is_told_by(other: Told, point: Told) -> bool:
    return (
        other.descriptor != point.descriptor
        and point.measured_at_ms - other.measured_at_ms <= SAME_MS
        and other.value == point.value
    )
