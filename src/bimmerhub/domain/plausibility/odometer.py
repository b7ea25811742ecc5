"""Which readings of an odometer are true: the longest chain of them that physics allows.

Both the number and its unit have been seen to flip between kilometres and miles, together and apart (observed by
clients 2025-2026). No single reading shows that, and the false one may come first. So all readings of one odometer are
judged together, and the order in which they came makes no difference.

Two readings allow each other when the later one is not lower than the earlier, but for rounding, and not higher than a
car can have driven meanwhile. Let w be the time of a reading less the time that its kilometres take at top speed. Then
that says: with readings in order of w, no later one is lower by more than the rounding. So the largest set of readings
that allow each other is the longest subsequence which never falls by more than the rounding. Of several longest ones
the one with the earlier readings counts. By that rule a reading that all believed ones allow joins them and changes
nothing else: `extends` and `allows` need no look at the whole.

One thing outweighs length: a car that goes over to miles while the unit stays km falls for good, and soon has said more
of the false readings than of the true ones. So of what the longest chain leaves the longest chain is formed. Where that
one begins earlier, and the readings that it contradicts would all go on from it if they were miles, they are set apart
however many they are (`miles_in`).
"""

from bisect import bisect_left, bisect_right, insort
from collections.abc import Collection, Iterable, Sequence
from itertools import accumulate
from typing import Final

from bimmerhub.domain.signals.older_families import family_descriptors
from bimmerhub.domain.units import KM_PER_MILE
from bimmerhub.ids import Descriptor
from bimmerhub.times import DAY_MS

ODOMETERS: Final = (
    Descriptor("vehicle.vehicle.travelledDistance"),
    Descriptor("vehicle.trip.segment.end.travelledDistance"),
    *family_descriptors("odometer_km"),
)

VERSION: Final = 2
"""The version of this rule; a change of what it says needs another one, and makes every store judge anew."""

ROUNDING_KM: Final = 2.0
"""How far an odometer may seem to fall or jump: a car counts whole miles or kilometres.

Always added to the lower number, never taken from the higher one: 2.4 + 2 is 4.4, but 4.4 - 2 is more than 2.4 in
binary, and all ways of judging have to agree.
"""

MS_PER_KM: Final = 12_000
"""The time that a kilometre takes at least: 300 km/h, which none of BMW's road cars exceeds by much or for long."""

ROUNDING_MS: Final = round(ROUNDING_KM * MS_PER_KM)

LEAST_BEFORE_MILES: Final = 3
"""How many readings that go on from each other show that what lies far below them afterwards can be miles."""

LEAST_LEFT_BEHIND: Final = 3
"""How many readings that go on from each other, and not from the true ones before them, are no slip any more."""

_DRIVEN_KM: Final = 200.0
_DRIVEN_KM_PER_DAY: Final = 1_000.0
"""How far a car can have been driven between kilometres and miles, at most, to tell these from a new cluster."""

_FLIP_SHARE: Final = 0.01
_MARK_WEIGHT: Final = 2**100

Mark = tuple[int, float]
"""What an odometer said: when (ms since 1970 UTC), and how many kilometres."""


def judge(marks: Iterable[Mark], *, released: Collection[Mark] = ()) -> set[Mark]:
    """Return the marks that are true; their order makes no difference.

    A person may have released a mark: it is true, and those from it on are judged by it, those before it are not (a new
    instrument cluster, say).
    """
    return judge_and_tell(marks, released=released)[0]


def judge_and_tell(marks: Iterable[Mark], *, released: Collection[Mark] = ()) -> tuple[set[Mark], bool]:
    """Return what `judge` returns, and whether readings are set apart as miles: then no shortcut holds."""
    ordered = sorted(set(marks).union(released))
    begins = sorted(set(released))
    places = [0, *(bisect_left(ordered, mark) for mark in begins), len(ordered)]
    stretches = [ordered[: places[1]]]
    for begin, place, end in zip(begins, places[1:], places[2:], strict=False):
        stretches.append([mark for mark in ordered[place:end] if allows(begin, mark)])
    accepted: set[Mark] = set()
    has_miles = False
    for stretch in stretches:
        chain = longest_chain(stretch)
        miles = miles_in(stretch, chain)
        has_miles |= bool(miles)
        accepted.update(longest_chain(set(stretch) - miles) if miles else chain)
    return accepted, has_miles


