"""Descriptors for strangers' eyes: those of a catalogue as they are; of others the words that catalogues have.

BMW may send a key that nobody has seen, and a key can hold anything: a part of it that is no such word becomes `x1`,
`x2` and so on, the same part the same each time.
"""

import re
from functools import cache
from typing import Final

from bimmerhub.bmw.connecteddrive.catalogue import CATALOGUE as CONNECTEDDRIVE
from bimmerhub.bmw.iremote.catalogue import CATALOGUE as IREMOTE
from bimmerhub.bmw.mybmw.catalogue import CATALOGUE as MYBMW
from bimmerhub.domain.catalogue.descriptors import load_catalogue

LONGEST: Final = 200
_WORD: Final = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])|\d+|[^A-Za-z\d]+")


class DescriptorMask:
    """Masks the descriptors of one report, so that two different ones stay different in it."""

    def __init__(self) -> None:
        self._unknown: dict[str, str] = {}

    def mask(self, descriptor: str) -> str:
        """Return a descriptor without anything that no catalogue has."""
        if descriptor in known_descriptors():
            return descriptor
        return ".".join(self._mask_part(part) for part in descriptor[:LONGEST].split("."))

    def _mask_part(self, part: str) -> str:
        if all(word in _known_words() for word in _WORD.findall(part)):
            return part
        return self._unknown.setdefault(part, f"x{len(self._unknown) + 1}")


@cache
def known_descriptors() -> frozenset[str]:
    """Return the descriptors of every family's catalogue, as this release has them."""
    return frozenset((*load_catalogue(), *IREMOTE, *CONNECTEDDRIVE, *MYBMW))


@cache
def _known_words() -> frozenset[str]:
    words = (word for key in known_descriptors() for part in key.split(".") for word in _WORD.findall(part))
    return frozenset(word for word in words if not word.isdecimal())
