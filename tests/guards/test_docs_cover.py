"""The reference pages name each command and each setting."""

import dataclasses
import re
from pathlib import Path

import pytest
from typer.main import get_command

from bimmerhub.cli import build_app
from bimmerhub.cli.commands import COMMANDS
from bimmerhub.hub.accounts.settings import AccountSettings
from bimmerhub.hub.config import HubConfig

DOCS = Path(__file__).parents[2] / "docs"
TABLES = {
    setting.name: setting.type
    for setting in dataclasses.fields(HubConfig)
    if isinstance(setting.type, type) and dataclasses.is_dataclass(setting.type)
} | {"accounts.NAME": AccountSettings}


def setting_names() -> list[str]:
    inside = [f"[{table}] {setting.name}" for table, kind in TABLES.items() for setting in dataclasses.fields(kind)]
    plain = [setting.name for setting in dataclasses.fields(HubConfig) if setting.name not in {"accounts", *TABLES}]
    return [*plain, *inside]


def command_names() -> list[str]:
    names = []
    for name, command in getattr(get_command(build_app(*COMMANDS)), "commands", {}).items():
        below = getattr(command, "commands", {})
        names += [f"{name} {subcommand}" for subcommand in below] or [name]
    return names


@pytest.mark.parametrize("name", setting_names())
def test_settings_page_names_the_setting(name: str) -> None:
    assert f"| `{name}` |" in (DOCS / "reference" / "settings.md").read_text("utf-8")


def test_settings_page_names_nothing_else() -> None:
    listed = re.findall(r"^\| `([^`]+)` \|", (DOCS / "reference" / "settings.md").read_text("utf-8"), re.MULTILINE)
    assert sorted(listed) == sorted(setting_names())


@pytest.mark.parametrize("name", command_names())
def test_command_page_names_the_command(name: str) -> None:
    assert f"| `bimmerhub {name}` |" in (DOCS / "reference" / "cli.md").read_text("utf-8")


def test_there_are_commands() -> None:
    assert len(command_names()) > 15
