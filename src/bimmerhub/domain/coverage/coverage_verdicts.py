"""Coverage: for each descriptor of a vehicle, whether it arrives, and if not, why.

BMW tells none of this: which keys are ticked in the portal cannot be asked, a silent stream looks like a sleeping car,
and no car sends every key. So it is read from what came: on which days, how often, and what REST knows besides.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from itertools import pairwise
from statistics import median
from typing import Literal

from bimmerhub.domain.catalogue.descriptors import Catalogue
from bimmerhub.domain.catalogue.model_facts import ModelFact
from bimmerhub.domain.coverage.cadence import Activity, Cadence, observe_cadence
from bimmerhub.domain.coverage.listening import Listening
from bimmerhub.ids import Descriptor
from bimmerhub.times import DAY_MS

COVERAGE_DAYS = 30
"""How far back the arrivals count."""
RECENT_MS = DAY_MS
REST_AHEAD_MS = DAY_MS
"""A value by REST that is so much newer than the last one by stream has passed the stream by."""
SETTLED_DAYS = 3
"""On so many days with messages a descriptor that the car sends has usually shown itself."""
REGULAR_DAYS = 7
"""On so many days something has to have come before it is missed without a word of REST's: a long-term average settles
in a few, and what one journey brought has no rhythm."""
REGULAR_SHARE = 1 / 3
"""What came on fewer of the days with messages has no rhythm that it could miss."""
APPLICABLE_DAYS = 30
"""What a car has not sent in so many days of its own clock, it does not have."""
LISTENED_SHARE = 1 / 2
"""A day counts when the stream was listened to for at least so much of it."""
BURST_GAP_MS, BURST_VALUES = 3_000, 5
"""Up to so many values, this close to each other, are one burst (positions: three, a second apart; observed 2026)."""
EVERY_DESCRIPTOR = Descriptor("vehicle.*")
BY_REST_IN_PRACTICE = frozenset(
    {
        Descriptor("vehicle.drivetrain.electricEngine.charging.hvStatus"),
        Descriptor("vehicle.drivetrain.electricEngine.charging.timeRemaining"),
    }
)
"""BMW lets them be ticked, yet the time left came by REST only, and hvStatus mostly (observed by clients 2025-2026).

