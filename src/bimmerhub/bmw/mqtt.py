"""MQTT to BMW: the only module that knows the MQTT library.

A connection goes in, bursts of messages or `ConnectionLost` come out.

aiomqtt makes a task for each message that is waited for, so only the first of a burst is; the others are already in
the queue and are taken from there. The queue is ours, and bounded: when it is full the connection counts as lost,
never are messages dropped in silence.
"""

import asyncio
import logging
import ssl
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Literal, cast

import aiomqtt
from paho.mqtt.reasoncodes import ReasonCode

from bimmerhub.errors import BmwUnavailable

CONNECT_WITHIN_S = 30.0
SUBSCRIBE_WITHIN_S = 10.0
"""The library does not notice a connection that breaks while the answer to SUBSCRIBE is waited for."""
KEEP_ALIVE_S = 30
"""Longer ones led to drops (observed by clients 2025-2026)."""
LEAVE_WITHIN_S = 2.0
QUEUED_MESSAGES = 20_000
TICK_S = 0.25
"""How often a silent connection gives its holder the chance to look at the clock."""
QOS = 0
"""With a clean session an acknowledgement protects nothing that TCP does not; it would cost a packet a message."""
REFUSED_FROM = 128

_log = logging.getLogger(__name__)

Stage = Literal["connect", "subscribe", "connected", "overrun"]


class ConnectionLost(BmwUnavailable):
    """The connection was refused or ended. `code` is MQTT 5's reason code (3.1.1's are translated), None without one.

    Stage `overrun`: this side did not keep up; `dropped` messages were not taken.
    """

    def __init__(self, message: str, *, stage: Stage, code: int | None = None, dropped: int = 0) -> None:
        super().__init__(message)
        self.stage: Stage = stage
        self.code = code
        self.dropped = dropped


@dataclass(frozen=True, slots=True, kw_only=True)
class MqttMessage:
    """One message as it came."""

    topic: str
    payload: bytes


class _Inbox(asyncio.Queue["aiomqtt.Message | None"]):
    """The library's queue; None is a tick. `dropped` counts what did not fit."""

    dropped = 0

    def put_nowait(self, item: "aiomqtt.Message | None") -> None:
        """Add an item; a message that does not fit is counted, and the connection is given up soon after."""
        if item is not None and self.full():
            self.dropped += 1
            return
        super().put_nowait(item)


class MqttConnection:
    """An open connection with one subscription."""

    def __init__(self, client: aiomqtt.Client, inbox: _Inbox, topic: str) -> None:
        self._client = client
        self._inbox = inbox
        self._topic = topic

    async def bursts(self) -> AsyncGenerator[tuple[MqttMessage, ...]]:
        """Yield whatever has come, at once; an empty burst every TICK_S. ConnectionLost when the connection ends."""
        loop = asyncio.get_running_loop()
        timer = loop.call_later(TICK_S, self._tick)
        try:
            async for first in cast("AsyncIterator[aiomqtt.Message | None]", self._client.messages):
                if timer.when() <= loop.time():
                    timer = loop.call_later(TICK_S, self._tick)
                yield (*(() if first is None else (_to_message(first),)), *self._take_waiting())
                if self._inbox.dropped:
                    dropped = self._inbox.dropped
                    raise ConnectionLost(
                        f"this machine did not keep up with the stream; {dropped} messages were not taken",
                        stage="overrun",
                        dropped=dropped,
                    )
        except aiomqtt.MqttError as error:
            raise _lost(error, "connected") from error
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
                waiting.append(_to_message(message))
        return tuple(waiting)

    def _tick(self) -> None:
        if self._inbox.empty():
            self._inbox.put_nowait(None)


@asynccontextmanager
async def subscribed(
    *, host: str, port: int, tls: ssl.SSLContext, username: str, password: str, topic: str
) -> AsyncIterator[MqttConnection]:
    """Connect by MQTT 3.1.1 over TLS and subscribe; ConnectionLost when BMW refuses either or does not answer."""
    inbox = _Inbox(QUEUED_MESSAGES)
    client = aiomqtt.Client(
        host,
        port,
        username=username,
        password=password,
        tls_context=tls,
        keepalive=KEEP_ALIVE_S,
        clean_session=True,
        protocol=aiomqtt.ProtocolVersion.V311,
        timeout=CONNECT_WITHIN_S,
        logger=_log,
        queue_type=cast("type[asyncio.Queue[aiomqtt.Message]]", lambda maxsize: inbox),  # noqa: ARG005 - ours has its bound
    )
    stage: Stage = "connect"
    try:
        async with _entered(client):
            stage = "subscribe"
            granted = await client.subscribe(topic, qos=QOS, timeout=SUBSCRIBE_WITHIN_S)
            codes = [_code(code) for code in granted]
            if any(code >= REFUSED_FROM for code in codes):
                raise ConnectionLost(f"BMW refused the subscription ({codes[0]})", stage=stage, code=codes[0])
            stage = "connected"
            yield MqttConnection(client, inbox, topic)
    except aiomqtt.MqttError as error:
        raise _lost(error, stage) from error


@asynccontextmanager
async def _entered(client: aiomqtt.Client) -> AsyncIterator[None]:
    """Do as `async with client`, but see to it that a connect which is cancelled does not live on.

    The library connects in a thread, where no cancellation reaches it: the connection would come about after all, and,
    as nobody knows of it, keep the account's one place at BMW. So that connect runs to its end, and then closes.
    """
    is_open = is_given_up = False

    async def enter() -> None:
        nonlocal is_open
        try:
            await client.__aenter__()
        except aiomqtt.MqttError:
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
        raise
    try:
        yield
    finally:
        await _leave(client)


async def _leave(client: aiomqtt.Client) -> None:
    try:
        await client.__aexit__(None, None, None)
    except aiomqtt.MqttError as error:
        _log.debug("the stream's connection did not close in good order: %s", error)


def _lost(error: aiomqtt.MqttError, stage: Stage) -> ConnectionLost:
    code: int | None = None
    if isinstance(error, aiomqtt.MqttCodeError) and isinstance(error.rc, ReasonCode):  # other codes are the library's
        code = error.rc.value
    return ConnectionLost(f"the stream's connection was lost ({stage}: {error})", stage=stage, code=code)


def _code(code: ReasonCode | int) -> int:
    return code.value if isinstance(code, ReasonCode) else code


def _to_message(message: aiomqtt.Message) -> MqttMessage:
    payload = message.payload
    return MqttMessage(topic=message.topic.value, payload=bytes(payload))
