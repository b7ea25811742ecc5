"""MQTT 3.1.1 packets without I/O: what a server reads, bytes in and packets out; what a server writes, encoded.

The version is asked for in one place only, CONNECT: a level other than 4 gives `UnsupportedProtocol`. MQTT 5 changes
the bodies but neither the framing nor the packets' meaning, so it can become a second table of decoders, chosen by the
level of CONNECT. Source of every rule here: OASIS MQTT 3.1.1; `[MQTT-x]` is the standard's own number of a rule.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from enum import IntEnum

from bimmerhub.errors import BimmerhubError
from bimmerhub.mqtt.topics import is_topic, is_topic_filter

PROTOCOL_LEVEL = 4
SUBSCRIPTION_REFUSED = 0x80
PINGRESP = b"\xd0\x00"
MAX_REMAINING_LENGTH = 268_435_455

# MQIsdp is the name in MQTT 3.1: answered as an unsupported level rather than as garbage.
_PROTOCOL_NAMES = {b"MQTT", b"MQIsdp"}
_LENGTH_BYTES = 4
_MAX_QOS = 2


class MalformedPacket(BimmerhubError):
    """Bytes that are no MQTT packet a server may get; the connection that sent them has to be closed [MQTT-4.8.0-1]."""


class PacketType(IntEnum):
    """The upper four bits of a packet's first byte."""

    CONNECT = 1
    CONNACK = 2
    PUBLISH = 3
    PUBACK = 4
    SUBSCRIBE = 8
    SUBACK = 9
    UNSUBSCRIBE = 10
    UNSUBACK = 11
    PINGREQ = 12
    PINGRESP = 13
    DISCONNECT = 14


