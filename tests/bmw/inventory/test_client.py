"""The SDK of the dealers' stock against a server that obeys: a stock that changes, faults of the token."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field

import pytest
from aiohttp import ClientSession, web

import bimmerhub.bmw.inventory as family
from bimmerhub.bmw.clock import Clock
from bimmerhub.bmw.inventory import Endpoints, Inventory, MiniQuery, MiniVehicle, Storefront, VehicleQuery
from bimmerhub.errors import BimmerhubError, BmwRefused, BmwUnavailable, ConfigError, RateLimited
from bimmerhub.ids import Vin

TOKEN = {"access_token": "t", "expires_in": 86_399}


def vins(first: int, count: int) -> list[dict[str, object]]:
    return [{"vin": f"WBA00000000S{number:05}"} for number in range(first, first + count)]


@dataclass
class Site:
    """All servers in one: `pages` are answered one after the other, the last one for ever."""

    pages: list[object] = field(default_factory=list)
    token: Callable[[], web.Response] = lambda: web.json_response(TOKEN)
    calls: Counter[str] = field(default_factory=Counter)
    offsets: list[int] = field(default_factory=list)

    async def handle(self, request: web.Request) -> web.Response:
        self.calls[request.path] += 1
        if request.path == "/token":
            return self.token()
        if request.path == "/vehicle":
            self.offsets.append((await request.json())["pageIndex"])
        page = self.pages.pop(0) if len(self.pages) > 1 else self.pages[0]
        return page if isinstance(page, web.Response) else web.json_response(page)


Shop = Callable[[Site], Awaitable[Inventory]]


@pytest.fixture
async def shop(
    serve: Callable[[Callable[[web.Request], Awaitable[web.StreamResponse]]], Awaitable[str]],
    session: ClientSession,
    make_clock: Callable[[], Clock],
) -> AsyncIterator[Shop]:
    opened: list[Inventory] = []

    async def open_shop(site: Site) -> Inventory:
        inventory = Inventory(
            storefront=Storefront(username="a", password="b"),
            endpoints=Endpoints.all_at(await serve(site.handle)),
            session=session,
            clock=make_clock(),
        )
        opened.append(await inventory.__aenter__())
        return inventory

    yield open_shop
    for inventory in opened:
        await inventory.__aexit__(None, None, None)


async def found(inventory: Inventory) -> list[str]:
    return [car.vin async for car in inventory.search(VehicleQuery())]


async def test_a_car_that_moves_to_the_next_page_is_told_once(shop: Shop) -> None:
    first = {"totalRecords": 5, "pageSize": 100, "vehicles": vins(0, 3)}
    second = {"totalRecords": 5, "pageSize": 100, "vehicles": vins(2, 3)}
    site = Site(pages=[first, second])
    assert await found(await shop(site)) == [str(car["vin"]) for car in vins(0, 5)]


async def test_what_bmw_told_is_counted_and_not_what_it_says_of_pages(shop: Shop) -> None:
    odd = {"totalRecords": 6, "pageSize": 100, "vehicles": [*vins(0, 2), {"vin": "none"}]}
    site = Site(pages=[odd, {"totalRecords": 6, "pageSize": 100, "vehicles": vins(3, 3)}])
    assert len(await found(await shop(site))) == 5
    assert site.offsets == [0, 3]


@pytest.mark.parametrize("pages", [vins(0, 2), []])
async def test_a_total_that_is_never_reached_is_no_trap(shop: Shop, pages: list[dict[str, object]]) -> None:
    site = Site(pages=[{"totalRecords": 10**9, "vehicles": pages}])
    assert len(await found(await shop(site))) == len(pages)
    assert site.calls["/vehicle"] <= 2


async def test_pages_of_minis_that_repeat_themselves_end(shop: Shop) -> None:
    page = {"data": {"getInventory": {"totalPages": 10**9, "result": vins(0, 2)}}}
    inventory = await shop(Site(pages=[page]))
    assert len([car async for car in inventory.search_minis(MiniQuery())]) == 2
    bare = await shop(Site(pages=[{"data": {"getInventory": {"result": vins(0, 2)}}}]))
    assert len([car async for car in bare.search_minis(MiniQuery())]) == 2


async def test_minis_are_read_to_the_end_whoever_tells_how_many_pages_there_are(shop: Shop) -> None:
    pages = [{"data": {"getInventory": {"result": vins(first, 24)}}} for first in (0, 24)]
    inventory = await shop(Site(pages=[*pages, {"data": {"getInventory": {"result": []}}}]))
    assert len([car async for car in inventory.search_minis(MiniQuery())]) == 48


async def test_total_may_be_written_as_text(shop: Shop) -> None:
    pages = [{"totalRecords": "4", "vehicles": vins(first, 2)} for first in (0, 2)]
    assert len(await found(await shop(Site(pages=[*pages])))) == 4


async def test_photo_that_is_a_page_is_a_fault_of_bmw(shop: Shop) -> None:
    site = Site(pages=[web.Response(text="<html>"), web.Response(body=b"\xff\xd8\xff\xe0photo")])
    inventory = await shop(site)
    url = f"{inventory.page_url(MiniVehicle(vin=Vin(str(vins(0, 1)[0]['vin'])), page='photo'))}"
    with pytest.raises(BmwUnavailable, match="no picture"):
        await inventory.fetch_photo(url)
    assert (await inventory.fetch_photo(url)).endswith(b"photo")


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        (lambda: web.Response(status=500), BmwUnavailable),
        (lambda: web.Response(status=403, text="Forbidden"), RateLimited),
        (lambda: web.Response(status=429, headers={"Retry-After": "7"}), RateLimited),
        (lambda: web.Response(status=404), BmwRefused),
        (lambda: web.json_response({"error": "invalid_grant"}, status=400), BmwRefused),
        (lambda: web.Response(status=401), BmwRefused),
        (lambda: web.Response(text="<html>"), BmwUnavailable),
        (lambda: web.json_response({"access_token": None}), BmwUnavailable),
        (lambda: web.json_response({"access_token": "two\nlines"}), BmwUnavailable),
    ],
)
async def test_each_fault_of_the_token_is_what_the_caller_does_next(
    shop: Shop, answer: Callable[[], web.Response], kind: type[BimmerhubError]
) -> None:
    site = Site(pages=[{"totalRecords": 0}], token=answer)
    inventory = await shop(site)
    with pytest.raises(kind) as refused:
        await inventory.fetch_page(VehicleQuery())
    assert type(refused.value) is kind
    assert site.calls["/vehicle"] == 0


async def test_a_short_life_is_no_token_a_call(shop: Shop) -> None:
    short = {**TOKEN, "expires_in": 60}
    site = Site(pages=[{"totalRecords": 0}], token=lambda: web.json_response(short))
    inventory = await shop(site)
    for _ in range(3):
        await inventory.fetch_page(VehicleQuery())
    assert site.calls["/token"] == 1


async def test_searchers_at_once_share_one_token(shop: Shop) -> None:
    site = Site(pages=[{"totalRecords": 0}])
    inventory = await shop(site)
    async with asyncio.TaskGroup() as tasks:
        for _ in range(5):
            tasks.create_task(inventory.fetch_page(VehicleQuery()))
    assert site.calls == {"/token": 1, "/vehicle": 5}


@pytest.mark.parametrize("body", ["<html>", "[]", "{}", '{"totalRecords": null}'])
async def test_an_answer_that_cannot_be_read_is_a_fault_that_passes(shop: Shop, body: str) -> None:
    inventory = await shop(Site(pages=[web.Response(text=body)]))
    with pytest.raises(BmwUnavailable, match="cannot be read"):
        await inventory.fetch_page(VehicleQuery())


async def test_a_photo_has_an_address(shop: Shop) -> None:
    inventory = await shop(Site(pages=[{}]))
    with pytest.raises(ConfigError, match="no address"):
        await inventory.fetch_photo("a.jpg")


async def test_a_session_of_its_own_is_opened_and_closed() -> None:
    async with Inventory() as inventory:
        with pytest.raises(ConfigError, match="storefront"):
            await inventory.fetch_page(VehicleQuery())


def test_only_public_names_are_there() -> None:
    assert {name for name in family.__all__ if getattr(family, name) is not None} == set(dir(family))
    with pytest.raises(AttributeError):
        _ = family.nothing
