"""A service provider at the emulator: an owner consents, the provider sees that and no more, the owner withdraws."""

import asyncio
import json
import re
import ssl
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import aiohttp
import aiomqtt
import pytest
from tests.emulator.conftest import Program

from bimmerhub.emulator.app import Emulator
from bimmerhub.emulator.owners.emulated_accounts import (
    EmulatedAccount,
    Holder,
    ProviderClient,
    Service,
    WithdrawalAnswer,
)
from bimmerhub.ids import Gcid

if TYPE_CHECKING:
    from bimmerhub.emulator.settings import EmulatorSettings

SHOP = "cccccccc-bbbb-cccc-dddd-eeeeeeeeeeee"
BEN = Gcid("22222222-2222-3333-4444-555555555555")
ODOMETER = "vehicle.vehicle.travelledDistance"
LOCK = "vehicle.cabin.door.status"
HISTORY = "vehicle.powertrain.electric.battery.charging.history.sessionsList"
BEV, ICE = "WBY00000000E00001", "WMW00000000F00003"
WINDOW = {"from": "2026-07-01T00:00:00.000Z", "to": "2026-07-20T00:00:00.000Z"}
FIFTEEN_DAYS_MS = 15 * 86_400_000


class Shop(Program):
    """The program of a service provider, signed in for one owner at a time."""

    @property
    def client_id(self) -> str:
        return SHOP

    async def consent(self, account: str = "anna@example.com", **wish: Any) -> dict[str, Any]:
        code = (await self.ask_code()).body
        await self.control("sign-in", user_code=code["user_code"], account=account, **wish)
        self.tokens = (await self.poll(code["device_code"])).body
        return self.tokens

    async def make_container(self, *keys: str) -> str:
        body = {"name": "shop", "purpose": "service", "technicalDescriptors": list(keys)}
        container: str = (await self.call("POST", "/containers", json=body)).body["containerId"]
        return container

    async def telematic(self, vin: str, container: str) -> Any:
        answer = await self.call("GET", f"/vehicles/{vin}/telematicData", params={"containerId": container})
        return answer.body["telematicData"] if answer.status == 200 else answer.cardata_refusal

    async def vins(self) -> set[str]:
        return {car["vin"] for car in (await self.call("GET", "/vehicles/mappings")).body}


@pytest.fixture
async def cookies() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True)) as session:  # of a host by number too
        yield session


@pytest.fixture
def open_shop(make_settings: "Callable[..., EmulatorSettings]", session: aiohttp.ClientSession) -> Any:
    @asynccontextmanager
    async def opened(*, data_dir: Path | None = None, is_there: bool = True, **rules: Any) -> AsyncIterator[Shop]:
        shop = ProviderClient(
            **{"client_id": SHOP, "name": "Garage Miller", "purpose": "Service", "descriptors": (ODOMETER,), **rules}
        )
        accounts = (
            EmulatedAccount(models=("bev", "ice")),
            EmulatedAccount(user="ben@example.com", gcid=BEN, client_id=SHOP.replace("c", "b"), models=("phev",)),
        )
        providers = (shop,) if is_there else ()
        settings = make_settings(accounts=accounts, providers=providers, history_days=1, data_dir=data_dir)
        async with Emulator(settings) as emulator:
            yield Shop(emulator, session)

    return opened


async def test_provider_sees_what_container_and_consent_name(open_shop: Any) -> None:
    async with open_shop() as shop:
        await shop.consent()
        both = await shop.make_container(ODOMETER, LOCK)
        assert set(await shop.telematic(BEV, both)) == {ODOMETER}
        history = await shop.call("GET", f"/vehicles/{BEV}/chargingHistory", params=WINDOW)
        assert history.cardata_refusal == (403, "CU-403")


async def test_resource_that_the_consent_names_is_answered(open_shop: Any) -> None:
    async with open_shop(descriptors=(HISTORY,)) as shop:
        await shop.consent()
        assert (await shop.call("GET", f"/vehicles/{BEV}/chargingHistory", params=WINDOW)).status == 200
        assert (await shop.call("GET", f"/vehicles/{BEV}/image")).cardata_refusal == (403, "CU-403")


async def test_consent_to_one_car_is_to_no_other(open_shop: Any) -> None:
    async with open_shop() as shop:
        await shop.consent(vins=[ICE])
        container = await shop.make_container(ODOMETER)
        assert await shop.vins() == {ICE}
        assert await shop.telematic(BEV, container) == (403, "CU-104")
        assert set(await shop.telematic(ICE, container)) == {ODOMETER}


async def test_containers_are_apart_from_the_owners_and_from_another_owners(open_shop: Any) -> None:
    async with open_shop() as shop:
        own = Program(shop.emulator, shop.session)
        await own.sign_in()
        theirs = (await own.call("POST", "/containers", json={"technicalDescriptors": [LOCK]})).body["containerId"]
        await shop.consent()
        ours = await shop.make_container(ODOMETER)
        assert await shop.telematic(BEV, theirs) == (403, "CU-105")
        assert [one["containerId"] for one in (await own.call("GET", "/containers")).body["containers"]] == [theirs]
        await shop.consent("ben@example.com")
        [car] = await shop.vins()
        assert await shop.telematic(car, ours) == (403, "CU-105")


