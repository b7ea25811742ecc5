"""What happens to a car that stands: getting out, what is forgotten, nights, heating before someone comes.

A moment that finds the car gone, or parked anew, does nothing.
"""

from collections.abc import Callable

from bimmerhub.emulator.cars import instruments
from bimmerhub.emulator.cars.doings.service_calls import ServiceCalling
from bimmerhub.emulator.cars.machine.car_body import CarBody, DriveUnderWay
from bimmerhub.emulator.cars.states import (
    DRIVERS_DOOR,
    TRUNK,
    WINDOWS,
    ClimateActivity,
    LockState,
    ParkingLight,
    WindowState,
)
from bimmerhub.emulator.cars.telematics import Occasion, Telematics
from bimmerhub.emulator.cars.truth import OpenedOrClosed, Quantity
from bimmerhub.emulator.cars.workshop_readings import notice_events
from bimmerhub.emulator.cars.world.agenda import Agenda, Fate
from bimmerhub.times import HOUR_MS, MINUTE_MS, SECOND_MS

FORGETS = 0.03
NOTICED_H = (0.5, 7.0)
COLD_CELSIUS, HOT_CELSIUS = 5.0, 26.0
LOW_PERCENT = 20
TIMER_MINUTES = 20
VENTILATED_CELSIUS = (15, 22)
"""Between these the cabin is neither heated nor cooled, but aired."""
UNLOCKED_DOORS = "unlocked doors"
MISHAPS = (WINDOWS[0], WINDOWS[1], TRUNK, DRIVERS_DOOR, UNLOCKED_DOORS)


