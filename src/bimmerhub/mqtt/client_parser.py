"""What a client reads, without I/O: bytes in, messages and packets out.

A subscriber gets little else than plain messages: PUBLISH of QoS 0, without properties. They are cut out of the bytes
in one loop and come as lists; everything else is decoded packet by packet.
"""

from collections.abc import Callable, Iterator

import msgspec

from bimmerhub.mqtt.packet_body import CONTINUES, LENGTH_BYTES, Body
from bimmerhub.mqtt.packets import (
    LARGEST_RECEIVE_MAXIMUM,
    ConnAck,
    Disconnect,
    MalformedPacket,
    PacketType,
    PingResp,
    ProtocolVersion,
    ReasonCode,
    ServerPacket,
    SubAck,
    UnsubAck,
)
from bimmerhub.mqtt.parser import decode_puback, decode_publish, take_properties_of, take_reason
from bimmerhub.mqtt.properties import (
    ANSWER_PROPERTIES,
    CONNACK_PROPERTIES,
    SERVER_DISCONNECT_PROPERTIES,
    Properties,
    Property,
    take_properties,
)
from bimmerhub.mqtt.topics import is_topic

MAX_PACKET_BYTES = 1_048_576
_PLAIN, _PLAIN_HEAD_BYTES = PacketType.PUBLISH << 4, 4
_TOPICS_REMEMBERED = 10_000
_DUP_FLAG, _QOS_FLAGS = 0x08, 0x06


class Message(msgspec.Struct, frozen=True, gc=False):
    """One message as it came; `retain`: the server had kept it since before the subscription.

    A struct because one is made for each message: a frozen dataclass costs ten times as much.
    """

    topic: str
    payload: bytes
    retain: bool = False


class TooLarge(msgspec.Struct, frozen=True, gc=False):
    """A message of `packet_bytes` that is skipped, since it is above the limit; `packet_id` where it is of QoS 1."""

    topic: str
    packet_bytes: int
    packet_id: int | None = None


