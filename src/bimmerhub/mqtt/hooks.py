"""What a broker's owner decides and learns: limits, logins, topics, and why a session ended."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from bimmerhub.errors import ConfigError
from bimmerhub.mqtt.packets import Connect, ConnectAnswer, Publish, ReasonCode, Subscription

LAST_PACKET_ID = 0xFFFF


class CloseReason(StrEnum):
    """Why a connection ended."""

    CLIENT = "client"  # it said DISCONNECT
    LOST = "lost"  # its connection went away
    REFUSED = "refused"  # CONNACK with a code other than 0
    NO_CONNECT = "no-connect"  # silence where CONNECT was due
    MALFORMED = "malformed"
    PROTOCOL = "protocol"  # a good packet at a wrong time, or of a feature that the broker has not
    PUBLISH_REFUSED = "publish-refused"
    KEEP_ALIVE = "keep-alive"
    TOO_SLOW = "too-slow"
    EVICTED = "evicted"  # another session took its place
    EXPIRED = "expired"  # its login was good for a limited time
    SERVER = "server"  # by a person or a program on the server's side
    SHUTDOWN = "shutdown"


GOODBYES: Mapping[CloseReason, ReasonCode] = {
    CloseReason.MALFORMED: ReasonCode.MALFORMED_PACKET,
    CloseReason.PROTOCOL: ReasonCode.PROTOCOL_ERROR,
    CloseReason.PUBLISH_REFUSED: ReasonCode.NOT_AUTHORIZED,
    CloseReason.KEEP_ALIVE: ReasonCode.KEEP_ALIVE_TIMEOUT,
    CloseReason.TOO_SLOW: ReasonCode.QUOTA_EXCEEDED,
    CloseReason.EVICTED: ReasonCode.SESSION_TAKEN_OVER,
    CloseReason.EXPIRED: ReasonCode.NOT_AUTHORIZED,
    CloseReason.SERVER: ReasonCode.ADMINISTRATIVE_ACTION,
    CloseReason.SHUTDOWN: ReasonCode.SERVER_SHUTTING_DOWN,
}
"""What a client of MQTT 5 is told when its session ends; MQTT 3.1.1 has no such packet."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BrokerSettings:
    """Limits of a broker. Seconds are those of the event loop."""

    max_packet_bytes: int = 262_144
    """Largest packet taken from a client, without its header."""
    max_pending_bytes: int = 8_388_608
    """What may wait for one client beside the transport's own buffer; beyond it the session is closed as too slow."""
    max_unacknowledged: int = 32_768
    """QoS 1 messages that one client may leave without PUBACK, 1 to 65,535; beyond it is too slow.

    Those that an MQTT 5 client's receive maximum holds back count too. `drain` waits for a client that has reached
    half of it.
    """
    max_subscriptions: int = 1_000
    """Topic filters of one session; more are refused in SUBACK."""
    connect_timeout_s: float = 20
    """For the TLS handshake, and again for CONNECT to come."""
    keep_alive_factor: float | None = 1.5
    """A client is closed after this many times its keep-alive without a packet [MQTT-3.1.2-24]; None never closes."""
    keep_alive_cap_s: int | None = None
    """Reckon with at most this keep-alive whatever the client promised, "none" included; None believes the client.

    An MQTT 5 client is told in CONNACK.
    """
    stall_timeout_s: float = 30
    """How long a client may be behind without a break before it counts as too slow; so `drain` has a deadline."""
    close_timeout_s: float = 1
    """For a client to take its last bytes and answer the end of TLS; then it is cut."""

    def __post_init__(self) -> None:
        if not 0 < self.max_unacknowledged <= LAST_PACKET_ID:
            raise ConfigError(f"max_unacknowledged is 1 to {LAST_PACKET_ID}, not {self.max_unacknowledged}")


class Peer(Protocol):
    """What hooks see of a session. `client_id` and `username` are there from `authenticate` on."""

    client_id: str
    username: str | None

    @property
    def address(self) -> str:
        """The address of the client's machine, "" when it is not known."""
        ...

    @property
    def is_open(self) -> bool:
        """Whether the login was accepted and nothing has ended the session since."""
        ...

    def close(self, reason: CloseReason, code: ReasonCode | None = None) -> None:
        """End the session; MQTT 5 is told `code`, or what GOODBYES has for `reason`."""
        ...

    def abort(self, reason: CloseReason) -> None:
        """End the session and its connection at once, without a word."""
        ...


class BrokerHooks(Protocol):
    """What a broker asks and tells, on the event loop: all must be quick. Subclass it for the defaults."""

    def authenticate(self, session: Peer, connect: Connect) -> ConnectAnswer | None:
        """Decide a login. ACCEPTED is final: the session exists from then on, until `session_ended`.

        None never answers: the connection stays until the client gives up.
        """
        ...

    def authorize(self, session: Peer, subscription: Subscription) -> int:
        """Decide one topic filter: 0 or 1, the highest QoS to grant, or a ReasonCode from 128 on to refuse.

        MQTT 3.1.1 knows 128 only and gets that.
        """
        ...

    def accept_publish(self, session: Peer, message: Publish) -> bool:  # noqa: ARG002 - a default, others use them
        """Take a client's message, or return False to close the session, as this default does.

        Nobody gets the message unless the hook calls `Broker.publish`.
        """
        return False

    def answers_ping(self, session: Peer) -> bool:  # noqa: ARG002 - a default, others use it
        """Answer a client's PINGREQ, as this default does, or return False to leave the client in doubt."""
        return True

    def session_heard(self, session: Peer) -> None:  # noqa: ARG002 - a default, others use it
        """Learn that an accepted session has sent something."""
        return

    def session_ended(self, session: Peer, reason: CloseReason) -> None:  # noqa: ARG002 - a default, others use it
        """Learn that an accepted session is over; called once for each."""
        return
