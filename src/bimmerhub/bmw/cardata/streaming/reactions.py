"""What to do after the stream was refused or lost: how long to wait, and what to tell the person. Pure.

BMW's codes mean several things each and BMW never says which, so every code has a row of its own: words, hint, and what
to try. `Losses` remembers enough of what came before to pick the pause: it grows with every failure in a row, and after
BREAKS_AFTER of them the attempts rest for REST_S each. Data, or a connection that stood for a while, ends the row of
failures: on a silent stream the answered keep-alive is the only sign of life.

A second program on the same account shows as connections that are lost soon after they came about (`rival`).

Rows have MQTT 5's codes. The few codes that only 3.1.1 has share them; the number shown is always the one that BMW
sent. Causes, and what helps, as observed by clients 2025-2026; rows marked "MQTT 5" have that standard's meaning and
were not observed.
"""

import random
from collections.abc import Mapping
from dataclasses import dataclass

from bimmerhub.bmw.cardata.streaming.rival import Rest, Rival
from bimmerhub.bmw.cardata.streaming.stream_connection import ConnectionLost
from bimmerhub.domain.account.link import LinkState

BAD_VERSION, NOT_AUTHORISED, TAKEN_OVER = 132, 135, 142
_CODES_OF_3_1_1: Mapping[int, int] = {1: BAD_VERSION, 2: 133, 3: 136, 4: 134, 5: NOT_AUTHORISED}
FIRST_PAUSE_S, LONGEST_PAUSE_S = 2.0, 300.0
LONGEST_AWAY_S = 30.0
"""For attempts that never reach BMW (no name, no route): they burden nobody, and a network comes back at any time. One
such outage kept a client away for nine hours (BavarianData 0.9.13)."""
AFTER_REFUSAL_S = 10.0
AFTER_TOO_MANY_S = 60.0
AFTER_NO_STREAM_S = 1_800.0
BREAKS_AFTER, REST_S, REST_SPREAD_S = 10, 300.0, 30.0
HEALTHY_AFTER_S = 60
REFRESH_EVERY = 4
"""A forced refresh now and then has ended refusals at night (observed 2026)."""

_OTHER_PROGRAM = "Stop the other program (Home Assistant, evcc, ioBroker …) or let it read from bimmerhub."
_SIGN_IN = "Sign in again: bimmerhub login"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reaction:
    """Wait `pause_s`, with a new token when `needs_refresh`; meanwhile the link is in `state` for `reason`."""

    state: LinkState
    reason: str
    hint: str | None
    pause_s: float
    needs_refresh: bool = False
    needs_identifier: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class _Row:
    """One cause. The pause is `pause_s` when given, else at least `floor_s` and longer with every failure.

    {code} in `reason` and `later` stands for BMW's number. `later` are the words from the second time in a row on, with
    `later_floor_s`. `refresh_at` says at which times in a row a new token is asked for: 1 the first, n>1 also every
    n-th; 0 never. `is_away`: the attempt did not reach BMW, so it makes no later pause longer.
    """

    reason: str
    hint: str | None = None
    later: str | None = None
    later_hint: str | None = None
    state: LinkState = LinkState.WAITING
    pause_s: float | None = None
    floor_s: float = 0.0
    later_floor_s: float = 0.0
    refresh_at: int = 0
    needs_identifier: bool = False
    is_away: bool = False


def mqtt_5_code(code: int) -> int:
    """Return MQTT 5's code for a return code of 3.1.1; others are returned as they are.

    Source: OASIS MQTT 3.1.1, table 3.1; OASIS MQTT 5.0, table 3-1.
    """
    return _CODES_OF_3_1_1.get(code, code)


