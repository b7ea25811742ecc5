"""What the people of a car do with it: the drives of their plan, and when they plug in, refuel and go on."""

from collections.abc import Callable
from dataclasses import dataclass

from bimmerhub.emulator.cars.doings.activities import Activities
from bimmerhub.emulator.cars.doings.days import PlannedDrive, find_life_places, plan_day
from bimmerhub.emulator.cars.doings.stops import find_stop, is_stop
from bimmerhub.emulator.cars.machine.car_body import CarBody, DriveUnderWay
from bimmerhub.emulator.cars.machine.charge_curve import ChargeCurve
from bimmerhub.emulator.cars.states import ChargingState
from bimmerhub.emulator.cars.world.agenda import Agenda, Fate
from bimmerhub.emulator.cars.world.localtime import local_day, local_ms, weekday
from bimmerhub.emulator.cars.world.roads import Place
from bimmerhub.times import DAY_MS, MINUTE_MS

NORMAL_GOAL_PERCENT, FULL_PERCENT, DC_GOAL_PERCENT = 80, 100, 80
DC_RATHER_SHARE = 0.3
PAUSES, FAILS, FAILS_AT_DC = 0.08, 0.02, 0.05
UNWANTED = 0.4
"""Share of pauses that are interruptions, and of failures that are disruptions (inferred)."""
THURSDAY_OR_FRIDAY = (3, 4)
NIGHT_H = (3.0, 5.0)
FAILURES = ("The charging station ended the charge.", "The power grid failed.", "The charging cable lost its contact.")


@dataclass(slots=True, kw_only=True)
class Journey:
    """Where the car is to go on from a stop on the way, None when it is where it wanted to be."""

    to: Place | None = None
    is_commanded: bool = False


