"""How commands print: results on stdout (a table, or one JSON document), everything else on stderr.

All that goes to a terminal goes through here, and nothing else writes there (`tests/guards/test_printing.py`): values
are BMW's, a file's or somebody's, and one line printed is one line shown. JSON and CSV keep what they can, and a pipe
gets BMW's own answers as they came.

rich and msgspec are imported when something is printed with them: help does not wait for the one, nor a script that
asks for JSON for the other.
"""

import io
import os
import re
import sys
from collections.abc import Iterable, Sequence
from contextlib import suppress
from datetime import datetime
from functools import cache
from stat import S_IRGRP, S_IROTH, S_ISREG
from types import TracebackType
from typing import TYPE_CHECKING

from bimmerhub.masking import mask_secrets
from bimmerhub.plain_text import csv_cell, escape_in_json, one_line

if TYPE_CHECKING:
    import msgspec
    from rich.console import Console

MINUTE_S, HOUR_S, DAY_S = 60, 3_600, 86_400
SIGNIFICANT_DIGITS = 6
MOST_DECIMALS = {"deg": 6, "km": 1, "km/h": 1}
"""Of a position: 11 cm. Of what was miles: no more than the car told."""

LONGEST_VALUE = 100
"""Characters of a value that a table shows; JSON and CSV have all of it."""
PIPE_COLUMNS = 500
"""Width of tables that go into a file or a pipe: nothing is folded there."""


def open_terminal() -> None:
    """Let stdout take any text, and a fault of our own show its traceback like all else, without VINs and tokens.

    A character that stdout's encoding does not have is written as its escape sequence.
    """
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")
    sys.excepthook = _say_fault


def _say_fault(kind: type[BaseException], fault: BaseException, trace: TracebackType | None) -> None:
    import traceback

    text = "".join(traceback.format_exception(kind, fault, trace))
    say_lines(f"  {line}" for line in mask_secrets(text).splitlines())


def say(text: str) -> None:
    """Print a message for the person on stderr, as one line."""
    say_lines([text])


def say_lines(lines: Iterable[str]) -> None:
    """Print several lines for the person on stderr."""
    sys.stderr.write("".join(f"{one_line(line)}\n" for line in lines))
    sys.stderr.flush()


def ask(question: str) -> bool:
    """Return whether the person says yes; typer's Abort when there is no answer."""
    import typer

    return typer.confirm(one_line(question), err=True)


def ask_secret(question: str, *, twice: bool = False) -> str:
    """Return what the person types without seeing it; typer's Abort when there is no answer."""
    import typer

    return str(typer.prompt(one_line(question), hide_input=True, confirmation_prompt=twice, err=True))


def ask_line(question: str) -> str:
    """Return the line that the person types, without blanks at its ends."""
    sys.stderr.write(f"{one_line(question)} ")
    sys.stderr.flush()
    return sys.stdin.readline().strip()


def say_code(address: str) -> None:
    """Print an address on stderr as a QR code, where that is a terminal."""
    if not sys.stderr.isatty():
        return
    import segno

    with suppress(segno.DataOverflowError):  # an address of thousands of characters
        segno.make(address, error="l").terminal(sys.stderr, compact=True)


def with_hint(message: str, hint: str | None) -> str:
    """Return what happened and then what to do, with one full stop between them."""
    return f"{message.rstrip('.')}. {hint}" if hint else message


def print_text(text: str, *, style: str | None = None, end: str = "\n") -> None:
    """Print a line of the result; `style` is one of rich's and shows on a terminal only."""
    _console().print(one_line(text), style=style, end=end, soft_wrap=True)


def print_lines(lines: Iterable[str]) -> None:
    """Print several lines of the result."""
    sys.stdout.write("".join(f"{one_line(line)}\n" for line in lines))


def print_folded(text: str, *, style: str | None = None, indent: int = 0, start: int = 0) -> None:
    """Print text for a person, folded between words where it is too long.

    All lines but the first begin with `indent` blanks. `start` is how much of the first line is printed already. What
    is to be copied, such as a command, is not for it: a terminal's own fold leaves that in one piece.
    """
    text = one_line(text)
    lines = [text]
    if not fits(" " * start + text):
        import textwrap

        lines = textwrap.wrap(
            text,
            _console().width,
            initial_indent=" " * start,
            subsequent_indent=" " * indent,
            break_long_words=False,
            break_on_hyphens=False,
        )
        lines[0] = lines[0][start:]
    for line in lines:
        print_text(line, style=style)


def fits(text: str) -> bool:
    """Tell whether a line is not too long for where results go; a pipe takes any."""
    width = _console().width
    return width >= PIPE_COLUMNS or len(text) <= width


def print_json(document: "msgspec.Struct") -> None:
    """Print a public shape (`views`) on stdout as one JSON document."""
    import msgspec

    print_json_text(msgspec.json.format(msgspec.json.encode(document)).decode())


def print_json_line(document: "msgspec.Struct") -> None:
    """Print a public shape as one line of many, at once."""
    import msgspec

    print_json_text(msgspec.json.encode(document).decode())
    flush_results()


def print_json_text(document: str) -> None:
    """Print a JSON document that is written already."""
    sys.stdout.write(f"{escape_in_json(document)}\n")


