"""The search for used BMWs, as the public collection of requests asks it."""

import asyncio
from base64 import b64encode
from collections.abc import Callable
from typing import Any

import pytest
from tests.emulator.inventory.conftest import Shopper

from bimmerhub.emulator.app import Emulator
from bimmerhub.emulator.faults.switches import FaultSwitch
from bimmerhub.emulator.settings import EmulatorSettings, InventorySettings

EVERYTHING: dict[str, Any] = {"filters": [], "PageSize": 100, "postalCode": None}


async def test_a_token_is_given_with_and_without_a_grant_type(shopper: Shopper) -> None:
    for form in ({}, {"grant_type": "password"}):
        status, answer = await shopper.ask_token(**form)
        assert (status, answer["token_type"], answer["expires_in"]) == (200, "bearer", 86_399)
        assert isinstance(answer["access_token"], str)


async def test_the_sites_own_token_is_good_for_the_search(shopper: Shopper) -> None:
    pair = b64encode(b"storefront:word").decode()
    _, answer = await shopper.send("POST", "/token/cpo/", headers={"Authorization": f"Basic {pair}"}, data={})
    shopper.token = answer["access_token"]
    assert (await shopper.find())["totalRecords"] > 0


@pytest.mark.parametrize("form", [{"username": ""}, {"grant_type": "refresh_token"}])
async def test_what_is_no_storefront_gets_no_token(shopper: Shopper, form: dict[str, str]) -> None:
    assert (await shopper.ask_token(**form))[0] == 400


async def test_unknown_storefronts_are_refused_by_a_switch(shopper: Shopper) -> None:
    shopper.emulator.faults.switch_on(FaultSwitch(name="unknown-clients-refused"))
    assert (await shopper.ask_token())[0] == 400
    info = shopper.emulator.info.families["inventory"]
    assert (await shopper.ask_token(username=info.client_id, password=info.client_secret))[0] == 200


@pytest.mark.parametrize("token", ["", "a-token-of-2023"])
async def test_a_foreign_token_is_refused(shopper: Shopper, token: str) -> None:
    shopper.token = token
    assert (await shopper.search())[0] == 401


async def test_a_token_of_yesterday_is_refused(shopper: Shopper) -> None:
    shopper.emulator.clock.jump(by_ms=86_400_000)
    assert (await shopper.search())[0] == 401


async def test_the_search_of_the_collection_finds_cars(shopper: Shopper) -> None:
    answer = await shopper.find()
    assert answer.keys() == {"totalRecords", "pageSize", "vehicles", "photoDetails", "dealers", "facets"}
    assert len(answer["vehicles"]) == answer["pageSize"] == 20 < answer["totalRecords"]
    assert {car["year"] for car in answer["vehicles"]} <= {2015, 2019, 2022}
    assert all(car["odometer"] <= 50_000 for car in answer["vehicles"])
    assert {car["dealerCode"] for car in answer["vehicles"]} <= {dealer["dealerCode"] for dealer in answer["dealers"]}
    distances = [car["distance"] for car in answer["vehicles"]]
    assert distances == sorted(distances)


async def test_the_page_index_is_an_offset_and_pages_have_at_most_a_hundred_cars(shopper: Shopper) -> None:
    first = await shopper.find(**EVERYTHING | {"PageSize": 500})
    assert len(first["vehicles"]) == first["pageSize"] == 100
    shifted = await shopper.find(**EVERYTHING, pageIndex=1)
    assert shifted["vehicles"][:99] == first["vehicles"][1:]
    last = await shopper.find(**EVERYTHING, pageIndex=first["totalRecords"] - 1)
    assert len(last["vehicles"]) == 1
    assert (await shopper.find(**EVERYTHING, pageIndex=first["totalRecords"]))["vehicles"] == []


