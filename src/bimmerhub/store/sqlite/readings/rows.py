"""Many rows in few steps of SQLite.

A step costs a thread up to 5 ms while another one computes (see `store.sqlite.database.threads`), so rows go in by
statements of up to 4,096 rows. Sizes are powers of two, so that few statements are compiled and all stay cached; the
last statement of a batch is filled up with repetitions of its last row, which the statement's conflict clause makes
harmless.
"""

import sqlite3
from collections.abc import Iterator, Sequence
from functools import cache
from itertools import chain

MAX_ROWS = 4_096
"""Rows in one statement; SQLite takes 32,766 parameters in one."""

Row = tuple[int | float | str | bytes | None, ...]


def write_rows(connection: sqlite3.Connection, statement: str, rows: Sequence[Row]) -> int:
    """Run `statement` over the rows and return how many it inserted or changed.

    `statement` holds VALUES(?) where the rows belong, and a conflict clause by which a row given twice counts once.
    """
    changed = 0
    for part in parts_of(rows):
        changed += connection.execute(
            _sized(statement, len(part[0]), len(part)), list(chain.from_iterable(part))
        ).rowcount
    return changed


def parts_of(rows: Sequence[Row]) -> Iterator[Sequence[Row]]:
    """Yield the rows in parts whose lengths are powers of two; the last one repeats its last row as often as needed."""
    for start in range(0, len(rows), MAX_ROWS):
        part = rows[start : start + MAX_ROWS]
        size = 1 << (len(part) - 1).bit_length()
        yield [*part, *[part[-1]] * (size - len(part))] if size > len(part) else part


@cache
def _sized(statement: str, columns: int, size: int) -> str:
    row = f"({', '.join('?' * columns)})"
    return statement.replace("VALUES(?)", "VALUES " + ", ".join([row] * size))
