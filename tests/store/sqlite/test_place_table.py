"""The tables of places and meters: a place and its meters go at once."""

import asyncio
import sqlite3
from contextlib import closing
from pathlib import Path

from bimmerhub.domain.own_places import Meter, OwnPlace
from bimmerhub.store.sqlite.store import SqliteStore

HOME = OwnPlace(name="home", latitude_deg=48.177, longitude_deg=11.559, radius_m=100, time_zone="Europe/Berlin")
BOX = Meter(name="box", place="home")


async def test_a_meter_that_is_saved_while_its_place_is_removed_is_not_left_without_one(tmp_path: Path) -> None:
    path = tmp_path / "bimmerhub.sqlite3"
    async with SqliteStore.open(path) as store:
        await store.places.save_place(HOME)
        was_there, is_saved = await asyncio.gather(store.places.remove_place("home"), store.places.save_meter(BOX))
        assert (was_there, is_saved) == (True, False)
        assert not await store.places.remove_place("home")
    with closing(sqlite3.connect(path)) as database:
        assert database.execute("SELECT count(*) FROM meters").fetchone() == (0,)
