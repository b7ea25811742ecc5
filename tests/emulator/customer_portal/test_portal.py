"""The portal, driven as a browser without JavaScript would, and what follows from it for programs."""

import re
import ssl
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import aiohttp
import aiomqtt
import pytest

from bimmerhub.emulator.app import Emulator
from bimmerhub.emulator.cardata.catalogue import streamable_keys
from bimmerhub.emulator.settings import EmulatedAccount, EmulatorSettings

if TYPE_CHECKING:
    from tests.emulator.conftest import Program

VIN = "WBY00000000E00001"
OTHER_VIN = "WBX00000000H00002"
CARDATA = f"/mybmw/vehicles/{VIN}/cardata"
TICKS = f"/mybmw/vehicles/{VIN}/stream"
LOCK = "vehicle.cabin.door.status"
DELAY_MS = 60_000
PORTAL_NAMES = [
    "BMW ConnectedDrive",
    "MINI Connected",
    "Toyota Supra Connect",
    "Rolls-Royce Connected",
    "My BMW Motorrad",
]


class Owner:
    """Someone with a browser, signed in to the portal."""

    def __init__(self, program: "Program") -> None:
        self.program = program
        self.status, self.text = 0, ""

    async def get(self, path: str) -> str:
        return await self._send("GET", path)

    async def post(self, path: str, **fields: Any) -> str:
        return await self._send("POST", path, data={"csrf": self.csrf, **fields})

    async def press(self, action: str) -> str:
        await self.get(CARDATA)
        return await self.post(CARDATA, action=action)

    async def sign_in(self, password: str = "emulator") -> str:
        return await self._send("POST", "/mybmw/sign-in", data={"user": "anna@example.com", "password": password})

    @property
    def csrf(self) -> str:
        return self._find(r'name="csrf" value="([^"]+)"')

    @property
    def client_id(self) -> str:
        return self._find(r'id="client-id">([^<]+)<')

    def _find(self, pattern: str) -> str:
        match = re.search(pattern, self.text)
        return match[1] if match else ""

    async def _send(self, method: str, path: str, **options: Any) -> str:
        url = self.program.emulator.info.base_url + path
        async with self.program.session.request(method, url, **options) as response:
            self.status, self.text = response.status, await response.text()
        return self.text


def stream_client(program: "Program") -> aiomqtt.Client:
    info = program.emulator.info
    tls = ssl.create_default_context(cafile=info.ca_file)
    login = {"username": info.gcid, "password": program.tokens["id_token"]}
    return aiomqtt.Client(info.mqtt_host, info.mqtt_port, tls_context=tls, timeout=5, **login)


@pytest.fixture
async def owner(program: "Program") -> AsyncIterator[Owner]:
    async with aiohttp.ClientSession(
        cookie_jar=aiohttp.CookieJar(unsafe=True)
    ) as browser:  # unsafe: takes IP addresses
        signed_in = Owner(replace(program, session=browser))
        await signed_in.sign_in()
        yield signed_in


@pytest.fixture
async def new_client(owner: Owner) -> str:
    """A client that was made in place of the built-in one; it has no service yet."""
    await owner.press("delete")
    owner.program.emulator.clock.jump(by_ms=2 * DELAY_MS)
    await owner.press("create")
    owner.program.emulator.clock.jump(by_ms=DELAY_MS)
    return owner.client_id


async def test_portal_is_named_by_brand(
    make_settings: Callable[..., EmulatorSettings], program_of: "Callable[[Emulator], Program]"
) -> None:
    account = EmulatedAccount(models=("bev", "ice", "supra", "spectre", "motorcycle"))
    browser = aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True))
    async with Emulator(make_settings(accounts=(account,))) as emulator, browser:
        overview = await Owner(replace(program_of(emulator), session=browser)).sign_in()
    assert [name for name in PORTAL_NAMES if name in overview] == PORTAL_NAMES


async def test_wrong_password_opens_nothing(program: "Program") -> None:
    stranger = Owner(program)
    assert "User or password are not right" in await stranger.sign_in("wrong")
    assert 'name="password"' in await stranger.get(CARDATA)


async def test_overview_has_the_vehicles(owner: Owner) -> None:
    overview = await owner.get("/mybmw")
    assert all(car.vin in overview for car in owner.program.emulator.info.vehicles)
    assert "This is an emulator, not BMW" in overview
    assert "Not affiliated with BMW AG" in overview


