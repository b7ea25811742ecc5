"""Which REST call is next, when and why: the reserve, catching up, refusals, stamps of wrong clocks."""

from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bimmerhub.domain.account.calls import (
    FLOOR_MS,
    LONGEST_HOLD_MS,
    PERIODS_MS,
    Ask,
    CallEnd,
    Hold,
    Holds,
    Kind,
    Past,
    PlannedCall,
    holds_after,
)
from bimmerhub.domain.account.plan import (
    AFTER_RESET_MS,
    CATCH_UP_EVERY_MS,
    MAKING_A_CONTAINER,
    PlanCar,
    PlanState,
    forecast,
    next_call,
    refused_cars,
    values_every_ms,
)
from bimmerhub.domain.account.quota import QuotaRules
from bimmerhub.ids import Vin
from bimmerhub.times import DAY_MS, HOUR_MS, MINUTE_MS

MIDNIGHT_MS = 1_785_110_400_000  # 2026-07-27T00:00:00Z
NOON_MS = MIDNIGHT_MS + 12 * HOUR_MS
CARS = tuple(PlanCar(vin=Vin(f"WBA{number:014d}")) for number in range(6))
MADE = {Kind.VALUES: 1, Kind.REST_ONLY: 1}
MAPPINGS = Ask(kind=Kind.MAPPINGS)


def values_of(car: PlanCar) -> Ask:
    return Ask(kind=Kind.VALUES, vin=car.vin)


def settled(now_ms: int, *, cars: int = 1, values_ago_ms: int = HOUR_MS, used: int = 0) -> PlanState:
    """Return a state in which everything was answered: values so long ago, all else a minute ago."""
    chosen = CARS[:cars]
    asks = [MAPPINGS, *(Ask(kind=kind, vin=car.vin) for car in chosen for kind in Kind)]
    ago = {ask: values_ago_ms if ask.kind is Kind.VALUES else MINUTE_MS for ask in asks}
    return PlanState(
        now_ms=now_ms,
        used=used,
        rules=QuotaRules(),
        refresh_ms=6 * HOUR_MS,
        cars=chosen,
        past={ask: Past(asked_at_ms=now_ms - ms, answered_at_ms=now_ms - ms) for ask, ms in ago.items()},
        containers=MADE,
    )


def next_of(state: PlanState) -> PlannedCall:
    call = next_call(state)
    assert call is not None
    return call


def with_past(state: PlanState, ask: Ask, past: Past) -> PlanState:
    return replace(state, past={**state.past, ask: past})


def test_a_new_account_begins_with_its_cars_then_what_they_are_then_their_values() -> None:
    new = PlanState(now_ms=NOON_MS, used=0, rules=QuotaRules(), refresh_ms=6 * HOUR_MS)
    assert [call.ask for call in forecast(new, until_ms=NOON_MS + HOUR_MS)] == [MAPPINGS]
    met = replace(new, cars=CARS[:2], past={MAPPINGS: Past(asked_at_ms=NOON_MS, answered_at_ms=NOON_MS)})
    calls = forecast(met, until_ms=NOON_MS + HOUR_MS)
    assert [call.ask.kind for call in calls[:4]] == [Kind.BASIC_DATA] * 2 + [Kind.VALUES] * 2
    assert [call.calls for call in calls[:4]] == [1, 1, 1 + MAKING_A_CONTAINER, 1]
    assert {call.reason for call in calls} == {"not asked before"}


def test_which_cars_there_are_is_asked_before_their_values() -> None:
    state = settled(NOON_MS, cars=2, values_ago_ms=30 * HOUR_MS)
    day_old = Past(asked_at_ms=NOON_MS - DAY_MS, answered_at_ms=NOON_MS - DAY_MS)
    assert next_of(with_past(state, MAPPINGS, day_old)).ask == MAPPINGS


