"""The help of every command: its arguments as the documentation writes them, its paragraphs as wide as the terminal."""

import re
from itertools import pairwise

import pytest
from rich.markup import render
from tests.cli.conftest import Run
from typer.main import get_command

from bimmerhub.cli import build_app
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


@pytest.mark.parametrize("command", COMMANDS)
def test_no_word_in_brackets_is_lost_in_the_help(command: str) -> None:
    parts = [getattr(get_command(build_app(command)), "commands", {})[command]]
    for part in parts:  # grows while it is read: groups add their commands
        parts += getattr(part, "commands", {}).values()
        texts = [part.help, *(getattr(param, "help", None) for param in part.params)]
        assert [text for text in texts if text and render(text).plain != text.replace("\\[", "[")] == []


@pytest.mark.parametrize(("command", "words"), [("quota", "`[rest] limit`"), ("inventory", "in [inventory].")])
def test_brackets_are_shown_in_the_help(run: Run, command: str, words: str) -> None:
    assert words in " ".join(run(command, "--help").out.split())


@pytest.mark.parametrize("command", ["watch", "charging-profile", "garage", "inventory", "catalogue", "containers"])
def test_paragraphs_fill_the_terminal(run: Run, monkeypatch: pytest.MonkeyPatch, command: str) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    lines = [line.strip() for line in run(command, "--help").out.split("\u256d")[0].splitlines()]
    paragraph = lines[lines.index("") + 1 :]
    short = [line for line, after in pairwise(paragraph) if line and after and len(line) + len(after.split()[0]) < 76]
    assert not short


@pytest.mark.parametrize("number", ["nan", "inf"])
def test_option_that_is_no_number_is_refused(run: Run, number: str) -> None:
    refused = run("emulator", "capture", "--days", number, "--out", "x")
    assert (refused.code, "--days" in refused.err) == (2, True), refused.err
