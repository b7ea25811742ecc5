"""Texts for strangers' eyes: of a sentence, only the words that this program itself says.

Findings, reasons, errors and log lines are sentences of ours with names, numbers and words of others in them. A list of
what to hide would always lack something, so what passes is listed instead: the words in the program's own texts, read
from its source, and those of the operating system, of SQLite and of what checks settings. All else becomes `…`, a
number `#` unless it is a time or a size. Somebody who is called like one of our words (Home, Garage) is not told apart
from it.
"""

import ast
import errno
import os
import re
from collections.abc import Iterator
from functools import cache
from importlib import resources
from importlib.resources.abc import Traversable
from typing import Final

HIDDEN: Final = "…"
NUMBER: Final = "#"
LONGEST: Final = 1_000
"""Characters of a text; what is longer is cut."""

_SPEAKING: Final = ("bmw", "domain", "hub", "mqtt", "store", "views", "web", "errors.py", "files.py", "ids.py")
"""The parts of the package whose texts are about a hub; the emulator's name people and towns."""
_LIBRARIES_SAY: Final = (
    "attempt to write a readonly database; database disk image is malformed; database is locked; "
    "database or disk is full; database table is locked; disk I/O error; file is encrypted or is not a database; "
    "file is not a database; no such column: ; no such table: ; out of memory; unable to open database file; "
    "database schema has changed; constraint failed; UNIQUE constraint failed: ; NOT NULL constraint failed: "
    "expected got Expected Invalid value after key"
)
_EDGES: Final = ".,:;!?()[]{}<>'\"`=…"
_PARTS: Final = re.compile(r"[^\w…]+|_")
_STATUS: Final = re.compile(r"[1-5]\d\d")
_QUANTITY: Final = re.compile(r"\d{1,3}(?:\.\d)?")
_UNITS: Final = frozenset({"ms", "s", "min", "h", "days", "MB", "GB", "REST"})
"""Before these words a small number is a time, a size or how many calls: it tells how a hub does, and of nobody."""
_BEFORE_STATUS: Final = frozenset({"answered", "answers", "status", "HTTP", "code"})
"""After these words a number of three digits is a status: BMW's answers are what a report is about."""


def mask_words(text: str) -> str:
    """Return a text with `…` for each word that is none of the program's own, and `#` for each number."""
    pieces = text[:LONGEST].split()
    cores = ["", *(piece.strip(_EDGES) for piece in pieces), ""]
    return " ".join(
        piece if _is_status(cores[place], piece) or _is_quantity(piece, cores[place + 2]) else _mask_word(piece)
        for place, piece in enumerate(pieces)
    )


def is_own_word(word: str) -> bool:
    """Tell whether a word stands in one of the program's own texts."""
    return word in own_words()


@cache
def own_words() -> frozenset[str]:
    """Return the words of the program's own texts; about a second at the first call, none without the source."""
    texts = [_LIBRARIES_SAY, *(os.strerror(number) for number in errno.errorcode)]
    package = resources.files("bimmerhub")
    for part in _SPEAKING:
        for source in _sources(package.joinpath(part)):
            texts += _texts_of(source)
    return frozenset(word for text in texts for word in _words_of(text))


def _is_status(before: str, piece: str) -> bool:
    return before in _BEFORE_STATUS and _STATUS.fullmatch(piece.strip(_EDGES)) is not None


def _is_quantity(piece: str, after: str) -> bool:
    return after in _UNITS and _QUANTITY.fullmatch(piece) is not None


def _mask_word(piece: str) -> str:
    core = piece.strip(_EDGES)
    if not core:
        return piece
    start = piece.index(core)
    before, after = piece[:start], piece[start + len(core) :]
    return f"{before}{_mask_core(core)}{after}"


def _mask_core(core: str) -> str:
    if core in own_words():
        return core
    if core.strip("%").isdecimal():
        return core.replace(core.strip("%"), NUMBER)
    parts = [part for part in _PARTS.split(core) if part]
    return core if parts and all(part in own_words() for part in parts) else HIDDEN


def _words_of(text: str) -> Iterator[str]:
    """Give the words of a text, and their parts; none is a number, or has nothing but digits beside a sign."""
    for piece in text.split():
        core = piece.strip(_EDGES)
        for word in (core, *_PARTS.split(core)):
            if any(letter.isalpha() for letter in word):
                yield word


def _sources(place: Traversable) -> Iterator[str]:
    if place.is_dir():
        for inside in place.iterdir():
            yield from _sources(inside)
    elif place.name.endswith(".py") and place.is_file():
        yield place.read_text("utf-8")


def _texts_of(source: str) -> list[str]:
    """Return the texts of a module that can be said: all that are no docstrings."""
    tree = ast.parse(source)
    silent = {id(statement.value) for node in ast.walk(tree) if (statement := _bare_text(node)) is not None}
    return [
        node.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in silent
    ]


def _bare_text(node: ast.AST) -> ast.Expr | None:
    """Return the node when it is a text that stands by itself: a docstring, also of a constant."""
    return node if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) else None
