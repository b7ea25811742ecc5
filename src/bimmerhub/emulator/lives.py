"""The lives of one account's cars: simulated up to the emulator's time, remembered over a restart."""

import asyncio
import contextlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Protocol

from bimmerhub.emulator.cardata.backend_memory import BackendMemory
from bimmerhub.emulator.cardata.stream.delivered import Delivered, OnDelivered
from bimmerhub.emulator.cardata.stream.misbehaviour import IsTicked, Misbehaviour, Outgoing
from bimmerhub.emulator.cars import Garage, StreamMessage
from bimmerhub.emulator.faults.switches import Faults
from bimmerhub.emulator.host.clock import EmulatorClock
from bimmerhub.emulator.host.state_file import StateFile
from bimmerhub.emulator.lively import make_lively
from bimmerhub.emulator.settings import AccountSettings
from bimmerhub.ids import Gcid, Vin

_STEP_MS = 3_600_000

_TURN = 2_000  # messages between two turns for other tasks, and for clients that have to read them
_DRAIN_WITHIN_S = 2.0


class Listeners(Protocol):
    """Who hears the cars."""

    def publish(self, gcid: Gcid, vin: Vin, payload: bytes) -> int:
        """Send a message to whoever listens now."""
        ...

    async def drain(self) -> None:
        """Return once they have taken what was sent."""
        ...


@dataclass(slots=True, kw_only=True)
class LifeRecord:
    """All that is needed to live the same lives again.

    Times are milliseconds since 1970 UTC: when they began, how far they went, and up to when they were told by an
    emulator that stopped in good order.
    """

    seed: int
    start_ms: int
    models: tuple[str, ...]
    commands: list[dict[str, object]] = field(default_factory=list)
    lived_until_ms: int = 0
    told_until_ms: int = 0


class CarLives:
    """The garage of one account, kept at the clock's time by `run`.

    What the cars send goes to `listeners`, as far as the faults and the portal's ticks (`is_ticked`) let it;
    `on_delivered` learns of each message that somebody got. A record in `file` is lived again when it was made with the
    same seed and models; otherwise new lives begin at `start_ms`.
    """

    def __init__(
        self,
        account: AccountSettings,
        *,
        seed: int,
        start_ms: int,
        clock: EmulatorClock,
        faults: Faults,
        listeners: Listeners,
        file: StateFile[LifeRecord],
        is_ticked: IsTicked | None = None,
        on_delivered: OnDelivered | None = None,
    ) -> None:
        self.account = account
        self._clock = clock
        self._on_delivered = on_delivered
        self._listeners = listeners
        self._file = file
        self._lock = asyncio.Lock()
        kept = file.load()
        if kept is None or (kept.seed, kept.models) != (seed, account.models):
            kept = LifeRecord(seed=seed, start_ms=start_ms, models=account.models)
        self._record = kept
        self.garage = self._new_garage()
        self.memory = BackendMemory()
        self._misbehaviour = Misbehaviour(account.gcid, faults=faults, seed=seed, is_ticked=is_ticked)

    @property
    def seed(self) -> int:
        """What decides everything about the cars, commands apart."""
        return self._record.seed

    @property
    def lived_until_ms(self) -> int:
        """How far the kept lives went before the emulator started (milliseconds since 1970 UTC)."""
        return self._record.lived_until_ms

    def untold(self, until_ms: int) -> Iterator[StreamMessage]:
        """Live up to `until_ms` and yield what was not told before the emulator started, in order of sent_at_ms."""
        if until_ms <= self.garage.now_ms:
            return
        told_until_ms = self._record.told_until_ms
        for message in self.garage.advance(until_ms):
            if message.sent_at_ms > told_until_ms:
                yield message

    async def advance(self) -> None:
        """Live up to the clock's time and publish what is sent; other tasks have their turn within long stretches."""
        async with self._lock:
            await self._advance()

    async def run(self) -> None:
        """Keep the cars at the clock's time for ever."""
        while True:
            await self.advance()
            await self._clock.sleep_until_due(self._next_event_ms)

    async def command(self, vin: Vin, name: str, arguments: dict[str, object]) -> None:
        """Command a car now; ValueError in words when it cannot do that now, or does not know how."""
        async with self._lock:
            await self._advance()
            self.garage.command(vin, name, **arguments)
            await self._advance()
        self.save()
        self._clock.nudge()

    async def be_lively(self) -> None:
        """See to it that one car drives and one charges."""
        async with self._lock:
            await self._advance()
            commands = len(self.garage.command_log)
            make_lively(self.garage)
            await self._advance()
        if len(self.garage.command_log) > commands:
            self.save()
            self._clock.nudge()

    async def begin_anew(self, *, seed: int, start_ms: int) -> None:
        """Replace the cars by those of `seed`, who begin to live at `start_ms`.

        What they send up to now is not published.
        """
        async with self._lock:
            self._record = LifeRecord(seed=seed, start_ms=start_ms, models=self.account.models)
            self.garage = self._new_garage()
            self.memory = BackendMemory()
            self._misbehaviour.forget()
            for _ in self.garage.advance(self._clock.now_ms()):
                pass
        self.save()
        self._clock.nudge()

    def save(self, *, is_told: bool = False) -> None:
        """Remember the lives up to now; with `is_told`, a later start does not tell of them again."""
        self._record.commands = list(self.garage.command_log)
        self._record.lived_until_ms = self.garage.now_ms
        if is_told:
            self._record.told_until_ms = self.garage.now_ms
        self._file.save(self._record)

    def _next_event_ms(self) -> int:
        # of the garage of the moment: it can be replaced meanwhile
        return min(self.garage.next_event_ms(), self._misbehaviour.next_due_ms())

    def _new_garage(self) -> Garage:
        record = self._record
        return Garage(seed=record.seed, start_ms=record.start_ms, models=record.models, commands=record.commands)

    async def _advance(self) -> None:
        until_ms = self._clock.now_ms()
        self.memory.note(self.garage)
        while self.garage.now_ms < until_ms:
            for number, message in enumerate(self._outgoing(min(until_ms, self.garage.now_ms + _STEP_MS)), start=1):
                self._send(message)
                if number % _TURN == 0:
                    await self._let_listeners_read()
            self.memory.note(self.garage)
            await asyncio.sleep(0)

    def _outgoing(self, until_ms: int) -> Iterator[Outgoing]:
        for message in self.garage.advance(until_ms):
            yield from self._misbehaviour.pass_on(message)
        yield from self._misbehaviour.release(until_ms)

    def _send(self, message: Outgoing) -> None:
        gcid = self.account.gcid
        if self._listeners.publish(gcid, message.vin, message.payload) and self._on_delivered is not None:
            delivered_at_ms = self._clock.now_ms()
            self._on_delivered(Delivered(gcid=gcid, vin=message.vin, at_ms=delivered_at_ms, payload=message.payload))

    async def _let_listeners_read(self) -> None:
        """Wait for clients, but not for long: one that does not read is the broker's business."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(_DRAIN_WITHIN_S):
                await self._listeners.drain()
