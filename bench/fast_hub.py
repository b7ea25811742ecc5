"""A hub as a process that lives in a fast emulator's time: `python -m bench.fast_hub DATA_DIR`.

It is `bimmerhub run` with real-time waits shortened as time is: how often the stream looks at the clock, and how long
it waits for an answer. Its clock is set wrong as the table in BENCH_CLOCK_JUMPS says.
"""

import asyncio
import os
import sys
from pathlib import Path

import msgspec
import uvloop
from bench.wrong_clock import Jump, with_jumps

from bimmerhub.bmw.cardata.streaming import stream_connection
from bimmerhub.hub import app
from bimmerhub.hub.config import load_settings
from bimmerhub.hub.process.clock import opened_clock

LOOK_EVERY_S = 0.01
ANSWER_WITHIN_S = 0.5


async def main(data_dir: Path) -> None:
    """Run until stopped."""
    overrides: dict[str, object] = {"data_dir": str(data_dir), "hub": {"port": 0}}
    async with app.running(load_settings(config_file=None, environment=os.environ, overrides=overrides)):
        await asyncio.Event().wait()


if __name__ == "__main__":
    for name, value in {
        "TICK_S": LOOK_EVERY_S,
        "CONNECT_WITHIN_S": ANSWER_WITHIN_S,
        "SUBSCRIBE_WITHIN_S": ANSWER_WITHIN_S,
    }.items():
        setattr(stream_connection, name, value)
    jumps = msgspec.json.decode(os.environ.get("BENCH_CLOCK_JUMPS", "[]"), type=list[Jump])
    setattr(app, "opened_clock", with_jumps(opened_clock, jumps))  # noqa: B010 - as above, of another module
    uvloop.run(main(Path(sys.argv[1])))
