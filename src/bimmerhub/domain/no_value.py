"""The spellings of "no value" in a text."""

from collections.abc import Collection
from typing import Final

NO_VALUE: Final = frozenset(
    {
        "",
        "-",
        "--",
        "-NA-",
        "ASN_ISINVALID",
        "ASN_ISUNKNOWN",
        "ASN_UNKNOWN",
        "INVALID",
        "INVALID_VALUE",
        "N/A",
        "NA",
        "NAN",
        "NIL",
        "NONE",
        "NOT_AVAILABLE",
        "NOT_REPORTED",
        "NOT_SET",
        "NO_DATA",
        "NO_VALUE",
        "NULL",
        "SIGNAL_NOT_AVAILABLE",
        "UNAVAILABLE",
        "UNDEFINED",
        "UNKNOWN",
    }
)
"""Upper-cased. Observed: the first and -NA-, INVALID, UNKNOWN and the ASN words in REST answers (clients, 2025-2026),
`null` in a customer archive of 2019. The rest are what other programs write, and no word of the catalogue but one."""


_MARKS: Final = str.maketrans("", "", " \t\n\r_-./:#?\"'()[]{}<>")
_DASHES: Final = frozenset("-_./:?\"' \t\n\r")
_LONGEST: Final = 40


def _bare(text: str) -> str:
    """Return a word without what makes no difference: case, a leading ASN_, quotes, brackets, dots, blanks, dashes."""
    return text.upper().strip(" \t\n\r\"'()[]{}<>").removeprefix("ASN_").translate(_MARKS)


_BARE: Final = frozenset(map(_bare, NO_VALUE)) - {""}


def is_no_value(text: str, words: Collection[str] = ()) -> bool:
    """Tell whether a text means "no value". `words` are words of the descriptor that mean what they say.

    Spelling makes no difference: n.a., (null), "NotAvailable" and ASN_INVALID are among them, as is nothing but dashes
    or question marks, with the colon of a clock that shows no time (`--:--`).
    For bidirectional charging, NOT_AVAILABLE is a word that means what it says; an empty list is one everywhere.
    """
    if len(text) > _LONGEST and len(text := text.strip()) > _LONGEST:
        return False
    bare = _bare(text)
    if not bare:
        return _DASHES.issuperset(text)
    return bare in _BARE and all(_bare(word) != bare for word in words)
