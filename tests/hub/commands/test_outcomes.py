"""After a command the car's state is asked for, and stored before the command is said to be executed."""

import pytest
from tests.hub.commands.conftest import PAGE, Workshop, states

from bimmerhub.domain.command import CommandKind

LOCK = "iremote.doorLockState"


async def test_an_unlocked_car_is_told_as_unlocked_at_once(workshop: Workshop) -> None:
    async with workshop.start() as desk:
        await desk.allow_opening(workshop.vins[0], is_allowed=True, asker=PAGE)
        for kind, word in ((CommandKind.UNLOCK, "UNLOCKED"), (CommandKind.LOCK, "LOCKED")):
            assert states(await workshop.run(desk, kind))[-1] == "executed"
            assert workshop.values[LOCK] == word


@pytest.mark.parametrize("kind", [CommandKind.LIGHTS, CommandKind.HORN])
async def test_what_changes_nothing_asks_for_nothing(workshop: Workshop, kind: CommandKind) -> None:
    async with workshop.start() as desk:
        assert states(await workshop.run(desk, kind))[-1] == "executed"
    assert workshop.values == {}


async def test_a_state_that_does_not_come_leaves_the_command_executed(workshop: Workshop) -> None:
    async with workshop.start() as desk:
        workshop.fault("status-404")
        command = await workshop.run(desk, CommandKind.LOCK)
    assert (states(command)[-1], workshop.values) == ("executed", {})
