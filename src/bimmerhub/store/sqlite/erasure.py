"""Erasing a vehicle from every table, giving the space back, and finding backups that hold it: `VehicleErasure`."""

import mmap
import sqlite3
from collections.abc import Sequence
from contextlib import closing
from glob import escape
from pathlib import Path

from bimmerhub.errors import StoreError
from bimmerhub.ids import Vin
from bimmerhub.store.ports.erasure import Erased
from bimmerhub.store.sqlite.database.connection import open_reader
from bimmerhub.store.sqlite.database.disk_room import COMPACTING_SIZES, free_bytes_of

_READINGS = """
SELECT coalesce(sum(count), 0) FROM hours WHERE series_id IN (SELECT id FROM series WHERE subject = ?1)"""

# A payload is bytes as they came, and a VIN in it is ASCII. What REST answered and was not understood does not say of
# which vehicle it is: better one too many is gone.
_REFUSED = """
DELETE FROM quarantine
WHERE vin = ?1
  OR series_id IN (SELECT id FROM series WHERE subject = ?1)
  OR instr(payload, CAST(?1 AS BLOB)) > 0
  OR (vin IS NULL AND origin = 'rest')"""

_RAW_MESSAGES = "DELETE FROM journal WHERE instr(topic, ?1) > 0 OR instr(payload, CAST(?1 AS BLOB)) > 0"
_DOCUMENTS = "DELETE FROM documents WHERE subject = ?1"
_RECORDS = "DELETE FROM records WHERE subject = ?1"

_READINGS_REFUSED = """
DELETE FROM quarantine WHERE vin = ?1 OR series_id IN (SELECT id FROM series WHERE subject = ?1)"""

_OF_READINGS = (
    "DELETE FROM points WHERE series_id IN (SELECT id FROM series WHERE subject = ?1)",
    "DELETE FROM hours WHERE series_id IN (SELECT id FROM series WHERE subject = ?1)",
    "DELETE FROM judged WHERE series_id IN (SELECT id FROM series WHERE subject = ?1)",
    "DELETE FROM unsettled WHERE series_id IN (SELECT id FROM series WHERE subject = ?1)",
    "DELETE FROM series WHERE subject = ?1",
    "DELETE FROM dropped WHERE subject = ?1",
    "DELETE FROM dirty WHERE subject = ?1",
    "DELETE FROM folds WHERE subject = ?1",
    "DELETE FROM checkpoints WHERE subject = ?1",
    "DELETE FROM events WHERE subject = ?1",
)
"""In this order: what belongs to a series before the series."""

_REST = (
    *_OF_READINGS,
    "DELETE FROM overlays WHERE vin = ?1",
    "DELETE FROM command_steps WHERE command_id IN (SELECT id FROM commands WHERE vin = ?1)",
    "DELETE FROM commands WHERE vin = ?1",
    "DELETE FROM audit WHERE subject = ?1",
    "DELETE FROM vehicle_accounts WHERE vin = ?1",
    "DELETE FROM vehicles WHERE vin = ?1",
    "DELETE FROM settings WHERE instr(key, ?1) > 0 OR instr(value, ?1) > 0",
)


def erase_readings(connection: sqlite3.Connection, subject: str) -> int:
    """Erase the readings of a meter, those in quarantine too; return how many. Part of the caller's transaction."""
    [readings] = connection.execute(_READINGS, (subject,)).fetchone()
    for statement in (_READINGS_REFUSED, _RECORDS, *_OF_READINGS):
        connection.execute(statement, (subject,))
    connection.execute("UPDATE totals SET readings = readings - ?", (readings,))
    return int(readings)


def erase_vehicle(connection: sqlite3.Connection, vin: Vin) -> Erased:
    """Erase a vehicle from every table; part of the caller's transaction."""

    def delete(statement: str) -> int:
        return connection.execute(statement, (vin,)).rowcount

    [readings] = connection.execute(_READINGS, (vin,)).fetchone()
    erased = Erased(
        readings=readings,
        raw_messages=delete(_RAW_MESSAGES),
        refused=delete(_REFUSED),
        documents=delete(_DOCUMENTS),
        records=delete(_RECORDS),
    )
    for statement in _REST:
        delete(statement)
    connection.execute(
        "UPDATE totals SET readings = readings - ?, journal_entries = journal_entries - ?",
        (erased.readings, erased.raw_messages),
    )
    return erased


def compact(connection: sqlite3.Connection, path: Path) -> bool:
    """Write the database anew without unused space; False when the disk has too little room for that."""
    has_room = free_bytes_of(path.parent) >= COMPACTING_SIZES * path.stat().st_size
    if has_room:
        connection.execute("VACUUM")
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")  # what was erased is in the log too
    return has_room


def find_holders(vin: Vin, backups: Sequence[Path], *, database: Path) -> list[Path]:
    """Return those of the backups, and of the copies beside the database, that hold a vehicle."""
    beside = [
        path
        for ending in ("schema-*", "replaced-*", "damaged-*", "found-*")
        for path in database.parent.glob(f"{escape(database.name)}.{ending}")
        if not path.name.endswith(("-wal", "-shm"))
    ]
    return [path for path in sorted({*beside, *backups}) if _holds(path, vin)]


def _holds(path: Path, vin: Vin) -> bool:
    """Tell whether a database of any schema has a vehicle; False for what is none of ours, or gone.

    Of a damaged one every byte is looked at: nobody knows what else can be read of it.
    """
    try:
        if ".damaged-" in path.name:
            return any(_has_bytes(path.with_name(path.name + ending), vin.encode()) for ending in ("", "-wal"))
        with closing(open_reader(path, is_older_allowed=True)) as connection:
            columns = {row[1] for row in connection.execute("PRAGMA table_info(series)")}
            subject = "subject" if "subject" in columns else "vin"  # before schema 3
            statements = ("SELECT 1 FROM vehicles WHERE vin = ?", f"SELECT 1 FROM series WHERE {subject} = ?")  # noqa: S608 - one of two names
            return any(connection.execute(statement, (vin,)).fetchone() for statement in statements)
    except (StoreError, sqlite3.Error, OSError):
        return False


def _has_bytes(path: Path, wanted: bytes) -> bool:
    """Tell whether a file holds these bytes; False when there is none."""
    if not path.exists() or not path.stat().st_size:
        return False
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content:
        return content.find(wanted) >= 0
