"""Laying a table out as lines of text: pure, so that it knows neither the terminal nor rich's ideas of folding.

A table that is too wide keeps its rows readable: its widest column is folded at dots and blanks where that leaves it
room enough, else it stands on a line of its own beneath each row, where it says something. BMW's keys stay whole that
way and can be copied.
"""

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

GAP: Final = "  "
BENEATH: Final = "    "
NOTHING: Final = "-"
"""A cell without a value; a line of its own would say nothing."""
LEAST_FOLDED: Final = 48
"""Columns of text that a folded column needs at least; most of BMW's keys fit in once more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Lines:
    """A table as lines of text: those of the headings, and those of the rows."""

    head: list[str]
    body: list[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Layout:
    """Which columns stand beside each other and how wide, by their place; those `beneath` follow each row."""

    widths: dict[int, int]
    beneath: list[int]
    right: frozenset[int]
    width: int


def lay_out(
    columns: Sequence[str], rows: Sequence[Sequence[str]], *, numbers: Collection[str] = (), width: int
) -> Lines:
    """Return the table in lines of at most `width` characters; only a word that is longer itself makes one longer.

    Columns without a name have no line of headings.
    """
    layout = _plan(columns, rows, numbers=numbers, width=width)
    head = list(_lines(columns, layout)) if any(columns) else []
    return Lines(head=head, body=[line for row in rows for line in _lines(row, layout)])


def _plan(columns: Sequence[str], rows: Sequence[Sequence[str]], *, numbers: Collection[str], width: int) -> _Layout:
    widths = {index: max(map(len, cells)) for index, cells in enumerate(zip(columns, *rows, strict=True))}
    beneath: list[int] = []
    while len(widths) > 1 and (excess := sum(widths.values()) + len(GAP) * (len(widths) - 1) - width) > 0:
        widest = max(widths, key=lambda index: widths[index])
        room = widths[widest] - excess
        if room >= LEAST_FOLDED:
            widths[widest] = room
        else:
            beneath.append(widest)
            del widths[widest]
    right = frozenset(index for index, column in enumerate(columns) if column in numbers)
    return _Layout(widths=widths, beneath=sorted(beneath), right=right, width=width)


def _lines(row: Sequence[str], layout: _Layout) -> Iterator[str]:
    folded = {index: _fold(row[index], width) for index, width in layout.widths.items()}
    for height in range(max(map(len, folded.values()))):
        cells = ((index, parts[height] if height < len(parts) else "") for index, parts in folded.items())
        line = (_align(text, layout.widths[index], is_right=index in layout.right) for index, text in cells)
        yield GAP.join(line).rstrip(" ")
    for index in layout.beneath:
        if row[index] != NOTHING:
            yield from (f"{BENEATH}{part}" for part in _fold(row[index], layout.width - len(BENEATH)) if part)


def _align(text: str, width: int, *, is_right: bool) -> str:
    return text.rjust(width) if is_right else text.ljust(width)


def _fold(text: str, width: int) -> list[str]:
    """Return the text in pieces of at most `width`, broken after dots and blanks; a longer word stays whole."""
    lines = [""]
    for piece in _PIECE.findall(text):
        if lines[-1] and len(lines[-1]) + len(piece.rstrip(" ")) > width:
            lines.append("")
        lines[-1] += piece
    return [line.rstrip(" ") for line in lines]


_PIECE: Final = re.compile(r"[^. ]*[. ]?")
"""Up to a dot or a blank, which it includes."""