@pytest.mark.parametrize(
    ("name", "value", "field", "wanted"),
    [
        ("Series", "3 Series", "modelSeries", lambda found: found == "3 Series"),
        ("Type", "CPO", "type", lambda found: found == "CPO"),
        ("CPOType", "BMW Certified", "type", lambda found: found == "CPO"),
        ("FuelType", "Electric", "fuelType", lambda found: found == "Electric"),
        ("Year", "2020", "year", lambda found: found == 2020),
        ("Odometer", "30,000 or less", "odometer", lambda found: found <= 30_000),
        ("Price", "$20,000 - $29,999", "internetPrice", lambda found: 20_000 <= found <= 29_999),
        ("Drivetrain", "AWD", "drivetrain", lambda found: found == "AWD"),
    ],
)
async def test_each_filter_keeps_only_what_is_asked_for(  # noqa: PLR0917 - a row of a table
    shopper: Shopper, name: str, value: str, field: str, wanted: Callable[[Any], bool]
) -> None:
    everything = await shopper.find(**EVERYTHING)
    answer = await shopper.find(**EVERYTHING | {"filters": [{"name": name, "values": [value]}]})
    assert 0 < answer["totalRecords"] < everything["totalRecords"]
    assert all(wanted(car[field]) for car in answer["vehicles"])


async def test_all_pre_owned_is_everything_and_unknown_filters_do_nothing(shopper: Shopper) -> None:
    total = (await shopper.find(**EVERYTHING))["totalRecords"]
    for name, value in (("CPOType", "All Pre-Owned"), ("Colour", "Green")):
        answer = await shopper.find(**EVERYTHING | {"filters": [{"name": name, "values": [value]}]})
        assert answer["totalRecords"] == total


async def test_a_radius_keeps_what_is_near(shopper: Shopper) -> None:
    near = await shopper.find(filters=[], radius=150)
    assert near["totalRecords"] > 0
    assert all(car["distance"] <= 150 for car in near["vehicles"])
    national = await shopper.find(filters=[], radius=5000)
    assert national["totalRecords"] == (await shopper.find(filters=[], radius=0))["totalRecords"] > near["totalRecords"]


@pytest.mark.parametrize(("order", "is_descending"), [("asc", False), ("desc", True)])
async def test_prices_can_be_sorted_by(shopper: Shopper, order: str, is_descending: bool) -> None:  # noqa: FBT001
    answer = await shopper.find(**EVERYTHING, sortBy="price", sortDirection=order)
    prices = [car["internetPrice"] for car in answer["vehicles"]]
    assert prices == sorted(prices, reverse=is_descending)


async def test_cars_are_looked_up_by_vin(shopper: Shopper) -> None:
    vin = (await shopper.find())["vehicles"][3]["vin"]
    answer = await shopper.find(VINs=[vin])
    assert [car["vin"] for car in answer["vehicles"]] == [vin]
    assert (await shopper.find(VINs=["WBA99999999999999"]))["totalRecords"] == 0


async def test_facets_count_what_was_found(shopper: Shopper) -> None:
    answer = await shopper.find()
    counts = {facet["name"]: sum(value["count"] for value in facet["values"]) for facet in answer["facets"]}
    assert set(counts.values()) == {answer["totalRecords"]}
    bare = await shopper.find(includeFacets=0, includeDealers=0, includeVehicles=0)
    assert (bare.keys() & {"facets", "dealers"}, bare["vehicles"]) == (set(), [])


async def test_each_shape_of_body_has_a_photo_of_its_own(shopper: Shopper) -> None:
    answer = await shopper.find(**EVERYTHING)
    urls = {
        car["bodyStyle"]: f"{answer['photoDetails']['root']}/images/{car['photos'][0]}" for car in answer["vehicles"]
    }
    photos = {
        style: (await shopper.send("GET", url.removeprefix(shopper.emulator.info.base_url)))[1]
        for style, url in urls.items()
    }
    assert len(set(photos.values())) == len(photos) == 5
    assert all(photo.startswith(b"\x89PNG") for photo in photos.values())
    assert (await shopper.send("GET", "/stock-photos/images/none.png"))[0] == 404


async def test_who_searches_too_often_is_parked_without_a_word(shopper: Shopper) -> None:
    statuses = [(await shopper.search(includeVehicles=False))[0] for _ in range(151)]
    assert statuses == [200] * 150 + [403]
    status, body = await shopper.search()
    assert (status, body) == (403, b"Forbidden")
    shopper.emulator.clock.jump(by_ms=1_200_000)
    assert (await shopper.search())[0] == 200


