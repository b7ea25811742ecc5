"""Values of keys that BMW listed after this release: stored as they came, shown as BMW's list says.

What such a value is stored as must not depend on whether somebody had taken the list by then. So the list changes only
what is shown: a number stands in the unit of the list, also where REST wrote it as text.
"""

import re
from typing import Final

from bimmerhub.domain.catalogue.descriptors import CatalogueEntry
from bimmerhub.domain.reading import Value
from bimmerhub.domain.units import convert

_NUMBER: Final = re.compile(r"[+-]?\d{1,15}(\.\d{1,15})?", re.ASCII)


def show_as_listed(entry: CatalogueEntry, value: Value, unit: str | None) -> tuple[Value, str | None]:
    """Return a stored value in the unit of the list, with that unit; as stored where no conversion leads there.

    A number that came without a unit stays without one.
    """
    if entry.datatype != "number" or isinstance(value, bool):
        return value, unit
    number = _parse(value) if isinstance(value, str) else value
    if number is None:
        return value, unit
    try:
        converted = convert(number, unit, entry.unit)
    except ValueError:
        return number, unit
    return (int(converted) if float(converted).is_integer() else converted), entry.unit


def _parse(text: str) -> float | None:
    if not _NUMBER.fullmatch(text):
        return None
    return float(text) if "." in text else int(text)
