"""What a server reads, without I/O: bytes in, packets out.

The version is asked for in one place only, CONNECT; every later packet of the connection is read in that version. A
level other than 4 and 5 gives `UnsupportedProtocol`.
"""

from collections.abc import Callable, Iterator

from bimmerhub.mqtt.packet_body import CONTINUES, LENGTH_BYTES, Body
from bimmerhub.mqtt.packets import (
    LARGEST_RECEIVE_MAXIMUM,
    Connect,
    Disconnect,
    MalformedPacket,
    Packet,
    PacketType,
    PingReq,
    ProtocolVersion,
    PubAck,
    Publish,
    ReasonCode,
    Subscribe,
    Subscription,
    Unsubscribe,
    UnsupportedProtocol,
    Will,
)
from bimmerhub.mqtt.properties import (
    CONNECT_PROPERTIES,
    DISCONNECT_PROPERTIES,
    MAX_REMAINING_LENGTH,
    PUBACK_PROPERTIES,
    PUBLISH_PROPERTIES,
    SUBSCRIBE_PROPERTIES,
    UNSUBSCRIBE_PROPERTIES,
    WILL_PROPERTIES,
    Properties,
    Property,
    take_properties,
)
from bimmerhub.mqtt.topics import is_topic

# MQIsdp is the name in MQTT 3.1: answered as an unsupported level rather than as garbage.
_PROTOCOL_NAMES = {b"MQTT", b"MQIsdp"}
_VERSIONS: dict[int, ProtocolVersion] = {version.value: version for version in ProtocolVersion}
_MAX_QOS = 2
_PLAIN_PUBACK, _PLAIN_PUBACK_BYTES = b"\x40\x02", 4
_NO_PROPERTIES = Properties()


class PacketParser:
    """Cuts one client's byte stream into packets, however the network has split it.

    A packet whose remaining length is above `max_packet_bytes` is malformed as soon as its header is there; so the
    parser never holds more than one packet of that size and what came behind it. `version` is 3.1.1 until a CONNECT
    says otherwise, also one whose rest is malformed.
    """

    def __init__(self, *, max_packet_bytes: int = MAX_REMAINING_LENGTH) -> None:
        self.version = ProtocolVersion.V311
        self._max_packet_bytes = max_packet_bytes
        self._buffer = bytearray()
        self._failure: MalformedPacket | None = None

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
            self._failure = error
            self._buffer.clear()
            raise

    def _next(self) -> Packet | None:
        if self._failure is not None:
            raise MalformedPacket(str(self._failure), code=self._failure.code)
        if (puback := self._take_plain_puback()) is not None:
            return puback
        header = self._header()
        if header is None:
            return None
        start, end = header
        if len(self._buffer) < end:
            return None
        first = self._buffer[0]
        body = Body(bytes(self._buffer[start:end]))
        del self._buffer[:end]
        if first == PacketType.CONNECT << 4:
            return self._decode_connect(body)
        return _decode(first, body, self.version)

    def _take_plain_puback(self) -> PubAck | None:
        """Return what a subscriber of QoS 1 sends most, without detours; None when the usual way is to be taken."""
        buffer = self._buffer
        if len(buffer) < _PLAIN_PUBACK_BYTES or not buffer.startswith(_PLAIN_PUBACK):
            return None
        packet_id = buffer[2] << 8 | buffer[3]
        if packet_id == 0:
            return None
        del buffer[:_PLAIN_PUBACK_BYTES]
        return PubAck(packet_id=packet_id)

    def _header(self) -> tuple[int, int] | None:
        """Return where the body begins and ends, None while the length is not whole."""
        buffer = self._buffer
        length = 0
        for position in range(1, min(len(buffer), LENGTH_BYTES + 1)):
            length |= (buffer[position] & 0x7F) << 7 * (position - 1)
            if buffer[position] < CONTINUES:
                if length > self._max_packet_bytes:
                    message = f"a packet of {length} bytes; {self._max_packet_bytes} are the limit"
                    raise MalformedPacket(message, code=ReasonCode.PACKET_TOO_LARGE)
                return position + 1, position + 1 + length
        if len(buffer) > LENGTH_BYTES:
            raise MalformedPacket("a remaining length of more than four bytes")
        return None

    def _decode_connect(self, body: Body) -> Connect | UnsupportedProtocol:
        if body.take_binary() not in _PROTOCOL_NAMES:
            raise MalformedPacket("a CONNECT of something that is not MQTT")
        level = body.take_byte()
        version = _VERSIONS.get(level)
        if version is None:
            return UnsupportedProtocol(level=level)
        self.version = version
        connect = _take_connect(body, version)
        body.take_end()
        return connect