def print_exactly(body: bytes) -> None:
    """Print bytes as they are; on a terminal as lines of text."""
    if sys.stdout.isatty():
        print_lines(body.decode("utf-8", "replace").splitlines())
        return
    sys.stdout.flush()
    sys.stdout.buffer.write(body)
    sys.stdout.buffer.flush()


def flush_results() -> None:
    """Hand over what was printed; BrokenPipeError when nobody reads it any more."""
    sys.stdout.flush()


def others_read_along() -> bool:
    """Tell whether what is said goes to a file that others on this machine may read: no place for a secret."""
    try:
        mode = os.fstat(sys.stderr.fileno()).st_mode
    except (OSError, ValueError):  # closed, or none of the system's
        return False
    return S_ISREG(mode) and bool(mode & (S_IRGRP | S_IROTH))


def is_terminal() -> bool:
    """Tell whether results go to a terminal."""
    return sys.stdout.isatty()


def print_csv(columns: Sequence[str], items: Sequence["msgspec.Struct"]) -> None:
    """Print these fields of public shapes as CSV with a header; null is empty, and true and false are words.

    Each is one line. Text that a spreadsheet would take for a formula begins with `'`; JSON has every text exactly.
    """
    import csv

    import msgspec

    rows = csv.writer(sys.stdout, lineterminator="\n")
    rows.writerow(columns)
    for item in items:
        values = msgspec.to_builtins(item)
        rows.writerow([_csv_cell(values.get(column)) for column in columns])
    sys.stdout.flush()


def _csv_cell(value: object) -> object:
    if isinstance(value, bool):
        return str(value).lower()
    return csv_cell(value) if isinstance(value, str) else value


def print_table(
    columns: Sequence[str],
    rows: Sequence[Sequence[str]],
    *,
    numbers: Sequence[str] = (),
    empty: str = "There is nothing to show.",
) -> None:
    """Print a table, or the sentence `empty` on stderr; the columns in `numbers` are aligned to the right.

    A terminal that is too narrow folds it as `terminal_table.lay_out` says; into a file or a pipe it goes unfolded.
    """
    if not rows:
        say(empty)
        return
    from bimmerhub.cli.printing.terminal_table import lay_out

    cells = [[one_line(cell) for cell in row] for row in rows]
    lines = lay_out([*map(one_line, columns)], cells, numbers=numbers, width=_console().width)
    for line in lines.head:
        print_text(line, style="bold")
    print_lines(lines.body)


def local_time(at: str | None) -> str:
    """Return an ISO 8601 time as a person reads it, in the machine's own zone; "-" for None, other text as it is."""
    if at is None:
        return "-"
    try:
        return datetime.fromisoformat(at).astimezone().strftime("%Y-%m-%d %H:%M:%S")
    except ValueError:
        return at


_UTC_TIME = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d+)?Z")


def with_local_times(text: str) -> str:
    """Return a sentence with its ISO 8601 times of UTC in the machine's own zone."""
    return _UTC_TIME.sub(lambda time: local_time(time.group()), text)


def age(age_s: float) -> str:
    """Return how long ago in words: "12 s", "5 min", "3 h", "2 days"."""
    if age_s < MINUTE_S:
        return f"{max(0, round(age_s))} s"
    if age_s < HOUR_S:
        return f"{age_s // MINUTE_S:.0f} min"
    if age_s < 2 * DAY_S:
        return f"{age_s // HOUR_S:.0f} h"
    return f"{age_s // DAY_S:.0f} days"


def show_value(value: object, unit: str | None) -> str:
    """Return a value with its unit as text, cut where it is long; "no value" for None."""
    if value is None:
        return "no value"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, str) and _INSTANT.fullmatch(value):
        return local_time(value)
    text = _decimal(value, _decimals(value, unit)) if isinstance(value, float) else str(value)
    if len(text) > LONGEST_VALUE:
        text = f"{text[: LONGEST_VALUE - 1]}…"
    return text if unit is None else f"{text} {unit}"


def show_mean(mean: float, unit: str | None) -> str:
    """Return a mean without its unit, as exact as makes sense."""
    return _decimal(mean, min(MOST_DECIMALS.get(unit or "", 2), _decimals(mean, unit)))


def _decimals(value: float, unit: str | None) -> int:
    """Return how many decimals a number is worth: with those before the point six digits, of a position more."""
    if unit == "deg":
        return MOST_DECIMALS[unit]
    worth = max(0, SIGNIFICANT_DIGITS - (len(f"{abs(value):.0f}") if abs(value) >= 1 else 0))
    return min(worth, MOST_DECIMALS.get(unit or "", worth))


def _decimal(value: float, decimals: int) -> str:
    """Return a number with so many decimals at most, and never as a power of ten."""
    text = f"{value:.{decimals}f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


_INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d)")
"""A time as signals have it, such as `last_trip_ended_at`: shown in local time, as the times beside it are."""


def _console() -> "Console":
    """Return the console for where results go.

    In a pipe the variable COLUMNS does not count: every program that imports readline sets it for what it starts.
    """
    return _console_of(None if sys.stdout.isatty() else PIPE_COLUMNS)


@cache
def _console_of(columns: int | None) -> "Console":
    from rich.console import Console

    return Console(highlight=False, markup=False, emoji=False, width=columns)
