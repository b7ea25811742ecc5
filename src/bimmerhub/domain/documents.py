"""A document: an answer of BMW's that is no reading, such as a car's basic data or a charging history entry."""

from dataclasses import dataclass
from typing import Final

from bimmerhub.domain.reading import Source

BASIC_DATA: Final = "basic_data"
"""What a car is, as BMW's basicData says it. One document a car, so its natural key is empty."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """An answer that is kept whole and for ever.

    `subject` is what it is about: a VIN, later also `meter/NAME` and the like. `natural_key` tells the documents of one
    kind and subject apart, in BMW's own terms: a charging session's start, for instance. `body` is the text as it came.
    """

    subject: str
    kind: str
    natural_key: str
    body: str
    source: Source
    fetched_at_ms: int
