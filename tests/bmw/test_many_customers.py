"""One process of a service provider: one client id, many customers' tokens, one HTTP session."""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from aiohttp import ClientSession, web

from bimmerhub.bmw.cardata import CarData, Endpoints, MemoryLedger, TokenSet
from bimmerhub.bmw.clock import Clock
from bimmerhub.bmw.tokens.session_end import SessionEnded
from bimmerhub.errors import QuotaSpent, SignInRequired

Serve = Callable[[Callable[[web.Request], Awaitable[web.StreamResponse]]], Awaitable[str]]
CUSTOMERS = range(50)
CLIENT_ID = "bbbbbbbb-1111-1111-1111-eeeeeeeeeeee"
NOW_MS = 1_785_153_600_000
HOUR_MS = 3_600_000


@dataclass
class Store:
    """One customer's tokens."""

    tokens: TokenSet

    async def load(self) -> TokenSet | None:
        return self.tokens

    async def save(self, tokens: TokenSet) -> None:
        self.tokens = tokens


@dataclass
class Provider:
    """A BMW that gives each customer their own car, and tokens that name the customer."""

    calls: Counter[str] = field(default_factory=Counter)
    refreshes: list[tuple[str, str]] = field(default_factory=list)
    ended: str = ""

    async def answer(self, request: web.Request) -> web.Response:
        if request.path == "/gcdm/oauth/token":
            return await self._renew(request)
        customer = request.headers["Authorization"].removeprefix("Bearer ").partition("-")[0]
        self.calls[customer] += 1
        if self.calls[customer] > 50:
            return web.json_response({"exveErrorId": "CU-429"}, status=403)
        return web.json_response([{"vin": vin_of(int(customer))}])

    async def _renew(self, request: web.Request) -> web.Response:
        form = await request.post()
        customer = str(form["refresh_token"]).partition("-")[0]
        self.refreshes.append((str(form["client_id"]), customer))
        if customer == self.ended:
            return web.json_response({"error": "invalid_grant"}, status=400)
        tokens = {"access_token": f"{customer}-new", "refresh_token": f"{customer}-renewed", "expires_in": 3600}
        return web.json_response(tokens)


def vin_of(customer: int) -> str:
    return f"WBA000000000{customer:05}"


def store_of(customer: int, *, expires_at_ms: int = NOW_MS + HOUR_MS) -> Store:
    tokens = TokenSet(
        access_token=f"{customer}-access",
        id_token=None,
        refresh_token=f"{customer}-refresh",
        gcid=str(customer),
        scopes=frozenset(),
        access_expires_at_ms=expires_at_ms,
        id_expires_at_ms=expires_at_ms,
        refresh_expires_at_ms=NOW_MS + 24 * HOUR_MS,
    )
    return Store(tokens)


async def fetch_vins(customer: CarData) -> list[str]:
    async with customer as cardata:
        return [vehicle.vin for vehicle in await cardata.fetch_vehicles()]


async def test_fifty_customers_share_a_session_and_nothing_else(
    serve: Serve, session: ClientSession, make_clock: Callable[[], Clock]
) -> None:
    provider = Provider()
    url = await serve(provider.answer)
    endpoints, clock = Endpoints(auth_url=url, api_url=url), make_clock()
    stores = [store_of(number, expires_at_ms=NOW_MS + (number % 2) * HOUR_MS) for number in CUSTOMERS]
    customers = [
        CarData(
            client_id=CLIENT_ID,
            tokens=store,
            endpoints=endpoints,
            session=session,
            clock=clock,
            ledger=MemoryLedger(),
        )
        for store in stores
    ]
    async with asyncio.TaskGroup() as tasks:
        asked = [tasks.create_task(fetch_vins(customer)) for customer in customers]
    assert [task.result() for task in asked] == [[vin_of(number)] for number in CUSTOMERS]
    assert sorted(provider.refreshes) == sorted((CLIENT_ID, str(number)) for number in CUSTOMERS if number % 2 == 0)
    assert [store.tokens.refresh_token for store in stores[:2]] == ["0-renewed", "1-refresh"]
    assert not session.closed
    assert Endpoints().ssl_context() is Endpoints().ssl_context()


async def test_what_ends_for_one_customer_goes_on_for_the_others(
    serve: Serve, session: ClientSession, make_clock: Callable[[], Clock]
) -> None:
    provider = Provider(ended="1", calls=Counter({"2": 50}))
    url = await serve(provider.answer)
    endpoints, clock = Endpoints(auth_url=url, api_url=url), make_clock()
    outcomes: list[object] = []
    for number in range(4):
        store = store_of(number, expires_at_ms=NOW_MS)
        customer = CarData(client_id=CLIENT_ID, tokens=store, endpoints=endpoints, session=session, clock=clock)
        try:
            outcomes.append(await fetch_vins(customer))
        except (SignInRequired, QuotaSpent) as error:
            outcomes.append(type(error))
    assert outcomes == [[vin_of(0)], SessionEnded, QuotaSpent, [vin_of(3)]]
