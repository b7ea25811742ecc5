"""Records how BMW answers an account: each question once, the forms of the answers, nothing that they say.

For CarData these are a code to sign in with (which nobody approves), one look whether it was approved, each operation
that changes nothing, and the stream if nobody else holds it. For older interfaces, each operation that needs no more
than the car.
"""

import asyncio
import re
import time
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from typing import Final

from typing_extensions import override

from bimmerhub import __version__
from bimmerhub.bmw.cardata.auth import SignIn
from bimmerhub.bmw.cardata.endpoints import Endpoints
from bimmerhub.bmw.cardata.streaming.stream_connection import KEEP_ALIVE_S, new_identifier, open_stream
from bimmerhub.bmw.http import BmwExchange, listening_to_exchanges
from bimmerhub.bmw.operations.operation import SIGN_IN, Operation
from bimmerhub.bmw.tokens.token_set import TokenSet
from bimmerhub.domain.account.family import Family
from bimmerhub.domain.account.link import Link, LinkState
from bimmerhub.errors import BimmerhubError, BmwUnavailable, QuotaSpent, SignInRequired
from bimmerhub.hub.accounts.access import AccessBook
from bimmerhub.hub.accounts.book import AccountBook
from bimmerhub.hub.calls.operation_tables import operations_of
from bimmerhub.hub.reporting.own_words import mask_words
from bimmerhub.hub.reporting.shown_versions import version_digits
from bimmerhub.hub.reporting.wire_shape import BodyForm, describe_headers, shape_of
from bimmerhub.ids import Vin
from bimmerhub.mqtt.client import ConnectionEnded, Message
from bimmerhub.mqtt.packets import Connect, ProtocolVersion
from bimmerhub.store.ports.accounts import StoredAccount
from bimmerhub.times import format_time
from bimmerhub.views.ports.calls import BmwCalls, CallWish
from bimmerhub.views.ports.commands import Asker
from bimmerhub.views.wire import WIRE_LEFT_OUT, WireAnswer, WireExchange, WireRecords, WireStream

POLLED_WITHIN: Final = 1.9
"""Within so many of the intervals that BMW names, there is one look for the approval, with time for its answer."""
LOGGED_IN_WITHIN_S: Final = 30.0
LISTENED_AT_MOST_S: Final = 300.0
_CODE: Final = re.compile(rb'"(?:exveErrorId|error|errorCode|code)"\s*:\s*"([A-Za-z][\w.-]{1,60})"')
_IN_BRACES: Final = re.compile(r"\{(\w+)\}")
_HOLDS_STREAM: Final = frozenset({LinkState.CONNECTED, LinkState.CONNECTING})


