"""The SDKs of the older families at one emulator, and what each of their calls sends through its door.

The calls are those of tools/families/endpoint_rows.py, run as the Python that they are.
"""

import ast
import inspect
import json
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass, field, replace
from typing import Any

import aiohttp
from tests.bmw.conftest import HastyClock, MemoryTokens
from tests.emulated import emulator_settings

from bimmerhub.bmw import connecteddrive, inventory, iremote, mybmw, mygarage
from bimmerhub.bmw.gcdm.by_password import AppKey, BmwLogin
from bimmerhub.bmw.iremote.endpoints import OLD_TOKEN_PATH
from bimmerhub.bmw.iremote.rsapi import RsCode
from bimmerhub.bmw.iremote.service_types import ServiceType
from bimmerhub.bmw.mybmw.endpoints import Generation
from bimmerhub.domain.command_order import PointOfInterest, TextMessage
from bimmerhub.emulator.app import Emulator
from bimmerhub.emulator.host.door import Exchange
from bimmerhub.errors import BimmerhubError

NOON_MS = 1_785_153_600_000  # 2026-07-27T12:00:00Z
MOBILE = "8613800000000"
PHONE_APP = mybmw.App(subscription_key="any", version="4.9.2(36892)", build="AP2A.240605.024")


@dataclass
class Caller:
    """The SDKs at one emulator, and what each call sent; `exchanges` is what went through the door so far."""

    emulator: Emulator
    exchanges: list[Exchange]
    names: dict[str, Any] = field(default_factory=dict)
    sent: dict[str, list[Exchange]] = field(default_factory=dict)

    async def run(self, call: str) -> list[Exchange]:
        """Run a call of the table as Python, and return what it sent; the same call is run once."""
        if call not in self.sent:
            begun = len(self.exchanges)
            code = compile(call, "<endpoint_rows>", "eval", flags=ast.PyCF_ALLOW_TOP_LEVEL_AWAIT)
            with suppress(BimmerhubError):  # told by the exchanges
                sliders = self._solved_sliders() if "china" in call else {}
                result = eval(code, {**self.names, **sliders, "captcha": f"captcha {len(self.sent)}"})
                while inspect.isawaitable(result):
                    result = await result
                if inspect.isasyncgen(result):
                    async for _ in result:
                        pass
            self.sent[call] = self.exchanges[begun:]
            self.emulator.clock.jump(by_ms=60_000)
            await self.emulator.catch_up()
        return self.sent[call]

    def _solved_sliders(self) -> dict[str, Any]:
        """Return captchas of China that nobody has used; drawing them takes a while."""
        china = self.emulator.identity.china
        ids = [str(china.sliders.make(MOBILE)["verifyId"]) for _ in range(3)]
        places = [china.sliders.find(verify_id).position for verify_id in ids]
        for verify_id, place in list(zip(ids, places, strict=True))[1:]:
            assert china.sliders.solve(verify_id, f"{place:.2f}")
        return {
            "verify_id": ids[0],
            "position": f"{places[0]:.2f}",
            "slider": mybmw.SolvedSlider(verify_id=ids[0], position=places[0]),
            "solved_id": ids[1],
            "otp_id": china.send_message(MOBILE, ids[2]),
            "otp": "123456",
        }


@asynccontextmanager
async def calling(family: str) -> AsyncIterator[Caller]:
    """Yield the SDK of a family, signed in at an emulator."""
    exchanges: list[Exchange] = []
    settings = emulator_settings(http_port=0, mqtt_port=0, speed=0.0, now_ms=NOON_MS)
    async with AsyncExitStack() as stack:
        emulator = await stack.enter_async_context(Emulator(settings, on_exchange=exchanges.append))
        if family == "mybmw":  # a trip and a charging session are asked about
            emulator.clock.jump(by_ms=3 * 86_400_000)
            await emulator.catch_up()
        session = await stack.enter_async_context(aiohttp.ClientSession())
        info = emulator.info
        login = BmwLogin(username=info.user, password=info.password)
        shared: dict[str, Any] = {"session": session, "clock": HastyClock(emulator.clock)}
        names = await OPEN[family](stack, info.base_url, login, shared)
        vin = info.vehicles[0].vin
        poi = PointOfInterest(latitude_deg=48.1, longitude_deg=11.5, name="Here")
        message = TextMessage(subject="Hello", text="Milk")
        yield Caller(emulator, exchanges, {"login": login, "vin": vin, "poi": poi, "message": message, **names})


async def open_iremote(stack: AsyncExitStack, url: str, login: BmwLogin, shared: dict[str, Any]) -> dict[str, Any]:
    endpoints = iremote.Endpoints(api_url=url, app=iremote.App(key=AppKey(key="any", secret="any")))
    old = replace(endpoints, token_path=OLD_TOKEN_PATH)
    first, now = (iremote.IRemote(tokens=MemoryTokens(), endpoints=made, **shared) for made in (old, endpoints))
    await stack.enter_async_context(first)
    await stack.enter_async_context(now)
    await now.sign_in(login)
    car = (await now.fetch_vehicles())[0]
    words = {"ServiceType": ServiceType, "RsCode": RsCode}
    return {"iremote_of_2014": first, "iremote": now, "car": car, **words}


