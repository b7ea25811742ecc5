"""A year of REST calls by simulation: `python -m bench quota-year [--days N] [--seed N]`; seconds, not a year.

The hub's plan (`domain.account.plan`) lives through restarts, outages of the stream, faults of BMW's, a car that BMW
refuses and one that it fails at, a machine that is set wrong and started anew like that, and a person who asks; BMW's
side is the emulator's own count of calls, and each answer tells BMW's time. Prints how often a call was refused
because the day's were spent (CU-429), what the hub left to the person, and how evenly the cars got their turns.
"""

import argparse
import random
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any

from bimmerhub.domain.account.bmw_time import BmwTime, DateHeard, resumed
from bimmerhub.domain.account.calls import Ask, CallEnd, Kind, Past, PlannedCall, holds_after
from bimmerhub.domain.account.plan import PlanCar, PlanState, next_call, period_of
from bimmerhub.domain.account.quota import QuotaRules, day_start_ms
from bimmerhub.emulator.cardata.quota import CallQuota, QuotaState
from bimmerhub.emulator.cardata.settings import CarDataSettings
from bimmerhub.emulator.fault_table import FAULTS
from bimmerhub.emulator.faults.switches import Faults
from bimmerhub.emulator.host.clock import EmulatorClock
from bimmerhub.emulator.host.state_file import StateFile
from bimmerhub.ids import Gcid, Vin
from bimmerhub.times import DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS

START_MS = 1_767_225_600_000  # 2026-01-01T00:00:00Z
GCID = Gcid("11111111-2222-3333-4444-555555555555")
SHORTEST_OUTAGE_MS = 5 * MINUTE_MS
WRONG_BY_MS = 2 * DAY_MS
GREEDY_DAYS = 0.05
"""On such a day the person asks until nothing is left."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Life:
    """What a simulated year is like."""

    cars: int
    days: int = 365
    seed: int = 1
    refresh_h: float = 6
    rules: QuotaRules = field(default_factory=QuotaRules)
    is_clock_right: bool = False
    is_person_quiet: bool = False


@dataclass(slots=True)
class Figures:
    """What came of it. `least_left` is the fewest calls that a call of the hub's left of a day.

    `longest_wait_h` is the longest time between two fetches of one car's values while BMW answered for it.
    """

    refused: int = 0
    refused_to_person: int = 0
    least_left: int = 50
    by_kind: Counter[str] = field(default_factory=Counter)
    values_by_car: Counter[str] = field(default_factory=Counter)
    longest_wait_h: float = 0.0
    catch_ups: int = 0
    by_person: int = 0
    calls_by_day: Counter[int] = field(default_factory=Counter)


class Year:
    """One account's life. `offset_ms` is how far the machine's clock is ahead of BMW's, `time` what is known of BMW's.

    `unsure` are the calls that were counted before BMW's time was known: on which day, and at which elapsed time.
    """

    def __init__(self, life: Life) -> None:
        self._life = life
        self._random = random.Random(life.seed)
        self._clock = EmulatorClock(start_ms=START_MS, speed=0.0, machine_ms=lambda: 0)
        faults = Faults(FAULTS, self._clock)
        file: StateFile[QuotaState] = StateFile(None, QuotaState)
        self._bmw = CallQuota(CarDataSettings(), clock=self._clock, faults=faults, file=file)
        self._offset_ms = 0
        self._time = BmwTime()
        self._unsure: list[tuple[int, int]] = []
        self._ledger: Counter[int] = Counter()
        self._fault_until_ms = 0
        self._answered_ms: dict[Vin, int] = {}
        self._refused_car, self._faulty_car = None, None
        vins = [Vin(f"WBA{number:014d}") for number in range(life.cars)]
        if life.cars > 2:  # else none would be left that is well
            self._refused_car, self._faulty_car = vins[-1], vins[-2]
        self._state = PlanState(
            now_ms=START_MS,
            used=0,
            rules=life.rules,
            refresh_ms=round(life.refresh_h * HOUR_MS),
            cars=tuple(PlanCar(vin=vin, wants_image=True) for vin in vins),
        )
        self.figures = Figures()

    def live(self) -> Figures:
        """Live through it."""
        for at_ms, happening in sorted(self._happenings()):
            self._run_until(at_ms)
            self._happen(happening)
        return self.figures

    def _happenings(self) -> Iterator[tuple[int, str]]:
        """Give what happens when, by BMW's clock: up to a few of each kind a day."""
        often = {"restart": 0.5, "outage": 1.5, "fault": 0.1, "container gone": 0.01}
        if not self._life.is_clock_right:
            often |= {"clock": 0.1, "machine restart": 0.03}
        if not self._life.is_person_quiet:
            often["ask"] = 4.0
        for day in range(self._life.days):
            start_ms = START_MS + day * DAY_MS
            if "ask" in often and self._random.random() < GREEDY_DAYS:
                yield start_ms + self._random.randrange(DAY_MS), "ask for all"
            for name, a_day in often.items():
                for _ in range(self._random.randint(0, round(2 * a_day)) if a_day >= 1 else 0):
                    yield start_ms + self._random.randrange(DAY_MS), name
                if self._random.random() < a_day % 1:
                    yield start_ms + self._random.randrange(DAY_MS), name
        yield START_MS + self._life.days * DAY_MS, "end"

    def _happen(self, name: str) -> None:
        now_ms = self._now_ms()
        match name:
            case "restart" | "outage":
                away_ms = round(self._random.expovariate(1 / (20 * MINUTE_MS)))
                if away_ms >= SHORTEST_OUTAGE_MS:
                    self._state = replace(self._state, link_back_ms=now_ms + away_ms)
                if name == "restart":
                    self._clock.jump(by_ms=away_ms)
            case "fault":
                self._fault_until_ms = self._clock.now_ms() + round(self._random.expovariate(1 / (3 * HOUR_MS)))
            case "clock":
                ahead_ms = self._random.randint(-WRONG_BY_MS, WRONG_BY_MS)
                self._offset_ms = 0 if self._offset_ms else ahead_ms
            case "machine restart":
                self._start_machine()
            case "container gone":
                self._state = replace(self._state, containers={})
            case "ask" | "ask for all":
                for _ in range(50 if name == "ask for all" else 1):
                    self._person_asks()
            case _:
                return

    def _start_machine(self) -> None:
        self._unsure.clear()
        if (moment := self._time.moment()) is not None:
            self._time = resumed(moment, elapsed_ms=self._elapsed_ms(), is_same_boot=False)

    def _person_asks(self) -> None:
        if self._used() < self._life.rules.limit:
            self.figures.refused_to_person += not self._spend()
            self.figures.by_person += 1

    def _run_until(self, at_ms: int) -> None:
        """Make the calls that are due before `at_ms` by BMW's clock."""
        while (call := self._next()) is not None:
            due_ms = max(call.due_ms - self._now_ms() + self._clock.now_ms(), self._clock.now_ms())
            if due_ms >= at_ms:
                break
            if due_ms > self._clock.now_ms():
                self._clock.jump(to_ms=due_ms)
                continue  # another day's calls may have begun meanwhile
            self._make(call)
        if at_ms > self._clock.now_ms():
            self._clock.jump(to_ms=at_ms)

    def _next(self) -> PlannedCall | None:
        now_ms = self._now_ms()
        used, before = (self._ledger[day_start_ms(now_ms - days * DAY_MS)] for days in (0, 1))
        self._state = replace(self._state, now_ms=now_ms, used=used, used_day_before=before)
        return next_call(self._state)

    def _make(self, call: PlannedCall) -> None:
        """Make a call as the hub does: its try is noted first, each request is counted, its end is noted."""
        ask, now_ms = call.ask, self._now_ms()
        past = self._state.past.get(ask, Past()).as_of(now_ms).begun(now_ms)
        ending = self._answer(ask, call.calls)
        ended = past.ended(ending, now_ms, period_ms=period_of(self._state, ask.kind))
        if ending is CallEnd.ANSWERED:
            self._note(call)
        self._state = replace(
            self._state,
            past={**self._state.past, ask: ended},
            holds=holds_after(self._state.holds, ask, ending, now_ms),
        )

    def _answer(self, ask: Ask, calls: int) -> CallEnd:
        rules = self._life.rules
        for _ in range(calls):
            if self._used() >= rules.limit - rules.reserve:
                return CallEnd.NOT_COUNTED
            if not self._spend():
                return CallEnd.NOT_COUNTED
            self.figures.least_left = min(self.figures.least_left, rules.limit - self._used())
            if self._clock.now_ms() < self._fault_until_ms:
                return CallEnd.FAULT
        if ask.vin is not None and ask.vin == self._refused_car:
            return CallEnd.REFUSED
        if ask.vin is not None and ask.vin == self._faulty_car:
            return CallEnd.FAULT
        return CallEnd.ANSWERED

    def _note(self, call: PlannedCall) -> None:
        ask, state, figures = call.ask, self._state, self.figures
        figures.by_kind[ask.kind] += 1
        containers = {**state.containers, ask.kind: 1}
        cars = state.cars
        if ask.kind is Kind.IMAGE:
            cars = tuple(replace(car, wants_image=car.wants_image and car.vin != ask.vin) for car in cars)
        self._state = replace(state, containers=containers, cars=cars)
        if ask.kind is Kind.VALUES and ask.vin is not None:
            true_ms = self._clock.now_ms()
            waited_ms = true_ms - self._answered_ms.get(ask.vin, true_ms)
            figures.longest_wait_h = max(figures.longest_wait_h, round(waited_ms / HOUR_MS, 1))
            figures.values_by_car[ask.vin] += 1
            figures.catch_ups += "catches up" in call.reason
            self._answered_ms[ask.vin] = true_ms

    def _spend(self) -> bool:
        """Count a call here and at BMW, which takes a second; False when BMW refuses it."""
        self._clock.jump(by_ms=SECOND_MS)
        day_ms, elapsed_ms = day_start_ms(self._now_ms()), self._elapsed_ms()
        self._ledger[day_ms] += 1
        if self._time.believed is None:
            self._unsure.append((day_ms, elapsed_ms))
        self._hear()
        self.figures.calls_by_day[day_start_ms(self._clock.now_ms())] += 1
        if self._bmw.spend(GCID):
            return True
        self.figures.refused += 1
        self._ledger[day_start_ms(self._now_ms())] = self._life.rules.limit
        return False

    def _hear(self) -> None:
        """Learn BMW's time from an answer; what was counted before it was known goes to its day."""
        elapsed_ms = self._elapsed_ms()
        date_ms = self._clock.now_ms() // SECOND_MS * SECOND_MS
        self._time = self._time.heard(
            DateHeard(date_ms=date_ms, asked_at_elapsed_ms=elapsed_ms, answered_at_elapsed_ms=elapsed_ms)
        )
        while self._time.believed is not None and self._unsure:
            day_ms, at_elapsed_ms = self._unsure.pop()
            self._ledger[day_ms] -= 1
            self._ledger[day_start_ms(self._time.now_ms(ours_ms=0, elapsed_ms=at_elapsed_ms))] += 1

    def _used(self) -> int:
        return self._ledger[day_start_ms(self._now_ms())]

    def _now_ms(self) -> int:
        ours_ms = self._clock.now_ms() + self._offset_ms
        return self._time.now_ms(ours_ms=ours_ms, elapsed_ms=self._elapsed_ms())

    def _elapsed_ms(self) -> int:
        return self._clock.now_ms() - START_MS


