"""Commands on their way to a car through i Remote: what `commands` asks to send them and to follow them."""

from collections.abc import Mapping
from typing import Final

from typing_extensions import override

from bimmerhub.bmw.account_client import read_answer
from bimmerhub.bmw.car_commands.commands import TAKEN, CommandChannel, CommandReport, CommandState
from bimmerhub.bmw.http import AnswerLost
from bimmerhub.bmw.iremote.models import ExecutionStatus
from bimmerhub.bmw.iremote.rest import IRemoteRest
from bimmerhub.bmw.iremote.service_types import ServiceRequest
from bimmerhub.bmw.iremote.wire import decode_execution
from bimmerhub.bmw.iremote.words import ExecutionWord
from bimmerhub.errors import MalformedPayload
from bimmerhub.ids import Vin

_STATES: Final[Mapping[str, CommandState]] = {
    ExecutionWord.INITIATED: CommandState.INITIATED,
    ExecutionWord.PENDING: CommandState.PENDING,
    ExecutionWord.DELIVERED: CommandState.DELIVERED,
    ExecutionWord.EXECUTED: CommandState.EXECUTED,
    ExecutionWord.NOT_EXECUTED: CommandState.NOT_EXECUTED,
    ExecutionWord.TIMED_OUT: CommandState.TIMED_OUT,
    ExecutionWord.SUCCESS: CommandState.EXECUTED,
    ExecutionWord.FAILED: CommandState.NOT_EXECUTED,
    ExecutionWord.ERROR: CommandState.NOT_EXECUTED,
    ExecutionWord.CANCELLED: CommandState.NOT_EXECUTED,
}
"""The last four are words of the history; that a status may hold them is inferred."""


class ServiceChannel(CommandChannel):
    """A service of one car."""

    def __init__(self, rest: IRemoteRest, vin: Vin, request: ServiceRequest) -> None:
        self._rest = rest
        self._vin = vin
        self._request = request

    @override
    async def send(self) -> CommandReport:
        """Send it. Also an answer that names no command is AnswerLost.

        What is asked for later could be the command before.
        """
        form = {"serviceType": self._request.service_type.value, **self._request.fields}
        body = await self._rest.execute(self._vin, form)
        try:
            status = decode_execution(body)
        except MalformedPayload as error:
            raise AnswerLost(f"executeService: i Remote's answer cannot be read: {error}") from error
        if status.event_id is None and status.status is None:
            raise AnswerLost("executeService: i Remote's answer says nothing of a command")
        return _report(status)

    @override
    async def poll(self) -> CommandReport:
        body = await self._rest.fetch_execution(self._vin, self._request.service_type.value)
        return _report(read_answer(decode_execution, body, "serviceExecutionStatus"))


class PoiChannel(CommandChannel):
    """A destination or a message for one car. BMW takes it, or does not; when the car has it is never told."""

    def __init__(self, rest: IRemoteRest, vin: Vin, poi: str) -> None:
        self._rest = rest
        self._vin = vin
        self._poi = poi

    @override
    async def send(self) -> CommandReport:
        """Send it. Also a page, instead of BMW's empty answer, is AnswerLost: a gateway may have kept it."""
        if (await self._rest.send_poi(self._vin, self._poi)).lstrip().startswith(b"<"):
            raise AnswerLost("sendpoi: i Remote's answer cannot be read")
        return TAKEN

    @override
    async def poll(self) -> CommandReport:
        return TAKEN


def _report(status: ExecutionStatus) -> CommandReport:
    word = status.status
    return CommandReport(state=None if word is None else _STATES.get(word), word=word, event_id=status.event_id)
