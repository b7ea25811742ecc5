"""Every known field and word of the older families' requests, as the SDKs send it through the emulator's door."""

import json
import re
from base64 import b64encode
from collections import defaultdict
from collections.abc import AsyncIterator, Mapping
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qsl

import pytest
from aiohttp import ClientSession
from tests.families.conftest import BEV, PHEV, Scene
from tools.families.requests import NOT_SENT, REQUESTS, RequestFacts

from bimmerhub.bmw.car_commands.commands import CommandProgress
from bimmerhub.bmw.connecteddrive import remote_services
from bimmerhub.bmw.connecteddrive.words import RemoteCode
from bimmerhub.bmw.iremote import service_types
from bimmerhub.bmw.iremote.service_types import ServiceType
from bimmerhub.bmw.iremote.words import ImageView
from bimmerhub.domain.command_order import PointOfInterest, TextMessage
from bimmerhub.emulator.host.door import Exchange
from bimmerhub.errors import BimmerhubError

pytestmark = pytest.mark.slow
Sent = Mapping[str, set[str]]
POI = PointOfInterest(
    latitude_deg=50.5,
    longitude_deg=6.25,
    name="Station",
    additional_info="Gate 2",
    street="Ring 1",
    city="Aachen",
    postal_code="52062",
    country="Germany",
    website="https://station.example",
    phone_numbers=("+49 241 1",),
)


async def to_its_end(life: AsyncIterator[CommandProgress]) -> None:
    with suppress(BimmerhubError):  # what a car refuses was sent all the same
        async for _ in life:
            pass


async def ask_all(scene: Scene) -> None:
    """Send everything that the SDKs can send."""
    car, hybrid = [await scene.iremote.fetch_vehicle(vin) for vin in (BEV, PHEV)]
    await car.fetch_status(near=(50.5, 6.25))
    await car.fetch_range_map()
    for view in ImageView:
        await car.fetch_image(view=view, width_px=40, height_px=30)
    for service in ServiceType:
        await to_its_end(car.execute(service_types.plain(service), force=True))
    await to_its_end(car.unlock(secret_answer="Rex"))
    await to_its_end(car.flash_lights(count=3))
    for vehicle in (car, hybrid):
        await to_its_end(vehicle.set_charging_profile(await vehicle.fetch_charging_profile()))
    await to_its_end(car.execute(service_types.set_climate_timers(await car.fetch_charging_profile())))
    await to_its_end(car.send_poi(POI))
    await to_its_end(car.send_message(TextMessage(subject="Hello", text="Milk")))
    car_at_portal, hybrid_at_portal = [await scene.portal.fetch_vehicle(vin) for vin in (BEV, PHEV)]
    await car_at_portal.fetch_dynamic(offset_min=-120)
    await car_at_portal.fetch_images(start_deg=20, step_deg=90, width_px=300)
    for code in RemoteCode:
        scene.emulator.clock.jump(by_ms=60_000)
        await to_its_end(car_at_portal.execute(remote_services.plain(code), force=True))
    for at_portal in (car_at_portal, hybrid_at_portal):
        scene.emulator.clock.jump(by_ms=60_000)
        await to_its_end(at_portal.set_charging_profile(await at_portal.fetch_charging_profile()))
    await to_its_end(car_at_portal.send_message(TextMessage(subject="Hello", text="Milk")))
    await scene.portal.rest.add_feed(url="https://news.example/feed", title="News")
    await scene.portal.rest.fetch_mapping()


def sent_as(facts: RequestFacts, exchanges: list[Exchange]) -> Sent:
    """Return the values of each field that was sent with a request, by its path."""
    pattern = re.compile(re.sub(r"\\{(\w+)\\}", r"(?P<\1>[^/]+)", re.escape(facts.path)) + "/?")
    sent: dict[str, set[str]] = defaultdict(set)
    for exchange in exchanges:
        match = pattern.fullmatch(exchange.path)
        if match is None or exchange.method != facts.method:
            continue
        for path, value in fields_of(exchange, match.groupdict()):
            known = next((field.path for field in facts.fields if f"{path}.".startswith(f"{field.path}.")), path)
            sent[known].add(value)
    sent.pop("vin", None)
    return sent


def fields_of(exchange: Exchange, in_path: Mapping[str, str]) -> list[tuple[str, str]]:
    """Return path and value of everything that a request says; JSON inside a form is taken apart."""
    body = exchange.request_body.decode()
    form = [] if body.startswith("{") else parse_qsl(body)
    fields: list[tuple[str, str]] = [*in_path.items(), *parse_qsl(exchange.query)]
    for name, value in form:
        fields += flatten(json.loads(value), name) if value.startswith("{") else [(name, value)]
    return fields + (flatten(json.loads(body), "") if body.startswith("{") else [])


def flatten(value: Any, path: str) -> list[tuple[str, str]]:
    if not isinstance(value, dict):
        return [(path, value if isinstance(value, str) else json.dumps(value))]
    return [pair for name, inner in value.items() for pair in flatten(inner, f"{path}.{name}".lstrip("."))]


