"""How commands print: results on stdout (a table, or one JSON document), everything else on stderr.

rich and msgspec are imported when something is printed with them: help does not wait for the one, nor a script that
asks for JSON for the other.
"""

import re
import sys
from collections.abc import Sequence
from datetime import datetime
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import msgspec
    from rich.console import Console

MINUTE_S, HOUR_S, DAY_S = 60, 3_600, 86_400
SIGNIFICANT_DIGITS = 6
MOST_DECIMALS = {"deg": 6, "km": 1, "km/h": 1}
"""Of a position: 11 cm. Of what was miles: no more than the car told."""

PIPE_COLUMNS = 500
"""Width of tables that go into a file or a pipe: nothing is folded there."""

_ORDERS = dict.fromkeys(
    [code for code in (*range(0x20), *range(0x7F, 0xA0)) if chr(code) not in "\n\t"], "\N{REPLACEMENT CHARACTER}"
)


def without_orders(text: str) -> str:
    """Return a text that cannot give the terminal orders: BMW's words and those of a file are printed as they came."""
    return text.replace("\r\n", "\n").translate(_ORDERS)


def say(text: str) -> None:
    """Print a message for the person, on stderr."""
    sys.stderr.write(f"{without_orders(text)}\n")
    sys.stderr.flush()


def with_hint(message: str, hint: str | None) -> str:
    """Return what happened and then what to do, with one full stop between them."""
    return f"{message.rstrip('.')}. {hint}" if hint else message


def print_text(text: str, *, style: str | None = None, end: str = "\n") -> None:
    """Print a line of the result; `style` is one of rich's and shows on a terminal only."""
    _console().print(without_orders(text), style=style, end=end, soft_wrap=True)


def print_folded(text: str, *, style: str | None = None, indent: int = 0, start: int = 0) -> None:
    """Print text for a person, folded between words where it is too long.

    All lines but the first begin with `indent` blanks. `start` is how much of the first line is printed already. What
    is to be copied, such as a command, is not for it: a terminal's own fold leaves that in one piece.
    """
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
        text = "\n".join(lines)[start:]
    print_text(text, style=style)


def fits(text: str) -> bool:
    """Tell whether a line is not too long for where results go; a pipe takes any."""
    width = _console().width
    return width >= PIPE_COLUMNS or len(text) <= width


def print_json(document: "msgspec.Struct") -> None:
    """Print a public shape (`views`) on stdout as one JSON document."""
    import msgspec

    sys.stdout.write(msgspec.json.format(msgspec.json.encode(document)).decode() + "\n")


def print_json_line(document: "msgspec.Struct") -> None:
    """Print a public shape as one line of many, at once."""
    import msgspec

    sys.stdout.write(msgspec.json.encode(document).decode() + "\n")
    sys.stdout.flush()


def print_csv(columns: Sequence[str], items: Sequence["msgspec.Struct"]) -> None:
    """Print these fields of public shapes as CSV with a header; null is empty, and true and false are words."""
    import csv

    import msgspec

    rows = csv.writer(sys.stdout, lineterminator="\n")
    rows.writerow(columns)
    for item in items:
        values = msgspec.to_builtins(item)
        rows.writerow([_csv_cell(values.get(column)) for column in columns])
    sys.stdout.flush()


def _csv_cell(value: object) -> object:
    return str(value).lower() if isinstance(value, bool) else value


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
    from bimmerhub.cli.terminal_table import lay_out

    lines = lay_out(columns, rows, numbers=numbers, width=_console().width)
    for line in lines.head:
        print_text(line, style="bold")
    sys.stdout.write("".join(f"{without_orders(line)}\n" for line in lines.body))


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
    """Return a value with its unit as text; "no value" for None."""
    if value is None:
        return "no value"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, str) and _INSTANT.fullmatch(value):
        return local_time(value)
    text = _decimal(value, _decimals(value, unit)) if isinstance(value, float) else str(value)
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
