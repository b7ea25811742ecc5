"""One signal: a quantity of our own, and how it is read off the descriptors that can feed it."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final, Literal

from bimmerhub.domain.catalogue.descriptors import load_catalogue
from bimmerhub.domain.no_value import is_no_value
from bimmerhub.domain.reading import Reading, Source, Value, is_newer
from bimmerhub.domain.sent_units import UNKNOWN_UNIT
from bimmerhub.domain.signals.car_facts import CarFacts
from bimmerhub.domain.units import convert
from bimmerhub.errors import MalformedPayload
from bimmerhub.ids import Descriptor, Vin
from bimmerhub.times import MINUTE_MS

Kind = Literal["number", "bool", "text"]

UNKNOWN_CAR: Final = CarFacts(drivetrain="")
"""Stands for a car of which it makes no difference what it is."""

_NOTHING: Final = str.maketrans("", "", " _-")

Quality = Literal["measured", "approximate", "no_value", "not_understood", "withdrawn"]
"""How far a signal's value can be trusted.

`measured`: as the car said it. `approximate`: a prediction, a position whose halves were measured at different times,
or what is reckoned from other signals. `no_value`: the car said that it has none (value None). `not_understood`: a
word, unit or type that the signal has no reading for (value None); the reading itself is kept. `withdrawn`: what was
said is not believed any more, and nothing else is known (value None); events only, for the state has no such signal.
"""

Zero = Literal[
    "value",
    "absent",
    "absent_without_tank",
    "absent_without_battery",
    "absent_without_destination",
    "absent_beside_electric_range",
]
"""When a 0 is not a value but stands for "not there".

