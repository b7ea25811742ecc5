"""Commands by `/remoteservices/rsapi/v1`, as BMW's apps of 2020 and 2021 sent them to i Remote's hosts.

A code with a small JSON document goes out; how the car's newest command stands is asked for by the car alone. Known
from clients only; that an answer is one object with these fields, and the names of event and code in it, is inferred.
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from enum import StrEnum
from typing import Final

import msgspec
from typing_extensions import override

from bimmerhub.bmw.account_client import read_answer
from bimmerhub.bmw.answers.lenient_structs import read_object
from bimmerhub.bmw.car_commands.commands import CommandChannel, CommandReport, CommandState
from bimmerhub.bmw.http import AnswerLost
from bimmerhub.bmw.iremote.rest import IRemoteRest
from bimmerhub.errors import MalformedPayload
from bimmerhub.ids import Vin
from bimmerhub.json_faults import NOT_JSON
from bimmerhub.times import EARLIEST_MS, LATEST_MS


class RsCode(StrEnum):
    """What a car can be asked to do."""

    LIGHT_FLASH = "RLF"
    DOOR_LOCK = "RDL"
    DOOR_UNLOCK = "RDU"
    HORN_BLOW = "RHB"
    CLIMATE_NOW = "RCN"
    CLIMATE_TIMER = "RCT"


class RsStatus(StrEnum):
    """Where a command is."""

    INITIATED = "INITIATED"
    DELIVERED = "DELIVERED"
    STARTED = "STARTED"
    PENDING = "PENDING"
    RUNNING = "RUNNING"
    PROV_RUNNING = "PROV_RUNNING"
    EXECUTED = "EXECUTED"
    CANCELLED_WITH_ERROR = "CANCELLED_WITH_ERROR"
    UNKNOWN = "UNKNOWN"


class RsDetail(StrEnum):
    """What BMW's backend does just then to reach the car."""

    OTHER_SERVICE = "OTHER_SERVICE_WITH_PROVISIONING_RUNNING"
    PROVISIONING_STARTED = "PROVISIONING_STARTED"
    SMS_AT_GATEWAY = "SMS_DELIVERED_TO_GATEWAY"
    PROVISIONING_FINISHED = "PROVISIONING_FINISHED"
    SMS_AT_VEHICLE = "SMS_DELIVERED_TO_VEHICLE"
    MESSAGE_PROVIDED = "DLQ_MESSAGE_PROVIDED"
    MESSAGE_FETCHED = "DLQ_MESSAGE_FETCHED"
    CAR_ANSWERED = "UPLINK_MESSAGE_ACK"
    DEPROVISIONING_STARTED = "DEPROVISIONING_STARTED"
    DEPROVISIONING_FINISHED = "DEPROVISIONING_FINISHED"


class RsEvent(msgspec.Struct, frozen=True, kw_only=True):
    """How a car's newest command stands; `is_initiated` is BMW's `initStatus`."""

    event_id: str | None = msgspec.field(default=None, name="eventId")
    code: RsCode | str | None = msgspec.field(default=None, name="rsType")
    status: RsStatus | str | None = msgspec.field(default=None, name="rsStatus")
    detail: RsDetail | str | None = msgspec.field(default=None, name="rsDetailedStatus")
    initiation_error: str | None = msgspec.field(default=None, name="initiationError")
    error: str | None = msgspec.field(default=None, name="rsError")
    created_ms: int | None = msgspec.field(default=None, name="creationTime")
    is_initiated: bool | None = msgspec.field(default=None, name="initStatus")

    @property
    def created_at(self) -> datetime | None:
        """When BMW began it."""
        at_ms = self.created_ms
        return (
            None
            if at_ms is None or not EARLIEST_MS <= at_ms <= LATEST_MS
            else datetime.fromtimestamp(at_ms / 1000, UTC)
        )


DOCUMENTS: Final[Mapping[RsCode, Mapping[str, object]]] = {
    RsCode.DOOR_LOCK: {"clientId": 2, "doorControl": "LOCK"},
    RsCode.DOOR_UNLOCK: {"clientId": 2, "doorSelection": "COMPLETE"},
    RsCode.CLIMATE_NOW: {"rcnAction": "START"},
    RsCode.LIGHT_FLASH: {"number": 2, "pause": 1, "duration": 1},
    RsCode.HORN_BLOW: {"number": 2, "pause": 1, "duration": 1},
    RsCode.CLIMATE_TIMER: {},
}
"""What clients sent with each code; which document RCT takes is not known."""
STOP_CLIMATE: Final[Mapping[str, object]] = {"rcnAction": "STOP"}
"""The document of CLIMATE_NOW that ends it."""

_NO_ERROR: Final = "NO_ERROR"
_STATES: Final[Mapping[str, CommandState]] = {
    RsStatus.INITIATED: CommandState.INITIATED,
    RsStatus.PENDING: CommandState.PENDING,
    RsStatus.PROV_RUNNING: CommandState.PENDING,
    RsStatus.STARTED: CommandState.PENDING,
    RsStatus.DELIVERED: CommandState.DELIVERED,
    RsStatus.RUNNING: CommandState.DELIVERED,
    RsStatus.EXECUTED: CommandState.EXECUTED,
    RsStatus.CANCELLED_WITH_ERROR: CommandState.NOT_EXECUTED,
}
"""UNKNOWN says nothing, so it is none of them. That STARTED comes before the car has it is inferred."""


def decode_rs_event(body: bytes) -> RsEvent:
    """Return how a command stands; MalformedPayload for what is no answer about one."""
    try:
        event = read_object(RsEvent, msgspec.json.decode(body))
    except NOT_JSON as error:
        raise MalformedPayload("not JSON") from error
    if event is None or (event.status is None and event.event_id is None):
        raise MalformedPayload("an answer that says nothing of a command")
    return event


class RsChannel(CommandChannel):
    """A command of one car. BMW tells of the car's newest one only, whatever its code."""

    def __init__(self, rest: IRemoteRest, vin: Vin, code: RsCode, document: Mapping[str, object]) -> None:
        self._rest = rest
        self._vin = vin
        self._code = code
        self._document = document

    @override
    async def send(self) -> CommandReport:
        """Send it. Also an answer that names no command is AnswerLost.

        What is asked for later could be the command before.
        """
        body = await self._rest.execute_rs(self._vin, self._code.value, self._document)
        try:
            return _report(decode_rs_event(body))
        except MalformedPayload as error:
            raise AnswerLost(f"rsapi: i Remote's answer cannot be read: {error}") from error

    @override
    async def poll(self) -> CommandReport:
        return _report(read_answer(decode_rs_event, await self._rest.fetch_rs_state(self._vin), "rsapi"))


def _report(event: RsEvent) -> CommandReport:
    errors = [error for error in (event.initiation_error, event.error) if error not in {None, _NO_ERROR}]
    return CommandReport(
        state=None if event.status is None else _STATES.get(event.status),
        word=event.status,
        event_id=event.event_id,
        begun_at_ms=event.created_ms,
        detail=", ".join(filter(None, errors)) or None,
    )
