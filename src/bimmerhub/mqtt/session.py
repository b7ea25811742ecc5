"""One client's session: the protocol's machine between a transport and the broker.

Its life: connected, CONNECT, `hooks.authenticate`, CONNACK, then SUBSCRIBE, PINGREQ and so on until it is closed, for
the one reason that `CloseReason` names; a client of MQTT 5 is told that reason in DISCONNECT. Sessions have no tasks:
bytes are handled as they come, messages leave through an `Outbox`.
"""

import asyncio
import logging
import uuid
from collections import deque
from typing import Protocol, cast

from bimmerhub.mqtt.encoder import (
    PINGRESP,
    PublishEncoder,
    encode_connack,
    encode_disconnect,
    encode_puback,
    encode_suback,
    encode_unsuback,
)
from bimmerhub.mqtt.hooks import GOODBYES, LAST_PACKET_ID, BrokerHooks, BrokerSettings, CloseReason
from bimmerhub.mqtt.outbox import Outbox
from bimmerhub.mqtt.packets import (
    LARGEST_RECEIVE_MAXIMUM,
    SUBSCRIPTION_REFUSED,
    Connect,
    ConnectAnswer,
    Disconnect,
    MalformedPacket,
    Packet,
    PingReq,
    ProtocolVersion,
    PubAck,
    Publish,
    ReasonCode,
    Subscribe,
    Subscription,
    Unsubscribe,
    UnsupportedProtocol,
)
from bimmerhub.mqtt.parser import PacketParser
from bimmerhub.mqtt.properties import MAX_REMAINING_LENGTH, Property
from bimmerhub.mqtt.topics import SubscriptionTree

_log = logging.getLogger(__name__)

_MAX_FILTER_LEVELS = 64
_ANY_SIZE = 2 * MAX_REMAINING_LENGTH


class SessionOwner(Protocol):
    """What a session needs of its broker."""

    hooks: BrokerHooks
    settings: BrokerSettings
    subscriptions: "SubscriptionTree[Session]"

    def connection_opened(self, session: "Session") -> None:
        """Take note of a connection that has not logged in yet."""
        ...

    def session_accepted(self, session: "Session") -> None:
        """Take note of a login."""
        ...

    def pace_changed(self, session: "Session", *, is_behind: bool) -> None:
        """Take note of a client that has fallen behind or caught up."""
        ...

    def connection_ended(self, session: "Session", reason: CloseReason, *, was_accepted: bool) -> None:
        """Take note that nothing is to be sent or read any more."""
        ...

    def connection_gone(self, session: "Session") -> None:
        """Take note that the socket is closed."""
        ...


