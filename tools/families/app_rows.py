"""Where the MyBMW app's SDK has the fields of answers that it gives another shape, and which readings they become."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import msgspec

from bimmerhub.bmw.mybmw import charging_models, models
from bimmerhub.bmw.mybmw.state.capability_models import Capabilities
from bimmerhub.bmw.mybmw.state.state_models import CarState
from bimmerhub.bmw.mybmw.state.v1_models import V1Vehicle
from tools.families.app_v1_facts import BECOMES

APP_MODELS: Mapping[str, type[msgspec.Struct]] = {
    "profile": models.VehicleProfile,
    "state": CarState,
    "state-v2": CarState,
    "capabilities": Capabilities,
    "capabilities-v2": Capabilities,
    "vehicles-v1": V1Vehicle,
    "charging-settings": charging_models.CarChargingSettings,
    "charging-statistics": charging_models.ChargingStatistics,
    "charging-statistics-v1": charging_models.ChargingStatistics,
    "charging-sessions": charging_models.SessionPage,
    "charging-sessions-v1": charging_models.SessionPage,
    "command": models.TakenCommand,
    "eventStatus": models.EventStatus,
    "eventStatus-v4": models.EventStatus,
    "remote-history": models.PastCommand,
}
"""What the SDK returns for an answer whose shape it leaves as it is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A model within an answer that the SDK gives another shape: where BMW has its fields, and where the SDK has it.

    Of the `outer` ones only the fields that are no objects count: their objects are parts of their own.
    """

    model: type[msgspec.Struct]
    fields_at: str = ""
    path: str = ""
    is_outer: bool = False


_LISTED = (
    Part(model=models.ListedVehicle, is_outer=True),
    Part(model=models.AccountMapping, fields_at="mappingInfo.", path="mapping."),
    Part(model=models.VehicleProfile, fields_at="attributes.", path="profile."),
)
APP_PARTS: Mapping[str, tuple[Part, ...]] = {
    "vehicle-list": (
        Part(model=models.VehicleList, is_outer=True),
        Part(model=models.ListedVehicle, fields_at="mappingInfos[].", path="vehicles[].", is_outer=True),
        Part(model=models.AccountMapping, fields_at="mappingInfos[].", path="vehicles[].mapping."),
    ),
    "vehicles-v4": _LISTED,
    "vehicles-v2": _LISTED,
    "eventPosition": (
        Part(model=models.EventPosition, fields_at="positionData.", is_outer=True),
        Part(model=models.FoundPlace, fields_at="positionData.position.", path="place."),
        Part(model=models.EventError, fields_at="errorDetails.", path="error."),
    ),
}
_RENAMED = {
    ("vehicles-v4", "mappingInfo.vehicleMappingType"): "appVehicleType",
    ("vehicles-v2", "mappingInfo.vehicleMappingType"): "appVehicleType",
    ("eventStatus-v4", "eventStatus"): "rsEventStatus",
}
"""What an answer calls otherwise than the model does."""
_DRIVER_KEYS = tuple(
    f"{group}.{side}{row}"
    for group in ("doorsState", "windowsState")
    for side in ("driver", "passenger")
    for row in ("Front", "Rear")
)
_DRIVERS_SIDE = {key.replace("driver", "left").replace("passenger", "right"): key for key in _DRIVER_KEYS}
"""Of a car whose steering wheel is on the left."""


def field_of(answer: str, field: str) -> str | None:
    """Return what BMW calls a field in an answer; None for the driver's side, which is ours."""
    if answer in {"state", "state-v2"} and field in _DRIVER_KEYS:
        return None
    return _RENAMED.get((answer, field), field)


def state_keys(answer: str, field: str) -> Iterator[str]:
    """Yield keys of the catalogue that a field may stand for, of a state or the first list, the narrowest first."""
    if answer == "vehicles-v1":
        key = max((name for name in BECOMES if (field + ".").startswith((f"{name}.", f"{name}["))), key=len, default="")
        key = BECOMES.get(key, "")
    elif answer in {"state", "state-v2"}:
        key = _DRIVERS_SIDE.get(field, field)
    else:
        return
    key = key.partition("[]")[0]
    while key:
        yield key
        key = key.rpartition(".")[0]


def reason_of_no_reading(answer: str, field: str) -> str | None:
    """Return why a field of the first list or a state is in no reading; None where its answer's reason holds."""
    if answer == "vehicles-v1":
        part = field.partition(".")[0]
        return _V1_REASONS.get(part, "what the car is")
    return _STATE_REASONS.get(field) if answer in {"state", "state-v2"} else None


_V1_REASONS = {
    "properties": "another field says it",
    "status": "what the app shows",
    "capabilities": "what the car can do",
}
_STATE_REASONS = {
    "lastUpdatedAt": "the time of all readings of the answer",
    "lastFetched": "when BMW asked the car; the time of its readings when it never reported",
}
