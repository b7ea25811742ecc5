"""BMW's own words for a refusal: what they mean, and made fit for error messages, and so for logs and audit. Pure."""

from typing import Final

from bimmerhub.masking import mask_secrets

LONGEST_WORD: Final = 60
"""Characters of a word that names a refusal."""
LONGEST_TEXT: Final = 200
"""Characters of a text that explains one."""

_OK: Final = 200
_REFUSALS: Final = range(400, 600)


def meant_status(status: int, error: object) -> int:
    """Return the status that an answer means: `error`, if it came with 200, may have one of its own in `code`."""
    code = error.get("code") if isinstance(error, dict) and status == _OK else None
    return code if isinstance(code, int) and code in _REFUSALS else status


def shown(text: str, *, longest: int = LONGEST_TEXT) -> str:
    """Return the text on one line of at most `longest` characters, VINs and tokens masked, no control characters."""
    line = "".join(letter if letter.isprintable() else " " for letter in mask_secrets(text))
    return " ".join(line.split())[:longest]
