"""Trips of a running hub: stored, listed, shown with what they were made of, sharpened by hints."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import aiohttp
import pytest
from tests.domain.trips.trip_stories import MIDNIGHT_MS, VIN, Story, clock
from tests.hub.conftest import owner

from bimmerhub.domain.hint_descriptors import HINT_DRIVING
from bimmerhub.domain.own_places import OwnPlace
from bimmerhub.hub.app import Hub, running
from bimmerhub.hub.config import HubConfig
from bimmerhub.hub.feeds.settings import RestSettings
from bimmerhub.store.ports.readings import Batch
from bimmerhub.store.sqlite.store import SqliteStore
from bimmerhub.times import DAY_MS, format_time
from bimmerhub.web.settings import WebSettings

SPAN = f"from={format_time(MIDNIGHT_MS)}&to={format_time(MIDNIGHT_MS + DAY_MS)}"


def day() -> Story:
    story = Story().at("06:00").place().odometer().at("08:00").depart().drive("08:30", 20).arrive()
    story.is_silent = True
    story.at("12:00").depart().drive("12:30", 30).arrive()
    story.is_silent = False
    return story.at("13:00").odometer().at("17:00").depart().drive("17:30", 20).arrive()


@pytest.fixture
async def hub(tmp_path: Path) -> AsyncIterator[Hub]:
    async with SqliteStore.open(tmp_path / "bimmerhub.sqlite3") as store:
        await store.append(Batch(readings=day().readings))
    settings = HubConfig(data_dir=tmp_path, hub=WebSettings(port=0), rest=RestSettings(refresh_h=0))
    async with running(settings, goes_live=False) as started:
        yield started


async def ask(hub: Hub, path: str, **options: Any) -> Any:
    async with aiohttp.ClientSession() as session, session.get(f"{hub.address}/api/v1/{path}", **options) as answer:
        text = await answer.text()
        assert answer.status == 200, text
        return await answer.json() if answer.content_type == "application/json" else text


async def trips(hub: Hub, count: int) -> Any:
    """Return the trips of the day once there are so many; the test fails when that takes longer than 10 s."""
    async with asyncio.timeout(10):
        while True:
            page = await ask(hub, f"vehicles/{VIN}/trips?{SPAN}")
            if len(page["items"]) == count:
                return page


async def test_trips_are_listed_with_totals_that_say_what_they_cover(hub: Hub) -> None:
    page = await trips(hub, 2)
    second, first = page["items"]
    assert (first["start_at"], first["end_at"]) == (format_time(clock("08:00")), format_time(clock("08:30")))
    assert (first["distance_km"], first["duration_s"], first["final"], first["under_way"]) == (20, 1800, True, False)
    assert (first["missing_before_km"], second["missing_before_km"]) == (0, 30)
    assert page["totals"]["coverage"] == "over 40 of 70 km"
    newest = await ask(hub, f"vehicles/{VIN}/trips?{SPAN}&limit=1")
    rest = await ask(hub, f"vehicles/{VIN}/trips?{SPAN}&limit=1&after={newest['next']}")
    assert (newest["items"], rest["items"], rest["next"]) == ([second], [first], None)
    assert newest["totals"] == rest["totals"] == page["totals"]


async def test_an_id_leads_to_the_trip_that_covers_its_instant(hub: Hub) -> None:
    first = (await trips(hub, 2))["items"][-1]
    key, second = first["id"].split("-")
    assert await ask(hub, f"vehicles/{VIN}/trips/{first['id']}") == first
    later = f"{key}-{_base_36(int(second, 36) + 600)}"
    assert await ask(hub, f"vehicles/{key}/trips/{later}") == first
    async with aiohttp.ClientSession() as session:
        for gone in (f"{key}-1", f"zzzzzzzz-{second}", "nonsense", f"{key}-zzzzzzzzzzzzz"):
            async with session.get(f"{hub.address}/api/v1/vehicles/{VIN}/trips/{gone}") as answer:
                assert answer.status == 404


def _base_36(number: int) -> str:
    digits = ""
    while number:
        number, digit = divmod(number, 36)
        digits = "0123456789abcdefghijklmnopqrstuvwxyz"[digit] + digits
    return digits


async def test_a_trip_shows_the_readings_that_it_was_made_of(hub: Hub) -> None:
    first = (await trips(hub, 2))["items"][-1]
    page = await ask(hub, f"vehicles/{VIN}/trips/{first['id']}/evidence")
    said = [(row["about"], row["says"]) for row in page["items"]]
    assert ("start", "it moves") in said
    assert ("end", "it is switched off") in said
    told = {(row["about"], row["descriptor"]) for row in page["items"] if row["told_it"]}
    assert ("start", "vehicle.isMoving") in told
    assert first["ended_by"] == "vehicle.trip.segment.end.time"


async def test_a_path_is_geojson_or_gpx(hub: Hub) -> None:
    first = (await trips(hub, 2))["items"][-1]
    target = f"vehicles/{VIN}/trips/{first['id']}/path"
    feature = await ask(hub, target)
    assert feature["geometry"]["type"] == "MultiLineString"
    [line] = feature["geometry"]["coordinates"]
    assert line[0] == [6, 50]
    for options in ({"params": {"format": "gpx"}}, {"headers": {"accept": "application/gpx+xml"}}):
        tree = ET.fromstring(await ask(hub, target, **options))
        points = tree.findall(".//{http://www.topografix.com/GPX/1/1}trkpt")
        assert (points[0].get("lon"), points[0].get("lat")) == ("6.0", "50.0")
        assert len(points) == len(line)


async def test_a_place_gives_its_name_to_trips_that_were_made_before(hub: Hub) -> None:
    first = (await trips(hub, 2))["items"][-1]
    assert (first["start_place"], first["end_place"]) == (None, None)
    await hub.store.places.save_place(
        OwnPlace(name="home", latitude_deg=50.0, longitude_deg=6.0, radius_m=100, time_zone="Europe/Berlin")
    )
    first = (await trips(hub, 2))["items"][-1]
    assert (first["start_place"], first["end_place"]) == ("home", None)


async def test_hints_are_readings_that_make_a_trip(hub: Hub, tmp_path: Path) -> None:
    await trips(hub, 2)
    await hub.store.append(Batch(readings=Story(km=10_090).at("20:19").odometer().readings))
    url = f"{hub.address}/api/v1/vehicles/{VIN}/hints"
    async with aiohttp.ClientSession(headers=owner(tmp_path)) as session:
        for value, at in ((True, "20:00"), (False, "20:20"), (False, "20:20")):
            body = {"hint": "driving", "value": value, "at": format_time(clock(at))}
            async with session.post(url, json=body) as answer:
                taken = await answer.json()
                assert answer.status == 200, taken
        assert taken["is_new"] is False
        async with session.post(url, json={"hint": "driving", "value": True, "at": "2099-01-01T00:00:00Z"}) as answer:
            assert answer.status == 422
    points, _ = await hub.store.range(VIN, [HINT_DRIVING], from_ms=0, to_ms=2 * MIDNIGHT_MS, limit=9)
    assert [int(point.source) for point in points] == [90, 90]
    page = await trips(hub, 3)
    assert page["items"][0]["start_at"] == format_time(clock("20:00"))
