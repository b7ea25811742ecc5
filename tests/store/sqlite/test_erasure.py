"""No table that holds something of a vehicle is forgotten when the vehicle is erased."""

import re
from contextlib import closing
from inspect import getsource
from pathlib import Path

from bimmerhub.store.sqlite import erasure
from bimmerhub.store.sqlite.database.connection import open_reader
from bimmerhub.store.sqlite.store import SqliteStore

OF_A_VEHICLE = {"vin", "subject", "series_id", "topic"}


async def test_every_table_that_names_vehicles_is_erased(tmp_path: Path) -> None:
    async with SqliteStore.open(tmp_path / "store.db"):
        pass
    with closing(open_reader(tmp_path / "store.db")) as connection:
        tables = [name for (name,) in connection.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")]
        columns = {name: {row[1] for row in connection.execute(f"PRAGMA table_info({name})")} for name in tables}
    erased = set(re.findall(r"DELETE FROM (\w+)", getsource(erasure)))
    assert {name for name in tables if columns[name] & OF_A_VEHICLE} <= erased
