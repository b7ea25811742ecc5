"""BMW's time as far as its answers tell it, against a clock of ours that nobody can set.

BMW counts calls by its own days, and this machine's clock may be wrong. Each answer of BMW's has a header Date. One
alone is not believed. Two are when they agree, and time went on between them: a Date that stands still is no clock's.

`elapsed_ms` is everywhere the time since some fixed moment, in milliseconds, that goes on whatever the calendar shows.
"""

from dataclasses import dataclass, replace

SECOND_MS = 1_000
SLACK_MS = 5 * SECOND_MS
"""How far BMW's servers may be apart."""
APART_MS = 10 * SECOND_MS
DRIFT = 0.0005
"""A quartz of ours is wrong by less: 43 s a day."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DateHeard:
    """The Date of one answer (milliseconds UTC, cut to the second), between asking and the answer's arrival."""

    date_ms: int
    asked_at_elapsed_ms: int
    answered_at_elapsed_ms: int

    @property
    def ahead_ms(self) -> int:
        """How far BMW's time is ahead of the elapsed time: the middle of what it can be."""
        return (self.least_ahead_ms + self.most_ahead_ms) // 2

    def agrees_with(self, earlier: "DateHeard") -> bool:
        """Tell whether one clock can have told both."""
        passed_ms = max(0, self.answered_at_elapsed_ms - earlier.answered_at_elapsed_ms)
        slack_ms = SLACK_MS + round(DRIFT * passed_ms)
        return (
            self.least_ahead_ms <= earlier.most_ahead_ms + slack_ms
            and earlier.least_ahead_ms <= self.most_ahead_ms + slack_ms
        )

    @property
    def least_ahead_ms(self) -> int:
        """BMW's time told this Date when the answer came, or earlier."""
        return self.date_ms - self.answered_at_elapsed_ms

    @property
    def most_ahead_ms(self) -> int:
        """The second of this Date ended after the asking."""
        return self.date_ms + SECOND_MS - self.asked_at_elapsed_ms


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """BMW's time (milliseconds UTC) at an elapsed time."""

    bmw_ms: int
    elapsed_ms: int

    def at(self, elapsed_ms: int) -> int:
        """Return BMW's time at another elapsed time."""
        return self.bmw_ms + elapsed_ms - self.elapsed_ms


@dataclass(frozen=True, slots=True, kw_only=True)
class BmwTime:
    """What is known of BMW's time.

    `believed` is the newest Date of those that agree, `doubted` one that nothing has confirmed yet. Until there is one
    to believe, BMW's time is at least that of `least`, which an earlier run of the hub believed.
    """

    believed: DateHeard | None = None
    doubted: DateHeard | None = None
    least: Moment | None = None

    def heard(self, date: DateHeard) -> "BmwTime":
        """Return what is known after one more answer."""
        if self.believed is not None and date.agrees_with(self.believed):
            return replace(self, believed=date, doubted=None)
        if self.doubted is None or not date.agrees_with(self.doubted):
            return replace(self, doubted=date)
        if date.date_ms - self.doubted.date_ms < APART_MS:
            return self
        return replace(self, believed=date, doubted=None)

    def now_ms(self, *, ours_ms: int, elapsed_ms: int) -> int:
        """Return BMW's time (milliseconds UTC), or what comes nearest: `ours_ms`, the time by this machine's clock."""
        if self.believed is not None:
            return elapsed_ms + self.believed.ahead_ms
        return ours_ms if self.least is None else max(ours_ms, self.least.at(elapsed_ms))

    def moment(self) -> Moment | None:
        """Return the newest moment that is believed, None when there is none."""
        if self.believed is None:
            return None
        elapsed_ms = self.believed.answered_at_elapsed_ms
        return Moment(bmw_ms=elapsed_ms + self.believed.ahead_ms, elapsed_ms=elapsed_ms)


def resumed(moment: Moment, *, elapsed_ms: int, is_same_boot: bool) -> BmwTime:
    """Return what is still known at `elapsed_ms` of a moment that an earlier run of the hub believed.

    The elapsed time goes on until the machine is started anew. Then nobody knows for how long it was off.
    """
    if is_same_boot and elapsed_ms >= moment.elapsed_ms:
        date = DateHeard(
            date_ms=moment.bmw_ms - SECOND_MS // 2,
            asked_at_elapsed_ms=moment.elapsed_ms,
            answered_at_elapsed_ms=moment.elapsed_ms,
        )
        return BmwTime(believed=date)
    return BmwTime(least=Moment(bmw_ms=moment.bmw_ms, elapsed_ms=elapsed_ms))
