"""The command line as a process of its own, forked from one that has imported it all: that takes most of its start.

What is run is `bimmerhub.cli.main` with a line, an environment, pipes and signals of its own. How the program starts
from nothing is tested where it matters.
"""

import multiprocessing
import os
import signal
import subprocess
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from multiprocessing.reduction import DupFd
from pathlib import Path
from types import TracebackType
from typing import Final, Self

FORKS = multiprocessing.get_context("forkserver")
FORKS.set_forkserver_preload(
    ["bimmerhub.hub.app", "bimmerhub.cli.hub_access.reach_hub", "uvicorn", "uvloop", "rich.console"]
)
_LINE: Final = """
import os, resource, signal, sys, time
os.environ.clear()
os.environ.update(environment)
time.tzset()
os.chdir(folder)
for number, pipe in ((1, out), (2, err)):
    os.dup2(pipe.detach(), number)
sys.stdout = open(1, "w", encoding="utf-8", closefd=False)  # the one there was takes what is open now for a file
if file_bytes is not None:
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (file_bytes, resource.RLIM_INFINITY))
sys.argv = ["bimmerhub", *words]
from bimmerhub.cli import main
main(words)
"""


class ForkedCommand:
    """A command that runs; what tests use of `subprocess.Popen`. Killed at the end of `with`."""

    def __init__(
        self, *words: str | Path, environment: Mapping[str, str] | None = None, file_bytes: int | None = None
    ) -> None:
        """Start it. `file_bytes` is the most that a file of it may hold."""
        out, child_out = os.pipe()
        err, child_err = os.pipe()
        names: dict[str, object] = {
            "words": [str(word) for word in words],
            "environment": dict(os.environ if environment is None else environment),
            "folder": str(Path.cwd()),
            "file_bytes": file_bytes,
            "out": DupFd(child_out),
            "err": DupFd(child_err),
        }
        self._process = FORKS.Process(target=exec, args=(_LINE, names))
        self._process.start()
        os.close(child_out)
        os.close(child_err)
        self.stdout = os.fdopen(out, encoding="utf-8")
        self.stderr = os.fdopen(err, encoding="utf-8")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.kill()
        self._process.join()
        self.stdout.close()
        self.stderr.close()

    @property
    def pid(self) -> int:
        """The process's id."""
        assert self._process.pid is not None
        return self._process.pid

    @property
    def returncode(self) -> int | None:
        """How it ended, None while it runs; below zero by which signal."""
        return self._process.exitcode

    def poll(self) -> int | None:
        """Return how it ended, None while it runs."""
        return self._process.exitcode

    def wait(self, timeout: float | None = None) -> int:
        """Return how it ended, once it has; subprocess.TimeoutExpired after `timeout` seconds."""
        self._process.join(timeout)
        if self._process.exitcode is None:
            raise subprocess.TimeoutExpired("bimmerhub", timeout or 0)
        return self._process.exitcode

    def communicate(self) -> tuple[str, str]:
        """Return what it still prints until it has ended."""
        with ThreadPoolExecutor(2) as pool:
            out, err = pool.map(lambda stream: stream.read(), (self.stdout, self.stderr))
        self.wait()
        return out, err

    def send_signal(self, number: int) -> None:
        """Send a signal, unless it has ended."""
        if self.poll() is None:
            with suppress(ProcessLookupError):  # its end is on its way from the server that forked it
                os.kill(self.pid, number)

    def terminate(self) -> None:
        """Send SIGTERM."""
        self.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        """Send SIGKILL."""
        self.send_signal(signal.SIGKILL)
