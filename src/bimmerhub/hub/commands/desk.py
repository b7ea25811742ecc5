"""The desk for commands to cars: each is on disk before it is sent, sent once, and followed to its end.

A hub that ends while a command is `sending` cannot know whether BMW took it. Its next start says so (`unknown`) and
sends nothing; of a command that BMW had taken it goes on asking what became of it.
"""

import asyncio
import random
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping, Sequence
from contextlib import aclosing
from functools import partial
from typing import Final

from typing_extensions import override

from bimmerhub.bmw.clock import Clock
from bimmerhub.bmw.commands import COMMAND_RUNNING, CommandProgress
from bimmerhub.domain.command import Command, CommandKind, CommandState, CommandStep, Detail
from bimmerhub.domain.command_order import CommandOrder
from bimmerhub.domain.events import CommandChanged, Event
from bimmerhub.errors import BimmerhubError, BmwRefused, ConfigError, StoreError
from bimmerhub.hub.commands.cars import CommandedCar, CommandedCars
from bimmerhub.hub.commands.profiles import TakeAnswer, telling_profile, with_fresh_profile
from bimmerhub.hub.feeds.families.family_client import Capability
from bimmerhub.hub.process.supervisor import Supervisor
from bimmerhub.ids import Vin, mask_vin
from bimmerhub.store.ports.audit import AuditEntry, StoredAudit
from bimmerhub.store.ports.commands import StoredCommands
from bimmerhub.store.ports.vehicles import StoredVehicles
from bimmerhub.views.ports.commands import Abilities, Ability, Asker, CarCommands, ListedCapability

HUB: Final = Asker(who="hub", from_where=None, may_command=False)
"""Who asks for what the hub does by itself, after a restart."""
STOPPED_MEANWHILE: Final = "the hub stopped while it was being sent: it may be done, and it is not sent again"
FAILED_MEANWHILE: Final = "the hub failed to follow it: it may be done, and it is not sent again"

Life = AsyncGenerator[CommandProgress]


