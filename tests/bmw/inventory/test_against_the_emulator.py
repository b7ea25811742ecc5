"""The SDK of the dealers' stock against the emulator, which was written from the facts by itself."""

from collections.abc import AsyncIterator
from dataclasses import dataclass

import pytest
from tests.bmw.conftest import Cloud, CloudMaker

from bimmerhub.bmw.inventory import (
    Endpoints,
    Inventory,
    MiniQuery,
    OrderState,
    SearchBrand,
    Sorting,
    StockBucket,
    Storefront,
    VehicleQuery,
)
from bimmerhub.bmw.inventory.client import PARKS_IN_A_ROW
from bimmerhub.bmw.inventory.operations import OPERATIONS
from bimmerhub.bmw.inventory.words import SortBy
from bimmerhub.emulator.faults.switches import FaultSwitch
from bimmerhub.emulator.inventory.lots.stock import StockCar, fill_lots
from bimmerhub.emulator.settings import InventorySettings
from bimmerhub.errors import BmwRefused, BmwUnavailable, ConfigError, RateLimited, StoreError
from bimmerhub.ids import Vin


@dataclass
class Shop:
    """The emulated stock, and the SDK that looks at it."""

    cloud: Cloud
    inventory: Inventory

    @property
    def cars(self) -> tuple[StockCar, ...]:
        return self.cloud.emulator._cloud.inventory.stock

    def break_with(self, name: str, *, times: int | None = None, value: float | None = None) -> None:
        self.cloud.emulator.faults.switch_on(FaultSwitch(name=name, times=times, value=value))


def sdk(cloud: Cloud, storefront: Storefront | None, *, retries: int = 2) -> Inventory:
    return Inventory(
        storefront=storefront,
        tokens=cloud.store,
        endpoints=Endpoints.all_at(cloud.emulator.info.base_url),
        session=cloud.session,
        clock=cloud.clock,
        retries=retries,
    )


PAIR = Storefront(username="any", password="any")


@pytest.fixture
async def shop(cloud: Cloud) -> AsyncIterator[Shop]:
    async with sdk(cloud, PAIR) as inventory:
        yield Shop(cloud, inventory)


async def test_the_whole_stock_is_read_to_its_end_and_as_it_is(shop: Shop) -> None:
    found = {car.vin: car async for car in shop.inventory.search(VehicleQuery(postal_code="90210"))}
    used = {car.vin: car for car in shop.cars if car.model.brand == "BMW" and not car.is_new}
    assert found.keys() == used.keys()
    for vin, car in used.items():
        read = found[vin]
        assert (read.year, read.model, read.series) == (car.year, car.model.name, car.model.series)
        assert (read.price_usd, read.msrp_usd, read.odometer_miles) == (car.price_usd, car.msrp_usd, car.odometer_miles)
        assert (read.exterior, read.exterior_colour) == car.paint_name
        assert (read.interior, read.interior_colour) == car.upholstery_name
        assert read.options == tuple(car.options.values())
        assert set(read.options) < set(read.all_equipment)
        assert (read.kind == "CPO", read.dealer_code) == (car.is_certified, car.dealer.code)
        assert (read.drivetrain, read.fuel_type, read.city_mpg) == (
            car.model.drivetrain,
            car.model.fuel,
            car.model.city_mpg,
        )


@pytest.mark.parametrize(
    "query",
    [
        VehicleQuery(series=("3 Series", "X5")),
        VehicleQuery(kinds=("CPO",)),
        VehicleQuery(programmes=("BMW Certified",), years=(2021, 2022)),
        VehicleQuery(fuel_types=("Electric",), odometers=("30,000 or less",)),
        VehicleQuery(prices=("$20,000 - $29,999",), drivetrains=("AWD",), sort_by="price", sort_direction="asc"),
        VehicleQuery(postal_code="60611", radius_miles=400),
    ],
)
async def test_each_filter_reaches_the_search(shop: Shop, query: VehicleQuery) -> None:
    found = [car.vin async for car in shop.inventory.search(query)]
    everything = [car.vin async for car in shop.inventory.search(VehicleQuery())]
    assert 0 < len(found) < len(everything)


async def test_one_car_is_looked_up_with_its_photo(shop: Shop) -> None:
    vin = next(car.vin for car in shop.cars if car.model.brand == "BMW" and not car.is_new)
    car = await shop.inventory.fetch_vehicle(vin)
    assert car is not None
    assert car.vin == vin
    assert (await shop.inventory.fetch_photo(car.photo_urls[0])).startswith(b"\x89PNG")
    assert await shop.inventory.fetch_vehicle(Vin("WBA99999999999999")) is None


