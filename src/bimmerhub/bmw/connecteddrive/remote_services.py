"""What a car can be asked to do through the portal: its codes, and which cars can do what.

What the booked services or the list of cars say that a car cannot do is refused before anything is sent.
Sources: clients of the portal, 2015-2021. That RCP without a body begins to charge and with one sets the charging
profile, that RCT needs no body, and that a code which `cdpFeatures` does not list is not booked, is inferred.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

import msgspec

from bimmerhub.bmw.charging_profile import ChargingProfile, encode_charging_profile
from bimmerhub.bmw.commands import CommandKind
from bimmerhub.bmw.connecteddrive.models import ListedVehicle, ServiceGroup
from bimmerhub.bmw.connecteddrive.words import DriveTrain, RemoteCode
from bimmerhub.errors import BmwRefused

NOT_CAPABLE: Final = "not_capable"
"""Our own `code` in BmwRefused: the car's list says that it cannot do that."""
NOT_PLUGGED_IN: Final = "not_plugged_in"
"""Our own `code` in BmwRefused: there is nothing to charge from."""
REMOTE_GROUP: Final = "cdpFeatures"
"""The group of booked services that are asked of the car."""
ACTIVE: Final = "ACTIVE"
CLIMATE_TIMER: Final = "climate-timer"
_KINDS: Final[Mapping[RemoteCode, CommandKind | str]] = {
    RemoteCode.LIGHT_FLASH: CommandKind.LIGHTS,
    RemoteCode.DOOR_LOCK: CommandKind.LOCK,
    RemoteCode.DOOR_UNLOCK: CommandKind.UNLOCK,
    RemoteCode.HORN_BLOW: CommandKind.HORN,
    RemoteCode.CLIMATE_NOW: CommandKind.CLIMATE_START,
    RemoteCode.CLIMATE_TIMER: CLIMATE_TIMER,
    RemoteCode.CHARGE_PREFERENCES: CommandKind.CHARGE_NOW,
}
_ALWAYS_LISTED: Final = frozenset(RemoteCode) - {RemoteCode.CHARGE_PREFERENCES}
"""Codes that clients met in `cdpFeatures`; one of them that is missing there is not booked."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RemoteRequest:
    """One command to send: its code, and the JSON document that goes with it, None for none."""

    kind: CommandKind | str
    code: RemoteCode
    document: object = None


def plain(code: RemoteCode) -> RemoteRequest:
    """Return the command of a code, which needs no document."""
    return RemoteRequest(kind=_KINDS[code], code=code)


def set_charging_profile(profile: ChargingProfile) -> RemoteRequest:
    """Set the whole charging profile; ConfigError for one that no car could take."""
    document: object = msgspec.json.decode(encode_charging_profile(profile))
    return RemoteRequest(kind=CommandKind.CHARGING_PROFILE, code=RemoteCode.CHARGE_PREFERENCES, document=document)


def refusal(vehicle: ListedVehicle, groups: Iterable[ServiceGroup], request: RemoteRequest) -> BmwRefused | None:
    """Return why a car cannot do that by its own lists, None when it may; what they do not speak of says nothing."""
    if request.code is RemoteCode.CHARGE_PREFERENCES and vehicle.drive_train is DriveTrain.CONV:
        return _cannot(request, "driveTrain", DriveTrain.CONV)
    booked = [group for group in groups if group.name == REMOTE_GROUP and group.services]
    if not booked:
        return None
    statuses = {service.name: service.status for group in booked for service in group.services}
    if request.code not in statuses:
        return _cannot(request, request.code, "not among them") if request.code in _ALWAYS_LISTED else None
    status = statuses[request.code]
    return None if status in (None, ACTIVE) else _cannot(request, request.code, status)


def not_plugged_in() -> BmwRefused:
    """Return the refusal of a car that has nothing to charge from."""
    return BmwRefused(
        "nothing is plugged in, so the car cannot charge; nothing was sent",
        code=NOT_PLUGGED_IN,
        note="connectorStatus",
        hint="Plug in first; `force` sends it all the same.",
    )


def _cannot(request: RemoteRequest, field: str, word: str | None) -> BmwRefused:
    because = " The law forbids it in some countries." if request.code is RemoteCode.HORN_BLOW else ""
    where = "its list says" if field == "driveTrain" else "its booked services say"
    return BmwRefused(
        f"this car cannot do that ({request.kind}): {where} {field} {word}; nothing was sent",
        code=NOT_CAPABLE,
        note=str(field),
        hint=f"`force` sends it all the same.{because}",
    )
