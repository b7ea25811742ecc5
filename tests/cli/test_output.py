"""What is printed cannot give the terminal orders, and one line printed is one line shown."""

import csv
import io
import json
import os
from pathlib import Path

import msgspec
import pytest

from bimmerhub.cli.printing.output import (
    others_read_along,
    print_csv,
    print_folded,
    print_json,
    print_lines,
    print_table,
    print_text,
    say,
    show_value,
)

HOSTILE = "a\x1b[2Jb\x07\x9b31m\x7f\r\u202e\u2066\u200b\ufeff\u2028\ud800\x1b]8;;http://x\x1b\\y [red]z[/] [link=http://x]w[/link]"
UNSEEN = set("\x1b\x07\x9b\x7f\r\u202e\u2066\u200b\ufeff\u2028\ud800")


class Named(msgspec.Struct):
    name: str | None
    level: float | None


def test_words_of_others_give_the_terminal_no_orders(capsys: pytest.CaptureFixture[str]) -> None:
    print_text(HOSTILE)
    print_folded(HOSTILE)
    print_table(["name", HOSTILE], [[HOSTILE, "1"]])
    say(HOSTILE)
    printed = capsys.readouterr()
    assert not UNSEEN & set(printed.out + printed.err)
    assert [line.count("[red]z[/] [link=http://x]w[/link]") for line in printed.out.splitlines()] == [1, 1, 1, 1]
    assert "[2Jb" in printed.err


def test_a_value_of_any_length_takes_one_line_of_a_table() -> None:
    shown = show_value("x" * 4_000, None)
    assert (len(shown), shown[-2:]) == (100, "x…")
    assert show_value("x" * 100, None) == "x" * 100


def test_one_line_printed_is_one_line_shown(capsys: pytest.CaptureFixture[str]) -> None:
    forged = "Paris\n2026-11-29 12:00:00  …0001\r\nagain\x85\x0b\x0c\u2029"
    print_text(forged)
    print_folded(forged)
    print_table(["name"], [[forged]])
    print_lines([forged, "next Ä…"])
    say(forged)
    printed = capsys.readouterr()
    assert len(printed.out.splitlines()) == 6
    assert len(printed.err.splitlines()) == 1
    assert "next Ä…" in printed.out


def test_json_says_exactly_what_was_there(capsys: pytest.CaptureFixture[str]) -> None:
    text = HOSTILE.replace("\ud800", "\U000e0041 Ä")
    print_json(Named(name=text, level=1.5))
    out = capsys.readouterr().out
    assert json.loads(out) == {"name": text, "level": 1.5}
    assert not (UNSEEN | {"\U000e0041"}) & set(out)
    assert "Ä" in out


@pytest.mark.parametrize("formula", ["=1+1", "+49 89", "-cmd|' /C calc'!A0", "@SUM(1)", " =1", "\t=1", "\r=1"])
def test_csv_holds_no_formula(capsys: pytest.CaptureFixture[str], formula: str) -> None:
    print_csv(["name", "level"], [Named(name=formula, level=-1.5), Named(name=None, level=None)])
    rows = list(csv.reader(io.StringIO(capsys.readouterr().out)))
    assert rows[1:] == [["'" + formula.replace("\t", " ").replace("\r", " "), "-1.5"], ["", ""]]


@pytest.mark.parametrize(("mode", "expected"), [(0o644, True), (0o640, True), (0o600, False), (0o622, False)])
def test_a_log_that_others_read_is_no_place_for_a_secret(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, mode: int, *, expected: bool
) -> None:
    path = tmp_path / "log"
    path.touch()
    path.chmod(mode)
    with path.open("w") as log:
        monkeypatch.setattr("sys.stderr", log)
        assert others_read_along() is expected


def test_a_pipe_and_a_program_without_stderr_are_nobody_elses(monkeypatch: pytest.MonkeyPatch) -> None:
    reading, writing = os.pipe()
    with open(reading, "rb"), open(writing, "w") as pipe:  # noqa: PTH123 - they have no path
        monkeypatch.setattr("sys.stderr", pipe)
        assert not others_read_along()
    monkeypatch.setattr("sys.stderr", io.StringIO())
    assert not others_read_along()
