"""Coverage: for each descriptor of a vehicle, whether it arrives, and if not, why.

BMW tells none of this: which keys are ticked in the portal cannot be asked, a silent stream looks like a sleeping car,
and no car sends every key. So it is read from what came: on which days, how often, and what REST knows besides.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise
from statistics import median
from typing import Literal

from bimmerhub.domain.catalogue.descriptors import Catalogue
from bimmerhub.ids import Descriptor
from bimmerhub.times import DAY_MS

COVERAGE_DAYS = 30
"""How far back the arrivals count."""
RECENT_MS = DAY_MS
REST_AHEAD_MS = DAY_MS
"""A value by REST that is so much newer than the last one by stream has passed the stream by."""
SETTLED_DAYS = 3
"""On so many days with messages a descriptor that the car sends has usually shown itself."""
REGULAR_SHARE = 1 / 3
"""What came on fewer of the days with messages has no rhythm that it could miss."""
BY_REST_IN_PRACTICE = frozenset(
    {
        Descriptor("vehicle.drivetrain.electricEngine.charging.hvStatus"),
        Descriptor("vehicle.drivetrain.electricEngine.charging.timeRemaining"),
    }
)
"""BMW lets them be ticked, yet they come by REST only (observed by clients 2025-2026)."""

Ticked = Literal["yes", "no", "unknown", "cannot"]


class Verdict(StrEnum):
    """What becomes of a descriptor: ARRIVING within the last day; QUIET when nothing new is normal for it."""

    ARRIVING = "arriving"
    QUIET = "quiet"
    STOPPED = "stopped"
    NOT_TICKED = "not ticked"
    NEVER_SENT = "never sent"
    NOT_SEEN_YET = "not seen yet"
    REST_ONLY = "REST only"
    STREAM_DOWN = "stream down"


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrivals:
    """When values of one descriptor came, within the last COVERAGE_DAYS. Times are milliseconds UTC of the values.

    `streamed_days` are days since 1970 with a value by stream, in order; `streamed_at_ms` are the newest such values,
    newest first, as many as the store gives; `rest_at_ms` is the newest value by REST that was not "no value", and
    `rest_differs` tells whether it is another value than the newest by stream: backends stamp unchanged ones anew.
    """

    descriptor: Descriptor
    streamed_days: Sequence[int] = ()
    streamed_at_ms: Sequence[int] = ()
    rest_at_ms: int | None = None
    rest_differs: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Coverage:
    """One descriptor of one vehicle. `why` says in words what the verdict rests on.

    `usual_gap_s` is the median time between its newest values by stream, None with fewer than three.
    """

    descriptor: Descriptor
    title: str | None
    ticked: Ticked
    verdict: Verdict
    why: str
    last_streamed_ms: int | None
    last_rest_ms: int | None
    usual_gap_s: float | None


def derive_coverage(
    arrivals: Iterable[Arrivals],
    *,
    catalogue: Catalogue,
    asked_by_rest: frozenset[Descriptor],
    listening_since_ms: int | None,
    now_ms: int,
) -> list[Coverage]:
    """Return the coverage of every descriptor of the catalogue and every other one that came, by descriptor.

    `asked_by_rest` are the descriptors that REST has been asked for; `listening_since_ms` is since when the stream has
    been listened to, short breaks apart; None when it is not connected. What REST alone tells accuses the portal's
    selection only where the value was measured while the stream was listened to.
    """
    by_descriptor = {arrival.descriptor: arrival for arrival in arrivals}
    car = _Car.of(by_descriptor, listening_since_ms=listening_since_ms, now_ms=now_ms)
    keys = sorted({*by_descriptor, *(entry.key for entry in catalogue.values() if not entry.retired)})
    return [_cover(key, by_descriptor.get(key), catalogue, car, is_asked=key in asked_by_rest) for key in keys]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Car:
    """What all descriptors of a vehicle share: the days on which any of them came by stream."""

    active_days: tuple[int, ...]
    last_streamed_ms: int
    listening_since_ms: int | None
    now_ms: int

    @classmethod
    def of(cls, by_descriptor: Mapping[Descriptor, Arrivals], *, listening_since_ms: int | None, now_ms: int) -> "_Car":
        days = tuple(sorted({day for arrival in by_descriptor.values() for day in arrival.streamed_days}))
        return cls(
            active_days=days,
            last_streamed_ms=max(
                (arrival.streamed_at_ms[0] for arrival in by_descriptor.values() if arrival.streamed_at_ms), default=0
            ),
            listening_since_ms=listening_since_ms,
            now_ms=now_ms,
        )

    @property
    def is_connected(self) -> bool:
        """Whether the stream stands."""
        return self.listening_since_ms is not None

    def was_listened_to(self, at_ms: int) -> bool:
        """Tell whether what was measured at a time should have come by the stream."""
        return self.listening_since_ms is not None and at_ms > self.listening_since_ms

    def days_since(self, day: int) -> int:
        """Return on how many days after `day` the car sent anything."""
        return sum(1 for active_day in self.active_days if active_day > day)

    def longest_pause(self, days: Sequence[int]) -> int:
        """Return the largest number of active days that lay between two neighbouring `days`."""
        return max((self.days_since(a) - self.days_since(b) for a, b in pairwise(days)), default=1)


def _cover(key: Descriptor, arrived: Arrivals | None, catalogue: Catalogue, car: _Car, *, is_asked: bool) -> Coverage:
    arrivals = arrived or Arrivals(descriptor=key)
    entry = catalogue.get(key)
    streamed_ms = arrivals.streamed_at_ms[0] if arrivals.streamed_at_ms else None
    may_be_streamed = entry is None or (entry.streamable and key not in BY_REST_IN_PRACTICE)
    is_streamable = may_be_streamed or streamed_ms is not None
    if not is_streamable:
        verdict, why = _judge_rest_only(arrivals)
    elif streamed_ms is None:
        verdict, why = _judge_unseen(arrivals, car, is_asked=is_asked)
    else:
        verdict, why = _judge_seen(arrivals, streamed_ms, car)
    return Coverage(
        descriptor=key,
        title=entry.title if entry else None,
        ticked=_ticked(verdict, streamed_ms, is_streamable=is_streamable),
        verdict=verdict,
        why=why,
        last_streamed_ms=streamed_ms,
        last_rest_ms=arrivals.rest_at_ms,
        usual_gap_s=_usual_gap_s(arrivals.streamed_at_ms),
    )


def _ticked(verdict: Verdict, streamed_ms: int | None, *, is_streamable: bool) -> Ticked:
    if not is_streamable:
        return "cannot"
    if verdict is Verdict.NOT_TICKED:
        return "no"
    return "yes" if streamed_ms is not None and verdict is not Verdict.STOPPED else "unknown"


def _judge_rest_only(arrivals: Arrivals) -> tuple[Verdict, str]:
    if arrivals.rest_at_ms is None:
        return Verdict.REST_ONLY, "is not streamed, and REST has no value"
    return Verdict.REST_ONLY, "is not streamed; the value comes by REST"


def _judge_unseen(arrivals: Arrivals, car: _Car, *, is_asked: bool) -> tuple[Verdict, str]:
    days = len(car.active_days)
    if arrivals.rest_at_ms is not None:
        if car.was_listened_to(arrivals.rest_at_ms) and car.now_ms - arrivals.rest_at_ms > REST_AHEAD_MS:
            return Verdict.NOT_TICKED, "REST has a value of a time in which the stream did not bring it"
        return Verdict.NOT_SEEN_YET, "REST has a value; the stream has brought none so far"
    if days >= SETTLED_DAYS:
        source = "neither stream nor REST brought one" if is_asked else "the stream never brought one"
        return Verdict.NEVER_SENT, f"{days} days with messages, {source}"
    if not car.is_connected:
        return Verdict.STREAM_DOWN, "the stream is not connected"
    return Verdict.NOT_SEEN_YET, f"only {days} days with messages of this car so far"


def _judge_seen(arrivals: Arrivals, streamed_ms: int, car: _Car) -> tuple[Verdict, str]:
    if car.now_ms - streamed_ms <= RECENT_MS:
        return Verdict.ARRIVING, "came within the last day"
    if not car.is_connected:
        return Verdict.STREAM_DOWN, "the stream is not connected"
    missed = car.days_since(streamed_ms // DAY_MS)
    is_missing = _is_regular(arrivals, car, missed) and missed > max(
        2 * car.longest_pause(arrivals.streamed_days), SETTLED_DAYS
    )
    is_car_silent = car.now_ms - car.last_streamed_ms > RECENT_MS
    if (is_missing or is_car_silent) and _has_passed_by(arrivals, streamed_ms, car):
        return Verdict.NOT_TICKED, "REST has a newer and different value that the stream did not bring"
    if is_missing:
        came = f"came on {len(arrivals.streamed_days)} of {len(car.active_days)} days with messages"
        return Verdict.STOPPED, f"{came}, not on the last {missed}"
    return Verdict.QUIET, "nothing new, as at other times"


def _is_regular(arrivals: Arrivals, car: _Car, missed: int) -> bool:
    days_before = len(car.active_days) - missed
    return len(arrivals.streamed_days) >= max(SETTLED_DAYS, REGULAR_SHARE * days_before)


def _has_passed_by(arrivals: Arrivals, streamed_ms: int, car: _Car) -> bool:
    """Tell whether REST has another value, a day newer, of a time in which the stream was listened to."""
    rest_ms = arrivals.rest_at_ms
    if rest_ms is None or not arrivals.rest_differs:
        return False
    return rest_ms > streamed_ms + REST_AHEAD_MS and car.was_listened_to(rest_ms)


def _usual_gap_s(streamed_at_ms: Sequence[int]) -> float | None:
    gaps_ms = [newer - older for newer, older in pairwise(streamed_at_ms) if newer > older]
    return median(gaps_ms) / 1000 if len(gaps_ms) >= 2 else None  # noqa: PLR2004 - fewer say nothing of a rhythm
