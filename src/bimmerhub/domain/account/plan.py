"""Plans the REST calls that the hub makes by itself: state in, the next call and its reason out. Pure.

BMW gives an account 50 calls a UTC day. The hub leaves `reserve` of them to a person and spends the rest in this order
of rights:

- **Values** of each car every `refresh_ms`. They come first: where the budget is too small, they come less often, but
  evenly over the day and the cars. The first mappings, and what a new car is, have the same right.
- **The catch-up call**: values of each car once more, when the stream listens again after an outage. At most once an
  hour, only while CATCH_UP_LEAVES calls are left, and only from what values do not need until the reset.
- **All else** (mappings, basic data, tyres ...) at its period, also from what values do not need.

Of what is due, the mappings go first, then what was never answered, then what is late by most of its own periods: so
neither a car nor a kind starves another. What BMW refuses or fails at steps aside (`calls.Past`).

A trigger of another kind (a trip's end, a charge's start) would be one more reason for VALUES to be due, as the
catch-up call is: see `_values_wish`.
"""

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

from bimmerhub.domain.account import plan_words as words
from bimmerhub.domain.account.calls import FLOOR_MS, PERIODS_MS, Ask, Hold, Holds, Kind, Past, PlannedCall
from bimmerhub.domain.account.quota import QuotaRules, day_start_ms
from bimmerhub.ids import Vin
from bimmerhub.times import DAY_MS, HOUR_MS, MINUTE_MS

CATCH_UP_EVERY_MS = HOUR_MS
CATCH_UP_LEAVES = 10
AFTER_RESET_MS = 5 * MINUTE_MS
"""A call at 00:00 sharp, by a clock that is a second fast, would find yesterday's quota spent and cost the new day."""
MAKING_A_CONTAINER = 2
"""Calls that it takes: BMW's list of them, and the new one."""
_MOST_FORECAST = 200
_NEVER_ASKED = Past()
_CORE_WHEN_NEW = frozenset({Kind.MAPPINGS, Kind.BASIC_DATA})
_FOR_ELECTRIC_CARS = frozenset({Kind.CHARGING_HISTORY, Kind.CHARGING_SETTINGS})
_PERIODIC_OF_CARS = (Kind.BASIC_DATA, Kind.REST_ONLY, Kind.CHARGING_HISTORY, Kind.TYRES, Kind.CHARGING_SETTINGS)
_ORDER = {kind: place for place, kind in enumerate(Kind)}


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanCar:
    """A car that is asked for. `may_charge` is False only when it is known to have no plug."""

    vin: Vin
    may_charge: bool = True
    wants_image: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanState:
    """Everything that the plan of one account depends on, at `now_ms`.

    `used` are all calls of this UTC day, `used_day_before` those of the day before. With a `refresh_ms` of 0 only the
    mappings and basic data are asked for. `kinds` are those that can be asked for. `containers` tells how many BMW
    needs for a kind, 0 (or nothing) when they are still to be made; `old_containers` are to be deleted. `link_back_ms`
    is when the stream last came back from an outage. `spread_ms` spreads accounts over the minutes after the reset.
    """

    now_ms: int
    used: int
    used_day_before: int = 0
    rules: QuotaRules
    refresh_ms: int
    kinds: frozenset[Kind] = frozenset(Kind)
    cars: tuple[PlanCar, ...] = ()
    past: Mapping[Ask, Past] = field(default_factory=dict)
    containers: Mapping[Kind, int] = field(default_factory=dict)
    old_containers: int = 0
    link_back_ms: int | None = None
    holds: Holds = field(default_factory=dict)
    spread_ms: int = 0

    @property
    def resets_at_ms(self) -> int:
        """The end of the present UTC day."""
        return day_start_ms(self.now_ms) + DAY_MS

    @property
    def budget(self) -> int:
        """How many calls the hub may still make today."""
        return self.rules.limit - self.rules.reserve - self.used

    def past_of(self, ask: Ask) -> Past:
        """Return what came of asking for it, as far as it counts now."""
        return self.past.get(ask, _NEVER_ASKED).as_of(self.now_ms)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Wish:
    """A call that may become due. `leaves` are the calls that have to be left of the day's after it."""

    call: PlannedCall
    period_ms: int
    past: Past
    leaves: int


