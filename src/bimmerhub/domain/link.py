"""The state of one account's connection to BMW's stream, in words for a person."""

from dataclasses import dataclass
from enum import StrEnum


class LinkState(StrEnum):
    """Where the connection is; only CONNECTED receives values."""

    SIGNED_OUT = "signed_out"
    CONNECTING = "connecting"
    CONNECTED = "connected"
    WAITING = "waiting"
    REFUSED = "refused"
    STOPPED = "stopped"


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """One account's link. `reason` says what happened last, `hint` what a person can do, None when nothing is needed.

    `since_ms` is when this state began; `last_message_at_ms` when the last message came, None before the first.
    `messages` counts those since the hub started. A connected link that is silent is normal: cars sleep.
    """

    account: str
    state: LinkState
    reason: str
    hint: str | None
    since_ms: int
    last_message_at_ms: int | None = None
    messages: int = 0