async def test_a_slow_reader_is_never_parked(
    make_settings: Callable[..., EmulatorSettings], shopper_of: Callable[[Emulator], Shopper]
) -> None:
    async with Emulator(make_settings(inventory=InventorySettings(calls_a_window=2, window_s=60))) as emulator:
        shopper = shopper_of(emulator)
        shopper.token = (await shopper.ask_token())[1]["access_token"]
        for _ in range(4):
            assert (await shopper.search())[0] == 200
            emulator.clock.jump(by_ms=30_000)


@pytest.mark.parametrize(
    ("fault", "status"),
    [
        ("inventory-parked", 403),
        ("inventory-tokens-refused", 401),
        ("inventory-500", 500),
        ("inventory-not-json", 502),
    ],
)
async def test_faults_are_shown_once(shopper: Shopper, fault: str, status: int) -> None:
    shopper.emulator.faults.switch_on(FaultSwitch(name=fault, times=1))
    assert [(await shopper.search())[0] for _ in range(2)] == [status, 200]


@pytest.mark.parametrize(
    "body", [b"", b"[]", b"{", b'{"filters": 1}', b'{"filters": [1]}', b'{"PageSize": "x"}', b'{"PageSize": 1e999}']
)
async def test_what_is_no_search_is_refused(shopper: Shopper, body: bytes) -> None:
    headers = {"Authorization": f"Bearer {shopper.token}", "Content-Type": "application/json"}
    assert (await shopper.send("POST", "/vehicle", data=body, headers=headers))[0] == 400


async def test_the_same_seed_is_the_same_stock(
    make_settings: Callable[..., EmulatorSettings], shopper: Shopper, shopper_of: Callable[[Emulator], Shopper]
) -> None:
    prices = [[car["internetPrice"] for car in (await shopper.find(**EVERYTHING))["vehicles"]]]
    for seed in (1, 2):
        async with Emulator(make_settings(inventory=InventorySettings(seed=seed))) as emulator:
            other = shopper_of(emulator)
            other.token = (await other.ask_token())[1]["access_token"]
            prices.append([car["internetPrice"] for car in (await other.find(**EVERYTHING))["vehicles"]])
    assert prices[0] == prices[1] != prices[2]


async def test_a_reset_forgets_tokens_and_lets_everybody_go(shopper: Shopper) -> None:
    for _ in range(151):
        await shopper.search(includeVehicles=False)
    assert (await shopper.search())[0] == 403
    await shopper.emulator.forget()
    assert (await shopper.search())[0] == 401
    shopper.token = (await shopper.ask_token())[1]["access_token"]
    assert (await shopper.search())[0] == 200


@pytest.mark.parametrize("authorization", ["", "Bearer x", "Basic !", "Basic bm9wYWly"])
async def test_the_sites_token_wants_a_pair(shopper: Shopper, authorization: str) -> None:
    headers = {"Authorization": authorization} if authorization else {}
    assert (await shopper.send("POST", "/token/cpo/", headers=headers))[0] == 400


@pytest.mark.parametrize(("bounds", "is_there"), [("$10,000 or more", True), ("nonsense", False), ("1 - 2 - 3", False)])
async def test_bounds_are_read_as_words(shopper: Shopper, bounds: str, is_there: bool) -> None:  # noqa: FBT001
    answer = await shopper.find(**EVERYTHING | {"filters": [{"name": "Price", "values": [bounds]}]})
    assert (answer["totalRecords"] > 0) == is_there


async def test_answers_can_be_late(shopper: Shopper) -> None:
    shopper.emulator.faults.switch_on(FaultSwitch(name="inventory-slow", value=5, times=1))
    async with asyncio.TaskGroup() as tasks:
        asking = tasks.create_task(shopper.search())
        while not asking.done():
            shopper.emulator.clock.jump(by_ms=1000)
            await asyncio.sleep(0.01)
    assert asking.result()[0] == 200
