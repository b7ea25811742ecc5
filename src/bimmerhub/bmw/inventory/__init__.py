"""The dealers' stock in the USA: used BMWs of bmwusa.com, MINI's search, models, dealers, photos.

>>> async with Inventory(storefront=Storefront(username=NAME, password=PASSWORD)) as inventory:
...     async for car in inventory.search(VehicleQuery(postal_code="90210", series=("3 Series",))):
...         print(car.year, car.model, car.price_usd, car.odometer_miles)
...     async for mini in inventory.search_minis(MiniQuery(zip_code="90210")):
...         print(mini.name, mini.order_state)

Not sanctioned by BMW: the pages of its dealers ask so. After about 150 searches in 20 minutes BMW answers nobody at the
address for some 20 minutes.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from bimmerhub.bmw.inventory.auth import Storefront
    from bimmerhub.bmw.inventory.client import Inventory
    from bimmerhub.bmw.inventory.endpoints import Endpoints
    from bimmerhub.bmw.inventory.graphql_queries import MiniQuery, Sorting
    from bimmerhub.bmw.inventory.models import (
        Configuration,
        ConfiguredOption,
        FeatureGroup,
        FilterOptions,
        MiniDealer,
        MiniPage,
        MiniVehicle,
        ModelOption,
        ModelSeries,
        NearestDealer,
        NewVehicle,
        SearchPage,
        StockVehicle,
    )
    from bimmerhub.bmw.inventory.rest import InventoryRest
    from bimmerhub.bmw.inventory.vehicle_query import VehicleQuery
    from bimmerhub.bmw.inventory.words import FeatureKind, OrderState, SearchBrand, SortBy, StockBucket
    from bimmerhub.bmw.tokens.token_file import TokenFile

__all__ = [
    "Configuration",
    "ConfiguredOption",
    "Endpoints",
    "FeatureGroup",
    "FeatureKind",
    "FilterOptions",
    "Inventory",
    "InventoryRest",
    "MiniDealer",
    "MiniPage",
    "MiniQuery",
    "MiniVehicle",
    "ModelOption",
    "ModelSeries",
    "NearestDealer",
    "NewVehicle",
    "OrderState",
    "SearchBrand",
    "SearchPage",
    "SortBy",
    "Sorting",
    "StockBucket",
    "StockVehicle",
    "Storefront",
    "TokenFile",
    "VehicleQuery",
]

_HERE = "bimmerhub.bmw.inventory."
_MODELS = _HERE + "models"
_HOMES = {
    **dict.fromkeys(__all__, _MODELS),
    "StockBucket": _HERE + "words",
    "Endpoints": _HERE + "endpoints",
    "FeatureKind": _HERE + "words",
    "Inventory": _HERE + "client",
    "InventoryRest": _HERE + "rest",
    "MiniQuery": _HERE + "graphql_queries",
    "OrderState": _HERE + "words",
    "SearchBrand": _HERE + "words",
    "SortBy": _HERE + "words",
    "Sorting": _HERE + "graphql_queries",
    "Storefront": _HERE + "auth",
    "TokenFile": "bimmerhub.bmw.tokens.token_file",
    "VehicleQuery": _HERE + "vehicle_query",
}


def __dir__() -> list[str]:
    """Return the public names, for those who explore: none may be imported yet."""
    return [*__all__]


def __getattr__(name: str) -> Any:  # noqa: ANN401 - the types are those imported above
    """Return a public name from the module that defines it; nothing is imported before it is used."""
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_HOMES[name]), name)
