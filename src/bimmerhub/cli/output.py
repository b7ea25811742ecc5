"""How commands print: results on stdout (a table, or one JSON document), everything else on stderr."""

import json
import sys
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from rich.console import Console
from rich.table import Table

MINUTE_S, HOUR_S, DAY_S = 60, 3_600, 86_400

PIPE_COLUMNS = 500
"""Width of tables that go into a file or a pipe: nothing is folded there."""

out = Console(highlight=False, markup=False, emoji=False, width=None if sys.stdout.isatty() else PIPE_COLUMNS)
err = Console(stderr=True, highlight=False, markup=False, emoji=False, soft_wrap=True)


def print_json(document: Any) -> None:  # noqa: ANN401 - whatever JSON can say
    """Print one JSON document on stdout."""
    sys.stdout.write(json.dumps(document, ensure_ascii=False, indent=2) + "\n")


def print_items(items: Sequence[Mapping[str, Any]]) -> None:
    """Print a list in the shape that every list of bimmerhub has."""
    print_json({"items": list(items), "next": None})


def print_table(columns: Sequence[str], rows: Iterable[Sequence[str]], *, numbers: Sequence[str] = ()) -> None:
    """Print a table; the columns in `numbers` are aligned to the right."""
    table = Table(box=None, pad_edge=False, header_style="bold")
    for column in columns:
        table.add_column(column, justify="right" if column in numbers else "left", overflow="fold")
    for row in rows:
        table.add_row(*row)
    out.print(table)


def iso(at_ms: int | None) -> str | None:
    """Return milliseconds UTC as ISO 8601 with milliseconds and Z."""
    if at_ms is None:
        return None
    return datetime.fromtimestamp(at_ms / 1000, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def local_time(at_ms: int | None) -> str:
    """Return a time as a person reads it, in the machine's own zone."""
    return (
        "-" if at_ms is None else datetime.fromtimestamp(at_ms / 1000, UTC).astimezone().strftime("%Y-%m-%d %H:%M:%S")
    )


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
    text = f"{value:.6g}" if isinstance(value, float) else str(value)
    return text if unit is None else f"{text} {unit}"
