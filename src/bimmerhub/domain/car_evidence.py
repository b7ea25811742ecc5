"""What is known of a car from what it sends: what drives it, in which unit it shows distances, and the like."""

from collections.abc import Iterable, Mapping
from typing import Final

from bimmerhub.domain.drivetrain import ELECTRIC, FUEL, PLUG, PLUG_IN_USE, derive_drivetrain
from bimmerhub.domain.plausibility.odometer import ODOMETERS
from bimmerhub.domain.reading import Reading, Value
from bimmerhub.domain.sent_units import displayed_unit, sent_unit
from bimmerhub.domain.signals.car_facts import CarFacts
from bimmerhub.domain.signals.table import signal_by_name
from bimmerhub.ids import Descriptor

_DISPLAYED: Final = signal_by_name("displayed_distance_unit")
_ELECTRIC_RANGES: Final = signal_by_name("electric_range_km").descriptors()
_DESTINATION: Final = tuple(
    descriptor
    for name in ("destination_latitude_deg", "destination_longitude_deg")
    for descriptor in signal_by_name(name).descriptors()
)
_WORDS: Final = PLUG | PLUG_IN_USE
_EVIDENCE: Final = (ELECTRIC | FUEL | _WORDS).union(ODOMETERS, _DISPLAYED.descriptors(), _ELECTRIC_RANGES, _DESTINATION)
"""Descriptors that say what kind of car it is."""

_Fact = tuple[Value, int | str | None]


class CarEvidence:
    """The facts of one car, of its newest readings and of the `drivetrain` that BMW's basic data name.

    The mappings are live views, by descriptor: the newest reading, the newest that was understood, and the newest that
    tells its unit. Mutable: it remembers what was said, for hardly any reading says something new of the car.
    """

    def __init__(
        self,
        *,
        newest: Mapping[Descriptor, Reading],
        understood: Mapping[Descriptor, Reading],
        with_unit: Mapping[Descriptor, Reading],
    ) -> None:
        self._newest = newest
        self._understood = understood
        self._with_unit = with_unit
        self._told_drivetrain: str | None = None
        self._facts: dict[Descriptor, _Fact] = {}
        self._car = CarFacts()

    @property
    def car(self) -> CarFacts:
        """What is known of the car, as of the last look."""
        return self._car

    def learn_drivetrain(self, drivetrain: str | None) -> bool:
        """Take in what BMW's basic data say of the drivetrain; return whether the car is another one then."""
        self._told_drivetrain = drivetrain
        return self._describe_anew()

    def look_at(self, touched: Iterable[Descriptor]) -> bool:
        """Look at descriptors that brought something; return whether the car is another one then."""
        is_new = False
        for descriptor in _EVIDENCE.intersection(touched) & self._newest.keys():
            fact = self._fact(self._newest[descriptor])
            if self._facts.get(descriptor) != fact:
                self._facts[descriptor] = fact
                is_new = True
        return is_new and self._describe_anew()

    def _fact(self, reading: Reading) -> _Fact:
        """Return what a reading says of the car: of a number its sign and unit, for the rest makes no difference."""
        if reading.descriptor in _DISPLAYED.descriptors():
            understood = self._understood.get(reading.descriptor)  # an unknown word leaves the unit as it was
            return (None, None) if understood is None else (understood.value, understood.measured_at_ms)
        if reading.descriptor in _WORDS:
            return reading.value, None
        with_unit = self._with_unit.get(reading.descriptor)
        return _sign(reading.value), None if with_unit is None else sent_unit(with_unit.value, with_unit.unit)

    def _describe_anew(self) -> bool:
        before, self._car = self._car, self._describe()
        return self._car != before

    def _describe(self) -> CarFacts:
        newest = ((key, reading.value) for key in _EVIDENCE if (reading := self._newest.get(key)) is not None)
        shown = _DISPLAYED.choose(self._understood)
        unit = None if shown is None else _DISPLAYED.interpret(shown)[0]
        odometers = (reading for key in ODOMETERS if (reading := self._with_unit.get(key)) is not None)
        electric = (reading for key in _ELECTRIC_RANGES if (reading := self._newest.get(key)) is not None)
        return CarFacts(
            drivetrain=derive_drivetrain(self._told_drivetrain, newest),
            has_electric_range=any(_sign(reading.value) == 1 for reading in electric),
            has_destination=any(half is None or half.value != 0 for half in map(self._newest.get, _DESTINATION)),
            displayed_unit=unit if isinstance(unit, str) else displayed_unit((km.value, km.unit) for km in odometers),
        )


def _sign(value: Value) -> int | None:
    """Return 1, 0 or -1 for a number, None for what is none."""
    return (value > 0) - (value < 0) if isinstance(value, int | float) else None
