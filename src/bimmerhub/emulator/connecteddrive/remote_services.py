"""Remote services of the portal: their codes, and how a command stands, as JSON or as XML."""

from collections.abc import Mapping
from xml.sax.saxutils import escape

import msgspec
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from bimmerhub.emulator.cars.models.equipment import Equipment
from bimmerhub.emulator.cars.world.localtime import utc_offset_ms
from bimmerhub.emulator.connecteddrive import words
from bimmerhub.emulator.host.moments import utc_moment
from bimmerhub.emulator.remote.charging_profile_form import read_profile
from bimmerhub.emulator.remote.desk import CarAction, EventState, RemoteEvent
from bimmerhub.times import HOUR_MS

KINDS = {
    "RLF": "LIGHT_FLASH",
    "RDL": "DOOR_LOCK",
    "RDU": "DOOR_UNLOCK",
    "RHB": "HORN_BLOW",
    "RCN": "CLIMATE_NOW",
    "RCT": "CLIMATE_CONTROL",
    "RCP": "CHARGE_PREFERENCE",
}
"""By code, BMW's service type."""
CODES = {kind: code for code, kind in KINDS.items()}
_ACTIONS: Mapping[str, CarAction] = {
    "RLF": CarAction(name="flash_lights"),
    "RDL": CarAction(name="lock_remotely"),
    "RDU": CarAction(name="unlock_remotely"),
    "RHB": CarAction(name="blow_horn"),
    "RCN": CarAction(name="condition_remotely"),
    "RCT": CarAction(name="condition_remotely"),
    "RCP": CarAction(name="charge_now"),
}
"""By code. That RCP, "charge preferences", and RCT, "climate timer", do this without a body is inferred."""
NEXT_REQUEST_S = 10


def can_do(equipment: Equipment, code: str) -> bool:
    """Tell whether a car has the service of a code."""
    able = equipment.abilities
    return {
        "RLF": able.lights,
        "RDL": able.lock,
        "RDU": able.unlock,
        "RHB": able.horn,
        "RCN": able.climate,
        "RCT": able.climate,
        "RCP": equipment.planner is not None,
    }[code]


def choose_action(code: str, body: bytes) -> CarAction:
    """Return what a code has the car do; ValueError in words for a charging profile that cannot be read.

    A charging profile in the body of RCP is set (inferred).
    """
    if code == "RCP" and body.strip():
        profile = msgspec.to_builtins(read_profile(body))
        return CarAction(name="set_charging_profile", arguments={"profile": profile})
    return _ACTIONS[code]


def begun(event: RemoteEvent) -> dict[str, object]:
    """Return the answer to a command that was accepted: only it has an object around the event."""
    return {
        "remoteServiceEvent": _describe(event, state=EventState.INITIATED),
        "nextRequestInSec": NEXT_REQUEST_S,
    }


def describe_event(event: RemoteEvent, *, now_ms: int) -> dict[str, object]:
    """Return how a command stands."""
    return _describe(event, state=event.state(now_ms))


def describe_past(event: RemoteEvent, *, now_ms: int) -> dict[str, object]:
    """Return a command of the history."""
    return {
        "creationTime": event.begun_ms,
        "remoteServiceType": CODES.get(event.kind, event.kind),
        "status": words.HISTORY_STATES[event.state(now_ms)],
    }


def as_wanted(request: Request, root: str, answer: Mapping[str, object] | list[Mapping[str, object]]) -> Response:
    """Return an answer as JSON for who accepts it, else as XML with a root element, which holds the items of a list."""
    if "application/json" in request.headers.get("accept", "").lower():
        return JSONResponse(answer)
    if isinstance(answer, list):
        answer = {"remoteServiceEvent": answer}
    text = f'<?xml version="1.0" encoding="UTF-8" standalone="yes"?><{root}>{_to_xml(answer)}</{root}>'
    return Response(text, media_type="application/xml")


def _describe(event: RemoteEvent, *, state: EventState) -> dict[str, object]:
    return {
        "remoteServiceType": CODES.get(event.kind, event.kind),
        "remoteServiceStatus": words.COMMAND_STATES[state],
        "eventId": event.event_id,
        "created": _short_offset(event.begun_ms),
        "lastUpdate": _short_offset(event.changed_ms),
    }


def _short_offset(at_ms: int) -> str:
    """Return a time like 2018-02-17T15:56:34.846+01."""
    offset_ms = utc_offset_ms(at_ms)
    return f"{utc_moment(at_ms + offset_ms):%Y-%m-%dT%H:%M:%S}.{at_ms % 1000:03}+{offset_ms // HOUR_MS:02}"


def _element(name: str, value: object) -> str:
    """Return an element, or one for each item of a list."""
    items = value if isinstance(value, list) else [value]
    return "".join(f"<{name}>{_to_xml(item)}</{name}>" for item in items)


def _to_xml(value: object) -> str:
    if isinstance(value, Mapping):
        return "".join(_element(name, part) for name, part in value.items())
    return escape(str(value))