async def test_facets_and_dealers_come_when_they_are_wanted(shop: Shop) -> None:
    page = await shop.inventory.fetch_page(VehicleQuery(), with_facets=True, with_dealers=True)
    assert (len(page.vehicles), page.size) == (100, 100)
    assert isinstance(page.facets, list)
    assert {car.dealer_code for car in page.vehicles} <= {dealer.dealer_code for dealer in page.dealers}
    bare = await shop.inventory.fetch_page(VehicleQuery())
    assert (bare.facets, bare.dealers) == (None, ())


async def test_minis_are_read_page_by_page_and_as_they_are(shop: Shop) -> None:
    query = MiniQuery(zip_code="90210", sorting=(Sorting(by=SortBy.PRICE, is_descending=True),))
    found = [car async for car in shop.inventory.search_minis(query)]
    minis = {car.vin: car for car in shop.cars if car.model.brand == "MINI"}
    assert {car.vin for car in found} == minis.keys()
    assert [car.price_usd for car in found] == sorted((car.price_usd for car in minis.values()), reverse=True)
    for car in found:
        truth = minis[Vin(car.vin)]
        assert (car.model_year, car.odometer_miles, car.exterior) == (
            truth.year,
            truth.odometer_miles,
            truth.paint_name[0],
        )
        assert car.order_status == int(truth.status)
        assert {option.code for option in car.options} > set(truth.options)


async def test_the_way_of_a_new_car_is_told_in_words_for_both_brands(shop: Shop) -> None:
    states = set[OrderState | None]()
    for brand in SearchBrand:
        query = MiniQuery(brand=brand, is_used=False, bucket=StockBucket.PIPELINE)
        states |= {car.order_state async for car in shop.inventory.search_minis(query)}
    assert states == {OrderState.IN_PRODUCTION, OrderState.IN_TRANSIT, OrderState.ARRIVING_SOON}


async def test_a_dealer_of_minis_has_places_with_an_address(shop: Shop) -> None:
    page = await shop.inventory.fetch_mini_page(MiniQuery(zip_code="90210", range_miles=10))
    assert {car.dealer_id for car in page.vehicles} == {dealer.center_id for dealer in page.dealers}
    [site, *_] = page.dealers[0].new_vehicle_sales
    assert site.address is not None
    assert (site.address.state, site.distance_miles is not None) == ("CA", True)


async def test_what_minis_have_and_can_be_filtered_by(shop: Shop) -> None:
    groups = await shop.inventory.fetch_features(MiniQuery(more_filters={"series": ["Countryman"]}))
    assert all(group.features for group in groups)
    filters = await shop.inventory.fetch_filters()
    assert "Countryman" in {named.name for named in filters.model_ranges}
    assert (filters.first_model_year or 0) < (filters.last_model_year or 0)


async def test_models_and_their_options(shop: Shop) -> None:
    [i4] = [series for series in await shop.inventory.fetch_models() if series.name == "i4"]
    [model] = i4.models
    assert model.code is not None
    configuration = await shop.inventory.fetch_configuration(model.code)
    assert len(configuration.designs) == 2
    assert any(option.is_paint for option in configuration.options)
    assert all(option.name for option in await shop.inventory.fetch_options(model.code))
    assert await shop.inventory.fetch_tech_specs(model.code)
    with pytest.raises(BmwRefused):
        await shop.inventory.fetch_options("none")


async def test_dealer_and_new_cars_of_a_zip_code(shop: Shop) -> None:
    assert "Chicago" in ((await shop.inventory.fetch_dealer("60611")).name or "")
    page = await shop.inventory.fetch_new_vehicles("60611")
    assert page.total == len(page.vehicles)
    assert {car.vin for car in page.vehicles} == {
        car.vin for car in shop.cars if car.is_new and car.model.brand == "BMW"
    }
    none = await shop.inventory.fetch_new_vehicles("60611", wishes={"selectedModelYears": ["1999"]})
    assert none.vehicles == ()


async def test_one_token_is_asked_for_and_kept(shop: Shop) -> None:
    for _ in range(3):
        await shop.inventory.fetch_page(VehicleQuery())
    assert len(shop.cloud.store.saved) == 1
    async with sdk(shop.cloud, PAIR) as later:
        await later.fetch_page(VehicleQuery())
    assert len(shop.cloud.store.saved) == 1


async def test_a_token_is_renewed_when_it_has_expired_and_when_it_is_refused(shop: Shop) -> None:
    await shop.inventory.fetch_page(VehicleQuery())
    shop.cloud.clock.advance(minutes=24 * 60)
    await shop.inventory.fetch_page(VehicleQuery())
    shop.break_with("inventory-tokens-refused", times=1)
    await shop.inventory.fetch_page(VehicleQuery())
    assert len({tokens.access_token for tokens in shop.cloud.store.saved}) == 3


