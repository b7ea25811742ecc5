"""A search of the dealers' stock in a person's words, asked of the site that can answer it.

BMW's filters by price and odometer are words like "$20,000 - $29,999", and which of them there are is not known: so
what a person says of both is judged here, car by car. The used BMWs have a search of their own; new ones and MINIs are
in that of miniusa.com.
"""

from collections.abc import AsyncGenerator, Callable, Mapping
from typing import TYPE_CHECKING, Final

from bimmerhub.cli.american.stock_rows import StockRow, row_of_search_car, row_of_used_bmw
from bimmerhub.cli.american.stock_wish import StockWish

if TYPE_CHECKING:
    from bimmerhub.bmw.inventory import Inventory
    from bimmerhub.bmw.inventory.graphql_queries import Sorting

_KEYS: Final[Mapping[str, Callable[[StockRow], float]]] = {
    "odometer": lambda car: _last(car.odometer_miles),
    "year": lambda car: -(car.year or 0),
    "distance": lambda car: _last(car.distance_miles),
}
"""Orders that are made here, once all cars have come: newest year first, what is not told last."""


async def search_stock(inventory: "Inventory", wish: StockWish, *, waits: bool) -> AsyncGenerator[StockRow]:
    """Yield the cars that meet a wish, to the last page; errors as `Inventory.search`.

    Orders that the site does not know are made here, when all cars have come.
    """
    cars = _search_used_bmws(inventory, wish, waits=waits) if wish.is_of_used_bmws else _search_others(inventory, wish)
    if wish.order is None or _is_the_sites(wish):
        async for car in cars:
            if _is_beyond(wish, car):
                return  # what comes from here on is dearer still, or cheaper
            if wish.is_met_by(car):
                yield car
        return
    matching = [car async for car in cars if wish.is_met_by(car)]
    for car in sorted(matching, key=_KEYS[wish.order]):
        yield car


def _is_beyond(wish: StockWish, car: StockRow) -> bool:
    """Tell whether the cars that come by price have left what is wanted."""
    price, low, high = car.price_usd, wish.price_from, wish.price_to
    if price is None:
        return False
    is_too_dear = wish.order == "price" and high is not None and price > high
    return is_too_dear or (wish.order == "price-down" and low is not None and price < low)


def _is_the_sites(wish: StockWish) -> bool:
    """Tell whether the site itself sorts so: both by price, MINI's by distance too."""
    return wish.order in {"price", "price-down"} or (wish.order == "distance" and not wish.is_of_used_bmws)


async def _search_used_bmws(inventory: "Inventory", wish: StockWish, *, waits: bool) -> AsyncGenerator[StockRow]:
    from bimmerhub.bmw.inventory import VehicleQuery

    is_by_price = wish.order in {"price", "price-down"}
    query = VehicleQuery(
        postal_code=wish.near,
        radius_miles=wish.radius_miles or 0,
        series=wish.series,
        kinds=("CPO",) if wish.condition == "certified" else (),
        years=wish.years,
        sort_by="price" if is_by_price else None,
        sort_direction=("desc" if wish.order == "price-down" else "asc") if is_by_price else None,
    )
    async for car in inventory.search(query, waits_when_parked=waits):
        yield row_of_used_bmw(car)


async def _search_others(inventory: "Inventory", wish: StockWish) -> AsyncGenerator[StockRow]:
    from bimmerhub.bmw.inventory import MiniQuery
    from bimmerhub.bmw.inventory.words import SearchBrand

    brand = SearchBrand.MINI if wish.brand == "mini" else SearchBrand.BMW
    query = MiniQuery(
        brand=brand,
        zip_code=wish.near,
        range_miles=wish.radius_miles,
        is_used=None if wish.condition is None else wish.condition != "new",
        lowest_price=wish.price_from,
        highest_price=wish.price_to,
        first_model_year=wish.years[0] if wish.years else None,
        last_model_year=wish.years[-1] if wish.years else None,
        more_filters={"series": list(wish.series)} if wish.series else None,
        sorting=_sorting(wish),
    )
    async for car in inventory.search_minis(query):
        yield row_of_search_car(car, page_url=inventory.page_url(car, brand))


def _sorting(wish: StockWish) -> "tuple[Sorting, ...]":
    """Return the order by price if that is wanted, else from near to far, as the page asks."""
    from bimmerhub.bmw.inventory.graphql_queries import Sorting
    from bimmerhub.bmw.inventory.words import SortBy

    price = Sorting(by=SortBy.PRICE, is_descending=wish.order == "price-down")
    is_by_price = wish.order in {"price", "price-down"} or wish.near is None
    return (price,) if is_by_price else (Sorting(by=SortBy.DISTANCE), price)


def _last(number: float | None) -> float:
    return float("inf") if number is None else number
