"""The page on the charge log shows lines that the command understands, and notices as they are sent."""

import re
import shlex
from pathlib import Path

import msgspec
import pytest
from typer.main import get_command

import bimmerhub
from bimmerhub.cli import build_app
from bimmerhub.cli.charge_watch.glimpse import show_bar
from bimmerhub.domain.charge_log import NoticeKind
from bimmerhub.views.cars.charge_log import ChargeNoticeAnswer

PAGE = (Path(bimmerhub.__file__).parents[2] / "docs" / "how-to" / "charge-log.md").read_text("utf-8")
LINES = re.findall(r"^\$ (?:\w+=\S+ )*bimmerhub watch (.*)$", PAGE, re.MULTILINE)


@pytest.mark.parametrize("line", LINES)
def test_line_is_understood(line: str) -> None:
    command = getattr(get_command(build_app("watch")), "commands", {})["watch"]
    parsed = command.make_context("watch", shlex.split(line)).params
    assert parsed["every"] or parsed["step"]


def test_notice_has_the_shape_that_is_sent() -> None:
    [shown] = re.findall(r"^```json\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)
    notice = msgspec.json.decode(shown, type=ChargeNoticeAnswer)
    assert msgspec.json.encode(notice).decode() == shown.strip()


def test_every_kind_is_named() -> None:
    assert len(LINES) > 3
    assert all(f"`{kind}`" in PAGE for kind in NoticeKind)


def test_bars_are_as_printed() -> None:
    bars = re.findall(r"  (\d+) % (\[.*\])$", PAGE, re.MULTILINE)
    assert [bar for _, bar in bars] == [f"[{show_bar(int(level))}]" for level, _ in bars]
