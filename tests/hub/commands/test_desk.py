"""Commands through the desk: each changes the emulated car, is sent once, and is in the audit."""

import asyncio
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest
from tests.hub.commands.conftest import CARDATA_CAR, NOON_MS, PAGE, SECOND, SIGNED_OUT, Workshop, states
from typing_extensions import override

from bimmerhub.bmw.car_commands.capabilities import NOT_CAPABLE, NOT_PLUGGED_IN
from bimmerhub.bmw.car_commands.commands import COMMAND_RUNNING
from bimmerhub.domain.account.family import Family
from bimmerhub.domain.command import Command, CommandKind, CommandState, CommandStep
from bimmerhub.domain.command_order import CommandOrder, PointOfInterest, TextMessage
from bimmerhub.emulator.faults.switches import FaultSwitch
from bimmerhub.errors import BmwRefused, ConfigError, SignInRequired, StoreError
from bimmerhub.hub.commands.cars import READING_ONLY
from bimmerhub.store.ports.accounts import NewAccount, StoredAccount
from bimmerhub.store.ports.audit import AuditEntry
from bimmerhub.store.sqlite.commands import SqliteCommands

if TYPE_CHECKING:
    from bimmerhub.emulator.cars import CarTruth

PLACE = PointOfInterest(latitude_deg=48.137, longitude_deg=11.575, name="Marienplatz")


@pytest.mark.parametrize(
    ("order", "effect"),
    [
        (CommandOrder(kind=CommandKind.LOCK), lambda truth: truth.lock == "LOCKED"),
        (CommandOrder(kind=CommandKind.UNLOCK), lambda truth: truth.lock == "UNLOCKED"),
        (CommandOrder(kind=CommandKind.LIGHTS, count=2), lambda truth: truth.signals.flashes == 2),
        (CommandOrder(kind=CommandKind.HORN), lambda truth: truth.signals.honks == 1),
        (CommandOrder(kind=CommandKind.CLIMATE_START), lambda truth: bool(truth.climate.remaining_ms)),
        (CommandOrder(kind=CommandKind.POI, destination=PLACE), lambda truth: len(truth.sent) == 1),
        (
            CommandOrder(kind=CommandKind.MESSAGE, message=TextMessage(subject="Hi", text="Milk")),
            lambda truth: len(truth.sent) == 1,
        ),
    ],
    ids=lambda value: str(value.kind) if isinstance(value, CommandOrder) else "",
)
async def test_a_command_changes_the_car(
    workshop: Workshop, order: CommandOrder, effect: Callable[["CarTruth"], bool]
) -> None:
    assert not effect(workshop.truth())
    async with workshop.start() as desk:
        await desk.allow_opening(workshop.vins[0], is_allowed=True, asker=PAGE)
        command = await workshop.run(desk, order)
    assert (states(command)[0], states(command)[-1]) == ("sending", "executed")
    await workshop.clock.sleep(10)  # BMW does not say when the car has a message
    assert effect(workshop.truth())
    assert (await workshop.audit())[1:] == [("page", "command_asked"), ("page", "command_ended")]


async def test_charging_starts_on_command(workshop: Workshop) -> None:
    workshop.emulator.garage.command(workshop.vins[0], "plug_in")
    async with workshop.start() as desk:
        assert states(await workshop.run(desk, CommandKind.CHARGE_NOW))[-1] == "executed"
        with pytest.raises(BmwRefused, match="climate-stop"):
            await workshop.run(desk, CommandKind.CLIMATE_STOP)


async def test_charging_wants_a_plug(workshop: Workshop) -> None:
    async with workshop.start() as desk:
        with pytest.raises(BmwRefused, match="nothing is plugged in") as caught:
            await workshop.run(desk, CommandKind.CHARGE_NOW)
    assert caught.value.code == NOT_PLUGGED_IN
    assert await workshop.store.commands.commands(limit=9) == []


async def test_finding_a_car(workshop: Workshop) -> None:
    async with workshop.start() as desk:
        assert states(await workshop.run(desk, CommandKind.FIND))[-1] == "executed"