async def test_one_container_for_every_owner_by_a_switch(open_shop: Any) -> None:
    async with open_shop(containers_of=Holder.PROVIDER) as shop:
        await shop.consent()
        container = await shop.make_container(ODOMETER)
        await shop.consent("ben@example.com")
        [car] = await shop.vins()
        assert set(await shop.telematic(car, container)) == {ODOMETER}


@pytest.mark.parametrize(("calls_of", "left"), [(Holder.OWNER, "CU-429"), (Holder.PROVIDER, None)])
async def test_calls_are_the_owners_or_the_providers_own_by_a_switch(
    open_shop: Any, calls_of: Holder, left: str | None
) -> None:
    async with open_shop(calls_of=calls_of) as shop:
        await shop.consent()
        await shop.control("quota", spent=50)
        answer = await shop.call("GET", "/vehicles/mappings")
        assert (answer.body["exveErrorId"] if answer.status != 200 else None) == left


async def test_withdrawn_consent_ends_the_tokens(open_shop: Any) -> None:
    async with open_shop() as shop:
        tokens = await shop.consent()
        await shop.consent("ben@example.com")
        bens, shop.tokens = shop.tokens, tokens
        await shop.control("consents/withdraw", account="anna@example.com", client_id=SHOP)
        assert (await shop.call("GET", "/vehicles/mappings")).cardata_refusal == (401, "CU-101")
        assert (await shop.refresh()).refusal == (400, "invalid_request")
        shop.tokens = bens
        assert len(await shop.vins()) == 1


@pytest.mark.parametrize(
    ("answer", "mappings", "code"),
    [(WithdrawalAnswer.CARS, set(), "CU-104"), (WithdrawalAnswer.CONTAINERS, {BEV, ICE}, "CU-105")],
)
async def test_withdrawal_is_answered_otherwise_by_a_switch(
    open_shop: Any, answer: WithdrawalAnswer, mappings: set[str], code: str
) -> None:
    async with open_shop(withdrawn_answer=answer) as shop:
        await shop.consent()
        container = await shop.make_container(ODOMETER)
        await shop.control("consents/withdraw", account="anna@example.com", client_id=SHOP)
        assert await shop.vins() == mappings
        assert await shop.telematic(BEV, container) == (403, code)
        assert (await shop.refresh()).status == 200


async def test_consent_again_gives_all_back(open_shop: Any) -> None:
    async with open_shop() as shop:
        await shop.consent(vins=[ICE])
        await shop.control("consents/withdraw", account="anna@example.com", client_id=SHOP)
        await shop.consent()
        assert await shop.vins() == {BEV, ICE}


async def test_consent_outlives_a_restart_but_not_the_provider(open_shop: Any, tmp_path: Path) -> None:
    async with open_shop(data_dir=tmp_path) as shop:
        tokens = await shop.consent(vins=[ICE])
    async with open_shop(data_dir=tmp_path) as shop:
        shop.tokens = tokens
        assert await shop.vins() == {ICE}
    async with open_shop(data_dir=tmp_path, is_there=False) as shop:
        shop.tokens = tokens
        assert (await shop.call("GET", "/vehicles/mappings")).cardata_refusal == (401, "CU-101")
        assert (await shop.refresh()).refusal == (401, "invalid_client")


async def test_reset_forgets_consents(open_shop: Any) -> None:
    async with open_shop() as shop:
        await shop.consent()
        assert len((await shop.send("GET", "/_emulator/consents")).body["items"]) == 1
        await shop.control("reset")
        assert (await shop.send("GET", "/_emulator/consents")).body["items"] == []


async def test_unmapped_car_is_refused(open_shop: Any) -> None:
    async with open_shop() as shop:
        await shop.consent()
        container = await shop.make_container(ODOMETER)
        await shop.control(f"vehicles/{ICE}/unmap", account="anna@example.com")
        assert await shop.telematic(ICE, container) == (403, "CU-104")


async def test_fourteen_days_without_renewal_end_the_session(open_shop: Any) -> None:
    async with open_shop() as shop:
        await shop.consent()
        await shop.control("clock", jump_ms=FIFTEEN_DAYS_MS)
        assert (await shop.call("GET", "/vehicles/mappings")).status == 401
        assert (await shop.refresh()).refusal == (400, "invalid_request")


async def test_end_of_the_owners_own_subscription_does_not_touch_the_provider(open_shop: Any) -> None:
    async with open_shop() as shop:
        own = Program(shop.emulator, shop.session)
        await own.sign_in()
        await shop.consent()
        await shop.control("clock", jump_ms=600_000)
        shop.emulator.portal.unsubscribe(shop.emulator.info.gcid, Service.STREAM)
        assert (await own.refresh()).refusal == (400, "invalid_request")
        assert (await shop.refresh()).status == 200