def test_values_come_at_their_pace_and_say_so() -> None:
    call = next_of(settled(NOON_MS))
    assert (call.ask, call.due_ms, call.calls) == (values_of(CARS[0]), NOON_MS + 5 * HOUR_MS, 1)
    assert call.reason == "every 6 h"


def test_many_cars_share_the_day_evenly() -> None:
    state = replace(settled(NOON_MS, cars=6), refresh_ms=HOUR_MS)
    assert 4 * HOUR_MS < values_every_ms(state) < 7 * HOUR_MS
    assert "the cars share 40 calls a day" in next_of(state).reason
    assert values_every_ms(settled(NOON_MS, cars=6)) == 6 * HOUR_MS


def test_without_a_refresh_only_the_cars_are_met() -> None:
    state = PlanState(now_ms=NOON_MS, used=0, rules=QuotaRules(), refresh_ms=0, cars=CARS[:1])
    kinds = {call.ask.kind for call in forecast(state, until_ms=NOON_MS + HOUR_MS)}
    assert kinds == {Kind.MAPPINGS, Kind.BASIC_DATA}


@pytest.mark.parametrize(("used", "is_now"), [(39, True), (40, False), (50, False)])
def test_the_reserve_is_not_touched_and_work_goes_on_after_the_reset(used: int, *, is_now: bool) -> None:
    call = next_of(replace(settled(NOON_MS, values_ago_ms=6 * HOUR_MS, used=used), spread_ms=7))
    due_ms = NOON_MS if is_now else MIDNIGHT_MS + DAY_MS + AFTER_RESET_MS + 7
    assert (call.ask.kind, max(call.due_ms, NOON_MS)) == (Kind.VALUES, due_ms)
    assert ("spent" in call.reason) != is_now


def test_a_day_after_a_spent_one_begins_some_minutes_late() -> None:
    state = settled(MIDNIGHT_MS + 1, values_ago_ms=6 * HOUR_MS)
    assert next_of(state).due_ms <= state.now_ms
    assert next_of(replace(state, used_day_before=40)).due_ms == MIDNIGHT_MS + AFTER_RESET_MS


