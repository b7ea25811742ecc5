"""Commands on their way to a car through the portal: what `commands` asks to send them and to follow them."""

from collections.abc import Mapping
from typing import Final

from typing_extensions import override

from bimmerhub.bmw.account_client import read_answer
from bimmerhub.bmw.car_commands.commands import NO_EVENT, TAKEN, CommandChannel, CommandReport, CommandState
from bimmerhub.bmw.connecteddrive.models import RemoteStatus
from bimmerhub.bmw.connecteddrive.remote_services import RemoteRequest
from bimmerhub.bmw.connecteddrive.rest import ConnectedDriveRest
from bimmerhub.bmw.connecteddrive.wire import decode_event, decode_receipt
from bimmerhub.bmw.connecteddrive.words import RemoteWord
from bimmerhub.bmw.http import AnswerLost
from bimmerhub.domain.command_order import TextMessage
from bimmerhub.errors import MalformedPayload
from bimmerhub.ids import Vin

_STATES: Final[Mapping[str, CommandState]] = {
    RemoteWord.PENDING: CommandState.PENDING,
    RemoteWord.DELIVERED: CommandState.DELIVERED,
    RemoteWord.EXECUTED: CommandState.EXECUTED,
    RemoteWord.ABORTED: CommandState.NOT_EXECUTED,
    RemoteWord.INITIATED: CommandState.INITIATED,
    RemoteWord.SUCCESS: CommandState.EXECUTED,
    RemoteWord.FAILED: CommandState.NOT_EXECUTED,
    RemoteWord.CANCELLED: CommandState.NOT_EXECUTED,
}
_TAKEN: Final = "OK"


class RemoteChannel(CommandChannel):
    """A command to one car. The portal tells of a car's newest command only, whatever its code."""

    def __init__(self, rest: ConnectedDriveRest, vin: Vin, request: RemoteRequest) -> None:
        self._rest = rest
        self._vin = vin
        self._request = request

    @override
    async def send(self) -> CommandReport:
        """Send it. Also an answer that names no command is AnswerLost.

        What is asked for later could be the command before.
        """
        body = await self._rest.execute(self._vin, self._request.code.value, self._request.document)
        try:
            return _report(decode_event(body))
        except MalformedPayload as error:
            raise AnswerLost(f"remote service: the portal's answer cannot be read: {error}") from error

    @override
    async def poll(self) -> CommandReport:
        body = await self._rest.fetch_execution(self._vin)
        return _report(read_answer(decode_event, body, "state/execution"))


class MessageChannel(CommandChannel):
    """A message to one car. BMW takes it, or does not; when the car has it is never told."""

    def __init__(self, rest: ConnectedDriveRest, vin: Vin, message: TextMessage) -> None:
        self._rest = rest
        self._vin = vin
        self._message = message

    @override
    async def send(self) -> CommandReport:
        """Send it. Also an answer that says nothing of it, such as a page, is AnswerLost."""
        message = self._message
        word = decode_receipt(await self._rest.send_message(self._vin, subject=message.subject, text=message.text))
        if word is None:
            raise AnswerLost("myinfo: the portal's answer says nothing of the message")
        if word.strip().upper() != _TAKEN:
            return CommandReport(state=CommandState.NOT_EXECUTED, word=word, event_id=NO_EVENT)
        return TAKEN

    @override
    async def poll(self) -> CommandReport:
        return TAKEN


def _report(event: RemoteStatus) -> CommandReport:
    word = event.status
    return CommandReport(
        state=None if word is None else _STATES.get(word),
        word=word,
        event_id=event.event_id,
        begun_at_ms=None if event.created_at is None else round(event.created_at.timestamp() * 1000),
        next_command_in_s=event.next_request_s,
    )
