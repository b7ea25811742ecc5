"""Commands of bimmerhub, each in a process forked from one that has imported it all and that a recorder is loaded into.

Run by `Commands` as `python -m bench.disk.commands`: each line it reads is JSON, the words of a command and variables
of its environment; it runs that and prints how it ended. The word `start` is a hub that starts and stops without going
live.
"""

import asyncio
import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import IO, Final

from bench.disk.recorder import Recorder
from bench.disk.verdicts import Verdict, open_as_hub

from bimmerhub.cli import main as run_words
from bimmerhub.hub.safekeeping import sealed_file

START: Final = "start"
_CHEAP: Final = 10
_IMPORTED: Final = (
    *(f"cli.commands.stored.{name}" for name in ("backup", "import_", "move", "restore", "retention")),
    *(f"cli.hub_access.{name}" for name in ("importing", "opening", "reach_hub")),
    *(f"cli.{name}" for name in ("arguments.passphrase", "printing.progress_line", "reads.hub_or_store", "running")),
    *(f"hub.{name}" for name in ("app", "process.garbage", "process.stopping", "safekeeping.moving")),
)
"""What most of a command's start is, imported once before all forks."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    """How a command ended: its exit status, and what it said."""

    status: int
    said: str


class Commands:
    """Runs commands, one after the other."""

    def __init__(self, process: "subprocess.Popen[str]") -> None:
        self._process = process

    def run(self, words: Sequence[str], environment: Mapping[str, str]) -> Ended:
        """Run a command and return how it ended."""
        taken, given = _pipes(self._process)
        taken.write(json.dumps([words, environment]) + "\n")
        taken.flush()
        answer = json.loads(given.readline())
        return Ended(status=answer["status"], said=answer["said"])


@contextmanager
def commands_below(recorder: Recorder, settings: Path) -> Iterator[Commands]:
    """Give what runs commands below a recorder, with settings in that folder alone."""
    process = subprocess.Popen(
        [sys.executable, "-m", "bench.disk.commands"],
        env={**os.environ, **recorder.environment, "XDG_CONFIG_HOME": str(settings)},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        yield Commands(process)
    finally:
        taken, given = _pipes(process)
        taken.close()
        process.wait(timeout=30)
        given.close()


@contextmanager
def cheap_passphrases() -> Iterator[None]:
    """Have files that are encrypted in the block cost a millisecond for each try of a passphrase, also later."""
    usual = sealed_file._Cost  # noqa: SLF001 - nothing that a user could set
    setattr(sealed_file, "_Cost", partial(usual, log2_n=_CHEAP))  # noqa: B010
    try:
        yield
    finally:
        setattr(sealed_file, "_Cost", usual)  # noqa: B010


def _pipes(process: "subprocess.Popen[str]") -> tuple[IO[str], IO[str]]:
    if process.stdin is None or process.stdout is None:
        raise RuntimeError("the process has no pipes")
    return process.stdin, process.stdout


def _run_forked(words: list[str], environment: dict[str, str]) -> dict[str, object]:
    """Run words in a child; a passphrase costs it a millisecond."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reading)
        os.environ.update(environment)
        for number in (1, 2):
            os.dup2(writing, number)
        sys.stdout, sys.stderr = (open(number, "w", encoding="utf-8", closefd=False) for number in (1, 2))  # noqa: SIM115
        with cheap_passphrases():
            os._exit(_status_of(words))
    os.close(writing)
    with os.fdopen(reading, encoding="utf-8", errors="replace") as pipe:
        said = pipe.read()
    _, status = os.waitpid(child, 0)
    return {"status": os.waitstatus_to_exitcode(status), "said": said}


def _status_of(words: list[str]) -> int:
    try:
        if words[0] == START:
            return asyncio.run(_start(Path(words[1])))
        sys.argv = ["bimmerhub", *words]
        run_words(words)
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else int(end.code is not None)
    finally:
        for stream in (sys.stdout, sys.stderr):
            stream.flush()
    return 0


async def _start(data_dir: Path) -> int:
    verdict = Verdict()
    opened = await open_as_hub(data_dir, verdict)
    for problem in (*verdict.problems, *([] if opened.refusal is None else [str(opened.refusal)])):
        print(problem)
    return int(opened.refusal is not None or bool(verdict.problems))


if __name__ == "__main__":
    for module in _IMPORTED:
        import_module(f"bimmerhub.{module}")
    for line in sys.stdin:
        print(json.dumps(_run_forked(*json.loads(line))), flush=True)
