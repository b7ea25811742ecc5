"""What the hub asks BMW's REST for by itself, and what becomes of asking: kinds of calls, their past, a pause of all.

Pure values and rules; `plan` decides with them what is called next. All times are milliseconds UTC.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum

from bimmerhub.ids import Vin
from bimmerhub.times import DAY_MS, HOUR_MS, MINUTE_MS


class Kind(StrEnum):
    """What is asked for, most urgent first. All but MAPPINGS and OLD_CONTAINERS are asked for each car.

    VALUES are those that make up a car's state, REST_ONLY those that BMW never streams. OLD_CONTAINERS is the deletion
    of our containers that no list needs any more.
    """

    MAPPINGS = "mappings"
    BASIC_DATA = "basic-data"
    VALUES = "values"
    REST_ONLY = "rest-only-values"
    CHARGING_HISTORY = "charging-history"
    IMAGE = "image"
    TYRES = "tyres"
    CHARGING_SETTINGS = "charging-settings"
    OLD_CONTAINERS = "old-containers"


PERIODS_MS: Mapping[Kind, int] = {
    Kind.MAPPINGS: DAY_MS,
    Kind.BASIC_DATA: 30 * DAY_MS,
    Kind.REST_ONLY: DAY_MS,
    Kind.CHARGING_HISTORY: DAY_MS,
    Kind.IMAGE: 30 * DAY_MS,
    Kind.TYRES: 7 * DAY_MS,
    Kind.CHARGING_SETTINGS: 30 * DAY_MS,
}
"""How often each is asked for, and IMAGE after a refusal: it comes once. VALUES come as often as the settings say."""

FLOOR_MS = 15 * MINUTE_MS
"""The least time between two calls for the same thing, whatever went wrong: 50 calls a day are gone quickly."""
RETRY_FLOOR_MS = MINUTE_MS
"""The same when a person says: now."""
LONGEST_HOLD_MS = 6 * HOUR_MS
MOST_DOUBLINGS = 16


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """One thing to ask for; `vin` is None where it is the account's."""

    kind: Kind
    vin: Vin | None = None


class CallEnd(StrEnum):
    """How a call ended, by what to do next.

    ANSWERED includes "there is none". REFUSED: this call would be refused again. FAULT: BMW or the network is out of
    order. NOT_ALLOWED: no call of this account is let in (token, scope). TOO_FAST: BMW asks for a pause. NOT_COUNTED:
    it was stopped here, because the day's calls are spent.
    """

    ANSWERED = "answered"
    REFUSED = "refused"
    FAULT = "fault"
    NOT_ALLOWED = "not allowed"
    TOO_FAST = "too fast"
    NOT_COUNTED = "not counted"


