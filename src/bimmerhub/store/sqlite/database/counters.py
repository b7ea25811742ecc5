"""The counters and roll-ups that the database keeps of its own rows: whether they are right, and counting them again.

One that is off is no damage of the file. But the total of readings and the hourly roll-ups are written apart from the
readings: where both say that there were other ones, readings are missing, and that is damage.
"""

import sqlite3
from dataclasses import dataclass
from typing import Final

from bimmerhub.store.sqlite.salvage.losses import keep_hours, remember_hours
from bimmerhub.store.sqlite.salvage.outlived import keep_outlived_hours

_READINGS: Final = """
SELECT
  (SELECT count(*) FROM points),
  (SELECT readings FROM totals),
  (SELECT coalesce(sum(count), 0) FROM hours),
  (SELECT coalesce(sum(rolled_up), 0) FROM dropped),
  (SELECT count(*) FROM hours WHERE series_id NOT IN (SELECT id FROM series))"""

_SPOILT_NUMBERS: Final = """
FROM sqlite_sequence
WHERE typeof(seq) != 'integer' OR name IS NULL OR name NOT IN (SELECT name FROM sqlite_schema WHERE type = 'table')"""

_NUMBERED: Final = "SELECT name FROM sqlite_schema WHERE type = 'table' AND sql LIKE '%AUTOINCREMENT%'"

_RAW_MESSAGES: Final = "SELECT abs((SELECT count(*) FROM journal) - (SELECT journal_entries FROM totals))"

_NEWEST: Final = """
SELECT
  max((SELECT coalesce(max(id), 0) FROM journal), coalesce(max(journal_newest_id), 0)),
  max((SELECT count(*) FROM quarantine), coalesce(max(refused), 0))
FROM totals"""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Readings:
    """How many readings there are, and how many the counters say; dropped ones may still be in the roll-ups."""

    stored: int
    total: int | None
    rolled_up: int
    dropped: int
    ownerless_hours: int

    def are_rolled_up(self, readings: int) -> bool:
        """Tell whether the roll-ups are those of so many readings."""
        return readings <= self.rolled_up <= readings + self.dropped

    @property
    def missing(self) -> int:
        """How many readings there should be more or fewer; 0 where the roll-ups agree with the readings stored."""
        if self.total is None or self.total == self.stored or self.are_rolled_up(self.stored):
            return 0
        return abs(self.total - self.stored)


def find_missing(connection: sqlite3.Connection) -> list[str]:
    """Return in words that readings are missing, nothing when none are; of a database of the newest schema."""
    missing = _count_readings(connection).missing
    return [f"the readings differ by {missing} from their total, and from the hourly roll-ups"] if missing else []


def find_miscounts(connection: sqlite3.Connection) -> list[str]:
    """Return which counters are off, nothing when none is; of a database of the newest schema, without damage."""
    readings = _count_readings(connection)
    [rows] = connection.execute("SELECT count(*) FROM totals").fetchone()
    [messages] = connection.execute(_RAW_MESSAGES).fetchone()
    [numbers] = connection.execute(f"SELECT count(*) {_SPOILT_NUMBERS}").fetchone()
    is_off = {
        f"there are {rows} rows of totals instead of one": rows != 1,
        f"the total of readings was {readings.total} instead of {readings.stored}": rows == 1
        and readings.total != readings.stored,
        "the hourly roll-ups were of other readings": not readings.are_rolled_up(readings.stored)
        or readings.ownerless_hours > 0,
        f"the total of raw messages was off by {messages}": bool(messages),
        f"{numbers} rows of sqlite_sequence were spoilt": numbers > 0,
    }
    return [words for words, applies in is_off.items() if applies]


def recount(connection: sqlite3.Connection) -> list[str]:
    """Count again what is off, within the caller's transaction; return what that was."""
    miscounts = find_miscounts(connection)
    if miscounts:
        readings = _count_readings(connection)
        if readings.ownerless_hours or not readings.are_rolled_up(readings.stored):
            _make_hours(connection)
        newest_id, refused = connection.execute(_NEWEST).fetchone()
        connection.execute("DELETE FROM totals")
        count_totals(connection, journal_newest_id=newest_id, refused=refused)
        _mend_numbers(connection)
    return miscounts


def count_totals(connection: sqlite3.Connection, *, journal_newest_id: int, refused: int) -> None:
    """Count the totals again; what numbers things goes on behind the last number that was given."""
    connection.execute(
        "INSERT OR REPLACE INTO totals SELECT 1, (SELECT count(*) FROM points), (SELECT count(*) FROM journal),"
        " max(?, (SELECT coalesce(max(id), 0) FROM journal)), max(?, (SELECT count(*) FROM quarantine))",
        (journal_newest_id, refused),
    )


def _count_readings(connection: sqlite3.Connection) -> _Readings:
    stored, total, rolled_up, dropped, ownerless = connection.execute(_READINGS).fetchone()
    return _Readings(stored=stored, total=total, rolled_up=rolled_up, dropped=dropped, ownerless_hours=ownerless)


def _make_hours(connection: sqlite3.Connection) -> None:
    """Make the roll-ups again from the readings; those whose readings were dropped stay."""
    remember_hours(connection)
    connection.execute("INSERT INTO hours_before SELECT * FROM hours")
    connection.execute("DELETE FROM hours")
    keep_hours(connection)
    keep_outlived_hours(connection)
    connection.execute("DROP TABLE hours_before")


def _mend_numbers(connection: sqlite3.Connection) -> None:
    connection.execute(f"DELETE {_SPOILT_NUMBERS}")
    for (table,) in connection.execute(_NUMBERED).fetchall():
        connection.execute(
            "INSERT INTO sqlite_sequence (name, seq)"  # noqa: S608 - a name of our schema
            f" SELECT ?1, max(rowid) FROM {table} HAVING max(rowid) > 0"
            " AND NOT EXISTS (SELECT 1 FROM sqlite_sequence WHERE name = ?1)",
            (table,),
        )
