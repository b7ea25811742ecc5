"""What a car can be asked to do through i Remote: its service types, and which cars can do what.

A service is asked for with a form, and its state is asked for by its type: BMW tells of the newest of each type only.
What a car's own list says that it cannot do is refused before anything is sent.
Sources: documentation of i Remote (2015), clients 2018-2021. That climate cannot be stopped, and that CLIMATE_CONTROL
takes the charging profile, is inferred.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

import msgspec

from bimmerhub.bmw.car_commands.capabilities import Capability, not_capable, not_offered
from bimmerhub.bmw.car_commands.charging_profile import ChargingProfile, encode_charging_profile, read_wanted_profile
from bimmerhub.bmw.car_commands.commands import CommandKind
from bimmerhub.bmw.iremote.models import ListedVehicle
from bimmerhub.bmw.iremote.words import ChargingControl, ClimateControl, DriveTrain, Support
from bimmerhub.domain.command_order import CommandOrder, PointOfInterest, TextMessage
from bimmerhub.errors import BmwRefused, ConfigError

CLIMATE_TIMER: Final = "climate-timer"
_MOST_FLASHES: Final = 60


class ServiceType(StrEnum):
    """The types of services that BMW's interface names.

    From GET_ALL_IMAGES on they are only names of what other calls do; the last three are inferred from clients.
    """

    CHARGE_NOW = "CHARGE_NOW"
    CHARGING_CONTROL = "CHARGING_CONTROL"
    CLIMATE_CONTROL = "CLIMATE_CONTROL"
    CLIMATE_NOW = "CLIMATE_NOW"
    DOOR_LOCK = "DOOR_LOCK"
    DOOR_UNLOCK = "DOOR_UNLOCK"
    HORN_BLOW = "HORN_BLOW"
    LIGHT_FLASH = "LIGHT_FLASH"
    VEHICLE_FINDER = "VEHICLE_FINDER"
    GET_ALL_IMAGES = "GET_ALL_IMAGES"
    GET_PASSWORD_RESET_INFO = "GET_PASSWORD_RESET_INFO"  # noqa: S105 - a name of BMW's
    GET_VEHICLES = "GET_VEHICLES"
    GET_VEHICLE_IMAGE = "GET_VEHICLE_IMAGE"
    GET_VEHICLE_STATUS = "GET_VEHICLE_STATUS"
    LOCAL_SEARCH = "LOCAL_SEARCH"
    LOCAL_SEARCH_SUGGESTIONS = "LOCAL_SEARCH_SUGGESTIONS"
    LOGIN = "LOGIN"
    LOGOUT = "LOGOUT"
    SEND_POI_TO_CAR = "SEND_POI_TO_CAR"
    START_CHARGING = "START_CHARGING"
    STOP_CHARGING = "STOP_CHARGING"
    START_PRECONDITIONING = "START_PRECONDITIONING"


SERVICES: Final[Mapping[CommandKind | str, ServiceType]] = {
    CommandKind.LOCK: ServiceType.DOOR_LOCK,
    CommandKind.UNLOCK: ServiceType.DOOR_UNLOCK,
    CommandKind.LIGHTS: ServiceType.LIGHT_FLASH,
    CommandKind.HORN: ServiceType.HORN_BLOW,
    CommandKind.CLIMATE_START: ServiceType.CLIMATE_NOW,
    CommandKind.CHARGE_NOW: ServiceType.CHARGE_NOW,
    CommandKind.FIND: ServiceType.VEHICLE_FINDER,
    CommandKind.CHARGING_PROFILE: ServiceType.CHARGING_CONTROL,
    CLIMATE_TIMER: ServiceType.CLIMATE_CONTROL,
}
"""The services with a command of their own; CommandKind.POI and MESSAGE are no services."""
_TYPES: Final[Mapping[CommandKind | str, ServiceType]] = {
    service_type.value.lower().replace("_", "-"): service_type for service_type in ServiceType
} | dict(SERVICES)
"""By command, also those that are named as BMW names the type."""
_KINDS: Final[Mapping[ServiceType, CommandKind | str]] = {service_type: kind for kind, service_type in _TYPES.items()}


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceRequest:
    """One service to ask for: its type, and the fields of the form besides it, which may hold a secret."""

    kind: CommandKind | str
    service_type: ServiceType
    fields: Mapping[str, str] = field(default_factory=dict, repr=False)


def find_service(kind: CommandKind | str) -> ServiceType:
    """Return the type of the service that a command is; BmwRefused for what i Remote has no service for."""
    if kind not in _TYPES:
        raise not_offered(kind, lacks="i Remote has no service")
    return _TYPES[kind]


def plain(service_type: ServiceType, fields: Mapping[str, str] | None = None) -> ServiceRequest:
    """Ask for any service type, with fields as they are to be sent; most need none."""
    return ServiceRequest(kind=_KINDS[service_type], service_type=service_type, fields=fields or {})


def unlock(*, secret_answer: str | None = None) -> ServiceRequest:
    """Unlock the doors, with the answer to the account's security question where BMW demands it."""
    return plain(ServiceType.DOOR_UNLOCK, None if secret_answer is None else {"bmwSkAnswer": secret_answer})


