"""`bimmerhub tyre-pressure`: a slow leak is told from the weather, tyre by tyre."""

import asyncio
from pathlib import Path

import pytest
from tests.cli.conftest import Run
from tests.domain.charging_sessions.story import MIDNIGHT_MS, VIN
from tests.domain.test_tyre_pressure import season

from bimmerhub.domain.reading import Reading, Source
from bimmerhub.ids import Descriptor
from bimmerhub.store.ports.readings import Batch
from bimmerhub.store.sqlite.store import SqliteStore

SERIES = (("pressure", "kPa"), ("pressureTarget", "kPa"), ("temperature", "°C"))


def told(side: str, *, loses_kpa: float) -> list[Reading]:
    """What a car tells of a front tyre in 60 days."""
    readings = []
    for (name, unit), samples in zip(SERIES, season(60, loses_kpa=loses_kpa), strict=True):
        descriptor = Descriptor(f"vehicle.chassis.axle.row1.wheel.{side}.tire.{name}")
        for at_ms, value in samples:
            moment = MIDNIGHT_MS + at_ms
            readings.append(Reading(VIN, descriptor, value, unit, moment, moment, moment, Source.STREAM))
    return readings


@pytest.fixture
def _driven(data_dir: Path) -> None:
    async def fill() -> None:
        async with SqliteStore.open(data_dir / "bimmerhub.sqlite3") as store:
            await store.append(Batch(readings=[*told("left", loses_kpa=0.2), *told("right", loses_kpa=0.0)]))

    data_dir.mkdir(parents=True, exist_ok=True)
    asyncio.run(fill())


@pytest.mark.usefixtures("_driven")
def test_the_tyre_that_leaks_is_told_from_the_one_that_does_not(run: Run) -> None:
    answer = run("tyre-pressure", VIN[-7:], "--json").json
    left, right = answer["wheels"]
    assert (left["wheel"], right["wheel"], answer["reference_c"]) == ("front left", "front right", 20)
    assert left["days_to_limit_least"] <= left["days_to_limit"] <= left["days_to_limit_most"]
    assert left["how"]["days_to_limit"] == "estimated"
    assert (right["days_to_limit"], right["days"]) == (None, 60)
    [axle] = answer["axles"]
    assert axle["axle"] == "front"
    assert -20 < axle["left_minus_right_kpa"] < -5
    shown = run("tyre-pressure")
    assert shown.code == 0, shown.err
    assert "front left" in shown.out
    assert "front axle: left has -" in shown.err
