"""Values of another kind than the catalogue says: a text where a number belongs, a number where yes or no belongs.

Such a row is refused and kept in quarantine. What it says stands beside the signal all the same, as an unknown word
does: the last value stays, and a person sees that the car has said something since.
"""

from functools import cache

from bimmerhub.domain.catalogue.descriptors import load_catalogue
from bimmerhub.domain.reading import Value, is_number
from bimmerhub.ids import Descriptor


def is_unclear(descriptor: Descriptor, value: Value) -> bool:
    """Tell whether a value is of another kind than the catalogue says; the word of a yes or no is not.

    Every reading comes through here: about 0.2 us.
    """
    if isinstance(value, str | bool):
        return descriptor in _keys_of("number")
    return value is not None and descriptor in _keys_of("bool")


def describe_unclear(value: Value) -> str:
    """Return in words what was said."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return f"{value:.12g}" if is_number(value) else str(value)


@cache
def _keys_of(datatype: str) -> frozenset[Descriptor]:
    return frozenset(key for key, entry in load_catalogue().items() if entry.datatype == datatype)