async def test_a_token_that_cannot_be_stored_is_used_all_the_same(shop: Shop) -> None:
    shop.cloud.store.refuses = StoreError("the disk is full")
    for _ in range(2):
        assert (await shop.inventory.fetch_page(VehicleQuery())).total > 0
    assert shop.cloud.store.saved == []


async def test_the_sites_own_way_to_a_token(cloud: Cloud) -> None:
    async with sdk(cloud, Storefront(username="a", password="b", way="basic")) as inventory:
        assert (await inventory.fetch_page(VehicleQuery())).total > 0


@pytest.mark.parametrize("way", ["form", "basic"])
async def test_a_storefront_that_bmw_does_not_know(cloud: Cloud, way: str) -> None:
    cloud.emulator.faults.switch_on(FaultSwitch(name="unknown-clients-refused"))
    async with sdk(cloud, Storefront(username="a", password="b", way=way)) as inventory:  # type: ignore[arg-type]
        with pytest.raises(BmwRefused, match="storefront"):
            await inventory.fetch_page(VehicleQuery())


async def test_without_a_storefront_all_but_the_search_works(cloud: Cloud) -> None:
    async with sdk(cloud, None) as inventory:
        assert await inventory.fetch_models()
        with pytest.raises(ConfigError, match="storefront"):
            await inventory.fetch_page(VehicleQuery())


async def test_the_rate_park_is_named_with_its_wait(shop: Shop) -> None:
    shop.break_with("inventory-parked")
    with pytest.raises(RateLimited) as parked:
        [car async for car in shop.inventory.search(VehicleQuery())]
    assert parked.value.retry_after_s == 1_200


async def test_the_rate_park_is_waited_out(make_cloud: CloudMaker) -> None:
    async with (
        make_cloud(inventory=InventorySettings(calls_a_window=1)) as cloud,
        sdk(cloud, PAIR) as inventory,
    ):
        found = [car.vin async for car in inventory.search(VehicleQuery(), waits_when_parked=True)]
        assert len(found) == len(set(found)) > 100
        assert cloud.clock.sleeps_s == [1_200]


async def test_who_stays_parked_is_told_so_in_the_end(shop: Shop) -> None:
    shop.break_with("inventory-parked")
    with pytest.raises(RateLimited):
        [car async for car in shop.inventory.search(VehicleQuery(), waits_when_parked=True)]
    assert shop.cloud.clock.sleeps_s == [1_200] * PARKS_IN_A_ROW


@pytest.mark.parametrize("fault", ["inventory-500", "inventory-not-json"])
async def test_a_fault_that_passes_is_asked_again(shop: Shop, fault: str) -> None:
    shop.break_with(fault, times=2)
    assert await shop.inventory.fetch_models()
    shop.break_with(fault)
    with pytest.raises(BmwUnavailable):
        await shop.inventory.fetch_models()


async def test_a_query_that_the_search_refuses(shop: Shop) -> None:
    with pytest.raises(BmwRefused, match="refused the query"):
        await shop.inventory.fetch_mini_page(MiniQuery(more_filters={"horsepower": 300}))
    shop.break_with("graphql-errors", times=1)
    with pytest.raises(BmwRefused, match="Internal Server Error"):
        await shop.inventory.fetch_filters()


async def test_every_operation_of_the_table_is_answered(shop: Shop) -> None:
    values: dict[str, dict[str, object]] = {
        "configuration": {"code": "24IJ"},
        "options": {"code": "24IJ"},
        "tech-specs": {"code": "24IJ"},
        "dealer": {"zip_code": "90210"},
        "new-vehicles": {"zip_code": "90210"},
    }
    for name in OPERATIONS:
        assert (await shop.inventory.rest.call(name, values.get(name))).startswith((b"{", b"["))
    with pytest.raises(ConfigError, match="no operation"):
        await shop.inventory.rest.call("none")


async def test_a_path_that_nobody_described_is_asked_for(shop: Shop) -> None:
    path = "/UBYOConfigurator/v4/BM/modellist"
    assert await shop.inventory.rest.call_path(path, server="configurator", query={"a": "b"})
    with pytest.raises(ConfigError, match="no path"):
        await shop.inventory.rest.call_path("modellist")
    with pytest.raises(BmwRefused) as refused:
        await shop.inventory.rest.call_path("/nowhere/WBA00000000000017", server="configurator")
    assert "WBA00000000000017" not in str(refused.value)


def test_the_stock_has_300_cars() -> None:
    assert len({car.vin for car in fill_lots(cars=300, seed=1)}) == 300
