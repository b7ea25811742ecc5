"""Places and meters by the API: what a meter counts, laid over the charges of cars at its place."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from tests.domain.charging_sessions.story import VIN, Night, at
from tests.hub.conftest import ManualClock, owner

from bimmerhub.domain.positions import LATITUDE, LONGITUDE
from bimmerhub.domain.reading import Reading, Source
from bimmerhub.hub.app import Hub, running
from bimmerhub.hub.config import HubConfig
from bimmerhub.hub.feeds.settings import RestSettings
from bimmerhub.hub.ingest.derivation import Derivation
from bimmerhub.hub.parts import FOLDS
from bimmerhub.store.ports.readings import Batch
from bimmerhub.store.sqlite.store import SqliteStore
from bimmerhub.times import format_time
from bimmerhub.web.settings import WebSettings

HOME = {"at": "48.1770,11.5590", "radius_m": 100}


def an_evening_at_home() -> list[Reading]:
    """A charge of 30.4 kWh from 18:01 to 21:01 (33.1 kWh by volts and amperes), of a car that stands at home."""
    night = (
        Night()
        .parked("17:58", soc=40, capacity=76, missing=45.6)
        .plug("18:00", plug_event=7)
        .wallbox("18:01", soc=40, missing=45.6, minutes=180, target=80)
        .end("21:01", soc=80, missing=15.2)
        .unplug("1 07:00", soc=80)
    )
    where = [(LATITUDE, 48.1771), (LONGITUDE, 11.5591)]
    at_ms = at("17:58")
    return [
        *night.readings,
        *(Reading(VIN, key, degrees, "degrees", at_ms, at_ms, at_ms, Source.STREAM) for key, degrees in where),
    ]


@dataclass(frozen=True, slots=True, kw_only=True)
class Api:
    session: aiohttp.ClientSession
    hub: Hub

    async def ask(self, method: str, path: str, body: object = None) -> Any:
        async with self.session.request(method, f"{self.hub.address}/api/v1/{path}", json=body) as answer:
            return await answer.json()

    async def meter(self, *counted: tuple[str, float], name: str = "box") -> Any:
        await self.ask("PUT", "places/home", HOME)
        await self.ask("PUT", f"meters/{name}", {"place": "home"})
        items = [{"measured_at": format_time(at(clock)), "energy_kwh": kwh} for clock, kwh in counted]
        return await self.ask("POST", f"meters/{name}/readings", {"items": items})

    async def charge(self) -> Any:
        [session] = (await self.ask("GET", f"vehicles/{VIN}/charging-sessions"))["items"]
        return session


@pytest.fixture
async def api(tmp_path: Path) -> AsyncIterator[Api]:
    clock = ManualClock(at("2 00:00"))
    async with SqliteStore.open(tmp_path / "bimmerhub.sqlite3") as store:
        await store.append(Batch(readings=an_evening_at_home()))
        await Derivation(store.derived, store, FOLDS, clock=clock).catch_up()
    settings = HubConfig(data_dir=tmp_path, hub=WebSettings(port=0), rest=RestSettings(refresh_h=0))
    started = running(settings, clock=clock, goes_live=False)
    async with started as hub, aiohttp.ClientSession(headers=owner(tmp_path)) as session:
        yield Api(session=session, hub=hub)


async def test_a_place_knows_its_time_zone_and_names_the_session(api: Api) -> None:
    place = await api.ask("PUT", "places/home", HOME)
    assert place["time_zone"] == "Europe/Berlin"
    assert (await api.charge())["place"] == "home"
    assert (await api.ask("DELETE", "places/home"))["items"] == []
    assert (await api.charge())["place"] is None


async def test_a_place_can_be_where_a_car_is(api: Api) -> None:
    place = await api.ask("PUT", "places/garage", {"at": VIN, "radius_m": 50})
    assert (place["latitude_deg"], place["longitude_deg"]) == (48.1771, 11.5591)


async def test_a_meter_measures_what_came_out_of_the_grid(api: Api) -> None:
    taken = await api.meter(("17:00", 100.0), ("18:00", 100.0), ("20:00", 122.0), ("22:00", 134.0), ("23:00", 134.0))
    assert taken == {"new": 5, "repeated": 0, "refused": []}
    session = await api.charge()
    assert (session["energy_grid_kwh"], session["sources"]) == (34.0, {"energy_grid_kwh": "meter"})
    assert session["how"]["energy_grid_kwh"] == "measured"
    assert session["losses_kwh"] == pytest.approx(3.6)
    assert session["band"]["losses_kwh"] == session["band"]["energy_battery_kwh"], "a meter is not off"
    assert session["meter"] == {"name": "box", "energy_kwh": 34.0, "refused": None}
    [meter] = (await api.ask("GET", "meters"))["items"]
    assert (meter["readings"], meter["last_kwh"]) == (5, 134.0)


@pytest.mark.parametrize(
    ("counted", "reason"),
    [
        ((("18:00", 100.0), ("20:00", 90.0), ("22:00", 134.0)), "the counter runs backwards"),
        ((("18:00", 100.0), ("22:00", 120.0)), "the battery took 30.4 kWh, which is more"),
        ((("18:00", 100.0), ("22:00", 190.0)), "the battery took 30.4 kWh: the meter counted something else as well"),
    ],
)
async def test_a_meter_that_cannot_be_right_is_refused_with_the_reason(
    api: Api, counted: tuple[tuple[str, float], ...], reason: str
) -> None:
    await api.meter(*counted)
    session = await api.charge()
    assert session["meter"]["refused"] == reason
    assert (session["sources"], session["how"]["energy_grid_kwh"]) == ({}, "derived")


async def test_a_meter_that_was_not_read_around_the_charge_tells_nothing(api: Api) -> None:
    await api.meter(("18:00", 100.0), ("20:00", 122.0))
    assert (await api.charge())["meter"] is None


async def test_of_several_meters_the_one_holds_that_counted_this_charge_alone(api: Api) -> None:
    await api.meter(("18:00", 100.0), ("22:00", 150.0), name="a house")
    await api.meter(("18:00", 7.0), ("22:00", 41.0), name="box")
    await api.meter(("18:00", 3.0), ("22:00", 3.0), name="other box")
    await api.meter(("18:00", 9.0), name="unread")
    session = await api.charge()
    assert session["meter"] == {"name": "box", "energy_kwh": 34.0, "refused": None}
    await api.ask("DELETE", "meters/box")
    await api.ask("DELETE", "meters/a house")
    assert (await api.charge())["meter"]["refused"] == "the battery took 30.4 kWh, which is more"


async def test_a_meter_that_is_read_every_two_seconds_counts(api: Api) -> None:
    since_ms, until_ms = at("12:30"), at("23:00")
    step = 34.0 / (3 * 1_800)
    items = [
        {"measured_at": format_time(at_ms), "energy_kwh": round(50.0 + step * number, 6)}
        for number, at_ms in enumerate(range(since_ms, until_ms, 2_000))
    ]
    await api.meter(("12:00", 50.0), name="quick")
    for begin in range(0, len(items), 5_000):
        taken = await api.ask("POST", "meters/quick/readings", {"items": items[begin : begin + 5_000]})
        assert taken["refused"] == []
    session = await api.charge()
    assert session["energy_grid_kwh"] == pytest.approx(34, abs=0.1)
    assert session["sources"] == {"energy_grid_kwh": "meter"}


async def test_what_a_meter_counted_is_erased_when_that_is_wished(api: Api) -> None:
    await api.meter(("18:00", 100.0), ("22:00", 134.0))
    await api.meter(("18:00", 1.0), name="box 2")
    await api.ask("DELETE", "meters/box")
    await api.ask("PUT", "meters/box", {"place": "home"})
    meters = (await api.ask("GET", "meters"))["items"]
    assert [meter["readings"] for meter in meters] == [2, 1], "a meter that is only removed leaves what it counted"
    assert [meter["name"] for meter in (await api.ask("DELETE", "meters/box?readings=true"))["items"]] == ["box 2"]
    assert (await api.charge())["meter"] is None
    await api.ask("PUT", "meters/box", {"place": "home"})
    meters = (await api.ask("GET", "meters"))["items"]
    assert [(meter["name"], meter["readings"]) for meter in meters] == [("box", 0), ("box 2", 1)]
    await api.ask("DELETE", "meters/box 2")
    assert "error" not in await api.ask("DELETE", "meters/box 2?readings=true"), "also of one removed before"
    assert (await api.ask("DELETE", "meters/box 2?readings=true"))["error"]["kind"] == "not_found"
    assert len((await api.ask("GET", "vehicles"))["items"]) == 1


async def test_a_meter_is_no_vehicle_and_counts_only_at_its_place(api: Api) -> None:
    await api.meter(("18:00", 100.0), ("22:00", 134.0))
    assert [car["vin"] for car in (await api.ask("GET", "vehicles"))["items"]] == [VIN]
    await api.ask("PUT", "places/far", {"at": "50.0,10.0", "radius_m": 100})
    await api.ask("PUT", "meters/box", {"place": "far"})
    assert (await api.charge())["meter"] is None


async def test_what_does_not_exist_or_makes_no_sense_is_refused(api: Api) -> None:
    assert (await api.ask("PUT", "meters/box", {"place": "nowhere"}))["error"]["kind"] == "not_found"
    readings = {"items": [{"measured_at": "2026-01-01T00:00:00Z", "energy_kwh": 1}]}
    assert (await api.ask("POST", "meters/none/readings", readings))["error"]["kind"] == "not_found"
    for body in ({"at": "x,y", "radius_m": 50}, {"at": "48,11", "radius_m": 1}, {"at": "95,11", "radius_m": 50}):
        assert "error" in await api.ask("PUT", "places/home", body)
    assert (await api.ask("DELETE", "places/none"))["error"]["kind"] == "not_found"
