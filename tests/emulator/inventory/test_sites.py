"""MINI's search by GraphQL, the configurator and www.bmwusa.com, as the public collection of requests asks them."""

from typing import Any

import pytest
from tests.emulator.inventory.conftest import GRAPHQL, Shopper

from bimmerhub.emulator.faults.switches import FaultSwitch

FEATURES = """query inventory { getAvailableFeatures(brand: MI, zip: "90210", bucket: BYO,
  types: [PACKAGES, OPTIONS, PAINTS, UPHOLSTERIES],
  filter: {locatorRange: 10, minPrice: 0, excludeStopSale: true, sold: false, used: true})
  { type features { name code cosyURL isStandard } } }"""
FILTERS = """query inventory { getFilterableOptions(brand: MI) { dealerIds models { code name } modelRange { code name }
  minPrice maxPrice minModelYear maxModelYear engineDriveTypes { code name } fuelTypes { code name }
  transmissionTypes } }"""
CARS = """query inventory { getInventory(brand:MI, , zip: "90210", bucket: BYO,
  filter: {locatorRange: 10, minPrice: 0, excludeStopSale: true, sold: false, used: true},
  sorting: [{order: ASC, criteria: DISTANCE_TO_LOCATOR_ZIP},{order:ASC,criteria:PRICE}],
  pagination: {pageIndex: 1, pageSize: 24}) {
  numberOfFilteredVehicles pageNumber totalPages errorCode
  dealerInfo { centerID
    newVehicleSales { dealerName distance longitude locationID dealerURL phoneNumber
      address { lineOne lineTwo city state zipcode } }
    certifiedPreowned { dealerName distance longitude locationID dealerURL phoneNumber
      address { lineOne lineTwo city state zipcode } } }
  result { name modelYear vehicleDetailsPage milesPerGallon milesPerGallonEqv code agCode engineDriveType { name }
    modelRange { code name } qualifiedModelCode totalMsrp internetPrice dealerId dealerLocation orderStatus vin
    options { name code isPaint isUpholstery isTrim } fuelType usedCarType exteriorColorCode
    exteriorColorDescription interiorColorCode interiorColorDescription mileage images } } }"""


async def test_features_are_told_by_kind(shopper: Shopper) -> None:
    groups = (await shopper.ask(FEATURES))["data"]["getAvailableFeatures"]
    assert [group["type"] for group in groups] == ["PACKAGES", "OPTIONS", "PAINTS", "UPHOLSTERIES"]
    assert all(group["features"] for group in groups)


async def test_what_can_be_filtered_by_is_told(shopper: Shopper) -> None:
    options = (await shopper.ask(FILTERS))["data"]["getFilterableOptions"]
    assert {"code": "3MS2", "name": "Cooper S"} in options["models"]
    assert options["minPrice"] < options["maxPrice"]


async def test_the_query_with_a_stray_comma_finds_minis_nearby(shopper: Shopper) -> None:
    inventory = (await shopper.ask(CARS))["data"]["getInventory"]
    cars = inventory["result"]
    assert len(cars) == inventory["numberOfFilteredVehicles"] > 0
    assert (inventory["pageNumber"], inventory["totalPages"], inventory["errorCode"]) == (1, 1, None)
    assert {car["dealerId"] for car in cars} == {dealer["centerID"] for dealer in inventory["dealerInfo"]}
    assert all(isinstance(car["orderStatus"], int) and car["mileage"] > 40 for car in cars)


async def test_pages_count_from_one_and_cover_everything(shopper: Shopper) -> None:
    query = """query inventory($page: Int) { getInventory(brand: MI, sorting: [{order: DESC, criteria: PRICE}],
      pagination: {pageIndex: $page, pageSize: 10}) { totalPages numberOfFilteredVehicles
      result { vin internetPrice } } }"""
    first = (await shopper.ask(query, variables={"page": 1}))["data"]["getInventory"]
    numbers = range(1, first["totalPages"] + 1)
    pages = [(await shopper.ask(query, variables={"page": number}))["data"]["getInventory"] for number in numbers]
    prices = [car["internetPrice"] for page in pages for car in page["result"]]
    assert len(prices) == first["numberOfFilteredVehicles"] == 75
    assert prices == sorted(prices, reverse=True)


