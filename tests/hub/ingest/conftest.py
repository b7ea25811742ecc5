"""A car that speaks, with and without a store behind its live state."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from tests.hub.ingest.speaking_car import VIN, SpeakingCar
from tests.new_stores import open_sqlite

from bimmerhub.domain.vehicle import Vehicle
from bimmerhub.hub.ingest.live import LiveVehicles


@pytest.fixture
def car() -> SpeakingCar:
    live = LiveVehicles()
    live.introduce(Vehicle(vin=VIN))
    return SpeakingCar(live=live)


@pytest.fixture
async def stored_car(tmp_path: Path) -> AsyncIterator[SpeakingCar]:
    async with open_sqlite(tmp_path / "store.db") as store:
        live = LiveVehicles()
        live.introduce(Vehicle(vin=VIN))
        yield SpeakingCar(live=live, store=store)
