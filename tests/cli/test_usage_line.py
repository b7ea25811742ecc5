"""The line 'Usage: ...' of every command: its arguments as the documentation writes them."""

import re

import pytest
from tests.cli.conftest import Run

from bimmerhub.cli.commands import COMMANDS


@pytest.mark.parametrize("command", COMMANDS)
def test_no_usage_has_braces(run: Run, command: str) -> None:
    usage = run(command, "--help").out.strip().splitlines()[0]
    assert not re.search(r"[{}]", usage)


@pytest.mark.parametrize(
    ("command", "usage"),
    [
        ("history", "VIN DESCRIPTOR|SIGNAL"),
        ("import", "FILES..."),
        ("quarantine release", "ID..."),
        ("readings reject", "VIN DESCRIPTOR|SIGNAL AT"),
        ("status", "[VIN]"),
    ],
)
def test_usage_names_arguments_as_the_documentation_does(run: Run, command: str, usage: str) -> None:
    first = run(*command.split(), "--help").out.strip().splitlines()[0]
    assert first.split("[OPTIONS] ")[1].strip() == usage