def flash_lights(*, count: int | None = None) -> ServiceRequest:
    """Flash the lights so often; None leaves it to the car. Whether BMW counts times or seconds is not known."""
    if count is not None and not 1 <= count <= _MOST_FLASHES:
        raise ConfigError(f"the lights flash 1 to {_MOST_FLASHES} times")
    return plain(ServiceType.LIGHT_FLASH, None if count is None else {"count": str(count)})


def set_charging_profile(profile: ChargingProfile) -> ServiceRequest:
    """Set the whole charging profile; ConfigError for one that no car could take."""
    return plain(ServiceType.CHARGING_CONTROL, {"data": encode_charging_profile(profile)})


def set_climate_timers(profile: ChargingProfile) -> ServiceRequest:
    """Set the climate timers (inferred: the form's `data` holds the profile that has them)."""
    return plain(ServiceType.CLIMATE_CONTROL, {"data": encode_charging_profile(profile)})


def encode_poi(poi: PointOfInterest) -> str:
    """Return the JSON text of a destination; what is None is left out. `rating` -1 is none (documentation)."""
    members = {
        "lat": poi.latitude_deg,
        "lon": poi.longitude_deg,
        "name": poi.name,
        "additionalInfo": poi.additional_info,
        "street": poi.street,
        "city": poi.city,
        "postalCode": poi.postal_code,
        "country": poi.country,
        "website": poi.website,
        "phoneNumbers": list(poi.phone_numbers) or None,
    }
    return _encode_poi({name: value for name, value in members.items() if value is not None} | {"rating": -1})


def encode_message(message: TextMessage) -> str:
    """Return the JSON text of a message, which is a destination without a place."""
    return _encode_poi({"name": message.subject, "additionalInfo": message.text})


def _encode_poi(members: Mapping[str, object]) -> str:
    return msgspec.json.encode({"poi": members}).decode()


def to_request(order: CommandOrder) -> ServiceRequest:
    """Return the service that carries out an order; BmwRefused for what i Remote has no service for.

    Destinations and messages are no services (`encode_poi`, `encode_message`). ConfigError for a wrong parameter.
    """
    match order.kind:
        case CommandKind.UNLOCK:
            return unlock(secret_answer=order.secret)
        case CommandKind.LIGHTS:
            return flash_lights(count=order.count)
        case CommandKind.CHARGING_PROFILE:
            return set_charging_profile(read_wanted_profile(order.profile))
    if order.kind == CLIMATE_TIMER:
        return set_climate_timers(read_wanted_profile(order.profile))
    return plain(find_service(order.kind), order.fields)


def capabilities(vehicle: ListedVehicle) -> dict[CommandKind, Capability]:
    """Return what a car's list says of each command; CHARGE_NOW is not among them (see `_CAPABILITY`)."""
    return {kind: _capability(vehicle, kind) for kind in CommandKind if kind in _CAPABILITY}


def _capability(vehicle: ListedVehicle, kind: CommandKind | str) -> Capability:
    name, field_name = _CAPABILITY[kind]
    word: str | None = getattr(vehicle, name)
    return Capability(field=field_name, word=word, is_possible=None if word is None else word not in _CANNOT)


_CAPABILITY: Final[Mapping[CommandKind | str, tuple[str, str]]] = {
    CommandKind.LOCK: ("door_lock", "doorLock"),
    CommandKind.UNLOCK: ("door_unlock", "doorUnlock"),
    CommandKind.LIGHTS: ("light_flash", "lightFlash"),
    CommandKind.HORN: ("horn_blow", "hornBlow"),
    CommandKind.CLIMATE_START: ("climate_now", "climateNow"),
    CommandKind.FIND: ("vehicle_finder", "vehicleFinder"),
    CommandKind.POI: ("send_poi", "sendPoi"),
    CommandKind.MESSAGE: ("send_poi", "sendPoi"),
    CommandKind.CHARGING_PROFILE: ("charging_control", "chargingControl"),
    CLIMATE_TIMER: ("climate_control", "climateControl"),
}
"""The field of the car's list that says whether it can; by our name and BMW's. `chargeNow` is not among them: it says
NOT_SUPPORTED of cars that do charge on command (observed)."""
_CANNOT: Final = frozenset(
    {Support.NOT_SUPPORTED, Support.NOT_AVAILABLE, ChargingControl.NOT_SUPPORTED, ClimateControl.NOT_SUPPORTED}
)


def capability_field(kind: CommandKind | str) -> str | None:
    """Return BMW's name of the field that says whether a car can do that, None where there is none."""
    capability = _CAPABILITY.get(kind)
    return None if capability is None else capability[1]


def refusal(vehicle: ListedVehicle, kind: CommandKind | str) -> BmwRefused | None:
    """Return why a car cannot do that by its own list, None when it may; a field that is missing says nothing."""
    if kind == CommandKind.CHARGE_NOW and vehicle.drive_train is DriveTrain.CONV:
        return not_capable(kind, field="driveTrain", said=f"its list says driveTrain {DriveTrain.CONV}")
    if kind not in _CAPABILITY:
        return None
    capability = _capability(vehicle, kind)
    if capability.is_possible is not False:
        return None
    said = f"its list says {capability.field} {capability.word}"
    return not_capable(kind, field=capability.field, said=said)
