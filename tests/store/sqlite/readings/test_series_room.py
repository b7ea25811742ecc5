"""Names without end: what the catalogue knows has room, others up to a limit; what has none is counted and shown."""

from collections.abc import Callable
from pathlib import Path

import pytest
from tests.new_stores import open_sqlite

from bimmerhub.domain.reading import Reading
from bimmerhub.hub.ingest.incoming import Arrival, Origin
from bimmerhub.hub.ingest.ingest import Ingest
from bimmerhub.ids import Vin
from bimmerhub.store.ports.readings import Batch
from bimmerhub.store.sqlite.readings import series_room

SOC = "vehicle.drivetrain.batteryManagement.header"
ReadingMaker = Callable[..., Reading]


@pytest.fixture(autouse=True)
def little_room(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(series_room, "MOST_UNKNOWN", 3)
    monkeypatch.setattr(series_room, "MOST_CARS", 2)


async def test_keys_that_nobody_knows_have_room_up_to_a_limit(tmp_path: Path, make_reading: ReadingMaker) -> None:
    keys = [f"junk.{number}" for number in range(6)]
    async with open_sqlite(tmp_path / "hub.db") as store:
        ingest = Ingest(store)
        readings = [make_reading(1, descriptor=key) for key in [*keys, SOC]]
        arrival = Arrival(place="stream", payload=b"{}", received_at_ms=1, readings=readings)
        taken = await ingest.take([arrival], origin=Origin.STREAM)
        assert (taken.new, taken.repeated, len(taken.refused), ingest.figures.refused) == (4, 0, 3, 3)
        assert "keys that the catalogue does not know" in taken.refused[0].reason
        again = await store.append(Batch(readings=readings))
        assert (again.new, again.repeated, len(again.set_apart)) == (0, 4, 3)
        shown = await store.refused(limit=9)
        assert sorted(item.descriptor or "" for item in shown) == ["junk.3", "junk.4", "junk.5"]
        stored = await store.series(readings[0].vin)
        assert sorted(one.descriptor for one in stored) == ["junk.0", "junk.1", "junk.2", SOC]


async def test_cars_that_nobody_knows_have_room_up_to_a_limit(tmp_path: Path, make_reading: ReadingMaker) -> None:
    vins = [f"WBA0000000000000{number}" for number in range(4)]
    async with open_sqlite(tmp_path / "hub.db") as store:
        first = await store.append(Batch(readings=[make_reading(1)._replace(vin=Vin(vin)) for vin in vins]))
        assert (first.new, len(first.set_apart)) == (2, 2)
        assert await store.vins() == vins[:2]
        more = await store.append(Batch(readings=[make_reading(2, descriptor=SOC)._replace(vin=Vin(vins[0]))]))
        assert more.new == 1
