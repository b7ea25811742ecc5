"""A car of the dealers' stock in one shape, whichever of BMW's searches told it: for tables, CSV and JSON."""

from typing import TYPE_CHECKING

import msgspec

if TYPE_CHECKING:
    from bimmerhub.bmw.inventory import MiniVehicle, StockVehicle

Number = int | float
_KINDS = {"CPO": "certified", "CERTIFIED": "certified", "USED": "used"}


class StockRow(msgspec.Struct, frozen=True, kw_only=True):
    """One car. `kind` is new, used or certified (used, by BMW's own programme); any other word is BMW's.

    `where` is how far a new car is from its dealer; `dealer` the dealer's code, of MINI's search with its town.
    """

    vin: str
    year: int | None
    model: str | None
    series: str | None
    kind: str | None
    where: str | None
    price_usd: Number | None
    msrp_usd: Number | None
    odometer_miles: Number | None
    distance_miles: Number | None
    exterior: str | None
    interior: str | None
    drivetrain: str | None
    fuel: str | None
    dealer: str | None
    page_url: str | None


def row_of_used_bmw(car: "StockVehicle") -> StockRow:
    """Return a car of the search for used BMWs."""
    return StockRow(
        vin=car.vin,
        year=car.year,
        model=car.model,
        series=car.series,
        kind=_kind(car.kind),
        where=None,
        price_usd=car.price_usd,
        msrp_usd=car.msrp_usd,
        odometer_miles=car.odometer_miles,
        distance_miles=car.distance_miles,
        exterior=car.exterior,
        interior=car.interior,
        drivetrain=car.drivetrain,
        fuel=car.fuel_type,
        dealer=car.dealer_code,
        page_url=car.page_url,
    )


def row_of_search_car(car: "MiniVehicle", *, page_url: str | None) -> StockRow:
    """Return a car of MINI's search, which has BMWs too; `page_url` is the whole address of its page."""
    state = car.order_state
    return StockRow(
        vin=car.vin,
        year=car.model_year,
        model=car.name,
        series=None if car.model_range is None else car.model_range.name,
        kind="new" if car.used_car_kind is None else _kind(car.used_car_kind),
        where=None if state is None else state.value,
        price_usd=car.price_usd,
        msrp_usd=car.msrp_usd,
        odometer_miles=car.odometer_miles,
        distance_miles=None,
        exterior=car.exterior,
        interior=car.interior,
        drivetrain=None if car.drive is None else car.drive.name,
        fuel=car.fuel_type,
        dealer=" ".join(part for part in (car.dealer_id, car.dealer_location) if part) or None,
        page_url=page_url,
    )


def _kind(word: str | None) -> str | None:
    return None if word is None else _KINDS.get(word.upper(), word)
