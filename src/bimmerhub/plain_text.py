"""Text of others made harmless: what BMW, a car, a file or a person says is shown, and gives no orders.

A terminal, a log, a notice and a cell of a table each show it on one line. `one_line` is for all of them: no character
that moves the cursor, begins a line, turns the direction of reading or cannot be seen is left in its result.
"""

import re
import unicodedata
from typing import Final

REPLACEMENT: Final = "\N{REPLACEMENT CHARACTER}"
_UNSHOWN: Final = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})
"""Unicode's categories of what is no letter, sign or blank: control, format (bidirectional, zero width), surrogate."""
_FORMULA_STARTS: Final = ("=", "+", "-", "@")
"""A spreadsheet takes a cell of a CSV file that begins so for a formula, and runs it (OWASP, "CSV Injection")."""
_OPAQUE: Final = re.compile(r"[\w-]{20,}", re.ASCII)
"""Of no word and no key of BMW's, but of tokens, ids of accounts and hashes; whole VINs are `ids.mask_vins`'s."""
_LONG_PART, _LONG_RUN = 10, 32
"""Characters of letters and digits mixed, from which on they are random: `ERR2001_TOKEN_INVALID` is a word."""
_HEXADECIMAL: Final = re.compile(r"[\da-fA-F-]+", re.ASCII)
_SENT_ALONG: Final = re.compile(r"\b(bearer|basic)\s+(?=\S*[\d=])[^\s,;\"']{4,}", re.IGNORECASE)
"""What stands in an Authorization header; "basic data" does not."""
_BEYOND_ASCII: Final = re.compile(r"[\x7f-\U0010ffff]")


def one_line(text: str) -> str:
    """Return a text as one line: line breaks and tabs are blanks, what cannot be seen is a replacement character."""
    if text.isprintable():
        return text
    return "".join(_shown(character) for character in text.replace("\r\n", "\n"))


def csv_cell(text: str) -> str:
    """Return a text as a cell of a CSV file, on one line; `'` stands before what a spreadsheet takes for a formula."""
    line = one_line(text)
    return f"'{line}" if line.lstrip().startswith(_FORMULA_STARTS) else line


def escape_in_json(document: str) -> str:
    """Return a JSON document of the same meaning in which what cannot be seen is escaped."""
    return _BEYOND_ASCII.sub(lambda match: _escaped(match[0]), document)


def mask_secrets(text: str, *, shortest: int = 20) -> str:
    """Return a text without what could be a token: of letters and digits, at least `shortest` (20 or more) of them."""
    return _OPAQUE.sub(lambda match: _masked(match[0], shortest), _SENT_ALONG.sub(r"\1 …", text))


def _masked(run: str, shortest: int) -> str:
    """Return the run, or an ellipsis; words and numbers side by side (`SmartPhoneUtil-A-2013`) are no token."""
    mixed = [len(part) for part in re.split("[_-]", run) if part and not part.isalpha() and not part.isdigit()]
    is_random = max(mixed, default=0) >= _LONG_PART or (mixed and len(run) >= _LONG_RUN)
    return "…" if len(run) >= shortest and (is_random or _HEXADECIMAL.fullmatch(run)) else run


def _shown(character: str) -> str:
    if character.isspace():
        return " "
    return REPLACEMENT if unicodedata.category(character) in _UNSHOWN else character


def _escaped(character: str) -> str:
    if unicodedata.category(character) not in _UNSHOWN:
        return character
    units = character.encode("utf-16-be", "surrogatepass").hex()
    return "".join(f"\\u{units[start : start + 4]}" for start in range(0, len(units), 4))
