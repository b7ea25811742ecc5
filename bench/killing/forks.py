"""Runs work in a fork of this process, which has imported everything and has no thread: a start costs milliseconds.

A fork says what it acknowledges through a pipe, a number at a time, so that it is known after a kill.
"""

import logging
import os
import signal
import struct
import sys
import time
import traceback
from collections.abc import Callable
from dataclasses import dataclass

from bench.killing.steps import Steps

Say = Callable[[int], None]
_NUMBER = struct.Struct("<q")


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """When to kill: before a step of the disk counted from 1, or so many seconds after the start; neither: never."""

    step: int = 0
    after_s: float | None = None

    def __str__(self) -> str:
        """Return it in words."""
        return f"step {self.step}" if self.step else f"{self.after_s or 0:.4f} s"


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """What came of a fork: what it said, its steps when it came to its end, whether it was killed, and its seconds."""

    said: tuple[int, ...]
    steps: int
    is_killed: bool
    took_s: float


class ForkFailed(Exception):
    """A fork ended by itself with an error, which is on standard error."""


def run_killed(work: Callable[[Say], None], moment: Moment) -> Run:
    """Run `work` in a fork and kill it at that moment; ForkFailed when it raises before."""
    reading, writing = os.pipe()
    started_s = time.monotonic()
    pid = os.fork()
    if pid == 0:
        _work_in_fork(work, moment.step, writing)
    os.close(writing)
    if moment.after_s is not None:
        time.sleep(moment.after_s)
        os.kill(pid, signal.SIGKILL)  # one that has ended waits to be asked for: its number is nobody else's yet
    content = _read_all(reading)
    _, status = os.waitpid(pid, 0)
    took_s = time.monotonic() - started_s
    numbers = [number for (number,) in _NUMBER.iter_unpack(content[: len(content) // 8 * 8])]
    if os.WIFSIGNALED(status):
        return Run(said=tuple(numbers), steps=0, is_killed=True, took_s=took_s)
    if os.WEXITSTATUS(status):
        raise ForkFailed
    return Run(said=tuple(numbers[:-1]), steps=numbers[-1], is_killed=False, took_s=took_s)


def run_whole(work: Callable[[Say], None]) -> Run:
    """Run `work` in a fork to its end."""
    return run_killed(work, Moment())


def _work_in_fork(work: Callable[[Say], None], dies_before: int, writing: int) -> None:
    """Never return."""

    def say(number: int) -> None:
        os.write(writing, _NUMBER.pack(number))

    logging.disable(logging.ERROR)  # a hub says after each kill what it met
    try:
        steps = Steps(dies_before=dies_before)
        steps.watch()
        work(say)
        say(steps.count)
    except BaseException:  # noqa: BLE001 - nothing may go on as a second parent
        traceback.print_exc()
        sys.stderr.flush()
        os._exit(1)
    os._exit(0)


def _read_all(descriptor: int) -> bytes:
    with os.fdopen(descriptor, "rb") as pipe:
        return pipe.read()
