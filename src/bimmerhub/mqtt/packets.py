"""MQTT's packets as values, of 3.1.1 and 5 alike, and the codes that go with them.

What only MQTT 5 has comes with the value that its absence means. Source of every rule in this package: OASIS MQTT 3.1.1
and OASIS MQTT 5.0; `[MQTT-x]` is a standard's own number of a rule.
"""

from dataclasses import dataclass, field
from enum import Enum, IntEnum

from bimmerhub.errors import BimmerhubError

SUBSCRIPTION_REFUSED = 0x80
LARGEST_RECEIVE_MAXIMUM = 65_535


class ProtocolVersion(IntEnum):
    """The protocol level in CONNECT."""

    V311 = 4
    V5 = 5


class PacketType(IntEnum):
    """The upper four bits of a packet's first byte."""

    CONNECT = 1
    CONNACK = 2
    PUBLISH = 3
    PUBACK = 4
    PUBREC = 5
    PUBREL = 6
    PUBCOMP = 7
    SUBSCRIBE = 8
    SUBACK = 9
    UNSUBSCRIBE = 10
    UNSUBACK = 11
    PINGREQ = 12
    PINGRESP = 13
    DISCONNECT = 14
    AUTH = 15


class ReasonCode(IntEnum):
    """What MQTT 5 says about how something went; 128 and above are failures. MQTT 3.1.1 knows 128 in SUBACK only."""

    SUCCESS = 0
    NO_SUBSCRIPTION_EXISTED = 17
    UNSPECIFIED = 128
    MALFORMED_PACKET = 129
    PROTOCOL_ERROR = 130
    UNSUPPORTED_PROTOCOL_VERSION = 132
    CLIENT_ID_INVALID = 133
    BAD_CREDENTIALS = 134
    NOT_AUTHORIZED = 135
    SERVER_UNAVAILABLE = 136
    SERVER_SHUTTING_DOWN = 139
    BAD_AUTHENTICATION_METHOD = 140
    KEEP_ALIVE_TIMEOUT = 141
    SESSION_TAKEN_OVER = 142
    TOPIC_FILTER_INVALID = 143
    RECEIVE_MAXIMUM_EXCEEDED = 147
    TOPIC_ALIAS_INVALID = 148
    PACKET_TOO_LARGE = 149
    QUOTA_EXCEEDED = 151
    ADMINISTRATIVE_ACTION = 152
    RETAIN_NOT_SUPPORTED = 154
    QOS_NOT_SUPPORTED = 155
    SHARED_SUBSCRIPTIONS_NOT_SUPPORTED = 158
    SUBSCRIPTION_IDS_NOT_SUPPORTED = 161


class ConnectAnswer(Enum):
    """The answer to CONNECT: one decision, with its code in MQTT 3.1.1 and in MQTT 5.

    3.1.1 has no words for an exceeded quota and for no reason at all; both are "not authorised" there.
    """

    ACCEPTED = (0, ReasonCode.SUCCESS)
    UNSUPPORTED_VERSION = (1, ReasonCode.UNSUPPORTED_PROTOCOL_VERSION)
    CLIENT_ID_INVALID = (2, ReasonCode.CLIENT_ID_INVALID)
    SERVER_UNAVAILABLE = (3, ReasonCode.SERVER_UNAVAILABLE)
    BAD_CREDENTIALS = (4, ReasonCode.BAD_CREDENTIALS)
    NOT_AUTHORIZED = (5, ReasonCode.NOT_AUTHORIZED)
    QUOTA_EXCEEDED = (5, ReasonCode.QUOTA_EXCEEDED)
    UNSPECIFIED = (5, ReasonCode.UNSPECIFIED)

    def code(self, version: ProtocolVersion) -> int:
        """Return the byte that says it."""
        return self.value[version is ProtocolVersion.V5]


class MalformedPacket(BimmerhubError):
    """Bytes that are no MQTT packet this end may get; the connection that sent them has to be closed [MQTT-4.8.0-1].

    `code` is MQTT 5's word for what is wrong.
    """

    def __init__(self, message: str, *, code: ReasonCode = ReasonCode.MALFORMED_PACKET) -> None:
        super().__init__(message)
        self.code = code


@dataclass(frozen=True, slots=True, kw_only=True)
class Will:
    """The message a client wants sent when it is lost."""

    topic: str
    payload: bytes
    qos: int
    retain: bool


UserProperties = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Connect:
    """A client's first packet. `keep_alive_s` 0 means that the client does not promise to be heard.

    From `session_expiry_s` on MQTT 5 only: seconds the client wants its session kept, QoS 1 messages it takes without
    having acknowledged them, the largest packet it takes (whole, in bytes; None: any), a way of login beside user and
    password, and what it wants to say about itself.
    """

    client_id: str
    clean_session: bool
    keep_alive_s: int
    username: str | None = None
    password: bytes | None = field(default=None, repr=False)
    will: Will | None = None
    version: ProtocolVersion = ProtocolVersion.V311
    session_expiry_s: int = 0
    receive_maximum: int = LARGEST_RECEIVE_MAXIMUM
    max_packet_bytes: int | None = None
    authentication_method: str | None = None
    user_properties: UserProperties = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ConnAck:
    """The answer to CONNECT. `code` is the server's own number: 0 is yes, whatever else it is means no.

    From `words` on MQTT 5 only: the reason in words, the id for a client that came without one, the keep-alive that the
    client has to use instead of its own, and what the server takes: QoS 1 messages that it has not acknowledged yet,
    the highest QoS, the largest packet (whole, in bytes; None: any), retained messages.
    """

    code: int
    session_present: bool = False
    words: str = ""
    assigned_client_id: str | None = None
    server_keep_alive_s: int | None = None
    receive_maximum: int = LARGEST_RECEIVE_MAXIMUM
    maximum_qos: int = 2
    max_packet_bytes: int | None = None
    retain_available: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class UnsupportedProtocol:
    """A CONNECT of another version of MQTT: `level` is 3 for 3.1. Nothing behind the level was read."""

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
    """The receiver's thanks for one QoS 1 message; in MQTT 5 it may be a refusal."""

    packet_id: int
    code: int = ReasonCode.SUCCESS


@dataclass(frozen=True, slots=True, kw_only=True)
class Subscription:
    """One topic filter of a SUBSCRIBE with the highest QoS the client wants."""

    topic_filter: str
    qos: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Subscribe:
    """A wish to receive; it has at least one subscription. `identifier` is MQTT 5's, if the client gave one."""

    packet_id: int
    subscriptions: tuple[Subscription, ...]
    identifier: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SubAck:
    """The answer to SUBSCRIBE: per filter, in its order, the QoS granted or (128 and above) why not."""

    packet_id: int
    codes: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Unsubscribe:
    """The end of at least one subscription."""

    packet_id: int
    topic_filters: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class UnsubAck:
    """The answer to UNSUBSCRIBE; MQTT 3.1.1 gives no codes."""

    packet_id: int
    codes: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class PingReq:
    """A sign of life that wants an answer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PingResp:
    """The answer to PINGREQ."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Disconnect:
    """A polite good-bye; in MQTT 5 it may give a reason, in words too, and a client another time to keep the session.

    Only MQTT 5 has it from a server.
    """

    code: int = ReasonCode.SUCCESS
    session_expiry_s: int | None = None
    words: str = ""


Packet = Connect | UnsupportedProtocol | Publish | PubAck | Subscribe | Unsubscribe | PingReq | Disconnect
"""What a server reads."""

ServerPacket = ConnAck | Publish | PubAck | SubAck | UnsubAck | PingResp | Disconnect
"""What a client reads."""