def next_call(state: PlanState) -> PlannedCall | None:
    """Return the call to make next: at once when its `due_ms` is over, else then. None when nothing is wanted."""
    wishes = [_postponed(wish, state) for wish in _wishes(state)]
    ready = [wish for wish in wishes if wish.call.due_ms <= state.now_ms]
    if ready:
        return min(ready, key=lambda wish: _urgency(wish, state.now_ms)).call
    return min((wish.call for wish in wishes), key=lambda call: (call.due_ms, _ORDER[call.ask.kind]), default=None)


def forecast(state: PlanState, *, until_ms: int) -> tuple[PlannedCall, ...]:
    """Return the calls that will be made before `until_ms` (in this UTC day) when each is answered, in their order."""
    calls: list[PlannedCall] = []
    while len(calls) < _MOST_FORECAST:
        call = next_call(state)
        if call is None or call.due_ms >= until_ms:
            break
        calls.append(replace(call, due_ms=max(call.due_ms, state.now_ms)))
        state = _after(state, call)
    return tuple(calls)


def refused_cars(state: PlanState) -> dict[Vin, int]:
    """Return the cars whose data BMW refused at the last try, and from when on (milliseconds UTC) they are asked again.

    What else is refused, such as a tyre diagnosis, is the lack of a service and nothing to mend; and without a
    container its making was refused, which is no car's fault.
    """
    refused: dict[Vin, int] = {}
    kinds = [Kind.BASIC_DATA, *([Kind.VALUES] if _is_made(state, Kind.VALUES) else [])]
    for car in state.cars:
        pasts = [state.past_of(Ask(kind=kind, vin=car.vin)) for kind in kinds]
        again_ms = [past.not_before_ms for past in pasts if past.is_refused]
        if again_ms:
            refused[car.vin] = min(again_ms)
    return refused


def period_of(state: PlanState, kind: Kind) -> int:
    """Return how often it is asked for, in milliseconds; VALUES as often as the budget allows."""
    return values_every_ms(state) if kind is Kind.VALUES else PERIODS_MS.get(kind, DAY_MS)


def values_every_ms(state: PlanState) -> int:
    """Return the time between two fetches of one car's values: `refresh_ms`, or more where the day's calls ask for it.

    What is asked for at its period is set aside first, but never more than half of the budget.
    """
    budget = max(1, state.rules.limit - state.rules.reserve)
    for_values = max(budget - _calls_a_day_besides(state), budget / 2)
    calls = len(state.cars) * _parts(state, Kind.VALUES)
    return max(state.refresh_ms, round(DAY_MS * calls / for_values), FLOOR_MS)


def _calls_a_day_besides(state: PlanState) -> float:
    a_day = {kind: DAY_MS / period_ms for kind, period_ms in PERIODS_MS.items() if kind in state.kinds}
    of_cars = sum(
        a_day[kind] * _parts(state, kind)
        for car in state.cars
        for kind in _PERIODIC_OF_CARS
        if kind in a_day and _concerns(car, kind)
    )
    return a_day.get(Kind.MAPPINGS, 0.0) + of_cars


def _wishes(state: PlanState) -> Iterator[_Wish]:
    every_ms = values_every_ms(state)
    needed = _needed_by_values(state, every_ms)
    spare = state.rules.reserve + needed
    if Kind.MAPPINGS in state.kinds:
        yield _periodic_wish(state, Ask(kind=Kind.MAPPINGS), leaves=spare)
    for car in state.cars:
        if state.refresh_ms and Kind.VALUES in state.kinds:
            yield _values_wish(state, car, every_ms=every_ms, catch_up_leaves=max(spare, CATCH_UP_LEAVES + needed))
        for kind in _PERIODIC_OF_CARS if state.refresh_ms else (Kind.BASIC_DATA,):
            if kind in state.kinds and _concerns(car, kind):
                yield _periodic_wish(state, Ask(kind=kind, vin=car.vin), leaves=spare)
        if car.wants_image and state.refresh_ms and Kind.IMAGE in state.kinds:
            yield _single_wish(state, Ask(kind=Kind.IMAGE, vin=car.vin), leaves=spare, reason=words.ONCE)
    if state.old_containers and Kind.OLD_CONTAINERS in state.kinds and _has_containers(state):
        yield _single_wish(state, Ask(kind=Kind.OLD_CONTAINERS), leaves=spare, reason=words.IN_THE_WAY)


