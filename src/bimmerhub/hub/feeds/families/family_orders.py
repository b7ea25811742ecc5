"""Commands from the hub's words into those that every family's client takes."""

from bimmerhub.bmw.charging_profile import ChargingProfile, read_charging_profile
from bimmerhub.bmw.command_orders import CarOrder, PointOfInterest, TextMessage
from bimmerhub.domain.command import CommandKind
from bimmerhub.domain.command_order import CommandOrder
from bimmerhub.errors import ConfigError, MalformedPayload


def shared_kind(kind: CommandKind | str) -> CommandKind | None:
    """Return the kind that all families spell alike, None for one of a single family."""
    try:
        return CommandKind(kind)
    except ValueError:
        return None


def to_car_order(kind: CommandKind, order: CommandOrder) -> CarOrder:
    """Return an order of a kind that families share; ConfigError when a parameter is missing or wrong."""
    return CarOrder(
        kind=kind,
        count=order.count,
        secret_answer=order.secret,
        poi=_poi(order) if kind is CommandKind.POI else None,
        message=_message(order) if kind is CommandKind.MESSAGE else None,
        charging_profile=to_profile(order) if kind is CommandKind.CHARGING_PROFILE else None,
    )


def to_profile(order: CommandOrder) -> ChargingProfile:
    """Return the charging profile of an order; ConfigError when it has none, or what is none."""
    if not order.profile:
        raise ConfigError("a charging profile is needed")
    try:
        return read_charging_profile(order.profile.encode())
    except MalformedPayload as error:
        raise ConfigError(f"this is no charging profile: {error}") from error


def _message(order: CommandOrder) -> TextMessage:
    if not (order.subject and order.text):
        raise ConfigError("a message needs a subject and a text")
    return TextMessage(subject=order.subject, text=order.text)


def _poi(order: CommandOrder) -> PointOfInterest:
    place = order.destination
    if place is None:
        raise ConfigError("a destination is needed", hint="At least its latitude and longitude.")
    return PointOfInterest(
        latitude_deg=place.latitude_deg,
        longitude_deg=place.longitude_deg,
        name=place.name,
        street=place.street,
        city=place.city,
        postal_code=place.postal_code,
        country=place.country,
    )
