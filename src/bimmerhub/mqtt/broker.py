"""A small MQTT 3.1.1 broker on asyncio that leaves every decision of policy to its hooks.

What it does itself: the protocol, QoS 0 and 1 in both directions (a wish for QoS 2 is granted 1, a PUBLISH of QoS 2
closes the connection), keep-alive, limits. What it does not: retained messages, stored sessions (a client may ask for
one, "session present" is always 0), sending QoS 1 messages again, wills (read and ignored), and taking a session over
by client id (hooks decide who has to go).

The life of a session: connected, CONNECT, `hooks.authenticate`, CONNACK, then SUBSCRIBE, PINGREQ and so on until it is
closed, for the one reason that `CloseReason` names. Sessions have no tasks: bytes are handled as they come, messages
leave through an `Outbox`. Works on asyncio's own loop and on uvloop.
"""

import asyncio
import contextlib
import logging
import ssl
from collections import Counter
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol, cast

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
    Subscription,
    Unsubscribe,
    UnsupportedProtocol,
    encode_connack,
    encode_puback,
    encode_suback,
    encode_unsuback,
)
from bimmerhub.mqtt.topics import SubscriptionTree

_log = logging.getLogger(__name__)

_LAST_PACKET_ID = 0xFFFF
_MAX_FILTER_LEVELS = 64


class CloseReason(StrEnum):
    """Why a connection ended."""

    CLIENT = "client"  # it said DISCONNECT
    LOST = "lost"  # its connection went away
    REFUSED = "refused"  # CONNACK with a code other than 0
    NO_CONNECT = "no-connect"  # silence where CONNECT was due
    MALFORMED = "malformed"
    PROTOCOL = "protocol"  # a good packet at a wrong time, or QoS 2
    PUBLISH_REFUSED = "publish-refused"
    KEEP_ALIVE = "keep-alive"
    TOO_SLOW = "too-slow"
    EVICTED = "evicted"  # another session took its place
    EXPIRED = "expired"  # its login was good for a limited time
    SERVER = "server"  # by a person or a program on the server's side
    SHUTDOWN = "shutdown"


@dataclass(frozen=True, slots=True, kw_only=True)
class BrokerSettings:
    """Limits of a broker. Seconds are those of the event loop."""

    max_packet_bytes: int = 262_144
    """Largest packet taken from a client, without its header."""
    max_pending_bytes: int = 8_388_608
    """What may wait for one client beside the transport's own buffer; beyond it the session is closed as too slow."""
    max_unacknowledged: int = 32_768
    """QoS 1 messages that one client may leave without PUBACK, 1 to 65,535; beyond it is too slow.

    `drain` waits for a client that has reached half of it.
    """
    max_subscriptions: int = 1_000
    """Topic filters of one session; more are refused in SUBACK."""
    connect_timeout_s: float = 20
    """For the TLS handshake, and again for CONNECT to come."""
    keep_alive_factor: float | None = 1.5
    """A client is closed after this many times its keep-alive without a packet [MQTT-3.1.2-24]; None never closes."""
    keep_alive_cap_s: int | None = None
    """Reckon with at most this keep-alive whatever the client promised, "none" included; None believes the client."""
    stall_timeout_s: float = 30
    """How long a client may be behind without a break before it counts as too slow; so `drain` has a deadline."""
    close_timeout_s: float = 1
    """For a client to take its last bytes and answer the end of TLS; then it is cut."""

    def __post_init__(self) -> None:
        if not 0 < self.max_unacknowledged <= _LAST_PACKET_ID:
            raise ConfigError(f"max_unacknowledged is 1 to {_LAST_PACKET_ID}, not {self.max_unacknowledged}")


@dataclass(frozen=True, slots=True, kw_only=True)
class BrokerFigures:
    """Counts since the broker was made. `closed` tells ended connections by reason."""

    sessions: int
    published: int
    delivered: int
    closed: Mapping[CloseReason, int]


class BrokerHooks(Protocol):
    """What a broker asks and tells, on the event loop: all must be quick. Subclass it for the defaults."""

    def authenticate(self, session: "Session", connect: Connect) -> ConnectCode:
        """Decide a login. ACCEPTED is final: the session exists from then on, until `session_ended`."""
        ...

    def authorize(self, session: "Session", subscription: Subscription) -> bool:
        """Decide one topic filter."""
        ...

    def accept_publish(self, session: "Session", message: Publish) -> bool:  # noqa: ARG002 - a default, others use them
        """Take a client's message, or return False to close the session, as this default does.

        Nobody gets the message unless the hook calls `Broker.publish`.
        """
        return False

    def session_ended(self, session: "Session", reason: CloseReason) -> None:
        """Learn that an accepted session is over; called once for each."""


