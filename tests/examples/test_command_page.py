"""The page on commanding a car names every command and every end, and shows a life as the hub has it."""

import re
from itertools import pairwise
from pathlib import Path

from bimmerhub.domain.command import CommandState
from bimmerhub.views.cars.commands import COMMANDS

PAGE = (Path(__file__).parents[2] / "docs" / "how-to" / "command-a-car.md").read_text("utf-8")
WITHOUT_ONE = {"climate-stop"}
"""What no family has so far."""


def test_every_command_is_named() -> None:
    named = set(re.findall(r"`([a-z-]+)`", "".join(line for line in PAGE.splitlines() if line.startswith("| `"))))
    assert set(COMMANDS) - WITHOUT_ONE <= named


def test_every_end_is_explained() -> None:
    ends = {str(state) for state in CommandState if state.is_final}
    assert {end for end in ends if f"| `{end}` |" in PAGE} == ends


def test_the_life_on_the_page_is_one() -> None:
    words = re.findall(r"^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d  (\w+)$", PAGE, re.MULTILINE)
    states = [CommandState(word) for word in words]
    assert states[0] is CommandState.SENDING
    assert all(later.may_follow(earlier) for earlier, later in pairwise(states))
