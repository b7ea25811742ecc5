"""A machine whose clock is set at bad moments: `python -m bench clock-jumps [--only MOMENT ...] [--by SIZE ...]`.

At ten moments the clock of a hub is set forward and back, by 50 seconds, 5 hours and 10 years. BMW (the emulator) and
what has elapsed know nothing of it. The hub has to go on with the wrong clock for an hour or more of simulated time,
and again once the clock was set right: connected, storing each message once and dating it by BMW's time, renewing its
sign-in as often as before, asking BMW no more than it may, waiting for nothing that is years away.
"""

import argparse
import asyncio
import logging
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

from bench.jumping.moments import MOMENTS
from bench.jumping.world import opened_world

SIZES_MS: Final = {"seconds": 50_000, "hours": 5 * 3_600_000, "years": 10 * 366 * 86_400_000}


async def jump(moment: str, by_ms: int, keys: Path) -> str | None:
    """Set the clock once at a moment, and right again; return what went wrong, None when nothing did."""
    with tempfile.TemporaryDirectory() as folder:
        async with opened_world(Path(folder), keys) as world:
            try:
                async with world.hub() as hub:
                    await world.sign_in(hub)
                    world.publish(20)
                    await MOMENTS[moment](world, hub, by_ms)
                    await world.check(hub, "wrong clock")
                    world.clock.wrong_ms = 0
                    await world.check(hub, "right again")
                world.check_stored()
            except Exception as error:  # noqa: BLE001 - whatever goes wrong is what is looked for
                return f"{type(error).__name__}: {error}"
    return None


def main(arguments: Sequence[str]) -> dict[str, Any]:
    """Return the figures: how many settings of the clock did harm, and which."""
    parser = argparse.ArgumentParser(prog="python -m bench clock-jumps", description=__doc__)
    parser.add_argument("--only", nargs="+", choices=[*MOMENTS], default=[*MOMENTS])
    parser.add_argument("--by", nargs="+", choices=[*SIZES_MS], default=[*SIZES_MS])
    parser.add_argument("--directions", nargs="+", choices=["forward", "back"], default=["forward", "back"])
    options = parser.parse_args(arguments)
    logging.disable(logging.CRITICAL)
    wrong: dict[str, str] = {}
    cells, started_s = 0, time.monotonic()
    with tempfile.TemporaryDirectory() as keys:
        for moment in options.only:
            for size in options.by:
                for direction in options.directions:
                    cells += 1
                    by_ms = SIZES_MS[size] * (1 if direction == "forward" else -1)
                    fault = asyncio.run(jump(moment, by_ms, Path(keys)))
                    if fault is not None:
                        wrong[f"{moment}, {size} {direction}"] = fault
                    print(f"{moment}, {size} {direction}: {fault or 'ok'}", file=sys.stderr, flush=True)
    return {"settings": cells, "harmful": len(wrong), "which": wrong, "took_s": round(time.monotonic() - started_s)}
