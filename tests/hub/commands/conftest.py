"""A command desk on a real store, with i Remote as the emulator plays it; sleeping moves the emulator's clock."""

import asyncio
import random
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from aiohttp import ClientSession
from tests.bmw.conftest import HastyClock, MemoryTokens
from tests.emulated import emulator_settings

from bimmerhub.bmw.iremote import App, AppKey, BmwLogin, Endpoints, IRemote
from bimmerhub.domain.account.family import Family
from bimmerhub.domain.command import Command, CommandKind
from bimmerhub.domain.command_order import CommandOrder
from bimmerhub.domain.documents import Document
from bimmerhub.domain.events import CommandChanged, Event
from bimmerhub.domain.reading import Value
from bimmerhub.emulator.app import Emulator
from bimmerhub.emulator.cars import CarTruth
from bimmerhub.emulator.faults.switches import FaultSwitch
from bimmerhub.emulator.owners.emulated_accounts import EmulatedAccount
from bimmerhub.hub.accounts.book import AccountBook
from bimmerhub.hub.accounts.sign_in_places import SignInPlaces
from bimmerhub.hub.commands.ability_lists import AbilityLists
from bimmerhub.hub.commands.cars import CommandedCars
from bimmerhub.hub.commands.desk import CommandDesk
from bimmerhub.hub.feeds.families.family_client import FamilyAnswer, FamilyClient
from bimmerhub.hub.feeds.families.iremote_client import IRemoteClient
from bimmerhub.hub.process.secrets import Sealer
from bimmerhub.ids import Vin
from bimmerhub.store.ports.accounts import NewAccount, StoredAccount
from bimmerhub.store.sqlite.store import SqliteStore
from bimmerhub.views.ports.commands import Asker

NOON_MS = 1_785_153_600_000  # 2026-07-27T12:00:00Z
PAGE = Asker(who="page", from_where="127.0.0.1", may_command=True)
CARDATA_CAR = Vin("WBA00000000000009")
SIGNED_OUT = "a-signed-out-one"
"""Name of an account that a test may save: it sees what it is given, and nobody has signed in to it."""
SECOND = "second"
"""Name of another one: its owner is the same person."""


class DrivingClock(HastyClock):
    """Jumps over every sleep, and lets the cars live through what was jumped over.

    `behind_ms` is how far the hub's clock was set back; BMW's, and what sleeps, go on.
    """

    def __init__(self, emulator: Emulator) -> None:
        super().__init__(emulator.clock)
        self._emulator = emulator
        self.behind_ms = 0

    def now_ms(self) -> int:
        return super().now_ms() - self.behind_ms

    def elapsed_s(self) -> float:
        return super().now_ms() / 1000

    async def sleep_until(self, at_ms: int) -> None:
        await super().sleep_until(at_ms)
        await self._emulator.catch_up()


