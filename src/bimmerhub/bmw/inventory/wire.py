"""Bytes that the dealers' sites answer, turned into models. Pure: no clock, no sockets.

In: a body. Out: a model of `models`. MalformedPayload when the body is not what BMW sends; nothing else is raised for
bad bytes. Here end: descriptions joined by "|", photos as file names below a root, objects that may be lists of one,
numbers that may be texts.
Sources: a public collection of requests (2023), clients 2023-2026.
"""

import re
from collections.abc import Mapping
from typing import Final

from bimmerhub.bmw.answers.lenient_structs import (
    decode_document,
    decode_members,
    read_needed,
    read_object,
    read_objects,
)
from bimmerhub.bmw.inventory.models import (
    Configuration,
    ConfiguredOption,
    FeatureGroup,
    FilterOptions,
    MiniPage,
    ModelOption,
    ModelSeries,
    NearestDealer,
    NewVehiclePage,
    SearchPage,
    StockDealer,
    StockVehicle,
)
from bimmerhub.errors import MalformedPayload
from bimmerhub.ids import is_vin

_JOINED: Final = ("optionDescriptions", "allDescriptions")
_DIGITS: Final = re.compile(r"\d{1,9}", re.ASCII)
_SITES: Final = ("newVehicleSales", "certifiedPreowned")


def decode_page(body: bytes) -> SearchPage:
    """Return a page of used cars, those whose VIN can be one."""
    document = decode_members(body)
    total = _count(document.get("totalRecords"))
    if total is None:
        raise MalformedPayload("a search without totalRecords")
    details = document.get("photoDetails")
    root = details.get("root") if isinstance(details, Mapping) else None
    vehicles = document.get("vehicles")
    items = [_with_lists(item, root) for item in _with_vin(vehicles)]
    return SearchPage(
        total=total,
        count=len(vehicles) if isinstance(vehicles, list) else 0,
        size=_count(document.get("pageSize")),
        vehicles=read_objects(StockVehicle, items),
        dealers=read_objects(StockDealer, document.get("dealers")),
        facets=document.get("facets"),
    )


def decode_new_page(body: bytes) -> NewVehiclePage:
    """Return a page of new cars."""
    page = decode_members(body)
    return read_needed(NewVehiclePage, {**page, "vehicles": _with_vin(page.get("vehicles"))}, "a page of new cars")


def decode_dealer(body: bytes) -> NearestDealer:
    """Return the dealer of a zip code; the first one of a list (what comes is one object)."""
    return read_needed(NearestDealer, _first(decode_document(body)), "a dealer")


def decode_features(body: bytes) -> tuple[FeatureGroup, ...]:
    """Return what cars have, by kind."""
    return read_objects(FeatureGroup, _answer(body, "getAvailableFeatures"))


def decode_filters(body: bytes) -> FilterOptions:
    """Return what can be filtered by."""
    return read_needed(FilterOptions, _answer(body, "getFilterableOptions"), "filters")


def decode_minis(body: bytes) -> MiniPage:
    """Return a page of MINI's search, its cars whose VIN can be one."""
    page = _answer(body, "getInventory")
    if not isinstance(page, Mapping):
        raise MalformedPayload("an answer without getInventory")
    dealers = page.get("dealerInfo")
    items = [_with_sites(item) for item in dealers] if isinstance(dealers, list) else []
    cars = _with_vin(page.get("result"))
    return read_needed(MiniPage, {**page, "dealerInfo": items, "result": cars}, "a page of cars")


def decode_models(body: bytes) -> tuple[ModelSeries, ...]:
    """Return the models by series, in BMW's order."""
    document = decode_members(body)
    series = (
        read_object(ModelSeries, {**item, "name": name}) for name, item in document.items() if isinstance(item, dict)
    )
    return tuple(item for item in series if item is not None)


def decode_configuration(body: bytes) -> Configuration:
    """Return what a configuration begins with."""
    document = decode_members(body)
    details, configuration = document.get("optionDetails"), document.get("configuration")
    if not isinstance(details, Mapping):
        raise MalformedPayload("a configuration without optionDetails")
    options = (
        read_object(ConfiguredOption, {**item, "code": code})
        for code, item in details.items()
        if isinstance(item, dict)
    )
    designs = configuration.get("designs") if isinstance(configuration, Mapping) else None
    return Configuration(
        designs=designs if isinstance(designs, list) else [],
        options=tuple(option for option in options if option is not None),
    )


def decode_options(body: bytes) -> tuple[ModelOption, ...]:
    """Return what can be ordered with a model."""
    document = decode_document(body)
    if not isinstance(document, list):
        raise MalformedPayload("options that are no list")
    return read_objects(ModelOption, document)


def decode_json(body: bytes) -> object:
    """Return an answer whose form is not known as it came."""
    return decode_document(body)


def _count(value: object) -> int | None:
    """Return a count, also one that is written as text; None for what is none."""
    if isinstance(value, str):
        return int(value) if _DIGITS.fullmatch(value) else None
    return value if isinstance(value, int) and not isinstance(value, bool) and value >= 0 else None


def _with_vin(items: object) -> list[Mapping[str, object]]:
    """Return the objects of a list whose VIN can be one."""
    cars = [item for item in items if isinstance(item, dict)] if isinstance(items, list) else []
    return [car for car in cars if is_vin(car.get("vin"))]


def _with_lists(item: Mapping[str, object], root: object) -> dict[str, object]:
    """Return a vehicle whose joined texts are lists, and whose photos are whole addresses."""
    members = dict(item)
    for name in _JOINED:
        if isinstance(text := members.get(name), str):
            members[name] = [part.strip() for part in text.split("|") if part.strip()]
    photos = members.get("photos")
    names = [name for name in photos if isinstance(name, str)] if isinstance(photos, list) else []
    members["photos"] = [_photo_url(name, root) for name in names if name]
    return members


def _photo_url(name: str, root: object) -> str:
    is_whole = name.startswith(("https://", "http://")) or not isinstance(root, str)
    return name if is_whole else f"{root.rstrip('/') if isinstance(root, str) else ''}/images/{name}"


def _with_sites(item: object) -> object:
    """Return a dealer whose places are lists, with one address each."""
    if not isinstance(item, Mapping):
        return item
    members = dict(item)
    for name in _SITES:
        sites = members.get(name)
        listed = sites if isinstance(sites, list) else [sites]
        members[name] = [{**site, "address": _first(site.get("address"))} for site in listed if isinstance(site, dict)]
    return members


def _first(value: object) -> object:
    """Return the first of a list, anything else as it is."""
    return (value[0] if value else None) if isinstance(value, list) else value


def _answer(body: bytes, name: str) -> object:
    """Return the data of one GraphQL operation."""
    data = decode_members(body).get("data")
    if not isinstance(data, Mapping) or name not in data:
        raise MalformedPayload(f"an answer without {name}")
    answer: object = data[name]
    return answer
