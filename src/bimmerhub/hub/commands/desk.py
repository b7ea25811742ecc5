"""The desk for commands to cars: each is on disk before it is sent, sent once, and followed to its end.

A hub that ends while a command is `sending` cannot know whether BMW took it. Its next start says so (`unknown`) and
sends nothing; of a command that BMW had taken it goes on asking what became of it.
"""

import asyncio
import logging
import random
from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from contextlib import aclosing
from functools import partial
from typing import Final

from typing_extensions import override

from bimmerhub.bmw.car_commands.capabilities import NOT_CAPABLE
from bimmerhub.bmw.car_commands.commands import COMMAND_RUNNING, CommandPace, CommandProgress
from bimmerhub.bmw.clock import Clock
from bimmerhub.domain.account.family import Family
from bimmerhub.domain.command import Command, CommandKind, CommandState, CommandStep, Detail
from bimmerhub.domain.command_order import CommandOrder
from bimmerhub.domain.events import CommandChanged, Event
from bimmerhub.domain.vehicle import Vehicle
from bimmerhub.errors import BimmerhubError, BmwRefused, BmwUnavailable, ConfigError, RateLimited, StoreError
from bimmerhub.hub.commands.ability_lists import AbilityLists, list_abilities
from bimmerhub.hub.commands.cars import CommandedCar, CommandedCars
from bimmerhub.hub.commands.command_audit import CommandAudit
from bimmerhub.hub.commands.described_abilities import describe_abilities, is_lasting
from bimmerhub.hub.commands.outcomes import TakeAnswer, telling_outcome
from bimmerhub.hub.commands.profiles import with_fresh_profile
from bimmerhub.hub.feeds.families.family_client import FamilyAnswer
from bimmerhub.hub.process.supervisor import Supervisor
from bimmerhub.ids import Vin
from bimmerhub.store.ports.audit import StoredAudit
from bimmerhub.store.ports.commands import StoredCommands
from bimmerhub.store.ports.vehicles import StoredVehicles
from bimmerhub.views.acts import THE_HUB
from bimmerhub.views.cars.commands import opening_is_off
from bimmerhub.views.ports.commands import Abilities, Asker, CarCommands

STOPPED_MEANWHILE: Final = "the hub stopped while it was being sent: it may be done, and it is not sent again"
FIND_AGAIN_S: Final = 20.0
"""How often BMW is asked for the car of a command after a restart, while it does not answer: a sign-in may go along."""
FAILED_MEANWHILE: Final = "the hub failed to follow it: it may be done, and it is not sent again"

Life = AsyncGenerator[CommandProgress]

_log = logging.getLogger(__name__)