class Session(asyncio.Protocol):
    """One client's connection. `client_id` and `username` are there from `authenticate` on."""

    client_id = ""
    username: str | None = None

    def __init__(self, broker: "Broker") -> None:
        self._broker = broker
        self._settings = broker.settings
        self._loop = asyncio.get_running_loop()
        self._parser = PacketParser(max_packet_bytes=self._settings.max_packet_bytes)
        self._transport: asyncio.Transport | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._stall_timer: asyncio.TimerHandle | None = None
        self._outbox: Outbox
        self._reason: CloseReason | None = None
        self._is_accepted = False
        self._keep_alive_s = 0.0
        self._heard_at = 0.0
        self._filters: set[str] = set()
        self._unacknowledged: set[int] = set()
        self._last_packet_id = 0

    @property
    def is_open(self) -> bool:
        """Whether the login was accepted and nothing has ended the session since."""
        return self._is_accepted and self._reason is None

    def close(self, reason: CloseReason) -> None:
        """End the session: what was sent to it still goes out, as far as the client takes it in `close_timeout_s`."""
        if self._end(reason) and self._transport is not None:
            self._outbox.flush()
            self._outbox.discard()
            self._transport.close()

    def abort(self, reason: CloseReason) -> None:
        """End the session and its connection at once."""
        self._end(reason)
        if self._transport is not None:
            self._outbox.discard()
            self._transport.abort()

    def deliver(self, message: PublishEncoder, *, qos: int) -> bool:
        """Send a message; False when this made the client too slow, and so closed."""
        if qos == 0:
            self._outbox.send(message.at_most_once())
        elif len(self._unacknowledged) >= self._settings.max_unacknowledged:
            self.abort(CloseReason.TOO_SLOW)
        else:
            self._outbox.send(message.at_least_once(self._take_packet_id()))
            if len(self._unacknowledged) * 2 >= self._settings.max_unacknowledged:
                self._check_pace()
        return self._reason is None

    # What asyncio calls

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Wait for CONNECT."""
        self._transport = cast("asyncio.Transport", transport)
        self._outbox = Outbox(self._transport, self, limit_bytes=self._settings.max_pending_bytes)
        self._timer = self._loop.call_later(self._settings.connect_timeout_s, self.abort, CloseReason.NO_CONNECT)
        self._broker.connection_opened(self)

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002 - asyncio's signature
        """Forget the connection."""
        self._end(CloseReason.LOST)
        self._outbox.discard()
        self._transport = None
        self._broker.connection_gone(self)

    def pause_writing(self) -> None:
        """Note that the client does not read fast enough."""
        self._outbox.pause()
        self._check_pace()

    def resume_writing(self) -> None:
        """Note that the client has caught up."""
        if self._reason is None:
            self._outbox.resume()
            self._check_pace()

    def data_received(self, data: bytes) -> None:
        """Handle the packets that are whole now."""
        if self._has_ended():
            return
        self._heard_at = self._loop.time()
        try:
            for packet in self._parser.feed(data):
                self._handle(packet)
                if self._has_ended():
                    return
        except MalformedPacket as error:
            _log.info("MQTT client closed: it sent %s", error)
            self.close(CloseReason.MALFORMED)

    def outbox_overflowed(self) -> None:
        """Give up on a client that reads too slowly."""
        self.abort(CloseReason.TOO_SLOW)

    # Packets

    def _handle(self, packet: Packet) -> None:
        if not self._is_accepted:
            self._handle_first(packet)
            return
        match packet:
            case PubAck():
                self._unacknowledged.discard(packet.packet_id)
                self._check_pace()
            case PingReq():
                self._outbox.send(PINGRESP)
            case Subscribe():
                codes = [self._subscribe(subscription) for subscription in packet.subscriptions]
                self._outbox.send(encode_suback(packet.packet_id, codes))
            case Unsubscribe():
                self._unsubscribe(packet)
            case Publish():
                self._handle_publish(packet)
            case Disconnect():
                self.close(CloseReason.CLIENT)
            case Connect() | UnsupportedProtocol():
                self.close(CloseReason.PROTOCOL)  # a second CONNECT [MQTT-3.1.0-2]

    def _handle_first(self, packet: Packet) -> None:
        match packet:
            case Connect():
                code = self._authenticate(packet)
            case UnsupportedProtocol():
                code = ConnectCode.UNACCEPTABLE_PROTOCOL
            case _:
                self.close(CloseReason.PROTOCOL)
                return
        self._outbox.send(encode_connack(code))
        if code is not ConnectCode.ACCEPTED:
            self.close(CloseReason.REFUSED)
            return
        self._is_accepted = True
        self._broker.session_accepted(self)

    def _authenticate(self, connect: Connect) -> ConnectCode:
        if not connect.client_id and not connect.clean_session:
            return ConnectCode.IDENTIFIER_REJECTED  # [MQTT-3.1.3-8]
        self.client_id, self.username = connect.client_id, connect.username
        code = self._broker.hooks.authenticate(self, connect)
        if code is ConnectCode.ACCEPTED:
            self._start_keep_alive(connect.keep_alive_s)
        return code

    def _subscribe(self, subscription: Subscription) -> int:
        topic_filter = subscription.topic_filter
        is_too_much = len(self._filters) >= self._settings.max_subscriptions and topic_filter not in self._filters
        is_too_deep = topic_filter.count("/") >= _MAX_FILTER_LEVELS
        if is_too_much or is_too_deep or not self._broker.hooks.authorize(self, subscription):
            return SUBSCRIPTION_REFUSED
        qos = min(subscription.qos, 1)
        self._filters.add(topic_filter)
        self._broker.subscriptions.add(topic_filter, self, qos=qos)
        return qos

    def _unsubscribe(self, packet: Unsubscribe) -> None:
        for topic_filter in packet.topic_filters:
            if topic_filter in self._filters:
                self._filters.discard(topic_filter)
                self._broker.subscriptions.discard(topic_filter, self)
        self._outbox.send(encode_unsuback(packet.packet_id))

    def _handle_publish(self, message: Publish) -> None:
        if message.qos > 1:
            self.close(CloseReason.PROTOCOL)
        elif not self._broker.hooks.accept_publish(self, message):
            self.close(CloseReason.PUBLISH_REFUSED)
        elif message.packet_id is not None:
            self._outbox.send(encode_puback(message.packet_id))

    def _take_packet_id(self) -> int:
        packet_id = self._last_packet_id % _LAST_PACKET_ID + 1
        while packet_id in self._unacknowledged:
            packet_id = packet_id % _LAST_PACKET_ID + 1
        self._last_packet_id = packet_id
        self._unacknowledged.add(packet_id)
        return packet_id

    # Pace, silence, end

    def _check_pace(self) -> None:
        is_behind = self._outbox.is_full or len(self._unacknowledged) * 2 >= self._settings.max_unacknowledged
        if self._reason is not None or is_behind == (self._stall_timer is not None):
            return
        if is_behind:
            self._stall_timer = self._loop.call_later(self._settings.stall_timeout_s, self.abort, CloseReason.TOO_SLOW)
        else:
            self._stop_stall_timer()
        self._broker.pace_changed(self, is_behind=is_behind)

    def _stop_stall_timer(self) -> None:
        if self._stall_timer is not None:
            self._stall_timer.cancel()
            self._stall_timer = None

    def _start_keep_alive(self, promised_s: int) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        cap_s, factor = self._settings.keep_alive_cap_s, self._settings.keep_alive_factor
        kept_s = promised_s if cap_s is None else min(promised_s or cap_s, cap_s)
        if factor is not None and kept_s:
            self._keep_alive_s = kept_s * factor
            self._timer = self._loop.call_later(self._keep_alive_s, self._check_silence)

    def _check_silence(self) -> None:
        left_s = self._heard_at + self._keep_alive_s - self._loop.time()
        if left_s <= 0:
            self.close(CloseReason.KEEP_ALIVE)
        else:
            self._timer = self._loop.call_later(left_s, self._check_silence)

    def _has_ended(self) -> bool:
        return self._reason is not None

    def _end(self, reason: CloseReason) -> bool:
        """Note the reason, once; return whether this was that once."""
        if self._reason is not None:
            return False
        self._reason = reason
        if self._timer is not None:
            self._timer.cancel()
        self._stop_stall_timer()
        for topic_filter in self._filters:
            self._broker.subscriptions.discard(topic_filter, self)
        self._broker.connection_ended(self, reason, was_accepted=self._is_accepted)
        return True


class Broker:
    """Sessions, who is subscribed to what, and the way to all of them."""

    def __init__(self, *, hooks: BrokerHooks, settings: BrokerSettings | None = None) -> None:
        self.hooks = hooks
        self.settings = settings or BrokerSettings()
        self.subscriptions: SubscriptionTree[Session] = SubscriptionTree()
        self._connections: set[Session] = set()
        self._sessions: set[Session] = set()
        self._behind: set[Session] = set()
        self._caught_up = asyncio.Event()
        self._caught_up.set()
        self._nobody = asyncio.Event()
        self._nobody.set()
        self._closed: Counter[CloseReason] = Counter()
        self._published = 0
        self._delivered = 0
        self._port: int | None = None

    @property
    def port(self) -> int:
        """The port that is listened on; RuntimeError outside of `serve`."""
        if self._port is None:
            raise RuntimeError("the broker does not listen")
        return self._port

    @property
    def figures(self) -> BrokerFigures:
        """What has happened so far."""
        return BrokerFigures(
            sessions=len(self._sessions),
            published=self._published,
            delivered=self._delivered,
            closed=dict(self._closed),
        )

    @contextlib.asynccontextmanager
    async def serve(self, host: str, port: int, *, ssl_context: ssl.SSLContext | None) -> AsyncIterator[None]:
        """Listen on `host`:`port` (0 takes a free one; without `ssl_context` in plain text) as long as the block runs.

        ConfigError when that address cannot be had. At the end every client is disconnected.
        """
        server = await self._listen(host, port, ssl_context)
        self._port = server.sockets[0].getsockname()[1]
        try:
            yield
        finally:
            self._port = None
            server.close()
            await self._close_all()

    async def _listen(self, host: str, port: int, ssl_context: ssl.SSLContext | None) -> asyncio.Server:
        settings = self.settings
        loop = asyncio.get_running_loop()
        try:
            return await loop.create_server(
                lambda: Session(self),
                host,
                port,
                ssl=ssl_context,
                ssl_handshake_timeout=settings.connect_timeout_s if ssl_context else None,
                ssl_shutdown_timeout=settings.close_timeout_s if ssl_context else None,
            )
        except OSError as error:
            raise ConfigError(
                f"cannot listen for MQTT on {host}:{port}: {error.strerror or error}",
                hint="Choose another address, or port 0 for any free one.",
            ) from error

    async def _close_all(self) -> None:
        for end in (Session.close, Session.abort):
            for session in tuple(self._connections):
                end(session, CloseReason.SHUTDOWN)
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(self.settings.close_timeout_s):
                    await self._nobody.wait()

    def publish(self, topic: str, payload: bytes, *, qos: int = 0) -> int:
        """Send to every session that subscribed to `topic`, with QoS `qos` or the granted one if that is lower.

        Returns how many got it; it may still wait here for its turn. ValueError when `topic` is none.
        """
        message = PublishEncoder(topic, payload)
        receivers = self.subscriptions.match(topic)
        count = sum(session.deliver(message, qos=min(qos, granted)) for session, granted in receivers)
        self._published += 1
        self._delivered += count
        return count

    async def drain(self) -> None:
        """Let the event loop turn once, then wait until no client is behind.

        Who publishes much calls it after every few hundred messages. A client that stays behind for `stall_timeout_s`
        is closed, so this ends.
        """
        await asyncio.sleep(0)
        while self._behind:
            await self._caught_up.wait()

    # What sessions tell

    def connection_opened(self, session: Session) -> None:
        """Take note of a connection that has not logged in yet; one whose TLS handshake outlived `serve` is cut."""
        self._connections.add(session)
        self._nobody.clear()
        if self._port is None:
            session.abort(CloseReason.SHUTDOWN)

    def session_accepted(self, session: Session) -> None:
        """Take note of a login."""
        self._sessions.add(session)

    def pace_changed(self, session: Session, *, is_behind: bool) -> None:
        """Take note of a client that has fallen behind or caught up."""
        if is_behind:
            self._behind.add(session)
            self._caught_up.clear()
        else:
            self._behind.discard(session)
            if not self._behind:
                self._caught_up.set()

    def connection_ended(self, session: Session, reason: CloseReason, *, was_accepted: bool) -> None:
        """Take note that nothing is to be sent or read any more."""
        self._closed[reason] += 1
        self._sessions.discard(session)
        self.pace_changed(session, is_behind=False)
        if was_accepted:
            self.hooks.session_ended(session, reason)

    def connection_gone(self, session: Session) -> None:
        """Take note that the socket is closed."""
        self._connections.discard(session)
        if not self._connections:
            self._nobody.set()
