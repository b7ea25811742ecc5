"""Which modules a command imports: that is most of the time that it takes to start."""

import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest
from tests.cli.conftest import Run
from typer.main import get_command

from bimmerhub.cli import build_app
from bimmerhub.cli.commands import COMMANDS

HEAVY = frozenset(
    {
        "aiohttp",
        "aiomqtt",
        "argon2",
        "cryptography",
        "fastapi",
        "jwt",
        "paho",
        "prometheus_client",
        "pydantic",
        "segno",
        "starlette",
        "uvicorn",
        "uvloop",
        "zstandard",
    }
)
HELP_NEEDS_NONE_OF = HEAVY | {"asyncio", "msgspec", "sqlite3", "ssl", "bimmerhub.hub", "bimmerhub.store"}
READING = (
    ["vehicles"],
    ["status"],
    ["history", "0001", "soc_percent"],
    ["history", "0001", "soc_percent", "--buckets", "2"],
    ["coverage"],
    ["quota"],
    ["accounts"],
    ["quarantine", "list"],
    ["catalogue", "soc"],
)

RUN = """
import sys
from bimmerhub.cli import main
for line in {lines!r}:
    try:
        main(line)
    except SystemExit as end:
        assert not end.code, (line, end.code)
print("imported", *sys.modules, file=sys.stderr)
"""


def imported(*lines: Sequence[str]) -> set[str]:
    """Return the names of all modules that are imported after these lines ran in one new process."""
    line = [sys.executable, "-c", RUN.format(lines=[list(words) for words in lines])]
    done = subprocess.run(line, capture_output=True, text=True, timeout=50, check=False, env={**os.environ})
    assert done.returncode == 0, done.stderr
    return set(done.stderr.splitlines()[-1].split())


def test_version_and_help_import_no_machinery() -> None:
    assert not imported(["--version"]) & (HELP_NEEDS_NONE_OF | {"rich"})
    assert not imported(["--help"]) & HELP_NEEDS_NONE_OF


def test_help_of_each_command_imports_no_machinery() -> None:
    assert not imported(*([name, "--help"] for name in COMMANDS)) & HELP_NEEDS_NONE_OF


@pytest.mark.usefixtures("maybe_hub")
def test_reading_commands_import_no_server_and_no_client_of_bmws(run: Run, capture: Path, data_dir: Path) -> None:
    assert run("import", capture).code == 0
    modules = imported(*([*words, "--json", "--data-dir", str(data_dir)] for words in READING))
    assert not modules & (HEAVY | {"rich.console", "bimmerhub.hub.app", "bimmerhub.emulator"})
    assert {name for name in modules if name.startswith("bimmerhub.web.")} <= {"bimmerhub.web.settings"}


@pytest.mark.parametrize("name", COMMANDS)
def test_list_of_commands_has_the_first_sentence_of_each_help(name: str) -> None:
    command = getattr(get_command(build_app(name)), "commands", {})[name]
    assert command.help.split("\n\n")[0] == COMMANDS[name][1]


def test_list_of_commands_has_all_that_the_modules_add() -> None:
    assert set(getattr(get_command(build_app(*COMMANDS)), "commands", {})) == set(COMMANDS)


def test_command_after_two_dashes_is_run() -> None:
    assert "bimmerhub.cli.commands.cars.catalogue" in imported(["--", "catalogue", "soc"])
