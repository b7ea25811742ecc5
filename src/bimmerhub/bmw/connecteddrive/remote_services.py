"""What a car can be asked to do through the portal: its codes, and which cars can do what.

What the booked services or the list of cars say that a car cannot do is refused before anything is sent.
Sources: clients of the portal, 2015-2021. That RCP without a body begins to charge and with one sets the charging
profile, that RCT needs no body, and that a code which `cdpFeatures` does not list is not booked, is inferred.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

import msgspec

from bimmerhub.bmw.car_commands.capabilities import Capability, not_capable, not_offered
from bimmerhub.bmw.car_commands.charging_profile import ChargingProfile, encode_charging_profile, read_wanted_profile
from bimmerhub.bmw.car_commands.commands import CommandKind
from bimmerhub.bmw.connecteddrive.models import ListedVehicle, ServiceGroup
from bimmerhub.bmw.connecteddrive.words import DriveTrain, RemoteCode
from bimmerhub.domain.command_order import CommandOrder
from bimmerhub.errors import BmwRefused

REMOTE_GROUP: Final = "cdpFeatures"
"""The group of booked services that are asked of the car."""
ACTIVE: Final = "ACTIVE"
CLIMATE_TIMER: Final = "climate-timer"
CODES: Final[Mapping[CommandKind | str, RemoteCode]] = {
    CommandKind.LOCK: RemoteCode.DOOR_LOCK,
    CommandKind.UNLOCK: RemoteCode.DOOR_UNLOCK,
    CommandKind.LIGHTS: RemoteCode.LIGHT_FLASH,
    CommandKind.HORN: RemoteCode.HORN_BLOW,
    CommandKind.CLIMATE_START: RemoteCode.CLIMATE_NOW,
    CommandKind.CHARGING_PROFILE: RemoteCode.CHARGE_PREFERENCES,
    CommandKind.CHARGE_NOW: RemoteCode.CHARGE_PREFERENCES,
    CLIMATE_TIMER: RemoteCode.CLIMATE_TIMER,
}
"""The commands with a code; CommandKind.MESSAGE has none."""
_KINDS: Final[Mapping[RemoteCode, CommandKind | str]] = {code: kind for kind, code in CODES.items()}
"""What a code does without a document: of the two commands of RCP the later one, which begins to charge."""
_ALWAYS_LISTED: Final = frozenset(RemoteCode) - {RemoteCode.CHARGE_PREFERENCES}
"""Codes that clients met in `cdpFeatures`; one of them that is missing there is not booked."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RemoteRequest:
    """One command to send: its code, and the JSON document that goes with it, None for none."""

    kind: CommandKind | str
    code: RemoteCode
    document: object = None


def find_code(kind: CommandKind | str) -> RemoteCode:
    """Return the code of a command; BmwRefused for what the portal has no code for."""
    if kind not in CODES:
        raise not_offered(kind, lacks="the portal has no code")
    return CODES[kind]


def plain(code: RemoteCode) -> RemoteRequest:
    """Return the command of a code, which needs no document."""
    return RemoteRequest(kind=_KINDS[code], code=code)


def set_charging_profile(profile: ChargingProfile) -> RemoteRequest:
    """Set the whole charging profile; ConfigError for one that no car could take."""
    document: object = msgspec.json.decode(encode_charging_profile(profile))
    return RemoteRequest(kind=CommandKind.CHARGING_PROFILE, code=RemoteCode.CHARGE_PREFERENCES, document=document)


def to_request(order: CommandOrder) -> RemoteRequest:
    """Return the command that carries out an order; BmwRefused for what the portal has no code for.

    Messages have none (`ConnectedDriveRest.send_message`); how often the lights flash cannot be said. ConfigError for
    what is no charging profile.
    """
    if order.kind == CommandKind.CHARGING_PROFILE:
        return set_charging_profile(read_wanted_profile(order.profile))
    return plain(find_code(order.kind))


def capabilities(vehicle: ListedVehicle, groups: Iterable[ServiceGroup]) -> dict[CommandKind | str, Capability]:
    """Return what the list of cars and the booked services say of each command."""
    statuses = _booked(groups)
    of_codes = {code: _capability(vehicle, statuses, code) for code in RemoteCode}
    return {
        **{_KINDS[code]: capability for code, capability in of_codes.items()},
        CommandKind.CHARGING_PROFILE: of_codes[RemoteCode.CHARGE_PREFERENCES],
    }


def refusal(vehicle: ListedVehicle, groups: Iterable[ServiceGroup], request: RemoteRequest) -> BmwRefused | None:
    """Return why a car cannot do that by its own lists, None when it may; what they do not speak of says nothing."""
    capability = _capability(vehicle, _booked(groups), request.code)
    if capability.is_possible is not False:
        return None
    word = "is not booked" if capability.word is None else f"is {capability.word}"
    return not_capable(request.kind, field=capability.field, said=f"{capability.field} {word}")


def _booked(groups: Iterable[ServiceGroup]) -> Mapping[str | None, str | None]:
    """Return the statuses of the services that are asked of the car, none when BMW tells of none."""
    return {
        service.name: service.status for group in groups if group.name == REMOTE_GROUP for service in group.services
    }


def _capability(vehicle: ListedVehicle, statuses: Mapping[str | None, str | None], code: RemoteCode) -> Capability:
    if code is RemoteCode.CHARGE_PREFERENCES and vehicle.drive_train is DriveTrain.CONV:
        return Capability(field="driveTrain", word=DriveTrain.CONV.value, is_possible=False)
    status = statuses.get(code)
    if status is not None:
        return Capability(field=code.value, word=status, is_possible=status.strip().upper() == ACTIVE)
    is_missing = bool(statuses) and code not in statuses and code in _ALWAYS_LISTED
    return Capability(field=code.value, word=None, is_possible=False if is_missing else None)