async def test_a_life_is_told_and_kept(workshop: Workshop) -> None:
    async with workshop.start() as desk:
        command = await workshop.run(desk, CommandKind.LOCK)
    assert states(command) == ["sending", "initiated", "delivered", "executed"]
    assert workshop.sent == [f"lock {state}" for state in states(command)]
    assert [step.word for step in command.steps] == [None, "INITIATED", "DELIVERED", "EXECUTED"]
    assert [step.at_ms for step in command.steps] == sorted(step.at_ms for step in command.steps)


async def test_opening_is_off_until_it_is_allowed(workshop: Workshop) -> None:
    vin = workshop.vins[0]
    async with workshop.start() as desk:
        for is_allowed in (None, False):
            if is_allowed is not None:
                await desk.allow_opening(vin, is_allowed=True, asker=PAGE)
                await desk.allow_opening(vin, is_allowed=False, asker=PAGE)
            with pytest.raises(ConfigError, match="is off") as caught:
                await workshop.run(desk, CommandKind.UNLOCK, force=True)
            assert "allow-opening" in (caught.value.hint or "")
    assert workshop.truth().lock == "SECURED"
    assert await workshop.audit() == [
        *[("page", "command_asked"), ("page", "command_refused")],
        *[("page", "opening_allowed"), ("page", "opening_forbidden")],
        *[("page", "command_asked"), ("page", "command_refused")],
    ]


async def test_a_secret_answer_is_demanded_and_not_kept(workshop: Workshop) -> None:
    workshop.fault("secret-wanted")
    async with workshop.start() as desk:
        await desk.allow_opening(workshop.vins[0], is_allowed=True, asker=PAGE)
        refused = await workshop.run(desk, CommandKind.UNLOCK)
        assert (states(refused), refused.newest.code) == (["sending", "not_executed"], "A-2013")
        command = await workshop.run(desk, CommandOrder(kind=CommandKind.UNLOCK, secret="blue"))
    assert states(command)[-1] == "executed"
    assert "blue" not in repr([command, await workshop.store.audit.audit(limit=99)])


async def test_a_british_car_has_no_horn(workshop: Workshop) -> None:
    british = next(vin for vin in workshop.vins if not workshop.truth(vin).equipment.abilities.horn)
    async with workshop.start() as desk:
        with pytest.raises(BmwRefused, match="hornBlow") as caught:
            await workshop.run(desk, CommandKind.HORN, vin=british)
        abilities = {item.kind: item.refusal for item in (await desk.abilities(british)).items}
        forced = await workshop.run(desk, CommandKind.HORN, vin=british, force=True)
    assert (caught.value.code, caught.value.note) == (NOT_CAPABLE, "hornBlow")
    assert abilities["horn"] == "its list says hornBlow NOT_SUPPORTED"
    assert abilities["lock"] is None
    assert states(forced) == ["sending", "not_executed"]


async def test_a_cardata_car_is_for_reading_only(workshop: Workshop) -> None:
    async with workshop.start() as desk:
        with pytest.raises(BmwRefused, match="allows reading only") as caught:
            await workshop.run(desk, CommandKind.LOCK, vin=CARDATA_CAR)
        abilities = await desk.abilities(CARDATA_CAR)
    assert caught.value.code == READING_ONLY
    assert (list(abilities.items), "reading only" in (abilities.notice or "")) == ([], True)


@pytest.fixture
async def signed_out(workshop: Workshop) -> StoredAccount:
    """An account that sees every car beside the one that commands it, and comes first."""
    new = NewAccount(name=SIGNED_OUT, family=Family.IREMOTE, client_id="")
    account = await workshop.store.accounts.save_account(new)
    for vin in [*workshop.vins, CARDATA_CAR]:
        await workshop.store.vehicles.save_vehicle_account(vin, account.id, mapping=None, seen_at_ms=NOON_MS)
    assert (await workshop.store.accounts.accounts())[0].name == SIGNED_OUT
    return account


@pytest.mark.usefixtures("signed_out")
async def test_an_account_that_is_signed_out_leaves_the_car_to_the_next(workshop: Workshop) -> None:
    async with workshop.start() as desk:
        assert states(await workshop.run(desk, CommandKind.LOCK))[-1] == "executed"
        assert (await desk.abilities(workshop.vins[0])).items


