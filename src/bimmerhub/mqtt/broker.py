"""A small MQTT 3.1.1 broker on asyncio whose decisions are made by hooks: who may log in, hear and speak.

No retained messages, no stored sessions (session present is always 0), QoS 0 and 1 without re-sending, wills are read
and ignored. Works on asyncio's own loop and on uvloop. Nothing here makes a task for a message.
"""

import asyncio
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Protocol, assert_never, cast

from bimmerhub.errors import ConfigError
from bimmerhub.mqtt.outbox import Outbox
from bimmerhub.mqtt.packets import (
    PINGRESP,
    SUBSCRIPTION_REFUSED,
    Connect,
    ConnectCode,
    Disconnect,
    MalformedPacket,
    Packet,
    PacketParser,
    PingReq,
    PubAck,
    Publish,
    PublishEncoder,
    Subscribe,
    Unsubscribe,
    UnsupportedProtocol,
    encode_connack,
    encode_puback,
    encode_suback,
    encode_unsuback,
)
from bimmerhub.mqtt.topics import SubscriptionTree

HIGHEST_QOS = 1
PACKET_IDS = 65_535
MAX_PACKET_BYTES = 1 << 20


@dataclass(frozen=True, slots=True, kw_only=True)
class BrokerSettings:
    """How the broker treats its clients.

    `outbox_bytes` may wait for a client that reads too slowly; then it is disconnected and counted. A client that has
    not sent CONNECT within `connect_within_s` is closed. `keeps_alive_rule` closes a client that was silent for one and
    a half times the keep-alive it promised [MQTT-3.1.2-24].
    """

    outbox_bytes: int = 8 << 20
    connect_within_s: float = 10.0
    keeps_alive_rule: bool = True


class BrokerHooks(Protocol):
    """What the broker asks its owner."""

    def log_in(self, session: "Session", connect: Connect) -> ConnectCode:
        """Decide a login; sessions that are to go because of it are closed here."""
        ...

    def allow_subscription(self, session: "Session", topic_filter: str) -> bool:
        """Decide one topic filter."""
        ...

    def allow_publish(self, session: "Session", message: Publish) -> bool:
        """Decide a client's message; one that is refused closes the client's connection."""
        ...

    def left(self, session: "Session") -> None:
        """Hear that a logged-in session has ended."""
        ...