class Parking:
    """The standing of one car. `conditioned` is called when the cabin begins to be heated or cooled."""

    def __init__(
        self,
        body: CarBody,
        telematics: Telematics,
        agenda: Agenda,
        *,
        fate: Fate,
        calling: ServiceCalling,
        conditioned: Callable[[], None],
    ) -> None:
        self._body = body
        self._telematics = telematics
        self._agenda = agenda
        self._fate = fate
        self._calling = calling
        self._conditioned = conditioned

    def meanwhile(self, at_ms: int, moment: Callable[[int], None]) -> None:
        """Add a moment to the agenda that counts as long as the car does not move away before."""
        parked_ms = self._body.parked_ms

        def unless_gone(now: int) -> None:
            if self._body.drive is None and self._body.parked_ms == parked_ms:
                moment(now)

        self._agenda.at(at_ms, unless_gone)

    def get_out(self, at_ms: int, drive: DriveUnderWay | None, *, forgets: bool) -> None:
        """Unlock, open, close and go; now and then something is left open, when `forgets` allows that."""
        self.meanwhile(at_ms + 14 * SECOND_MS, lambda now: self._set(now, lock=LockState.UNLOCKED, opened=DRIVERS_DOOR))
        self.meanwhile(at_ms + 21 * SECOND_MS, lambda now: self._set(now, lock=LockState.UNLOCKED, closed=DRIVERS_DOOR))
        chance = self._fate.of("leaving", at_ms)
        forgotten = _choose_mishap(chance.random()) if forgets and chance.random() < FORGETS else None
        self.meanwhile(at_ms + 40 * SECOND_MS, lambda now: self._leave(now, drive, forgotten))
        if forgotten is not None:
            noticed_ms = at_ms + round(chance.uniform(*NOTICED_H) * HOUR_MS)
            self.meanwhile(noticed_ms, self._look_after)

    def lock(self, at_ms: int) -> None:
        """Lock all doors."""
        self._set(at_ms, lock=LockState.SECURED)

    def unlock(self, at_ms: int, *, drivers_door_only: bool = False) -> None:
        """Unlock all doors, or the driver's alone."""
        self._set(at_ms, lock=LockState.SELECTIVE if drivers_door_only else LockState.UNLOCKED)

    def light(self, at_ms: int, light: ParkingLight) -> None:
        """Switch the parking light on at a side or both, or off."""
        self._body.cabin.parking_light = light
        self._telematics.report(at_ms, instruments.read_motion(self._body, at_ms))

    def set_lock(self, at_ms: int, lock: LockState) -> None:
        """Lock or unlock all doors by a remote command."""
        self._set(at_ms, lock=lock, occasion=Occasion.ASKED)
        self._body.memory.is_locked_remotely = lock is LockState.LOCKED

    def set_opening(self, at_ms: int, what: str, state: WindowState) -> None:
        """Open or close a door, a lid, a window or a roof; ValueError when this car has none of that name.

        Only roofs tilt: a door, lid or window that is to be tilted stands ajar.
        """
        model = self._body.model
        names, roofs = model.openings, model.equipment.roofs
        if what not in names and what not in roofs:
            raise ValueError(f"there is no {what!r} to open; known: {', '.join((*names, *roofs))}")
        self._body.settle(at_ms)
        cabin, is_open = self._body.cabin, state is not WindowState.CLOSED
        is_ajar = state in {WindowState.AJAR, WindowState.TILTED}
        if what not in WINDOWS and what not in roofs:
            (cabin.open_names.add if is_open else cabin.open_names.discard)(what)
            (cabin.ajar_names.add if is_ajar else cabin.ajar_names.discard)(what)
        elif is_open:
            cabin.windows[what] = WindowState.AJAR if is_ajar and what not in roofs else state
        else:
            cabin.windows.pop(what, None)
        is_simple = not is_ajar and what not in roofs
        change = OpenedOrClosed(name=what, is_open=is_open) if is_simple else instruments.read_openings(self._body)
        self._telematics.report(at_ms, change)

    def wake_up(self, at_ms: int) -> None:
        """Report tyres, 12 V battery, levels and service once a night (availability class 01 of BMW's catalogue).

        A car in deep sleep reports that it is, and then no more.
        """
        body = self._body
        slept = body.starter.is_deep_asleep(at_ms, parked_days=max(0.0, body.parked_days(at_ms) - 1))
        if body.drive is None and not slept:
            self._telematics.report(
                at_ms,
                instruments.read_sensors(body, at_ms),
                notice_events(body, at_ms),
                instruments.read_odometer(body, at_ms),
                instruments.read_levels(body, at_ms),
            )
            self._calling.look_after(at_ms)

    def start_climate(self, at_ms: int, *, minutes: float) -> None:
        """Heat, cool or air the cabin, as the weather is."""
        body = self._body
        body.settle(at_ms)
        activity = _choose_climate(body.air_celsius(at_ms))
        until_ms = at_ms + round(minutes * MINUTE_MS)
        body.cabin.climate, body.cabin.climate_until_ms = activity, until_ms
        self._conditioned()
        self._report_climate(at_ms)
        self.meanwhile(at_ms + (until_ms - at_ms) // 2, self._report_climate)
        self.meanwhile(
            until_ms, lambda now: self.stop_climate(now) if body.cabin.climate_until_ms == until_ms else None
        )

    def stop_climate(self, at_ms: int) -> None:
        """Stop heating, cooling or airing the cabin, if that is going on."""
        body = self._body
        if body.cabin.is_conditioned:
            body.settle(at_ms)
            body.cabin.climate = ClimateActivity.STANDBY
            self._report_climate(at_ms)

    def condition_before(self, depart_ms: int) -> None:
        """Plan to heat or cool the cabin before a departure, when it is cold or hot then."""
        chance = self._fate.of("climate", depart_ms)
        celsius = self._body.air_celsius(depart_ms)
        is_wanted = celsius < COLD_CELSIUS or celsius > HOT_CELSIUS
        if self._body.model.battery_kwh and is_wanted and chance.random() < 0.7:  # noqa: PLR2004 - a habit
            minutes = chance.randint(12, 25)
            self._agenda.at(depart_ms - minutes * MINUTE_MS, lambda now: self._condition(now, minutes=minutes))

    def condition_by_timer(self, depart_ms: int) -> None:
        """Plan to heat, cool or air the cabin before a departure that the charging profile names."""
        minutes = TIMER_MINUTES
        self._agenda.at(depart_ms - minutes * MINUTE_MS, lambda now: self._condition(now, minutes=minutes))

    def _condition(self, at_ms: int, *, minutes: float) -> None:
        body = self._body
        if body.drive is None and not body.cabin.is_conditioned and body.soc_percent(at_ms) > LOW_PERCENT:
            self.start_climate(at_ms, minutes=minutes)

    def _report_climate(self, at_ms: int) -> None:
        if self._body.cabin.climate_until_ms:
            climate, levels = instruments.read_climate(self._body, at_ms), instruments.read_levels(self._body, at_ms)
            self._telematics.report(at_ms, climate, levels)

    def _set(
        self,
        at_ms: int,
        *,
        lock: LockState,
        opened: str | None = None,
        closed: str | None = None,
        occasion: Occasion = Occasion.CHANGE,
    ) -> None:
        body = self._body
        body.settle(at_ms)
        body.cabin.lock, body.memory.is_locked_remotely = lock, False
        if opened is not None:
            body.cabin.open_names.add(opened)
        if closed is not None:
            body.cabin.open_names.discard(closed)
        has_moved = opened is not None or closed is not None
        quantities = instruments.read_cabin(body) if has_moved else (instruments.read_lock(body),)
        self._telematics.report(at_ms, *quantities, occasion=occasion)

    def _leave(self, at_ms: int, drive: DriveUnderWay | None, forgotten: str | None) -> None:
        """Lock up, or forget something; and sum up the drive."""
        body = self._body
        body.settle(at_ms)
        body.cabin.lock = LockState.UNLOCKED if forgotten == UNLOCKED_DOORS else LockState.SECURED
        if forgotten is not None and forgotten in WINDOWS:
            body.cabin.windows[forgotten] = WindowState.AJAR
        elif forgotten is not None and forgotten != UNLOCKED_DOORS:
            body.cabin.open_names.add(forgotten)
        quantities: list[Quantity] = [*instruments.read_cabin(body), notice_events(body, at_ms)]
        later_ms = body.model.pace.choose_trip_end_lag_ms(self._fate.of("trip end", at_ms))
        if drive is not None and later_ms:
            self._telematics.report(at_ms, *quantities)
            quantities = []
        quantities += [] if drive is None else self._sum_up(at_ms, drive)
        self._telematics.report(at_ms, *quantities, occasion=Occasion.TRIP_END, later_ms=later_ms)

    def _sum_up(self, at_ms: int, drive: DriveUnderWay) -> list[Quantity]:
        """Return what a drive came to."""
        body = self._body
        quantities: list[Quantity] = [instruments.read_odometer(body, at_ms), instruments.read_levels(body, at_ms)]
        quantities.append(instruments.read_trip_end(body, body.parked_ms))
        if body.model.battery_kwh:
            quantities.append(instruments.read_driving_manner(body, drive))
        return quantities

    def _look_after(self, at_ms: int) -> None:
        """Come back, close everything and lock."""
        body = self._body
        body.settle(at_ms)
        body.cabin.lock = LockState.SECURED
        body.cabin.close_all()
        self._telematics.report(at_ms, *instruments.read_cabin(body))


def _choose_mishap(share: float) -> str:
    return MISHAPS[int(share * len(MISHAPS))]


def _choose_climate(air_celsius: float) -> ClimateActivity:
    cold, hot = VENTILATED_CELSIUS
    if air_celsius < cold:
        return ClimateActivity.HEATING
    return ClimateActivity.COOLING if air_celsius > hot else ClimateActivity.VENTILATION
