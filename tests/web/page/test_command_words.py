"""Commands to cars in the page's words."""

from tests.web.page.conftest import Say

from bimmerhub.domain.command import CommandState
from bimmerhub.views.cars.commands import COMMANDS


def test_every_command_has_a_question_before(say: Say) -> None:
    for command in COMMANDS:
        question = say("commandQuestion", command, "i3", module="command-words")
        assert question.endswith("."), command
        assert ": i3? " in question
    assert "anybody beside it" in say("commandQuestion", "unlock", "i3", module="command-words")


def test_every_state_of_a_life_has_words(say: Say) -> None:
    steps = [{"state": str(state), "at": "2026-11-28T12:00:00Z", "reason": None} for state in CommandState]
    lines = say("lifeLines", {"command": "lock", "steps": steps}, module="command-words")
    assert lines[0] == "12:00:00 PM Lock: sending"
    assert len(set(lines)) == len(CommandState)
    assert not any("_" in line for line in lines)


def test_a_reason_is_said(say: Say) -> None:
    steps = [{"state": "not_executed", "at": "2026-11-28T12:00:00Z", "reason": "BMW refused"}]
    [line] = say("lifeLines", {"command": "unlock", "steps": steps}, module="command-words")
    assert line.endswith("Unlock: not done (BMW refused)")


def test_a_list_that_is_not_of_now_says_of_when_it_is(say: Say) -> None:
    listed = {"notice": None, "listed_at": "2026-11-28T12:00:00Z", "is_current": True, "account": "old"}
    assert "account" not in say("abilitiesNotice", listed, 1, module="command-words")
    assert say("abilitiesNotice", listed, 2, module="command-words").endswith("They go by account old.")
    old = listed | {"notice": "BMW does not tell now.", "is_current": False}
    words = say("abilitiesNotice", old, 2, module="command-words")
    assert words == "BMW does not tell now. This is BMW's list of 11/28/2026, 12:00:00 PM."
    none = old | {"listed_at": None}
    assert say("abilitiesNotice", none, 1, module="command-words") == "BMW does not tell now."
