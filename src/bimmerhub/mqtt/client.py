"""An MQTT client on asyncio, 3.1.1 and 5: QoS 0 and 1, every reason code as the server sent it, no thread, no task.

    async with await open_client("broker.lan", 8883, tls=context) as client:
        await client.log_in(Connect(client_id="me", clean_session=True, keep_alive_s=30))
        await client.subscribe("sensors/#")
        while True:
            for message in await client.receive():
                ...

No method has a deadline of its own: wrap it in `asyncio.timeout`. Each can be cancelled at any time and loses no
message. A message of QoS 1 is acknowledged when it is read; one above the limit of a packet is skipped and counted.
What this client does not do: QoS 2, reconnecting, topic aliases, subscription identifiers, enhanced authentication.
Works on asyncio's own loop and on uvloop.
"""

import asyncio
import ssl
from types import TracebackType
from typing import Self

from bimmerhub.mqtt.client_parser import Message, TooLarge
from bimmerhub.mqtt.client_protocol import ClientProtocol, ConnectionEnd, ConnectionEnded
from bimmerhub.mqtt.encoder import GOODBYE, PublishEncoder, encode_connect, encode_subscribe, encode_unsubscribe
from bimmerhub.mqtt.hooks import LAST_PACKET_ID
from bimmerhub.mqtt.packets import ConnAck, Connect, ProtocolVersion, PubAck, SubAck, Subscription, UnsubAck

__all__ = ["ConnectionEnd", "ConnectionEnded", "Message", "MqttClient", "TooLarge", "open_client"]

CLOSE_WITHIN_S = 2.0
"""How long a server may take to close after DISCONNECT; then this side does."""


async def open_client(host: str, port: int, *, tls: ssl.SSLContext | None) -> "MqttClient":
    """Connect and, with `tls`, shake hands; nothing of MQTT is sent yet. OSError when that fails.

    Cancelled, it leaves nothing behind. One `tls` serves any number of connections.
    """
    protocol: ClientProtocol | None = None

    def make() -> ClientProtocol:
        nonlocal protocol
        protocol = ClientProtocol()
        return protocol

    try:
        _, opened = await asyncio.get_running_loop().create_connection(
            make, host, port, ssl=tls, ssl_shutdown_timeout=CLOSE_WITHIN_S if tls else None
        )
    except BaseException:
        if protocol is not None:
            protocol.abort()  # the handshake may have been through when this was cancelled
        raise
    return MqttClient(opened)


