"""MQTT to BMW: the only module that knows the MQTT library.

A connection goes in, bursts of messages or `ConnectionLost` come out.

aiomqtt makes a task for each message that is waited for, so only the first of a burst is; the others are already in
the queue and are taken from there. The queue is ours, and bounded: when it is full the connection counts as lost,
never are messages dropped in silence.
"""

import asyncio
import logging
import secrets
import ssl
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, Literal, cast

import aiomqtt
from paho.mqtt.client import Client as PahoClient
from paho.mqtt.client import ConnectFlags, DisconnectFlags
from paho.mqtt.client import MQTTMessage as PahoMessage
from paho.mqtt.enums import MQTTErrorCode, MQTTProtocolVersion
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode
from typing_extensions import override

from bimmerhub.errors import BmwUnavailable

CONNECT_WITHIN_S = 30.0
SUBSCRIBE_WITHIN_S = 10.0
"""The library does not notice a connection that breaks while the answer to SUBSCRIBE is waited for."""
LEAVE_WITHIN_S = 2.0
"""How long BMW may take to close after DISCONNECT; then this side does."""
KEEP_ALIVE_S = 30
"""Longer ones led to drops (observed by clients 2025-2026)."""
QUEUED_MESSAGES = 20_000
TICK_S = 0.25
"""How often a silent connection gives its holder the chance to look at the clock."""
QOS = 0
"""With a clean session an acknowledgement protects nothing that TCP does not; it would cost a packet a message."""
REFUSED_FROM = 128
KEEP_ALIVE_MISSED = 141
LONGEST_WORDS = 200
QOS_BITS = 0b110

_log = logging.getLogger(__name__)

MqttVersion = Literal["5", "3.1.1"]
Stage = Literal["connect", "subscribe", "connected", "overrun"]
How = Literal["told", "cut", "silent", "unreachable"]


class ConnectionLost(BmwUnavailable):
    """The connection was refused or ended.

    `how`: BMW told so with a `code` (MQTT 5's reason code; 3.1.1's are translated), or an open connection was cut
    without a word, or BMW was silent where an answer was due, or there was no connection at all. `code` is None unless
    told. A refusal in SUBACK is of stage `subscribe`, one that comes before of `connect`. Stage `overrun`: this side
    did not keep up; `dropped` messages were not taken.
    """

    def __init__(
        self, message: str, *, stage: Stage, code: int | None = None, how: How = "cut", dropped: int = 0
    ) -> None:
        super().__init__(message)
        self.stage: Stage = stage
        self.code = code
        self.how: How = how if code is None else "told"
        self.dropped = dropped


@dataclass(frozen=True, slots=True, kw_only=True)
class MqttMessage:
    """One message as it came."""

    topic: str
    payload: bytes


class _Inbox(asyncio.Queue["MqttMessage | None"]):
    """What has come; None is a tick. `dropped` counts what did not fit."""

    dropped = 0

    def put_nowait(self, item: "MqttMessage | None") -> None:
        """Add an item; a message that does not fit is counted, and the connection is given up soon after."""
        if item is not None and self.full():
            self.dropped += 1
            return
        super().put_nowait(item)


@dataclass(frozen=True, slots=True, kw_only=True)
class _End:
    """How a connection ended: with BMW's code and words, or by silence, or (neither) cut."""

    code: int | None = None
    words: str = ""
    is_silent: bool = False