def _decode(first: int, body: Body, version: ProtocolVersion) -> Packet:
    kind, flags = first >> 4, first & 0x0F
    if kind == PacketType.PUBLISH:
        return decode_publish(flags, body, version)
    decoder, required_flags = _DECODERS.get(kind, (None, 0))
    if decoder is None:
        message = f"a packet of type {kind}, which no client of QoS 0 and 1 sends"
        raise MalformedPacket(message, code=ReasonCode.PROTOCOL_ERROR if kind else ReasonCode.MALFORMED_PACKET)
    if flags != required_flags:
        raise MalformedPacket(f"a packet of type {kind} with flags {flags:#x}")
    packet = decoder(body, version)
    body.take_end()
    return packet


def _take_connect(body: Body, version: ProtocolVersion) -> Connect:
    flags = body.take_byte()
    _check_connect_flags(flags, version)
    keep_alive_s = body.take_number()
    properties = take_properties_of(body, version, CONNECT_PROPERTIES)
    return Connect(
        version=version,
        clean_session=bool(flags & 0x02),
        keep_alive_s=keep_alive_s,
        client_id=body.take_text(),
        will=_take_will(flags, body, version),
        username=body.take_text() if flags & 0x80 else None,
        password=body.take_binary() if flags & 0x40 else None,
        session_expiry_s=properties.numbers.get(Property.SESSION_EXPIRY, 0),
        receive_maximum=properties.numbers.get(Property.RECEIVE_MAXIMUM, LARGEST_RECEIVE_MAXIMUM),
        max_packet_bytes=properties.numbers.get(Property.MAXIMUM_PACKET_SIZE),
        authentication_method=properties.texts.get(Property.AUTHENTICATION_METHOD),
        user_properties=tuple(properties.user),
    )


def _check_connect_flags(flags: int, version: ProtocolVersion) -> None:
    has_will, will_qos, retains_will = flags & 0x04, flags >> 3 & 0x03, flags & 0x20
    if flags & 0x01:
        raise MalformedPacket("a CONNECT with its reserved flag set")
    if will_qos > _MAX_QOS or (not has_will and (will_qos or retains_will)):
        raise MalformedPacket("a CONNECT with contradicting will flags")
    if flags & 0x40 and not flags & 0x80 and version is ProtocolVersion.V311:
        raise MalformedPacket("a CONNECT with a password but no user name")


def take_properties_of(body: Body, version: ProtocolVersion, allowed: frozenset[Property]) -> Properties:
    """Read the properties at this place; MQTT 3.1.1 has none."""
    return take_properties(body, allowed) if version is ProtocolVersion.V5 else _NO_PROPERTIES


def _take_will(flags: int, body: Body, version: ProtocolVersion) -> Will | None:
    if not flags & 0x04:
        return None
    take_properties_of(body, version, WILL_PROPERTIES)
    return Will(topic=body.take_topic(), payload=body.take_binary(), qos=flags >> 3 & 0x03, retain=bool(flags & 0x20))