def _periodic_wish(state: PlanState, ask: Ask, *, leaves: int) -> _Wish:
    past, period_ms = state.past_of(ask), PERIODS_MS[ask.kind]
    is_new = past.answered_at_ms is None
    return _wish(
        state,
        ask,
        due_ms=0 if past.answered_at_ms is None else past.answered_at_ms + period_ms,
        period_ms=period_ms,
        reason=words.NEVER_ASKED if is_new else words.every(period_ms),
        leaves=state.rules.reserve if is_new and ask.kind in _CORE_WHEN_NEW else leaves,
    )


def _single_wish(state: PlanState, ask: Ask, *, leaves: int, reason: str) -> _Wish:
    return _wish(state, ask, due_ms=0, period_ms=PERIODS_MS.get(ask.kind, DAY_MS), reason=reason, leaves=leaves)


def _values_wish(state: PlanState, car: PlanCar, *, every_ms: int, catch_up_leaves: int) -> _Wish:
    ask = Ask(kind=Kind.VALUES, vin=car.vin)
    past, reserve = state.past_of(ask), state.rules.reserve
    if past.answered_at_ms is None:
        return _wish(state, ask, due_ms=0, period_ms=every_ms, reason=words.NEVER_ASKED, leaves=reserve)
    due_ms = past.answered_at_ms + every_ms
    back_ms = state.link_back_ms
    if back_ms is not None and past.answered_at_ms < back_ms <= state.now_ms < due_ms:
        at_ms = max(back_ms, past.answered_at_ms + CATCH_UP_EVERY_MS)
        catch_up = _wish(state, ask, due_ms=at_ms, period_ms=every_ms, reason=words.CATCHES_UP, leaves=catch_up_leaves)
        if at_ms < due_ms and _is_affordable(catch_up, state):
            return catch_up
    reason = words.every(every_ms)
    if every_ms > max(state.refresh_ms, FLOOR_MS):
        reason = words.shared(reason, calls=max(0, state.rules.limit - reserve))
    return _wish(state, ask, due_ms=due_ms, period_ms=every_ms, reason=reason, leaves=reserve)


def _wish(state: PlanState, ask: Ask, *, due_ms: int, period_ms: int, reason: str, leaves: int) -> _Wish:
    """Return a wish with the waits that its past asks for."""
    past = state.past_of(ask)
    waits_ms = _waits_ms(past, state)
    if waits_ms > max(due_ms, state.now_ms) and past.asked_at_ms is not None:
        reason = words.again(reason, failures=past.failures)
    due_ms = max(due_ms, waits_ms)
    calls = _parts(state, ask.kind) + (0 if _is_made(state, ask.kind) else MAKING_A_CONTAINER)
    return _Wish(
        call=PlannedCall(ask=ask, due_ms=due_ms, calls=calls, reason=reason),
        period_ms=period_ms,
        past=past,
        leaves=leaves,
    )


def _waits_ms(past: Past, state: PlanState) -> int:
    """Return before when it is not asked for again, whatever is due."""
    if past.asked_at_ms is None:
        return past.not_before_ms
    back_ms = state.link_back_ms
    is_over = past.failures > 0 and back_ms is not None and past.asked_at_ms < back_ms <= state.now_ms
    return max(past.asked_at_ms + FLOOR_MS, 0 if is_over else past.not_before_ms)


def _postponed(wish: _Wish, state: PlanState) -> _Wish:
    """Return the wish with the waits that the account asks for: a pause, the quota, the first minutes of a day."""
    earliest_ms, reason = _earliest(state, wish.call.ask)
    if wish.call.due_ms < state.resets_at_ms and not _is_affordable(wish, state):
        is_spent = state.budget < wish.call.calls
        after_ms = state.resets_at_ms + AFTER_RESET_MS + state.spread_ms
        why = words.SPENT if is_spent else words.FOR_VALUES
        earliest_ms, reason = max(earliest_ms, after_ms), why
    if earliest_ms <= max(wish.call.due_ms, state.now_ms):
        return wish
    return replace(wish, call=replace(wish.call, due_ms=earliest_ms, reason=words.but(wish.call.reason, reason)))