async def search(shopper: Shopper, arguments: str) -> list[dict[str, Any]]:
    fields = "vin fuelType orderStatus internetPrice modelYear series exteriorColorCode optionCodes usedCarType"
    query = f"{{ getInventory({arguments}, pagination: {{pageSize: 500}}) {{ result {{ {fields} }} }} }}"
    answer = await shopper.ask(query)
    cars: list[dict[str, Any]] = answer["data"]["getInventory"]["result"]
    return cars


@pytest.mark.parametrize(
    ("wishes", "field", "values"),
    [
        ("used: false", "usedCarType", {None}),
        ('series: ["Countryman"]', "series", {"Countryman"}),
        ('paints: ["851"]', "exteriorColorCode", {"851"}),
        ("statuses: [5]", "orderStatus", {5}),
        ("minModelYear: 2020, maxModelYear: 2020", "modelYear", {2020}),
    ],
)
async def test_each_wish_keeps_only_what_is_wanted(
    shopper: Shopper, wishes: str, field: str, values: set[object]
) -> None:
    cars = await search(shopper, f"brand: MI, filter: {{{wishes}}}")
    assert {car[field] for car in cars} == values


async def test_buckets_part_what_is_here_from_what_is_on_its_way(shopper: Shopper) -> None:
    stock, pipeline, everything = [
        {car["vin"] for car in await search(shopper, f"brand: BM, bucket: {bucket}")}
        for bucket in ("STOCK", "PIPELINE", "BYO")
    ]
    assert pipeline
    assert (stock | pipeline, stock & pipeline) == (everything, set())


async def test_bmws_twin_tells_the_order_status_as_text(shopper: Shopper) -> None:
    assert {type(car["orderStatus"]) for car in await search(shopper, "brand: BM")} == {str}
    assert await search(shopper, "brand: BM, filter: {sold: true}") == []


@pytest.mark.parametrize("query", ["{ getInventory(", "{ nothing }", "{ getInventory(brand: XX) { errorCode } }"])
async def test_what_is_no_query_is_answered_with_errors(shopper: Shopper, query: str) -> None:
    answer = await shopper.ask(query)
    assert answer["errors"][0]["message"]


async def test_errors_can_be_switched_on(shopper: Shopper) -> None:
    shopper.emulator.faults.switch_on(FaultSwitch(name="graphql-errors", times=1))
    assert (await shopper.ask(FILTERS))["errors"]
    assert "errors" not in await shopper.ask(FILTERS)


@pytest.mark.parametrize("body", [[], {"query": 1}])
async def test_a_body_without_a_query_is_refused(shopper: Shopper, body: Any) -> None:
    assert (await shopper.send("POST", GRAPHQL, json=body))[0] == 400


async def test_the_configurator_tells_models_and_what_they_have(shopper: Shopper) -> None:
    base = "/UBYOConfigurator/v4"
    _, series = await shopper.send("GET", f"{base}/BM/modellist")
    codes = {model["code"] for item in series.values() for style in item["bodyStyles"] for model in style["models"]}
    assert "24IJ" in codes
    _, start = await shopper.send("GET", f"{base}/configuration/start/24IJ")
    assert start["configuration"]["designs"]
    assert {True, False} == {detail["isPaint"] for detail in start["optionDetails"].values()}
    _, options = await shopper.send("GET", f"{base}/BM/options/24IJ")
    assert {"code", "name", "rgbValues", "cosyUrl"} <= options[0].keys()
    assert (await shopper.send("GET", f"{base}/BM/techspecs/24IJ"))[0] == 200
    assert (await shopper.send("GET", f"{base}/BM/techspecs/none"))[0] == 404


async def test_the_dealer_of_a_zip_code_is_one_object(shopper: Shopper) -> None:
    _, dealer = await shopper.send("GET", "/api/dealers/maco/90210")
    assert dealer.keys() == {"DealerCenterID", "DealerName", "DealerAddress", "DealerUrl"}
    assert "Beverly Hills" in dealer["DealerName"]
    assert (await shopper.send("GET", "/api/dealers/maco/nowhere"))[0] == 400


async def test_new_cars_are_told_page_by_page(shopper: Shopper) -> None:
    path = "/api/inventory/filter/search/90210"
    _, everything = await shopper.send("POST", path, json={})
    assert everything["totalVehicleCount"] == len(everything["vehicles"]) > 2
    _, second = await shopper.send("POST", path, params={"page": "2", "resultsPerPage": "1"}, json={})
    assert second["vehicles"] == everything["vehicles"][1:2]
    _, none = await shopper.send("POST", path, json={"selectedModelYears": ["1999"]})
    assert none["vehicles"] == []
