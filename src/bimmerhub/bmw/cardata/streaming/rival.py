"""The other program: it takes the account's stream, is known by its symptom, and is not fought for ever.

BMW allows an account one stream, and the newest login gets it. The older one is told NOT_AUTHORISED or TAKEN_OVER, or
just loses its connection (observed by clients 2025-2026). Two programs that both reconnect at once end each other's
connection every few seconds, and neither hears much. So after three rounds this one gives way and comes back politely:
each rest is twice as long as the one before, until a connection has stood for GONE_AFTER_S.
"""

from collections import deque
from dataclasses import dataclass

from bimmerhub.times import SECOND_MS, spell_duration

ROUNDS, TOLD_WITHIN_S = 3, 1_800
"""So often told in such a time. A token that dies is told by the same code, but once an hour."""
CUTS, CUT_WITHIN_S = 4, 60
"""So many losses, of which BMW says nothing, in such a time: it came back three times and lost each connection."""
FIRST_REST_S, LONGEST_REST_S = 300.0, 3_600.0
CALM_AFTER_S = 60
"""A connection that stood for so long is no longer expected to be taken at any moment."""
GONE_AFTER_S = 1_800


@dataclass(frozen=True, slots=True, kw_only=True)
class Rest:
    """Give way for `seconds`; `symptom` says what was seen."""

    seconds: float
    symptom: str


class Rival:
    """What speaks for another program, of one stream. Times are of `Clock.elapsed_s`."""

    def __init__(self) -> None:
        self._told_s: deque[float] = deque(maxlen=ROUNDS)
        self._lost_s: deque[float] = deque(maxlen=CUTS)
        self._rests = 0
        self._is_expected = False

    def forget(self) -> None:
        """Suspect nobody: the other program is gone, or a person says so."""
        self._told_s.clear()
        self._lost_s.clear()
        self._rests, self._is_expected = 0, False

    def stood(self, seconds: float) -> None:
        """Note for how long the present connection has stood."""
        if seconds >= CALM_AFTER_S:
            self._lost_s.clear()
            self._is_expected = False
        if seconds >= GONE_AFTER_S:
            self.forget()

    def lost(self, at_s: float, *, is_told: bool) -> Rest | None:
        """Note that a connection was lost, told by its code or not; return a rest when another program is there."""
        self._lost_s.append(at_s)
        if is_told:
            self._told_s.append(at_s)
        if self._is_expected:
            return self._rest("it was taken again at once")
        for times, within_s in ((self._told_s, TOLD_WITHIN_S), (self._lost_s, CUT_WITHIN_S)):
            span_s = at_s - times[0] if len(times) == times.maxlen else within_s + 1
            if span_s <= within_s:
                return self._rest(
                    f"ours was ended {len(times)} times within {spell_duration(round(span_s) * SECOND_MS)}"
                )
        return None

    def _rest(self, symptom: str) -> Rest:
        seconds = min(FIRST_REST_S * 2**self._rests, LONGEST_REST_S)
        self._rests += 1
        self._is_expected = True
        self._told_s.clear()
        self._lost_s.clear()
        return Rest(seconds=seconds, symptom=symptom)