@pytest.mark.usefixtures("signed_out")
async def test_what_keeps_the_only_account_from_commanding_is_told(workshop: Workshop) -> None:
    async with workshop.start() as desk:
        with pytest.raises(SignInRequired, match="nobody has signed in"):
            await workshop.run(desk, CommandKind.LOCK, account=SIGNED_OUT)
        with pytest.raises(SignInRequired, match="nobody has signed in"):
            await workshop.run(desk, CommandKind.LOCK, vin=CARDATA_CAR)


async def test_questions_sign_in_once_a_minute_while_bmw_refuses_every_token(workshop: Workshop) -> None:
    workshop.fault("older-tokens-refused")
    async with workshop.start() as desk:
        for _ in range(3):
            assert "invalid_token" in ((await desk.abilities(workshop.vins[0])).notice or "")
            with pytest.raises(SignInRequired, match="invalid_token"):
                await workshop.run(desk, CommandKind.LOCK)
        sign_ins = len(workshop.tokens.saved)
        await workshop.clock.sleep(60)
        workshop.emulator.faults.switch_off("older-tokens-refused")
        assert states(await workshop.run(desk, CommandKind.LOCK))[-1] == "executed"
    assert sign_ins == 2  # the first one, and the one that its refusal asks for


async def test_an_archived_car_is_left_alone(workshop: Workshop) -> None:
    await workshop.store.vehicles.archive(workshop.vins[0], archived_at_ms=1, sold_on="2026-01-01")
    async with workshop.start() as desk:
        with pytest.raises(ConfigError, match="archived"):
            await workshop.run(desk, CommandKind.LOCK)


async def test_two_of_a_kind_go_one_at_a_time(workshop: Workshop) -> None:
    workshop.clock.is_free.clear()
    async with workshop.start() as desk:
        first = await desk.order(workshop.vins[0], CommandOrder(kind=CommandKind.LOCK), asker=PAGE)
        with pytest.raises(BmwRefused) as caught:
            await desk.order(workshop.vins[0], CommandOrder(kind=CommandKind.LOCK), asker=PAGE)
        workshop.clock.is_free.set()
        assert states(await workshop.end_of(first.id))[-1] == "executed"
        assert states(await workshop.run(desk, CommandKind.LOCK))[-1] == "executed"
    assert caught.value.code == COMMAND_RUNNING


async def test_two_accounts_of_a_car_take_turns(workshop: Workshop) -> None:
    second = await workshop.store.accounts.save_account(NewAccount(name=SECOND, family=Family.IREMOTE, client_id=""))
    await workshop.store.vehicles.save_vehicle_account(workshop.vins[0], second.id, mapping=None, seen_at_ms=NOON_MS)
    horn = CommandOrder(kind=CommandKind.HORN)
    workshop.clock.is_free.clear()
    async with workshop.start() as desk:
        first = await desk.order(workshop.vins[0], horn, asker=PAGE, account="old")
        with pytest.raises(BmwRefused) as caught:
            await desk.order(workshop.vins[0], horn, asker=PAGE, account=SECOND)
        workshop.clock.is_free.set()
        assert states(await workshop.end_of(first.id))[-1] == "executed"
        assert workshop.truth().signals.honks == 1
        assert states(await workshop.run(desk, CommandKind.HORN, account=SECOND))[-1] == "executed"
    assert caught.value.code == COMMAND_RUNNING


async def test_a_slow_car_is_waited_for(workshop: Workshop) -> None:
    workshop.fault("car-slow", 90)
    async with workshop.start() as desk:
        assert states(await workshop.run(desk, CommandKind.LIGHTS))[-1] == "executed"


async def test_a_car_without_coverage_times_out(workshop: Workshop) -> None:
    workshop.emulator.garage.command(workshop.vins[0], "lose_reception", minutes=60)
    async with workshop.start() as desk:
        command = await workshop.run(desk, CommandKind.LOCK)
    assert (states(command)[-1], workshop.truth().lock) == ("timed_out", "SECURED")