async def test_form_of_another_site_is_refused(owner: Owner) -> None:
    await owner.get(CARDATA)
    await owner.post(CARDATA, action="delete", csrf="guessed")
    assert owner.status == 400
    assert (await owner.program.ask_code()).status == 200


async def test_cookie_is_kept_from_scripts_and_other_sites(program: "Program") -> None:
    url, form = f"{program.emulator.info.base_url}/mybmw/sign-in", {"user": "anna@example.com", "password": "emulator"}
    async with program.session.post(url, data=form, allow_redirects=False) as response:
        cookie = response.headers["Set-Cookie"]
    assert {"HttpOnly", "SameSite=strict", "Path=/mybmw"} <= set(cookie.split("; "))


async def test_client_id_is_shown_once(owner: Owner, new_client: str) -> None:
    assert re.fullmatch(r"[0-9a-f-]{36}", new_client)
    assert new_client not in await owner.get(CARDATA)
    assert owner.program.client_id == new_client
    assert "already" in await owner.press("create")


async def test_toggle_pressed_too_soon_shows_an_error(owner: Owner, new_client: str) -> None:
    await owner.press("subscribe-api")
    assert "Something went wrong" in await owner.press("subscribe-stream")
    assert owner.status == 400
    owner.program.emulator.clock.jump(by_ms=DELAY_MS)
    await owner.press("subscribe-stream")
    assert (owner.status, new_client in owner.text) == (200, False)


async def test_deleted_client_is_in_the_way_for_a_while(owner: Owner) -> None:
    old = owner.program.client_id
    await owner.press("delete")
    assert (await owner.program.ask_code(client_id=old)).refusal == (400, "invalid_request")
    assert (await owner.program.poll("code", client_id=old)).refusal == (401, "invalid_client")
    assert "Something went wrong" in await owner.press("create")


@pytest.mark.usefixtures("new_client")
async def test_sign_in_before_the_service_counts_burns_the_code(owner: Owner) -> None:
    program = owner.program
    assert (await program.ask_code()).refusal == (400, "invalid_request")
    await owner.press("subscribe-api")
    code = (await program.ask_code()).body
    await program.control("sign-in", user_code=code["user_code"])
    assert (await program.poll(code["device_code"])).status == 500
    program.emulator.clock.jump(by_ms=DELAY_MS)
    assert (await program.poll(code["device_code"])).refusal == (403, "access_denied")
    assert (await program.sign_in())["scope"] == "authenticate_user openid cardata:api:read"


@pytest.mark.usefixtures("new_client")
async def test_new_service_counts_for_new_sign_ins_only(owner: Owner) -> None:
    program = owner.program
    for action in ("subscribe-api", "sign in", "subscribe-stream"):
        await (program.sign_in() if action == "sign in" else owner.press(action))
        program.emulator.clock.jump(by_ms=DELAY_MS)
    program.tokens = (await program.refresh()).body
    assert "cardata:streaming:read" not in program.tokens["scope"]
    assert "cardata:streaming:read" in (await program.sign_in())["scope"]


async def test_unsubscribing_kills_the_refresh_token(owner: Owner) -> None:
    await owner.program.sign_in()
    await owner.press("unsubscribe-api")
    assert (await owner.program.refresh()).refusal == (400, "invalid_request")
    assert (await owner.program.sign_in())["scope"] == "authenticate_user openid cardata:streaming:read"


async def test_last_service_withdrawn_denies_the_poll(owner: Owner) -> None:
    program = owner.program
    await owner.press("unsubscribe-api")
    code = (await program.ask_code()).body
    await program.control("sign-in", user_code=code["user_code"])
    program.emulator.clock.jump(by_ms=DELAY_MS)
    await owner.press("unsubscribe-stream")
    assert (await program.poll(code["device_code"])).refusal == (403, "access_denied")


async def test_authenticate_device_consumes_the_sign_in(owner: Owner) -> None:
    program = owner.program
    code = (await program.ask_code()).body
    assert "1 sign-ins under way are denied" in await owner.press("authenticate")
    assert (await program.control("sign-in", user_code=code["user_code"])).status == 404
    assert (await program.poll(code["device_code"])).refusal == (403, "access_denied")