async def open_portal(stack: AsyncExitStack, url: str, login: BmwLogin, shared: dict[str, Any]) -> dict[str, Any]:
    app = connecteddrive.App(client_id="any")
    endpoints = connecteddrive.Endpoints(api_url=url, auth_url=url, countries_url=url, app=app)
    usa = replace(endpoints, token_path="/gcdm/usa/oauth/authenticate")
    portals = [
        connecteddrive.ConnectedDrive(tokens=MemoryTokens(), endpoints=made, **shared) for made in (endpoints, usa)
    ]
    for portal in portals:
        await stack.enter_async_context(portal)
    await portals[0].sign_in(login)
    return {"portal": portals[0], "portal_of_usa": portals[1], "car": (await portals[0].fetch_vehicles())[0]}


async def open_app(stack: AsyncExitStack, url: str, login: BmwLogin, shared: dict[str, Any]) -> dict[str, Any]:
    store, china_store = MemoryTokens(), MemoryTokens()
    endpoints = mybmw.Endpoints(api_url=url, app=PHONE_APP)
    china_endpoints = mybmw.Endpoints(
        region=mybmw.Region.CHINA, api_url=url, app=replace(PHONE_APP, subscription_key=None)
    )
    names: dict[str, Any] = {"china": mybmw.MyBmw(tokens=china_store, endpoints=china_endpoints, **shared)}
    for ending, generation in (("", Generation.V5), ("_v2", Generation.V2), ("_v4", Generation.V4)):
        made = replace(endpoints, generation=generation)
        names[f"app{ending}"] = mybmw.MyBmw(tokens=store, endpoints=made, **shared)
    for client in names.values():
        await stack.enter_async_context(client)
    newest = names["app"]
    await newest.sign_in(login, captcha="first")
    cars = {f"car{ending}": (await names[f"app{ending}"].fetch_vehicles())[0] for ending in ("", "_v2", "_v4")}
    car = cars["car"]
    taken = json.loads(await car.call("command-v4", service="vehicle-finder"))
    sessions = json.loads(await car.call("charging-sessions-v2"))["chargingSessions"]["sessions"]
    trips = json.loads(await car.call("trips"))["items"][0]["trips"]
    ids = {"event_id": taken["eventId"], "session_id": sessions[0]["id"], "trip_id": trips[0]["id"]}
    in_china = {"mobile": MOBILE, "login_in_china": BmwLogin(username=MOBILE, password=login.password)}
    return {**names, **cars, **ids, **in_china, "settings": mybmw.ChargingSettingsOrder(target_percent=80)}


async def open_garage(stack: AsyncExitStack, url: str, login: BmwLogin, shared: dict[str, Any]) -> dict[str, Any]:
    """Sign in as the app, for the tokens of the site's own sign-in do not say whose they are."""
    app = mybmw.MyBmw(tokens=MemoryTokens(), endpoints=mybmw.Endpoints(api_url=url, app=PHONE_APP), **shared)
    await stack.enter_async_context(app)
    await app.sign_in(login, captcha="first")
    endpoints = mygarage.Endpoints.all_at(url, app=mygarage.SiteApp(client_id="any"))
    garage = mygarage.MyGarage(tokens=MemoryTokens(), endpoints=endpoints, access=app.tokens, **shared)
    by_itself = mygarage.MyGarage(tokens=MemoryTokens(), endpoints=endpoints, **shared)
    await stack.enter_async_context(garage)
    await stack.enter_async_context(by_itself)
    [car, *_] = await garage.fetch_vehicles()
    assert car.vin is not None
    return {
        "garage": garage,
        "garage_by_itself": by_itself,
        "car": garage.car(car.vin),
        "production_number": car.production_number,
    }


async def open_stock(stack: AsyncExitStack, url: str, _login: BmwLogin, shared: dict[str, Any]) -> dict[str, Any]:
    endpoints = inventory.Endpoints.all_at(url)
    storefront = inventory.Storefront(username="any", password="any")
    by_site = inventory.Storefront(username="any", password="any", way="basic")
    made = (storefront, storefront, by_site)
    stocks = [inventory.Inventory(storefront=pair, endpoints=endpoints, **shared) for pair in made]
    for stock in stocks:
        await stack.enter_async_context(stock)
    queries = {"VehicleQuery": inventory.VehicleQuery, "MiniQuery": inventory.MiniQuery}
    return {"stock": stocks[0], "stock_anew": stocks[1], "stock_by_site": stocks[2], **queries}


OPEN = {
    "iremote": open_iremote,
    "connecteddrive": open_portal,
    "mybmw": open_app,
    "mygarage": open_garage,
    "inventory": open_stock,
}