_NO_STREAM = _Row(
    state=LinkState.REFUSED,
    reason="BMW refuses the subscription: no stream is configured for this account",
    hint="In BMW's portal switch on CarData Stream, choose Configure data stream, tick keys and save; "
    "when it says ready, sign in again.",
    pause_s=AFTER_NO_STREAM_S,
)
_TOLD: Mapping[int, _Row] = {
    128: _Row(
        reason="BMW refuses the connection and gives no reason ({code})",
        later_hint="BMW is out of order, or no stream is configured in its portal. If this lasts: bimmerhub doctor",
    ),
    BAD_VERSION: _Row(
        state=LinkState.REFUSED,
        reason="BMW takes neither MQTT 5 nor MQTT 3.1.1 ({code})",
        hint="Check bmw.stream_host and bmw.mqtt_version, and look for a newer bimmerhub.",
        pause_s=AFTER_NO_STREAM_S,
    ),
    133: _Row(reason="BMW does not take this connection's client id ({code}); trying another", needs_identifier=True),
    134: _Row(
        reason="BMW does not take the stream's user or password ({code}); trying with a new token",
        later="BMW does not take the stream's user or password ({code}), though the token is new",
        later_hint=f"The token does not fit the account. {_SIGN_IN}",
        later_floor_s=AFTER_REFUSAL_S,
        refresh_at=1,
    ),
    NOT_AUTHORISED: _Row(
        reason="BMW refuses the connection ({code}); trying with a new token",
        later="BMW refuses the connection again and again ({code}), though the token is new",
        later_hint="Either another program holds this account's stream: stop it or let it read from bimmerhub. Or it "
        "is one of BMW's refusals, frequent at night, that pass by themselves. If it lasts a day, sign in again.",
        later_floor_s=AFTER_REFUSAL_S,
        refresh_at=REFRESH_EVERY,
    ),
    136: _Row(
        reason="BMW's stream is out of order ({code})",
        later_hint="It is BMW's fault; nothing needs to be done.",
    ),
    137: _Row(reason="BMW's stream is overloaded ({code})", floor_s=AFTER_REFUSAL_S),  # MQTT 5
    139: _Row(reason="BMW's stream is being shut down or restarted ({code})", floor_s=FIRST_PAUSE_S),  # MQTT 5
    141: _Row(
        reason="BMW heard no sign of life from this machine ({code})",
        hint="Normal after this machine slept. If it comes often: it is overloaded, or its network stalls.",
    ),
    TAKEN_OVER: _Row(reason="another program has taken this account's stream ({code})", hint=_OTHER_PROGRAM),  # MQTT 5
    151: _Row(
        reason="BMW counts too many connects ({code})",
        hint="It passes by itself when all programs of this account connect less often: one a minute.",
        floor_s=AFTER_TOO_MANY_S,
    ),
    152: _Row(reason="BMW ended the connection on purpose ({code})", floor_s=AFTER_REFUSAL_S),  # MQTT 5
    160: _Row(reason="BMW ended the connection: its time was up ({code})"),  # MQTT 5
}
_DISMISSED = _Row(
    reason="BMW ended the connection ({code}): its token died, or another program took this account's stream",
    hint=f"Nothing, if it comes once. If it comes often: {_OTHER_PROGRAM[0].lower()}{_OTHER_PROGRAM[1:]}",
    refresh_at=1,
)
_UNTRUSTED = _Row(
    reason="BMW's stream shows a certificate that is not trusted",
    hint="For the emulator set bmw.ca_file to its CA; otherwise check this machine's clock and network.",
)
_LOST = _Row(reason="the connection was lost")
_UNTOLD: Mapping[tuple[str, str], _Row] = {
    ("connect", "cut"): _Row(reason="BMW's stream closes the connection before it answers the login"),
    ("connect", "silent"): _Row(reason="BMW's stream takes the connection but does not answer"),
    ("connected", "silent"): _Row(
        reason="BMW's stream gave no sign of life", later_hint="Check this machine's network: it may lose packets."
    ),
}