class ClientParser:
    """Cuts the server's byte stream into messages and packets, however the network has split it.

    `version` is that of the CONNECT. A message of more than `max_packet_bytes`, its header included, is skipped as it
    comes, and is never held: a server may have kept it, and would send it again after each reconnect. Any other packet
    of that size is malformed as soon as its header is there.
    """

    def __init__(self, *, version: ProtocolVersion, max_packet_bytes: int = MAX_PACKET_BYTES) -> None:
        self._version = version
        self._is_v5 = version is ProtocolVersion.V5
        self._max_packet_bytes = max_packet_bytes
        self._pieces: list[bytes] = []
        self._held_bytes = 0
        self._needed_bytes = 0
        self._bytes_to_skip = 0
        self._topics: dict[bytes, str] = {}
        self._failure: MalformedPacket | None = None

    def feed(self, data: bytes) -> Iterator[list[Message] | ServerPacket | TooLarge]:
        """Take in `data` and return an iterator over what is whole now, in order; use it up before the next call.

        Messages of QoS 0 come as lists, never empty ones; those of QoS 1 as `Publish`, to be acknowledged. What is too
        large comes as `TooLarge` as soon as its topic is there.
        The iterator raises MalformedPacket behind the last good packet; from then on every call's iterator does.
        """
        if self._bytes_to_skip:
            skipped = min(self._bytes_to_skip, len(data))
            self._bytes_to_skip -= skipped
            data = data[skipped:]
        self._pieces.append(data)
        self._held_bytes += len(data)
        return self._packets()

    def _packets(self) -> Iterator[list[Message] | ServerPacket | TooLarge]:
        if self._failure is not None:
            self._pieces.clear()
            raise MalformedPacket(str(self._failure), code=self._failure.code)
        if self._held_bytes < self._needed_bytes:
            return  # a large packet is put together once, when its last piece is there
        data = self._pieces[0] if len(self._pieces) == 1 else b"".join(self._pieces)
        position = 0
        try:
            while True:
                messages, position = self._take_messages(data, position)
                if messages:
                    yield messages
                begin, end = self._find_body(data, position)
                if end - position > self._max_packet_bytes:
                    head_end = _end_of_head(data, position, begin)
                    if head_end > len(data):
                        end = head_end
                        break
                    too_large = _decode_head(data[position], Body(data[begin:head_end]), packet_bytes=end - position)
                    self._bytes_to_skip = max(0, end - len(data))
                    position = min(end, len(data))
                    yield too_large
                elif end > len(data):
                    break
                else:
                    packet = self._decode(data[position], Body(data[begin:end]))
                    position = end
                    yield packet
        except MalformedPacket as error:
            self._failure = error
            self._pieces.clear()
            raise
        self._pieces = [data[position:]]
        self._held_bytes, self._needed_bytes = len(data) - position, end - position

    def _take_messages(self, data: bytes, position: int) -> tuple[list[Message], int]:
        """Return the plain messages that begin at `position`, and where they end.

        What is not plain, not whole or not good is left to the usual way. Nothing is called here but what makes the
        message: this loop bounds how fast a stream can be read.
        """
        messages: list[Message] = []
        topics, is_v5, longest = self._topics, self._is_v5, self._max_packet_bytes - _PLAIN_HEAD_BYTES
        last = len(data) - _PLAIN_HEAD_BYTES
        while position < last and data[position] == _PLAIN:
            length, begin = data[position + 1], position + 2
            if length >= CONTINUES:
                high = data[begin]
                if high >= CONTINUES:
                    break
                length += (high - 1) * CONTINUES
                begin += 1
            end = begin + length
            topic_end = begin + 2 + (data[begin] << 8) + data[begin + 1]
            payload_begin = topic_end + is_v5
            if end > len(data) or payload_begin > end or length > longest or (is_v5 and data[topic_end]):
                break
            topic = topics.get(data[begin + 2 : topic_end])
            if topic is None and (topic := self._learn_topic(data[begin + 2 : topic_end])) is None:
                break
            messages.append(Message(topic, data[payload_begin:end]))
            position = end
        return messages, position

    def _learn_topic(self, encoded: bytes) -> str | None:
        """Return a topic that has not come before, None when it is none."""
        try:
            topic = encoded.decode()
        except UnicodeDecodeError:
            return None
        if not is_topic(topic):
            return None
        if len(self._topics) >= _TOPICS_REMEMBERED:
            self._topics.clear()
        self._topics[encoded] = topic
        return topic

    def _find_body(self, data: bytes, position: int) -> tuple[int, int]:
        """Return where the body of the packet at `position` begins and ends; an end behind the data: not whole yet.

        Of all packets above the limit only messages come out here.

        While even its length is not whole, the end is one byte behind the data. What no server sends is malformed from
        its first byte on: an answer of some other protocol may be shorter than the packet that it looks like.
        """
        if position < len(data):
            _check_first(data[position])
        length = 0
        for count, byte in enumerate(data[position + 1 : position + 1 + LENGTH_BYTES]):
            length |= (byte & 0x7F) << 7 * count
            if byte < CONTINUES:
                begin = position + 2 + count
                is_message = data[position] >> 4 == PacketType.PUBLISH
                if begin + length - position > self._max_packet_bytes and not is_message:
                    message = f"a packet of {length} bytes; {self._max_packet_bytes} are the limit"
                    raise MalformedPacket(message, code=ReasonCode.PACKET_TOO_LARGE)
                return begin, begin + length
        if len(data) - position > LENGTH_BYTES:
            raise MalformedPacket("a remaining length of more than four bytes")
        return len(data), len(data) + 1

    def _decode(self, first: int, body: Body) -> list[Message] | ServerPacket:
        kind, flags = first >> 4, first & 0x0F
        if kind == PacketType.PUBLISH:
            message = decode_publish(flags, body, self._version)
            _check_qos(message.qos)
            if message.qos == 0:
                return [Message(message.topic, message.payload, message.retain)]
            return message
        packet = _DECODERS[kind](body, self._version)
        body.take_end()
        return packet


def _check_qos(qos: int) -> None:
    if qos > 1:
        raise MalformedPacket("a PUBLISH of QoS 2, which was not asked for", code=ReasonCode.QOS_NOT_SUPPORTED)


