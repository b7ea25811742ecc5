"""Steps of a backup as processes of their own, each with a deadline: what hangs costs that step only."""

import asyncio
import os
import signal
import sys
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

import msgspec

from bimmerhub.child_environment import environment_for_commands
from bimmerhub.errors import StoreDamaged, StoreError
from bimmerhub.hub.safekeeping.backup_worker import Step, StepOutcome, encode_step
from bimmerhub.json_faults import NOT_JSON
from bimmerhub.masking import mask_secrets
from bimmerhub.times import spell_duration

_WORKER = (sys.executable, "-P", "-m", "bimmerhub.hub.safekeeping.backup_worker")
_SAID_BYTES = 2_000
_SHOWN_CHARACTERS = 300
_ENDS_WITHIN_S = 2.0
_READ_BYTES = 65_536


async def run_step(step: Step, *, deadline_s: float) -> StepOutcome:
    """Return what came of a step; StoreError when it failed or took longer than `deadline_s`, StoreDamaged as found."""
    status, answer, said = await _run(_WORKER, encode_step(step), deadline_s=deadline_s, what=_spell(step))
    try:
        return take_answer(answer)
    except NOT_JSON as error:
        raise StoreError(f"{_spell(step)} ended with status {status}: {said or 'nothing was said'}") from error


def take_answer(answer: bytes) -> StepOutcome:
    """Return what came of a step; StoreError or StoreDamaged when that is an error, one of `NOT_JSON` for no answer."""
    outcome = msgspec.json.decode(answer, type=StepOutcome)
    if outcome.error is not None:
        raise StoreDamaged(outcome.error, hint="") if outcome.is_damaged else StoreError(outcome.error)
    return outcome


async def run_command(words: Sequence[str], *, deadline_s: float, hidden: str | None = None) -> None:
    """Run a command without a shell; StoreError when it fails, cannot be started, or takes longer than `deadline_s`.

    It gets the environment without our settings and without the `hidden` variable.
    """
    status, _, said = await _run(words, None, deadline_s=deadline_s, what=words[0], hidden=hidden)
    if status:
        raise StoreError(f"{words[0]} ended with status {status}: {said or 'it said nothing'}")


async def _run(
    words: Sequence[str], given: bytes | None, *, deadline_s: float, what: str, hidden: str | None = None
) -> tuple[int, bytes, str]:
    """Return the status, the standard output (of our own worker only) and the end of what it said of errors."""
    environment = environment_for_commands(os.environ)
    environment.pop(hidden or "", None)
    pipe, nothing = asyncio.subprocess.PIPE, asyncio.subprocess.DEVNULL
    try:
        process = await asyncio.create_subprocess_exec(
            *words,
            stdin=nothing if given is None else pipe,
            stdout=nothing if given is None else pipe,
            stderr=pipe,
            start_new_session=True,
            env=environment,
        )
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else str(error)
        raise StoreError(f"{words[0]} cannot be started: {reason}") from error
    try:
        async with asyncio.timeout(deadline_s), asyncio.TaskGroup() as tasks:
            answer = tasks.create_task(_read_all(process.stdout), name="read answer")
            said = tasks.create_task(_read_end(process.stderr), name="read errors")
            if process.stdin is not None and given is not None:
                with suppress(OSError):
                    process.stdin.write(given)
                    await process.stdin.drain()
                process.stdin.close()
            status = await process.wait()
    except TimeoutError as error:
        raise StoreError(f"{what} did not end within {spell_duration(round(deadline_s * 1000))}") from error
    finally:
        await _end(process)
    return status, answer.result(), said.result()


async def _read_all(stream: asyncio.StreamReader | None) -> bytes:
    return b"" if stream is None else await stream.read()


async def _read_end(stream: asyncio.StreamReader | None) -> str:
    """Return the end of what comes, in one line, without what a terminal would take for an order."""
    end = b""
    while stream is not None and (piece := await stream.read(_READ_BYTES)):
        end = (end + piece)[-_SAID_BYTES:]
    text = mask_secrets(" ".join(end.decode("utf-8", "replace").split()))
    return "".join(letter if letter.isprintable() else "?" for letter in text)[-_SHOWN_CHARACTERS:]


async def _end(process: asyncio.subprocess.Process) -> None:
    """Kill a process that still runs, with its children; one that hangs in the system is left to it."""
    if process.returncode is not None:
        return
    with suppress(ProcessLookupError, PermissionError):
        if sys.platform == "win32":
            process.kill()
        else:
            os.killpg(process.pid, signal.SIGKILL)
    with suppress(TimeoutError):
        async with asyncio.timeout(_ENDS_WITHIN_S):
            await process.wait()


def _spell(step: Step) -> str:
    path = getattr(step, "file", None) or getattr(step, "directory", Path())
    return f"{type(step).__name__.lower()} {path}"
