"""What a person had released before judgements could be taken back can be taken back after an update."""

import json
import sqlite3
from contextlib import closing
from dataclasses import replace
from pathlib import Path

from bimmerhub.domain.plausibility.odometer import ODOMETERS
from bimmerhub.ids import Vin
from bimmerhub.store.ports.readings import Batch
from bimmerhub.store.sqlite.database.connection import APPLICATION_ID
from bimmerhub.store.sqlite.database.versions import scripts
from bimmerhub.store.sqlite.store import SqliteStore

OLD = 6
"""The schema before."""
CAR = Vin("WBA00000000000001")
SOC = "vehicle.drivetrain.batteryManagement.header"
AT_MS = 1_800_000_000_000

FILLING = f"""
INSERT INTO series VALUES (1, '{CAR}', '{SOC}', '%'), (2, '{CAR}', '{ODOMETERS[0]}', 'km');
INSERT INTO points VALUES (1, {AT_MS}, 250, 900, 1), (2, {AT_MS}, 50000, 900, 1), (2, {AT_MS + 1000}, 20, 900, 1);
UPDATE totals SET readings = 3;
"""


def fill(path: Path) -> None:
    with closing(sqlite3.connect(path)) as connection:
        connection.create_function("vehicle_key", 0, lambda: "abcdefgh")
        for number in range(1, OLD + 1):
            connection.executescript(scripts()[number])
        connection.executescript(f"{FILLING} PRAGMA user_version = {OLD}; PRAGMA application_id = {APPLICATION_ID};")
        for descriptor, unit, value, at_ms in ((SOC, "%", 250, AT_MS), (ODOMETERS[0], "km", 20, AT_MS + 1000)):
            body = json.dumps({"descriptor": descriptor, "unit": unit, "value": value})
            connection.execute(
                "INSERT INTO overlays (vin, kind, at_ms, body, made_by, made_at_ms)"
                " VALUES (?, 'reading_released', ?, ?, 'owner', 1)",
                (CAR, at_ms, body),
            )
        connection.commit()


async def test_a_release_of_before_is_taken_back(path: Path) -> None:
    fill(path)
    async with SqliteStore.open(path) as store:
        said = await store.overlays.overlays(CAR)
        appended = await store.append(Batch(overlays=[replace(one, undone_at_ms=AT_MS) for one in said]))
        assert [reading.value for reading in appended.withdrawn] == [250, 20]
        reasons = {item.descriptor: item.reason for item in await store.refused(limit=9)}
        assert reasons[SOC] == "it was refused until a person released it"
        assert reasons[ODOMETERS[0]].startswith("the odometer falls")
        assert [point.value for point in await store.latest(CAR)] == [50_000]
