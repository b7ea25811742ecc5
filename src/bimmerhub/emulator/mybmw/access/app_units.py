"""Distances in miles, for an app whose header bmw-units-preferences says `d=MI`.

The header is known from clients, and that the state of v4 stays metric all the same is inferred: so the first list,
trips and the odometer of a charging session change here, and nothing else. Consumption stays as it is.
"""

import json
import re
from collections.abc import Mapping

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

HEADER = "bmw-units-preferences"
KM_PER_MILE = 1.609344
_MILES = {"KILOMETERS": "MILES", "km": "mi"}
_NUMBERS = ("value", "mileage", "distance", "rangeValue", "formattedMileage")
"""Members that stand beside a unit, as numbers or as texts."""
_UNITS = ("units", "distanceUnit", "rangeUnits")
_TEXT = re.compile(r"\b(\d{1,3}(?:,\d{3})+|\d+) km$")


def wants_miles(request: Request) -> bool:
    """Tell whether a request wants distances in miles."""
    pairs = (part.partition("=") for part in request.headers.get(HEADER, "").split(";"))
    return any((name.strip().lower(), unit.strip().upper()) == ("d", "MI") for name, _, unit in pairs)


def in_units_of(request: Request, answer: Mapping[str, object] | list[dict[str, object]]) -> Response:
    """Return an answer as JSON, in miles if the request wants them."""
    return JSONResponse(_in_miles(json.loads(json.dumps(answer))) if wants_miles(request) else answer)


def _in_miles(value: object) -> object:
    if isinstance(value, list):
        return [_in_miles(item) for item in value]
    if isinstance(value, str):
        return _TEXT.sub(lambda match: f"{_convert(int(match[1].replace(',', ''))):,} mi", value)
    if not isinstance(value, dict):
        return value
    unit = next((name for name in _UNITS if value.get(name) in _MILES), None)
    converted = {name: _in_miles(member) for name, member in value.items()}
    if unit is None:
        return converted
    for name in _NUMBERS:
        if isinstance(member := value.get(name), int | float):
            converted[name] = _convert(member)
        elif isinstance(member, str) and member.isdigit():
            converted[name] = str(_convert(int(member)))
    return {**converted, unit: _MILES[value[unit]]}


def _convert(km: float) -> float:
    """Return miles: whole ones of whole kilometres, else with one decimal."""
    return round(km / KM_PER_MILE) if isinstance(km, int) else round(km / KM_PER_MILE, 1)
