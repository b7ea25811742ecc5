"""How the fields and words of one answer of BMW's older families are written down."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class EndpointFacts:
    """One answer: the request for it, where in it the object with the fields is, its fields and their words.

    `no_reading` says why its fields become no readings; "" where they do. In a list of pairs a field is a pair: its key
    and its value. `like` says of an older version of which answer its fields are; it has no table of its own.
    """

    name: str
    request: str
    prefix: str
    fields: tuple[str, ...]
    words: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    no_reading: str = ""
    family: str = "iremote"
    is_list_of_pairs: bool = False
    like: str = ""


def split(*texts: str) -> tuple[str, ...]:
    """Return the names in texts of names with blanks between them."""
    return tuple(name for text in texts for name in text.split())


def words_of(names: str, words: str) -> dict[str, tuple[str, ...]]:
    """Return the same words for each of the names."""
    return dict.fromkeys(names.split(), tuple(words.split()))