`absent`: always, since the quantity cannot be 0 (BMW's catalogue: sizes, the distance of a usual week; inferred: a
charge target, a battery's health, a tyre's target pressure, an average consumption: nothing was driven yet).
`absent_without_tank`: an electric car may send a fuel level of 0 (observed by clients 2025-2026: i4, iX3).
`absent_without_battery`: a petrol car may send an electric range of 0 (observed likewise: X2 M35i).
`absent_without_destination`: 0 for both coordinates is no place; one of them alone may be 0, as at Greenwich.
`absent_beside_electric_range`: an i3 sends a total range of 0 beside an electric one of 103 km (observed likewise).
"""

_ABSENT_ZEROS: Final[Mapping[Zero, Callable[[CarFacts], bool]]] = {
    "absent_without_tank": lambda car: not car.has_tank,
    "absent_without_battery": lambda car: not car.has_traction_battery,
    "absent_without_destination": lambda car: not car.has_destination,
    "absent_beside_electric_range": lambda car: car.has_electric_range,
}
"""When a 0 is absent in a car, where that depends on the car."""

NEVER_MS: Final = 2**62
"""A lower group is used only when the higher ones have no value at all."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Signal:
    """One vendor-neutral quantity. Numbers are in `unit`.

    `words` maps upper-case words of the car to values; a leading ASN_, blanks, dashes and underscores are ignored.
    `pick` takes the word out of a compound text first. `parse` reads a text instead: it returns None when the text says
    "no value", and raises MalformedPayload when it cannot be understood. `null` is what "no value" stands for.

    Inside a group of descriptors the newest value wins. Groups go in order of trust: a lower one is used only when the
    higher ones have no value or are older than it by more than `fallback_after_ms`. "No value" takes back its own
    descriptor only. Readings of `predicted` descriptors give quality `approximate`. `zero` says when a 0 means "not
    reported". A signal that `needs_battery` has no value in a car without a traction battery, whatever the car sends.
    """

    name: str
    kind: Kind
    unit: str | None
    meaning: str
    groups: tuple[tuple[Descriptor, ...], ...]
    fallback_after_ms: int = 15 * MINUTE_MS
    words: Mapping[str, bool | int | str] | None = None
    pick: Callable[[str], str] | None = None
    parse: Callable[[str], int | str | None] | None = None
    null: int | None = None
    predicted: frozenset[Descriptor] = field(default_factory=frozenset)
    zero: Zero = "value"
    needs_battery: bool = False
    _spellings: Mapping[str, bool | int | str] = field(init=False, repr=False, compare=False)
    _descriptors: tuple[Descriptor, ...] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Index what every reading asks for: the words without what makes no difference in them, the descriptors."""
        spellings = {bare_word(word): value for word, value in (self.words or {}).items()}
        object.__setattr__(self, "_spellings", spellings)
        descriptors = tuple(descriptor for group in self.groups for descriptor in group)
        object.__setattr__(self, "_descriptors", descriptors)

    def descriptors(self) -> tuple[Descriptor, ...]:
        """Return every descriptor that can feed this signal, best first."""
        return self._descriptors

    def choose(self, newest: Mapping[Descriptor, Reading], car: CarFacts = UNKNOWN_CAR) -> Reading | None:
        """Return the reading that this signal follows, from the newest of each descriptor; None when none feeds it.

        When none of them has a value in this car, it is the newest.
        """
        present = [reading for key in self._descriptors if (reading := newest.get(key)) is not None]
        if len(present) <= 1:
            return present[0] if present else None
        with_value = {reading.descriptor: reading for reading in present if self.interpret(reading, car)[0] is not None}
        chosen: Reading | None = None
        for group in self.groups:
            best = _newest_of(with_value, group)
            if best is None:
                continue
            if chosen is None or best.measured_at_ms - chosen.measured_at_ms > self.fallback_after_ms:
                chosen = best
        return chosen or _newest_of(newest, self.descriptors())

    def interpret(self, reading: Reading, car: CarFacts = UNKNOWN_CAR) -> tuple[Value, Quality]:
        """Return the value of a reading in this signal's terms, and how far to trust it.

        Without `car` what depends on the car is believed: nothing is known that speaks against it.
        """
        value, quality = self._read(reading)
        if value is not None and car is not UNKNOWN_CAR and self._is_absent(value, car):
            return None, "no_value"
        return value, quality

    def understands(self, value: Value) -> bool:
        """Tell whether the signal knows what a value means; a number is taken to be in the signal's own unit."""
        if value is None:
            return True
        reading = Reading(Vin(""), self.descriptors()[0], value, self.unit, 0, None, 0, Source.STREAM)
        return self._read(reading)[1] != "not_understood"

    def _read(self, reading: Reading) -> tuple[Value, Quality]:
        value = reading.value
        if value is not None and self.words is not None and self._is_word(value):
            return self._read_word(str(value))
        if value is None or (isinstance(value, str) and is_no_value(value)):
            return self.null, "no_value" if self.null is None else "measured"
        if self.parse is not None and isinstance(value, str):
            return self._parsed(self.parse, value)
        if self.kind == "number" and not isinstance(value, str | bool):
            value = self._in_own_unit(value, reading)
        if value is None or not _is_of_kind(value, self.kind):
            return None, "not_understood"
        if self.zero == "absent" and not value:
            return None, "no_value"
        return value, "approximate" if reading.descriptor in self.predicted else "measured"

    def _is_absent(self, value: Value, car: CarFacts) -> bool:
        if self.needs_battery and not car.has_traction_battery:
            return True
        if value or isinstance(value, bool):
            return False
        is_absent = _ABSENT_ZEROS.get(self.zero)
        return is_absent is not None and is_absent(car)

    def _is_word(self, value: bool | float | str) -> bool:  # noqa: FBT001 - a value, not a flag
        return isinstance(value, str) or (self.kind != "number" and not isinstance(value, bool))

    def _read_word(self, text: str) -> tuple[Value, Quality]:
        word = text if self.pick is None else self.pick(text)
        if is_no_value(word, self.words or ()):
            return None, "no_value"
        value = self._spellings.get(bare_word(word))
        return value, "not_understood" if value is None else "measured"

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
        entry = load_catalogue().get(reading.descriptor) if reading.unit in {None, UNKNOWN_UNIT} else None
        try:
            converted = convert(value, reading.unit if entry is None else entry.unit, self.unit)
        except ValueError:
            return None
        return int(converted) if float(converted).is_integer() else converted


def bare_word(word: str) -> str:
    """Return a word without what makes no difference: case, a leading ASN_, blanks, dashes, underscores."""
    return word.strip().upper().removeprefix("ASN_").translate(_NOTHING)


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
