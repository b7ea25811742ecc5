"""The three GraphQL queries that miniusa.com sends, as text. Pure.

Arguments stand in the text, as in the page's own requests: the names of the types, which variables would need, are not
known. Sources: a public collection of requests (2023), clients 2025-2026.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from bimmerhub.bmw.inventory.vehicle_query import check_zip_code
from bimmerhub.bmw.inventory.words import FeatureKind, SearchBrand, SortBy, StockBucket
from bimmerhub.errors import ConfigError

_SITE: Final = (
    "{ dealerName distance longitude locationID dealerURL phoneNumber address { lineOne lineTwo city state zipcode } }"
)
_VEHICLE: Final = (
    "name modelYear vehicleDetailsPage milesPerGallon milesPerGallonEqv code agCode engineDriveType { name } "
    "modelRange { code name } qualifiedModelCode totalMsrp internetPrice dealerId dealerLocation orderStatus vin "
    "options { name code isPaint isUpholstery isTrim } fuelType usedCarType exteriorColorCode "
    "exteriorColorDescription interiorColorCode interiorColorDescription mileage images"
)
_PAGE: Final = (
    "{ numberOfFilteredVehicles pageNumber totalPages errorCode "
    f"dealerInfo {{ centerID newVehicleSales {_SITE} certifiedPreowned {_SITE} }} result {{ {_VEHICLE} }} }}"
)
_FILTERS: Final = (
    "{ dealerIds models { code name } modelRange { code name } minPrice maxPrice minModelYear maxModelYear "
    "engineDriveTypes { code name } fuelTypes { code name } transmissionTypes }"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sorting:
    """One rule of the order."""

    by: SortBy | str
    is_descending: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class MiniQuery:
    """What one looks for. None says nothing of it; prices are US dollars. ConfigError for what is no zip code.

    `more_filters` are further members of the filter by BMW's names, such as `series`, `paints`, `statuses`.
    """

    brand: SearchBrand = SearchBrand.MINI
    zip_code: str | None = None
    bucket: StockBucket = StockBucket.BYO
    range_miles: int | None = None
    is_used: bool | None = None
    is_sold: bool | None = False
    without_stop_sale: bool | None = True
    lowest_price: int | None = None
    highest_price: int | None = None
    first_model_year: int | None = None
    last_model_year: int | None = None
    more_filters: Mapping[str, object] | None = None
    sorting: tuple[Sorting, ...] = (Sorting(by=SortBy.DISTANCE), Sorting(by=SortBy.PRICE))

    def __post_init__(self) -> None:
        """Refuse what is no zip code."""
        if self.zip_code is not None:
            check_zip_code(self.zip_code)


def features_query(query: MiniQuery, kinds: Sequence[FeatureKind] = tuple(FeatureKind)) -> str:
    """Return the query for what the cars have."""
    arguments = {**_place(query), "types": [_word(kind) for kind in kinds], "filter": _filter(query)}
    return _operation("getAvailableFeatures", arguments, "{ type features { name code cosyURL isStandard } }")


def filters_query(brand: SearchBrand = SearchBrand.MINI) -> str:
    """Return the query for what can be filtered by."""
    return _operation("getFilterableOptions", {"brand": _word(brand)}, _FILTERS)


def inventory_query(query: MiniQuery, *, page: int, page_size: int) -> str:
    """Return the query for one page of cars; pages count from 1."""
    rules = [
        {"order": _word("DESC" if rule.is_descending else "ASC"), "criteria": _word(rule.by)} for rule in query.sorting
    ]
    arguments = {
        **_place(query),
        "filter": _filter(query),
        "sorting": rules,
        "pagination": {"pageIndex": page, "pageSize": page_size},
    }
    return _operation("getInventory", arguments, _PAGE)


class _Bare(str):
    """A word that stands without quotation marks: a member of an enumeration."""

    __slots__ = ()


def _word(text: str) -> _Bare:
    if not text.isidentifier():
        raise ConfigError(f"{text[:40]!r} is no word of BMW's search")
    return _Bare(text)


def _place(query: MiniQuery) -> dict[str, object]:
    return {"brand": _word(query.brand), "zip": query.zip_code, "bucket": _word(query.bucket)}


def _filter(query: MiniQuery) -> dict[str, object]:
    return {
        "locatorRange": query.range_miles,
        "minPrice": query.lowest_price,
        "maxPrice": query.highest_price,
        "minModelYear": query.first_model_year,
        "maxModelYear": query.last_model_year,
        "excludeStopSale": query.without_stop_sale,
        "sold": query.is_sold,
        "used": query.is_used,
        **(query.more_filters or {}),
    }


def _operation(name: str, arguments: Mapping[str, object], fields: str) -> str:
    written = ", ".join(f"{key}: {_write(value)}" for key, value in arguments.items() if value is not None)
    return f"query inventory {{ {name}({written}) {fields} }}"


def _write(value: object) -> str:
    """Return a value as GraphQL writes it; members that are None are left out."""
    match value:
        case _Bare():
            return str(value)
        case Mapping():
            members = (f"{_word(key)}: {_write(part)}" for key, part in value.items() if part is not None)
            return "{" + ", ".join(members) + "}"
        case list() | tuple():
            return "[" + ", ".join(map(_write, value)) + "]"
    return json.dumps(value)