class CommandDesk(CarCommands):
    """Takes commands. Its tasks live in the group that the hub gives it; `tell` publishes the states of a life.

    `take` stores what a command has changed, such as the charging profile, or where the car was found.
    """

    def __init__(
        self,
        *,
        cars: CommandedCars,
        lists: AbilityLists,
        vehicles: StoredVehicles,
        commands: StoredCommands,
        audit: StoredAudit,
        tell: Callable[[Sequence[Event]], None],
        take: TakeAnswer,
        tasks: asyncio.TaskGroup,
        clock: Clock,
        jitter: random.Random,
    ) -> None:
        self._cars = cars
        self._lists = lists
        self._vehicles = vehicles
        self._commands = commands
        self._audit = CommandAudit(audit, now_ms=clock.now_ms)
        self._tell = tell
        self._take = take
        self._tasks = tasks
        self._clock = clock
        self._jitter = jitter
        self._running: dict[asyncio.Task[None], Command] = {}
        self._beginning = asyncio.Lock()
        self._is_stopped = False

    async def start(self, *, goes_live: bool) -> None:
        """Conclude what an earlier run left: `sending` becomes `unknown`; the rest is followed when `goes_live`."""
        for command in await self._commands.under_way():
            if command.newest.state is CommandState.SENDING:
                await self._end(command, CommandState.UNKNOWN, STOPPED_MEANWHILE, asker=THE_HUB)
            elif goes_live:
                self._run(partial(self._resume, command), command, THE_HUB)

    def stop(self) -> None:
        """Take and follow nothing any more; what is not at its end is followed after the next start."""
        self._is_stopped = True
        for task in list(self._running):
            task.cancel()

    @override
    async def abilities(self, vin: Vin, *, account: str | None = None) -> Abilities:
        is_allowed = (await self._cars.stored(vin)).opening_allowed_at_ms is not None
        try:
            commanded = await self._cars.find(vin, account=account)
        except StoreError:
            raise
        except BimmerhubError as error:
            if isinstance(error, ConfigError) and account is not None:
                raise
            last = None if is_lasting(error) else await self._lists.load(vin)
            if last is not None and account not in {None, last.account}:
                last = None
            return describe_abilities(last, is_opening_allowed=is_allowed, failure=error)
        newest = list_abilities(commanded.car, account=commanded.account.name, listed_at_ms=commanded.listed_at_ms)
        return describe_abilities(newest, is_opening_allowed=is_allowed)

    @override
    async def order(
        self, vin: Vin, order: CommandOrder, *, asker: Asker, account: str | None = None, force: bool = False
    ) -> Command:
        asked: dict[str, Detail] = {"kind": str(order.kind), **order.details}
        asked |= {"account": account} if account is not None else {}
        asked |= {"force": True} if force else {}
        await self._audit.note(asker, "command_asked", vin, asked)
        commanded: CommandedCar | None = None
        try:
            commanded = await self._cars.find(vin, account=account)
            _check_opening(commanded.stored, order)
            order = await with_fresh_profile(commanded.car, order, force=force)
            life = self._life(commanded, commanded.car.command(order, force=force))
            try:
                await anext(life)  # nothing is sent yet, and nothing will be unless it is on disk
                async with self._beginning:
                    _check_opening(await self._cars.stored(vin), order)  # BMW was asked meanwhile: it may be gone
                    self._check_turn(vin, order.kind)
                    command = await self._commands.begin(
                        vin,
                        order.kind,
                        account=commanded.account.name,
                        details=order.details,
                        at_ms=self._clock.now_ms(),
                    )
                    self._tell([CommandChanged(command=command)])
                    self._run(partial(self._follow, command, life, asker), command, asker)
            except BaseException:
                await life.aclose()
                raise
        except BimmerhubError as error:
            if any(vehicle.vin == vin for vehicle in await self._vehicles.vehicles()):  # of an erased car nothing stays
                await self._audit.note(asker, "command_refused", vin, {**asked, "reason": str(error)})
            if commanded is not None and account is None:
                await self._suggest_others(error, commanded)
            raise
        return command

    async def _suggest_others(self, error: BimmerhubError, commanded: CommandedCar) -> None:
        """Name the other accounts where it was not said by which: their family may have what this one lacks."""
        others = await self._cars.other_commanders(commanded)
        if _code(error) == NOT_CAPABLE and others:
            by = f"That was by account {commanded.account.name}; the car is also seen by {', '.join(others)}."
            error.hint = by if error.hint is None else f"{error.hint} {by}"

    def _check_turn(self, vin: Vin, kind: CommandKind | str) -> None:
        """Refuse a command while one of its kind is under way to this car by any account, and when the hub stops."""
        if self._is_stopped:
            raise StoreError("the hub is stopping; nothing was sent", hint="Start it again, then send it.")
        if any((command.vin, command.kind) == (vin, kind) for command in self._running.values()):
            raise BmwRefused(
                f"the car still carries out another command ({kind}); nothing was sent",
                code=COMMAND_RUNNING,
                hint="Wait for its end: a newer command would take its place.",
            )

    @override
    async def allow_opening(self, vin: Vin, *, is_allowed: bool, asker: Asker) -> None:
        if not is_allowed:
            await self._audit.note(asker, "opening_forbidden", vin, {})
            await self._vehicles.allow_opening(vin, allowed_at_ms=None)
            return
        try:
            await self._cars.stored(vin)  # not archived
        except ConfigError as error:
            await self._audit.note(asker, "opening_refused", vin, {"reason": str(error)})
            raise
        await self._audit.note(asker, "opening_allowed", vin, {})
        await self._vehicles.allow_opening(vin, allowed_at_ms=self._clock.now_ms())

    def _run(self, work: Callable[[], Awaitable[None]], command: Command, asker: Asker) -> None:
        """Do the work in a task; when it fails, conclude the command instead of beginning the work again."""
        has_begun = False

        async def work_once() -> None:
            nonlocal has_begun
            if has_begun:
                await self._conclude(command.id, asker)
            else:
                has_begun = True
                await self._unless_erased(work, command)

        supervisor = Supervisor(f"command {command.id}", clock=self._clock, jitter=self._jitter)
        task = self._tasks.create_task(supervisor.keep_running(work_once), name=f"command {command.id}")
        self._running[task] = command
        task.add_done_callback(self._running.pop)

    async def _unless_erased(self, work: Callable[[], Awaitable[None]], command: Command) -> None:
        """Do the work; it ends where the car is erased meanwhile: then there is nothing to note any more."""
        try:
            await work()
        except StoreError:
            if await self._commands.find_command(command.id) is not None:
                raise
            _log.info("command %d is followed no further: its car was erased", command.id)

    async def _follow(self, command: Command, life: Life, asker: Asker) -> None:
        """Send the command, and note its states until it has ended."""
        try:
            async with aclosing(life):
                async for progress in life:
                    command = await self._add(command, _step(progress), asker)
        except StoreError:
            raise
        except BimmerhubError as error:
            await self._fail(command, error, asker)

    async def _conclude(self, command_id: int, asker: Asker) -> None:
        """End a command that the hub failed to follow."""
        command = await self._commands.find_command(command_id)
        if command is not None and not command.is_ended:
            await self._end(command, CommandState.UNKNOWN, FAILED_MEANWHILE, asker=asker)

    async def _fail(self, command: Command, error: BimmerhubError, asker: Asker) -> None:
        """Conclude a command from an error: BMW did not take it, or says no more what became of it."""
        was_taken = command.newest.state is not CommandState.SENDING
        state = CommandState.UNKNOWN if was_taken else CommandState.NOT_EXECUTED
        reason = f"BMW took it, but no longer says what became of it: {error}" if was_taken else str(error)
        await self._end(command, state, reason, asker=asker, code=_code(error))

    async def _resume(self, command: Command) -> None:
        """Follow a command that an earlier run had sent; nothing is sent."""
        try:
            commanded = await self._find_again(command)
            life = self._life(commanded, commanded.car.follow(_progress(command)))
        except BimmerhubError as error:
            await self._fail(command, error, THE_HUB)
        else:
            await self._follow(command, life, THE_HUB)

    async def _find_again(self, command: Command) -> CommandedCar:
        """Find the car of a command under way; while BMW is silent, for as long as a command is followed at all."""
        until_s = self._clock.elapsed_s() + CommandPace().give_up_after_s
        while True:
            try:
                return await self._cars.find(command.vin, account=command.account)
            except (BmwUnavailable, RateLimited) as error:
                wait_s = error.retry_after_s if isinstance(error, RateLimited) else 0.0
                wait_s = max(wait_s, FIND_AGAIN_S)
                if self._clock.elapsed_s() + wait_s > until_s:
                    raise
            await self._clock.sleep(wait_s)

    def _life(self, commanded: CommandedCar, life: Life) -> Life:
        async def take_if_known(family: Family, answer: FamilyAnswer) -> None:
            await self._cars.stored(commanded.stored.vin)  # ConfigError: it was erased or archived meanwhile
            await self._take(family, answer)

        return telling_outcome(life, commanded, take_if_known)

    async def _add(self, command: Command, step: CommandStep, asker: Asker) -> Command:
        audit = self._audit.entry_of_end(command, step, asker) if step.state.is_final else None
        command = await self._commands.add_step(command.id, step, audit=audit)
        self._tell([CommandChanged(command=command)])
        return command

    async def _end(
        self, command: Command, state: CommandState, reason: str, *, asker: Asker, code: str | None = None
    ) -> None:
        step = CommandStep(state=state, at_ms=self._clock.now_ms(), reason=reason, code=code)
        await self._add(command, step, asker)


def _check_opening(stored: Vehicle, order: CommandOrder) -> None:
    if order.opens_the_car and stored.opening_allowed_at_ms is None:
        raise opening_is_off(stored.vin)


def _step(progress: CommandProgress) -> CommandStep:
    return CommandStep(
        state=progress.state,
        at_ms=progress.at_ms,
        word=progress.word,
        event_id=progress.event_id,
        reason=progress.reason,
    )


def _progress(command: Command) -> CommandProgress:
    """Return where a command is, for who follows it further."""
    newest = command.newest
    event_id = next((step.event_id for step in reversed(command.steps) if step.event_id is not None), None)
    return CommandProgress(
        kind=command.kind, state=newest.state, at_ms=newest.at_ms, word=newest.word, event_id=event_id
    )


def _code(error: BimmerhubError) -> str | None:
    return error.code if isinstance(error, BmwRefused) else None
