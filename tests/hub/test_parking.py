"""Stops of a running hub: listed with what the battery lost, named by place, with totals that say what they cover."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from tests.domain.parking.test_stops import leave, parked
from tests.domain.trips.trip_stories import LEVEL, MIDNIGHT_MS, PLUG, USABLE, VIN, Story, clock

from bimmerhub.domain.own_places import OwnPlace
from bimmerhub.hub.app import Hub, running
from bimmerhub.hub.config import HubConfig
from bimmerhub.hub.feeds.settings import RestSettings
from bimmerhub.store.ports.readings import Batch
from bimmerhub.store.sqlite.store import SqliteStore
from bimmerhub.times import DAY_MS, format_time
from bimmerhub.web.settings import WebSettings

SPAN = f"from={format_time(MIDNIGHT_MS)}&to={format_time(MIDNIGHT_MS + DAY_MS)}"
STATUS = "vehicle.drivetrain.electricEngine.charging.status"


def day() -> Story:
    """A stop of 3.5 hours in which a point was lost, one with a charge, and one that goes on."""
    story = parked().at("08:40").say(USABLE, 80.0, "kWh").at("11:00").say(LEVEL, 79, "%")
    leave(story, "12:00", "12:30").at("13:00").say(PLUG, "CONNECTED").at("13:01").say(STATUS, "CHARGINGACTIVE")
    story.say(LEVEL, 75, "%").at("15:00").say(STATUS, "CHARGINGENDED").say(LEVEL, 90, "%").say(PLUG, "DISCONNECTED")
    return leave(story)


@pytest.fixture
async def hub(tmp_path: Path) -> AsyncIterator[Hub]:
    async with SqliteStore.open(tmp_path / "bimmerhub.sqlite3") as store:
        await store.append(Batch(readings=day().readings))
        home = OwnPlace(name="home", latitude_deg=50.18, longitude_deg=6.0, radius_m=100, time_zone="UTC")
        await store.places.save_place(home)
    settings = HubConfig(data_dir=tmp_path, hub=WebSettings(port=0), rest=RestSettings(refresh_h=0))
    async with running(settings, goes_live=False) as started:
        yield started


async def stops(hub: Hub, *, query: str = "", count: int = 3) -> Any:
    """Return the stops of the day once there are so many; the test fails when that takes longer than 10 s."""
    async with asyncio.timeout(10), aiohttp.ClientSession() as session:
        while True:
            async with session.get(f"{hub.address}/api/v1/vehicles/{VIN}/parking?{SPAN}{query}") as answer:
                page = await answer.json()
                assert answer.status == 200, page
            if len(page["items"]) == count:
                return page


async def test_stops_are_listed_with_what_the_battery_lost(hub: Hub) -> None:
    page = await stops(hub)
    first, charged, last = page["items"]
    assert (first["start_at"], first["end_at"]) == (format_time(clock("08:30")), format_time(clock("12:00")))
    assert (first["duration_s"], first["place"]) == (12_600, "home")
    assert (first["standby_percent"], first["standby_kwh"], first["standby_mean_w"]) == (1, 0.8, None)
    assert first["how"] == {"standby_percent": "derived", "standby_kwh": "derived"}
    assert (charged["charged"], charged["standby_percent"], charged["place"]) == (True, None, None)
    assert (last["end_at"], last["duration_s"], last["end_soc_percent"]) == (None, None, None)


async def test_totals_say_over_how_many_hours_the_loss_is_known(hub: Hub) -> None:
    totals = (await stops(hub))["totals"]
    assert (totals["stops"], totals["duration_s"], totals["coverage"]) == (2, 41_400, "over 4 of 12 h")
    assert (totals["standby_percent"], totals["standby_kwh"], totals["standby_over_s"]) == (1, 0.8, 12_600)


async def test_a_page_leads_to_the_stops_before_it(hub: Hub) -> None:
    whole = await stops(hub)
    page = await stops(hub, query="&limit=2", count=2)
    assert (page["is_complete"], page["items"]) == (False, whole["items"][1:])
    older = await stops(hub, query=f"&limit=2&after={page['next']}", count=1)
    assert (older["items"], older["totals"]["stops"], older["next"]) == (whole["items"][:1], 1, None)
