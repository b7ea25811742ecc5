"""Text of others made harmless: what BMW, a car, a file or a person says is shown, and gives no orders.

A terminal, a log, a notice and a cell of a table each show it on one line. `one_line` is for all of them: no character
that moves the cursor, begins a line, turns the direction of reading or cannot be seen is left in its result, and no
pile of marks that would reach into other lines.
"""

import re
import unicodedata
from collections.abc import Iterator
from typing import Final

REPLACEMENT: Final = "\N{REPLACEMENT CHARACTER}"
_UNSHOWN: Final = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})
"""Unicode's categories of what is no letter, sign or blank: control, format (bidirectional, zero width), surrogate."""
_FIRST_MARK: Final = "\N{COMBINING GRAVE ACCENT}"
"""No character before it is a combining mark."""
MOST_MARKS: Final = 4
"""Combining marks on one letter; no language that is written needs more."""
_FORMULA_STARTS: Final = ("=", "+", "-", "@")
"""A spreadsheet takes a cell of a CSV file that begins so for a formula, and runs it (OWASP, "CSV Injection")."""
_BEYOND_ASCII: Final = re.compile(r"[\x7f-\U0010ffff]")


def one_line(text: str) -> str:
    """Return a text as one line: line breaks and tabs are blanks, what cannot be seen is a replacement character."""
    if not text.isprintable():
        text = "".join(_shown(character) for character in text.replace("\r\n", "\n"))
    return text if not text or max(text) < _FIRST_MARK else "".join(_with_few_marks(text))


def csv_cell(text: str) -> str:
    """Return a text as a cell of a CSV file, on one line; `'` stands before what a spreadsheet takes for a formula."""
    line = one_line(text)
    return f"'{line}" if line.lstrip().startswith(_FORMULA_STARTS) else line


def escape_in_json(document: str) -> str:
    """Return a JSON document of the same meaning in which what cannot be seen is escaped."""
    return _BEYOND_ASCII.sub(lambda match: _escaped(match[0]), document)


def _with_few_marks(text: str) -> Iterator[str]:
    marks = 0
    for character in text:
        marks = marks + 1 if unicodedata.category(character).startswith("M") else 0
        if marks <= MOST_MARKS:
            yield character


def _shown(character: str) -> str:
    if character.isspace():
        return " "
    return REPLACEMENT if unicodedata.category(character) in _UNSHOWN else character


def _escaped(character: str) -> str:
    if unicodedata.category(character) not in _UNSHOWN:
        return character
    units = character.encode("utf-16-be", "surrogatepass").hex()
    return "".join(f"\\u{units[start : start + 4]}" for start in range(0, len(units), 4))
