"""Commands to cars, from a request to the car that has done it.

Life of a command: INITIATED when it is accepted; PENDING while it is on its way; DELIVERED once the car has got it;
EXECUTED when it has done it. A car that cannot do it now makes it NOT_EXECUTED, one that is out of reach for too long
TIMED_OUT. A later command of the same kind to the same car takes an earlier one's place that is not delivered yet: that
one is never done (inferred).
"""

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from functools import partial

from bimmerhub.emulator.cars.garage import CommandOrder
from bimmerhub.emulator.faults.switches import Faults
from bimmerhub.emulator.host.clock import EmulatorClock
from bimmerhub.emulator.host.state_file import StateFile
from bimmerhub.emulator.lives import CarLives
from bimmerhub.emulator.remote.account_vehicles import AccountVehicle
from bimmerhub.emulator.remote.settings import RemoteSettings
from bimmerhub.ids import Gcid, Vin

MOST_EVENTS = 100
SEND_KIND = "SEND_POI_TO_CAR"
"""The kind of a place or a message that is sent to a car."""


class EventState(StrEnum):
    """Where a command is on its way."""

    INITIATED = "INITIATED"
    PENDING = "PENDING"
    DELIVERED = "DELIVERED"
    EXECUTED = "EXECUTED"
    NOT_EXECUTED = "NOT_EXECUTED"
    TIMED_OUT = "TIMED_OUT"


@dataclass(frozen=True, slots=True, kw_only=True)
class CarAction:
    """What a car is told to do: the name and arguments of one of the `RemoteCommands`."""

    name: str
    arguments: Mapping[str, object] = field(default_factory=dict)


@dataclass(slots=True, kw_only=True)
class RemoteEvent:
    """One command. `kind` is BMW's service type, `client` who sent it; times are milliseconds since 1970 UTC.

    `home` is the account whose garage has the car, `action` what the car gets. `changed_ms` is when it was accepted or
    came to its `end`; up to `accepted_ms` polls show INITIATED. `fate` is what it comes to at `executed_ms` whatever
    the car could do, None: that is up to the car.
    """

    event_id: str
    home: Gcid
    vin: Vin
    kind: str
    client: str
    action: CarAction
    begun_ms: int
    delivered_ms: int
    executed_ms: int
    gives_up_ms: int
    changed_ms: int
    accepted_ms: int
    fate: EventState | None = None
    end: EventState | None = None

    def state(self, now_ms: int) -> EventState:
        """Return its state as a poll shows it."""
        if self.end is not None:
            return self.end
        if self.fate is not None and now_ms >= self.executed_ms:
            return self.fate
        if now_ms > self.gives_up_ms:  # its car began another life
            return EventState.TIMED_OUT
        if now_ms < self.accepted_ms:
            return EventState.INITIATED
        return EventState.DELIVERED if self.delivered_ms <= now_ms < self.executed_ms else EventState.PENDING

    def finish(self, end: EventState, at_ms: int) -> None:
        """Come to an end."""
        self.end, self.changed_ms = end, at_ms

    @property
    def is_under_way(self) -> bool:
        """Whether its car still has to do it."""
        return self.end is None and self.fate is None


@dataclass(slots=True, kw_only=True)
class DeskState:
    """The commands to each car, oldest first."""

    events: dict[Vin, list[RemoteEvent]] = field(default_factory=dict)


