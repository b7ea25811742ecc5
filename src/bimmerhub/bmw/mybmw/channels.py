"""Commands on their way to a car of the MyBMW app: what `commands` asks to send them and to follow them.

BMW names each command with an event, and tells of that event only; so one command never takes another's place. Of a
command without an event nothing more is heard: settings are taken then, but whether a car has locked is not known.
"""

from collections.abc import Mapping
from typing import Final

from typing_extensions import override

from bimmerhub.bmw.account_client import read_answer
from bimmerhub.bmw.car_commands.commands import (
    NO_EVENT,
    TAKEN,
    CommandChannel,
    CommandKind,
    CommandReport,
    CommandState,
)
from bimmerhub.bmw.http import AnswerLost
from bimmerhub.bmw.mybmw.car_services import CHARGING_SETTINGS, AppCommand
from bimmerhub.bmw.mybmw.endpoints import BrandApp
from bimmerhub.bmw.mybmw.models import EventStatus
from bimmerhub.bmw.mybmw.rest import MyBmwRest
from bimmerhub.bmw.mybmw.wire import decode_event_status, decode_taken_command
from bimmerhub.bmw.mybmw.words import EventWord
from bimmerhub.bmw.refusal_words import shown
from bimmerhub.errors import MalformedPayload
from bimmerhub.ids import Vin

_STATES: Final[Mapping[str, CommandState]] = {
    EventWord.INITIATED: CommandState.INITIATED,
    EventWord.PENDING: CommandState.PENDING,
    EventWord.DELIVERED: CommandState.DELIVERED,
    EventWord.STARTED: CommandState.DELIVERED,
    EventWord.RUNNING: CommandState.DELIVERED,
    EventWord.PROV_RUNNING: CommandState.DELIVERED,
    EventWord.EXECUTED: CommandState.EXECUTED,
    EventWord.ERROR: CommandState.NOT_EXECUTED,
    EventWord.CANCELLED_WITH_ERROR: CommandState.NOT_EXECUTED,
    EventWord.IGNORED: CommandState.NOT_EXECUTED,
}
"""That STARTED and the two RUNNING mean that the car is at it, and IGNORED that it will not be, is inferred."""

_SETTINGS: Final = frozenset({CHARGING_SETTINGS, CommandKind.CHARGING_PROFILE})
"""Kinds that are carried out once BMW has taken them."""

_NOT_HEARD: Final = CommandReport(
    state=CommandState.UNKNOWN, detail="BMW has taken it, but named no event: what the car did is not told"
)


class EventChannel(CommandChannel):
    """A command to one car. `event_id` is there when an earlier run has sent it."""

    def __init__(
        self,
        rest: MyBmwRest,
        vin: Vin,
        request: AppCommand,
        *,
        status_operation: str,
        as_brand: BrandApp | None = None,
        event_id: str | None = None,
    ) -> None:
        self._rest = rest
        self._vin = vin
        self._request = request
        self._status_operation = status_operation
        self._brand = as_brand
        self._event_id = event_id

    @override
    async def send(self) -> CommandReport:
        """Send it. An empty answer names no event: BMW has taken the command, and tells no more of it.

        Then settings are done, and what became of anything else is unknown.
        """
        body = await self._rest.call(
            self._request.operation, {"vin": self._vin, **self._request.params}, as_brand=self._brand
        )
        try:
            taken = decode_taken_command(body)
        except MalformedPayload as error:
            raise AnswerLost(f"{self._request.operation}: BMW's answer cannot be read: {error}") from error
        self._event_id = taken.event_id
        if taken.event_id is None:
            return self._without_event()
        return CommandReport(state=CommandState.INITIATED, event_id=taken.event_id)

    @override
    async def poll(self) -> CommandReport:
        if self._event_id in (None, NO_EVENT):
            return self._without_event()
        body = await self._rest.call_once(self._status_operation, {"event_id": self._event_id}, as_brand=self._brand)
        return _report(read_answer(decode_event_status, body, self._status_operation), self._event_id)

    def _without_event(self) -> CommandReport:
        return TAKEN if self._request.kind in _SETTINGS else _NOT_HEARD


class PoiChannel(CommandChannel):
    """A destination for one car. BMW takes it, or does not; when the car has it is never told."""

    def __init__(
        self, rest: MyBmwRest, operation: str, body: Mapping[str, object], *, as_brand: BrandApp | None = None
    ) -> None:
        self._rest = rest
        self._operation = operation
        self._body = body
        self._brand = as_brand

    @override
    async def send(self) -> CommandReport:
        await self._rest.call(self._operation, {"body": self._body}, as_brand=self._brand)
        return TAKEN

    @override
    async def poll(self) -> CommandReport:
        return TAKEN


def _report(status: EventStatus, event_id: str | None) -> CommandReport:
    """Return BMW's word on a command, with what a person should know of an error, in the account's language."""
    word, error = status.status, status.error
    texts = () if error is None else (error.title, error.description, error.reason)
    detail = ": ".join(shown(text) for text in texts if text)
    return CommandReport(
        state=None if word is None else _STATES.get(word), word=word, event_id=event_id, detail=detail or None
    )
