"""A hub that is stopped for a command which takes its directory over, and how to start it again afterwards."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

from bimmerhub.cli.printing.output import say


@asynccontextmanager
async def hub_stopped(data_dir: Path, *, is_to_run_again: Callable[[], bool]) -> AsyncIterator[None]:
    """Stop the hub that runs on the directory, if one does, before the block.

    After a block that fails, what it was started by is said: nobody but its own service or person can start it again.
    `is_to_run_again` tells whether it may by then. ConfigError when it cannot be stopped.
    """
    from bimmerhub.hub.process.directory import find_hub
    from bimmerhub.hub.process.started_by import ANYHOW, spell_start
    from bimmerhub.hub.process.stopping import stop_hub

    running = find_hub(data_dir)
    how = ANYHOW if running is None else spell_start(running.pid)
    stopped = await asyncio.to_thread(stop_hub, data_dir)
    if stopped is not None:
        say(f"The hub (process {stopped.pid}) is stopped.")
    try:
        yield
    except BaseException:
        if stopped is not None and is_to_run_again():
            say(f"This directory is as it was, but its hub does not run any more. Start it again: {how}")
        raise