def _check_first(first: int) -> None:
    """Make sure that a packet can begin with this byte."""
    kind, flags = first >> 4, first & 0x0F
    if kind == PacketType.PUBLISH:
        return
    if kind not in _DECODERS:
        words = f"a packet of type {kind}, which no server sends to a client of QoS 0 and 1"
        raise MalformedPacket(words, code=ReasonCode.PROTOCOL_ERROR if kind else ReasonCode.MALFORMED_PACKET)
    if flags:
        raise MalformedPacket(f"a packet of type {kind} with flags {flags:#x}")


def _end_of_head(data: bytes, position: int, begin: int) -> int:
    """Return where the topic and the packet id of the PUBLISH at `position` end, or what is known of that so far."""
    topic_begin = begin + 2
    if len(data) < topic_begin:
        return topic_begin
    has_packet_id = data[position] & _QOS_FLAGS
    return topic_begin + int.from_bytes(data[begin:topic_begin], "big") + (2 if has_packet_id else 0)


def _decode_head(first: int, head: Body, *, packet_bytes: int) -> TooLarge:
    """Read the head of a PUBLISH that is skipped: as strict about it as if it were read whole."""
    _check_qos(first >> 1 & 0x03)
    if first & _DUP_FLAG and not first & _QOS_FLAGS:
        raise MalformedPacket(f"a PUBLISH with flags {first & 0x0F:#x}")
    topic = head.take_topic()
    packet_id = head.take_packet_id() if first & _QOS_FLAGS else None
    return TooLarge(topic=topic, packet_bytes=packet_bytes, packet_id=packet_id)


def _decode_connack(body: Body, _version: ProtocolVersion) -> ConnAck:
    """Read CONNACK. A server that does not know MQTT 5 answers in the form of 3.1.1, so without properties."""
    flags, code = body.take_byte(), body.take_byte()
    if flags > 1:
        raise MalformedPacket(f"a CONNACK with flags {flags:#x}")
    properties = Properties() if body.is_at_end else take_properties(body, CONNACK_PROPERTIES)
    numbers, texts = properties.numbers, properties.texts
    return ConnAck(
        code=code,
        session_present=bool(flags),
        words=texts.get(Property.REASON_STRING, ""),
        assigned_client_id=texts.get(Property.ASSIGNED_CLIENT_ID),
        server_keep_alive_s=numbers.get(Property.SERVER_KEEP_ALIVE),
        receive_maximum=numbers.get(Property.RECEIVE_MAXIMUM, LARGEST_RECEIVE_MAXIMUM),
        maximum_qos=numbers.get(Property.MAXIMUM_QOS, 2),
        max_packet_bytes=numbers.get(Property.MAXIMUM_PACKET_SIZE),
        retain_available=bool(numbers.get(Property.RETAIN_AVAILABLE, 1)),
    )


def _decode_suback(body: Body, version: ProtocolVersion) -> SubAck:
    packet_id = body.take_packet_id()
    take_properties_of(body, version, ANSWER_PROPERTIES)
    if body.is_at_end:
        raise MalformedPacket("a SUBACK without a code")
    return SubAck(packet_id=packet_id, codes=tuple(body.take_rest()))


def _decode_unsuback(body: Body, version: ProtocolVersion) -> UnsubAck:
    packet_id = body.take_packet_id()
    take_properties_of(body, version, ANSWER_PROPERTIES)
    return UnsubAck(packet_id=packet_id, codes=tuple(body.take_rest()))


def _decode_pingresp(_body: Body, _version: ProtocolVersion) -> PingResp:
    return PingResp()


def _decode_disconnect(body: Body, _version: ProtocolVersion) -> Disconnect:
    """Read DISCONNECT. MQTT 3.1.1 has none from a server; one that sends it all the same is understood."""
    code, properties = take_reason(body, ProtocolVersion.V5, SERVER_DISCONNECT_PROPERTIES)
    return Disconnect(code=code, words=properties.texts.get(Property.REASON_STRING, ""))


_DECODERS: dict[int, Callable[[Body, ProtocolVersion], ServerPacket]] = {
    PacketType.CONNACK: _decode_connack,
    PacketType.PUBACK: decode_puback,
    PacketType.SUBACK: _decode_suback,
    PacketType.UNSUBACK: _decode_unsuback,
    PacketType.PINGRESP: _decode_pingresp,
    PacketType.DISCONNECT: _decode_disconnect,
}