def decode_publish(flags: int, body: Body, version: ProtocolVersion) -> Publish:
    """Read a PUBLISH of any QoS; nobody here offers topic aliases."""
    qos, dup = flags >> 1 & 0x03, bool(flags & 0x08)
    if qos > _MAX_QOS or (dup and qos == 0):
        raise MalformedPacket(f"a PUBLISH with flags {flags:#x}")
    topic = body.take_text()
    packet_id = body.take_packet_id() if qos else None
    if Property.TOPIC_ALIAS in take_properties_of(body, version, PUBLISH_PROPERTIES).numbers:
        raise MalformedPacket("a PUBLISH with a topic alias", code=ReasonCode.TOPIC_ALIAS_INVALID)  # none was offered
    if not is_topic(topic):
        raise MalformedPacket("a topic that is empty or has a wildcard")
    return Publish(
        topic=topic,
        packet_id=packet_id,
        payload=body.take_rest(),
        qos=qos,
        retain=bool(flags & 0x01),
        dup=dup,
    )


def decode_puback(body: Body, version: ProtocolVersion) -> PubAck:
    """Read a PUBACK."""
    packet_id = body.take_packet_id()
    return PubAck(packet_id=packet_id, code=take_reason(body, version, PUBACK_PROPERTIES)[0])


def take_reason(body: Body, version: ProtocolVersion, allowed: frozenset[Property]) -> tuple[int, Properties]:
    """Return a reason code and properties, both of which a packet of MQTT 5 may leave out."""
    if version is ProtocolVersion.V311:
        return ReasonCode.SUCCESS, _NO_PROPERTIES
    code = ReasonCode.SUCCESS if body.is_at_end else body.take_byte()
    return code, _NO_PROPERTIES if body.is_at_end else take_properties(body, allowed)


def _decode_subscribe(body: Body, version: ProtocolVersion) -> Subscribe:
    packet_id = body.take_packet_id()
    properties = take_properties_of(body, version, SUBSCRIBE_PROPERTIES)
    subscriptions = [_take_subscription(body, version)]
    while not body.is_at_end:
        subscriptions.append(_take_subscription(body, version))
    identifier = properties.numbers.get(Property.SUBSCRIPTION_ID)
    return Subscribe(packet_id=packet_id, subscriptions=tuple(subscriptions), identifier=identifier)


def _take_subscription(body: Body, version: ProtocolVersion) -> Subscription:
    topic_filter, options = body.take_topic_filter(), body.take_byte()
    # MQTT 5: no local, retain as published and retain handling say nothing to a broker that keeps no messages.
    qos = options & 0x03 if version is ProtocolVersion.V5 else options
    if qos > _MAX_QOS or options & 0xC0 or options & 0x30 == 0x30:  # noqa: PLR2004 - both bits of retain handling
        raise MalformedPacket(f"a subscription with options {options:#x}")
    return Subscription(topic_filter=topic_filter, qos=qos)


def _decode_unsubscribe(body: Body, version: ProtocolVersion) -> Unsubscribe:
    packet_id = body.take_packet_id()
    take_properties_of(body, version, UNSUBSCRIBE_PROPERTIES)
    topic_filters = [body.take_topic_filter()]
    while not body.is_at_end:
        topic_filters.append(body.take_topic_filter())
    return Unsubscribe(packet_id=packet_id, topic_filters=tuple(topic_filters))


def _decode_pingreq(_body: Body, _version: ProtocolVersion) -> PingReq:
    return PingReq()


def _decode_disconnect(body: Body, version: ProtocolVersion) -> Disconnect:
    code, properties = take_reason(body, version, DISCONNECT_PROPERTIES)
    expiry_s, words = properties.numbers.get(Property.SESSION_EXPIRY), properties.texts.get(Property.REASON_STRING, "")
    return Disconnect(code=code, session_expiry_s=expiry_s, words=words)


_DECODERS: dict[int, tuple[Callable[[Body, ProtocolVersion], Packet], int]] = {
    PacketType.PUBACK: (decode_puback, 0),
    PacketType.SUBSCRIBE: (_decode_subscribe, 2),
    PacketType.UNSUBSCRIBE: (_decode_unsubscribe, 2),
    PacketType.PINGREQ: (_decode_pingreq, 0),
    PacketType.DISCONNECT: (_decode_disconnect, 0),
}
