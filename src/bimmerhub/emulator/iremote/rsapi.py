"""`/remoteservices/rsapi/v1/{vin}/{code}`: remote services with parameters in JSON, as BMW's apps of 2020 asked.

Known from clients only; that the answer is one object with these fields is inferred.
"""

from collections.abc import Mapping

import msgspec

from bimmerhub.emulator.host.json_bodies import read_json
from bimmerhub.emulator.remote.desk import CarAction, EventState, RemoteEvent
from bimmerhub.emulator.remote.refusals import util_error
from bimmerhub.json_faults import NOT_JSON

KINDS = {
    "RLF": "LIGHT_FLASH",
    "RDL": "DOOR_LOCK",
    "RDU": "DOOR_UNLOCK",
    "RHB": "HORN_BLOW",
    "RCN": "CLIMATE_NOW",
    "RCT": "CLIMATE_CONTROL",
}
"""By code, the service type."""
CODES = {kind: code for code, kind in KINDS.items()}
_STATES = {
    EventState.INITIATED: ("INITIATED", "PROVISIONING_STARTED"),
    EventState.PENDING: ("PENDING", "SMS_DELIVERED_TO_GATEWAY"),
    EventState.DELIVERED: ("DELIVERED", "SMS_DELIVERED_TO_VEHICLE"),
    EventState.EXECUTED: ("EXECUTED", "UPLINK_MESSAGE_ACK"),
    EventState.NOT_EXECUTED: ("CANCELLED_WITH_ERROR", "DEPROVISIONING_FINISHED"),
    EventState.TIMED_OUT: ("CANCELLED_WITH_ERROR", "DEPROVISIONING_FINISHED"),
}


class _Wish(msgspec.Struct, kw_only=True):
    number: int = 1
    climate: str = msgspec.field(default="START", name="rcnAction")


def read_action(action: CarAction, kind: str, body: bytes) -> CarAction:
    """Return what a code has the car do by a JSON body, which may be empty; RemoteRefusal for what is none."""
    try:
        wish = read_json(body or b"{}", _Wish)
    except NOT_JSON:
        raise util_error("A-101", "the body cannot be read.", status=400) from None
    arguments: Mapping[str, object] = {}
    if kind in {"LIGHT_FLASH", "HORN_BLOW"}:
        arguments = {"count": wish.number}
    elif kind == "CLIMATE_NOW":
        arguments = {"start": wish.climate != "STOP"}
    return CarAction(name=action.name, arguments=arguments)


def describe_rs_event(event: RemoteEvent, *, state: EventState) -> dict[str, object]:
    """Return how a command stands."""
    status, detail = _STATES[state]
    return {
        "eventId": event.event_id,
        "rsType": CODES.get(event.kind, event.kind),
        "rsStatus": status,
        "rsDetailedStatus": detail,
        "initiationError": "NO_ERROR",
        "rsError": "NO_ERROR" if status != "CANCELLED_WITH_ERROR" else state.value,
        "creationTime": event.begun_ms,
        "initStatus": True,
    }