class Losses:
    """The losses since data last came or a connection stood. Owned by one stream."""

    def __init__(self, jitter: random.Random) -> None:
        self._jitter = jitter
        self._row: _Row | None = None
        self._times = 0
        self._reached = self._away = 0
        self._rival = Rival()
        self.count = 0

    def forget(self) -> None:
        """Data has come: the next pause is a short one again."""
        self.count = self._times = self._reached = self._away = 0

    def forgive(self) -> None:
        """All is well, and no other program is there: a person says so."""
        self.forget()
        self._rival.forget()

    def stood(self, seconds: float) -> None:
        """Note for how long the present connection has stood."""
        self._rival.stood(seconds)
        if seconds >= HEALTHY_AFTER_S:
            self.forget()

    def react(self, lost: ConnectionLost, *, at_s: float) -> Reaction:
        """Return what to do after one more loss, at a time of the clock that nobody can set (`Clock.elapsed_s`)."""
        rest = None
        if lost.stage == "connected":
            rest = self._rival.lost(at_s, is_told=lost.code in (NOT_AUTHORISED, TAKEN_OVER))
        return self._answer(_row_of(lost) if rest is None else _giving_way(rest), code=lost.code)

    def unavailable(self, reason: str, hint: str | None = None, *, is_away: bool = False) -> Reaction:
        """Return what to do when not even a token can be had now; `is_away`: for BMW could not be reached."""
        return self._answer(_Row(reason=reason, hint=hint, is_away=is_away))

    def _answer(self, row: _Row, *, code: int | None = None) -> Reaction:
        self.count += 1
        self._reached, self._away = (self._reached, self._away + 1) if row.is_away else (self._reached + 1, 0)
        self._times = self._times + 1 if row == self._row else 1
        self._row = row
        is_first = self._times == 1
        words = row.reason if is_first or row.later is None else row.later
        reason = words.replace("{code}", str(code))
        hint = row.hint if is_first or row.later_hint is None else row.later_hint
        rests = row.pause_s is None and not row.is_away and self._reached >= BREAKS_AFTER
        return Reaction(
            state=row.state,
            reason=f"{reason}; {self.count} attempts in a row failed, so they rest" if rests else reason,
            hint=hint,
            pause_s=self._pause_s(row, floor_s=row.floor_s if is_first else max(row.floor_s, row.later_floor_s)),
            needs_refresh=row.refresh_at > 0
            and (is_first or (row.refresh_at > 1 and self._times % row.refresh_at == 0)),
            needs_identifier=row.needs_identifier,
        )

    def _pause_s(self, row: _Row, *, floor_s: float) -> float:
        if row.pause_s is not None:
            return row.pause_s
        if row.is_away:
            return floor_s + self._jitter.uniform(0, min(FIRST_PAUSE_S * 2 ** min(self._away - 1, 9), LONGEST_AWAY_S))
        if self._reached >= BREAKS_AFTER:
            return REST_S + self._jitter.uniform(0, REST_SPREAD_S)
        return floor_s + self._jitter.uniform(0, min(FIRST_PAUSE_S * 2 ** (self._reached - 1), LONGEST_PAUSE_S))


def _giving_way(rest: Rest) -> _Row:
    return _Row(
        state=LinkState.REFUSED,
        reason=f"another program uses this account's stream; BMW allows one: {rest.symptom}, so this one gives way",
        hint=f"{_OTHER_PROGRAM} Then: bimmerhub retry",
        pause_s=rest.seconds,
    )


def _row_of(lost: ConnectionLost) -> _Row:
    if lost.stage == "overrun":
        return _Row(reason=str(lost))
    if lost.stage == "subscribe" and lost.how == "told":
        return _NO_STREAM
    if lost.stage == "connected" and lost.code == NOT_AUTHORISED:
        return _DISMISSED
    if lost.code is not None:
        unknown = _Row(reason=f"BMW refuses the connection ({lost.code}: {lost})")
        return _TOLD.get(mqtt_5_code(lost.code), unknown)
    if lost.how in ("unreachable", "away", "garbled"):
        return _no_stream_there(lost)
    return _UNTOLD.get((lost.stage, lost.how), _LOST)


def _no_stream_there(lost: ConnectionLost) -> _Row:
    if "CERTIFICATE_VERIFY_FAILED" in str(lost):
        return _UNTRUSTED
    if lost.how == "garbled":
        return _Row(
            reason=f"what answers is not BMW's stream, for it is not MQTT: {lost}",
            hint="Check bmw.stream_host and bmw.stream_port.",
        )
    return _Row(
        reason=f"BMW's stream cannot be reached: {lost}",
        hint="Check this machine's network; a firewall has to let it out to port 9000.",
        is_away=lost.how == "away",
    )
