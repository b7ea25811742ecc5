"""The lives of one account's cars: simulated up to the emulator's time, remembered over a restart."""

import asyncio
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from bimmerhub.emulator.cardata.backend_memory import BackendMemory
from bimmerhub.emulator.cardata.stream.outlet import StreamOutlet
from bimmerhub.emulator.cardata.voice.message import StreamMessage
from bimmerhub.emulator.cardata.voice.recording import Recording, choose_cars
from bimmerhub.emulator.cardata.voice.voice import CarDataVoice
from bimmerhub.emulator.cars import Garage
from bimmerhub.emulator.cars.garage import CommandOrder
from bimmerhub.emulator.host.clock import EmulatorClock
from bimmerhub.emulator.host.state_file import StateFile
from bimmerhub.emulator.lively import make_lively
from bimmerhub.emulator.owners.emulated_accounts import EmulatedAccount
from bimmerhub.ids import Vin
from bimmerhub.times import DAY_MS, HOUR_MS

_STEP_MS = HOUR_MS
_STATES_MS = 2 * HOUR_MS
"""How far back each reported state is kept: a car that drives or charges reports more often than that."""


@dataclass(slots=True, kw_only=True)
class LifeRecord:
    """All that is needed to live the same lives again.

    Times are milliseconds since 1970 UTC: when they began, how far they went, and up to when what the cars tell was
    sent, by an emulator that stopped in good order.
    """

    seed: int
    start_ms: int
    models: tuple[str, ...]
    commands: list[dict[str, object]] = field(default_factory=list)
    lived_until_ms: int = 0
    told_until_ms: int = 0


class CarLives:
    """The garage of one account, kept at the clock's time by `run`.

    What the cars tell CarData goes to `outlet`; other services read the truth of `garage`. A record in `file` is lived
    again when it was made with the same seed and models; otherwise new lives begin at `start_ms`. As many cars as there
    are `recordings` say to CarData what is in those.
    """

    voice: CarDataVoice
    memory: BackendMemory

    def __init__(
        self,
        account: EmulatedAccount,
        *,
        seed: int,
        start_ms: int,
        clock: EmulatorClock,
        file: StateFile[LifeRecord],
        outlet: StreamOutlet,
        recordings: Sequence[Recording] = (),
    ) -> None:
        self.account = account
        self._clock = clock
        self._file = file
        self._outlet = outlet
        self._recordings = recordings
        self._lock = asyncio.Lock()
        record = file.load()
        if record is None or (record.seed, record.models) != (seed, account.models):
            record = LifeRecord(seed=seed, start_ms=start_ms, models=account.models)
        self._begin(record)

    @property
    def garage(self) -> Garage:
        """The cars; others after `begin_anew`."""
        return self.voice.garage

    @property
    def seed(self) -> int:
        """What decides everything about the cars, commands apart."""
        return self._record.seed

    @property
    def lived_until_ms(self) -> int:
        """How far the recorded lives went before the emulator started (milliseconds since 1970 UTC)."""
        return self._record.lived_until_ms

    def advance_unheard(self, until_ms: int) -> Iterator[StreamMessage]:
        """Live up to `until_ms`; yield the messages that no earlier emulator sent, in order of sent_at_ms."""
        if until_ms <= self.garage.now_ms:
            return
        told_until_ms = self._record.told_until_ms
        for message in self.voice.advance(until_ms):
            if message.sent_at_ms > told_until_ms:
                yield message

    async def advance_alone(self, until_ms: int) -> None:
        """Live up to `until_ms` while nobody listens; other tasks have their turn after each day."""
        while self.garage.now_ms < until_ms:
            self.voice.advance_unheard(min(self.garage.now_ms + DAY_MS, until_ms))
            await asyncio.sleep(0)

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

    async def order(self, order: CommandOrder) -> None:
        """Command a car at a time to come; see `Garage.order`."""
        async with self._lock:
            await self._advance()
            self.garage.order(order)
        self._clock.nudge()

    async def be_lively(self) -> None:
        """Make one car drive and one charge."""
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
            self._begin(LifeRecord(seed=seed, start_ms=start_ms, models=self.account.models))
            self._outlet.forget()
            for _ in self.voice.advance(self._clock.now_ms()):
                pass
        self.save()
        self._clock.nudge()

    def save(self, *, is_told: bool = False) -> None:
        """Record the lives up to now; with `is_told`, a later start does not send what they told so far."""
        self._record.commands = list(self.garage.command_log)
        self._record.lived_until_ms = self.garage.now_ms
        if is_told:
            self._record.told_until_ms = self.garage.now_ms
        self._file.save(self._record)

    def _begin(self, record: LifeRecord) -> None:
        self._record = record
        garage = Garage(seed=record.seed, start_ms=record.start_ms, models=record.models, commands=record.commands)
        recorded = choose_cars(self._recordings, [(car.vin, car.drivetrain) for car in garage.cars])
        self.voice, self.memory = CarDataVoice(garage, recorded), BackendMemory()

    def _next_event_ms(self) -> int:
        # of the voice of the moment: it can be replaced meanwhile
        return min(self.voice.next_event_ms(), self._outlet.next_due_ms())

    async def _advance(self) -> None:
        until_ms = self._clock.now_ms()
        self.garage.keep_states_from(until_ms - _STATES_MS)
        self.memory.note(self.voice)
        while self.garage.now_ms < until_ms:
            step_ms = min(until_ms, self.garage.now_ms + _STEP_MS)
            await self._outlet.send(self.voice.advance(step_ms), until_ms=step_ms)
            self.memory.note(self.voice)
            await asyncio.sleep(0)