@dataclass(frozen=True, slots=True, kw_only=True)
class Past:
    """What came of asking for one thing.

    `failures` counts the tries since the last answer, one under way included; a refusal is an answer too. It is not
    asked for before `not_before_ms`.
    """

    asked_at_ms: int | None = None
    answered_at_ms: int | None = None
    failures: int = 0
    not_before_ms: int = 0

    @property
    def is_refused(self) -> bool:
        """Whether BMW refused the last try and it is not asked for again before a day has gone."""
        asked_ms, answered_ms = self.asked_at_ms, self.answered_at_ms
        if asked_ms is None or (answered_ms is not None and answered_ms >= asked_ms):
            return False
        return self.failures == 0 and self.not_before_ms >= asked_ms + DAY_MS

    def begun(self, now_ms: int) -> "Past":
        """Return the past with one more try, to be stored before it is made: a crash in it must not repeat it."""
        return replace(
            self,
            asked_at_ms=now_ms,
            failures=self.failures + 1,
            not_before_ms=now_ms + doubled(FLOOR_MS, self.failures, most_ms=DAY_MS),
        )

    def ended(self, ending: CallEnd, now_ms: int, *, period_ms: int) -> "Past":
        """Return the past with the end of the try that had begun."""
        match ending:
            case CallEnd.ANSWERED:
                return replace(self, answered_at_ms=now_ms, failures=0, not_before_ms=0)
            case CallEnd.REFUSED:
                return replace(self, failures=0, not_before_ms=now_ms + max(period_ms, DAY_MS))
            case CallEnd.NOT_COUNTED:
                return replace(self, failures=self.failures - 1, not_before_ms=now_ms + FLOOR_MS)
            case _:
                most_ms = min(max(period_ms, FLOOR_MS), DAY_MS)
                return replace(self, not_before_ms=now_ms + doubled(FLOOR_MS, self.failures - 1, most_ms=most_ms))

    def forgiven(self) -> "Past":
        """Return the past for a person who wants another try now: the pauses do not count, but for RETRY_FLOOR_MS."""
        return replace(self, asked_at_ms=None, failures=0, not_before_ms=(self.asked_at_ms or 0) + RETRY_FLOOR_MS)

    def as_of(self, now_ms: int) -> "Past":
        """Return what of it counts now: stamps from the future are of a clock that was wrong."""
        asked_at_ms, answered_at_ms = self.asked_at_ms or 0, self.answered_at_ms or 0
        if max(asked_at_ms, answered_at_ms) <= now_ms:
            return self
        if asked_at_ms > now_ms:
            return Past(answered_at_ms=self.answered_at_ms if answered_at_ms <= now_ms else None)
        return replace(self, answered_at_ms=None)


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedCall:
    """A call to come: not before `due_ms`, at a price of `calls`, and why, in words."""

    ask: Ask
    due_ms: int
    calls: int
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Hold:
    """A pause of all calls of a car, or of the account, made at `at_ms`; `reason` says why.

    `row` counts the failures without an answer between; those of an account only when another car failed than `vin`,
    the one before. `ends_with_link`: made for faults, it does not count after the stream came back from an outage.
    """

    until_ms: int = 0
    at_ms: int = 0
    row: int = 0
    reason: str = ""
    vin: Vin | None = None
    ends_with_link: bool = False


Holds = Mapping[Vin | None, Hold]
"""The pauses by car; None: the account's."""


def holds_after(holds: Holds, ask: Ask, ending: CallEnd, now_ms: int, *, retry_after_s: float = 0.0) -> Holds:
    """Return the pauses after one more call.

    A fault pauses the car that it happened to, for it may be that car's alone. When BMW fails at two of them in a row
    it is out of order, and everything waits. Every pause for faults is twice as long as the one before.
    """
    before = holds.get(None, Hold())
    match ending:
        case CallEnd.NOT_COUNTED:
            return holds
        case CallEnd.ANSWERED | CallEnd.REFUSED:
            return {vin: hold for vin, hold in holds.items() if vin not in (ask.vin, None)}
        case CallEnd.FAULT:
            is_same = before.row > 0 and before.vin == ask.vin
            account = _hold_for_faults(now_ms, row=before.row + (not is_same), vin=ask.vin, free=1)
            row = holds.get(ask.vin, Hold()).row + 1
            return {**holds, ask.vin: _hold_for_faults(now_ms, row=row, vin=ask.vin), None: account}
        case CallEnd.NOT_ALLOWED:
            pause_ms, reason = doubled(HOUR_MS, before.row, most_ms=DAY_MS), "BMW refused the sign-in"
        case CallEnd.TOO_FAST:
            pause_ms, reason = min(max(FLOOR_MS, round(retry_after_s * 1000)), DAY_MS), "BMW asked for a pause"
    return {**holds, None: Hold(until_ms=now_ms + pause_ms, at_ms=now_ms, row=before.row + 1, reason=reason)}


def _hold_for_faults(now_ms: int, *, row: int, vin: Vin | None, free: int = 0) -> Hold:
    """Return the pause after `row` faults, of which the first `free` ones make none."""
    pause_ms = doubled(FLOOR_MS, row - free - 1, most_ms=LONGEST_HOLD_MS) if row > free else 0
    reason = "BMW's REST interface could not be used"
    return Hold(until_ms=now_ms + pause_ms, at_ms=now_ms, row=row, reason=reason, vin=vin, ends_with_link=True)


def doubled(first_ms: int, times: int, *, most_ms: int) -> int:
    """Return `first_ms` doubled so many times, at most `most_ms`."""
    return min(first_ms << min(max(times, 0), MOST_DOUBLINGS), most_ms)
