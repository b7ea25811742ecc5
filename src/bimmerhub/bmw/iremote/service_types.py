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

from bimmerhub.bmw.capabilities import Capability, not_capable, not_offered
from bimmerhub.bmw.charging_profile import ChargingProfile, encode_charging_profile
from bimmerhub.bmw.command_orders import CarOrder, PointOfInterest, TextMessage
from bimmerhub.bmw.commands import CommandKind
from bimmerhub.bmw.iremote.models import ListedVehicle
from bimmerhub.bmw.iremote.words import ChargingControl, ClimateControl, DriveTrain, Support
from bimmerhub.errors import BmwRefused, ConfigError

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


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceRequest:
    """One service to ask for: its type, and the fields of the form besides it, which may hold a secret."""

    kind: CommandKind | str
    service_type: ServiceType
    fields: Mapping[str, str] = field(default_factory=dict, repr=False)


def lock() -> ServiceRequest:
    """Lock the doors."""
    return ServiceRequest(kind=CommandKind.LOCK, service_type=ServiceType.DOOR_LOCK)


def unlock(*, secret_answer: str | None = None) -> ServiceRequest:
    """Unlock the doors, with the answer to the account's security question where BMW demands it."""
    fields = {} if secret_answer is None else {"bmwSkAnswer": secret_answer}
    return ServiceRequest(kind=CommandKind.UNLOCK, service_type=ServiceType.DOOR_UNLOCK, fields=fields)


def flash_lights(*, count: int | None = None) -> ServiceRequest:
    """Flash the lights so often; None leaves it to the car. Whether BMW counts times or seconds is not known."""
    if count is not None and not 1 <= count <= _MOST_FLASHES:
        raise ConfigError(f"the lights flash 1 to {_MOST_FLASHES} times")
    fields = {} if count is None else {"count": str(count)}
    return ServiceRequest(kind=CommandKind.LIGHTS, service_type=ServiceType.LIGHT_FLASH, fields=fields)


def blow_horn() -> ServiceRequest:
    """Blow the horn; the law forbids it in some countries, and their cars say so (United Kingdom)."""
    return ServiceRequest(kind=CommandKind.HORN, service_type=ServiceType.HORN_BLOW)


def start_climate() -> ServiceRequest:
    """Heat or cool the car to the temperature that was last set in it; another one cannot be set."""
    return ServiceRequest(kind=CommandKind.CLIMATE_START, service_type=ServiceType.CLIMATE_NOW)


def charge_now() -> ServiceRequest:
    """Begin to charge, when a plug is in."""
    return ServiceRequest(kind=CommandKind.CHARGE_NOW, service_type=ServiceType.CHARGE_NOW)


def find_vehicle() -> ServiceRequest:
    """Have the car report where it is."""
    return ServiceRequest(kind=CommandKind.FIND, service_type=ServiceType.VEHICLE_FINDER)


def set_charging_profile(profile: ChargingProfile) -> ServiceRequest:
    """Set the whole charging profile; ConfigError for one that no car could take."""
    fields = {"data": encode_charging_profile(profile)}
    return ServiceRequest(kind=CommandKind.CHARGING_PROFILE, service_type=ServiceType.CHARGING_CONTROL, fields=fields)


def set_climate_timers(profile: ChargingProfile) -> ServiceRequest:
    """Set the climate timers (inferred: the form's `data` holds the profile that has them)."""
    fields = {"data": encode_charging_profile(profile)}
    return ServiceRequest(kind="climate-timer", service_type=ServiceType.CLIMATE_CONTROL, fields=fields)


def other_service(service_type: ServiceType, fields: Mapping[str, str] | None = None) -> ServiceRequest:
    """Ask for any service type, with fields as they are to be sent."""
    kind = _KINDS.get(service_type) or service_type.value.lower().replace("_", "-")
    return ServiceRequest(kind=kind, service_type=service_type, fields=fields or {})


_KINDS: Final = {
    ServiceType.DOOR_LOCK: CommandKind.LOCK,
    ServiceType.DOOR_UNLOCK: CommandKind.UNLOCK,
    ServiceType.LIGHT_FLASH: CommandKind.LIGHTS,
    ServiceType.HORN_BLOW: CommandKind.HORN,
    ServiceType.CLIMATE_NOW: CommandKind.CLIMATE_START,
    ServiceType.CHARGE_NOW: CommandKind.CHARGE_NOW,
    ServiceType.VEHICLE_FINDER: CommandKind.FIND,
    ServiceType.CHARGING_CONTROL: CommandKind.CHARGING_PROFILE,
}


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


def to_request(order: CarOrder) -> ServiceRequest:
    """Return the service that carries out an order; BmwRefused for what i Remote has no service for.

    Destinations and messages are no services (`encode_poi`, `encode_message`).
    """
    match order.kind:
        case CommandKind.LOCK:
            return lock()
        case CommandKind.UNLOCK:
            return unlock(secret_answer=order.secret_answer)
        case CommandKind.LIGHTS:
            return flash_lights(count=order.count)
        case CommandKind.CHARGING_PROFILE if order.charging_profile is not None:
            return set_charging_profile(order.charging_profile)
    plain = {
        CommandKind.HORN: blow_horn,
        CommandKind.CLIMATE_START: start_climate,
        CommandKind.CHARGE_NOW: charge_now,
        CommandKind.FIND: find_vehicle,
    }
    if order.kind not in plain:
        raise not_offered(order.kind, lacks="i Remote has no service")
    return plain[order.kind]()


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
    "climate-timer": ("climate_control", "climateControl"),
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