@pytest.mark.usefixtures("new_client")
async def test_stream_is_told_where_it_is_once_it_is_configured(owner: Owner) -> None:
    info = owner.program.emulator.info
    assert "Subscribe to CarData Stream first" in await owner.get(CARDATA)
    await owner.press("subscribe-stream")
    assert ("not configured" in owner.text, info.gcid in owner.text) == (True, False)
    await owner.get(TICKS)
    page = await owner.post(TICKS, do="save", key=LOCK)
    assert all(text in page for text in ("ready", "1 descriptors", info.mqtt_host, str(info.mqtt_port), VIN, info.gcid))


async def test_search_shows_what_fits_and_saving_changes_only_that(owner: Owner) -> None:
    page = await owner.get(TICKS + "?q=door+STATUS")
    shown = set(re.findall(r'name="key" value="([^"]+)" checked', page))
    assert shown == {key for key in streamable_keys() if "door" in key and "status" in key.casefold()}
    await owner.post(TICKS, do="none", q="door STATUS")
    ticks = owner.program.emulator.portal.ticks
    gcid = owner.program.emulator.info.gcid
    vins = [car.vin for car in owner.program.emulator.info.vehicles]
    assert ticks.of_car(gcid, vins[0]) == streamable_keys() - shown
    assert ticks.of_car(gcid, vins[1]) == streamable_keys()


async def test_there_are_as_many_streamable_keys_as_in_the_catalogue(owner: Owner) -> None:
    assert len(streamable_keys()) == 245
    voice = owner.program.emulator.voice
    sent = {message.descriptor for message in voice.advance(voice.garage.now_ms + 3 * 86_400_000)}
    assert sent <= streamable_keys()


async def test_only_ticked_descriptors_are_streamed(owner: Owner) -> None:
    program = owner.program
    await owner.get(TICKS)
    await owner.post(TICKS, do="save", key=LOCK)
    await program.sign_in()
    async with stream_client(program) as stream:
        await stream.subscribe(f"{program.emulator.info.gcid}/{VIN}", qos=1)
        await program.control(f"vehicles/{VIN}/commands", name="unlock")
        await program.control("clock", jump_ms=86_400_000 // 48)
        payloads = [await anext(stream.messages)]
        while len(stream.messages):
            payloads.append(await anext(stream.messages))
    assert all(LOCK in str(message.payload) for message in payloads)


@pytest.mark.usefixtures("new_client")
async def test_account_without_a_stream_cannot_subscribe(owner: Owner) -> None:
    program = owner.program
    await owner.press("subscribe-stream")
    program.emulator.clock.jump(by_ms=DELAY_MS)
    await program.sign_in()
    async with stream_client(program) as stream:
        granted = await stream.subscribe(f"{program.emulator.info.gcid}/+", qos=1)
    assert [str(code) for code in granted] == ["Unspecified error"]


async def test_reset_leaves_nothing(owner: Owner) -> None:
    program = owner.program
    await program.sign_in()
    await program.call("POST", "/containers", json={"technicalDescriptors": [LOCK]})
    await owner.press("reset")
    assert (await program.call("GET", "/containers")).cardata_refusal == (401, "CU-101")
    assert program.emulator.containers.of_account(program.emulator.info.gcid) == []
    assert not program.emulator.portal.has_stream(program.emulator.info.gcid)


async def test_what_was_done_survives_a_restart(
    tmp_path: Any, make_settings: Callable[..., EmulatorSettings], program_of: "Callable[[Emulator], Program]"
) -> None:
    async with Emulator(make_settings(data_dir=tmp_path)) as emulator:
        gcid, vin = emulator.info.gcid, emulator.info.vehicles[0].vin
        emulator.portal.configure_stream(gcid, vin, [LOCK], all_vins=[vin])
        emulator.portal.reset_cardata(gcid)
        emulator.clock.jump(by_ms=2 * DELAY_MS)
        made = emulator.portal.create_client(gcid).client_id
    async with Emulator(make_settings(data_dir=tmp_path)) as emulator:
        assert emulator.info.client_id == made
        assert not emulator.portal.is_ticked(gcid, vin, LOCK)
        await program_of(emulator).control("reset")
        assert (emulator.info.client_id != made, emulator.portal.is_ticked(gcid, vin, LOCK)) == (True, True)


async def test_page_of_a_car_that_is_not_there_says_so(owner: Owner) -> None:
    page = await owner.get("/mybmw/vehicles/WBA00000000000009/cardata")
    assert (owner.status, "no such vehicle" in page) == (400, True)