async def test_stream_has_what_the_consent_names(open_shop: Any) -> None:
    async with open_shop() as shop:
        tokens = await shop.consent(vins=[ICE])
        async with listening(shop, tokens) as client:
            for vin in (BEV, ICE):
                await shop.control(f"vehicles/{vin}/commands", name="drive", arguments={"minutes": 20})
            await shop.control("clock", jump_ms=1_800_000)
            heard = await drain(client)
            assert {(vin, key) for vin, key in heard} == {(ICE, ODOMETER)}
            await shop.control("consents/withdraw", account="anna@example.com", client_id=SHOP)
            with pytest.raises(aiomqtt.MqttError):
                await anext(client.messages)


class Browser:
    """An owner with a browser, without JavaScript."""

    def __init__(self, shop: Shop, session: aiohttp.ClientSession) -> None:
        self.session, self.base_url, self.text = session, shop.emulator.info.base_url, ""

    async def get(self, path: str) -> str:
        async with self.session.get(self.base_url + path) as answer:
            self.text = await answer.text()
        return self.text

    async def post(self, path: str, **fields: Any) -> str:
        async with self.session.post(self.base_url + path, data=fields) as answer:
            self.text = await answer.text()
        return self.text

    def field(self, name: str) -> str:
        match = re.search(rf'name="{name}" value="([^"]+)"', self.text)
        assert match is not None, self.text
        return match[1]


async def test_owner_chooses_a_car_and_withdraws_it_on_pages(open_shop: Any, cookies: aiohttp.ClientSession) -> None:
    async with open_shop() as shop:
        browser, code = Browser(shop, cookies), (await shop.ask_code()).body
        await browser.post("/oneid/sign-in", user_code=code["user_code"], user="anna@example.com", password="emulator")
        assert all(text in browser.text for text in ("Garage Miller", "Service", ODOMETER, BEV, ICE))
        await browser.post("/oneid/decide", ticket=browser.field("ticket"), decision="approve", vin=ICE)
        shop.tokens = (await shop.poll(code["device_code"])).body
        container = await shop.make_container(ODOMETER)
        await browser.post("/mybmw/sign-in", user="anna@example.com", password="emulator")
        text = await browser.get("/mybmw/granted")
        assert (ICE in text, BEV in text, container in text) == (True, False, True)
        await browser.post("/mybmw/granted", csrf=browser.field("csrf"), provider=SHOP, container=container)
        assert await shop.telematic(ICE, container) == (403, "CU-105")
        await browser.post("/mybmw/granted", csrf=browser.field("csrf"), provider=SHOP, vin=ICE)
        assert await shop.telematic(ICE, container) == (403, "CU-104")
        text = await browser.post("/mybmw/granted", csrf=browser.field("csrf"), provider=SHOP)
        assert "No service provider has access" in text
        assert (await shop.call("GET", "/vehicles/mappings")).status == 401


async def test_no_car_is_no_consent_and_no_other_site_withdraws(open_shop: Any, cookies: aiohttp.ClientSession) -> None:
    async with open_shop() as shop:
        browser, code = Browser(shop, cookies), (await shop.ask_code()).body
        await browser.post("/oneid/sign-in", user_code=code["user_code"], user="anna@example.com", password="emulator")
        assert "tick one" in await browser.post("/oneid/decide", ticket=browser.field("ticket"), decision="approve")
        await shop.consent()
        await browser.post("/mybmw/sign-in", user="anna@example.com", password="emulator")
        assert "not from this visit" in await browser.post("/mybmw/granted", csrf="x", provider=SHOP)
        text = await browser.get("/mybmw/granted")
        assert "Garage Miller" in text
        csrf = browser.field("csrf")
        assert "does not have that car" in await browser.post("/mybmw/granted", csrf=csrf, provider=SHOP, vin="X")
        assert "nothing of yours" in await browser.post("/mybmw/granted", csrf=csrf, provider="X")


@asynccontextmanager
async def listening(shop: Shop, tokens: dict[str, Any]) -> AsyncIterator[aiomqtt.Client]:
    info = shop.emulator.info
    async with aiomqtt.Client(
        info.mqtt_host,
        info.mqtt_port,
        username=tokens["gcid"],
        password=tokens["id_token"],
        tls_context=ssl.create_default_context(cafile=info.ca_file),
    ) as client:
        await client.subscribe(f"{tokens['gcid']}/+")
        yield client


async def drain(client: aiomqtt.Client) -> list[tuple[str, str]]:
    """Return car and descriptor of what has come by now."""
    heard: list[tuple[str, str]] = []
    try:
        while True:
            async with asyncio.timeout(0.5):
                message = json.loads(bytes((await anext(client.messages)).payload))
            heard += [(message["vin"], key) for key in message["data"]]
    except TimeoutError:
        return heard