class ConnectCode(IntEnum):
    """The answer to CONNECT: 0, or why not."""

    ACCEPTED = 0
    UNACCEPTABLE_PROTOCOL = 1
    IDENTIFIER_REJECTED = 2
    SERVER_UNAVAILABLE = 3
    BAD_CREDENTIALS = 4
    NOT_AUTHORIZED = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Will:
    """The message a client wants sent when it is lost."""

    topic: str
    payload: bytes
    qos: int
    retain: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Connect:
    """A client's first packet. `keep_alive_s` 0 means that the client does not promise to be heard."""

    client_id: str
    clean_session: bool
    keep_alive_s: int
    username: str | None = None
    password: bytes | None = None
    will: Will | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class UnsupportedProtocol:
    """A CONNECT of another version of MQTT: `level` is 3 for 3.1 and 5 for 5.0. Nothing behind the level was read."""

    level: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Publish:
    """One message. `packet_id` is None with QoS 0 only."""

    topic: str
    payload: bytes
    qos: int = 0
    retain: bool = False
    dup: bool = False
    packet_id: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PubAck:
    """The receiver's thanks for one QoS 1 message."""

    packet_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Subscription:
    """One topic filter of a SUBSCRIBE with the highest QoS the client wants."""

    topic_filter: str
    qos: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Subscribe:
    """A wish to receive; it has at least one subscription."""

    packet_id: int
    subscriptions: tuple[Subscription, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Unsubscribe:
    """The end of at least one subscription."""

    packet_id: int
    topic_filters: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class PingReq:
    """A sign of life that wants an answer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Disconnect:
    """A client's polite good-bye."""


Packet = Connect | UnsupportedProtocol | Publish | PubAck | Subscribe | Unsubscribe | PingReq | Disconnect


class PacketParser:
    """Cuts one client's byte stream into packets, however the network has split it.

    A packet whose remaining length is above `max_packet_bytes` is malformed as soon as its header is there; so the
    parser never holds more than one packet of that size and what came behind it.
    """

    def __init__(self, *, max_packet_bytes: int = MAX_REMAINING_LENGTH) -> None:
        self._max_packet_bytes = max_packet_bytes
        self._buffer = bytearray()
        self._failure: str | None = None

    def feed(self, data: bytes) -> Iterator[Packet]:
        """Take in `data` at once and return an iterator over the packets that are whole now.

        The iterator raises MalformedPacket behind the last good packet; from then on every call's iterator does.
        """
        self._buffer += data
        return self._packets()

    def _packets(self) -> Iterator[Packet]:
        try:
            while (packet := self._next()) is not None:
                yield packet
        except MalformedPacket as error:
            self._failure = str(error)
            self._buffer.clear()
            raise

    def _next(self) -> Packet | None:
        if self._failure is not None:
            raise MalformedPacket(self._failure)
        header = self._header()
        if header is None:
            return None
        start, end = header
        if len(self._buffer) < end:
            return None
        first = self._buffer[0]
        body = _Body(bytes(self._buffer[start:end]))
        del self._buffer[:end]
        return _decode(first, body)

    def _header(self) -> tuple[int, int] | None:
        """Return where the body begins and ends, None while the length is not whole."""
        buffer = self._buffer
        length = 0
        for position in range(1, min(len(buffer), _LENGTH_BYTES + 1)):
            length |= (buffer[position] & 0x7F) << 7 * (position - 1)
            if buffer[position] < 0x80:  # noqa: PLR2004 - the continuation bit
                if length > self._max_packet_bytes:
                    raise MalformedPacket(f"a packet of {length} bytes; {self._max_packet_bytes} are the limit")
                return position + 1, position + 1 + length
        if len(buffer) > _LENGTH_BYTES:
            raise MalformedPacket("a remaining length of more than four bytes")
        return None


class _Body:
    """A reading position in one packet's variable header and payload."""

    __slots__ = ("_data", "_position")

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._position = 0

    @property
    def is_at_end(self) -> bool:
        return self._position == len(self._data)

    def take(self, count: int) -> bytes:
        end = self._position + count
        if end > len(self._data):
            raise MalformedPacket("a packet that ends too early")
        taken = self._data[self._position : end]
        self._position = end
        return taken

    def take_rest(self) -> bytes:
        return self.take(len(self._data) - self._position)

    def take_byte(self) -> int:
        return self.take(1)[0]

    def take_number(self) -> int:
        return int.from_bytes(self.take(2), "big")

    def take_packet_id(self) -> int:
        packet_id = self.take_number()
        if packet_id == 0:
            raise MalformedPacket("a packet identifier of 0")
        return packet_id

    def take_binary(self) -> bytes:
        return self.take(self.take_number())

    def take_text(self) -> str:
        try:
            text = self.take_binary().decode()
        except UnicodeDecodeError as error:
            raise MalformedPacket("text that is not UTF-8") from error
        if "\0" in text:
            raise MalformedPacket("text with U+0000")
        return text

    def take_topic(self) -> str:
        topic = self.take_text()
        if not is_topic(topic):
            raise MalformedPacket("a topic that is empty or has a wildcard")
        return topic

    def take_topic_filter(self) -> str:
        topic_filter = self.take_text()
        if not is_topic_filter(topic_filter):
            raise MalformedPacket("a topic filter that is empty or has a wildcard in a wrong place")
        return topic_filter

    def take_end(self) -> None:
        if not self.is_at_end:
            raise MalformedPacket("a packet with bytes behind its end")


def _decode(first: int, body: _Body) -> Packet:
    kind, flags = first >> 4, first & 0x0F
    if kind == PacketType.PUBLISH:
        return _decode_publish(flags, body)
    decoder, required_flags = _DECODERS.get(kind, (None, 0))
    if decoder is None:
        raise MalformedPacket(f"a packet of type {kind}, which no client of QoS 0 and 1 sends")
    if flags != required_flags:
        raise MalformedPacket(f"a packet of type {kind} with flags {flags:#x}")
    packet = decoder(body)
    if not isinstance(packet, UnsupportedProtocol):
        body.take_end()
    return packet


def _decode_connect(body: _Body) -> Connect | UnsupportedProtocol:
    if body.take_binary() not in _PROTOCOL_NAMES:
        raise MalformedPacket("a CONNECT of something that is not MQTT")
    level = body.take_byte()
    if level != PROTOCOL_LEVEL:
        return UnsupportedProtocol(level=level)
    flags = body.take_byte()
    _check_connect_flags(flags)
    keep_alive_s = body.take_number()
    return Connect(
        clean_session=bool(flags & 0x02),
        keep_alive_s=keep_alive_s,
        client_id=body.take_text(),
        will=_take_will(flags, body),
        username=body.take_text() if flags & 0x80 else None,
        password=body.take_binary() if flags & 0x40 else None,
    )


def _check_connect_flags(flags: int) -> None:
    has_will, will_qos, retains_will = flags & 0x04, flags >> 3 & 0x03, flags & 0x20
    if flags & 0x01:
        raise MalformedPacket("a CONNECT with its reserved flag set")
    if will_qos > _MAX_QOS or (not has_will and (will_qos or retains_will)):
        raise MalformedPacket("a CONNECT with contradicting will flags")
    if flags & 0x40 and not flags & 0x80:
        raise MalformedPacket("a CONNECT with a password but no user name")


def _take_will(flags: int, body: _Body) -> Will | None:
    if not flags & 0x04:
        return None
    return Will(topic=body.take_topic(), payload=body.take_binary(), qos=flags >> 3 & 0x03, retain=bool(flags & 0x20))


def _decode_publish(flags: int, body: _Body) -> Publish:
    qos, dup = flags >> 1 & 0x03, bool(flags & 0x08)
    if qos > _MAX_QOS or (dup and qos == 0):
        raise MalformedPacket(f"a PUBLISH with flags {flags:#x}")
    return Publish(
        topic=body.take_topic(),
        packet_id=body.take_packet_id() if qos else None,
        payload=body.take_rest(),
        qos=qos,
        retain=bool(flags & 0x01),
        dup=dup,
    )


def _decode_puback(body: _Body) -> PubAck:
    return PubAck(packet_id=body.take_packet_id())


def _decode_subscribe(body: _Body) -> Subscribe:
    packet_id = body.take_packet_id()
    subscriptions = [_take_subscription(body)]
    while not body.is_at_end:
        subscriptions.append(_take_subscription(body))
    return Subscribe(packet_id=packet_id, subscriptions=tuple(subscriptions))


def _take_subscription(body: _Body) -> Subscription:
    topic_filter, qos = body.take_topic_filter(), body.take_byte()
    if qos > _MAX_QOS:
        raise MalformedPacket(f"a subscription with QoS {qos}")
    return Subscription(topic_filter=topic_filter, qos=qos)


def _decode_unsubscribe(body: _Body) -> Unsubscribe:
    packet_id = body.take_packet_id()
    topic_filters = [body.take_topic_filter()]
    while not body.is_at_end:
        topic_filters.append(body.take_topic_filter())
    return Unsubscribe(packet_id=packet_id, topic_filters=tuple(topic_filters))


def _decode_pingreq(_body: _Body) -> PingReq:
    return PingReq()


def _decode_disconnect(_body: _Body) -> Disconnect:
    return Disconnect()


_DECODERS: dict[int, tuple[Callable[[_Body], Packet], int]] = {
    PacketType.CONNECT: (_decode_connect, 0),
    PacketType.PUBACK: (_decode_puback, 0),
    PacketType.SUBSCRIBE: (_decode_subscribe, 2),
    PacketType.UNSUBSCRIBE: (_decode_unsubscribe, 2),
    PacketType.PINGREQ: (_decode_pingreq, 0),
    PacketType.DISCONNECT: (_decode_disconnect, 0),
}


def encode_connack(code: ConnectCode, *, session_present: bool = False) -> bytes:
    """Return the answer to CONNECT."""
    return bytes((PacketType.CONNACK << 4, 2, session_present, code))


def encode_puback(packet_id: int) -> bytes:
    """Return the answer to a PUBLISH of QoS 1."""
    return bytes((PacketType.PUBACK << 4, 2)) + packet_id.to_bytes(2, "big")


def encode_suback(packet_id: int, codes: Sequence[int]) -> bytes:
    """Return the answer to SUBSCRIBE: per filter, in its order, the QoS granted or SUBSCRIPTION_REFUSED."""
    return _frame(PacketType.SUBACK << 4, packet_id.to_bytes(2, "big") + bytes(codes))


def encode_unsuback(packet_id: int) -> bytes:
    """Return the answer to UNSUBSCRIBE."""
    return bytes((PacketType.UNSUBACK << 4, 2)) + packet_id.to_bytes(2, "big")


class PublishEncoder:
    """One message for any number of receivers; what does not depend on the receiver is encoded once."""

    __slots__ = ("_at_least_once_head", "_at_most_once", "_payload", "_topic")

    def __init__(self, topic: str, payload: bytes) -> None:
        """ValueError when `topic` is empty, has a wildcard or is longer than 65,535 bytes."""
        encoded = topic.encode()
        if not is_topic(topic) or len(encoded) > 0xFFFF:  # noqa: PLR2004 - a length of two bytes
            raise ValueError("not a topic: it is empty, too long, or has a wildcard or U+0000")
        self._topic = len(encoded).to_bytes(2, "big") + encoded
        self._payload = payload
        self._at_most_once: bytes | None = None
        self._at_least_once_head: bytes | None = None

    def at_most_once(self) -> bytes:
        """Return the PUBLISH of QoS 0: the same object for each receiver."""
        if self._at_most_once is None:
            self._at_most_once = _frame(PacketType.PUBLISH << 4, self._topic + self._payload)
        return self._at_most_once

    def at_least_once(self, packet_id: int) -> bytes:
        """Return the PUBLISH of QoS 1 for the receiver who shall acknowledge it as `packet_id`."""
        if self._at_least_once_head is None:
            length = _encode_length(len(self._topic) + 2 + len(self._payload))
            self._at_least_once_head = bytes((PacketType.PUBLISH << 4 | 0x02,)) + length + self._topic
        return self._at_least_once_head + packet_id.to_bytes(2, "big") + self._payload


def _frame(first: int, body: bytes) -> bytes:
    return bytes((first,)) + _encode_length(len(body)) + body


def _encode_length(length: int) -> bytes:
    if length > MAX_REMAINING_LENGTH:
        raise ValueError(f"a packet of {length} bytes is more than MQTT can carry")
    encoded = bytearray()
    while length > 0x7F:  # noqa: PLR2004 - seven bits a byte
        encoded.append(length & 0x7F | 0x80)
        length >>= 7
    encoded.append(length)
    return bytes(encoded)