class CommandDesk(CarCommands):
    """Takes commands. Its tasks live in the group that the hub gives it; `tell` publishes the states of a life.

    `take` stores what a car told besides, such as the charging profile that a command has set.
    """

    def __init__(
        self,
        *,
        cars: CommandedCars,
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
        self._vehicles = vehicles
        self._commands = commands
        self._audit = audit
        self._tell = tell
        self._take = take
        self._tasks = tasks
        self._clock = clock
        self._jitter = jitter
        self._running: dict[asyncio.Task[None], Command] = {}
        self._beginning = asyncio.Lock()

    async def start(self, *, goes_live: bool) -> None:
        """Conclude what an earlier run left: `sending` becomes `unknown`; the rest is followed when `goes_live`."""
        for command in await self._commands.under_way():
            if command.newest.state is CommandState.SENDING:
                await self._end(command, CommandState.UNKNOWN, STOPPED_MEANWHILE, asker=HUB)
            elif goes_live:
                self._run(partial(self._resume, command), command, HUB)

    def stop(self) -> None:
        """Follow nothing any more; what is not at its end is followed after the next start."""
        for task in list(self._running):
            task.cancel()

    @override
    async def abilities(self, vin: Vin) -> Abilities:
        stored = await self._cars.stored(vin)
        items, listed, notice = list[Ability](), list[ListedCapability](), None
        try:
            car = (await self._cars.find(vin)).car
            items = [Ability(kind=kind, refusal=_words(car.refusal(kind))) for kind in car.commands]
            listed = [_listed(entry) for entry in car.capabilities()]
        except BimmerhubError as error:
            notice = f"{str(error)[:1].upper()}{str(error)[1:]}."
        allowed = stored.opening_allowed_at_ms is not None
        return Abilities(items=items, notice=notice, is_opening_allowed=allowed, capabilities=listed)

    @override
    async def order(
        self, vin: Vin, order: CommandOrder, *, asker: Asker, account: str | None = None, force: bool = False
    ) -> Command:
        asked: dict[str, Detail] = {"kind": str(order.kind), **order.details, **({"force": True} if force else {})}
        await self._note(asker, "command_asked", vin, asked)
        try:
            found = await self._cars.find(vin, account=account)
            _check_opening(found, order)
            order = await with_fresh_profile(found.car, order, force=force)
            life = self._life(found, order.kind, found.car.command(order, force=force))
            try:
                await anext(life)  # nothing is sent yet, and nothing will be unless it is on disk
                async with self._beginning:
                    self._check_turn(vin, order.kind)
                    command = await self._commands.begin(
                        vin,
                        order.kind,
                        account=found.account.name,
                        details=order.details,
                        at_ms=self._clock.now_ms(),
                    )
                    self._tell([CommandChanged(command=command)])
                    self._run(partial(self._follow, command, life, asker), command, asker)
            except BaseException:
                await life.aclose()
                raise
        except BimmerhubError as error:
            await self._note(asker, "command_refused", vin, {**asked, "reason": str(error)})
            raise
        return command

    def _check_turn(self, vin: Vin, kind: CommandKind | str) -> None:
        """Refuse a command while one of its kind is under way to this car, through whichever account it goes."""
        if any((command.vin, command.kind) == (vin, kind) for command in self._running.values()):
            raise BmwRefused(
                f"the car still carries out another command ({kind}); nothing was sent",
                code=COMMAND_RUNNING,
                hint="Wait for its end: a newer command would take its place.",
            )

    @override
    async def allow_opening(self, vin: Vin, *, is_allowed: bool, asker: Asker) -> None:
        now_ms = self._clock.now_ms()
        await self._note(asker, "opening_allowed" if is_allowed else "opening_forbidden", vin, {})
        await self._vehicles.allow_opening(vin, allowed_at_ms=now_ms if is_allowed else None)

    def _run(self, work: Callable[[], Awaitable[None]], command: Command, asker: Asker) -> None:
        """Do the work in a task; when it fails, conclude the command instead of beginning the work again."""
        has_begun = False

        async def work_once() -> None:
            nonlocal has_begun
            if has_begun:
                await self._conclude(command.id, asker)
            else:
                has_begun = True
                await work()

        supervisor = Supervisor(f"command {command.id}", clock=self._clock, jitter=self._jitter)
        task = self._tasks.create_task(supervisor.keep_running(work_once), name=f"command {command.id}")
        self._running[task] = command
        task.add_done_callback(self._running.pop)

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
            found = await self._cars.find(command.vin, account=command.account)
            life = self._life(found, command.kind, found.car.follow(_progress(command)))
        except BimmerhubError as error:
            await self._fail(command, error, HUB)
        else:
            await self._follow(command, life, HUB)

    def _life(self, found: CommandedCar, kind: CommandKind | str, life: Life) -> Life:
        return telling_profile(life, found, self._take) if kind == CommandKind.CHARGING_PROFILE else life

    async def _add(self, command: Command, step: CommandStep, asker: Asker) -> Command:
        audit = self._audit_of_end(command, step, asker) if step.state.is_final else None
        command = await self._commands.add_step(command.id, step, audit=audit)
        self._tell([CommandChanged(command=command)])
        return command

    async def _end(
        self, command: Command, state: CommandState, reason: str, *, asker: Asker, code: str | None = None
    ) -> None:
        step = CommandStep(state=state, at_ms=self._clock.now_ms(), reason=reason, code=code)
        await self._add(command, step, asker)

    def _audit_of_end(self, command: Command, step: CommandStep, asker: Asker) -> AuditEntry:
        body: dict[str, Detail] = {"command": command.id, "kind": str(command.kind), "state": str(step.state)}
        if step.reason is not None:
            body["reason"] = step.reason
        return self._entry(asker, "command_ended", command.vin, body)

    async def _note(self, asker: Asker, action: str, vin: Vin, body: Mapping[str, Detail]) -> None:
        await self._audit.record(self._entry(asker, action, vin, body))

    def _entry(self, asker: Asker, action: str, vin: Vin, body: Mapping[str, Detail]) -> AuditEntry:
        return AuditEntry(
            at_ms=self._clock.now_ms(),
            who=asker.who,
            from_where=asker.from_where,
            action=action,
            subject=vin,
            body=body,
        )


def _check_opening(found: CommandedCar, order: CommandOrder) -> None:
    if order.opens_the_car and found.stored.opening_allowed_at_ms is None:
        raise ConfigError(
            f"opening {mask_vin(found.stored.vin)} from afar is off; nothing was sent",
            hint="Allow it first, on this machine: bimmerhub vehicles allow-opening VIN",
        )


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


def _words(error: BmwRefused | None) -> str | None:
    return None if error is None else str(error)


def _listed(entry: Capability) -> ListedCapability:
    return ListedCapability(name=entry.name, word=entry.word, command=entry.command, is_able=entry.is_able)
