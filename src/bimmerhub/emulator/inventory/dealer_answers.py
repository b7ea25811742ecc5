"""The dealers and new cars that www.bmwusa.com knows of a zip code (known from clients only)."""

from collections.abc import Mapping, Sequence

from bimmerhub.emulator.inventory.lots.dealers import UsDealer
from bimmerhub.emulator.inventory.lots.stock import StockCar


def describe_nearest(dealer: UsDealer) -> dict[str, object]:
    """Return the dealer next to a zip code."""
    town = dealer.town
    return {
        "DealerCenterID": dealer.code,
        "DealerName": dealer.name,
        "DealerAddress": f"{dealer.street}, {town.name}, {town.state} {town.zip_code}",
        "DealerUrl": dealer.url,
    }


def list_new_cars(
    stock: Sequence[StockCar], wanted: Mapping[str, object], *, page: int, size: int
) -> dict[str, object]:
    """Return one page (from 1) of the new cars that are wanted, cheapest first; what else is wanted is ignored."""
    series = {str(name) for name in _list(wanted.get("selectedSeries"))}
    years = {str(year) for year in _list(wanted.get("selectedModelYears"))}
    cars = [
        car
        for car in stock
        if car.is_new and (not series or car.model.series in series) and (not years or str(car.year) in years)
    ]
    cars.sort(key=lambda car: car.price_usd)
    first = (max(page, 1) - 1) * size
    return {
        "totalVehicleCount": len(cars),
        "vehicles": [
            {
                "name": f"{car.year} {car.model.brand} {car.model.name}",
                "vin": car.vin,
                "totalMsrp": car.msrp_usd,
                "dealer": {"businessName": car.dealer.name, "phone": car.dealer.phone, "url": car.dealer.url},
            }
            for car in cars[first : first + size]
        ],
    }


def _list(raw: object) -> list[object]:
    return raw if isinstance(raw, list) else []
