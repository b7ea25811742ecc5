"""The rules of BMW's broker at this moment: its settings, and the faults that are on.

Pure but for the clock behind `Faults`: which login is refused, what a subscription is granted, and when a session ends.
"""

from dataclasses import dataclass

from bimmerhub.emulator.cardata.stream.faults import STREAM_FAULTS
from bimmerhub.emulator.cardata.stream.settings import SecondSession, StreamSettings
from bimmerhub.emulator.faults.switches import NEVER_MS, Faults
from bimmerhub.ids import Gcid
from bimmerhub.mqtt.hooks import CloseReason, Peer
from bimmerhub.mqtt.packets import ConnectAnswer, ReasonCode
from bimmerhub.times import DAY_MS, MINUTE_MS

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
_NAMES = frozenset(fault.name for fault in STREAM_FAULTS)


@dataclass(frozen=True, slots=True, kw_only=True)
class IdToken:
    """What the stream reads of an id token that the emulator signed. It may be dead already: see `expires_at_ms`."""

    gcid: Gcid
    client_id: str
    expires_at_ms: int
    may_stream: bool


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
        if self.keeps_alive and (keep_alive_s := self._capped_s(listener.keep_alive_s)):
            ends.append((listener.heard_ms + int(keep_alive_s * KEEP_ALIVE_FACTOR * 1000), _UNHEARD))
        return min(ends, key=lambda end: end[0])

    def _capped_s(self, promised_s: int) -> float:
        if self.keep_alive_cap_s is None:
            return promised_s
        return min(promised_s or self.keep_alive_cap_s, self.keep_alive_cap_s)


class StreamRules:
    """The rules that hold at this moment."""

    def __init__(self, settings: StreamSettings, faults: Faults) -> None:
        self._settings = settings
        self._faults = faults

    def refusal(self, now_ms: int) -> ConnectAnswer | None:
        """Return why every login is refused now, None when it is not; uses a fault once."""
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

        It has it in every second stretch of so many seconds, unless a session was there before.
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
        """Return the QoS that an account's own topics are granted, or the reason for a refusal; uses a fault once."""
        if not self._settings.has_stream or self._faults.take("no-stream-configured"):
            return ReasonCode.UNSPECIFIED
        return 1 if self._faults.take("qos-1-granted") else 0

    def connects_per_minute(self) -> float | None:
        """Return how many connects of one address a minute may see now; None: any number."""
        by_fault = self._faults.value("connect-window")
        return self._settings.connects_per_minute if by_fault is None else by_fault

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
        switches = (switch for switch in self._faults.switches() if switch.name in _NAMES)
        times = (at_ms for switch in switches for at_ms in (switch.from_ms, switch.until_ms) if at_ms is not None)
        return min((at_ms for at_ms in times if at_ms > now_ms), default=NEVER_MS)

    def _ms(self, name: str) -> int | None:
        value = self._faults.value(name)
        return None if value is None else int(value * 1000)