class RemoteDesk:
    """Takes commands, has the cars do them at their time, and knows how they stand.

    Its `file` remembers them over a restart: what was under way goes on.
    """

    def __init__(
        self,
        settings: RemoteSettings,
        *,
        clock: EmulatorClock,
        faults: Faults,
        lives: Mapping[Gcid, CarLives],
        file: StateFile[DeskState],
    ) -> None:
        self._settings = settings
        self._clock = clock
        self._faults = faults
        self._lives = lives
        self._file = file
        self._orders: dict[str, CommandOrder] = {}
        self._state = file.load() or DeskState()
        for event in [event for events in self._state.events.values() for event in events if event.is_under_way]:
            home = lives.get(event.home)
            if home is not None and any(car.vin == event.vin for car in home.garage.cars):
                home.garage.order(self._order(event))

    async def begin(
        self, vehicle: AccountVehicle, kind: str, action: CarAction, *, client: str, event_id: str | None = None
    ) -> RemoteEvent:
        """Accept a command to a car; without `event_id` it gets an id as the services of before 2021 gave."""
        lives = self._lives[vehicle.home]
        event = self._new_event(vehicle, kind, action, client)
        event.event_id = event_id or event.event_id
        self._supersede(lives, event.vin, kind)
        self._state.events[event.vin] = [*self._state.events.get(event.vin, []), event][-MOST_EVENTS:]
        self._file.save(self._state)
        if event.is_under_way:
            await lives.order(self._order(event))
        return event

    def last(self, vin: Vin, kind: str | None = None) -> RemoteEvent | None:
        """Return the last command to a car, of one kind or of any; None when there was none."""
        return next((event for event in self.history(vin) if kind in {None, event.kind}), None)

    def shown(self, vin: Vin, kind: str | None = None) -> RemoteEvent | None:
        """Return the command that a poll shows: the last one, or the one before it while the server lags."""
        events = [event for event in self.history(vin) if kind in {None, event.kind}]
        lag_s = self._faults.value("command-lags")
        is_new = len(events) > 1 and self._clock.now_ms() < events[0].begun_ms + (lag_s or 0.0) * 1000
        if is_new and self._faults.take("command-lags"):
            return events[1]
        return events[0] if events else None

    def history(self, vin: Vin) -> Sequence[RemoteEvent]:
        """Return the commands to a car, newest first."""
        return self._state.events.get(vin, [])[::-1]

    def find(self, event_id: str) -> RemoteEvent | None:
        """Return a command by its id, None when there is none."""
        events = (event for events in self._state.events.values() for event in events)
        return next((event for event in events if event.event_id == event_id), None)

    def clear_history(self, vin: Vin) -> None:
        """Forget the commands to a car that came to an end."""
        self._state.events[vin] = [event for event in self._state.events.get(vin, []) if event.is_under_way]
        self._file.save(self._state)

    def forget(self) -> None:
        """Forget how all commands went; those under way are still done."""
        self._state.events.clear()
        self._file.save(self._state)

    def _order(self, event: RemoteEvent) -> CommandOrder:
        """Return the order for the next attempt; a car that is out of reach then gets another one."""
        order = self._orders[event.event_id] = CommandOrder(
            at_ms=event.executed_ms,
            vin=event.vin,
            name=event.action.name,
            arguments=event.action.arguments,
            on_done=partial(self._done, event),
        )
        return order

    def _done(self, event: RemoteEvent, at_ms: int, refusal: ValueError | None) -> None:
        if event.end is not None:  # superseded meanwhile
            return
        lives, retry_at_ms = self._lives[event.home], at_ms + round(self._settings.retry_s * 1000)
        is_reached = refusal is None or lives.garage.truth(event.vin).connection.has_reception
        if not is_reached and retry_at_ms < event.gives_up_ms:
            event.delivered_ms = event.executed_ms = retry_at_ms
            lives.garage.order(self._order(event))
        else:
            failure = EventState.NOT_EXECUTED if is_reached else EventState.TIMED_OUT
            event.finish(EventState.EXECUTED if refusal is None else failure, at_ms)
            del self._orders[event.event_id]
            lives.save()  # first: what a car did is in its life before the command is known to be over
        self._file.save(self._state)

    def _new_event(self, vehicle: AccountVehicle, kind: str, action: CarAction, client: str) -> RemoteEvent:
        now_ms, settings = self._clock.now_ms(), self._settings
        slow_s = self._faults.take_value("car-slow")
        takes_s = settings.executed_s if slow_s is None else slow_s
        fate, vin = None, vehicle.car.vin
        is_reached = self._lives[vehicle.home].garage.truth(vin).connection.has_reception
        if self._faults.take("command-not-executed"):
            fate = EventState.NOT_EXECUTED
        elif self._faults.take("command-times-out"):
            fate, takes_s, is_reached = EventState.TIMED_OUT, settings.give_up_s, False
        executed_ms = now_ms + round(takes_s * 1000)
        way_ms = round(takes_s * settings.delivered_s / settings.executed_s * 1000)
        return RemoteEvent(
            event_id=f"{secrets.token_hex(12)}@bmw.de",
            home=vehicle.home,
            vin=vin,
            kind=kind,
            client=client,
            action=action,
            begun_ms=now_ms,
            delivered_ms=now_ms + way_ms if is_reached else executed_ms,
            executed_ms=executed_ms,
            gives_up_ms=max(executed_ms, now_ms + round(settings.give_up_s * 1000)),
            changed_ms=now_ms,
            accepted_ms=now_ms + round((self._faults.take_value("command-initiated") or 0.0) * 1000),
            fate=fate,
        )

    def _supersede(self, lives: CarLives, vin: Vin, kind: str) -> None:
        """Drop the last command of a kind, if the car has not got it yet; places that are sent all arrive."""
        if kind == SEND_KIND:
            return
        now_ms, before = self._clock.now_ms(), self.last(vin, kind)
        if before is not None and before.state(now_ms) is EventState.PENDING:
            before.finish(EventState.NOT_EXECUTED, now_ms)
            order = self._orders.pop(before.event_id, None)
            if order is not None:
                lives.garage.withdraw(order)