async def left_in(workshop: Workshop, *later: CommandState) -> int:
    """Leave a command as a hub does that is killed in its midst."""
    begun = await workshop.store.commands.begin(
        workshop.vins[0], CommandKind.LOCK, account="old", details={}, at_ms=workshop.clock.now_ms()
    )
    for state in later:
        step = CommandStep(state=state, at_ms=workshop.clock.now_ms())
        await workshop.store.commands.add_step(begun.id, step)
    return begun.id


async def test_what_was_being_sent_is_unknown_after_a_restart_and_not_sent(workshop: Workshop) -> None:
    left = await left_in(workshop)
    async with workshop.start():
        command = await workshop.end_of(left)
        await workshop.clock.sleep(60)
    assert (states(command), command.newest.reason) == (["sending", "unknown"], command.newest.reason)
    assert "not sent again" in (command.newest.reason or "")
    assert workshop.truth().lock == "SECURED"
    assert await workshop.audit() == [("hub", "command_ended")]


async def test_what_was_taken_is_followed_after_a_restart(workshop: Workshop) -> None:
    async with workshop.start() as desk:
        workshop.clock.is_free.clear()
        begun = await desk.order(workshop.vins[0], CommandOrder(kind=CommandKind.LOCK), asker=PAGE)
        async with asyncio.timeout(5):
            await workshop.taken.wait()
    workshop.clock.is_free.set()
    async with workshop.start(goes_live=False):
        pass
    assert not workshop.ended.is_set()
    async with workshop.start():
        command = await workshop.end_of(begun.id)
    assert (states(command)[1], states(command)[-1]) == ("initiated", "executed")


async def test_what_is_followed_after_a_restart_outlives_a_server_that_lags(workshop: Workshop) -> None:
    async with workshop.start() as desk:
        await workshop.run(desk, CommandOrder(kind=CommandKind.LOCK))
        workshop.clock.is_free.clear()
        workshop.taken.clear()
        begun = await desk.order(workshop.vins[0], CommandOrder(kind=CommandKind.LOCK), asker=PAGE)
        async with asyncio.timeout(5):
            await workshop.taken.wait()
    workshop.clock.is_free.set()
    workshop.ended.clear()
    workshop.fault("command-lags", 30)
    async with workshop.start():
        command = await workshop.end_of(begun.id)
    assert states(command)[-1] == "executed"


@pytest.mark.parametrize(("faults", "end"), [(2, "executed"), (None, "unknown")])
async def test_what_was_taken_is_followed_though_bmw_is_silent_at_the_restart(
    workshop: Workshop, faults: int | None, end: str
) -> None:
    async with workshop.start() as desk:
        workshop.clock.is_free.clear()
        begun = await desk.order(workshop.vins[0], CommandOrder(kind=CommandKind.LOCK), asker=PAGE)
        async with asyncio.timeout(5):
            await workshop.taken.wait()
    workshop.clock.is_free.set()
    workshop.tokens.saved.clear()
    workshop.emulator.faults.switch_on(FaultSwitch(name="sign-in-500", times=faults))
    async with workshop.start():
        command = await workshop.end_of(begun.id)
    assert states(command)[-1] == end


class FailingOnce(SqliteCommands):
    """A table whose disk is full when a command's second state is to be written."""

    failures = 0

    @override
    async def add_step(self, command_id: int, step: CommandStep, *, audit: AuditEntry | None = None) -> Command:
        if self.failures == 0:
            self.failures += 1
            raise StoreError("the disk is full")
        return await super().add_step(command_id, step, audit=audit)


async def test_a_command_whose_state_cannot_be_stored_is_unknown_and_not_sent_again(workshop: Workshop) -> None:
    workshop.store.commands = FailingOnce(workshop.store.commands._database)
    async with workshop.start() as desk:
        command = await workshop.run(desk, CommandOrder(kind=CommandKind.LIGHTS, count=2))
        await workshop.clock.sleep(30)
    assert states(command) == ["sending", "unknown"]
    assert workshop.truth().signals.flashes == 2


def test_the_secret_shows_nowhere() -> None:
    order: Any = CommandOrder(kind=CommandKind.UNLOCK, secret="blue")
    assert "blue" not in f"{order!r} {order.details}"
