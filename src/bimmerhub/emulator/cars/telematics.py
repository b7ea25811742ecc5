"""The telematics of a car: when it reports, which quantities, and how late the report leaves.

A report is neutral: it holds quantities of the truth as they were when measured. What a service of BMW's makes of it,
in which words and units, and what it keeps back, is that service's business.
"""

import random
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum

from bimmerhub.emulator.cars.instruments import read_everything
from bimmerhub.emulator.cars.machine.car_body import CarBody
from bimmerhub.emulator.cars.models.car_model import ReportManner
from bimmerhub.emulator.cars.truth import Quantity
from bimmerhub.ids import Vin
from bimmerhub.times import SECOND_MS


class Occasion(Enum):
    """Why a car reports: something changed; a step of a drive or charge; a trip is over; the battery is full; asked to.

    At all but the first, unchanged values are sent again (observed by clients 2025-2026).
    """

    CHANGE = 0
    STEP = 1
    TRIP_END = 2
    FULL = 3
    ASKED = 4


_TELLING_EVERYTHING = frozenset({ReportManner.EVERYTHING, ReportManner.RARELY})
_RARE_OCCASIONS = frozenset({Occasion.TRIP_END, Occasion.FULL, Occasion.ASKED})


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What a car tells at one moment, in the order in which it tells it; of equal kinds the last one counts.

    `measured_at_ms` is a whole second, `sent_at_ms` is when the report leaves the car; both are milliseconds since 1970
    UTC. `repeats_unchanged` False: only what differs from what was told last is meant.
    """

    vin: Vin
    measured_at_ms: int
    sent_at_ms: int
    quantities: tuple[Quantity, ...]
    repeats_unchanged: bool


OnReport = Callable[[Report], None]
OnState = Callable[[int, Occasion, tuple[Quantity, ...], int], None]
"""Called when a car reports its state: with the time, the occasion, the quantities, and when the report arrives."""


class Telematics:
    """Reports about one car to whoever listens."""

    def __init__(self, body: CarBody, *, chance: random.Random) -> None:
        self._body = body
        self._chance = chance
        self._unreached_ms = (0, 0)
        self._listeners: list[OnReport] = []
        self._state_listeners: list[OnState] = []

    def listen(self, on_report: OnReport) -> None:
        """Call `on_report` with each report from now on, at the moment it is made."""
        self._listeners.append(on_report)

    def listen_to_states(self, on_state: OnState) -> None:
        """Call `on_state` at each report, also at those that this model does not make to CarData."""
        self._state_listeners.append(on_state)

    def has_reception(self, at_ms: int) -> bool:
        """Tell whether the car can be reached at a moment."""
        from_ms, until_ms = self._unreached_ms
        return self._body.connection.is_up and not from_ms <= at_ms < until_ms

    def lose_reception(self, from_ms: int, until_ms: int) -> None:
        """Have no reception in a stretch of time: what is reported then is sent when it is over."""
        self._unreached_ms = (from_ms, until_ms)

    def report(
        self, at_ms: int, *quantities: Quantity, occasion: Occasion = Occasion.CHANGE, later_ms: int = 0
    ) -> None:
        """Report quantities as measured at `at_ms`, in this car's manner; `later_ms` later than it could.

        Without SIM or contract nothing is reported, not later either.
        """
        manner = self._body.model.manner
        if not self._body.connection.is_up:
            return
        from_ms, until_ms = self._unreached_ms
        arrives_ms = until_ms if from_ms <= at_ms < until_ms else at_ms
        for on_state in self._state_listeners:
            on_state(at_ms, occasion, quantities, arrives_ms)
        if manner is ReportManner.RARELY and occasion not in _RARE_OCCASIONS:
            return
        tells_everything = manner in _TELLING_EVERYTHING
        lag_ms = self._body.model.pace.choose_lag_ms(self._chance)
        sent_at_ms = lag_ms + max(at_ms + later_ms, arrives_ms)
        report = Report(
            vin=self._body.model.vin,
            measured_at_ms=at_ms // SECOND_MS * SECOND_MS,
            sent_at_ms=sent_at_ms,
            quantities=(*read_everything(self._body, at_ms), *quantities) if tells_everything else quantities,
            repeats_unchanged=tells_everything or occasion is not Occasion.CHANGE,
        )
        for on_report in self._listeners:
            on_report(report)
