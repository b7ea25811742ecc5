"""The cars of all accounts of one emulator: created, brought up to now, and kept there."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from bimmerhub.emulator.cardata.backend_memory import BackendMemory
from bimmerhub.emulator.cardata.stream.outlet import StreamOutlet
from bimmerhub.emulator.cardata.voice.recording import load_recording
from bimmerhub.emulator.cardata.voice.voice import CarDataVoice
from bimmerhub.emulator.host.clock import EmulatorClock
from bimmerhub.emulator.host.state_file import StateFile
from bimmerhub.emulator.lively import make_lively
from bimmerhub.emulator.lives import CarLives, LifeRecord
from bimmerhub.emulator.owners.emulated_accounts import EmulatedAccount
from bimmerhub.emulator.unheard import live_unheard, opened_history
from bimmerhub.errors import ConfigError
from bimmerhub.ids import Gcid
from bimmerhub.times import DAY_MS, MINUTE_MS, SECOND_MS

_LIVELY_EVERY_MS = 20 * SECOND_MS
_DEMO_LEAD_MS = 4 * MINUTE_MS


@dataclass(frozen=True, slots=True, kw_only=True)
class LifeSettings:
    """The cars' lives.

    `seed` decides everything about the cars. `history_days` is how long before now they began to live, when they are
    new. `history_file` gets what they sent up to now, as a capture; after a restart only what they sent since it
    stopped in good order. `is_demo` makes one car drive and one charge. `captures` are files of one recorded car each,
    which cars of the first account say to CarData, over and over, instead of what they do.
    """

    seed: int = 1
    history_days: float = 0.0
    history_file: Path | None = None
    is_demo: bool = False
    captures: tuple[Path, ...] = ()


class Population:
    """The lives of all accounts, in the accounts' order; `lives` are by GCID.

    `new_outlet` makes the way out of a garage's messages, given its seed. ConfigError for models that do not exist.
    """

    def __init__(
        self,
        settings: LifeSettings,
        accounts: Sequence[EmulatedAccount],
        *,
        clock: EmulatorClock,
        directory: Path,
        new_outlet: Callable[[Gcid, int], StreamOutlet],
    ) -> None:
        self._settings = settings
        self._clock = clock
        start_ms = clock.now_ms() - int(settings.history_days * DAY_MS)
        recordings = [load_recording(path) for path in settings.captures]
        self.lives: dict[Gcid, CarLives] = {}
        for number, account in enumerate(accounts):
            seed = settings.seed + number
            file_name = "garage.json" if number == 0 else f"garage-{number + 1}.json"
            try:
                self.lives[account.gcid] = CarLives(
                    account,
                    seed=seed,
                    start_ms=start_ms,
                    clock=clock,
                    file=StateFile(directory / file_name, LifeRecord),
                    outlet=new_outlet(account.gcid, seed),
                    recordings=recordings if number == 0 else (),
                )
            except ValueError as error:  # the words name the models there are
                raise ConfigError(f"these cars cannot be made: {error}", hint="Choose other models.") from error
        lived_until_ms = max(lives.lived_until_ms for lives in self.lives.values())
        if lived_until_ms > clock.now_ms():  # an earlier run had jumped ahead; its lives cannot be unlived
            try:
                clock.go_on_from(lived_until_ms)
            except ValueError as error:
                hint = f"Move {directory} out of the way: the cars begin anew."
                raise ConfigError(f"these cars cannot live on: {error}", hint=hint) from error

    @property
    def first(self) -> CarLives:
        """The lives of the first account."""
        return next(iter(self.lives.values()))

    async def current_voice(self, gcid: Gcid) -> CarDataVoice:
        """Return the cars of a garage as CarData has them, simulated up to now; KeyError for an unknown account."""
        lives = self.lives[gcid]
        await lives.advance()
        return lives.voice

    def memory_of(self, gcid: Gcid) -> BackendMemory:
        """Return what was known of the cars of a garage; KeyError for an unknown account."""
        return self.lives[gcid].memory

    async def catch_up(self) -> None:
        """Return when all cars have lived up to now, and what they sent is published."""
        for lives in self.lives.values():
            await lives.advance()

    async def catch_up_unheard(self) -> None:
        """Live up to now before anyone can listen; what the cars sent goes to the history file."""
        accounts, now_ms = tuple(self.lives.values()), self._clock.now_ms()
        with opened_history(self._settings.history_file) as file:
            if self._settings.is_demo:  # a little before now, so that the history has departure and plug-in
                lived_until_ms = max(lives.lived_until_ms for lives in accounts)  # what was lived stays as it was
                await live_unheard(max(now_ms - _DEMO_LEAD_MS, lived_until_ms), accounts, file=file)
                make_lively(self.first.garage)
            await live_unheard(now_ms, accounts, file=file)
            if self._settings.is_demo:  # a drive may have ended meanwhile
                make_lively(self.first.garage)
        self.save()

    async def begin_anew(self, *, seed: int | None, start_ms: int | None) -> None:
        """Replace all cars by new ones who begin to live at `start_ms` (None: now); seed None keeps the seeds."""
        now_ms = self._clock.now_ms()
        for number, lives in enumerate(self.lives.values()):
            await lives.begin_anew(
                seed=lives.seed if seed is None else seed + number,
                start_ms=now_ms if start_ms is None else min(start_ms, now_ms),
            )

    def save(self, *, is_told: bool = False) -> None:
        """Record all lives up to now; see `CarLives.save`."""
        for lives in self.lives.values():
            lives.save(is_told=is_told)

    @contextlib.asynccontextmanager
    async def living(self) -> AsyncIterator[None]:
        """Keep all cars at the clock's time while the block runs."""
        async with asyncio.TaskGroup() as tasks:
            living = [tasks.create_task(lives.run(), name="emulator-cars") for lives in self.lives.values()]
            if self._settings.is_demo:
                living.append(tasks.create_task(self._keep_lively(), name="emulator-demo"))
            try:
                yield
            finally:
                for task in living:
                    task.cancel()

    async def _keep_lively(self) -> None:
        """Every 20 s, make sure that one car drives and one charges."""
        while True:
            await self._clock.sleep_until(self._clock.now_ms() + _LIVELY_EVERY_MS)
            await self.first.be_lively()