def main(arguments: list[str]) -> dict[str, Any]:
    """Measure and return the figures, by the number of cars."""
    parser = argparse.ArgumentParser(prog="python -m bench quota-year", description=__doc__)
    parser.add_argument("--days", type=int, default=365)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args(arguments)
    lives = {
        f"{cars} cars": Life(cars=cars, days=given.days, seed=given.seed, is_clock_right=True) for cars in (1, 3, 6)
    }
    lives["3 cars, the machine's clock wrong by up to two days now and then"] = replace(
        lives["3 cars"], is_clock_right=False
    )
    return {name: _to_json(Year(life).live(), given.days) for name, life in lives.items()}


def _to_json(figures: Figures, days: int) -> dict[str, Any]:
    return {
        "refused_by_quota": figures.refused,
        "of_these_to_the_person": figures.refused_to_person,
        "least_left_by_the_hub": figures.least_left,
        "calls_a_day": {
            "mean": round(figures.calls_by_day.total() / days, 1),
            "most": max(figures.calls_by_day.values()),
        },
        "by_person": figures.by_person,
        "answered_by_kind": dict(figures.by_kind),
        "values_by_car": sorted(figures.values_by_car.values()),
        "catch_ups": figures.catch_ups,
        "longest_wait_for_values_h": figures.longest_wait_h,
    }