class _Client(aiomqtt.Client):
    """The library's client, told apart: what BMW said at the end from what the library makes of a mere end.

    It also notices at once when the connection ends before CONNACK or SUBACK (the library waits out its deadline), and
    reads plain messages by itself: the library makes a table of MQTT 5's properties anew for each, which costs more
    than all the rest of a message (54 µs a message instead of 21 by MQTT 3.1.1; read here it is about 10 by both).
    """

    inbox: _Inbox
    end: _End | None = None
    was_open = False

    def read_plain_messages(self) -> None:
        """Read messages of QoS 0 without properties here from now on; whatever else comes stays the library's."""
        paho = self._client
        is_5 = paho.protocol == MQTTProtocolVersion.MQTTv5
        read_any = paho._handle_publish  # noqa: SLF001 - see the class

        def read() -> MQTTErrorCode:
            came = paho._in_packet  # noqa: SLF001 - see the class
            packet = came["packet"]
            begin = 2 + int.from_bytes(packet[:2], "big")
            if came["command"] & QOS_BITS or (is_5 and packet[begin : begin + 1] != b"\0"):
                return read_any()
            try:
                topic = packet[2:begin].decode()
            except UnicodeDecodeError:
                return read_any()
            self.inbox.put_nowait(MqttMessage(topic=topic, payload=bytes(packet[begin + is_5 :])))
            return MQTTErrorCode.MQTT_ERR_SUCCESS

        paho._handle_publish = read  # type: ignore[method-assign]  # noqa: SLF001 - see the class

    def abandon(self) -> None:
        """Close the socket that the library leaves open when an answer did not come in time."""
        self._client._sock_close()  # noqa: SLF001 - there is no public way to close without a goodbye

    def settle(self) -> None:
        """Look at what nobody waits for any more; the event loop would complain of each end that nobody looked at."""
        for each in (self._connected, self._disconnected):
            if each.done() and not each.cancelled():
                each.exception()

    def give_up(self) -> None:
        """End a connect that waits for BMW's answer; one that is still in its thread ends as soon as that does."""
        if not self._connected.done():
            self._connected.set_exception(aiomqtt.MqttError("given up"))
            self._connected.exception()  # nobody may be left to ask for it

    @override
    def _on_socket_open(self, client: PahoClient, userdata: Any, sock: Any) -> None:
        self.was_open = True
        super()._on_socket_open(client, userdata, sock)

    @override
    def _on_message(self, client: PahoClient, userdata: Any, message: PahoMessage) -> None:
        self.inbox.put_nowait(MqttMessage(topic=message.topic, payload=bytes(message.payload)))

    @override
    def _on_connect(
        self,
        client: PahoClient,
        userdata: Any,
        flags: ConnectFlags,
        reason_code: ReasonCode,
        properties: Properties | None = None,
    ) -> None:
        if reason_code.is_failure:
            self.end = _End(code=reason_code.value, words=_words(properties))
        super()._on_connect(client, userdata, flags, reason_code, properties)

    @override
    def _on_disconnect(
        self,
        client: PahoClient,
        userdata: Any,
        flags: DisconnectFlags,
        reason_code: ReasonCode,
        properties: Properties | None = None,
    ) -> None:
        if self.end is None and flags.is_disconnect_packet_from_server and reason_code.is_failure:
            self.end = _End(code=reason_code.value, words=_words(properties))
        self.end = self.end or _End(is_silent=reason_code.value == KEEP_ALIVE_MISSED)
        waiting: list[asyncio.Future[Any]] = [self._connected, *self._pending_subscribes.values()]
        for each in waiting:
            if not each.done():
                each.set_exception(aiomqtt.MqttCodeError(reason_code, "the connection ended"))
        super()._on_disconnect(client, userdata, flags, reason_code, properties)
        if self._disconnected.done():
            self._disconnected.exception()  # nobody may be left to ask for it, and asyncio would complain of that


class MqttConnection:
    """An open connection with one subscription."""

    def __init__(self, client: _Client, inbox: _Inbox, topic: str) -> None:
        self._client = client
        self._inbox = inbox
        self._topic = topic

    async def bursts(self) -> AsyncGenerator[tuple[MqttMessage, ...]]:
        """Yield whatever has come, at once; an empty burst every TICK_S. ConnectionLost when the connection ends."""
        loop = asyncio.get_running_loop()
        timer: asyncio.TimerHandle

        def tick() -> None:
            nonlocal timer
            if self._inbox.empty():
                self._inbox.put_nowait(None)
            timer = loop.call_later(TICK_S, tick)

        timer = loop.call_later(TICK_S, tick)
        try:
            async for first in cast("AsyncIterator[MqttMessage | None]", self._client.messages):
                yield (*(() if first is None else (first,)), *self._take_waiting())
                if self._inbox.dropped:
                    dropped = self._inbox.dropped
                    raise ConnectionLost(
                        f"this machine did not keep up with the stream; {dropped} messages were not taken",
                        stage="overrun",
                        dropped=dropped,
                    )
        except aiomqtt.MqttError as error:
            raise _lost(error, self._client, "connected") from error
        finally:
            timer.cancel()

    async def leave(self) -> tuple[MqttMessage, ...]:
        """Unsubscribe and return all that came before BMW confirmed it; the connection can then be closed.

        What was on its way when a connection is simply closed would be lost: MQTT's DISCONNECT is not answered.
        """
        try:
            await self._client.unsubscribe(self._topic, timeout=LEAVE_WITHIN_S)
        except aiomqtt.MqttError as error:
            _log.debug("the stream was left without a confirmation: %s", error)
        return self._take_waiting()

    def _take_waiting(self) -> tuple[MqttMessage, ...]:
        waiting = []
        while not self._inbox.empty():
            message = self._inbox.get_nowait()
            if message is not None:
                waiting.append(message)
        return tuple(waiting)