def miles_in(marks: Collection[Mark], longest: Collection[Mark]) -> set[Mark]:
    """Return those of the longest chain of marks that are miles; none when nothing shows that.

    A reading that goes on from the longest chain makes none of it miles that was none: it is one more to explain.
    """
    if len(marks) - len(longest) < LEAST_BEFORE_MILES:
        return set()
    kilometres = sorted(longest_chain(set(marks).difference(longest)))
    if len(kilometres) < LEAST_BEFORE_MILES:
        return set()
    chain = Chain(kilometres)
    miles = sorted(mark for mark in longest if not chain.allows(mark))
    converted = [as_miles(mark) for mark in miles]
    times = [at_ms for at_ms, _ in kilometres]
    if times[LEAST_BEFORE_MILES - 1] >= miles[0][0] or not is_chain([*kilometres, *converted]):
        return set()
    for at_ms, km in converted:
        last_ms, last_km = kilometres[bisect_left(times, at_ms) - 1]
        if km - last_km > _DRIVEN_KM + _DRIVEN_KM_PER_DAY * (at_ms - last_ms) / DAY_MS:
            return set()
    return set(miles)


def may_show_miles(apart: Collection[Mark], contradicted: Collection[Mark], around: Collection[Mark]) -> bool:
    """Tell whether what is set apart could, with these, be the kilometres to which true readings are the miles.

    `contradicted` are new ones that are not true, `around` true ones near them. False is certain, True may be too
    careful.
    """
    if not contradicted or len(apart) + len(contradicted) < LEAST_BEFORE_MILES:
        return False
    chain = longest_chain({*apart, *contradicted})
    new = set(contradicted).intersection(chain)
    if len(chain) < LEAST_BEFORE_MILES or not new:
        return False
    return all(allows(mark, other) or allows(mark, as_miles(other)) for mark in new for other in around)


def left_behind(newest: Mark, apart: Iterable[Mark]) -> list[Mark]:
    """Return those set apart behind the newest true reading that go on from each other; none when they are too few.

    The odometer has gone over to something else since: a new instrument cluster, miles, or what was believed before
    was false. No rule can tell which without risking the true readings, so a person is asked.
    """
    chain = sorted(longest_chain([mark for mark in apart if mark[0] > newest[0]]))
    return chain if len(chain) >= LEAST_LEFT_BEHIND else []


def looks_like_miles(newest: Mark, mark: Mark) -> bool:
    """Tell whether a lower reading goes on from the newest true one when its number is taken for miles."""
    driven_km = as_miles(mark)[1] - newest[1]
    days = (mark[0] - newest[0]) / DAY_MS
    return mark[1] < newest[1] and -ROUNDING_KM <= driven_km <= _DRIVEN_KM + _DRIVEN_KM_PER_DAY * days


def as_miles(mark: Mark) -> Mark:
    """Return what an odometer said if its number was miles."""
    return mark[0], mark[1] * KM_PER_MILE


def longest_chain(marks: Collection[Mark]) -> list[Mark]:
    """Return the longest chain of marks that allow each other, in order of w; about O(n log n).

    Of several, that with the earlier marks (the smallest sum of their times), then that which has the first mark, in
    order of w, in which they differ.
    """
    ordered = sorted(marks, key=_by_w)
    room = _Room()
    changes = [room.add(mark) for mark in reversed(ordered)]
    chain: list[Mark] = []
    highest_km = float("-inf")
    for mark in ordered:
        room.undo(mark, changes.pop())
        if mark[1] + ROUNDING_KM >= highest_km and room.costs_at_most(_weight(mark), highest_km, mark[1]):
            chain.append(mark)
            highest_km = max(highest_km, mark[1])
    return chain


