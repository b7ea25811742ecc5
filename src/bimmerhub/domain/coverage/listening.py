"""When the stream was listened to: what is silent at other times says nothing."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple


class Span(NamedTuple):
    """A stretch of time in milliseconds UTC, both ends in it."""

    from_ms: int
    to_ms: int

    def holds(self, at_ms: int) -> bool:
        """Tell whether a time is in it."""
        return self.from_ms <= at_ms <= self.to_ms


def unite(spans: Iterable[Span], *, gap_ms: int = 0) -> tuple[Span, ...]:
    """Return the stretches in order, those that overlap or lie at most `gap_ms` apart made one."""
    united: list[Span] = []
    for span in sorted(spans):
        if united and span.from_ms - united[-1].to_ms <= gap_ms:
            united[-1] = Span(united[-1].from_ms, max(united[-1].to_ms, span.to_ms))
        else:
            united.append(span)
    return tuple(united)


@dataclass(frozen=True, slots=True, kw_only=True)
class Listening:
    """The stretches in which a car's stream was connected, in order and apart; before the first nothing is recorded."""

    spans: Sequence[Span] = ()
    is_connected: bool = False

    def holds(self, at_ms: int) -> bool:
        """Tell whether the stream was listened to at a time."""
        return any(span.holds(at_ms) for span in self.spans)

    def ms_between(self, from_ms: int, to_ms: int) -> int:
        """Return for how many milliseconds of a stretch the stream was listened to."""
        return sum(max(0, min(span.to_ms, to_ms) - max(span.from_ms, from_ms)) for span in self.spans)

    def is_recorded(self, at_ms: int) -> bool:
        """Tell whether it is known at all if the stream was listened to at a time."""
        return bool(self.spans) and at_ms >= self.spans[0].from_ms
