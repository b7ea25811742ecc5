"""What a server writes, without I/O: every packet in the bytes of the client's version."""

from collections.abc import Mapping, Sequence

from bimmerhub.mqtt.packets import SUBSCRIPTION_REFUSED, ConnectAnswer, PacketType, ProtocolVersion, ReasonCode
from bimmerhub.mqtt.properties import Property, encode_length, encode_properties
from bimmerhub.mqtt.topics import is_topic

PINGRESP = b"\xd0\x00"
_NO_PROPERTIES = b"\0"


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
    """Return a server's good-bye, which MQTT 3.1.1 has not."""
    return bytes((PacketType.DISCONNECT << 4, 1, code))


class PublishEncoder:
    """One message for any number of receivers; what does not depend on the receiver is encoded once a version."""

    __slots__ = ("_at_least_once", "_at_most_once", "_payload", "_topic")

    def __init__(self, topic: str, payload: bytes) -> None:
        """ValueError when `topic` is empty, has a wildcard or is longer than 65,535 bytes."""
        encoded = topic.encode()
        if not is_topic(topic) or len(encoded) > 0xFFFF:  # noqa: PLR2004 - a length of two bytes
            raise ValueError("not a topic: it is empty, too long, or has a wildcard or U+0000")
        self._topic = len(encoded).to_bytes(2, "big") + encoded
        self._payload = payload
        self._at_most_once: dict[ProtocolVersion, bytes] = {}
        self._at_least_once: dict[ProtocolVersion, tuple[bytes, bytes]] = {}

    def at_most_once(self, version: ProtocolVersion) -> bytes:
        """Return the PUBLISH of QoS 0: the same object for each receiver."""
        frame = self._at_most_once.get(version)
        if frame is None:
            frame = _frame(PacketType.PUBLISH << 4, self._topic + self._tail(version))
            self._at_most_once[version] = frame
        return frame

    def at_least_once(self, packet_id: int, version: ProtocolVersion) -> bytes:
        """Return the PUBLISH of QoS 1 for the receiver who shall acknowledge it as `packet_id`."""
        parts = self._at_least_once.get(version)
        if parts is None:
            tail = self._tail(version)
            length = encode_length(len(self._topic) + 2 + len(tail))
            parts = bytes((PacketType.PUBLISH << 4 | 0x02,)) + length + self._topic, tail
            self._at_least_once[version] = parts
        return parts[0] + packet_id.to_bytes(2, "big") + parts[1]

    def _tail(self, version: ProtocolVersion) -> bytes:
        return self._payload if version is ProtocolVersion.V311 else _NO_PROPERTIES + self._payload


def _frame(first: int, body: bytes) -> bytes:
    return bytes((first,)) + encode_length(len(body)) + body
