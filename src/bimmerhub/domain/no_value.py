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
        "N/A",
        "NA",
        "NAN",
        "NONE",
        "NOT_AVAILABLE",
        "NULL",
        "UNDEFINED",
        "UNKNOWN",
    }
)
"""Upper-cased. Observed: the first and -NA-, INVALID, UNKNOWN and the ASN words in REST answers (clients, 2025-2026),
`null` in a customer archive of 2019. The rest are what other programs write, and no word of the catalogue but one."""


def is_no_value(text: str, words: Collection[str] = ()) -> bool:
    """Tell whether a text means "no value". `words` are upper-case words of the descriptor that mean what they say.

    For bidirectional charging, NOT_AVAILABLE is such a word.
    """
    word = text.strip().upper()
    return word in NO_VALUE and word not in words
