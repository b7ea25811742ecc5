"""What to do after the stream was refused or lost: how long to wait, and what to tell the person. Pure.

The same code means different things at different moments, and BMW never says which: `Losses` remembers enough to tell.
Codes are MQTT 5's. Causes as observed by clients 2025-2026.
"""

import random
from collections import deque
from dataclasses import dataclass

from bimmerhub.bmw.mqtt import ConnectionLost
from bimmerhub.domain.link import LinkState

BAD_CREDENTIALS, NOT_AUTHORISED, TOO_MANY_CONNECTS = 134, 135, 151
FIRST_PAUSE_S, LONGEST_PAUSE_S = 2.0, 300.0
AFTER_REFUSAL_S = 10.0
AFTER_TOO_MANY_S = 60.0
AFTER_RIVAL_S = 300.0
AFTER_NO_STREAM_S = 1_800.0
RIVAL_LOSSES, RIVAL_WITHIN_MS = 4, 60_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Reaction:
    """Wait `pause_s`, with a new token when `needs_refresh`; meanwhile the link is in `state` for `reason`."""

    state: LinkState
    reason: str
    hint: str | None
    pause_s: float
    needs_refresh: bool = False


class Losses:
    """The losses since data last came. Owned by one stream."""

    def __init__(self, jitter: random.Random) -> None:
        self._jitter = jitter
        self._count = 0
        self._recent_ms: deque[int] = deque(maxlen=RIVAL_LOSSES)

    def forget(self) -> None:
        """Data has come: the next pause is a short one again."""
        self._count = 0

    def react(self, lost: ConnectionLost, *, now_ms: int) -> Reaction:
        """Return what to do after one more loss."""
        self._count += 1
        if lost.stage == "subscribe" and lost.code is not None:
            return Reaction(
                state=LinkState.REFUSED,
                reason="BMW refuses the subscription: no stream is configured for this account",
                hint="In BMW's portal switch on CarData Stream, choose Configure data stream, tick keys and save; "
                "when it says ready, sign in again.",
                pause_s=AFTER_NO_STREAM_S,
            )
        if lost.code == TOO_MANY_CONNECTS:
            return self._waiting("BMW counts too many connects", floor_s=AFTER_TOO_MANY_S)
        if lost.stage == "connected" or lost.code == NOT_AUTHORISED:
            self._recent_ms.append(now_ms)
        if len(self._recent_ms) == RIVAL_LOSSES and now_ms - self._recent_ms[0] <= RIVAL_WITHIN_MS:
            self._recent_ms.clear()
            return Reaction(
                state=LinkState.REFUSED,
                reason="another program uses this account's stream; BMW allows one",
                hint="Stop the other program (Home Assistant, evcc, ioBroker …) or let it read from bimmerhub.",
                pause_s=AFTER_RIVAL_S,
            )
        if lost.code in (BAD_CREDENTIALS, NOT_AUTHORISED):
            return self._refused(lost)
        if lost.stage == "overrun":
            return self._waiting(str(lost), floor_s=0)
        return self._waiting(
            "the connection was lost" if lost.stage == "connected" else "BMW does not take connections"
        )

    def unavailable(self, reason: str) -> Reaction:
        """Return what to do when not even a token can be had now."""
        self._count += 1
        return self._waiting(reason)

    def _refused(self, lost: ConnectionLost) -> Reaction:
        is_first = self._count == 1
        return Reaction(
            state=LinkState.WAITING,
            reason=f"BMW refused the connection ({lost.code})" + ("; trying with a new token" if is_first else ""),
            hint=None
            if is_first
            else "Refusals at night pass by themselves. If this lasts, sign in again: bimmerhub login",
            pause_s=self._pause_s(0 if is_first else AFTER_REFUSAL_S),
            needs_refresh=True,
        )

    def _waiting(self, reason: str, *, floor_s: float = 0) -> Reaction:
        return Reaction(state=LinkState.WAITING, reason=reason, hint=None, pause_s=self._pause_s(floor_s))

    def _pause_s(self, floor_s: float) -> float:
        ceiling_s = min(FIRST_PAUSE_S * 2 ** min(self._count - 1, 16), LONGEST_PAUSE_S)
        return floor_s + self._jitter.uniform(0, ceiling_s)