That a car which streamed neither so far never will is inferred; where one comes, it counts as any other.
"""

Ticked = Literal["yes", "no", "unknown", "cannot"]


class Verdict(StrEnum):
    """What becomes of a descriptor: ARRIVING within the last day; QUIET when nothing new is normal for it.

    NEVER_SENT so far, and after APPLICABLE_DAYS of listening NOT_APPLICABLE: this car does not have it.
    """

    ARRIVING = "arriving"
    QUIET = "quiet"
    STOPPED = "stopped"
    NOT_TICKED = "not ticked"
    NEVER_SENT = "never sent"
    NOT_APPLICABLE = "not applicable"
    NOT_SEEN_YET = "not seen yet"
    REST_ONLY = "REST only"
    STREAM_DOWN = "stream down"


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrivals:
    """When values of one descriptor came, within the last COVERAGE_DAYS. Times are milliseconds UTC of the values.

    `streamed_days` are days since 1970 with a value by stream, in order; `streamed_at_ms` are the newest such values,
    newest first, as many as the store gives; `streamed_minutes` are the newest minutes since 1970 with such a value, in
    order: fewer than the values, so that they reach back further. `rest_at_ms` is the newest value by REST that was not
    "no value", and `rest_differs` tells whether it is another value than the newest by stream: backends stamp unchanged
    ones anew. `first_streamed_ms` is the very first value by stream, however old. `rejected` is how many of the
    values a person rejected; they came all the same.
    """

    descriptor: Descriptor
    streamed_days: Sequence[int] = ()
    streamed_at_ms: Sequence[int] = ()
    streamed_minutes: Sequence[int] = ()
    rest_at_ms: int | None = None
    rest_differs: bool = False
    first_streamed_ms: int | None = None
    rejected: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """What besides arrivals tells of a car's coverage.

    `asked_by_rest` are the descriptors that REST has been asked for, `listening` when the stream was connected,
    `activity` the car's drives and charges, `model` what its model is known to send.
    """

    asked_by_rest: frozenset[Descriptor] = frozenset()
    listening: Listening = field(default_factory=Listening)
    activity: Activity = field(default_factory=Activity)
    model: Mapping[Descriptor, ModelFact] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Coverage:
    """One descriptor of one vehicle. `why` says in words what the verdict rests on.

    `usual_gap_s` is the median time between its newest values by stream, None with fewer than three. `cadence` is when
    values come, as observed. `model_note` is what its model was seen to do with it, with the source. A person
    rejected `rejected` of the values.
    """

    descriptor: Descriptor
    title: str | None
    ticked: Ticked
    verdict: Verdict
    why: str
    last_streamed_ms: int | None
    last_rest_ms: int | None
    usual_gap_s: float | None
    cadence: Cadence | None = None
    model_note: str | None = None
    rejected: int = 0


def derive_coverage(
    arrivals: Iterable[Arrivals], *, catalogue: Catalogue, evidence: Evidence, now_ms: int
) -> list[Coverage]:
    """Return the coverage of every descriptor of the catalogue and every other one that came, by descriptor.

    Only time in which the stream was listened to counts. What REST alone tells accuses the portal's selection only
    where the value was measured in such a time. What a car sends only while it charges is missed only on days on which
    it charged.
    """
    by_descriptor = {arrival.descriptor: arrival for arrival in arrivals}
    car = _Car.of(by_descriptor, evidence, now_ms=now_ms)
    keys = sorted({*by_descriptor, *(entry.key for entry in catalogue.values() if not entry.retired)})
    return [_cover(key, by_descriptor.get(key), catalogue, car) for key in keys]


def derive_asked_coverage(newest_ms: Mapping[Descriptor, int], *, now_ms: int) -> list[Coverage]:
    """Return the coverage of a car that is only asked for, by families without a stream: of what came, in order.

    `newest_ms` is when the newest value of each descriptor was measured.
    """
    return [
        Coverage(
            descriptor=descriptor,
            title=None,
            ticked="cannot",
            verdict=Verdict.ARRIVING if now_ms - at_ms <= RECENT_MS else Verdict.QUIET,
            why="is what the car reported last, as BMW told when asked",
            last_streamed_ms=None,
            last_rest_ms=at_ms,
            usual_gap_s=None,
        )
        for descriptor, at_ms in sorted(newest_ms.items())
    ]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Car:
    """What all descriptors of a vehicle share: its own clock, which runs on days with messages and a connection."""

    active_days: tuple[int, ...]
    first_streamed_ms: int
    last_streamed_ms: int
    evidence: Evidence
    now_ms: int

    @classmethod
    def of(cls, by_descriptor: Mapping[Descriptor, Arrivals], evidence: Evidence, *, now_ms: int) -> "_Car":
        days = {day for arrival in by_descriptor.values() for day in arrival.streamed_days}
        firsts = [arrival.first_streamed_ms for arrival in by_descriptor.values() if arrival.first_streamed_ms]
        newest = [arrival.streamed_at_ms[0] for arrival in by_descriptor.values() if arrival.streamed_at_ms]
        return cls(
            active_days=tuple(sorted(day for day in days if _counts(day, evidence.listening, now_ms))),
            first_streamed_ms=min(firsts, default=now_ms),
            last_streamed_ms=max(newest, default=0),
            evidence=evidence,
            now_ms=now_ms,
        )

    @property
    def is_connected(self) -> bool:
        """Whether the stream stands."""
        return self.evidence.listening.is_connected

    @property
    def why_down(self) -> str:
        """Why nothing can come at present: so far no account streams this car, as one that only a capture told of."""
        if not self.evidence.listening.spans:
            return "no account's stream was connected for this car so far"
        return "the stream is not connected"

    @property
    def clock_days(self) -> float:
        """For how many days it has been listened to since it first sent something."""
        return self.evidence.listening.ms_between(self.first_streamed_ms, self.now_ms) / DAY_MS

    @property
    def unnoted_days(self) -> int:
        """On how many of its days nobody noted whether the stream was connected: an import told of them, say."""
        return sum(not self.evidence.listening.is_recorded((day + 1) * DAY_MS - 1) for day in self.active_days)

    def was_listened_to(self, at_ms: int) -> bool:
        """Tell whether what was measured at a time should have come by the stream."""
        return self.evidence.listening.holds(at_ms)

    def days_for(self, descriptor: Descriptor, cadence: Cadence | None) -> tuple[int, ...]:
        """Return the days on which a descriptor can be missed: of what comes with charges, those with a charge.

        Only charges that others tell count: with the charges that it tells itself it would miss none.
        """
        charges = self.evidence.activity.charges_told_besides(descriptor) if cadence is Cadence.CHARGING else ()
        days = {day for charge in charges for day in range(charge.from_ms // DAY_MS, charge.to_ms // DAY_MS + 1)}
        return tuple(day for day in self.active_days if day in days) if days else self.active_days


def _counts(day: int, listening: Listening, now_ms: int) -> bool:
    """Tell whether a day counts: the stream was listened to for long enough, or nobody has noted whether it was."""
    begins_ms, ends_ms = day * DAY_MS, min((day + 1) * DAY_MS, now_ms)
    if not listening.is_recorded(begins_ms):
        return True
    return listening.ms_between(begins_ms, ends_ms) >= LISTENED_SHARE * (ends_ms - begins_ms)


def _days_since(days: Sequence[int], day: int) -> int:
    return sum(1 for later in days if later > day)


def _longest_pause(days: Sequence[int], own: Sequence[int]) -> int:
    """Return the largest number of `days` that lay between two neighbouring ones of `own`."""
    return max((_days_since(days, a) - _days_since(days, b) for a, b in pairwise(own)), default=1)


def _cover(key: Descriptor, arrived: Arrivals | None, catalogue: Catalogue, car: _Car) -> Coverage:
    arrivals = arrived or Arrivals(descriptor=key)
    entry = catalogue.get(key)
    fact = car.evidence.model.get(key) or car.evidence.model.get(EVERY_DESCRIPTOR)
    streamed_ms = arrivals.streamed_at_ms[0] if arrivals.streamed_at_ms else None
    may_be_streamed = entry is None or (entry.streamable and key not in BY_REST_IN_PRACTICE)
    is_streamable = streamed_ms is not None or (may_be_streamed and (fact is None or fact.sends != "rest"))
    cadence = observe_cadence(arrivals.streamed_minutes, car.evidence.activity)
    if not is_streamable:
        verdict, why = _judge_rest_only(arrivals)
    elif streamed_ms is None:
        verdict, why = _judge_unseen(arrivals, car, fact)
    else:
        verdict, why = _judge_seen(arrivals, streamed_ms, car, car.days_for(key, cadence))
    return Coverage(
        descriptor=key,
        title=entry.title if entry else None,
        ticked=_ticked(verdict, streamed_ms, is_streamable=is_streamable),
        verdict=verdict,
        why=why,
        last_streamed_ms=streamed_ms,
        last_rest_ms=arrivals.rest_at_ms,
        usual_gap_s=_usual_gap_s(arrivals.streamed_at_ms),
        cadence=cadence,
        model_note=None if fact is None else f"{fact.car}: {fact.note} ({fact.source})",
        rejected=arrivals.rejected,
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


def _judge_unseen(arrivals: Arrivals, car: _Car, fact: ModelFact | None) -> tuple[Verdict, str]:
    rest_ms = arrivals.rest_at_ms
    if rest_ms is None and arrivals.first_streamed_ms is None:
        return _judge_never_told(arrivals.descriptor, car, fact)
    if rest_ms is None:
        return Verdict.QUIET, f"came before, but not in the last {COVERAGE_DAYS} days"
    if car.was_listened_to(rest_ms) and car.now_ms - rest_ms > REST_AHEAD_MS:
        return Verdict.NOT_TICKED, "REST has a value of a time in which the stream did not bring it"
    if arrivals.first_streamed_ms is not None:
        return (
            Verdict.QUIET,
            f"REST has a value; by stream one came before, but not in the last {COVERAGE_DAYS} days",
        )
    return Verdict.NOT_SEEN_YET, "REST has a value; the stream has brought none so far"


def _judge_never_told(key: Descriptor, car: _Car, fact: ModelFact | None) -> tuple[Verdict, str]:
    days = len(car.active_days)
    source = "neither stream nor REST" if key in car.evidence.asked_by_rest else "the stream never"
    if fact is not None and fact.sends == "never":
        return Verdict.NOT_APPLICABLE, "cars of this model were seen not to send it"
    if days >= SETTLED_DAYS and car.clock_days >= APPLICABLE_DAYS:
        return Verdict.NOT_APPLICABLE, f"{car.clock_days:.0f} days connected, {source} brought one"
    if days >= SETTLED_DAYS:
        unnoted = car.unnoted_days
        of_which = f" (of {unnoted} nobody noted whether the stream was connected)" if unnoted else ""
        return Verdict.NEVER_SENT, f"{days} days with messages{of_which}, {source} brought one"
    if not car.is_connected:
        return Verdict.STREAM_DOWN, car.why_down
    return Verdict.NOT_SEEN_YET, f"only {days} days with messages of this car so far"


def _judge_seen(arrivals: Arrivals, streamed_ms: int, car: _Car, days: Sequence[int]) -> tuple[Verdict, str]:
    """`days` are those on which the descriptor can be missed."""
    if car.now_ms - streamed_ms <= RECENT_MS:
        return Verdict.ARRIVING, "came within the last day"
    if not car.is_connected:
        return Verdict.STREAM_DOWN, car.why_down
    own = [day for day in days if day in set(arrivals.streamed_days)]
    missed = _days_since(days, streamed_ms // DAY_MS)
    is_missing = len(own) >= max(SETTLED_DAYS, REGULAR_SHARE * (len(days) - missed)) and missed > max(
        2 * _longest_pause(days, own), SETTLED_DAYS
    )
    is_car_silent = car.now_ms - car.last_streamed_ms > RECENT_MS
    if (is_missing or is_car_silent) and _has_passed_by(arrivals, streamed_ms, car):
        return Verdict.NOT_TICKED, "REST has a newer and different value that the stream did not bring"
    if is_missing and len(own) >= REGULAR_DAYS:
        when = "days with messages" if days is car.active_days else "days with charging"
        return Verdict.STOPPED, f"came on {len(own)} of {len(days)} {when}, not on the last {missed}"
    rest_ms = arrivals.rest_at_ms
    if rest_ms is not None and rest_ms > streamed_ms and not car.was_listened_to(rest_ms):
        return Verdict.QUIET, "REST has a newer value, of a time in which the stream was not connected"
    return Verdict.QUIET, "nothing new, as at other times"


def _has_passed_by(arrivals: Arrivals, streamed_ms: int, car: _Car) -> bool:
    """Tell whether REST has another value, a day newer, of a time in which the stream was listened to."""
    rest_ms = arrivals.rest_at_ms
    if rest_ms is None or not arrivals.rest_differs:
        return False
    return rest_ms > streamed_ms + REST_AHEAD_MS and car.was_listened_to(rest_ms)


def _usual_gap_s(streamed_at_ms: Sequence[int]) -> float | None:
    """Return the median gap; where values come a few at a time, as positions do, the one between such bursts."""
    gaps_ms = [newer - older for newer, older in pairwise(streamed_at_ms) if newer > older]
    between_ms = [gap_ms for gap_ms in gaps_ms if gap_ms > BURST_GAP_MS]
    if len(between_ms) > 1 and len(between_ms) * BURST_VALUES > len(gaps_ms):
        gaps_ms = between_ms
    return median(gaps_ms) / 1000 if len(gaps_ms) >= 2 else None  # noqa: PLR2004 - fewer say nothing of a rhythm
