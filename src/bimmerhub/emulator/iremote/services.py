"""The services of `executeService`: what each one has the car do, and the answers about how it stands."""

from collections.abc import Callable, Mapping

import msgspec

from bimmerhub.emulator.cars.models.equipment import RemoteAbilities
from bimmerhub.emulator.iremote import words
from bimmerhub.emulator.remote.charging_profile_form import read_profile
from bimmerhub.emulator.remote.desk import CarAction, EventState, RemoteEvent
from bimmerhub.emulator.remote.local_words import local_time
from bimmerhub.emulator.remote.refusals import RemoteRefusal, util_error

Form = Mapping[str, str]
LIGHT_FLASH, HORN_BLOW = "LIGHT_FLASH", "HORN_BLOW"
CHARGING_CONTROL, CLIMATE_CONTROL = "CHARGING_CONTROL", "CLIMATE_CONTROL"
SEND_POI = "SEND_POI_TO_CAR"
ACTIONS: Mapping[str, CarAction] = {
    "DOOR_LOCK": CarAction(name="lock_remotely"),
    "DOOR_UNLOCK": CarAction(name="unlock_remotely"),
    LIGHT_FLASH: CarAction(name="flash_lights"),
    HORN_BLOW: CarAction(name="blow_horn"),
    "CLIMATE_NOW": CarAction(name="condition_remotely"),
    "START_PRECONDITIONING": CarAction(name="condition_remotely"),
    CLIMATE_CONTROL: CarAction(name="condition_remotely"),
    "CHARGE_NOW": CarAction(name="charge_now"),
    "START_CHARGING": CarAction(name="charge_now"),
    "STOP_CHARGING": CarAction(name="stop_charging"),
    "VEHICLE_FINDER": CarAction(name="locate"),
}
"""Those without parameters. START_, STOP_ and CLIMATE_CONTROL are known by name only; what they do is inferred.

CLIMATE_CONTROL with `data` sets the charging profile, which has the timers (inferred).
"""
IDLE_SERVICES = frozenset(
    {
        "GET_ALL_IMAGES",
        "GET_PASSWORD_RESET_INFO",
        "GET_VEHICLES",
        "GET_VEHICLE_IMAGE",
        "GET_VEHICLE_STATUS",
        "LOCAL_SEARCH",
        "LOCAL_SEARCH_SUGGESTIONS",
        "LOGIN",
        "LOGOUT",
        SEND_POI,
    }
)
"""Names that the API knows as service types; executing one does nothing to the car (inferred)."""
NEEDED: Mapping[str, Callable[[RemoteAbilities], bool]] = {
    "DOOR_LOCK": lambda able: able.lock,
    "DOOR_UNLOCK": lambda able: able.unlock,
    LIGHT_FLASH: lambda able: able.lights,
    HORN_BLOW: lambda able: able.horn,
    "CLIMATE_NOW": lambda able: able.climate,
    CLIMATE_CONTROL: lambda able: able.climate,
    "START_PRECONDITIONING": lambda able: able.climate,
    "VEHICLE_FINDER": lambda able: able.find,
}
"""What the car has to be able to do for a service."""


def choose_action(service: str, form: Form) -> CarAction:
    """Return what a service has the car do; RemoteRefusal for an unknown one, or for wrong parameters."""
    if service in IDLE_SERVICES:
        return CarAction(name="ignore")
    if service == CHARGING_CONTROL or (service == CLIMATE_CONTROL and "data" in form):
        return _set_profile(form.get("data", ""))
    if service not in ACTIONS:
        raise util_error("A-101", "mandatory parameter(s) missed or blank: serviceType.")
    action = ACTIONS[service]
    if service in {LIGHT_FLASH, HORN_BLOW} and "count" in form:
        return CarAction(name=action.name, arguments={"count": _parse_count(form["count"])})
    return action


def check_ability(service: str, abilities: RemoteAbilities) -> None:
    """Raise RemoteRefusal for what the car cannot do by its list of capabilities; the status is inferred."""
    if service in NEEDED and not NEEDED[service](abilities):
        raise RemoteRefusal(403)


def initiated(event: RemoteEvent) -> dict[str, object]:
    """Return the answer to a command that was accepted."""
    return {
        "executionStatus": {
            "serviceType": event.kind,
            "status": EventState.INITIATED.value,
            "eventId": event.event_id,
        }
    }


def describe_event(event: RemoteEvent, *, now_ms: int, has_status: bool) -> dict[str, object]:
    """Return how a command stands; `has_status` False leaves the very word out, as was seen."""
    state = event.state(now_ms)
    if event.kind == SEND_POI:
        return {"executionStatus": {"eventId": "-1", "status": state.value}}  # a stored answer is so
    status: dict[str, object] = {
        "serviceType": event.kind,
        "eventId": event.event_id,
        "extendedStatus": {
            "result": "STATUS_CHANGED" if state is EventState.EXECUTED else "STATUS_UNKNOWN",
            "ignitionOnStatus": "false",
        },
    }
    return {"executionStatus": {**status, "status": state.value} if has_status else status}


def describe_past(event: RemoteEvent, *, now_ms: int) -> dict[str, object]:
    """Return a command of the history."""
    return {
        "initiatedAt": local_time(event.begun_ms),
        "serviceType": event.kind,
        "status": words.HISTORY_STATES[event.state(now_ms)],
        "client": event.client,
    }


def _set_profile(data: str) -> CarAction:
    try:
        profile = read_profile(data)
    except ValueError as error:  # also what is not JSON
        raise util_error("A-101", f"the parameter data is no charging profile: {error}.", status=400) from None
    return CarAction(name="set_charging_profile", arguments={"profile": msgspec.to_builtins(profile)})


def _parse_count(text: str) -> int:
    try:
        return int(text)
    except ValueError:
        raise util_error("A-101", "the parameter count is no number.") from None
