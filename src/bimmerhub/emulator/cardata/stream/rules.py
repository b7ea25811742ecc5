"""The rules of BMW's broker at this moment: its settings, and the faults that are on.

Pure but for the clock behind `Faults`: which login is refused, what a subscription is granted, and when a session ends.
"""

from dataclasses import dataclass
from typing import Literal

from bimmerhub.emulator.faults.switches import FAULTS, Area, Faults
from bimmerhub.ids import Gcid
from bimmerhub.mqtt.hooks import CloseReason, Peer
from bimmerhub.mqtt.packets import ConnectAnswer, ReasonCode

MINUTE_MS = 60_000
DAY_MS = 86_400_000
NEVER_MS = 2**62
NIGHT_BEGINS_MS = (3 * 60 + 26) * MINUTE_MS
NIGHT_ENDS_MS = (4 * 60 + 39) * MINUTE_MS
KEEP_ALIVE_FACTOR = 1.5  # MQTT's own rule [MQTT-3.1.2-24]

_REFUSALS = {
    "logins-refused": ConnectAnswer.NOT_AUTHORIZED,
    "bad-credentials": ConnectAnswer.BAD_CREDENTIALS,
    "too-many-connects": ConnectAnswer.QUOTA_EXCEEDED,
    "broker-unavailable": ConnectAnswer.SERVER_UNAVAILABLE,
    "client-id-refused": ConnectAnswer.CLIENT_ID_INVALID,
    "unspecified-error": ConnectAnswer.UNSPECIFIED,
}
_CHANGING = frozenset(name for name, fault in FAULTS.items() if fault.area is Area.STREAM)

SecondSession = Literal["evict-old", "refuse-new"]


@dataclass(frozen=True, slots=True, kw_only=True)
class IdToken:
    """What the stream reads of an id token that the emulator signed. It may be dead already: see `expires_at_ms`."""

    gcid: Gcid
    expires_at_ms: int
    may_stream: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class StreamSettings:
    """The broker's rules that can be changed; a fault of the same name goes before them while it is on.

    `second_session` says what a second connection of an account does: "evict-old" ends the first, "refuse-new" is
    refused (both observed). `keeps_alive_rule` closes a client after one and a half times its keep-alive without a
    packet; with `keep_alive_cap_s` a longer keep-alive counts as that many seconds (50 gives the drops each 75 s that
    clients with 60 and 120 s observed; nobody is told of the cap). More than `connects_per_minute` of one account are
    refused by 151, in MQTT 3.1.1 by 5 (that 5 is inferred); None: no limit. `has_stream` False refuses every
    subscription, as when no stream is configured in the portal. All times go by the emulator's clock.
    """

    second_session: SecondSession = "evict-old"
    keeps_alive_rule: bool = False
    keep_alive_cap_s: int | None = None
    connects_per_minute: int | None = None
    has_stream: bool = True


@dataclass(slots=True, kw_only=True, eq=False)
class Listener:
    """One session and when (milliseconds since 1970 UTC) it began, was heard last, and got a message last."""

    session: Peer
    token: IdToken
    keep_alive_s: int
    connected_ms: int
    heard_ms: int
    spoken_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Ending:
    """How a session ends when its time has come; `code` None is the usual one of `reason`.

    A silent one just cuts the connection. `fault` is what ends it.
    """

    reason: CloseReason
    code: ReasonCode | None = None
    is_silent: bool = False
    fault: str | None = None


