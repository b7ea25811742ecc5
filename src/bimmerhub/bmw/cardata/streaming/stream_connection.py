"""One connection to BMW's stream: a login and a subscription go in, bursts of messages or `ConnectionLost` come out.

Two steps, so that a connection can be opened while the one before is still in use: `open_stream` reaches BMW,
`subscribed` logs in. BMW counts an account's sessions by their logins.
"""

import asyncio
import errno
import logging
import secrets
import socket
import ssl
from collections.abc import AsyncGenerator, AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Literal

from bimmerhub.bmw.cardata.endpoints import MqttVersion
from bimmerhub.errors import BmwUnavailable
from bimmerhub.mqtt.client import ConnectionEnd, ConnectionEnded, Message, MqttClient, TooLarge, open_client
from bimmerhub.mqtt.packets import SUBSCRIPTION_REFUSED, Connect, ProtocolVersion

CONNECT_WITHIN_S = 30.0
"""For the connection and its TLS, and again for the answer to the login."""
SUBSCRIBE_WITHIN_S = 10.0
LEAVE_WITHIN_S = 2.0
"""How long BMW may take to confirm that it sends nothing more."""
KEEP_ALIVE_S = 30
"""Longer ones led to drops (observed by clients 2025-2026)."""
TICK_S = 0.25
"""How often a silent connection gives its holder the chance to look at the clock."""
QOS = 0
"""With a clean session an acknowledgement protects nothing that TCP does not; it would cost a packet a message."""
LONGEST_WORDS = 200
NO_NETWORK = frozenset({errno.ENETDOWN, errno.ENETUNREACH, errno.EHOSTUNREACH})

_log = logging.getLogger(__name__)

Stage = Literal["connect", "subscribe", "connected", "overrun"]
How = Literal["told", "cut", "silent", "garbled", "unreachable", "away"]

_VERSIONS: dict[MqttVersion, ProtocolVersion] = {"3.1.1": ProtocolVersion.V311, "5": ProtocolVersion.V5}
_HOW: dict[ConnectionEnd, How] = {ConnectionEnd.SILENT: "silent", ConnectionEnd.GARBLED: "garbled"}


class ConnectionLost(BmwUnavailable):
    """The connection was refused or ended.

    `how`: BMW told so with a `code`, or an open connection was cut without a word, or BMW was silent where an answer
    was due, or sent what is not MQTT, or there was no connection at all, `away` when not even the network was there (no
    name, no route). `code` is BMW's own number (MQTT 5's reason
    code, 3.1.1's return code), None unless told. A refusal in SUBACK is of stage `subscribe`, one that comes before of
    `connect`. Stage `overrun`: this side did not keep up, and BMW ended the connection.
    """

    def __init__(self, message: str, *, stage: Stage, code: int | None = None, how: How = "cut") -> None:
        super().__init__(message)
        self.stage: Stage = stage
        self.code = code
        self.how: How = how if code is None else "told"


class StreamConnection:
    """An open connection with one subscription."""

    def __init__(self, client: MqttClient, topic: str) -> None:
        self._client = client
        self._topic = topic
        self._noted = 0

    async def bursts(self) -> AsyncGenerator[Sequence[Message]]:
        """Yield whatever has come, at once; an empty burst every TICK_S. ConnectionLost when the connection ends.

        What is too large to be about a car is not among it; it is logged, and `skipped` tells of it.
        """
        while True:
            try:
                async with asyncio.timeout(TICK_S):
                    burst = await self._client.receive()
            except TimeoutError:
                burst = []
            except ConnectionEnded as ended:
                raise _lost(ended, "connected") from ended
            if (skipped := self.skipped) != self._noted:
                self._noted = skipped
                _log.warning("%d messages of this connection were skipped so far: each was too large", skipped)
            yield burst

    @property
    def skipped(self) -> int:
        """How many messages of this connection were skipped since they are too large."""
        return self._client.skipped

    @property
    def last_skipped(self) -> TooLarge | None:
        """The newest of them; None when there was none."""
        return self._client.last_skipped

    async def leave(self) -> Sequence[Message]:
        """Unsubscribe and return all that came before BMW confirmed it; the connection can then be closed.

        What was on its way when a connection is simply closed would be lost: MQTT's DISCONNECT is not answered.
        """
        try:
            async with asyncio.timeout(LEAVE_WITHIN_S):
                await self._client.unsubscribe(self._topic)
        except (TimeoutError, ConnectionEnded) as error:
            _log.debug("the stream was left without a confirmation: %s", error)
        return self._client.take_waiting()


async def open_stream(*, host: str, port: int, tls: ssl.SSLContext | None) -> MqttClient:
    """Return a connection that has not logged in, for `subscribed`; ConnectionLost when BMW cannot be reached."""
    try:
        async with asyncio.timeout(CONNECT_WITHIN_S):
            return await open_client(host, port, tls=tls)
    except TimeoutError as error:
        raise ConnectionLost("no answer", stage="connect", how="unreachable") from error
    except OSError as error:
        is_away = isinstance(error, socket.gaierror) or error.errno in NO_NETWORK
        raise ConnectionLost(str(error), stage="connect", how="away" if is_away else "unreachable") from error


@asynccontextmanager
async def subscribed(
    client: MqttClient,
    *,
    username: str,
    password: str,
    topic: str,
    identifier: str | None = None,
    version: MqttVersion = "5",
) -> AsyncIterator[StreamConnection]:
    """Log in and subscribe, and close the connection in the end; ConnectionLost when BMW refuses or does not answer.

    The session is a new one and ends with the connection. `identifier` is MQTT's client id, None for a random one.
    """
    login = Connect(
        version=_VERSIONS[version],
        client_id=identifier or new_identifier(),
        username=username,
        password=password.encode(),
        clean_session=True,
        keep_alive_s=KEEP_ALIVE_S,
    )
    async with client:
        stage: Stage = "connect"
        try:
            async with asyncio.timeout(CONNECT_WITHIN_S):
                await client.log_in(login)
            stage = "subscribe"
            async with asyncio.timeout(SUBSCRIBE_WITHIN_S):
                code = await client.subscribe(topic, qos=QOS)
        except TimeoutError as error:
            raise ConnectionLost("no answer", stage=stage, how="silent") from error
        except ConnectionEnded as ended:
            raise _lost(ended, stage) from ended
        if code >= SUBSCRIPTION_REFUSED:
            raise ConnectionLost(f"BMW refused the subscription ({code})", stage=stage, code=code)
        yield StreamConnection(client, topic)


def new_identifier() -> str:
    """Return a client id for MQTT that nobody else has; BMW takes any (observed by clients 2025-2026)."""
    return f"bimmerhub-{secrets.token_hex(6)}"


def _lost(ended: ConnectionEnded, stage: Stage) -> ConnectionLost:
    """Return the loss that an end in this stage is. A good-bye that gives no reason is no more than a cut."""
    is_told = ended.how is ConnectionEnd.REFUSED or (ended.how is ConnectionEnd.GOODBYE and bool(ended.code))
    words = ended.words[:LONGEST_WORDS] or "no reason was given"
    if stage == "connected" and ended.was_behind and ended.how is not ConnectionEnd.SILENT:
        code = f" ({ended.code})" if is_told else ""
        message = f"this machine did not keep up with the stream, and BMW ended the connection{code}"
        return ConnectionLost(message, stage="overrun", code=ended.code if is_told else None)
    if stage == "subscribe" and is_told:
        stage = "connect"  # not the subscription was refused: the connection was ended before
    return ConnectionLost(words, stage=stage, code=ended.code if is_told else None, how=_HOW.get(ended.how, "cut"))