def _earliest(state: PlanState, ask: Ask) -> tuple[int, str]:
    """Return before when it is not asked for, and why: a pause of the car or the account, or a day that just began."""
    was_spent = state.used_day_before >= state.rules.limit - state.rules.reserve
    opens_ms = day_start_ms(state.now_ms) + AFTER_RESET_MS + state.spread_ms if was_spent else 0
    holds = [state.holds[vin] for vin in {ask.vin, None} if vin in state.holds]
    held = [(hold.until_ms, hold.reason) for hold in holds if _counts(hold, state)]
    return max([*held, (opens_ms, words.NEW_DAY)])


def _counts(hold: Hold, state: PlanState) -> bool:
    back_ms = state.link_back_ms
    is_over = hold.ends_with_link and back_ms is not None and hold.at_ms < back_ms <= state.now_ms
    return not is_over and hold.at_ms <= state.now_ms


def _is_affordable(wish: _Wish, state: PlanState) -> bool:
    return state.used + wish.call.calls + wish.leaves <= state.rules.limit


def _urgency(wish: _Wish, now_ms: int) -> tuple[bool, bool, float, int, int]:
    """Return what puts a due wish before others: no failed try, then never answered, then late by most periods.

    The mappings come before all of these, for they say which cars are to be asked for.
    """
    past, kind = wish.past, wish.call.ask.kind
    late = math.inf if past.answered_at_ms is None else (now_ms - past.answered_at_ms) / wish.period_ms
    return (past.failures > 0, kind is not Kind.MAPPINGS, -late, _ORDER[kind], wish.call.due_ms)


def _needed_by_values(state: PlanState, every_ms: int) -> int:
    """Return how many calls the cars' values still take until the reset, at their pace."""
    if not state.refresh_ms or Kind.VALUES not in state.kinds:
        return 0
    resets_at_ms, parts = state.resets_at_ms, _parts(state, Kind.VALUES)
    needed = 0 if _is_made(state, Kind.VALUES) else MAKING_A_CONTAINER
    for car in state.cars:
        past = state.past_of(Ask(kind=Kind.VALUES, vin=car.vin))
        regular_ms = 0 if past.answered_at_ms is None else past.answered_at_ms + every_ms
        due_ms = max(regular_ms, past.not_before_ms, state.now_ms)
        if due_ms < resets_at_ms:
            needed += parts * (1 + (resets_at_ms - 1 - due_ms) // every_ms)
    return needed


def _parts(state: PlanState, kind: Kind) -> int:
    """Return how many calls it takes to ask for it once."""
    return max(1, state.containers.get(kind, 0))


def _is_made(state: PlanState, kind: Kind) -> bool:
    return kind not in (Kind.VALUES, Kind.REST_ONLY) or state.containers.get(kind, 0) > 0


def _has_containers(state: PlanState) -> bool:
    return all(_is_made(state, kind) for kind in (Kind.VALUES, Kind.REST_ONLY) if kind in state.kinds)


def _concerns(car: PlanCar, kind: Kind) -> bool:
    return car.may_charge or kind not in _FOR_ELECTRIC_CARS


def _after(state: PlanState, call: PlannedCall) -> PlanState:
    """Return the state once the call is answered, at its time."""
    now_ms = max(state.now_ms, call.due_ms)
    ask = call.ask
    return replace(
        state,
        now_ms=now_ms,
        used=state.used + call.calls,
        past={**state.past, ask: Past(asked_at_ms=now_ms, answered_at_ms=now_ms)},
        containers={**state.containers, ask.kind: _parts(state, ask.kind)},
        cars=tuple(
            replace(car, wants_image=False) if ask == Ask(kind=Kind.IMAGE, vin=car.vin) else car for car in state.cars
        ),
        old_containers=max(0, state.old_containers - 1) if ask.kind is Kind.OLD_CONTAINERS else state.old_containers,
    )