# Not authorised is what BMW's DISCONNECT was seen to say about expiry and about another session (clients 2025-2026, who
# could not tell one from the other); that it is said at the token's end is inferred.
_EXPIRED = Ending(reason=CloseReason.EXPIRED, code=ReasonCode.NOT_AUTHORIZED)
_RIVAL = Ending(reason=CloseReason.EVICTED, code=ReasonCode.NOT_AUTHORIZED, fault="rival")
_IDLE = Ending(reason=CloseReason.SERVER, is_silent=True, fault="idle-cut")
_CUT = Ending(reason=CloseReason.SERVER, is_silent=True, fault="connections-cut")
_SPENT = Ending(reason=CloseReason.SERVER, code=ReasonCode.QUOTA_EXCEEDED, fault="quota-cut")
_UNHEARD = Ending(reason=CloseReason.KEEP_ALIVE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """How long sessions live, in milliseconds; None: for ever. Seconds of keep-alive above the cap count as the cap."""

    rival_ms: int | None = None
    idle_ms: int | None = None
    life_ms: int | None = None
    quota_ms: int | None = None
    keeps_alive: bool = False
    keep_alive_cap_s: float | None = None

    def end_of(self, listener: Listener) -> tuple[int, Ending]:
        """Return when a session ends if nothing more happens, and how."""
        ends = [(listener.token.expires_at_ms, _EXPIRED)]
        if self.rival_ms is not None:
            ends.append((listener.connected_ms + self.rival_ms, _RIVAL))
        if self.idle_ms is not None:
            ends.append((listener.spoken_ms + self.idle_ms, _IDLE))
        if self.life_ms is not None:
            ends.append((listener.connected_ms + self.life_ms, _CUT))
        if self.quota_ms is not None:
            ends.append((listener.connected_ms + self.quota_ms, _SPENT))
        if self.keeps_alive and (kept_s := self._kept_s(listener.keep_alive_s)):
            ends.append((listener.heard_ms + int(kept_s * KEEP_ALIVE_FACTOR * 1000), _UNHEARD))
        return min(ends, key=lambda end: end[0])

    def _kept_s(self, promised_s: int) -> float:
        if self.keep_alive_cap_s is None:
            return promised_s
        return min(promised_s or self.keep_alive_cap_s, self.keep_alive_cap_s)


class StreamRules:
    """What holds now."""

    def __init__(self, settings: StreamSettings, faults: Faults) -> None:
        self._settings = settings
        self._faults = faults

    def refusal(self, now_ms: int) -> ConnectAnswer | None:
        """Return why a login is refused whoever it is, None when it is not; uses a fault once."""
        if NIGHT_BEGINS_MS <= now_ms % DAY_MS < NIGHT_ENDS_MS and self._faults.take("night-refusals"):
            return ConnectAnswer.NOT_AUTHORIZED
        return next((answer for name, answer in _REFUSALS.items() if self._faults.take(name)), None)

    def second_session(self) -> SecondSession:
        """Return what a second login of an account does now."""
        if self._faults.is_on("refuse-new"):
            return "refuse-new"
        return "evict-old" if self._faults.is_on("evict-old") else self._settings.second_session

    def is_rivals_turn(self, now_ms: int) -> bool:
        """Tell whether another program has the one session, where a second one is refused.

        It has it every second time of so many seconds, unless a session was there before.
        """
        rival_ms = self._ms("rival")
        return rival_ms is not None and self.second_session() == "refuse-new" and now_ms // max(rival_ms, 1) % 2 == 1

    def is_hasty(self, now_ms: int, *, left_ms: int | None) -> bool:
        """Tell whether a login comes too soon after the account's last session, which ended at `left_ms`.

        Uses the fault once when it does.
        """
        pause_ms = self._ms("hasty-logins-refused")
        is_soon = pause_ms is not None and left_ms is not None and now_ms < left_ms + pause_ms
        return is_soon and self._faults.take("hasty-logins-refused")

    def is_half_open(self) -> bool:
        """Tell whether connections only seem to be there: neither a message nor an answer to PINGREQ comes."""
        return self._faults.is_on("half-open")

    def granted(self) -> int:
        """Return the QoS that one's own topics are granted, or why they are not; uses a fault once."""
        if not self._settings.has_stream or self._faults.take("no-stream-configured"):
            return ReasonCode.UNSPECIFIED
        return 0 if self._faults.take("qos-0-only") else 1

    def limits(self) -> Limits:
        """Return how long sessions live."""
        cap_s = self._faults.value("keep-alive-rule")
        return Limits(
            rival_ms=self._ms("rival") if self.second_session() == "evict-old" else None,
            idle_ms=self._ms("idle-cut"),
            life_ms=self._ms("connections-cut"),
            quota_ms=self._ms("quota-cut"),
            keeps_alive=self._settings.keeps_alive_rule or cap_s is not None,
            keep_alive_cap_s=self._settings.keep_alive_cap_s if cap_s is None else cap_s,
        )

    def next_change_ms(self, now_ms: int) -> int:
        """Return when a fault of the stream goes on or off by itself, NEVER_MS when none does."""
        switches = (each for each in self._faults.switches() if each.name in _CHANGING)
        times = (at_ms for each in switches for at_ms in (each.from_ms, each.until_ms) if at_ms is not None)
        return min((at_ms for at_ms in times if at_ms > now_ms), default=NEVER_MS)

    def _ms(self, name: str) -> int | None:
        value = self._faults.value(name)
        return None if value is None else int(value * 1000)
