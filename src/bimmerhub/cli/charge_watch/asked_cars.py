"""Looks at the cars of an account of an older family, which is asked at a steady pace without a hub."""

import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence
from functools import partial
from typing import Final, Protocol

from bimmerhub.bmw.clock import Clock
from bimmerhub.bmw.tokens.password_tokens import PasswordRefused
from bimmerhub.cli.charge_watch.glimpse import Glimpse
from bimmerhub.cli.context import WrongUsage
from bimmerhub.cli.printing.output import with_hint
from bimmerhub.domain.charge_log import SIGNALS, Dated, read_instant
from bimmerhub.domain.plausibility.one_value import sift
from bimmerhub.domain.reading import Reading, is_newer
from bimmerhub.domain.signals.table import signal_by_name
from bimmerhub.errors import BimmerhubError, BmwRefused, BmwUnavailable, ConfigError, RateLimited, SignInRequired
from bimmerhub.ids import Descriptor, Vin, mask_vin
from bimmerhub.times import HOUR_MS

REFUSED_FOR_S: Final = HOUR_MS / 1000
"""For so long BMW may refuse a sign-in that worked before; then it is a person's turn."""
LONGEST_PAUSE_S: Final = 900.0
"""Between tries while BMW refuses the sign-in: each of them signs in anew."""

Take = Callable[[Glimpse], None]
_log = logging.getLogger(__name__)


class AskedReadings(Protocol):
    """What an answer held."""

    @property
    def readings(self) -> Sequence[Reading]:
        """The readings."""
        ...


class Listed(Protocol):
    """What an account's list says of a car."""

    @property
    def model(self) -> str | None:
        """Its model."""
        ...


class AskedCar(Protocol):
    """A car of the account."""

    @property
    def vin(self) -> Vin:
        """Its VIN."""
        ...

    @property
    def info(self) -> Listed:
        """What the list says of it."""
        ...

    async def fetch_readings(self) -> AskedReadings:
        """Ask for its state; the errors of the one tree."""
        ...


class AskedAccount(Protocol):
    """An account that is signed in to, or can be."""

    async def fetch_vehicles(self) -> Sequence[AskedCar]:
        """Ask for its cars; the errors of the one tree."""
        ...


class AskedCars:
    """The cars of an account. `vins` are those that are wanted; none stands for the only one of the account."""

    def __init__(self, account: AskedAccount, vins: Sequence[str], *, every_s: float, clock: Clock) -> None:
        self._account = account
        self._vins = vins
        self._every_s = every_s
        self._clock = clock
        self._cars: Sequence[AskedCar] = ()
        self._complaints: dict[Vin | None, str] = {}
        self._signed_in_at_s: float | None = None
        self._failed_sign_ins = 0

    async def follow(self, take: Take) -> None:
        """Give each look to `take`, for ever, also while BMW is silent or out of order.

        SignInRequired when BMW does not take the sign-in, WrongUsage when it is not clear which car is meant.
        """
        while True:
            began_s = self._clock.elapsed_s()
            pause_s = await self._ask_all(take)
            await self._clock.sleep(max(pause_s - (self._clock.elapsed_s() - began_s), 0.0))

    async def _ask_all(self, take: Take) -> float:
        """Ask once, and return how long to wait from the beginning of this round to the next, in seconds."""
        if not self._cars:
            pause_s = await self._ask(None, self._choose)
            if not self._cars:
                return pause_s
        pauses_s = [await self._ask(car.vin, partial(self._look, car, take)) for car in self._cars]
        return max(pauses_s)

    async def _ask(self, vin: Vin | None, question: Callable[[], Awaitable[None]]) -> float:
        try:
            await question()
        except (ConfigError, PasswordRefused):  # the password is not sent again, so waiting mends nothing
            raise
        except SignInRequired as error:
            if self._signed_in_at_s is None or self._clock.elapsed_s() - self._signed_in_at_s > REFUSED_FOR_S:
                raise
            self._failed_sign_ins += 1
            self._complain(vin, error)
            return max(self._every_s, min(LONGEST_PAUSE_S, self._every_s * float(2**self._failed_sign_ins)))
        except RateLimited as error:
            self._complain(vin, error)
            return max(self._every_s, error.retry_after_s)
        except (BmwUnavailable, BmwRefused) as error:
            self._complain(vin, error)
        else:
            self._failed_sign_ins = 0
            self._signed_in_at_s = self._clock.elapsed_s()
            if self._complaints.pop(vin, None) is not None:
                _log.warning("%s: BMW answers again", _name(vin))
        return self._every_s

    def _complain(self, vin: Vin | None, error: BimmerhubError) -> None:
        """Log a failure, once as long as it stays the same."""
        if self._complaints.get(vin) != str(error):
            self._complaints[vin] = str(error)
            _log.warning("%s (asked again by itself): %s", _name(vin), with_hint(str(error), error.hint))

    async def _choose(self) -> None:
        """Find the cars that are wanted; WrongUsage when they are not there, or when none is named of several."""
        cars = await self._account.fetch_vehicles()
        names = ", ".join(f"{mask_vin(car.vin)} ({car.info.model or 'model not known'})" for car in cars)
        if not cars:
            raise ConfigError("the account has no car", hint="Is it the right account, and the right region?")
        if not self._vins and len(cars) > 1:
            raise WrongUsage(f"the account has {len(cars)} cars: {names}", hint="Say which: bimmerhub watch VIN …")
        for vin in self._vins:
            if not any(car.vin.endswith(vin) for car in cars):
                raise WrongUsage(f"the account has no car whose VIN ends with {vin[-4:]!r}", hint=f"It has: {names}")
        self._cars = [car for car in cars if car.vin.endswith(tuple(self._vins) or "")]

    async def _look(self, car: AskedCar, take: Take) -> None:
        readings = (await car.fetch_readings()).readings
        take(
            Glimpse(
                vin=car.vin,
                model=car.info.model or "Car",
                seen_at_ms=self._clock.now_ms(),
                instant=read_instant(_signals(readings)),
            )
        )


def _signals(readings: Sequence[Reading]) -> Mapping[str, Dated]:
    """Return the signals of a charge log that readings tell, each with its time.

    One that is not believed, as in the hub, is left out: after a time in the future nothing would be news any more.
    """
    newest: dict[Descriptor, Reading] = {}
    sifted = sift(readings)
    for reading in (*sifted.believed, *sifted.judged):
        if is_newer(reading, newest.get(reading.descriptor)):
            newest[reading.descriptor] = reading
    chosen = {name: signal_by_name(name).choose(newest) for name in SIGNALS}
    return {
        name: Dated(signal_by_name(name).interpret(reading)[0], reading.measured_at_ms)
        for name, reading in chosen.items()
        if reading is not None
    }


def _name(vin: Vin | None) -> str:
    return "the account" if vin is None else mask_vin(vin)
