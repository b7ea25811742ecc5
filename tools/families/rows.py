"""What the SDK makes of each field: the attribute with type and unit, the descriptor of its readings, their signals."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import UnionType
from typing import Any, Union, get_args, get_origin

import msgspec

from bimmerhub.bmw.charging_profile import ChargingProfile
from bimmerhub.bmw.cockpit_answers import Efficiency, Navigation
from bimmerhub.bmw.iremote import models
from bimmerhub.bmw.iremote.catalogue import CATALOGUE, PREFIX
from bimmerhub.domain.signals.older_families import FAMILY_KEYS
from bimmerhub.ids import Descriptor
from tools.families.facts import EndpointFacts

MODELS: Mapping[str, type[msgspec.Struct]] = {
    "vehicles": models.ListedVehicle,
    "status": models.VehicleStatus,
    "lastTrip": models.LastTrip,
    "allTrips": models.AllTrips,
    "weeklyPlanner": ChargingProfile,
    "twoTimesTimer": ChargingProfile,
    "destinations": models.Destination,
    "rangemap": models.RangeMap,
    "executionStatus": models.ExecutionStatus,
    "serviceExecutionHistory": models.ServiceExecution,
    "navigation": Navigation,
    "efficiency": Efficiency,
}
"""By the name of an answer, what the SDK returns for it."""
_UNITS = {
    "_kwh_per_100km": "kWh/100 km",
    "_l_per_100km": "l/100 km",
    "_percent": "%",
    "_score": "0 to 1",
    "_km": "km",
    "_mi": "mi",
    "_min": "min",
    "_deg": "degrees",
    "_kwh": "kWh",
    "_wh": "Wh",
    "_kw": "kW",
    "_kg": "kg",
    "_l": "l",
    "_at": "UTC",
    "_month": "YYYY-MM",
    "_time": "HH:MM, the car's time",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Attribute:
    """Where the SDK has a field: the path of the attribute, its type in words, and its enumeration if it has one."""

    path: str
    kind: str
    words: type[StrEnum] | None = None
    is_list: bool = False

    @property
    def unit(self) -> str:
        """The unit that the names along the path say; "" for none."""
        names = reversed(self.path.replace("[]", "").split("."))
        return next((unit for name in names for ending, unit in _UNITS.items() if name.endswith(ending)), "")


def read_attributes(answer: str) -> dict[str, Attribute]:
    """Return the attributes of an answer's model by the paths of BMW's fields."""
    attributes = dict(_walk(MODELS[answer], "", ""))
    attributes.pop("shape", None)  # ours: which of the two charging profiles it is
    return attributes


def _walk(model: type[msgspec.Struct], field_path: str, path: str) -> Iterator[tuple[str, Attribute]]:
    for member in msgspec.structs.fields(model):
        choices = _choices(member.type)
        inner = [choice for choice in choices if isinstance(choice, type) and issubclass(choice, msgspec.Struct)]
        is_list = any(get_origin(choice) is tuple for choice in _alternatives(member.type))
        if inner:
            dots = "[]." if is_list else "."
            yield from _walk(inner[0], f"{field_path}{member.encode_name}{dots}", f"{path}{member.name}{dots}")
            continue
        words = next((c for c in choices if isinstance(c, type) and issubclass(c, StrEnum)), None)
        attribute = Attribute(path=path + member.name, kind=_kind(choices, words), words=words, is_list=is_list)
        yield field_path + member.encode_name, attribute


def _alternatives(annotation: object) -> tuple[object, ...]:
    return get_args(annotation) if get_origin(annotation) in {Union, UnionType} else (annotation,)


def _choices(annotation: object) -> tuple[object, ...]:
    """Return the types that a value may have, those inside a list included."""
    alternatives = _alternatives(annotation)
    return tuple(
        inner
        for choice in alternatives
        for inner in (_alternatives(get_args(choice)[0]) if get_origin(choice) is tuple else (choice,))
    )


def _kind(choices: tuple[Any, ...], words: type[StrEnum] | None) -> str:
    if words is not None:
        return words.__name__
    names = {getattr(choice, "__supertype__", choice).__name__ for choice in choices}
    kinds = {"bool": "bool", "float": "number", "int": "number", "datetime": "time", "str": "text"}
    return next(kind for name, kind in kinds.items() if name in names)


def descriptor_of(facts: EndpointFacts, field: str) -> Descriptor | None:
    """Return the descriptor of the readings that a field becomes; that of a whole list for what is in one."""
    prefix = "" if facts.name == "status" else f"{facts.name}."
    descriptor = Descriptor(f"{PREFIX}{prefix}{field.partition('[]')[0]}")
    return descriptor if descriptor in CATALOGUE else None


def signals_of(facts: EndpointFacts, field: str) -> str:
    """Return the signals that a field feeds, or why it feeds none."""
    descriptor = descriptor_of(facts, field)
    if descriptor is None:
        return f"none: {_WITHOUT_READING.get((facts.name, field), facts.no_reading)}"
    key = descriptor.removeprefix(PREFIX)
    fed = [signal for signal, keys in FAMILY_KEYS["iremote"].items() if key in keys]
    return ", ".join(f"`{signal}`" for signal in fed) if fed else f"none: {CATALOGUE[descriptor].no_signal}"


_WITHOUT_READING = {
    ("status", "vin"): "whose state it is",
    ("status", "updateTime"): "the time of all readings of the answer",
}
