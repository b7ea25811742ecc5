"""Every known field and word of the MyBMW app's requests, as the SDK sends it through the emulator's door."""

import json
import re
from collections import defaultdict
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack
from datetime import date
from typing import Any
from urllib.parse import parse_qsl

import msgspec
import pytest
from aiohttp import ClientSession
from tests.bmw.conftest import HastyClock, MemoryTokens
from tests.families.conftest import BEV, PHEV, Scene
from tests.families.test_requests_on_the_wire import POI, to_its_end
from tools.families.app_requests import APP_REQUESTS
from tools.families.requests import NOT_SENT, Place, RequestFacts

from bimmerhub.bmw.mybmw import App, BmwLogin, ChargingSettingsOrder, Endpoints, MyBmw, Vehicle
from bimmerhub.bmw.mybmw.charging_models import read_profile_order
from bimmerhub.bmw.mybmw.endpoints import Generation
from bimmerhub.bmw.mybmw.words import ImageView
from bimmerhub.emulator.host.door import Exchange

pytestmark = pytest.mark.slow
MONTH = date(2026, 7, 1)


@pytest.fixture
async def older_apps(scene: Scene, session: ClientSession) -> AsyncIterator[list[MyBmw]]:
    """The SDK as apps of 2022 and 2023 asked."""
    info = scene.emulator.info
    login = BmwLogin(username=info.user, password=info.password)
    app = App(subscription_key="any", version="4.9.2(36892)", build="AP2A.240605.024")
    async with AsyncExitStack() as stack:
        apps = []
        for generation in (Generation.V2, Generation.V4):
            endpoints = Endpoints(api_url=info.base_url, app=app, generation=generation)
            clock = HastyClock(scene.emulator.clock)
            client = MyBmw(tokens=MemoryTokens(), endpoints=endpoints, session=session, clock=clock)
            apps.append(await stack.enter_async_context(client))
            await client.sign_in(login, captcha=f"solved for {generation}")
        yield apps


async def command(car: Vehicle) -> None:
    """Send every command that a car takes."""
    for life in (car.lock, car.unlock, car.flash_lights, car.blow_horn, car.find, car.start_climate, car.stop_climate):
        await to_its_end(life(force=True))
    await to_its_end(car.charge_now(force=True))
    await to_its_end(car.send_poi(POI))


async def plan(scene: Scene, car: Vehicle) -> None:
    """Write the charging profile with each of its words."""
    profile = await car.fetch_charging_profile()
    for kind, preference, action in (
        ("CHARGING_IMMEDIATELY", "NO_PRESELECTION", "ACTIVATE"),
        ("TIME_SLOT", "CHARGING_WINDOW", "DEACTIVATE"),
    ):
        document: Any = msgspec.to_builtins(profile)
        document["chargingMode"] |= {"type": kind, "chargingPreference": preference}
        document["isPreconditionForDepartureActive"] = action == "ACTIVATE"
        for timer in document["departureTimer"]["weeklyTimers"]:
            timer |= {"timerAction": action, "daysOfTheWeek": ["MONDAY"]}
        await to_its_end(car.set_charging_profile(read_profile_order(json.dumps(document)), force=True))
        scene.emulator.clock.jump(by_ms=60_000)


async def ask_about(car: Vehicle) -> None:
    """Ask what the app asks of a car."""
    for view in ImageView:
        await car.fetch_image(view=view)
    await car.fetch_charging_statistics(on=MONTH)
    await car.fetch_session_page(month=MONTH)
    await car.fetch_session_page(month=MONTH, next_token="1")
    await car.call("charging-sessions-v2", with_date_picker=True)
    for has_settings in (True, False):
        await car.call("charging-plan", has_settings=has_settings)
        await car.call("charging-settings", has_settings=has_settings)
    for operation in ("charging-report", "trips", "recalls", "demands"):
        await car.call(operation)


async def ask_all(scene: Scene, older: list[MyBmw]) -> None:
    """Send everything that the SDK can send."""
    vehicles = {car.vin: car for car in await scene.app.fetch_vehicles()}
    await scene.app.fetch_v1_vehicles()
    car = vehicles[BEV]
    await car.fetch_state()
    await ask_about(car)
    await command(car)
    taken = json.loads(await car.call("command-v4", service="vehicle-finder"))
    await car.fetch_position(taken["eventId"], near=(50.5, 6.25))
    for is_active in (True, False):
        order = ChargingSettingsOrder(
            target_percent=80, ac_limit_a=16, is_unlock_cable_active=is_active, dc_loudness="UNLIMITED_LOUD"
        )
        await to_its_end(car.set_charging_settings(order, force=True))
    for vin in (BEV, PHEV):
        await plan(scene, vehicles[vin])
    for app in older:
        old = await app.fetch_vehicle(BEV)
        await command(old)
        for view in ImageView:
            await old.fetch_image(view=view)