@dataclass
class Workshop:
    """A desk, what it commands, and what it told. `start` makes another one on the same store, as a restart does."""

    emulator: Emulator
    store: SqliteStore
    clock: DrivingClock
    session: ClientSession
    data_dir: Path
    tokens: MemoryTokens = field(default_factory=MemoryTokens)
    events: list[Command] = field(default_factory=list)
    told: list[Document] = field(default_factory=list)
    values: dict[str, Value] = field(default_factory=dict)
    taken: asyncio.Event = field(default_factory=asyncio.Event)
    ended: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def vins(self) -> list[Vin]:
        return [car.vin for car in self.emulator.garage.cars]

    def truth(self, vin: Vin | None = None) -> CarTruth:
        return self.emulator.garage.truth(vin or self.vins[0])

    def fault(self, name: str, value: float | None = None) -> None:
        self.emulator.faults.switch_on(FaultSwitch(name=name, value=value))

    @property
    def sent(self) -> list[str]:
        """Every state that was told, in order."""
        return [f"{command.kind} {command.newest.state}" for command in self.events]

    async def take(self, family: Family, answer: FamilyAnswer) -> None:
        assert family is Family.IREMOTE
        self.told.extend(answer.documents)
        self.values |= {reading.descriptor: reading.value for reading in answer.readings}

    def tell(self, events: Sequence[Event]) -> None:
        for event in events:
            assert isinstance(event, CommandChanged)
            self.events.append(event.command)
            if len(event.command.steps) > 1:
                self.taken.set()
            if event.command.is_ended:
                self.ended.set()

    @asynccontextmanager
    async def start(self, *, goes_live: bool = True) -> AsyncIterator[CommandDesk]:
        info = self.emulator.info
        endpoints = Endpoints(
            api_url=info.base_url, ca_file=Path(info.ca_file), app=App(key=AppKey(key="app", secret="app-secret"))
        )
        login = BmwLogin(username="anna@example.com", password="emulator")
        async with AsyncExitStack() as stack:
            iremote = await stack.enter_async_context(
                IRemote(tokens=self.tokens, endpoints=endpoints, login=login, session=self.session, clock=self.clock)
            )
            nobody = await stack.enter_async_context(
                IRemote(tokens=MemoryTokens(), endpoints=endpoints, session=self.session, clock=self.clock)
            )
            second = await stack.enter_async_context(
                IRemote(tokens=MemoryTokens(), endpoints=endpoints, login=login, session=self.session, clock=self.clock)
            )
            clients = {
                "old": IRemoteClient(iremote),
                SECOND: IRemoteClient(second),
                SIGNED_OUT: IRemoteClient(nobody),
            }

            async def open_client(account: StoredAccount) -> FamilyClient | None:
                return clients.get(account.name)

            tasks = await stack.enter_async_context(asyncio.TaskGroup())
            book = AccountBook(self.store.accounts, SignInPlaces(self.store.settings), Sealer.open(self.data_dir))
            lists = AbilityLists(self.store.settings)
            cars = CommandedCars(
                vehicles=self.store.vehicles,
                accounts=book,
                open_client=open_client,
                lists=lists,
                now_ms=self.clock.now_ms,
            )
            desk = CommandDesk(
                cars=cars,
                lists=lists,
                vehicles=self.store.vehicles,
                commands=self.store.commands,
                audit=self.store.audit,
                tell=self.tell,
                take=self.take,
                tasks=tasks,
                clock=self.clock,
                jitter=random.Random(1),
            )
            stack.callback(desk.stop)
            await desk.start(goes_live=goes_live)
            yield desk

    async def run(self, desk: CommandDesk, order: CommandOrder | CommandKind, **options: Any) -> Command:
        """Order a command and return it when it has ended."""
        self.ended.clear()
        wanted = order if isinstance(order, CommandOrder) else CommandOrder(kind=order)
        vin = options.pop("vin", self.vins[0])
        begun = await desk.order(vin, wanted, asker=PAGE, **options)
        return await self.end_of(begun.id)

    async def end_of(self, command_id: int) -> Command:
        async with asyncio.timeout(20):
            await self.ended.wait()
        command = await self.store.commands.find_command(command_id)
        assert command is not None
        return command

    async def audit(self) -> list[tuple[str, str]]:
        """Return who did what, oldest first."""
        return [(entry.who, entry.action) for entry in reversed(await self.store.audit.audit(limit=99))]


def states(command: Command) -> list[str]:
    return [str(step.state) for step in command.steps]


@pytest.fixture
async def workshop(tmp_path: Path, keys_dir: Path) -> AsyncIterator[Workshop]:
    settings = emulator_settings(
        http_port=0,
        mqtt_port=0,
        keys_dir=keys_dir,
        speed=0.0,
        now_ms=NOON_MS,
        accounts=(EmulatedAccount(models=("bev", "330e-gb")),),
    )
    async with (
        Emulator(settings) as emulator,
        ClientSession() as session,
        SqliteStore.open(tmp_path / "hub.db") as store,
    ):
        made = Workshop(emulator, store, DrivingClock(emulator), session, tmp_path)
        old = await store.accounts.save_account(NewAccount(name="old", family=Family.IREMOTE, client_id=""))
        home = await store.accounts.save_account(NewAccount(name="home", family=Family.CARDATA, client_id="c"))
        for vin in made.vins:
            await store.vehicles.save_vehicle_account(vin, old.id, mapping=None, seen_at_ms=NOON_MS)
        await store.vehicles.save_vehicle_account(CARDATA_CAR, home.id, mapping="PRIMARY", seen_at_ms=NOON_MS)
        yield made
