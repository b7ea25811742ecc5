"""A living hub whose disk fails at each change in turn: while it stores what the stream brings, and while it renews.

One hub lives through all of it; after each fault there is room again, and it has to have stored all that was sent and
to be signed in before the next.
"""

import asyncio
import json
import urllib.error
from collections.abc import Awaitable, Callable, Collection
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from bench.disk.live import RENEWAL_MS, Life, life, listening
from bench.disk.promises import Promise, Promises
from bench.disk.recorder import new_recorder
from bench.disk.trials import Fault, Tally
from bench.disk.verdicts import Verdict, judge_tokens, judge_values, open_as_hub
from bench.processes import HubProcess

from bimmerhub.times import MINUTE_MS

_MESSAGES: Final = 20
_SAYS_SO_WITHIN_S: Final = 5
_RECOVERS_WITHIN_S: Final = 60
_MOST_CHANGES: Final = 400


Round = Callable[["Starving", int, Fault, Verdict], Awaitable[bool]]
"""Does something while a change fails, and returns whether it made so many changes."""


@dataclass(slots=True)
class Starving:
    """The hub, and what was sent to it."""

    lived: Life
    running: HubProcess
    sent: set[int] = field(default_factory=set)

    async def health(self) -> dict[str, Any]:
        """Return the hub's health, which it tells with 503 when something is wrong."""
        try:
            answer: dict[str, Any] = await asyncio.to_thread(self.running.fetch, "health")
        except urllib.error.HTTPError as error:
            answer = json.loads(error.read())
        return answer

    async def until(self, is_so: Callable[[dict[str, Any]], bool], *, within_s: float) -> bool:
        """Return whether its health came to be so."""
        try:
            async with asyncio.timeout(within_s):
                while not is_so(await self.health()):  # noqa: ASYNC110 - another process has no event to wait for
                    await asyncio.sleep(0.1)
        except TimeoutError:
            return False
        return True

    async def send(self) -> None:
        """Publish some messages."""
        emulator = self.lived.emulator
        for vin, payload in self.lived.payloads(_MESSAGES):
            if emulator.stream.publish(emulator.info.gcid, vin, payload):
                self.sent.update(row["value"] for row in json.loads(payload)["data"].values())
        await emulator.stream.drain()


async def measure_storing(folder: Path, *, step: int, faults: Collection[Fault]) -> dict[str, Any]:
    """Let every `step`-th change fail while messages are stored."""
    return await _measure(folder, _store, step=step, faults=faults)


async def measure_renewing(folder: Path, *, step: int, faults: Collection[Fault]) -> dict[str, Any]:
    """Let every `step`-th change fail while a sign-in is renewed."""
    return await _measure(folder, _renew, step=step, faults=faults)


async def _measure(folder: Path, work: Round, *, step: int, faults: Collection[Fault]) -> dict[str, Any]:
    recorder, tally = new_recorder(folder, is_recording=False), Tally()
    async with life(recorder, folder / "bmw") as lived:
        async with lived.running_hub() as running, listening(running):
            starving = Starving(lived=lived, running=running)
            await lived.sign_in(running)
            await starving.send()
            for fault in faults:
                for place in range(1, _MOST_CHANGES, step):
                    verdict = Verdict()
                    is_met = await work(starving, place, fault, verdict)
                    if not is_met:
                        break
                    tally.faults += 1
                    tally.changes = max(tally.changes, place)
                    tally.outcomes[verdict.outcome] += 1
                    tally.wrong += [f"change {place}, {fault.words}: {problem}" for problem in verdict.problems]
        await _judge_end(starving, tally)
    return tally.shown()


async def _store(starving: Starving, place: int, fault: Fault, verdict: Verdict) -> bool:
    """Send messages while a change fails; return whether there were so many changes."""
    recorder = starving.lived.recorder
    recorder.fail(at=place, number=fault.number, is_lasting=fault.is_lasting)
    await starving.send()
    await asyncio.sleep(0.3)
    is_met = recorder.changes >= place
    if is_met and fault.is_lasting:
        await starving.send()  # the change may have been the last one
        if not await starving.until(_is_short, within_s=_SAYS_SO_WITHIN_S):
            verdict.problems.append("health does not say so")
    recorder.heal()
    await _judge_recovery(starving, verdict)
    return is_met


async def _renew(starving: Starving, place: int, fault: Fault, verdict: Verdict) -> bool:
    """Have the sign-in renewed while a change fails; return whether there were so many changes."""
    lived, recorder = starving.lived, starving.lived.recorder
    lived.renewed.clear()
    recorder.fail(at=place, number=fault.number, is_lasting=fault.is_lasting)
    lived.emulator.clock.jump(by_ms=RENEWAL_MS)
    is_renewed = await _is_renewed(lived, within_s=2)
    await asyncio.sleep(0.3)
    is_met = recorder.changes >= place
    recorder.heal()
    if not is_renewed:
        lived.emulator.clock.jump(by_ms=2 * MINUTE_MS)
        if not await _is_renewed(lived, within_s=_RECOVERS_WITHIN_S):
            verdict.problems.append("the sign-in is not renewed with room again")
    await _judge_recovery(starving, verdict)
    verdict.outcome = "renewed all the same" if is_renewed else "renewed with room again"
    return is_met


async def _is_renewed(lived: Life, *, within_s: float) -> bool:
    try:
        async with asyncio.timeout(within_s):
            await lived.renewed.wait()
    except TimeoutError:
        return False
    return True


async def _judge_recovery(starving: Starving, verdict: Verdict) -> None:
    """With room again the hub is well by itself, connected, and has stored all that was sent."""
    verdict.outcome = "stored with room again"
    if not await starving.until(_is_well, within_s=_RECOVERS_WITHIN_S):
        verdict.problems.append(f"not well with room again: {await starving.health()}")


def _is_short(health: dict[str, Any]) -> bool:
    return health["status"] != "ok" and health["last_store_error"] is not None


def _is_well(health: dict[str, Any]) -> bool:
    states = [link["state"] for link in health["links"]]
    return health["status"] == "ok" and health["last_store_error"] is None and states == ["connected"]


async def _judge_end(starving: Starving, tally: Tally) -> None:
    """Look at what is on the disk once the hub was stopped."""
    tokens = starving.lived.tokens
    verdict, promise = Verdict(), Promise(least=len(tokens), newest=len(tokens))
    opened = await open_as_hub(starving.lived.data_dir, verdict)
    if opened.refusal is not None:
        verdict.problems.append(f"does not start: {opened.refusal}")
    judge_values(opened.values, starving.sent, verdict)
    judge_tokens(opened.tokens, Promises(refresh_tokens=tokens), promise, verdict)
    tally.wrong += [f"in the end: {problem}" for problem in verdict.problems]
    tally.outcomes["readings sent"] = len(starving.sent)
    tally.outcomes["renewals"] = len(tokens) - 1
