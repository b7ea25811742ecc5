"""One signal: a quantity of our own, and how it is read off the descriptors that can feed it."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final, Literal

from bimmerhub.domain.catalogue.descriptors import load_catalogue
from bimmerhub.domain.reading import Reading, Value, is_newer
from bimmerhub.domain.units import convert
from bimmerhub.errors import MalformedPayload
from bimmerhub.ids import Descriptor
from bimmerhub.times import MINUTE_MS

Kind = Literal["number", "bool", "text"]

Quality = Literal["measured", "approximate", "no_value", "not_understood", "withdrawn"]
"""How far a signal's value can be trusted.

`measured`: as the car said it. `approximate`: a prediction, a position whose halves were measured at different times,
or what is reckoned from other signals. `no_value`: the car said that it has none (value None). `not_understood`: a
word, unit or type that the signal has no reading for (value None); the reading itself is kept. `withdrawn`: what was
said is not believed any more, and nothing else is known (value None); events only, for the state has no such signal.
"""

NEVER_MS: Final = 2**62
"""A lower group is used only when the higher ones have no reading at all."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Signal:
    """One vendor-neutral quantity. Numbers are in `unit`.

    `words` maps upper-case words of the car to values; a leading ASN_ is ignored. `parse` reads a text instead: it
    returns None when the text says "no value", and raises MalformedPayload when it cannot be understood.

    Inside a group of descriptors the newest reading wins. Groups go in order of trust: a lower one is used only when
    the higher ones have no reading or are older than it by more than `fallback_after_ms`. Readings of `predicted`
    descriptors give quality `approximate`. With `is_zero_absent` a 0 means "not reported".
    """

    name: str
    kind: Kind
    unit: str | None
    meaning: str
    groups: tuple[tuple[Descriptor, ...], ...]
    fallback_after_ms: int = 15 * MINUTE_MS
    words: Mapping[str, bool | int | str] | None = None
    parse: Callable[[str], int | str | None] | None = None
    predicted: frozenset[Descriptor] = field(default_factory=frozenset)
    is_zero_absent: bool = False

    def descriptors(self) -> tuple[Descriptor, ...]:
        """Return every descriptor that can feed this signal, best first."""
        return tuple(descriptor for group in self.groups for descriptor in group)

    def choose(self, newest: Mapping[Descriptor, Reading]) -> Reading | None:
        """Return the reading that this signal follows, from the newest of each descriptor; None when none feeds it."""
        chosen: Reading | None = None
        for group in self.groups:
            best = _newest_of(newest, group)
            if best is None:
                continue
            if chosen is None or best.measured_at_ms - chosen.measured_at_ms > self.fallback_after_ms:
                chosen = best
        return chosen

    def interpret(self, reading: Reading) -> tuple[Value, Quality]:
        """Return the value of a reading in this signal's terms, and how far to trust it."""
        value = reading.value
        if value is None:
            return None, "no_value"
        if self.parse is not None and isinstance(value, str):
            return self._parsed(self.parse, value)
        if self.words is not None and self._is_word(value):
            value = self.words.get(str(value).strip().upper().removeprefix("ASN_"))
        elif self.kind == "number" and not isinstance(value, str | bool):
            value = self._in_own_unit(value, reading)
        if value is None or not _is_of_kind(value, self.kind):
            return None, "not_understood"
        if self.is_zero_absent and not value:
            return None, "no_value"
        return value, "approximate" if reading.descriptor in self.predicted else "measured"

    def _is_word(self, value: bool | float | str) -> bool:  # noqa: FBT001 - a value, not a flag
        return isinstance(value, str) or (self.kind != "number" and not isinstance(value, bool))

    @staticmethod
    def _parsed(parse: Callable[[str], int | str | None], text: str) -> tuple[Value, Quality]:
        try:
            value = parse(text)
        except MalformedPayload:
            return None, "not_understood"
        return value, "no_value" if value is None else "measured"

    def _in_own_unit(self, value: float, reading: Reading) -> int | float | None:
        if reading.unit == self.unit:
            return value
        entry = load_catalogue().get(reading.descriptor) if reading.unit is None else None
        try:
            converted = convert(value, reading.unit if entry is None else entry.unit, self.unit)
        except ValueError:
            return None
        return int(converted) if float(converted).is_integer() else converted


def _newest_of(newest: Mapping[Descriptor, Reading], group: Iterable[Descriptor]) -> Reading | None:
    best: Reading | None = None
    for descriptor in group:
        reading = newest.get(descriptor)
        if reading is not None and is_newer(reading, best):
            best = reading
    return best


def _is_of_kind(value: bool | float | str, kind: Kind) -> bool:  # noqa: FBT001 - a value, not a flag
    if isinstance(value, bool):
        return kind == "bool"
    return kind == ("text" if isinstance(value, str) else "number")