class WireRecorder(WireRecords):
    """Records the accounts of a hub; `links` are the present ones, for a stream has one listener."""

    def __init__(
        self,
        *,
        accounts: AccountBook,
        accesses: AccessBook,
        calls: BmwCalls,
        links: Callable[[], Sequence[Link]],
        endpoints: Endpoints,
        now_ms: Callable[[], int],
    ) -> None:
        self._accounts = accounts
        self._accesses = accesses
        self._calls = calls
        self._links = links
        self._endpoints = endpoints
        self._now_ms = now_ms

    @override
    async def record(self, account: str, *, vin: Vin | None, stream_s: float, asker: Asker) -> WireAnswer:
        stored = await self._accounts.named(account)
        exchanges: list[WireExchange] = []
        not_asked: list[str] = []
        if stored.family is Family.CARDATA:
            exchanges += await _record_sign_in(self._accesses.new_sign_in(stored))
        else:
            not_asked.append("sign-in: it would need the password")
        exchanges += await self._record_operations(stored, vin, not_asked, asker)
        stream = None
        if stored.family is Family.CARDATA and stream_s > 0:
            stream = await self._record_stream(stored, min(stream_s, LISTENED_AT_MOST_S))
        return WireAnswer(
            family=stored.family.value,
            made_at=format_time(self._now_ms()),
            version=version_digits(__version__),
            exchanges=exchanges,
            stream=stream,
            not_asked=not_asked,
            left_out=list(WIRE_LEFT_OUT),
        )

    async def _record_operations(
        self, account: StoredAccount, vin: Vin | None, not_asked: list[str], asker: Asker
    ) -> list[WireExchange]:
        """Ask each operation of the account's family that changes nothing; what cannot be asked goes to `not_asked`."""
        recorded: list[WireExchange] = []
        learnt = {} if vin is None else {"vin": str(vin)}
        for operation in askable(account.family):
            missing = [param.name for param in operation.params if param.is_required and param.default is None]
            unknown = [name for name in (*missing, *_missing_in_defaults(operation)) if name not in learnt]
            if unknown:
                not_asked.append(f"{operation.name}: needs {', '.join(unknown)}")
                continue
            values = {param.name: learnt[param.name] for param in operation.params if param.name in learnt}
            wish = CallWish(operation=operation.name, values=values, vin=vin)
            heard: list[BmwExchange] = []
            try:
                with listening_to_exchanges(heard.append):
                    await self._calls.call(account.name, wish, asker=asker)
            except (QuotaSpent, SignInRequired) as error:
                not_asked.append(f"{operation.name} and all behind it: {mask_words(str(error))}")
                return recorded
            except BimmerhubError as error:
                if not heard:
                    not_asked.append(f"{operation.name}: {mask_words(str(error))}")
            recorded += [describe_exchange(operation.name, exchange) for exchange in heard]
            learnt |= _learn(heard)
        return recorded

    async def _record_stream(self, account: StoredAccount, listened_s: float) -> WireStream:
        link = next((link for link in self._links() if link.account == account.name), None)
        if link is not None and link.state in _HOLDS_STREAM:
            return WireStream(not_asked="the running hub holds the stream, and BMW gives it to one: stop the hub first")
        try:
            tokens = await self._accesses.access(account).tokens.current()
        except BimmerhubError as error:
            return WireStream(not_asked=mask_words(str(error)))
        if not tokens.id_token:
            return WireStream(not_asked="there is no id token: the stream is not switched on")
        return await record_stream(self._endpoints, tokens, listened_s=listened_s)


def askable(family: Family) -> list[Operation]:
    """Return the operations of a family that change nothing, those first that tell what others need."""
    operations = [
        operation
        for operation in operations_of(family.value).values()
        if operation.method == "GET" and not operation.changes and operation.server != SIGN_IN
    ]
    return sorted(operations, key=lambda operation: operation.name != "containers")


async def _record_sign_in(sign_in: SignIn) -> list[WireExchange]:
    """Ask for a code, and once whether it was approved; nobody approves it, so it expires and changes nothing."""
    heard: list[BmwExchange] = []
    with listening_to_exchanges(heard.append), suppress(BimmerhubError, TimeoutError):
        code = await sign_in.start()
        async with asyncio.timeout(max(1, code.interval_s) * POLLED_WITHIN):
            await sign_in.wait()
    return [describe_exchange(_name_of_step(exchange), exchange) for exchange in heard]


def _name_of_step(exchange: BmwExchange) -> str:
    return "sign-in: code" if exchange.url.endswith("/device/code") else "sign-in: look for the approval"


def describe_exchange(asked: str, exchange: BmwExchange) -> WireExchange:
    """Return the form of an exchange."""
    answer = exchange.answer
    if answer is None:
        error = None if exchange.error is None else mask_words(str(exchange.error))
        return _exchange(asked, exchange, BodyForm(), error=error)
    code = _CODE.search(answer.body[:4096]) if answer.status >= 400 else None  # noqa: PLR2004 - a refusal
    words = None if code is None else mask_words(code[1].decode())
    return _exchange(asked, exchange, shape_of([answer.body]), code=words)


def _exchange(
    asked: str, exchange: BmwExchange, shape: BodyForm, *, code: str | None = None, error: str | None = None
) -> WireExchange:
    answer = exchange.answer
    return WireExchange(
        asked=asked,
        method=exchange.method,
        status=None if answer is None else answer.status,
        code=code,
        took_ms=round(exchange.took_s * 1000),
        body_bytes=0 if answer is None else len(answer.body),
        headers={} if answer is None else describe_headers(answer),
        body=shape.kinds,
        words=shape.words,
        error=error,
    )