def test_the_stream_is_caught_up_with_once_an_hour_and_only_where_values_leave_room() -> None:
    back = replace(settled(NOON_MS, values_ago_ms=2 * HOUR_MS), link_back_ms=NOON_MS)
    assert (next_of(back).due_ms, "catches up" in next_of(back).reason) == (NOON_MS, True)
    soon = replace(settled(NOON_MS, values_ago_ms=HOUR_MS // 3), link_back_ms=NOON_MS)
    assert next_of(soon).due_ms == NOON_MS - HOUR_MS // 3 + CATCH_UP_EVERY_MS
    missed = replace(settled(NOON_MS, values_ago_ms=2 * HOUR_MS), link_back_ms=NOON_MS - 3 * HOUR_MS)
    assert next_of(missed).due_ms == NOON_MS + 4 * HOUR_MS
    spent = replace(back, used=38)  # two more are for values until midnight
    assert next_of(spent).due_ms == NOON_MS + 4 * HOUR_MS


def test_catching_up_leaves_ten_calls_also_without_a_reserve() -> None:
    back = replace(settled(NOON_MS, values_ago_ms=2 * HOUR_MS), link_back_ms=NOON_MS, rules=QuotaRules(reserve=0))
    assert next_of(replace(back, used=37)).due_ms == NOON_MS
    assert next_of(replace(back, used=38)).due_ms == NOON_MS + 4 * HOUR_MS


def test_what_can_wait_leaves_the_values_of_the_day_alone() -> None:
    tyres = Ask(kind=Kind.TYRES, vin=CARS[0].vin)
    state = with_past(settled(NOON_MS, used=38), tyres, Past())
    assert next_of(replace(state, used=37)).ask == tyres
    call = next_of(state)
    assert call.ask.kind is Kind.VALUES
    waiting = [one for one in forecast(replace(state, cars=CARS[:1]), until_ms=state.resets_at_ms) if one.ask == tyres]
    assert not waiting


def test_a_car_without_a_plug_is_not_asked_for_its_charging() -> None:
    petrol = PlanState(
        now_ms=NOON_MS,
        used=0,
        rules=QuotaRules(),
        refresh_ms=6 * HOUR_MS,
        cars=(replace(CARS[0], may_charge=False, wants_image=True),),
    )
    kinds = {call.ask.kind for call in forecast(petrol, until_ms=NOON_MS + HOUR_MS)}
    assert kinds == set(Kind) - {Kind.CHARGING_HISTORY, Kind.CHARGING_SETTINGS, Kind.OLD_CONTAINERS}


def test_old_containers_go_once_the_new_ones_are_there() -> None:
    state = replace(settled(NOON_MS), old_containers=1)
    assert next_of(state).ask.kind is Kind.OLD_CONTAINERS
    assert next_of(replace(state, containers={Kind.VALUES: 1})).ask.kind is not Kind.OLD_CONTAINERS


@pytest.mark.parametrize("ending", [CallEnd.REFUSED, CallEnd.FAULT])
def test_a_car_that_fails_lets_the_others_have_their_turn(ending: CallEnd) -> None:
    state = settled(NOON_MS, cars=3, values_ago_ms=6 * HOUR_MS)
    turns = []
    for _ in range(3):
        call = next_of(state)
        turns.append(call.ask)
        past = state.past_of(call.ask).begun(NOON_MS).ended(ending, NOON_MS, period_ms=6 * HOUR_MS)
        holds = holds_after(state.holds, call.ask, ending, NOON_MS) if len(turns) == 1 else state.holds
        state = replace(with_past(state, call.ask, past), holds=holds)
    assert set(turns) == {values_of(car) for car in CARS[:3]}


def test_a_refusal_stands_for_a_day_at_least() -> None:
    refused = Past().begun(NOON_MS).ended(CallEnd.REFUSED, NOON_MS, period_ms=6 * HOUR_MS)
    state = replace(with_past(settled(NOON_MS), values_of(CARS[0]), refused), kinds=frozenset({Kind.VALUES}))
    call = next_of(state)
    assert (call.due_ms, call.reason) == (NOON_MS + DAY_MS, "not asked before; BMW refused it")


def test_a_car_whose_data_are_refused_is_told_until_they_are_answered() -> None:
    values, tyres = values_of(CARS[0]), Ask(kind=Kind.TYRES, vin=CARS[0].vin)
    begun = Past().begun(NOON_MS)
    refused = begun.ended(CallEnd.REFUSED, NOON_MS, period_ms=6 * HOUR_MS)
    state = with_past(settled(NOON_MS), values, refused)
    assert refused_cars(state) == {CARS[0].vin: NOON_MS + DAY_MS}
    assert refused_cars(replace(state, containers={})) == {}, "the making of a container was refused, not the car"
    assert refused_cars(with_past(settled(NOON_MS), tyres, refused)) == {}
    for ending in (CallEnd.NOT_COUNTED, CallEnd.FAULT, CallEnd.ANSWERED):
        past = begun.ended(ending, NOON_MS, period_ms=6 * HOUR_MS)
        assert refused_cars(with_past(state, values, past)) == {}
    assert refused_cars(with_past(state, values, replace(refused, answered_at_ms=NOON_MS))) == {}


def test_faults_of_one_car_pause_that_car_and_of_two_in_a_row_all() -> None:
    first, second = values_of(CARS[0]), values_of(CARS[1])
    holds = holds_after({}, first, CallEnd.FAULT, NOON_MS)
    holds = holds_after(holds, first, CallEnd.FAULT, NOON_MS)
    assert {vin: hold.until_ms - NOON_MS for vin, hold in holds.items()} == {CARS[0].vin: 2 * FLOOR_MS, None: 0}
    holds = holds_after(holds, second, CallEnd.FAULT, NOON_MS)
    assert holds[None].until_ms == NOON_MS + FLOOR_MS
    for _ in range(40):
        holds = holds_after(holds_after(holds, first, CallEnd.FAULT, NOON_MS), second, CallEnd.FAULT, NOON_MS)
    assert holds[None].until_ms == NOON_MS + LONGEST_HOLD_MS
    assert holds_after(holds, first, CallEnd.ANSWERED, NOON_MS).keys() == {CARS[1].vin}


def test_a_pause_for_faults_ends_when_the_stream_comes_back() -> None:
    held = replace(
        settled(NOON_MS, values_ago_ms=6 * HOUR_MS),
        holds={None: Hold(until_ms=NOON_MS + HOUR_MS, at_ms=NOON_MS - HOUR_MS, row=3, ends_with_link=True)},
    )
    assert next_of(held).due_ms == NOON_MS + HOUR_MS
    assert next_of(replace(held, link_back_ms=NOON_MS)).due_ms <= NOON_MS


@pytest.mark.parametrize(
    ("ending", "retry_after_s", "pause_ms"),
    [
        (CallEnd.NOT_ALLOWED, 0, HOUR_MS),
        (CallEnd.TOO_FAST, 1, FLOOR_MS),
        (CallEnd.TOO_FAST, 7_200, 2 * HOUR_MS),
        (CallEnd.TOO_FAST, 10**12, DAY_MS),
        (CallEnd.NOT_COUNTED, 0, 0),
    ],
)
def test_what_concerns_the_account_pauses_everything(ending: CallEnd, retry_after_s: float, pause_ms: int) -> None:
    holds = holds_after({}, MAPPINGS, ending, NOON_MS, retry_after_s=retry_after_s)
    assert holds.get(None, Hold(until_ms=NOON_MS)).until_ms == NOON_MS + pause_ms


def test_a_try_that_the_ledger_stopped_counts_as_no_failure_and_is_not_repeated_at_once() -> None:
    stopped = Past().begun(NOON_MS).ended(CallEnd.NOT_COUNTED, NOON_MS, period_ms=DAY_MS)
    assert (stopped.failures, stopped.not_before_ms) == (0, NOON_MS + FLOOR_MS)


def test_a_try_that_never_ended_is_not_repeated_at_once() -> None:
    begun = Past().begun(NOON_MS)
    assert begun.not_before_ms == NOON_MS + FLOOR_MS
    assert begun.begun(NOON_MS).not_before_ms == NOON_MS + 2 * FLOOR_MS
    state = replace(settled(NOON_MS), kinds=frozenset({Kind.VALUES}))
    assert next_of(with_past(state, values_of(CARS[0]), begun)).due_ms == NOON_MS + FLOOR_MS


@pytest.mark.parametrize("years", [0.001, 10])
def test_stamps_from_the_future_do_not_count(years: float) -> None:
    later_ms = NOON_MS + round(years * 365 * DAY_MS)
    wrong = Past(asked_at_ms=later_ms, answered_at_ms=later_ms, failures=9, not_before_ms=later_ms + DAY_MS)
    held: Holds = {None: Hold(until_ms=later_ms + HOUR_MS, at_ms=later_ms, row=9)}
    state = replace(settled(NOON_MS), holds=held, link_back_ms=later_ms)
    call = next_of(with_past(state, values_of(CARS[0]), wrong))
    assert (call.ask, call.due_ms, call.reason) == (values_of(CARS[0]), 0, "not asked before")


def pasts() -> st.SearchStrategy[Past]:
    at = st.integers(NOON_MS - 40 * DAY_MS, NOON_MS + DAY_MS)
    return st.builds(
        Past,
        asked_at_ms=at,
        answered_at_ms=st.none() | at,
        failures=st.integers(0, 20),
        not_before_ms=st.just(0) | at,
    )


@st.composite
def states(draw: st.DrawFn) -> PlanState:
    cars = CARS[: draw(st.integers(0, 6))]
    asks = [MAPPINGS, *(Ask(kind=kind, vin=car.vin) for car in cars for kind in Kind)]
    return PlanState(
        now_ms=NOON_MS + draw(st.integers(0, 12 * HOUR_MS)),
        used=draw(st.integers(0, 60)),
        used_day_before=draw(st.integers(0, 60)),
        rules=QuotaRules(limit=draw(st.integers(0, 60)), reserve=draw(st.integers(0, 60))),
        refresh_ms=draw(st.sampled_from([0, 1, HOUR_MS, 6 * HOUR_MS, 365 * DAY_MS])),
        cars=tuple(replace(car, wants_image=draw(st.booleans()), may_charge=draw(st.booleans())) for car in cars),
        past=draw(st.dictionaries(st.sampled_from(asks), pasts())),
        containers=draw(st.dictionaries(st.sampled_from([Kind.VALUES, Kind.REST_ONLY]), st.integers(0, 4))),
        old_containers=draw(st.integers(0, 3)),
        link_back_ms=draw(st.none() | st.integers(NOON_MS - DAY_MS, NOON_MS + DAY_MS)),
    )


@given(states())
def test_no_call_comes_too_early_or_touches_the_reserve(state: PlanState) -> None:
    call = next_of(state)
    if call.due_ms <= state.now_ms:
        assert state.used + call.calls <= state.rules.limit - state.rules.reserve
    asked_at_ms = state.past_of(call.ask).asked_at_ms
    assert asked_at_ms is None or call.due_ms >= asked_at_ms + FLOOR_MS


@given(states())
def test_what_is_foretold_of_a_day_fits_into_it(state: PlanState) -> None:
    calls = forecast(state, until_ms=state.resets_at_ms)
    assert sum(call.calls for call in calls) <= max(0, state.budget)
    assert [call.due_ms for call in calls] == sorted(call.due_ms for call in calls)
    times = [(call.ask, call.due_ms) for call in calls]
    for ask in {ask for ask, _ in times}:
        own = [due_ms for one, due_ms in times if one == ask]
        assert all(later - earlier >= FLOOR_MS for earlier, later in pairwise(own))


@settings(max_examples=25)
@given(states(), st.sampled_from(sorted(PERIODS_MS)))
def test_every_kind_has_its_turn_within_some_of_its_periods(state: PlanState, kind: Kind) -> None:
    """Where all is answered and the budget has room for it, nothing is put off for ever."""
    room = QuotaRules(limit=50, reserve=10)
    state = replace(state, rules=room, refresh_ms=6 * HOUR_MS, past={}, used=0, used_day_before=0)
    wanted = {ask for ask in _asks(state) if ask.kind is kind}
    for _ in range(4):
        calls = forecast(state, until_ms=state.resets_at_ms)
        wanted -= {call.ask for call in calls}
        past = {**state.past, **{call.ask: Past(asked_at_ms=call.due_ms, answered_at_ms=call.due_ms) for call in calls}}
        images = {call.ask.vin for call in calls if call.ask.kind is Kind.IMAGE}
        cars = tuple(replace(car, wants_image=car.wants_image and car.vin not in images) for car in state.cars)
        state = replace(state, now_ms=state.resets_at_ms, past=past, containers=MADE, old_containers=0, cars=cars)
    assert not wanted


def _asks(state: PlanState) -> set[Ask]:
    """Return what is asked for in a state, whenever."""
    asks = {MAPPINGS}
    for car in state.cars:
        kinds = set(Kind) - {Kind.MAPPINGS, Kind.OLD_CONTAINERS}
        if not car.wants_image:
            kinds.discard(Kind.IMAGE)
        if not car.may_charge:
            kinds -= {Kind.CHARGING_HISTORY, Kind.CHARGING_SETTINGS}
        asks |= {Ask(kind=kind, vin=car.vin) for kind in kinds}
    return asks
