"""BMW's own words for a refusal, made fit for an error message, and so for logs and the audit. Pure."""

from typing import Final

from bimmerhub.ids import mask_vins

LONGEST_WORD: Final = 60
"""Characters of a word that names a refusal."""
LONGEST_TEXT: Final = 200
"""Characters of a text that explains one."""


def shown(text: str, *, longest: int = LONGEST_TEXT) -> str:
    """Return the text on one line of at most `longest` characters, VINs masked and without control characters."""
    line = "".join(letter if letter.isprintable() else " " for letter in mask_vins(text))
    return " ".join(line.split())[:longest]
