"""What was noted in the life of a car: warnings and trouble codes that come and go, and calls to the workshop."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from bimmerhub.emulator.cars.states import ServiceCallKind, ServiceCallState, ServiceKind, WarningKind
from bimmerhub.emulator.cars.workshop import Appearance
from bimmerhub.emulator.cars.world.agenda import Fate
from bimmerhub.times import DAY_MS

FIRST_CALL_DAYS = {
    ServiceCallKind.AUTOMATIC: (3, 90),
    ServiceCallKind.MANUAL: (90, 400),
    ServiceCallKind.BREAKDOWN: (200, 700),
}
"""How many days before its life a car has called last."""


@dataclass(slots=True, kw_only=True)
class EventLog:
    """The notes of one car. Times are milliseconds since 1970 UTC.

    `warnings` and `trouble_codes` (control unit and code) are there by command, beside those that follow from the car's
    state. `appearances` are what the car noticed, in order. `called_ms` is the last call of each kind, `report_ms` the
    last report to the workshop, `call_state` how the last call stands. `called_for` are the reasons that need no second
    call. `missed_services` are overdue by command.
    """

    warnings: set[WarningKind] = field(default_factory=set)
    trouble_codes: set[tuple[int, str]] = field(default_factory=set)
    missed_services: set[ServiceKind] = field(default_factory=set)
    appearances: list[Appearance] = field(default_factory=list)
    called_ms: dict[ServiceCallKind, int] = field(default_factory=dict)
    report_ms: int = 0
    call_state: ServiceCallState = ServiceCallState.IDLE
    called_for: frozenset[str] = frozenset()

    def notice(self, at_ms: int, present: Iterable[str]) -> None:
        """Note which warnings and trouble codes are there at a moment, and so which have come or gone."""
        present = set(present)
        for number, appearance in enumerate(self.appearances):
            if appearance.gone_ms is not None:
                continue
            if appearance.what in present:
                present.discard(appearance.what)
            else:
                self.appearances[number] = Appearance(what=appearance.what, came_ms=appearance.came_ms, gone_ms=at_ms)
        self.appearances += [Appearance(what=what, came_ms=at_ms) for what in sorted(present)]


def new_event_log(fate: Fate, start_ms: int) -> EventLog:
    """Return the notes of a car whose life begins; it has called before."""
    chance = fate.of("service calls")
    called_ms = {
        kind: (start_ms - round(chance.uniform(*days) * DAY_MS)) // 1000 * 1000
        for kind, days in FIRST_CALL_DAYS.items()
    }
    return EventLog(called_ms=called_ms, report_ms=called_ms[ServiceCallKind.AUTOMATIC])
