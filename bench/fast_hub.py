"""A hub as a process that lives in a fast emulator's time: `python -m bench.fast_hub DATA_DIR`.

It is `bimmerhub run` with real-time waits shortened as time is: how often the stream looks at the clock, and how long
it waits for an answer.
"""

import asyncio
import os
import sys
from pathlib import Path

import uvloop

from bimmerhub.bmw.cardata import stream_connection
from bimmerhub.hub.app import running
from bimmerhub.hub.config import load_settings

LOOK_EVERY_S = 0.01
ANSWER_WITHIN_S = 0.5


async def main(data_dir: Path) -> None:
    """Run until stopped."""
    overrides: dict[str, object] = {"data_dir": str(data_dir), "hub": {"port": 0}}
    async with running(load_settings(config_file=None, environment=os.environ, overrides=overrides)):
        await asyncio.Event().wait()


if __name__ == "__main__":
    for name, value in {
        "TICK_S": LOOK_EVERY_S,
        "CONNECT_WITHIN_S": ANSWER_WITHIN_S,
        "SUBSCRIBE_WITHIN_S": ANSWER_WITHIN_S,
    }.items():
        setattr(stream_connection, name, value)
    uvloop.run(main(Path(sys.argv[1])))
