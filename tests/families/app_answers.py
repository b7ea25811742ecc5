"""How the MyBMW app's SDK asks for each answer, and reads it; by the name that the facts have for it."""

from collections.abc import Callable, Mapping
from typing import Any

from tests.families.answer import Answer, Fetch

from bimmerhub.bmw.mybmw import wire
from bimmerhub.ids import Vin

LISTED = ("WBY00000000E00001", "WBX00000000H00002")
"""The cars in the list of the app of BMW, in its order."""


def _call(operation: str, **params: object) -> Fetch:
    async def fetch(scene: Any, vin: Vin) -> bytes:
        body: bytes = await scene.app.rest.call(operation, {"vin": vin, **params})
        return body

    return fetch


def _call_of_account(operation: str) -> Fetch:
    async def fetch(scene: Any, _vin: Vin) -> bytes:
        body: bytes = await scene.app.rest.call(operation)
        return body

    return fetch


def _call_of_event(operation: str, **params: object) -> Fetch:
    async def fetch(scene: Any, vin: Vin) -> bytes:
        body: bytes = await scene.app.rest.call(operation, {"event_id": scene.event_ids[vin], **params})
        return body

    return fetch


def _plain(fetch: Fetch, decode: Callable[[bytes], Any]) -> Answer:
    return Answer(fetch=fetch, decode=lambda body, _vin: decode(body))


def _listed(version: str) -> Answer:
    return Answer(
        fetch=_call_of_account(f"vehicles-{version}"),
        decode=lambda body, vin: wire.decode_vehicle_list(body).vehicles[LISTED.index(vin)],
    )


def _state(fetch: Fetch, part: str) -> Answer:
    return Answer(
        fetch=fetch,
        decode=lambda body, vin: getattr(wire.decode_state(body, vin=vin), part),
        decode_readings=wire.decode_state_readings if part == "state" else None,
    )


_SESSIONS = {"max_results": 1, "with_date_picker": True}
APP_ANSWERS: Mapping[str, Answer] = {
    "vehicle-list": _plain(_call_of_account("vehicles-v5"), wire.decode_vehicle_list),
    "profile": _plain(_call("profile"), wire.decode_profile),
    "vehicles-v4": _listed("v4"),
    "vehicles-v2": _listed("v2"),
    "state": _state(_call("state-v4"), "state"),
    "capabilities": _state(_call("state-v4"), "capabilities"),
    "state-v2": _state(_call("state-v2"), "state"),
    "capabilities-v2": _state(_call("state-v2"), "capabilities"),
    "vehicles-v1": Answer(
        fetch=_call_of_account("vehicles-v1"),
        decode=lambda body, vin: wire.decode_v1_vehicles(body)[LISTED.index(vin)],
        decode_readings=wire.decode_state_readings,
    ),
    "charging-settings": _plain(_call("charging-settings"), wire.decode_charging_settings),
    "charging-statistics": _plain(_call("charging-statistics-v2"), wire.decode_charging_statistics),
    "charging-statistics-v1": _plain(_call("charging-statistics-v1"), wire.decode_charging_statistics),
    "charging-sessions": _plain(_call("charging-sessions-v2", **_SESSIONS), wire.decode_session_page),
    "charging-sessions-v1": _plain(_call("charging-sessions-v1", **_SESSIONS), wire.decode_session_page),
    "command": _plain(_call("command-v4", service="light-flash"), wire.decode_taken_command),
    "eventStatus": _plain(_call_of_event("event-status-v3"), wire.decode_event_status),
    "eventStatus-v4": _plain(_call_of_event("event-status-v4"), wire.decode_event_status),
    "eventPosition": _plain(
        _call_of_event("event-position-v4", latitude_deg=50.5, longitude_deg=6.25), wire.decode_event_position
    ),
    "remote-history": Answer(
        fetch=_call("history-v3"), decode=lambda body, _vin: next(iter(wire.decode_history(body)), None)
    ),
}
