"""The REST calls of a database that is replaced: BMW counts them on, whichever history the hub goes on with."""

from collections.abc import Iterable
from contextlib import closing
from pathlib import Path
from sqlite3 import Connection
from typing import Any, NamedTuple

from bimmerhub.store.sqlite.database.connection import open_reader, store_errors
from bimmerhub.times import LATEST_MS

_LOAD = """
SELECT owner, accounts.name, at_ms, operation, caller
FROM quota_calls LEFT JOIN accounts ON CAST(accounts.id AS TEXT) = owner
WHERE typeof(at_ms) = 'integer' AND at_ms BETWEEN ? AND ?
  AND (accounts.name IS NOT NULL OR owner IN (SELECT gcid FROM accounts))
ORDER BY quota_calls.id"""

_OWNER = "SELECT CAST(id AS TEXT) FROM accounts WHERE name = ?"

_ADD = """
INSERT INTO quota_calls (owner, at_ms, operation, caller) SELECT :owner, :at_ms, :operation, :caller
WHERE NOT EXISTS (
  SELECT 1 FROM quota_calls
  WHERE owner = :owner AND at_ms = :at_ms AND operation = :operation AND caller = :caller
)"""


class SpentCall(NamedTuple):
    """A call. `owner` as in `QuotaCall`; `account` names the account whose number that is, None when it is BMW's id."""

    owner: str
    account: str | None
    at_ms: int
    operation: str
    caller: str


def load_spent_calls(database: Path, *, since_ms: int) -> list[SpentCall]:
    """Return the calls of a database at or after that time, none when it is not there.

    StoreError as `open_reader`, and for one of before schema 4, whose calls name no owner.
    """
    if not database.exists():
        return []
    with store_errors(database), closing(open_reader(database, is_older_allowed=True)) as connection:
        rows: list[Any] = connection.execute(_LOAD, (since_ms, LATEST_MS)).fetchall()
    return [SpentCall(*row) for row in rows]


def add_spent_calls(connection: Connection, calls: Iterable[SpentCall]) -> None:
    """Add calls that a database of the newest schema does not have.

    The number of an account may be another's here, so it is looked up by name; an account that is not here has none.
    """
    for call in calls:
        owners = [(call.owner,)] if call.account is None else connection.execute(_OWNER, (call.account,)).fetchall()
        for (owner,) in owners:
            connection.execute(_ADD, {**call._asdict(), "owner": owner})