def _missing_in_defaults(operation: Operation) -> list[str]:
    """Return the car, where a default is made of it."""
    names = {name for param in operation.params for name in _IN_BRACES.findall(param.default or "")}
    return ["vin"] if "vin" in names else []


def _learn(heard: Sequence[BmwExchange]) -> dict[str, str]:
    """Return what an answer tells that others need: the id of a container."""
    for exchange in heard:
        body = b"" if exchange.answer is None else exchange.answer.body
        container = re.search(rb'"containerId"\s*:\s*"([\w-]{1,80})"', body)
        if container is not None:
            return {"container_id": container[1].decode()}
    return {}


async def record_stream(endpoints: Endpoints, tokens: TokenSet, *, listened_s: float) -> WireStream:
    """Log in to the stream, listen for some seconds, and return the forms of what BMW said."""
    begun_s = time.monotonic()
    try:
        client = await open_stream(host=endpoints.stream_host, port=endpoints.stream_port, tls=endpoints.ssl_context())
    except BmwUnavailable as error:
        return WireStream(ended=mask_words(str(error)))
    login = Connect(
        version=ProtocolVersion.V5 if endpoints.mqtt_version == "5" else ProtocolVersion.V311,
        client_id=new_identifier(),
        username=tokens.gcid,
        password=(tokens.id_token or "").encode(),
        clean_session=True,
        keep_alive_s=KEEP_ALIVE_S,
    )
    async with client:
        topic = f"{tokens.gcid}/+"
        stream = WireStream()
        try:
            async with asyncio.timeout(LOGGED_IN_WITHIN_S):
                accepted = await client.log_in(login)
                took_ms = round((time.monotonic() - begun_s) * 1000)
                said = {
                    "receive maximum": str(accepted.receive_maximum),
                    "highest QoS": str(accepted.maximum_qos),
                    "keep-alive": "as asked" if accepted.server_keep_alive_s is None else "another",
                    "largest packet": "any" if accepted.max_packet_bytes is None else str(accepted.max_packet_bytes),
                    "client id": "as asked" if accepted.assigned_client_id is None else "another",
                    "session": "there before" if accepted.session_present else "new",
                    "words": mask_words(accepted.words),
                }
                code = await client.subscribe(topic)
            stream = WireStream(took_ms=took_ms, connack_code=accepted.code, connack=said, suback_code=code)
            return await _listen(client.receive, stream, tokens.gcid, listened_s)
        except ConnectionEnded as ended:
            return WireStream(connack_code=ended.code, ended=f"{ended.how.name.lower()}: {mask_words(ended.words)}")
        except TimeoutError:
            return WireStream(ended="no answer to the login")


async def _listen(
    receive: Callable[[], Awaitable[list[Message]]], stream: WireStream, gcid: str, listened_s: float
) -> WireStream:
    """Return the stream with the forms of what came in so many seconds."""
    messages: list[Message] = []
    ended: str | None = None
    try:
        async with asyncio.timeout(listened_s):
            while True:
                messages += await receive()
    except TimeoutError:
        pass
    except ConnectionEnded as error:
        ended = f"{error.how.name.lower()} {error.code}: {mask_words(error.words)}"
    shape = shape_of(message.payload for message in messages)
    return WireStream(
        took_ms=stream.took_ms,
        connack_code=stream.connack_code,
        connack=stream.connack,
        suback_code=stream.suback_code,
        listened_s=listened_s,
        messages=len(messages),
        topics=sorted({_form_of_topic(message.topic, gcid) for message in messages}),
        body=shape.kinds,
        words=shape.words,
        ended=ended,
    )


def _form_of_topic(topic: str, gcid: str) -> str:
    """Return the form of a topic: `GCID/VIN` is what BMW's guide says."""
    parts = ["GCID" if part == gcid else "VIN" if len(part) == 17 else "text" for part in topic.split("/")]  # noqa: PLR2004 - a VIN
    return "/".join(parts)
