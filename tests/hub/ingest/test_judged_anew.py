"""What an earlier version of the odometer's rule has judged is put right without another reading of the car."""

import json
import sqlite3
from contextlib import aclosing, closing
from pathlib import Path

from tests.hub.conftest import NOW_MS, VIN, Cloud, reading, until

from bimmerhub.domain.plausibility.odometer import ODOMETERS
from bimmerhub.hub.app import Hub
from bimmerhub.hub.parts import FOLDS
from bimmerhub.store.ports.readings import Batch
from bimmerhub.store.sqlite.database.connection import APPLICATION_ID
from bimmerhub.store.sqlite.database.versions import scripts
from bimmerhub.times import HOUR_MS
from bimmerhub.views.viewer import OWNER

FALSE_KM = 93_272
TRUE_KM = 57_958


def make_database_of_the_second_schema(path: Path) -> None:
    """Make a database as 0.1 left it: it believed the first reading, which is false, and none of the true ones."""
    path.parent.mkdir(parents=True)
    with closing(sqlite3.connect(path)) as connection:
        for number in (1, 2):
            connection.executescript(scripts()[number])
        connection.executescript(f"PRAGMA user_version = 2; PRAGMA application_id = {APPLICATION_ID}")
        connection.execute("INSERT INTO series VALUES (1, ?, ?, 'km')", (VIN, ODOMETERS[0]))
        connection.execute("INSERT INTO points VALUES (1, ?, ?, 900, 1)", (NOW_MS, FALSE_KM))
        reason = f"the odometer falls from {FALSE_KM} to {TRUE_KM} km"
        for row_id in (1, 2, 3):
            at_ms = NOW_MS + row_id * HOUR_MS
            cells = (row_id, at_ms, reason, b"{", "stream", ODOMETERS[0], VIN, "km", TRUE_KM + row_id, at_ms, at_ms, 1)
            connection.execute(f"INSERT INTO quarantine VALUES ({','.join('?' * len(cells))})", cells)
        connection.execute("UPDATE totals SET readings = 1, refused = 3")
        connection.commit()


def odometer_km(hub: Hub) -> object:
    return (hub.live.state(VIN) or {})["odometer_km"].value


async def test_the_first_start_after_a_migration_judges_what_is_stored(cloud: Cloud) -> None:
    make_database_of_the_second_schema(cloud.settings().database)
    async with cloud.hub(goes_live=False) as hub:
        await until(lambda: odometer_km(hub) == TRUE_KM + 3)
        [item] = await hub.store.refused(limit=9)
        assert item.reading is not None
        assert item.reading.value == FALSE_KM
        assert (await hub.store.figures()).readings == 3
        await until(lambda: hub.context.health.health().rebuilding is None)
        [day] = await hub.store.derived.records("days", VIN, from_ms=0, to_ms=2 * NOW_MS)
        assert str(FALSE_KM) not in day.body


async def test_a_rebuild_judges_what_is_stored_and_tells_the_change(cloud: Cloud) -> None:
    marks = [(0, TRUE_KM), (1, TRUE_KM + 1), (2, FALSE_KM)]
    odometer = [reading(km, at_ms=NOW_MS + hour * HOUR_MS, descriptor=ODOMETERS[0]) for hour, km in marks]
    async with cloud.hub(goes_live=False) as hub:
        await hub.store.append(Batch(readings=odometer))  # as a rule that believes everything would
        await hub.live.reload(hub.store, VIN)
        assert odometer_km(hub) == FALSE_KM
        with hub.context.events.read(OWNER) as reader:
            async with aclosing(hub.context.rebuilding.rebuild(VIN)) as reports:
                last = [report async for report in reports][-1]
            batch = await reader.next_batch()
        assert last.done
        assert len(FOLDS) <= last.parts <= 1 + len(FOLDS)  # the odometer may have been judged in the background before
        assert last.readings >= len(odometer)  # more when what is derived meanwhile makes it read some again
        assert odometer_km(hub) == TRUE_KM + 1
        assert batch is not None
        assert [json.loads(entry.encode())["value"] for entry in batch.entries] == [TRUE_KM + 1]
