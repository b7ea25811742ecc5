"""Commands to cars in the page's words."""

from tests.web.page.conftest import Say

from bimmerhub.domain.command import CommandState
from bimmerhub.views.cars.commands import COMMANDS

OF_OTHER_MEANS = {"poi", "message", "charging-profile"}
"""What wants more than a button."""


async def test_every_command_has_a_question_before(say: Say) -> None:
    for command in set(COMMANDS) - OF_OTHER_MEANS:
        question = say("commandQuestion", command, "i3", module="command-words")
        assert question.endswith("."), command
        assert ": i3? " in question
    assert "anybody beside it" in say("commandQuestion", "unlock", "i3", module="command-words")


async def test_every_state_of_a_life_has_words(say: Say) -> None:
    steps = [{"state": str(state), "at": "2026-11-28T12:00:00Z", "reason": None} for state in CommandState]
    lines = say("lifeLines", {"command": "lock", "steps": steps}, module="command-words")
    assert lines[0] == "12:00:00 PM Lock: sending"
    assert len(set(lines)) == len(CommandState)
    assert not any("_" in line for line in lines)


async def test_a_reason_is_said(say: Say) -> None:
    steps = [{"state": "not_executed", "at": "2026-11-28T12:00:00Z", "reason": "BMW refused"}]
    [line] = say("lifeLines", {"command": "unlock", "steps": steps}, module="command-words")
    assert line.endswith("Unlock: not done (BMW refused)")