class MqttClient:
    """A connection to an MQTT server, closed at the end of `async with`."""

    def __init__(self, protocol: ClientProtocol) -> None:
        self._protocol = protocol
        self._version = ProtocolVersion.V5
        self._last_packet_id = 0
        self._unacknowledged = asyncio.Semaphore(0)
        self.accepted: ConnAck | None = None
        """The server's answer to the login, with its limits; None before."""

    @property
    def is_open(self) -> bool:
        """Whether nothing has ended the connection yet."""
        return self._protocol.is_open

    @property
    def skipped(self) -> int:
        """How many messages were skipped because they are above the limit of a packet."""
        return self._protocol.skipped

    @property
    def last_skipped(self) -> TooLarge | None:
        """The newest of them; None when there was none."""
        return self._protocol.last_skipped

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    async def log_in(self, connect: Connect) -> ConnAck:
        """Send CONNECT and return the server's yes; ConnectionEnded with its code when it says no. Call it once."""
        self._version = connect.version
        self._protocol.speak(connect.version, max_packet_bytes=connect.max_packet_bytes)
        answer = await self._protocol.ask(encode_connect(connect), ConnAck)
        if answer.code:
            self._protocol.end(ConnectionEnd.REFUSED, code=answer.code, words=answer.words)
            self._protocol.check_open()
        self._unacknowledged = asyncio.Semaphore(answer.receive_maximum)
        given_s = answer.server_keep_alive_s
        self._protocol.keep_alive(connect.keep_alive_s if given_s is None else given_s)
        self.accepted = answer
        return answer

    async def subscribe(self, topic_filter: str, *, qos: int = 0) -> int:
        """Return the code of SUBACK as the server sent it: the granted QoS, 128 and above for a refusal."""
        _check_qos(qos)
        packet_id = self._next_packet_id()
        wish = Subscription(topic_filter=topic_filter, qos=qos)
        frame = encode_subscribe(packet_id, [wish], version=self._version)
        return (await self._protocol.ask(frame, SubAck, packet_id=packet_id)).codes[0]

    async def unsubscribe(self, topic_filter: str) -> int:
        """Return the code of UNSUBACK, 0 in MQTT 3.1.1. All messages that the server sent before it have come then."""
        packet_id = self._next_packet_id()
        frame = encode_unsubscribe(packet_id, [topic_filter], version=self._version)
        codes = (await self._protocol.ask(frame, UnsubAck, packet_id=packet_id)).codes
        return codes[0] if codes else 0

    async def receive(self) -> list[Message]:
        """Return all messages that have come since the last call, in order; wait until there is one.

        ConnectionEnded when the connection is over and all has been taken. One caller at a time. While nobody takes
        them, WAITING_MESSAGES are read ahead, then nothing more: the server has to hold the rest.
        """
        return await self._protocol.receive()

    def take_waiting(self) -> list[Message]:
        """Return what `receive` would, without waiting; perhaps nothing. Also when the connection is over."""
        return self._protocol.take_waiting()

    async def publish(self, topic: str, payload: bytes, *, qos: int = 0, retain: bool = False) -> int:
        """Send a message; with QoS 1 wait for PUBACK and return its code as the server sent it (QoS 0: 0).

        The server's highest QoS is used when that is lower. ValueError when `topic` is none or the server takes no
        message so large. It waits while the server does not read, or has acknowledged too little.
        """
        _check_qos(qos)
        message = PublishEncoder(topic, payload, retain=retain)
        await self._protocol.wait_until_writable()
        if not min(qos, self._limits.maximum_qos):
            self._protocol.send(self._checked(message.at_most_once(self._version)))
            return 0
        async with self._unacknowledged:
            packet_id = self._next_packet_id()
            frame = self._checked(message.at_least_once(packet_id, self._version))
            return (await self._protocol.ask(frame, PubAck, packet_id=packet_id)).code

    async def close(self) -> None:
        """Say good-bye when logged in and wait for the server to close, at most CLOSE_WITHIN_S; then cut."""
        try:
            if self._protocol.is_open and self.accepted is not None:
                self._protocol.send(GOODBYE)
                self._protocol.end(ConnectionEnd.CLOSED)
                async with asyncio.timeout(CLOSE_WITHIN_S):
                    await asyncio.shield(self._protocol.gone)
        except TimeoutError:
            pass
        finally:
            self._protocol.end(ConnectionEnd.CLOSED)
            self._protocol.abort()

    def abort(self) -> None:
        """Cut the connection at once, without a word."""
        self._protocol.end(ConnectionEnd.CLOSED)
        self._protocol.abort()

    @property
    def _limits(self) -> ConnAck:
        if self.accepted is None:
            raise RuntimeError("log in first")
        return self.accepted

    def _checked(self, frame: bytes) -> bytes:
        limit = self._limits.max_packet_bytes
        if limit is not None and len(frame) > limit:
            raise ValueError(f"a message of {len(frame)} bytes; the server takes {limit}")
        return frame

    def _next_packet_id(self) -> int:
        packet_id = self._last_packet_id % LAST_PACKET_ID + 1
        while self._protocol.is_asking(packet_id):
            packet_id = packet_id % LAST_PACKET_ID + 1
        self._last_packet_id = packet_id
        return packet_id


def _check_qos(qos: int) -> None:
    if qos not in (0, 1):
        raise ValueError(f"QoS {qos}: this client speaks 0 and 1")
