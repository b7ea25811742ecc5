"""`POST /vehicle`: filters, facets, order and paging over the used BMWs in stock.

Like the service, it reads the names of members whatever their case. A filter that nobody has described is ignored, and
the form of facets is invented.
"""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from bimmerhub.emulator.inventory.lots.stock import StockCar
from bimmerhub.emulator.inventory.lots.towns import find_town, miles_between
from bimmerhub.emulator.inventory.vehicle_answers import describe_car, describe_dealer, kind_of
from bimmerhub.errors import BimmerhubError

LARGEST_PAGE = 100
_USUAL_PAGE = 20
_ALL = "All Pre-Owned"
_NUMBER = re.compile(r"\d[\d,]{0,15}", re.ASCII)


class SearchRefused(BimmerhubError):
    """A search that is malformed, in words."""


@dataclass(frozen=True, slots=True, kw_only=True)
class VehicleSearch:
    """What is asked for. `offset` counts records, for that is what BMW's pageIndex does; `filters` are by name."""

    offset: int
    page_size: int
    zip_code: str
    radius_miles: float
    sort_by: str
    is_descending: bool
    with_facets: bool
    with_dealers: bool
    with_vehicles: bool
    filters: Mapping[str, tuple[str, ...]]
    vins: frozenset[str]

    @classmethod
    def read(cls, body: object) -> "VehicleSearch":
        """Return the search of a JSON body; SearchRefused when it is none."""
        if not isinstance(body, Mapping):
            raise SearchRefused("The request is invalid.")
        members = {str(name).lower(): value for name, value in body.items()}
        return cls(
            offset=max(0, _whole(members, "pageindex", 0)),
            page_size=min(max(0, _whole(members, "pagesize", _USUAL_PAGE)), LARGEST_PAGE),
            zip_code=str(members["postalcode"]).zfill(5) if members.get("postalcode") else "",
            radius_miles=_whole(members, "radius", 0),
            sort_by=str(members.get("sortby") or "").lower(),
            is_descending=str(members.get("sortdirection") or "").lower() == "desc",
            with_facets=bool(members.get("includefacets")),
            with_dealers=bool(members.get("includedealers")),
            with_vehicles=bool(members.get("includevehicles", True)),
            filters=dict(_read_filters(members.get("filters"))),
            vins=frozenset(str(vin) for vin in _list(members.get("vins"))),
        )


def search_vehicles(stock: Sequence[StockCar], search: VehicleSearch, *, photo_root: str) -> dict[str, object]:
    """Return the answer to a search."""
    town = find_town(search.zip_code)
    miles = {car.vin: None if town is None else miles_between(town, car.dealer.town) for car in stock}
    matching = [car for car in stock if _matches(car, search, miles[car.vin])]
    if (key := _ORDERS.get(search.sort_by)) is not None:
        matching.sort(key=key, reverse=search.is_descending)
    elif town is not None:
        matching.sort(key=lambda car: miles[car.vin] or 0.0, reverse=search.is_descending)
    page = matching[search.offset : search.offset + search.page_size] if search.with_vehicles else []
    answer: dict[str, object] = {
        "totalRecords": len(matching),
        "pageSize": search.page_size,
        "vehicles": [describe_car(car, miles=miles[car.vin]) for car in page],
        "photoDetails": {"root": photo_root},
    }
    if search.with_dealers:
        answer["dealers"] = [describe_dealer(dealer) for dealer in dict.fromkeys(car.dealer for car in matching)]
    if search.with_facets:
        answer["facets"] = [_count_facet(name, values_of, matching) for name, values_of in _FACETS.items()]
    return answer


def _matches(car: StockCar, search: VehicleSearch, miles: float | None) -> bool:
    if search.vins:
        return car.vin in search.vins
    if search.radius_miles > 0 and miles is not None and miles > search.radius_miles:
        return False
    return all(
        any(_FILTERS[name](car, value) for value in values)
        for name, values in search.filters.items()
        if name in _FILTERS and values
    )


def _is_within(number: float, bounds: str) -> bool:
    """Tell whether a number is within words like "30,000 or less", "$20,000 - $29,999" or "$80,000 or more"."""
    limits = [int(text.replace(",", "")) for text in _NUMBER.findall(bounds)]
    match limits:
        case [low, high]:
            return low <= number <= high
        case [limit] if "more" in bounds or "+" in bounds:
            return number >= limit
        case [limit]:
            return number <= limit
        case _:
            return False


def _is_kind(car: StockCar, value: str) -> bool:
    return value == _ALL or kind_of(car).lower() == value.lower()


def _is_programme(car: StockCar, value: str) -> bool:
    return value == _ALL or (value == "BMW Certified" and car.is_certified)


_FILTERS: Mapping[str, Callable[[StockCar, str], bool]] = {
    "series": lambda car, value: car.model.series == value,
    "type": _is_kind,
    "cpotype": _is_programme,
    "fueltype": lambda car, value: car.model.fuel == value,
    "year": lambda car, value: str(car.year) == value,
    "odometer": lambda car, value: _is_within(car.odometer_miles, value),
    "price": lambda car, value: _is_within(car.price_usd, value),
    "drivetrain": lambda car, value: car.model.drivetrain == value,
}
_FACETS: Mapping[str, Callable[[StockCar], str]] = {
    "Series": lambda car: car.model.series,
    "Type": kind_of,
    "Year": lambda car: str(car.year),
    "FuelType": lambda car: car.model.fuel,
    "Drivetrain": lambda car: car.model.drivetrain,
}
_ORDERS: Mapping[str, Callable[[StockCar], float]] = {
    "price": lambda car: car.price_usd,
    "odometer": lambda car: car.odometer_miles,
    "year": lambda car: car.year,
}


def _count_facet(name: str, value_of: Callable[[StockCar], str], cars: Iterable[StockCar]) -> dict[str, object]:
    counts: dict[str, int] = {}
    for car in cars:
        counts[value_of(car)] = counts.get(value_of(car), 0) + 1
    return {"name": name, "values": [{"value": value, "count": counts[value]} for value in sorted(counts)]}


def _read_filters(raw: object) -> Iterable[tuple[str, tuple[str, ...]]]:
    for item in _list(raw):
        if not isinstance(item, Mapping):
            raise SearchRefused("The request is invalid.")
        members = {str(name).lower(): value for name, value in item.items()}
        yield str(members.get("name") or "").lower(), tuple(str(value) for value in _list(members.get("values")))


def _list(raw: object) -> list[object]:
    if raw is None:
        return []
    if not isinstance(raw, list):
        raise SearchRefused("The request is invalid.")
    return raw


def _whole(members: Mapping[str, object], name: str, usual: int) -> int:
    raw = members.get(name)
    if raw is None:
        return usual
    try:
        return int(raw if isinstance(raw, int | float) else str(raw))
    except (ValueError, OverflowError):
        raise SearchRefused(f"{name} is no number.") from None
