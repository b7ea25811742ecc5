"""How many series there may be: whoever can send must not fill the disk with names of his own.

What the catalogue knows always has room. Of other keys a car has up to `MOST_UNKNOWN`, each with each unit; some
hundred are normal. A car that nothing is stored of yet has room while there are fewer than `MOST_CARS`.
"""

from collections import Counter
from collections.abc import Iterable
from typing import Final

from bimmerhub.domain.catalogue.descriptors import load_catalogue
from bimmerhub.ids import Descriptor
from bimmerhub.store.sqlite.readings.person import SeriesKey

MOST_UNKNOWN: Final = 2_000
MOST_CARS: Final = 2_000

_TOO_MANY_KEYS: Final = (
    f"this car has {MOST_UNKNOWN:,} keys that the catalogue does not know already; further ones are not stored, and of"
    " this one only the first value is shown here"
)
_TOO_MANY_CARS: Final = (
    f"there are {MOST_CARS:,} cars already; what others send is not stored, and only the first value of each key shown"
)


class SeriesRoom:
    """The room that is left beside the `stored` series."""

    def __init__(self, stored: Iterable[SeriesKey]) -> None:
        self._unknown = Counter[str]()
        self._subjects = set[str]()
        for subject, key, _ in stored:
            self._subjects.add(subject)
            self._unknown[subject] += not _is_in_catalogue(key)

    def refuse(self, new: Iterable[SeriesKey]) -> dict[SeriesKey, str]:
        """Return which of these series there is no room for, and why not."""
        refused: dict[SeriesKey, str] = {}
        unknown, subjects = Counter[str](), set[str]()
        for series in sorted(new):
            subject, key, _ = series
            if subject not in self._subjects and len(self._subjects | subjects | {subject}) > MOST_CARS:
                refused[series] = _TOO_MANY_CARS
            elif not _is_in_catalogue(key) and self._unknown[subject] + unknown[subject] >= MOST_UNKNOWN:
                refused[series] = _TOO_MANY_KEYS
            else:
                subjects.add(subject)
                unknown[subject] += not _is_in_catalogue(key)
        return refused


def _is_in_catalogue(key: str) -> bool:
    return load_catalogue().get(Descriptor(key)) is not None
