"""The lines that README shows work as they are printed, without options, beside a running demo."""

import os
import re
import shlex
import signal
import subprocess
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import pytest
from tests.forked_command import ForkedCommand

README = (Path(__file__).parents[2] / "README.md").read_text("utf-8")
PAGE = "http://127.0.0.1:8080"
FREE_PORTS = {"emulator": ("--http-port", "0", "--mqtt-port", "0")}
"""Options for lines that listen: the ports that they take as printed may be taken on a machine that tests."""
LASTING = {"watch": "Waiting for readings", "emulator": "The emulator runs"}
"""Commands that go on until Ctrl-C, and what they say once they are ready."""


def readme_lines() -> list[str]:
    """Return the lines of README's section on use that a person types."""
    section = README.split("\n## Use it\n")[1].split("\n## ")[0]
    return [line.split(" # ")[0].strip() for line in re.findall(r"^\$ (.*)$", section, re.MULTILINE)]


@contextmanager
def started(words: list[str], environment: Mapping[str, str]) -> Iterator[ForkedCommand]:
    """Run a command until the block ends, then as with Ctrl-C."""
    with ForkedCommand(*words, environment=environment) as process:
        guard = threading.Timer(120, process.kill)
        guard.start()
        try:
            yield process
        finally:
            process.send_signal(signal.SIGINT)
            process.communicate()
            guard.cancel()


def wait_for(process: ForkedCommand, words: str) -> str:
    """Return what a process printed on stderr up to these words."""
    printed = ""
    for text in process.stderr:
        printed += text
        if words in text:
            return printed
    raise AssertionError(printed)


def run(words: list[str], environment: Mapping[str, str]) -> tuple[int, str, str]:
    """Return the exit code of a line, and what it printed on stdout and stderr."""
    if words[0] == "bimmerhub":
        with ForkedCommand(*words[1:], environment=environment) as process:
            out, err = process.communicate()
            return process.wait(), out, err
    done = subprocess.run(words, capture_output=True, text=True, timeout=60, check=False, env=environment)
    return done.returncode, done.stdout, done.stderr


@pytest.mark.slow
@pytest.mark.timeout(180)
def test_lines_of_readme_work_beside_the_demo(tmp_path: Path) -> None:
    runtime = tmp_path / "run"
    runtime.mkdir(mode=0o700)
    own = {"HOME": str(tmp_path), "XDG_DATA_HOME": str(tmp_path / "share"), "XDG_CONFIG_HOME": str(tmp_path / "config")}
    environment = {**os.environ, **own, "XDG_RUNTIME_DIR": str(runtime)}
    demo = ["demo", "--port", "0", "--data-dir", str(tmp_path / "demo")]
    lines = readme_lines()
    assert len(lines) > 8
    with started(demo, environment) as process:
        address = wait_for(process, "bimmerhub demo: ").rsplit("bimmerhub demo: ", 1)[1].strip()
        wait_for(process, "Ctrl-C stops everything")
        for text in lines:
            words = shlex.split(text.replace(PAGE, address))
            if words[1] in LASTING:
                with started([*words[1:], *FREE_PORTS.get(words[1], ())], environment) as command:
                    wait_for(command, LASTING[words[1]])
                assert command.returncode == 0, text
                continue
            code, out, err = run(words, environment)
            assert (code, bool(out)) == (0, True), (text, err)
            if words[0] == "bimmerhub":
                assert f"Reading from the demo at {address}" in err, text
