"""What a car can be asked to do through the MyBMW app's interface, and which cars can do what.

What the car's own capabilities deny is refused before anything is sent; what they do not speak of says nothing.
Sources: stored answers and clients, 2021-2025. `vehicleFinder` may be false of a car that can be found all the same
(observed), so it denies nothing. That version 1 and 2 begin to charge by `charge-now` is inferred.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

import msgspec

from bimmerhub.bmw.car_commands.capabilities import NOT_SENT, Capability, not_capable, not_offered
from bimmerhub.bmw.car_commands.commands import CommandKind
from bimmerhub.bmw.mybmw.charging_models import (
    CarChargingSettings,
    ChargingProfileOrder,
    ChargingSettingsOrder,
    read_profile_order,
    read_settings_order,
)
from bimmerhub.bmw.mybmw.endpoints import Generation
from bimmerhub.bmw.mybmw.models import ListedVehicle
from bimmerhub.bmw.mybmw.state.capability_models import Capabilities
from bimmerhub.domain.command_order import CommandOrder, PointOfInterest
from bimmerhub.domain.settings_change import SettingsChange
from bimmerhub.errors import BmwRefused, ConfigError
from bimmerhub.ids import Vin

CHARGE_STOP: Final = CommandKind.CHARGE_STOP
CHARGING_SETTINGS: Final = CommandKind.CHARGING_SETTINGS
ENGINE_WARNING: Final = (
    "The climate of this car starts its engine, whose exhaust kills in a closed garage: start it in the open only."
)

_SERVICES: Final[Mapping[CommandKind | str, tuple[str, str | None]]] = {
    CommandKind.LOCK: ("door-lock", None),
    CommandKind.UNLOCK: ("door-unlock", None),
    CommandKind.LIGHTS: ("light-flash", None),
    CommandKind.HORN: ("horn-blow", None),
    CommandKind.FIND: ("vehicle-finder", None),
    CommandKind.CLIMATE_START: ("climate-now", "START"),
    CommandKind.CLIMATE_STOP: ("climate-now", "STOP"),
}
_COMMANDS: Final = {Generation.V1: "v2", Generation.V2: "v2", Generation.V4: "v3", Generation.V5: "v4"}
_STATUSES: Final = {Generation.V1: "v2", Generation.V2: "v2", Generation.V4: "v3", Generation.V5: "v3"}
"""Versions of the commands, and of asking how they stand, that went with a version of the vehicle list (clients)."""
_BEFORE_CRCCS: Final = (Generation.V1, Generation.V2)


@dataclass(frozen=True, slots=True, kw_only=True)
class AppCommand:
    """One command to send: its operation of the table, and the parameters besides the VIN."""

    kind: CommandKind | str
    operation: str
    params: Mapping[str, object] = field(default_factory=dict)

    @property
    def turn(self) -> str:
        """What of the car is asked for: one command of it at a time."""
        return str(self.params.get("service", self.operation))


def plain(kind: CommandKind | str, generation: Generation) -> AppCommand:
    """Return the command of a kind that needs no more than that; BmwRefused for one that the app does not have."""
    if kind in (CommandKind.CHARGE_NOW, CHARGE_STOP):
        return _charge(kind, generation)
    if kind not in _SERVICES:
        raise not_offered(kind, lacks="the MyBMW app has no service")
    name, action = _SERVICES[kind]
    params = {"service": name, **({} if action is None else {"action": action})}
    return AppCommand(kind=kind, operation=f"command-{_COMMANDS[generation]}", params=params)


def to_command(order: CommandOrder, generation: Generation) -> AppCommand:
    """Return the command that carries out an order; BmwRefused for what the app does not have.

    The fields of charging settings are the parameters of that operation; a profile is the JSON text of a
    `ChargingProfileOrder`. ConfigError for what is none of these.
    """
    if order.kind == CommandKind.CHARGING_PROFILE:
        return set_charging_profile(read_profile_order(order.profile))
    if order.kind == CHARGING_SETTINGS:
        return set_charging_settings(read_settings_order(order.fields))
    return plain(order.kind, generation)


def set_charging_settings(order: ChargingSettingsOrder) -> AppCommand:
    """Change charging settings; what is None in the order stays."""
    params = {name: value for name, value in msgspec.structs.asdict(order).items() if value is not None}
    return AppCommand(kind=CHARGING_SETTINGS, operation="set-charging-settings", params=params)


def to_settings_order(change: SettingsChange) -> ChargingSettingsOrder:
    """Return the charging settings that carry out a change."""
    return ChargingSettingsOrder(target_percent=change.target_percent, ac_limit_a=change.ac_limit_a)


def check_ac_limit(settings: CarChargingSettings, limit_a: int) -> None:
    """Raise ConfigError for a limit of the current that is none of the car's; a car that lists none says nothing."""
    limit = None if settings.settings is None else settings.settings.ac_limit
    limits_a = () if limit is None else limit.values_a or ()
    if limits_a and limit_a not in limits_a:
        raise ConfigError(
            f"this car does not limit its current to {limit_a} A{NOT_SENT}",
            hint=f"Its limits: {', '.join(f'{value:g}' for value in limits_a)} A.",
        )


def set_charging_profile(order: ChargingProfileOrder) -> AppCommand:
    """Set the whole charging profile."""
    return AppCommand(
        kind=CommandKind.CHARGING_PROFILE,
        operation="set-charging-profile",
        params={"body": msgspec.to_builtins(order)},
    )


def status_operation(generation: Generation) -> str:
    """Return the operation that tells how a command stands."""
    return f"event-status-{_STATUSES[generation]}"


def position_operation(generation: Generation) -> str:
    """Return the operation that tells what the finder found."""
    return f"event-position-{_COMMANDS[generation]}"


