"""What a server and a client write, without I/O: every packet in the bytes of the connection's version."""

from collections.abc import Mapping, Sequence

from bimmerhub.mqtt.packets import (
    LARGEST_RECEIVE_MAXIMUM,
    SUBSCRIPTION_REFUSED,
    Connect,
    ConnectAnswer,
    PacketType,
    ProtocolVersion,
    ReasonCode,
    Subscription,
)
from bimmerhub.mqtt.properties import Property, encode_length, encode_properties
from bimmerhub.mqtt.topics import is_topic, is_topic_filter

PINGREQ, PINGRESP = b"\xc0\x00", b"\xd0\x00"
GOODBYE = b"\xe0\x00"
"""A client's DISCONNECT without a reason, the same in both versions."""
_NO_PROPERTIES = b"\0"


def encode_connect(connect: Connect) -> bytes:
    """Return a client's first packet. ValueError when a text or the will's topic cannot be sent.

    How long the session is to be kept is always said to MQTT 5: some servers have a default of their own.
    """
    will, version = connect.will, connect.version
    flags = 0x02 * connect.clean_session
    body = [_text(connect.client_id)]
    if will is not None:
        if not is_topic(will.topic):
            raise ValueError("the will's topic is empty or has a wildcard")
        flags |= 0x04 | will.qos << 3 | will.retain << 5
        body += [_no_properties(version), _text(will.topic), _binary(will.payload)]
    if connect.username is not None:
        flags |= 0x80
        body.append(_text(connect.username))
    if connect.password is not None:
        flags |= 0x40
        body.append(_binary(connect.password))
    head = _text("MQTT") + bytes((version, flags)) + connect.keep_alive_s.to_bytes(2, "big")
    return _frame(PacketType.CONNECT << 4, b"".join((head, _connect_properties(connect), *body)))


def _connect_properties(connect: Connect) -> bytes:
    if connect.version is ProtocolVersion.V311:
        return b""
    properties: dict[Property, int | str] = {Property.SESSION_EXPIRY: connect.session_expiry_s}
    if connect.receive_maximum != LARGEST_RECEIVE_MAXIMUM:
        properties[Property.RECEIVE_MAXIMUM] = connect.receive_maximum
    if connect.max_packet_bytes is not None:
        properties[Property.MAXIMUM_PACKET_SIZE] = connect.max_packet_bytes
    return encode_properties(properties)


def encode_subscribe(packet_id: int, subscriptions: Sequence[Subscription], *, version: ProtocolVersion) -> bytes:
    """Return a wish to receive. ValueError when a topic filter is none."""
    filters = b"".join(
        _topic_filter(subscription.topic_filter) + bytes((subscription.qos,)) for subscription in subscriptions
    )
    return _frame(PacketType.SUBSCRIBE << 4 | 2, packet_id.to_bytes(2, "big") + _no_properties(version) + filters)


def encode_unsubscribe(packet_id: int, topic_filters: Sequence[str], *, version: ProtocolVersion) -> bytes:
    """Return the end of subscriptions. ValueError when a topic filter is none."""
    filters = b"".join(map(_topic_filter, topic_filters))
    return _frame(PacketType.UNSUBSCRIBE << 4 | 2, packet_id.to_bytes(2, "big") + _no_properties(version) + filters)


def encode_connack(
    answer: ConnectAnswer | ReasonCode, *, version: ProtocolVersion, properties: Mapping[Property, int | str]
) -> bytes:
    """Return the answer to CONNECT: a decision, or MQTT 5's word for one. `properties` reach MQTT 5 only.

    "Session present" is always 0.
    """
    code = answer.code(version) if isinstance(answer, ConnectAnswer) else int(answer)
    if version is ProtocolVersion.V311:
        return bytes((PacketType.CONNACK << 4, 2, 0, code))
    return _frame(PacketType.CONNACK << 4, bytes((0, code)) + encode_properties(properties))


def encode_puback(packet_id: int, code: ReasonCode = ReasonCode.SUCCESS) -> bytes:
    """Return the answer to a PUBLISH of QoS 1; a `code` that is not SUCCESS is for MQTT 5 only."""
    reason = bytes((code,)) if code else b""
    return _frame(PacketType.PUBACK << 4, packet_id.to_bytes(2, "big") + reason)