@asynccontextmanager
async def subscribed(
    *,
    host: str,
    port: int,
    tls: ssl.SSLContext,
    username: str,
    password: str,
    topic: str,
    identifier: str | None = None,
    version: MqttVersion = "5",
) -> AsyncIterator[MqttConnection]:
    """Connect over TLS and subscribe; ConnectionLost when BMW refuses either or does not answer.

    The session is a new one and ends with the connection. `identifier` is MQTT's client id, None for a random one.
    """
    inbox = _Inbox(QUEUED_MESSAGES)
    client = _Client(
        host,
        port,
        username=username,
        password=password,
        identifier=identifier or new_identifier(),
        tls_context=tls,
        keepalive=KEEP_ALIVE_S,
        **_SESSIONS[version],
        timeout=CONNECT_WITHIN_S,
        logger=_log,
        queue_type=cast("type[asyncio.Queue[aiomqtt.Message]]", lambda maxsize: inbox),  # noqa: ARG005 - ours has its bound
    )
    client.inbox = inbox
    client.read_plain_messages()
    stage: Stage = "connect"
    try:
        async with _entered(client):
            stage = "subscribe"
            [granted] = await client.subscribe(topic, qos=QOS, timeout=SUBSCRIBE_WITHIN_S)
            code = granted.value if isinstance(granted, ReasonCode) else granted
            if code >= REFUSED_FROM:
                raise ConnectionLost(f"BMW refused the subscription ({code})", stage=stage, code=code)
            stage = "connected"
            yield MqttConnection(client, inbox, topic)
    except aiomqtt.MqttError as error:
        raise _lost(error, client, stage) from error


def new_identifier() -> str:
    """Return a client id for MQTT that nobody else has; BMW takes any (observed by clients 2025-2026)."""
    return f"bimmerhub-{secrets.token_hex(6)}"


@asynccontextmanager
async def _entered(client: _Client) -> AsyncIterator[None]:
    """Do as `async with client`, but see to it that a connect which is cancelled does not live on.

    The library connects in a thread, where no cancellation reaches it: the connection would come about after all, and,
    as nobody knows of it, keep the account's one place at BMW. So that thread runs to its end, and what it opened is
    closed at once.
    """
    is_open = is_given_up = False

    async def enter() -> None:
        nonlocal is_open
        try:
            await client.__aenter__()
        except aiomqtt.MqttError:
            client.abandon()
            client.settle()
            if not is_given_up:
                raise
            return
        is_open = True
        if is_given_up:
            await _leave(client)

    try:
        await asyncio.shield(enter())
    except asyncio.CancelledError:
        is_given_up = True
        if is_open:
            await _leave(client)
        else:
            client.give_up()
        raise
    try:
        yield
    finally:
        await _leave(client)


async def _leave(client: _Client) -> None:
    client.timeout = LEAVE_WITHIN_S
    try:
        await client.__aexit__(None, None, None)
    except aiomqtt.MqttError as error:
        client.abandon()
        _log.debug("the stream's connection did not close in good order: %s", error)
    finally:
        client.settle()


def _new_session() -> Properties:
    properties = Properties(PacketTypes.CONNECT)  # type: ignore[no-untyped-call]  # the library's
    properties.SessionExpiryInterval = 0
    return properties


_SESSIONS: dict[MqttVersion, dict[str, Any]] = {
    "5": {"protocol": aiomqtt.ProtocolVersion.V5, "clean_start": True, "properties": _new_session()},
    "3.1.1": {"protocol": aiomqtt.ProtocolVersion.V311, "clean_session": True},
}


def _lost(error: aiomqtt.MqttError, client: _Client, stage: Stage) -> ConnectionLost:
    how: How = "unreachable"
    if client.end is not None:
        how = "silent" if client.end.is_silent else "cut"
    elif client.was_open:
        how = "silent"
    code = None if client.end is None else client.end.code
    if stage == "subscribe" and code is not None:
        stage = "connect"  # not the subscription was refused: the connection was ended before
    words = str(error) if client.end is None else client.end.words
    return ConnectionLost(words or "no reason was given", stage=stage, code=code, how=how)


def _words(properties: Properties | None) -> str:
    """Return BMW's own words in an MQTT 5 packet, empty when there are none."""
    return str(getattr(properties, "ReasonString", ""))[:LONGEST_WORDS]
