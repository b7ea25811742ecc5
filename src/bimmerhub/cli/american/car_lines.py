"""One car of the stock in a person's words: what it is, line by line, and its equipment."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bimmerhub.bmw.inventory import MiniVehicle, StockVehicle
    from bimmerhub.cli.american.stock_rows import StockRow


def lines_of(car: "StockVehicle | MiniVehicle", row: "StockRow") -> tuple[list[tuple[str, str]], list[str]]:
    """Return pairs of what and value, and the names of the equipment; `row` is the same car."""
    from bimmerhub.bmw.inventory import MiniVehicle

    more: tuple[tuple[str, str | None], ...]
    if isinstance(car, MiniVehicle):
        equipment = [
            option.name for option in car.options if option.name and not (option.is_paint or option.is_upholstery)
        ]
        more = (("consumption", _of(car.miles_per_gallon or car.miles_per_gallon_equivalent, "{} miles per gallon")),)
    else:
        equipment = [*(car.all_equipment or car.options)]
        more = (
            ("engine", car.engine_description),
            ("body", car.body_style),
            ("transmission", car.transmission_type),
            ("consumption", _consumption(car)),
        )
    pairs = [*_pairs(row), *more, ("photo", car.photo_urls[0] if car.photo_urls else None), ("page", row.page_url)]
    return [(what, value) for what, value in pairs if value], equipment


def _pairs(row: "StockRow") -> Iterator[tuple[str, str | None]]:
    name = " ".join(str(part) for part in (row.year, row.model) if part)
    yield "VIN", row.vin
    yield "car", name
    yield "series", row.series
    yield "is", f"new, {row.where}" if row.kind == "new" and row.where else row.kind
    yield "price", _of(row.price_usd, "{:,.0f} USD")
    yield "list price", _of(row.msrp_usd, "{:,.0f} USD")
    yield "odometer", _of(row.odometer_miles, "{:,.0f} miles")
    yield "away", _of(row.distance_miles, "{:,.0f} miles")
    yield "outside", row.exterior
    yield "inside", row.interior
    yield "drive", row.drivetrain
    yield "fuel", row.fuel
    yield "dealer", row.dealer


def _consumption(car: "StockVehicle") -> str | None:
    if car.city_mpg is None or car.highway_mpg is None:
        return None
    return f"{car.city_mpg:g} miles per gallon in town, {car.highway_mpg:g} on the highway"


def _of(value: object, form: str) -> str | None:
    return None if value is None else form.format(value)
