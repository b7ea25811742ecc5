"""The state of one account's connection to BMW, in words for a person; the same for streams and for what is polled."""

from dataclasses import dataclass
from enum import StrEnum

from bimmerhub.domain.account.family import Family


class LinkState(StrEnum):
    """Where the connection is; only CONNECTED receives values.

    SIGNED_OUT: a person has to sign in. POLLING: there is no stream, so BMW is asked now and then.
    """

    SIGNED_OUT = "signed_out"
    CONNECTING = "connecting"
    CONNECTED = "connected"
    POLLING = "polling"
    WAITING = "waiting"
    REFUSED = "refused"
    STOPPED = "stopped"


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """One account's link. `reason` says what happened last, `hint` what a person can do, None when nothing is needed.

    `since_ms` is when this state began; `last_message_at_ms` when the last message came, None before the first;
    `listening_since_ms` when it first connected since the hub started; `messages` counts those since then. A connected
    link that is silent is normal: cars sleep.
    `failures` counts the attempts that failed in a row; `next_try_at_ms` is when the next one is made, None when none
    is waited for. `refresh_expires_at_ms` is when the sign-in expires unless BMW renews it before, None while
    unknown; `token_warning` says so in words once it is near, else None.
    `overruns` counts how often BMW ended the connection because this machine did not keep up; the last time was at
    `overrun_at_ms`. What BMW had still to send then is lost, and it does not say how much.
    """

    account: str
    family: Family
    state: LinkState
    reason: str
    hint: str | None
    since_ms: int
    last_message_at_ms: int | None = None
    messages: int = 0
    listening_since_ms: int | None = None
    failures: int = 0
    next_try_at_ms: int | None = None
    refresh_expires_at_ms: int | None = None
    token_warning: str | None = None
    overruns: int = 0
    overrun_at_ms: int | None = None