def sent_as(facts: RequestFacts, exchanges: list[Exchange]) -> dict[str, set[str]]:
    """Return the values of each field that was sent with a request, by place and path; of headers the known ones."""
    pattern = re.compile(re.sub(r"\\{(\w+)\\}", r"(?P<\1>[^/]+)", re.escape(facts.path)) + "/?")
    headers = {field.path for field in facts.fields if field.place is Place.HEADER}
    sent: dict[str, set[str]] = defaultdict(set)
    for exchange in exchanges:
        match = pattern.fullmatch(exchange.path)
        is_event = match is not None and match.groupdict().get("service", "").startswith("event")
        if match is None or exchange.method != facts.method or is_event:
            continue
        told = [(Place.PATH, name, value) for name, value in match.groupdict().items() if name != "vin"]
        told += [(Place.QUERY, name, value) for name, value in parse_qsl(exchange.query)]
        told += [(Place.HEADER, name, value) for name, value in exchange.headers.items() if name in headers]
        body = json.loads(exchange.request_body or b"{}")
        told += [(Place.JSON, name, value) for name, value in leaves(body, "")]
        for place, name, value in told:
            sent[f"{place} {name}"].add(value)
    return sent


def leaves(value: Any, path: str) -> Iterator[tuple[str, str]]:
    """Yield path and text of each value of a JSON document; those of a list of objects together."""
    if isinstance(value, dict):
        for name, inner in value.items():
            yield from leaves(inner, f"{path}.{name}".lstrip("."))
    elif isinstance(value, list) and value and isinstance(value[0], dict):
        for inner in value:
            yield from leaves(inner, f"{path}[]")
    else:
        yield path, value if isinstance(value, str) else json.dumps(value)


async def test_each_field_and_word_goes_over_the_wire(scene: Scene, older_apps: list[MyBmw]) -> None:
    await ask_all(scene, older_apps)
    wrong: dict[str, Any] = {}
    for facts in APP_REQUESTS:
        sent = sent_as(facts, scene.door.exchanges)
        fields = {f"{field.place} {field.path}": field for field in facts.fields if field.sent_by != NOT_SENT}
        unsaid = {
            f"{name} {word}" for name, field in fields.items() for word in set(field.words) - sent.get(name, set())
        }
        if sent.keys() != fields.keys() or unsaid:
            wrong[facts.name] = sent.keys() ^ fields.keys(), unsaid
    assert wrong == {}


async def test_values_are_those_that_were_given(scene: Scene, older_apps: list[MyBmw]) -> None:
    await ask_all(scene, older_apps)
    sent = {facts.name: sent_as(facts, scene.door.exchanges) for facts in APP_REQUESTS}
    position = sent["event-position-v4"]
    assert (position["header latitude"], position["header longitude"]) == ({"50.5"}, {"6.25"})
    settings = sent["set-charging-settings"]
    assert (settings["JSON chargingTarget"], settings["JSON acLimitValue"]) == ({"80"}, {"16"})
    assert "2026-07-01T00:00:00.000Z" in sent["charging-sessions-v2"]["query date"]
    assert sent["charging-statistics-v2"]["query currentDate"] == {"2026-07-01T00:00:00.000Z"}
    v2 = {name.removeprefix("JSON places[]."): values for name, values in sent["send-to-car-v2"].items()}
    assert (v2["position.lat"], v2["position.lng"], v2["title"]) == ({"50.5"}, {"6.25"}, {"Station"})
    assert (v2["address.street"], v2["address.postalCode"]) == ({"Ring 1"}, {"52062"})
    assert (v2["address.city"], v2["address.country"]) == ({"Aachen"}, {"Germany"})
    v1 = {name.removeprefix("JSON location."): values for name, values in sent["send-to-car-v1"].items()}
    assert (v1["coordinates.latitude"], v1["coordinates.longitude"]) == ({"50.5"}, {"6.25"})
    assert (v1["name"], v1["locationAddress.city"]) == ({"Station"}, {"Aachen"})
    ids = sent["state-v4"]
    assert ids["header x-correlation-id"] == ids["header bmw-correlation-id"]
    assert ids["header bmw-vin"] >= {BEV}


async def test_emulator_takes_what_only_other_clients_sent(scene: Scene, session: ClientSession) -> None:
    await scene.app.fetch_vehicles()
    own = {name: scene.door.exchanges[-1].headers[name] for name in ("authorization", "x-user-agent")}
    for facts in APP_REQUESTS:
        extra = [field for field in facts.fields if field.sent_by == NOT_SENT]
        if not extra:
            continue
        path = facts.path.replace("{vin}", BEV).replace("{service}", "light-flash")
        query = {field.path: "1" for field in extra if field.place is Place.QUERY} | {"vin": BEV}
        headers = {field.path: "false" for field in extra if field.place is Place.HEADER} | {"bmw-vin": BEV}
        url = scene.emulator.info.base_url + path
        async with session.request(facts.method, url, params=query, headers={**own, **headers}) as answer:
            assert answer.status == 200, (facts.name, await answer.text())
        scene.emulator.clock.jump(by_ms=60_000)