class Habits:
    """The people of one car. They leave their plan alone while someone else commands a drive."""

    def __init__(self, body: CarBody, agenda: Agenda, activities: Activities, *, fate: Fate) -> None:
        self._body = body
        self._agenda = agenda
        self._fate = fate
        self._driving = activities.driving
        self._plugging = activities.plugging
        self._parking = activities.parking
        self._refuelling = activities.refuelling
        self._places = find_life_places(fate, home_at=body.model.home)
        self._journey = Journey()

    def live_day(self, day: int, *, after_ms: int) -> None:
        """Put the day's drives on the agenda, a look at itself in the night, and the next day's beginning."""
        for planned in plan_day(self._fate, day, self._places):
            if planned.depart_ms > after_ms:
                self._agenda.at(planned.depart_ms, lambda now, planned=planned: self._leave(now, planned))  # type: ignore[misc]
                self._parking.condition_before(planned.depart_ms)
        profile = self._body.memory.profile
        for minute in [] if profile is None else profile.departures_on(weekday(day)):
            if (depart_ms := local_ms(day, minute / 60)) > after_ms:
                self._parking.condition_by_timer(depart_ms)
        wakes_ms = local_ms(day + 1, self._fate.of("night", day).uniform(*NIGHT_H)) // 1000 * 1000
        self._agenda.at(wakes_ms, self._parking.wake_up)
        self._agenda.at(local_ms(day + 1, 0), lambda now: self.live_day(day + 1, after_ms=now))

    def command_drive(self, at_ms: int, to: Place) -> None:
        """Drive somewhere now, because someone says so."""
        self._journey = Journey(is_commanded=True)
        self._plugging.unplug(at_ms)
        self._driving.board(at_ms, to, may_lose_reception=False)  # who commands wants to see it

    def cancel_drive(self) -> None:
        """Forget where the car was to go."""
        self._journey = Journey()

    def arrived(self, at_ms: int, drive: DriveUnderWay) -> None:
        """Get out after a drive; then refuel, charge or plug in where that is wanted."""
        journey, place = self._journey, self._body.place
        is_commanded, journey.is_commanded = journey.is_commanded, False
        self._parking.get_out(at_ms, drive, forgets=not is_commanded)
        soon_ms = at_ms + 2 * MINUTE_MS
        if journey.to is not None and is_stop(place):
            self._parking.meanwhile(soon_ms, self._refuel if self._body.model.tank_l else self._charge_fast)
        elif self._wants_plug(at_ms, place):
            self._parking.meanwhile(soon_ms, self._charge_here)

    def charge_ended(self, at_ms: int) -> None:
        """Go on from a fast charger, or try once more when the charge failed."""
        if self._journey.to is not None:
            self._parking.meanwhile(at_ms + 3 * MINUTE_MS, self._after_fast_charge)

    def _leave(self, at_ms: int, planned: PlannedDrive) -> None:
        """Drive to where the plan says; later when the car is under way to another place of the plan."""
        if self._journey.is_commanded or at_ms - planned.depart_ms > DAY_MS:
            return
        drive = self._body.drive
        if drive is not None or self._journey.to is not None:
            later_ms = max(at_ms, drive.end_ms if drive is not None else 0) + 10 * MINUTE_MS
            self._agenda.at(later_ms, lambda now: self._leave(now, planned))
        elif planned.to != self._body.place:
            self._go(at_ms, planned.to)

    def _go(self, at_ms: int, to: Place) -> None:
        """Get in and drive, by a petrol station or a fast charger when need be."""
        self._body.settle(at_ms)
        stop = find_stop(self._body, at_ms, to)
        self._journey.to = to if stop is not None else None
        self._go_straight(at_ms, stop or to)

    def _go_straight(self, at_ms: int, to: Place) -> None:
        self._plugging.unplug(at_ms)
        self._driving.board(at_ms, to)

    def _go_on(self, at_ms: int) -> None:
        if self._journey.to is not None:
            self._go(at_ms, self._journey.to)

    def _refuel(self, at_ms: int) -> None:
        self._refuelling.fill(at_ms)
        self._parking.meanwhile(at_ms + 4 * MINUTE_MS, self._go_on)

    def _charge_fast(self, at_ms: int) -> None:
        self._plug_in_and_charge(at_ms, goal_percent=DC_GOAL_PERCENT, is_dc=True)

    def _after_fast_charge(self, at_ms: int) -> None:
        has_failed = self._body.socket.has_last_failed
        self._plugging.unplug(at_ms)
        if has_failed and self._plugging.wants(DC_GOAL_PERCENT):
            self._parking.meanwhile(at_ms + MINUTE_MS, self._charge_fast)
        else:
            self._go_on(at_ms)

    def _wants_plug(self, at_ms: int, place: Place) -> bool:
        body, model = self._body, self._body.model
        if not model.battery_kwh:
            return False
        share = body.soc_percent(at_ms) / 100
        if place == self._places.home:
            before_weekend = weekday(local_day(at_ms)) in THURSDAY_OR_FRIDAY
            return share < (0.9 if model.tank_l else 0.72 if before_weekend else 0.55)
        return model.dc_kw > 0 and not model.tank_l and share < DC_RATHER_SHARE

    def _charge_here(self, at_ms: int) -> None:
        if self._body.socket.is_plugged:
            return
        is_dc = self._body.place != self._places.home
        before_weekend = weekday(local_day(at_ms)) in THURSDAY_OR_FRIDAY
        goal = FULL_PERCENT if self._body.model.tank_l or (before_weekend and not is_dc) else NORMAL_GOAL_PERCENT
        self._plug_in_and_charge(at_ms, goal_percent=goal, is_dc=is_dc)

    def _plug_in_and_charge(self, at_ms: int, *, goal_percent: int, is_dc: bool) -> None:
        if self._body.socket.is_plugged:
            return
        self._plugging.plug_in(at_ms, is_dc=is_dc)
        until_ms = None if is_dc else self._window_ms(at_ms)
        if until_ms is None:
            self._begin_charge(at_ms, goal_percent=goal_percent, is_dc=is_dc)
        else:
            self._plugging.wait(
                at_ms, until_ms, lambda now: self._begin_charge(now, goal_percent=goal_percent, is_dc=is_dc)
            )

    def _window_ms(self, at_ms: int) -> int | None:
        """Return when the window of the charging profile opens, None when the car may charge at once."""
        profile, day = self._body.memory.profile, local_day(at_ms)
        minute = None if profile is None else profile.starts_at_minute((at_ms - local_ms(day, 0)) // MINUTE_MS)
        if minute is None:
            return None
        opens_ms = local_ms(day, minute / 60)
        return opens_ms if opens_ms > at_ms else local_ms(day + 1, minute / 60)

    def _begin_charge(self, at_ms: int, *, goal_percent: int, is_dc: bool) -> None:
        """Begin a charge; on the way people look to it that it is enough, whatever is set for home."""
        model, memory = self._body.model, self._body.memory
        power_kw = model.dc_kw if is_dc else model.ac_kw
        goal_percent = goal_percent if is_dc else memory.goal_percent(goal_percent)
        charge = self._plugging.begin(at_ms, goal_percent=goal_percent, power_kw=power_kw, is_dc=is_dc)
        if charge is not None:
            self._spoil(charge)
        else:
            self.charge_ended(at_ms)

    def _spoil(self, charge: ChargeCurve) -> None:
        """Let a charge be paused or fail now and then."""
        chance = self._fate.of("spoil", charge.start_ms)
        share = chance.random()
        fails = FAILS_AT_DC if charge.is_dc else FAILS
        at_ms = charge.start_ms + round(chance.uniform(0.1, 0.8) * (charge.end_ms - charge.start_ms))
        if share < fails:
            hint = chance.choice(FAILURES)
            state = ChargingState.DISRUPTED if chance.random() < UNWANTED else ChargingState.FAILED
            self._during(charge, at_ms, lambda now: self._plugging.fail(now, hint=hint, state=state))
        elif share < fails + PAUSES and not charge.is_dc:
            minutes = chance.randint(10, 90)
            state = ChargingState.INTERRUPTED if chance.random() < UNWANTED else ChargingState.PAUSED
            self._during(charge, at_ms, lambda now: self._plugging.pause(now, minutes=minutes, state=state))

    def _during(self, charge: ChargeCurve, at_ms: int, moment: Callable[[int], None]) -> None:
        at_s = at_ms // 1000 * 1000
        self._agenda.at(at_s, lambda now: moment(now) if self._body.charge is charge else None)
