"""Whatever is sent to the app, to My Garage and to the dealers' sites, no route of the emulator fails of itself."""

import aiohttp
import pytest
from tests.emulator.inventory.conftest import Shopper
from tests.emulator.mybmw.conftest import AppProgram
from tests.emulator.mygarage.conftest import Owner

from bimmerhub.emulator.app import Emulator

FAMILIES = ("mybmw", "mygarage", "inventory")
DEEP = 100_000
BODIES = (
    b"",
    b"null",
    b"\xff\xfe",
    b'{"a": "\xff"}',
    b'{"query": 5, "filters": 5, "vin": [], "mobile": {}, "places": null}',
    b"[" * DEEP,
    b'{"query":' * DEEP,
    b'{"unheard": ' + b"[" * DEEP,
)
WORDS = ("9" * 400, "\u0663\u00b2", "\x00", "-1", "9999-99-99T99:99:99Z", "getRecalls?vin=%00", "//[", "NaN")
NAMES = tuple(
    "action brand carView currentDate current_date date eventId format has_charging_settings_capabilities "  # noqa: SIM905
    "include_date_picker limit maxResults max_results next_token offset prodNum target targetURL targetVin timezone "
    "zip zipCode".split()
)
"""Every parameter of a query that one of the routes reads, but for the car."""
HEADERS = ("bmw-current-date", "latitude", "longitude", "bmw-units-preferences", "accept-language", "24-hour-format")


class Attacker:
    """Somebody who is signed in everywhere, and counts what is answered as of our own failing."""

    def __init__(self, emulator: Emulator, session: aiohttp.ClientSession, signed: dict[str, dict[str, str]]) -> None:
        self._base_url = emulator.info.base_url
        self._session = session
        self._signed = signed
        self.failed = list[str]()
        self.let_in = set[str]()

    async def send(self, family: str, method: str, path: str, *, body: bytes = b"", word: str = "0") -> None:
        status, text = await self._ask(family, method, path, body=body, word=word)
        if status == 500 and text == "Internal Server Error":
            self.failed.append(f"{method} {path} {word[:20]!r} {body[:20]!r}")
        if status not in {401, 403, 404, 429}:
            self.let_in.add(family)

    async def _ask(self, family: str, method: str, path: str, *, body: bytes, word: str) -> tuple[int, str]:
        in_headers = word if word.isascii() and word.isprintable() else "0"
        # a connection each: a server that fails closes it
        headers = {"Connection": "close", **dict.fromkeys(HEADERS, in_headers), **self._signed[family]}
        async with self._session.request(
            method,
            self._base_url + path,
            data=body or None,
            params=dict.fromkeys(NAMES, word),
            headers={"Content-Type": "application/json", **headers},
            allow_redirects=False,
        ) as response:
            return response.status, (await response.read()).decode(errors="replace")


@pytest.fixture
async def attacker(emulator: Emulator, session: aiohttp.ClientSession) -> Attacker:
    app = await AppProgram(emulator, session).sign_in()
    owner = await Owner(emulator, session).sign_in()
    token = (await Shopper(emulator, session).ask_token(grant_type="password"))[1]["access_token"]
    car = {"bmw-vin": owner.vin}
    signed = {
        "mybmw": {
            **car,
            "authorization": f"Bearer {app.tokens['access_token']}",
            "x-user-agent": "android(x);bmw;1;row",
        },
        "mygarage": {"authorization": f"gcid={emulator.info.gcid},token={owner.token},vin={owner.vin}"},
        "inventory": {"authorization": f"Bearer {token}"},
    }
    signed["mybmw"] |= {"x-gcid": emulator.info.gcid, "x-login-nonce": "0"}
    return Attacker(emulator, session, signed)


def routes_of(emulator: Emulator, family: str) -> list[tuple[str, str]]:
    """Return method and path of every route; its parameters are a car and an account that are there."""
    vin, gcid = emulator.info.vehicles[0].vin, emulator.info.gcid
    routes = [
        (method, route.path)
        for served in emulator._families
        for surface in served.surfaces
        if f".{family}." in type(surface).__module__
        for route in surface.routes()
        for method in route.methods or ()
    ]
    assert routes
    filled = [(method, path.replace("{vin}", vin).replace("{gcid}", gcid)) for method, path in routes]
    return [(method, _fill(path)) for method, path in filled]


def _fill(path: str) -> str:
    """Return a path without parameters; what they name is not there."""
    while "{" in path:
        before, _, rest = path.partition("{")
        path = f"{before}%00{rest.partition('}')[2]}"
    return path


@pytest.mark.parametrize("family", FAMILIES)
async def test_no_request_fails_an_emulated_route(emulator: Emulator, attacker: Attacker, family: str) -> None:
    for method, path in routes_of(emulator, family):
        for word in WORDS:
            await attacker.send(family, method, path, word=word)
        for body in BODIES if method == "POST" else ():
            await attacker.send(family, method, path, body=body)
    assert attacker.failed == []
    assert attacker.let_in == {family}