def encode_suback(packet_id: int, codes: Sequence[int], *, version: ProtocolVersion) -> bytes:
    """Return the answer to SUBSCRIBE: per filter, in its order, the QoS granted or why not (3.1.1: 128)."""
    head = packet_id.to_bytes(2, "big")
    if version is ProtocolVersion.V311:
        return _frame(PacketType.SUBACK << 4, head + bytes(min(code, SUBSCRIPTION_REFUSED) for code in codes))
    return _frame(PacketType.SUBACK << 4, head + _NO_PROPERTIES + bytes(codes))


def encode_unsuback(packet_id: int, codes: Sequence[int], *, version: ProtocolVersion) -> bytes:
    """Return the answer to UNSUBSCRIBE; only MQTT 5 says what became of each filter."""
    head = packet_id.to_bytes(2, "big")
    rest = b"" if version is ProtocolVersion.V311 else _NO_PROPERTIES + bytes(codes)
    return _frame(PacketType.UNSUBACK << 4, head + rest)


def encode_disconnect(code: ReasonCode) -> bytes:
    """Return a good-bye with its reason, which only MQTT 5 has."""
    return bytes((PacketType.DISCONNECT << 4, 1, code))


class PublishEncoder:
    """One message for any number of receivers; what does not depend on the receiver is encoded once a version.

    `retain` asks a server to keep the message for those who subscribe later.
    """

    __slots__ = ("_at_least_once", "_at_most_once", "_payload", "_retain", "_topic")

    def __init__(self, topic: str, payload: bytes, *, retain: bool = False) -> None:
        """ValueError when `topic` is empty, has a wildcard or is longer than 65,535 bytes."""
        encoded = topic.encode()
        if not is_topic(topic) or len(encoded) > 0xFFFF:  # noqa: PLR2004 - a length of two bytes
            raise ValueError("not a topic: it is empty, too long, or has a wildcard or U+0000")
        self._topic = len(encoded).to_bytes(2, "big") + encoded
        self._payload = payload
        self._retain = retain
        self._at_most_once: dict[ProtocolVersion, bytes] = {}
        self._at_least_once: dict[ProtocolVersion, tuple[bytes, bytes]] = {}

    def at_most_once(self, version: ProtocolVersion) -> bytes:
        """Return the PUBLISH of QoS 0: the same object for each receiver."""
        frame = self._at_most_once.get(version)
        if frame is None:
            frame = _frame(PacketType.PUBLISH << 4 | self._retain, self._topic + self._tail(version))
            self._at_most_once[version] = frame
        return frame

    def at_least_once(self, packet_id: int, version: ProtocolVersion) -> bytes:
        """Return the PUBLISH of QoS 1 for the receiver who shall acknowledge it as `packet_id`."""
        parts = self._at_least_once.get(version)
        if parts is None:
            tail = self._tail(version)
            length = encode_length(len(self._topic) + 2 + len(tail))
            parts = bytes((PacketType.PUBLISH << 4 | 0x02 | self._retain,)) + length + self._topic, tail
            self._at_least_once[version] = parts
        return parts[0] + packet_id.to_bytes(2, "big") + parts[1]

    def _tail(self, version: ProtocolVersion) -> bytes:
        return _no_properties(version) + self._payload


def _no_properties(version: ProtocolVersion) -> bytes:
    return b"" if version is ProtocolVersion.V311 else _NO_PROPERTIES


def _topic_filter(topic_filter: str) -> bytes:
    if not is_topic_filter(topic_filter):
        raise ValueError("not a topic filter: it is empty, or has a wildcard in a wrong place or U+0000")
    return _text(topic_filter)


def _text(text: str) -> bytes:
    if "\0" in text:
        raise ValueError("a text with U+0000 cannot be sent")
    return _binary(text.encode())


def _binary(data: bytes) -> bytes:
    if len(data) > 0xFFFF:  # noqa: PLR2004 - a length of two bytes
        raise ValueError(f"a text of {len(data)} bytes; 65,535 are the limit")
    return len(data).to_bytes(2, "big") + data


def _frame(first: int, body: bytes) -> bytes:
    return bytes((first,)) + encode_length(len(body)) + body
