"""The tables `places` and `meters`: port `StoredPlaces`."""

import sqlite3

from typing_extensions import override

from bimmerhub.domain.own_places import Meter, OwnPlace
from bimmerhub.store.ports.places import StoredPlaces
from bimmerhub.store.sqlite.database.connection import transaction
from bimmerhub.store.sqlite.tables import Tables

_SAVE_PLACE = """
INSERT INTO places (name, latitude, longitude, radius_m, time_zone) VALUES (?, ?, ?, ?, ?)
ON CONFLICT (name) DO UPDATE SET latitude = excluded.latitude, longitude = excluded.longitude,
  radius_m = excluded.radius_m, time_zone = excluded.time_zone"""

_METERS_OF_PLACE = "DELETE FROM meters WHERE place_id = (SELECT id FROM places WHERE name = ?)"

_SAVE_METER = """
INSERT INTO meters (name, place_id) SELECT ?, id FROM places WHERE name = ?
ON CONFLICT (name) DO UPDATE SET place_id = excluded.place_id"""


class SqlitePlaces(Tables, StoredPlaces):
    """Places and meters."""

    @override
    async def places(self) -> list[OwnPlace]:
        rows = await self.load_rows("SELECT name, latitude, longitude, radius_m, time_zone FROM places ORDER BY name")
        return [
            OwnPlace(name=name, latitude_deg=latitude, longitude_deg=longitude, radius_m=radius_m, time_zone=time_zone)
            for name, latitude, longitude, radius_m, time_zone in rows
        ]

    @override
    async def save_place(self, place: OwnPlace) -> None:
        await self.change(
            _SAVE_PLACE, place.name, place.latitude_deg, place.longitude_deg, place.radius_m, place.time_zone
        )

    @override
    async def remove_place(self, name: str) -> bool:
        return await self._database.write(_remove_place, name)

    @override
    async def meters(self) -> list[Meter]:
        rows = await self.load_rows(
            "SELECT meters.name, places.name FROM meters JOIN places ON places.id = place_id ORDER BY meters.name"
        )
        return [Meter(name=name, place=place) for name, place in rows]

    @override
    async def save_meter(self, meter: Meter) -> bool:
        return await self.change(_SAVE_METER, meter.name, meter.place) > 0

    @override
    async def remove_meter(self, name: str) -> bool:
        return await self.change("DELETE FROM meters WHERE name = ?", name) > 0


def _remove_place(connection: sqlite3.Connection, name: str) -> bool:
    with transaction(connection):
        connection.execute(_METERS_OF_PLACE, (name,))
        return connection.execute("DELETE FROM places WHERE name = ?", (name,)).rowcount > 0
