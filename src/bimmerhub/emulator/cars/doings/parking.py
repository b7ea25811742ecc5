"""What happens to a car that stands: getting out, what is forgotten, nights, heating before someone comes.

A moment that finds the car gone, or parked anew, does nothing.
"""

from collections.abc import Callable

from bimmerhub.emulator.cardata.voice import keys
from bimmerhub.emulator.cardata.voice import wording as values
from bimmerhub.emulator.cardata.voice.keys import OPENINGS, WINDOWS, door, window
from bimmerhub.emulator.cardata.voice.voice import Occasion, Told, Voice
from bimmerhub.emulator.cars.machine.car_body import Body, Drive
from bimmerhub.emulator.cars.world.agenda import HOUR_MS, MINUTE_MS, SECOND_MS, Agenda, Fate

DRIVERS_DOOR = door("row1", "driver")
FORGETS = 0.03
NOTICED_H = (0.5, 7.0)
COLD_CELSIUS, HOT_CELSIUS = 5.0, 26.0
LOW_PERCENT = 20
OPENS = "UNLOCKED"


class Parking:
    """The standing of one car. `conditioned` is told when the cabin begins to be heated or cooled."""

    def __init__(
        self, body: Body, voice: Voice, agenda: Agenda, *, fate: Fate, conditioned: Callable[[], None]
    ) -> None:
        self._body = body
        self._voice = voice
        self._agenda = agenda
        self._fate = fate
        self._conditioned = conditioned

    def meanwhile(self, at_ms: int, moment: Callable[[int], None]) -> None:
        """Put down a moment that counts as long as the car does not move away before."""
        parked_ms = self._body.parked_ms

        def unless_gone(now: int) -> None:
            if self._body.drive is None and self._body.parked_ms == parked_ms:
                moment(now)

        self._agenda.at(at_ms, unless_gone)

    def get_out(self, at_ms: int, drive: Drive | None, *, forgets: bool) -> None:
        """Unlock, open, close and go; now and then something is left open, when `forgets` allows that."""
        self.meanwhile(at_ms + 14 * SECOND_MS, lambda now: self._set(now, lock=OPENS, opened=DRIVERS_DOOR))
        self.meanwhile(at_ms + 21 * SECOND_MS, lambda now: self._set(now, lock=OPENS, closed=DRIVERS_DOOR))
        chance = self._fate.of("leaving", at_ms)
        forgotten = self._choose_mishap(chance.random()) if forgets and chance.random() < FORGETS else None
        self.meanwhile(at_ms + 40 * SECOND_MS, lambda now: self._leave(now, drive, forgotten))
        if forgotten is not None:
            noticed_ms = at_ms + round(chance.uniform(*NOTICED_H) * HOUR_MS)
            self.meanwhile(noticed_ms, self._look_after)

    def lock(self, at_ms: int) -> None:
        """Lock all doors."""
        self._set(at_ms, lock="SECURED")

    def unlock(self, at_ms: int) -> None:
        """Unlock all doors."""
        self._set(at_ms, lock=OPENS)

    def set_opening(self, at_ms: int, what: str, *, is_open: bool) -> None:
        """Open or close a door, a lid or a window; ValueError when this car has none of that name."""
        known = self._body.model.keys
        names = {name: key for name, key in {**OPENINGS, **WINDOWS}.items() if key in known}
        if what not in names:
            raise ValueError(f"there is no {what!r} to open; known: {', '.join(names)}")
        self._body.settle(at_ms)
        key, cabin = names[what], self._body.cabin
        if what in WINDOWS and is_open:
            cabin.windows[key] = "OPEN"
        elif what in WINDOWS:
            cabin.windows.pop(key, None)
        else:
            (cabin.open_keys.add if is_open else cabin.open_keys.discard)(key)
        self._voice.tell(at_ms, {key: values.cabin(self._body)[key]})

    def wake_up(self, at_ms: int) -> None:
        """Tell of tyres, 12 V battery, levels and service once a night (availability class 01 of BMW's catalogue).

        A car in deep sleep tells that it is, and then no more.
        """
        body = self._body
        slept = body.starter.is_deep_asleep(at_ms, parked_days=max(0.0, body.parked_days(at_ms) - 1))
        if body.drive is None and not slept:
            told = values.sensors(body, at_ms) | values.wear(body, at_ms) | values.levels(body, at_ms)
            self._voice.tell(at_ms, told)

    def start_climate(self, at_ms: int, *, minutes: float) -> None:
        """Heat, cool or air the cabin, as the weather is."""
        body, celsius = self._body, self._body.air_celsius(at_ms)
        body.settle(at_ms)
        activity = "heating" if celsius < 15 else "cooling" if celsius > 22 else "ventilation"  # noqa: PLR2004
        until_ms = at_ms + round(minutes * MINUTE_MS)
        body.cabin.climate, body.cabin.climate_until_ms = activity, until_ms
        self._conditioned()
        self._tell_climate(at_ms)
        self.meanwhile(at_ms + (until_ms - at_ms) // 2, self._tell_climate)
        self.meanwhile(
            until_ms, lambda now: self.stop_climate(now) if body.cabin.climate_until_ms == until_ms else None
        )

    def stop_climate(self, at_ms: int) -> None:
        """End that, if it is on."""
        body = self._body
        if body.cabin.climate != "standby":
            body.settle(at_ms)
            body.cabin.climate = "standby"
            self._tell_climate(at_ms)

    def condition_before(self, depart_ms: int) -> None:
        """Put down to heat or cool the cabin before a departure, when it is cold or hot then."""
        chance = self._fate.of("climate", depart_ms)
        celsius = self._body.air_celsius(depart_ms)
        is_wanted = celsius < COLD_CELSIUS or celsius > HOT_CELSIUS
        if self._body.model.battery_kwh and is_wanted and chance.random() < 0.7:  # noqa: PLR2004 - a habit
            minutes = chance.randint(12, 25)
            self._agenda.at(depart_ms - minutes * MINUTE_MS, lambda now: self._condition(now, minutes=minutes))

    def _condition(self, at_ms: int, *, minutes: float) -> None:
        body = self._body
        if body.drive is None and body.cabin.climate == "standby" and body.soc_percent(at_ms) > LOW_PERCENT:
            self.start_climate(at_ms, minutes=minutes)

    def _tell_climate(self, at_ms: int) -> None:
        if self._body.cabin.climate_until_ms:
            told = values.climate(self._body, at_ms) | values.levels(self._body, at_ms)
            self._voice.tell(at_ms, told)

    def _set(self, at_ms: int, *, lock: str, opened: str | None = None, closed: str | None = None) -> None:
        body = self._body
        body.settle(at_ms)
        body.cabin.lock = lock
        if opened is not None:
            body.cabin.open_keys.add(opened)
        if closed is not None:
            body.cabin.open_keys.discard(closed)
        told: Told = values.cabin(body) if opened or closed else values.locks(body)
        self._voice.tell(at_ms, told)

    def _leave(self, at_ms: int, drive: Drive | None, forgotten: str | None) -> None:
        """Lock up, or forget something; and sum up the drive."""
        body = self._body
        body.settle(at_ms)
        body.cabin.lock = OPENS if forgotten == "lock" else "SECURED"
        if forgotten is not None and forgotten in WINDOWS.values():
            body.cabin.windows[forgotten] = "INTERMEDIATE"
        elif forgotten is not None and forgotten != "lock":
            body.cabin.open_keys.add(forgotten)
        told = values.cabin(body) | values.wear(body, at_ms)
        if drive is not None:
            told |= values.trip_end(body, body.parked_ms) | _manner(body, drive)
        self._voice.tell(at_ms, told, Occasion.TRIP_END)

    def _choose_mishap(self, share: float) -> str:
        choices = [window("row1", "driver"), window("row1", "passenger"), keys.TRUNK, DRIVERS_DOOR, "lock"]
        return choices[int(share * len(choices))]

    def _look_after(self, at_ms: int) -> None:
        """Come back, close everything and lock."""
        body = self._body
        body.settle(at_ms)
        body.cabin.lock = "SECURED"
        body.cabin.open_keys.clear()
        body.cabin.windows.clear()
        self._voice.tell(at_ms, values.cabin(body))


def _manner(body: Body, drive: Drive) -> Told:
    """Return how the last drive was driven."""
    model = body.model
    if not model.battery_kwh:
        return {}
    hours = max(drive.route.duration_s, 1.0) / 3600
    town = max(0.0, 1.0 - drive.route.length_km / hours / 120)
    electric_km = (drive.stored_kwh - body.stored_kwh) / (model.kwh_per_100km * drive.effort) * 100
    share = min(1.0, max(0.0, electric_km / max(body.odometer_km - drive.odometer_km, 0.001)))
    return {
        keys.STARS_ACCELERATION: round(2.2 + 2.4 * drive.style, 1),
        keys.STARS_BRAKING: round(2.0 + 2.9 * drive.style, 1),
        keys.RECUPERATION: round(1.0 + 4.5 * town, 1),
        keys.CONSUMPTION: round(model.kwh_per_100km * drive.effort, 1),
        keys.ENERGY_COMFORT: round(min(10.0, 2.2 * (drive.effort - 0.9) * hours), 2),
        keys.SHARE_ECO: round(50 * drive.style, 1),
        keys.SHARE_ECO_PLUS: round(8 * drive.style, 1),
        keys.SHARE_ELECTRIC: 100.0 if not model.tank_l else round(100 * share, 1),
    }
