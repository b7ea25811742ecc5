"""The properties of MQTT 5's packets: read and written."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import IntEnum

from bimmerhub.mqtt.packet_body import Body
from bimmerhub.mqtt.packets import MalformedPacket, ReasonCode

MAX_REMAINING_LENGTH = 268_435_455


class Property(IntEnum):
    """The identifier of a property."""

    PAYLOAD_FORMAT = 0x01
    MESSAGE_EXPIRY = 0x02
    CONTENT_TYPE = 0x03
    RESPONSE_TOPIC = 0x08
    CORRELATION_DATA = 0x09
    SUBSCRIPTION_ID = 0x0B
    SESSION_EXPIRY = 0x11
    ASSIGNED_CLIENT_ID = 0x12
    SERVER_KEEP_ALIVE = 0x13
    AUTHENTICATION_METHOD = 0x15
    AUTHENTICATION_DATA = 0x16
    REQUEST_PROBLEM_INFORMATION = 0x17
    WILL_DELAY = 0x18
    REQUEST_RESPONSE_INFORMATION = 0x19
    RESPONSE_INFORMATION = 0x1A
    SERVER_REFERENCE = 0x1C
    REASON_STRING = 0x1F
    RECEIVE_MAXIMUM = 0x21
    TOPIC_ALIAS_MAXIMUM = 0x22
    TOPIC_ALIAS = 0x23
    MAXIMUM_QOS = 0x24
    RETAIN_AVAILABLE = 0x25
    USER = 0x26
    MAXIMUM_PACKET_SIZE = 0x27
    WILDCARD_SUBSCRIPTION_AVAILABLE = 0x28
    SUBSCRIPTION_ID_AVAILABLE = 0x29
    SHARED_SUBSCRIPTION_AVAILABLE = 0x2A


CONNECT_PROPERTIES = frozenset(
    {
        Property.SESSION_EXPIRY,
        Property.AUTHENTICATION_METHOD,
        Property.AUTHENTICATION_DATA,
        Property.REQUEST_PROBLEM_INFORMATION,
        Property.REQUEST_RESPONSE_INFORMATION,
        Property.RECEIVE_MAXIMUM,
        Property.TOPIC_ALIAS_MAXIMUM,
        Property.USER,
        Property.MAXIMUM_PACKET_SIZE,
    }
)
PUBLISH_PROPERTIES = frozenset(
    {
        Property.PAYLOAD_FORMAT,
        Property.MESSAGE_EXPIRY,
        Property.CONTENT_TYPE,
        Property.RESPONSE_TOPIC,
        Property.CORRELATION_DATA,
        Property.TOPIC_ALIAS,
        Property.USER,
    }
)
WILL_PROPERTIES = PUBLISH_PROPERTIES - {Property.TOPIC_ALIAS} | {Property.WILL_DELAY}
PUBACK_PROPERTIES = frozenset({Property.REASON_STRING, Property.USER})
SUBSCRIBE_PROPERTIES = frozenset({Property.SUBSCRIPTION_ID, Property.USER})
UNSUBSCRIBE_PROPERTIES = frozenset({Property.USER})
DISCONNECT_PROPERTIES = frozenset({Property.SESSION_EXPIRY, Property.REASON_STRING, Property.USER})
CONNACK_PROPERTIES = frozenset(
    {
        Property.SESSION_EXPIRY,
        Property.RECEIVE_MAXIMUM,
        Property.MAXIMUM_QOS,
        Property.RETAIN_AVAILABLE,
        Property.MAXIMUM_PACKET_SIZE,
        Property.ASSIGNED_CLIENT_ID,
        Property.TOPIC_ALIAS_MAXIMUM,
        Property.REASON_STRING,
        Property.USER,
        Property.WILDCARD_SUBSCRIPTION_AVAILABLE,
        Property.SUBSCRIPTION_ID_AVAILABLE,
        Property.SHARED_SUBSCRIPTION_AVAILABLE,
        Property.SERVER_KEEP_ALIVE,
        Property.RESPONSE_INFORMATION,
        Property.SERVER_REFERENCE,
        Property.AUTHENTICATION_METHOD,
        Property.AUTHENTICATION_DATA,
    }
)
ANSWER_PROPERTIES = frozenset({Property.REASON_STRING, Property.USER})
"""Of SUBACK and UNSUBACK."""
SERVER_DISCONNECT_PROPERTIES = frozenset({Property.REASON_STRING, Property.USER, Property.SERVER_REFERENCE})

_FLAGS = {
    Property.PAYLOAD_FORMAT,
    Property.REQUEST_PROBLEM_INFORMATION,
    Property.REQUEST_RESPONSE_INFORMATION,
    Property.MAXIMUM_QOS,
    Property.RETAIN_AVAILABLE,
    Property.WILDCARD_SUBSCRIPTION_AVAILABLE,
    Property.SUBSCRIPTION_ID_AVAILABLE,
    Property.SHARED_SUBSCRIPTION_AVAILABLE,
}
_NEVER_ZERO = {Property.RECEIVE_MAXIMUM, Property.MAXIMUM_PACKET_SIZE, Property.SUBSCRIPTION_ID}
_NUMBERS: dict[Property, Callable[[Body], int]] = {
    Property.PAYLOAD_FORMAT: Body.take_byte,
    Property.MESSAGE_EXPIRY: lambda body: body.take_number(4),
    Property.SUBSCRIPTION_ID: Body.take_variable_number,
    Property.SESSION_EXPIRY: lambda body: body.take_number(4),
    Property.REQUEST_PROBLEM_INFORMATION: Body.take_byte,
    Property.WILL_DELAY: lambda body: body.take_number(4),
    Property.REQUEST_RESPONSE_INFORMATION: Body.take_byte,
    Property.RECEIVE_MAXIMUM: Body.take_number,
    Property.TOPIC_ALIAS_MAXIMUM: Body.take_number,
    Property.TOPIC_ALIAS: Body.take_number,
    Property.MAXIMUM_PACKET_SIZE: lambda body: body.take_number(4),
    Property.SERVER_KEEP_ALIVE: Body.take_number,
    Property.MAXIMUM_QOS: Body.take_byte,
    Property.RETAIN_AVAILABLE: Body.take_byte,
    Property.WILDCARD_SUBSCRIPTION_AVAILABLE: Body.take_byte,
    Property.SUBSCRIPTION_ID_AVAILABLE: Body.take_byte,
    Property.SHARED_SUBSCRIPTION_AVAILABLE: Body.take_byte,
}
_BINARY = {Property.CORRELATION_DATA, Property.AUTHENTICATION_DATA}


@dataclass(slots=True, kw_only=True)
class Properties:
    """The properties of one packet; binary ones are checked and forgotten, nobody asks for them."""

    numbers: dict[Property, int] = field(default_factory=dict)
    texts: dict[Property, str] = field(default_factory=dict)
    user: list[tuple[str, str]] = field(default_factory=list)


def take_properties(body: Body, allowed: frozenset[Property]) -> Properties:
    """Read the properties at this place of a packet that may have those of `allowed`."""
    part = Body(body.take(body.take_variable_number()))
    properties, seen = Properties(), set[Property]()
    while not part.is_at_end:
        identifier = part.take_variable_number()
        if identifier not in allowed:
            raise MalformedPacket(f"a property of number {identifier:#x} where none is")
        name = Property(identifier)
        if name is Property.USER:
            properties.user.append((part.take_text(), part.take_text()))
        elif name in seen:
            raise MalformedPacket(f"two properties of number {name:#x}", code=ReasonCode.PROTOCOL_ERROR)
        else:
            _take_value(name, part, properties)
        seen.add(name)
    return properties


def _take_value(name: Property, part: Body, properties: Properties) -> None:
    if name in _BINARY:
        part.take_binary()
    elif name in _NUMBERS:
        value = properties.numbers[name] = _NUMBERS[name](part)
        if (name in _FLAGS and value > 1) or (name in _NEVER_ZERO and value == 0):
            raise MalformedPacket(f"a property of number {name:#x} that is {value}", code=ReasonCode.PROTOCOL_ERROR)
    else:
        properties.texts[name] = part.take_text()


_ONE_BYTE = {
    Property.MAXIMUM_QOS,
    Property.RETAIN_AVAILABLE,
    Property.SUBSCRIPTION_ID_AVAILABLE,
    Property.SHARED_SUBSCRIPTION_AVAILABLE,
}
_FOUR_BYTES = {Property.SESSION_EXPIRY, Property.MAXIMUM_PACKET_SIZE}


def encode_properties(properties: Mapping[Property, int | str]) -> bytes:
    """Return properties with their length; texts, and numbers in the size of CONNACK's properties."""
    body = b"".join(bytes((name,)) + _encode_value(name, value) for name, value in properties.items())
    return encode_length(len(body)) + body


def _encode_value(name: Property, value: int | str) -> bytes:
    if isinstance(value, str):
        encoded = value.encode()
        return len(encoded).to_bytes(2, "big") + encoded
    return value.to_bytes(1 if name in _ONE_BYTE else 4 if name in _FOUR_BYTES else 2, "big")


def encode_length(length: int) -> bytes:
    """Return a number of one to four bytes, seven bits in each; ValueError when it does not fit."""
    if length > MAX_REMAINING_LENGTH:
        raise ValueError(f"a packet of {length} bytes is more than MQTT can carry")
    encoded = bytearray()
    while length > 0x7F:  # noqa: PLR2004 - seven bits a byte
        encoded.append(length & 0x7F | 0x80)
        length >>= 7
    encoded.append(length)
    return bytes(encoded)