class Session(asyncio.Protocol):
    """One client's connection, from the first byte to the last."""

    def __init__(self, broker: "Broker") -> None:
        self._broker = broker
        self._parser = PacketParser(max_packet_bytes=MAX_PACKET_BYTES)
        self._filters: set[str] = set()
        self._next_packet_id = 0
        self._watchdog: asyncio.TimerHandle | None = None
        self._silence_s: float | None = None
        self.client_id = ""
        self.username: str | None = None
        self.is_logged_in = False
        self.unacknowledged = 0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Begin: the client has a few seconds to send CONNECT."""
        self._transport = cast("asyncio.Transport", transport)
        self.outbox = Outbox(self._transport, self, limit_bytes=self._broker.settings.outbox_bytes)
        self._broker.opened(self)
        self._watch(self._broker.settings.connect_within_s)

    def data_received(self, data: bytes) -> None:
        """Obey the packets that are whole now."""
        if self._silence_s is not None:
            self._watch(self._silence_s)
        try:
            for packet in self._parser.feed(data):
                if self._transport.is_closing():
                    return
                self._obey(packet)
        except MalformedPacket:
            self.close()

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002 - asyncio's signature
        """End: forget the subscriptions and tell the owner."""
        self._stop_watching()
        self.outbox.discard()
        for topic_filter in self._filters:
            self._broker.subscriptions.discard(topic_filter, self)
        self._broker.closed(self)

    def pause_writing(self) -> None:
        """The transport is full."""
        self.outbox.pause()

    def resume_writing(self) -> None:
        """The transport has room again."""
        self.outbox.resume()
        self._broker.had_room()

    def outbox_overflowed(self) -> None:
        """Give up a client that reads too slowly."""
        self._broker.overflows += 1
        self.outbox.discard()
        self._transport.abort()

    def close(self) -> None:
        """End the connection; what already left for the client may still reach it."""
        if not self._transport.is_closing():
            self.outbox.discard()
            self._transport.close()

    def deliver(self, message: PublishEncoder, qos: int) -> None:
        """Send a message with the QoS that was granted."""
        if qos == 0:
            self.outbox.send(message.at_most_once())
            return
        self._next_packet_id = self._next_packet_id % PACKET_IDS + 1
        self.unacknowledged += 1
        self.outbox.send(message.at_least_once(self._next_packet_id))

    def _obey(self, packet: Packet) -> None:
        if not self.is_logged_in:
            self._greet(packet)
            return
        match packet:
            case Subscribe():
                self._subscribe(packet)
            case Unsubscribe():
                for topic_filter in packet.topic_filters:
                    self._filters.discard(topic_filter)
                    self._broker.subscriptions.discard(topic_filter, self)
                self.outbox.send(encode_unsuback(packet.packet_id))
            case Publish():
                self._take(packet)
            case PubAck():
                self.unacknowledged = max(0, self.unacknowledged - 1)
            case PingReq():
                self.outbox.send(PINGRESP)
            case Disconnect() | Connect() | UnsupportedProtocol():
                self.close()
            case _:
                assert_never(packet)

    def _greet(self, packet: Packet) -> None:
        if isinstance(packet, UnsupportedProtocol):
            self._refuse(ConnectCode.UNACCEPTABLE_PROTOCOL)
        elif isinstance(packet, Connect):
            self.client_id, self.username = packet.client_id, packet.username
            code = self._broker.hooks.log_in(self, packet)
            if code != ConnectCode.ACCEPTED:
                self._refuse(code)
                return
            self.is_logged_in = True
            self._stop_watching()
            if packet.keep_alive_s and self._broker.settings.keeps_alive_rule:
                self._silence_s = packet.keep_alive_s * 1.5
                self._watch(self._silence_s)
            self.outbox.send(encode_connack(ConnectCode.ACCEPTED))
        else:
            self.close()

    def _refuse(self, code: ConnectCode) -> None:
        self.outbox.send(encode_connack(code))
        self.outbox.flush()
        self.close()

    def _subscribe(self, packet: Subscribe) -> None:
        codes = []
        for wanted in packet.subscriptions:
            if self._broker.hooks.allow_subscription(self, wanted.topic_filter):
                granted = min(wanted.qos, HIGHEST_QOS)
                self._filters.add(wanted.topic_filter)
                self._broker.subscriptions.add(wanted.topic_filter, self, qos=granted)
                codes.append(granted)
            else:
                codes.append(SUBSCRIPTION_REFUSED)
        self.outbox.send(encode_suback(packet.packet_id, codes))

    def _take(self, message: Publish) -> None:
        if message.qos > HIGHEST_QOS or not self._broker.hooks.allow_publish(self, message):
            self.close()
            return
        self._broker.publish(message.topic, message.payload)
        if message.packet_id is not None:
            self.outbox.send(encode_puback(message.packet_id))

    def _watch(self, silence_s: float) -> None:
        self._stop_watching()
        self._watchdog = asyncio.get_running_loop().call_later(silence_s, self.close)

    def _stop_watching(self) -> None:
        if self._watchdog is not None:
            self._watchdog.cancel()
            self._watchdog = None


class Broker:
    """The broker: `serve` it, `publish` to it. `overflows` counts clients that were too slow."""

    def __init__(self, hooks: BrokerHooks, *, settings: BrokerSettings | None = None) -> None:
        self.hooks = hooks
        self.settings = settings or BrokerSettings()
        self.subscriptions: SubscriptionTree[Session] = SubscriptionTree()
        self.overflows = 0
        self.port = 0
        self._sessions: set[Session] = set()
        self._has_room = asyncio.Event()

    @asynccontextmanager
    async def serve(self, host: str, port: int, *, tls: ssl.SSLContext | None) -> AsyncIterator[None]:
        """Listen while the block runs; `port` then says where (0 takes a free one). ConfigError for a taken port."""
        loop = asyncio.get_running_loop()
        try:
            server = await loop.create_server(lambda: Session(self), host, port, ssl=tls)
        except OSError as error:
            raise ConfigError(
                f"cannot listen on {host} port {port} for MQTT: {error.strerror}",
                hint="Another program may use it; choose another port, 0 takes a free one",
            ) from error
        self.port = server.sockets[0].getsockname()[1]
        try:
            yield
        finally:
            server.close()
            for session in list(self._sessions):
                session.close()

    def publish(self, topic: str, payload: bytes) -> int:
        """Send a message to whoever listens and return to how many; ValueError for an impossible topic."""
        receivers = self.subscriptions.match(topic)
        if receivers:
            message = PublishEncoder(topic, payload)
            for session, qos in receivers:
                session.deliver(message, qos)
        return len(receivers)

    async def drain(self) -> None:
        """Return once no client's transport is full: a publisher that waits here overruns nobody."""
        while any(session.outbox.is_full for session in self._sessions):
            self._has_room.clear()
            await self._has_room.wait()

    def opened(self, session: Session) -> None:
        """Take note of a new connection."""
        self._sessions.add(session)

    def closed(self, session: Session) -> None:
        """Take note of the end of a connection."""
        self._sessions.discard(session)
        self.had_room()
        if session.is_logged_in:
            self.hooks.left(session)

    def had_room(self) -> None:
        """Wake who waits in `drain`."""
        self._has_room.set()