def history_operation(generation: Generation) -> str:
    """Return the operation that lists the commands of the past."""
    return f"history-{'v2' if generation in _BEFORE_CRCCS else 'v3'}"


def poi_body_v2(vin: Vin, poi: PointOfInterest) -> dict[str, object]:
    """Return a destination as version 2 of send-to-car takes it."""
    position = {"lat": poi.latitude_deg, "lng": poi.longitude_deg}
    name = poi.name or "Destination"
    place = {
        "position": position,
        "title": name,
        "formattedAddress": _one_line(poi),
        "address": _address(poi),
        "category": {"losCategory": "Address", "mguVehicleCategoryId": None, "name": "Address"},
        "entrances": [{"name": name, "position": position}],
        "placeType": "ADDRESS",
        "provider": None,
        "providerId": None,
        "providerPoiId": "",
        "sourceType": None,
        "vehicleCategoryId": None,
    }
    return {"places": [place], "vehicleInformation": {"vin": vin}}


def poi_body_v1(vin: Vin, poi: PointOfInterest) -> dict[str, object]:
    """Return a destination as version 1 of send-to-car takes it."""
    location = {
        "name": poi.name or "Destination",
        "type": "SHARED_DESTINATION_FROM_EXTERNAL_APP",
        "coordinates": {"latitude": poi.latitude_deg, "longitude": poi.longitude_deg},
        "locationAddress": _address(poi),
    }
    return {"vin": vin, "location": location}


def capabilities(
    info: ListedVehicle, able: Capabilities, generation: Generation
) -> dict[CommandKind | str, Capability]:
    """Return what a car's capabilities say of each command."""
    switches = {
        CommandKind.LOCK: ("lock", able.lock),
        CommandKind.UNLOCK: ("unlock", able.unlock),
        CommandKind.LIGHTS: ("lights", able.lights),
        CommandKind.HORN: ("horn", able.horn),
        CommandKind.CLIMATE_START: ("climateNow", able.climate_now),
        CommandKind.CLIMATE_STOP: ("climateNow", able.climate_now),
        CommandKind.POI: ("sendPoi", able.send_poi),
        CommandKind.CHARGING_PROFILE: ("isChargingPlanSupported", able.is_charging_plan_supported),
        CHARGING_SETTINGS: ("isChargingSettingsEnabled", able.is_charging_settings_enabled),
    }
    of_kinds: dict[CommandKind | str, Capability] = {
        kind: Capability(field=name, word=None if switch is None else str(switch).lower(), is_possible=switch)
        for kind, (name, switch) in switches.items()
    }
    finder = None if able.vehicle_finder is None else str(able.vehicle_finder).lower()
    of_kinds[CommandKind.FIND] = Capability(field="vehicleFinder", word=finder, is_possible=able.vehicle_finder or None)
    for kind, word in ((CommandKind.CHARGE_NOW, "START"), (CHARGE_STOP, "STOP")):
        of_kinds[kind] = _charging_capability(info, able, generation, word)
    return of_kinds


def refusal(info: ListedVehicle, able: Capabilities, generation: Generation, request: AppCommand) -> BmwRefused | None:
    """Return why a car cannot do that by its own capabilities, None when it may."""
    capability = capabilities(info, able, generation).get(request.kind)
    if capability is not None and capability.is_possible is False:
        return _denied(request.kind, capability.field, capability.word)
    if request.kind == CHARGING_SETTINGS:
        if "target_percent" in request.params and able.is_charging_target_soc_enabled is False:
            return _denied(request.kind, "isChargingTargetSocEnabled", "false")
        if "ac_limit_a" in request.params and able.is_charging_power_limit_enabled is False:
            return _denied(request.kind, "isChargingPowerLimitEnabled", "false")
    return None


def _denied(kind: CommandKind | str, field_name: str, word: str | None) -> BmwRefused:
    return not_capable(kind, field=field_name, said=f"its capabilities say {field_name} {word}")


def _charge(kind: CommandKind | str, generation: Generation) -> AppCommand:
    if generation not in _BEFORE_CRCCS:
        return AppCommand(kind=kind, operation="stop-charging" if kind == CHARGE_STOP else "start-charging")
    if kind == CHARGE_STOP:
        raise not_capable(kind, field="generation", said="this version of the interface has no such service")
    return AppCommand(kind=kind, operation="command-v2", params={"service": "charge-now"})


def _charging_capability(info: ListedVehicle, able: Capabilities, generation: Generation, word: str) -> Capability:
    """Return whether the car can be told to charge or to stop.

    A list that is there and lacks the word denies it, an empty one too; but version 2 tells an empty one of every car.
    """
    if not info.can_charge and info.profile is not None:
        return Capability(field="driveTrain", word=str(info.profile.drive_train), is_possible=False)
    words = None if able.remote_charging is None else able.remote_charging.charging_control
    if words is None and able.remote_charging is not None and generation not in _BEFORE_CRCCS:
        words = ()
    said = None if words is None else ", ".join(words) or "nothing"
    return Capability(field="remoteChargingCommands", word=said, is_possible=None if words is None else word in words)


def _address(poi: PointOfInterest) -> dict[str, object]:
    members = {"street": poi.street, "postalCode": poi.postal_code, "city": poi.city, "country": poi.country}
    return {name: value for name, value in members.items() if value is not None}


def _one_line(poi: PointOfInterest) -> str:
    town = " ".join(part for part in (poi.postal_code, poi.city) if part)
    parts = [part for part in (poi.street, town, poi.country) if part]
    return ", ".join(parts) or f"{poi.latitude_deg}, {poi.longitude_deg}"
