"""The commands of "VRCCS": what each one has the car do, and the answers about how it stands."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from bimmerhub.emulator.cars.models.equipment import Equipment
from bimmerhub.emulator.cars.truth import CarTruth
from bimmerhub.emulator.mybmw import words
from bimmerhub.emulator.mybmw.access.app_refusals import malformed, not_found
from bimmerhub.emulator.mybmw.app_times import app_millis
from bimmerhub.emulator.mybmw.car.body_state import describe_location
from bimmerhub.emulator.remote.desk import CarAction, EventState, RemoteEvent

CLIMATE = "climate-now"


@dataclass(frozen=True, slots=True, kw_only=True)
class RemoteCommand:
    """A command. `kind` is the service type that all families share, `history` the word of this API's history."""

    kind: str
    history: str
    action: str
    can: Callable[[Equipment], bool]


def _has_plug(equipment: Equipment) -> bool:
    return equipment.planner is not None


COMMANDS: Mapping[str, RemoteCommand] = {
    "light-flash": RemoteCommand(
        kind="LIGHT_FLASH", history="LIGHTS", action="flash_lights", can=lambda car: car.abilities.lights
    ),
    "horn-blow": RemoteCommand(
        kind="HORN_BLOW", history="HORN", action="blow_horn", can=lambda car: car.abilities.horn
    ),
    "door-lock": RemoteCommand(
        kind="DOOR_LOCK", history="LOCK", action="lock_remotely", can=lambda car: car.abilities.lock
    ),
    "door-unlock": RemoteCommand(
        kind="DOOR_UNLOCK", history="UNLOCK", action="unlock_remotely", can=lambda car: car.abilities.unlock
    ),
    CLIMATE: RemoteCommand(
        kind="CLIMATE_NOW",
        history="CLIMATIZE_NOW",
        action="condition_remotely",
        can=lambda car: car.abilities.climate,
    ),
    # It works though capabilities may say that it does not (clients 2021-2025).
    "vehicle-finder": RemoteCommand(
        kind="VEHICLE_FINDER", history="VEHICLE_FINDER", action="locate", can=lambda _car: True
    ),
    "charge-now": RemoteCommand(kind="CHARGE_NOW", history="CHARGE_NOW", action="charge_now", can=_has_plug),
    "start-charging": RemoteCommand(
        kind="START_CHARGING", history="CHARGING_CONTROL", action="charge_now", can=_has_plug
    ),
    "stop-charging": RemoteCommand(
        kind="STOP_CHARGING", history="CHARGING_CONTROL", action="stop_charging", can=_has_plug
    ),
}
PROFILE_KIND, SETTINGS_KIND = "CHARGING_CONTROL", "CHARGE_PREFERENCE"
_HISTORY = {
    **{command.kind: command.history for command in COMMANDS.values()},
    PROFILE_KIND: "CHARGING_PROFILE",
    SETTINGS_KIND: "CHARGE_PREFERENCE",
    "CLIMATE_CONTROL": "CLIMATIZE_LATER",
    "START_PRECONDITIONING": "CLIMATIZE_NOW",
}


def choose_command(service: str, equipment: Equipment, *, action: str | None) -> tuple[str, CarAction]:
    """Return the service type and what the car is to do; RemoteRefusal for what there is not, or the car cannot.

    `action` is START or STOP, for the climate only.
    """
    command = COMMANDS.get(service)
    if command is None or not command.can(equipment):
        raise not_found()
    if service != CLIMATE:
        return command.kind, CarAction(name=command.action)
    if action not in {None, "START", "STOP"}:
        raise malformed("The parameter action is START or STOP.")
    return command.kind, CarAction(name=command.action, arguments={"start": action != "STOP"})


def describe_begin(event: RemoteEvent) -> dict[str, object]:
    """Return the answer to a command that was accepted."""
    return {"eventId": event.event_id, "creationTime": app_millis(event.begun_ms)}


def describe_event(event: RemoteEvent, *, now_ms: int, key: str) -> dict[str, object]:
    """Return how a command stands; `key` is that of its word."""
    state = event.state(now_ms)
    answer: dict[str, object] = {key: words.EVENT_STATES[state]}
    if state in {EventState.NOT_EXECUTED, EventState.TIMED_OUT}:
        is_late = state is EventState.TIMED_OUT
        answer["errorDetails"] = {
            "title": "Something went wrong",
            "description": _LATE if is_late else _REFUSED,
            "presentationType": "PAGE",
            "iconId": 60217,
            "isRetriable": True,
            "errorDetails": "UNKNOWN" if is_late else "NACK",
        }
    return answer


_LATE = "The vehicle could not be reached."
_REFUSED = (
    "Remote services are not available in drive-ready mode, when the battery is low, or when the driver's door is open."
)


def describe_position(truth: CarTruth, *, has_observer: bool) -> dict[str, object]:
    """Return where a car is, for somebody who says where they are; else why it is not told."""
    location = describe_location(truth)
    if location is None or not has_observer:
        reason = "The vehicle does not tell where it is." if location is None else "The observer's position is missing."
        return {"positionData": None, "errorDetails": {"title": "Unknown position", "description": reason}}
    position = {
        "latitude": round(truth.latitude_deg, 6),
        "longitude": round(truth.longitude_deg, 6),
        "formattedAddress": _address(location),
        "heading": truth.heading_deg,
    }
    return {"positionData": {"status": "OK", "position": position}, "errorDetails": None}


def describe_past(event: RemoteEvent, *, now_ms: int) -> dict[str, object]:
    """Return a command of the history."""
    return {
        "type": _HISTORY.get(event.kind, event.kind),
        "status": words.HISTORY_STATES[event.state(now_ms)],
        "dateTime": app_millis(event.begun_ms),
    }


def _address(location: Mapping[str, object]) -> object:
    address = location["address"]
    return address["formatted"] if isinstance(address, Mapping) else None