class _Room:
    """The weight that the marks not looked at yet can add to a chain, by the highest km that the chain has reached.

    The higher it has reached, the fewer of them still fit. So this is a falling step function, held as its steps: a
    place in km, and the weight that is lost once the chain reaches beyond it. A mark put in front adds its weight up to
    its own km plus the rounding, where it just fits. Below that, taking it lifts the chain and shuts others out. There
    it adds only what it weighs more than those, so the nearest steps below shrink by its weight.

    Places are held negative, so that they fall: marks come from the highest down, and what is put at the end of a list
    moves nothing (100,000 marks: 2.4 instead of 9.4 s).
    """

    def __init__(self) -> None:
        self._negative_km: list[float] = []
        self._weights: dict[float, int] = {}

    def add(self, mark: Mark) -> list[tuple[float, int]]:
        """Put a mark in front of all others; return by how much which steps below it shrank, for `undo`."""
        left = _weight(mark)
        lost: list[tuple[float, int]] = []
        place = bisect_right(self._negative_km, -mark[1])
        while place < len(self._negative_km) and left:
            step_km = -self._negative_km[place]
            taken = min(left, self._weights[step_km])
            self._change(step_km, -taken)  # a step that is used up goes, and the next lower one is in its place
            lost.append((step_km, taken))
            left -= taken
        self._change(mark[1] + ROUNDING_KM, _weight(mark))
        return lost

    def undo(self, mark: Mark, lost: Iterable[tuple[float, int]]) -> None:
        """Take the foremost mark away again."""
        self._change(mark[1] + ROUNDING_KM, -_weight(mark))
        for step_km, weight in lost:
            self._change(step_km, weight)

    def costs_at_most(self, weight: int, from_km: float, to_km: float) -> bool:
        """Tell whether not more than that weight is lost when the highest mark rises from one place to the other."""
        for place in range(bisect_right(self._negative_km, -from_km) - 1, -1, -1):
            step_km = -self._negative_km[place]
            if step_km >= to_km:
                break
            weight -= self._weights[step_km]
            if weight < 0:
                return False
        return True

    def _change(self, step_km: float, weight: int) -> None:
        if step_km not in self._weights:
            insort(self._negative_km, -step_km)
            self._weights[step_km] = weight
            return
        self._weights[step_km] += weight
        if not self._weights[step_km]:
            del self._weights[step_km]
            del self._negative_km[bisect_left(self._negative_km, -step_km)]


def allows(mark: Mark, other: Mark) -> bool:
    """Tell whether the odometer can have said both."""
    first, second = sorted((mark, other), key=_by_w)
    return second[1] + ROUNDING_KM >= first[1]


def is_chain(marks: Collection[Mark]) -> bool:
    """Tell whether all of them allow each other."""
    highest_km = float("-inf")
    for _, km in sorted(marks, key=_by_w):
        if km + ROUNDING_KM < highest_km:
            return False
        highest_km = max(highest_km, km)
    return True


class Chain:
    """Marks that allow each other, to hold others against."""

    def __init__(self, marks: Collection[Mark]) -> None:
        ordered = sorted(map(_by_w, marks))
        self._ordered = ordered
        self._kms = [km for _, km in ordered]
        self._highest_km = list(accumulate(self._kms, max, initial=float("-inf")))
        self._lowest_km = list(accumulate(reversed(self._kms), min, initial=float("inf")))[::-1]

    def allows(self, mark: Mark) -> bool:
        """Tell whether every mark of the chain allows this one."""
        km = mark[1]
        place = self._place(mark)
        return self._highest_km[place] <= km + ROUNDING_KM and self._lowest_km[place] + ROUNDING_KM >= km

    def contradicts(self, mark: Mark, *, more_than: int) -> bool:
        """Tell whether surely more marks of the chain than that do not allow this one."""
        km = mark[1]
        place = self._place(mark)
        lower = upper = place
        while lower and upper - lower <= more_than and self._kms[lower - 1] > km + ROUNDING_KM:
            lower -= 1
        while upper < len(self._kms) and upper - lower <= more_than and self._kms[upper] + ROUNDING_KM < km:
            upper += 1
        return upper - lower > more_than

    def _place(self, mark: Mark) -> int:
        return bisect_left(self._ordered, _by_w(mark))


