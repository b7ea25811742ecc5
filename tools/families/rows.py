"""What the SDK makes of each field: the attribute with type and unit, the descriptor of its readings, their signals."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from types import UnionType
from typing import Any, Union, get_args, get_origin

import msgspec

from bimmerhub.bmw.answers.cockpit_answers import Efficiency, Navigation
from bimmerhub.bmw.answers.cockpit_dynamic import DynamicAttributes, ServiceMessage
from bimmerhub.bmw.car_commands.charging_profile import ChargingProfile
from bimmerhub.bmw.connecteddrive import catalogue as portal_catalogue
from bimmerhub.bmw.connecteddrive import models as portal_models
from bimmerhub.bmw.iremote import catalogue as iremote_catalogue
from bimmerhub.bmw.iremote import models
from bimmerhub.bmw.mybmw import catalogue as app_catalogue
from bimmerhub.domain.signals.older_families import FAMILY_KEYS
from bimmerhub.ids import Descriptor
from tools.families.app_rows import (
    APP_MODELS,
    APP_PARTS,
    Part,
    field_of,
    reason_of_no_reading,
    state_keys,
)
from tools.families.endpoint_facts import EndpointFacts

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
    "cars": portal_models.ListedVehicle,
    "dynamic": DynamicAttributes,
    "cbsMessages": ServiceMessage,
    "specs": portal_models.DataSheet,
    "services": portal_models.ServiceGroup,
    "servicepartner": portal_models.Dealer,
    "image": portal_models.CarImage,
    "remoteServiceEvent": portal_models.RemoteStatus,
    "history": portal_models.PastCommand,
    **APP_MODELS,
}
"""By the name of an answer, what the SDK returns for it."""
_UNITS = {
    "_kpa": "kPa",
    "_a": "A",
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
    "_hp": "hp",
    "_rpm": "1/min",
    "_nm": "Nm",
    "_mm": "mm",
    "_kmh": "km/h",
    "_s": "s",
    "_kg": "kg",
    "_l": "l",
    "_at": "UTC",
    "_usd": "USD",
    "_miles": "miles",
    "_mpg": "miles per gallon",
    "_months": "months",
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


@cache
def read_attributes(answer: str) -> Mapping[str, Attribute]:
    """Return the attributes of an answer's model by the paths of BMW's fields."""
    parts = APP_PARTS.get(answer) or (Part(model=MODELS[answer]),)
    attributes = {
        name: attribute
        for part in parts
        for field, attribute in _walk(part.model, "", part.path)
        if not (part.is_outer and "." in field)
        if (name := field_of(answer, part.fields_at + field)) is not None
    }
    attributes.pop("shape", None)  # ours: which of the two charging profiles it is
    return attributes


def attribute_of(facts: EndpointFacts, field: str) -> Attribute | None:
    """Return where the SDK has a field, None where it does not; a state's map has every key besides."""
    attribute = read_attributes(facts.name).get(field)
    if attribute is None and facts.name == "dynamic":
        return Attribute(path=f'raw["{field}"]', kind="number, as text" if field in _NUMBERS_AS_TEXT else "text")
    return attribute


_NUMBERS_AS_TEXT = frozenset(key.key for key in portal_catalogue.CATALOGUE.values() if key.datatype == "number")


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
    kinds = {
        "dict": "number by currency",
        "bool": "bool",
        "float": "number",
        "int": "number",
        "datetime": "time",
        "str": "text",
    }
    return next(kind for name, kind in kinds.items() if name in names)


def descriptor_of(facts: EndpointFacts, field: str) -> Descriptor | None:
    """Return the descriptor of the readings that a field becomes; that of a whole list for what is in one."""
    descriptors = (Descriptor(f"{facts.family}.{key}") for key in _keys(facts, field))
    return next((descriptor for descriptor in descriptors if descriptor in NO_SIGNAL), None)


def _keys(facts: EndpointFacts, field: str) -> Iterator[str]:
    """Yield keys of the family's catalogue that a field may stand for."""
    key = field.partition("[]")[0]
    if facts.family == "mybmw":
        yield from state_keys(facts.name, field)
    elif facts.name == "cbsMessages":
        yield facts.name
    else:
        yield key if facts.name in {"status", "dynamic"} else f"{facts.name}.{key}"


def signals_of(facts: EndpointFacts, field: str) -> str:
    """Return the signals that a field feeds, or why it feeds none."""
    descriptor = descriptor_of(facts, field)
    if descriptor is None:
        reason = reason_of_no_reading(facts.name, field) or _WITHOUT_READING.get((facts.name, field), facts.no_reading)
        return f"none: {reason}"
    key = descriptor.removeprefix(f"{facts.family}.")
    fed = [signal for signal, keys in FAMILY_KEYS[facts.family].items() if key in keys]
    return ", ".join(f"`{signal}`" for signal in fed) if fed else f"none: {NO_SIGNAL[descriptor]}"


NO_SIGNAL: Mapping[Descriptor, str | None] = {
    descriptor: key.no_signal
    for catalogue in (iremote_catalogue.CATALOGUE, portal_catalogue.CATALOGUE, app_catalogue.CATALOGUE)
    for descriptor, key in catalogue.items()
}
"""By the descriptor of every reading, why it feeds no signal; None for one that does."""
_WITHOUT_READING = {
    ("status", "vin"): "whose state it is",
    ("status", "updateTime"): "the time of all readings of the answer",
    **{("dynamic", key): reason for key, reason in portal_catalogue.NO_READING.items()},
}