class Session(asyncio.Protocol):
    """One client's connection. `client_id` and `username` are there from `authenticate` on."""

    client_id = ""
    username: str | None = None

    def __init__(self, owner: SessionOwner) -> None:
        self._owner = owner
        self._settings = owner.settings
        self._loop = asyncio.get_running_loop()
        self._parser = PacketParser(max_packet_bytes=self._settings.max_packet_bytes)
        self._version = ProtocolVersion.V311
        self._transport: asyncio.Transport | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._stall_timer: asyncio.TimerHandle | None = None
        self._outbox: Outbox
        self._reason: CloseReason | None = None
        self._is_accepted = False
        self._is_ignored = False
        self._keep_alive_s = 0.0
        self._heard_at = 0.0
        self._keeps_session = False
        self._filters: set[str] = set()
        self._unacknowledged: set[int] = set()
        self._held: deque[PublishEncoder] = deque()
        self._receive_maximum = LARGEST_RECEIVE_MAXIMUM
        self._largest_frame = _ANY_SIZE
        self._last_packet_id = 0

    @property
    def address(self) -> str:
        """The address of the client's machine, "" when it is not known."""
        peer = None if self._transport is None else self._transport.get_extra_info("peername")
        return str(peer[0]) if peer else ""

    @property
    def is_open(self) -> bool:
        """Whether the login was accepted and nothing has ended the session since."""
        return self._is_accepted and self._reason is None

    def close(self, reason: CloseReason, code: ReasonCode | None = None) -> None:
        """End the session: what was sent to it still goes out, as far as the client takes it in `close_timeout_s`.

        A client of MQTT 5 is told `code`, or what GOODBYES has for `reason`.
        """
        if self._end(reason) and self._transport is not None:
            code = GOODBYES.get(reason) if code is None else code
            if code is not None and self._is_accepted and self._version is ProtocolVersion.V5:
                self._outbox.send(encode_disconnect(code))
            self._outbox.flush()
            self._outbox.discard()
            self._transport.close()

    def abort(self, reason: CloseReason) -> None:
        """End the session and its connection at once, without a word."""
        self._end(reason)
        if self._transport is not None:
            self._outbox.discard()
            self._transport.abort()

    def deliver(self, message: PublishEncoder, *, qos: int) -> bool:
        """Send a message; False when the client takes none so large, or when this made it too slow, and so closed."""
        if qos == 0:
            return self._send_message(message.at_most_once(self._version)) and self._reason is None
        waiting = len(self._unacknowledged) + len(self._held)
        if waiting >= self._settings.max_unacknowledged:
            self.abort(CloseReason.TOO_SLOW)
            return False
        if len(self._unacknowledged) >= self._receive_maximum:
            self._held.append(message)
        elif not self._send_once_at_least(message):
            return False
        if (waiting + 1) * 2 >= self._settings.max_unacknowledged:
            self._check_pace()
        return self._reason is None

    # What asyncio calls

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Wait for CONNECT."""
        self._transport = cast("asyncio.Transport", transport)
        self._outbox = Outbox(self._transport, self, limit_bytes=self._settings.max_pending_bytes)
        self._timer = self._loop.call_later(self._settings.connect_timeout_s, self.abort, CloseReason.NO_CONNECT)
        self._owner.connection_opened(self)

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002 - asyncio's signature
        """Forget the connection."""
        self._end(CloseReason.LOST)
        self._outbox.discard()
        self._transport = None
        self._owner.connection_gone(self)

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
        if self._is_deaf():
            return
        self._heard_at = self._loop.time()
        if self._is_accepted:
            self._owner.hooks.session_heard(self)
        try:
            for packet in self._parser.feed(data):
                self._handle(packet)
                if self._is_deaf():
                    return
        except MalformedPacket as error:
            _log.info("MQTT client closed: it sent %s", error)
            self._version = self._parser.version
            if not self._is_accepted and self._version is ProtocolVersion.V5:
                self._outbox.send(encode_connack(error.code, version=self._version, properties={}))
            self.close(CloseReason.MALFORMED, error.code)

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
                self._handle_puback(packet)
            case PingReq():
                if self._owner.hooks.answers_ping(self):
                    self._outbox.send(PINGRESP)
            case Subscribe():
                self._handle_subscribe(packet)
            case Unsubscribe():
                codes = [self._unsubscribe(topic_filter) for topic_filter in packet.topic_filters]
                self._outbox.send(encode_unsuback(packet.packet_id, codes, version=self._version))
            case Publish():
                self._handle_publish(packet)
            case Disconnect(session_expiry_s=expiry_s):
                # A session that was not to be kept cannot be kept after all (MQTT 5, 3.14.2.2.2).
                self.close(CloseReason.PROTOCOL if expiry_s and not self._keeps_session else CloseReason.CLIENT)
            case Connect() | UnsupportedProtocol():
                self.close(CloseReason.PROTOCOL)  # a second CONNECT [MQTT-3.1.0-2]

    def _handle_first(self, packet: Packet) -> None:
        match packet:
            case Connect():
                self._log_in(packet)
            case UnsupportedProtocol(level=level):
                self._version = ProtocolVersion.V5 if level > ProtocolVersion.V5 else ProtocolVersion.V311
                self._refuse(ConnectAnswer.UNSUPPORTED_VERSION)
            case _:
                self.close(CloseReason.PROTOCOL)

    def _log_in(self, connect: Connect) -> None:
        self._version = connect.version
        given_id = f"auto-{uuid.uuid4().hex}" if connect.version is ProtocolVersion.V5 else ""
        self.client_id, self.username = connect.client_id or given_id, connect.username
        answer = _protocol_refusal(connect) or self._owner.hooks.authenticate(self, connect)
        if answer is None:
            self._is_ignored = True
            self._stop_timer()
        elif answer is not ConnectAnswer.ACCEPTED:
            self._refuse(answer)
        else:
            self._accept(connect)

    def _accept(self, connect: Connect) -> None:
        self._receive_maximum = connect.receive_maximum
        self._largest_frame = connect.max_packet_bytes or _ANY_SIZE
        self._keeps_session = connect.session_expiry_s > 0
        kept_s = self._start_keep_alive(connect.keep_alive_s)
        properties = self._accept_properties(connect, kept_s) if connect.version is ProtocolVersion.V5 else {}
        self._outbox.send(encode_connack(ConnectAnswer.ACCEPTED, version=self._version, properties=properties))
        self._is_accepted = True
        self._owner.session_accepted(self)

    def _accept_properties(self, connect: Connect, kept_s: int) -> dict[Property, int | str]:
        """Return what a client of MQTT 5 has to know about this broker."""
        properties: dict[Property, int | str] = {
            Property.MAXIMUM_QOS: 1,
            Property.RETAIN_AVAILABLE: 0,
            Property.MAXIMUM_PACKET_SIZE: self._settings.max_packet_bytes,
            Property.SUBSCRIPTION_ID_AVAILABLE: 0,
            Property.SHARED_SUBSCRIPTION_AVAILABLE: 0,
        }
        if not connect.client_id:
            properties[Property.ASSIGNED_CLIENT_ID] = self.client_id
        if connect.session_expiry_s:
            properties[Property.SESSION_EXPIRY] = 0
        if kept_s != connect.keep_alive_s:
            properties[Property.SERVER_KEEP_ALIVE] = kept_s
        return properties

    def _refuse(self, answer: ConnectAnswer | ReasonCode) -> None:
        self._outbox.send(encode_connack(answer, version=self._version, properties={}))
        self.close(CloseReason.REFUSED)

    def _handle_subscribe(self, packet: Subscribe) -> None:
        if packet.identifier is not None:
            self.close(CloseReason.PROTOCOL, ReasonCode.SUBSCRIPTION_IDS_NOT_SUPPORTED)
            return
        codes = [self._subscribe(subscription) for subscription in packet.subscriptions]
        self._outbox.send(encode_suback(packet.packet_id, codes, version=self._version))

    def _subscribe(self, subscription: Subscription) -> int:
        topic_filter = subscription.topic_filter
        if topic_filter.startswith("$share/") and self._version is ProtocolVersion.V5:
            return ReasonCode.SHARED_SUBSCRIPTIONS_NOT_SUPPORTED
        if topic_filter.count("/") >= _MAX_FILTER_LEVELS:
            return ReasonCode.TOPIC_FILTER_INVALID
        if len(self._filters) >= self._settings.max_subscriptions and topic_filter not in self._filters:
            return ReasonCode.QUOTA_EXCEEDED
        granted = self._owner.hooks.authorize(self, subscription)
        if granted >= SUBSCRIPTION_REFUSED or self._reason is not None:
            return granted
        qos = min(subscription.qos, granted, 1)
        self._filters.add(topic_filter)
        self._owner.subscriptions.add(topic_filter, self, qos=qos)
        return qos

    def _unsubscribe(self, topic_filter: str) -> int:
        if topic_filter not in self._filters:
            return ReasonCode.NO_SUBSCRIPTION_EXISTED
        self._filters.discard(topic_filter)
        self._owner.subscriptions.discard(topic_filter, self)
        return ReasonCode.SUCCESS

    def _handle_publish(self, message: Publish) -> None:
        is_v5 = self._version is ProtocolVersion.V5
        if message.qos > 1:
            self.close(CloseReason.PROTOCOL, ReasonCode.QOS_NOT_SUPPORTED)
        elif message.retain and is_v5:
            self.close(CloseReason.PROTOCOL, ReasonCode.RETAIN_NOT_SUPPORTED)
        elif not self._owner.hooks.accept_publish(self, message):
            if message.packet_id is not None and is_v5:
                self._outbox.send(encode_puback(message.packet_id, ReasonCode.NOT_AUTHORIZED))
            self.close(CloseReason.PUBLISH_REFUSED)
        elif message.packet_id is not None:
            self._outbox.send(encode_puback(message.packet_id))

    # QoS 1

    def _send_message(self, frame: bytes) -> bool:
        """Send a PUBLISH; a client that takes none so large does not get it [MQTT-3.1.2-24]."""
        if len(frame) > self._largest_frame:
            return False
        self._outbox.send(frame)
        return True

    def _send_once_at_least(self, message: PublishEncoder) -> bool:
        packet_id = self._last_packet_id % LAST_PACKET_ID + 1
        while packet_id in self._unacknowledged:
            packet_id = packet_id % LAST_PACKET_ID + 1
        if not self._send_message(message.at_least_once(packet_id, self._version)):
            return False
        self._last_packet_id = packet_id
        self._unacknowledged.add(packet_id)
        return True

    def _handle_puback(self, packet: PubAck) -> None:
        self._unacknowledged.discard(packet.packet_id)
        while self._held and len(self._unacknowledged) < self._receive_maximum:
            self._send_once_at_least(self._held.popleft())
        self._check_pace()

    # Pace, silence, end

    def _check_pace(self) -> None:
        waiting = len(self._unacknowledged) + len(self._held)
        is_behind = self._outbox.is_full or waiting * 2 >= self._settings.max_unacknowledged
        if self._reason is not None or is_behind == (self._stall_timer is not None):
            return
        if is_behind:
            self._stall_timer = self._loop.call_later(self._settings.stall_timeout_s, self.abort, CloseReason.TOO_SLOW)
        else:
            self._stop_stall_timer()
        self._owner.pace_changed(self, is_behind=is_behind)

    def _stop_stall_timer(self) -> None:
        if self._stall_timer is not None:
            self._stall_timer.cancel()
            self._stall_timer = None

    def _stop_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _start_keep_alive(self, promised_s: int) -> int:
        """Watch the client's silence; return the keep-alive that it is held to, 0 for none."""
        self._stop_timer()
        cap_s, factor = self._settings.keep_alive_cap_s, self._settings.keep_alive_factor
        kept_s = promised_s if cap_s is None else min(promised_s or cap_s, cap_s)
        if factor is not None and kept_s:
            self._keep_alive_s = kept_s * factor
            self._timer = self._loop.call_later(self._keep_alive_s, self._check_silence)
        return kept_s

    def _check_silence(self) -> None:
        left_s = self._heard_at + self._keep_alive_s - self._loop.time()
        if left_s <= 0:
            self.close(CloseReason.KEEP_ALIVE)
        else:
            self._timer = self._loop.call_later(left_s, self._check_silence)

    def _is_deaf(self) -> bool:
        return self._reason is not None or self._is_ignored

    def _end(self, reason: CloseReason) -> bool:
        """Note the reason, once; return whether this was that once."""
        if self._reason is not None:
            return False
        self._reason = reason
        self._stop_timer()
        self._stop_stall_timer()
        self._held.clear()
        for topic_filter in self._filters:
            self._owner.subscriptions.discard(topic_filter, self)
        self._owner.connection_ended(self, reason, was_accepted=self._is_accepted)
        return True


def _protocol_refusal(connect: Connect) -> ConnectAnswer | ReasonCode | None:
    """Return why the protocol itself forbids this login, None when it does not."""
    if connect.version is ProtocolVersion.V311:
        is_nameless = not connect.client_id and not connect.clean_session  # [MQTT-3.1.3-8]
        return ConnectAnswer.CLIENT_ID_INVALID if is_nameless else None
    if connect.authentication_method is not None:
        return ReasonCode.BAD_AUTHENTICATION_METHOD
    if connect.will is not None and connect.will.qos > 1:
        return ReasonCode.QOS_NOT_SUPPORTED
    if connect.will is not None and connect.will.retain:
        return ReasonCode.RETAIN_NOT_SUPPORTED
    return None