def is_clear_of(mark: Mark, first: Mark | None, last: Mark | None) -> bool:
    """Tell whether a mark is allowed by all of a chain that lies before its member `first` and behind `last`.

    None: there is nothing there. True is certain; False may be too careful.
    """
    at_ms, km = mark
    w = _by_w(mark)[0]
    return (first is None or (at_ms > first[0] and km >= first[1] and w >= _by_w(first)[0] + ROUNDING_MS)) and (
        last is None or (at_ms < last[0] and km <= last[1] and w <= _by_w(last)[0] - ROUNDING_MS)
    )


def judge_nearby(
    marks: Collection[Mark], around: Collection[Mark], *, first: Mark | None, last: Mark | None, apart: int
) -> set[Mark] | None:
    """Return which new marks are true, as `longest_chain` of everything says; None when only the whole can say.

    `around` are the true marks near them, from `first` to `last`; None: there are none before, or none behind. `apart`
    is how many marks are set apart in all. The marks around stay true whatever is returned.
    """
    chain = Chain(around)
    fresh = set(marks).difference(around)
    believed = {mark for mark in fresh if chain.allows(mark)}
    contradicted = fresh - believed
    if not is_chain(believed) or not all(is_clear_of(mark, first, last) for mark in believed):
        return None
    if not all(chain.contradicts(mark, more_than=apart + len(contradicted)) for mark in contradicted):
        return None
    return set(marks) - contradicted


def extends(tail: Sequence[Mark], mark: Mark) -> bool:
    """Tell whether a mark surely goes on from a chain.

    `tail` are the chain's members of the last `ROUNDING_MS`, in order of time. True is certain, False may be too
    careful.
    """
    at_ms, km = mark
    newest_ms, newest_km = tail[-1]
    if at_ms <= newest_ms or km < newest_km or at_ms - newest_ms < MS_PER_KM * (km - newest_km):
        return False
    return all(allows(member, mark) for member in tail)


def doubt(mark: Mark, before: Mark | None, after: Mark | None) -> str:
    """Return in words why a mark is not true, held against the true ones before and after it."""
    km = mark[1]
    if before is not None and not allows(before, mark):
        if _is_flip(km, before[1]):
            return f"the odometer jumps from {before[1]:.9g} to {km:.9g} km, as between kilometres and miles"
        verb = "falls" if km < before[1] else "jumps"
        return f"the odometer {verb} from {before[1]:.9g} to {km:.9g} km"
    if after is not None and not allows(mark, after):
        flip = ", as if one of them were miles" if _is_flip(km, after[1]) else ""
        return f"the odometer says {km:.9g} km, and {after[1]:.9g} km later{flip}"
    return f"the odometer says {km:.9g} km, which does not fit what it says before and after"


def _weight(mark: Mark) -> int:
    """Return what a mark counts: any more marks outweigh whatever their times, of equally many the earlier ones win."""
    return _MARK_WEIGHT - mark[0]


def _by_w(mark: Mark) -> tuple[float, float]:
    return (mark[0] - MS_PER_KM * mark[1], mark[1])


def _is_flip(km: float, other_km: float) -> bool:
    """Tell whether the two differ by the factor between miles and kilometres."""
    lower, upper = sorted((km, other_km))
    return lower > 0 and abs(upper / lower / KM_PER_MILE - 1) <= _FLIP_SHARE
