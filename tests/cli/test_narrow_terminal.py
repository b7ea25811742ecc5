"""Results fit into a terminal of 80 columns, and go unfolded into a pipe."""

import os
import pty
import re
import threading
from collections.abc import Callable
from contextlib import redirect_stdout
from pathlib import Path

import pytest
from tests.cli.conftest import SOC, Run, capture_line

from bimmerhub.cli import main
from bimmerhub.cli.charge_watch.glimpse import Glimpse, show_glimpse
from bimmerhub.cli.printing.output import fits, print_folded
from bimmerhub.domain.charge_log import ChargeInstant
from bimmerhub.ids import Vin

FOUND = "stream: " + "connected for a long time, " * 5
OnTerminal = Callable[[Callable[[], object]], list[str]]


@pytest.fixture
def on_terminal(monkeypatch: pytest.MonkeyPatch) -> OnTerminal:
    """Return a function that returns the lines that something prints on a terminal of 80 columns."""
    monkeypatch.setenv("COLUMNS", "80")

    def show(work: Callable[[], object]) -> list[str]:
        near, far = pty.openpty()
        printed = bytearray()

        def read() -> None:
            try:
                while data := os.read(near, 65_536):
                    printed.extend(data)
            except OSError:  # the other end is closed
                return

        reader = threading.Thread(target=read)
        reader.start()
        with os.fdopen(far, "w", encoding="utf-8") as terminal, redirect_stdout(terminal):
            work()
        reader.join()
        os.close(near)
        return re.sub("\x1b\\[[0-9;]*m|\r", "", printed.decode()).splitlines()

    return show


@pytest.fixture
def stored(run: Run, tmp_path: Path) -> None:
    capture = tmp_path / "capture.ndjson"
    capture.write_text(capture_line(60))
    assert run("import", capture).code == 0


@pytest.mark.usefixtures("stored")
@pytest.mark.parametrize(
    "line",
    ["status", "coverage", "vehicles 0001", "history 0001 soc_percent --from 2026-07-01", "catalogue search soc"],
)
def test_no_line_of_a_reading_command_is_too_long(on_terminal: OnTerminal, data_dir: Path, line: str) -> None:
    def work() -> None:
        with pytest.raises(SystemExit):
            main([*line.split(), "--data-dir", str(data_dir)])

    lines = on_terminal(work)
    assert lines
    assert max(map(len, lines)) <= 80


@pytest.mark.usefixtures("stored")
def test_a_row_that_goes_into_a_pipe_is_one_line(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "40")
    [row] = [row for row in run("status").out.splitlines() if SOC in row]
    assert row.startswith("soc_percent ")


def test_words_are_folded_beneath_where_they_began(on_terminal: OnTerminal) -> None:
    first, *others = on_terminal(lambda: print_folded(FOUND, indent=9, start=9))
    assert " ".join([first, *(line.strip() for line in others)]) == FOUND.strip()
    assert len(first) <= 80 - 9
    assert all(line.startswith(" " * 9) and len(line) <= 80 for line in others)


@pytest.mark.parametrize("soc_percent", [5, 57.5, 100])
def test_the_bar_of_a_charge_log_fits(on_terminal: OnTerminal, soc_percent: float) -> None:
    instant = ChargeInstant(at_ms=0, soc_percent=soc_percent)
    glimpse = Glimpse(vin=Vin("WBY00000000E00001"), model="i3", seen_at_ms=1_785_153_600_000, instant=instant)
    short = show_glimpse(glimpse, is_short=True)
    assert short.startswith("07-27 ")
    answers: list[bool] = []
    on_terminal(lambda: answers.extend([fits(show_glimpse(glimpse)), fits(short)]))
    assert answers == [False, True]