async def test_each_field_and_word_goes_over_the_wire(scene: Scene) -> None:
    await ask_all(scene)
    wrong: dict[str, Any] = {}
    for facts in REQUESTS:
        sent = sent_as(facts, scene.door.exchanges)
        expected = {field.path for field in facts.fields if field.sent_by != NOT_SENT}
        unsaid = {
            f"{field.path} {word}"
            for field in facts.fields
            if field.sent_by != NOT_SENT
            for word in set(field.words) - sent.get(field.path, set())
        }
        if sent.keys() != expected or unsaid:
            wrong[f"{facts.family} {facts.name}"] = sent.keys() ^ expected, unsaid
    assert wrong == {}


async def test_values_are_those_that_were_given(scene: Scene) -> None:
    await ask_all(scene)
    sent = {f"{facts.family} {facts.name}": sent_as(facts, scene.door.exchanges) for facts in REQUESTS}
    status = sent["iremote status"]
    assert (status["dlat"], status["dlon"]) == ({"50.5"}, {"6.25"})
    told = {datetime.fromisoformat(text).replace(tzinfo=UTC) for text in status["deviceTime"]}
    assert all(abs(at.timestamp() * 1000 - scene.emulator.clock.now_ms()) < 86_400_000 for at in told)
    assert (sent["iremote image"]["width"], sent["iremote image"]["height"]) == ({"40"}, {"30"})
    service = sent["iremote executeService"]
    assert (service["bmwSkAnswer"], service["count"]) == ({"Rex"}, {"3"})
    poi = {path.removeprefix("data.poi."): values for path, values in sent["iremote sendpoi"].items()}
    assert (poi["lat"], poi["lon"], poi["rating"]) == ({"50.5"}, {"6.25"}, {"-1"})
    assert (poi["name"], poi["additionalInfo"]) == ({"Station", "Hello"}, {"Gate 2", "Milk"})
    assert (poi["street"], poi["city"], poi["postalCode"]) == ({"Ring 1"}, {"Aachen"}, {"52062"})
    assert (poi["country"], poi["website"]) == ({"Germany"}, {"https://station.example"})
    assert poi["phoneNumbers"] == {'["+49 241 1"]'}
    assert sent["connecteddrive dynamic"]["offset"] >= {"-120"}
    image = sent["connecteddrive image"]
    assert (image["startAngle"], image["stepAngle"], image["width"]) == ({"20"}, {"90"}, {"300"})
    message = sent["connecteddrive myinfo"]
    assert (message["vins"], message["message"], message["subject"]) == ({f'["{BEV}"]'}, {"Milk"}, {"Hello"})
    feed = sent["connecteddrive feed"]
    assert (feed["url"], feed["title"]) == ({"https://news.example/feed"}, {"News"})


RSAPI_BODIES: tuple[tuple[str, Mapping[str, object]], ...] = (
    ("RDL", {"clientId": 2, "doorControl": "LOCK"}),
    ("RDU", {"clientId": 2, "doorSelection": "COMPLETE"}),
    ("RCN", {"rcnAction": "START"}),
    ("RCN", {"rcnAction": "STOP"}),
    ("RLF", {"number": 2, "pause": 1, "duration": 1}),
    ("RHB", {"number": 2, "pause": 1, "duration": 1}),
    ("RCT", {}),
)


async def test_emulator_takes_what_only_other_clients_sent(scene: Scene, session: ClientSession) -> None:
    """The fields that the SDKs do not send: an app of 2020 did."""
    base_url = scene.emulator.info.base_url
    form = {"grant_type": "password", "username": scene.emulator.info.user, "password": scene.emulator.info.password}
    family = scene.emulator.info.families["iremote"]
    key = b64encode(f"{family.client_id}:{family.client_secret}".encode()).decode()
    token_url, basic = f"{base_url}/gcdm/oauth/token", {"Authorization": f"Basic {key}"}
    async with session.post(token_url, data={**form, "scope": "vehicle_data"}, headers=basic) as answer:
        headers = {"Authorization": f"Bearer {(await answer.json())['access_token']}"}
    for code, body in RSAPI_BODIES:
        url = f"{base_url}/remoteservices/rsapi/v1/{BEV}/{code}"
        async with session.post(url, json=body, headers=headers) as answer:
            assert (answer.status, (await answer.json())["rsStatus"]) == (200, "INITIATED")
    async with session.get(f"{base_url}/api/me/vehicles/v2?all=true&brand=BM", headers=headers) as answer:
        assert len(await answer.json()) == 3
    not_sent = {
        (facts.name, field.path, word)
        for facts in REQUESTS
        for field in facts.fields
        if field.sent_by == NOT_SENT
        for word in field.words or ("",)
    }
    sent = {facts.name: sent_as(facts, scene.door.exchanges) for facts in REQUESTS if facts.name in {"rsapi", "cars"}}
    assert {(name, path) for name, path, _ in not_sent} == {(name, path) for name in sent for path in sent[name]}
    assert {item for item in not_sent if item[2] and item[2] not in sent[item[0]][item[1]]} == set()
