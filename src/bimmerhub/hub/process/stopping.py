"""Stopping a running hub from another process: for commands that take its directory over."""

import os
import signal
import time
from pathlib import Path

from bimmerhub.errors import ConfigError
from bimmerhub.hub.process.directory import RunningHub, find_hub, is_owned

STOPS_WITHIN_S = 20.0
"""A hub stops within 3 s, or 10 while a sign-in is being renewed."""

_LOOK_EVERY_S = 0.1
_FIRST_PROCESS = 1


def stop_hub(data_dir: Path) -> RunningHub | None:
    """Stop the hub that runs on the directory, wait until that is free, and return the hub; None when there is none.

    A command that is at work there is left alone. ConfigError when it may not be stopped, or does not stop.
    """
    hub = find_hub(data_dir)
    if hub is None or not hub.goes_live:
        return None
    if hub.pid == os.getpid():
        raise ConfigError(f"the hub on {data_dir} runs in this very process", hint="Stop it first.")
    if hub.pid == _FIRST_PROCESS:  # ending it would end the container, and this command with it
        raise ConfigError(
            "the hub is the first process of a container",
            hint="Stop the container, then run this command in one of its own, with the same data directory.",
        )
    try:
        os.kill(hub.pid, signal.SIGTERM)
    except OSError as error:
        raise ConfigError(
            f"cannot stop the hub (process {hub.pid}): {error.strerror}", hint="Stop it first, as whoever started it."
        ) from error
    stop_by_s = time.monotonic() + STOPS_WITHIN_S
    while is_owned(data_dir):
        following = find_hub(data_dir)
        if following is not None and following.pid != hub.pid:
            raise ConfigError(
                "the hub was stopped, and something started it again at once",
                hint="Stop that first: systemd, Docker ...",
            )
        if time.monotonic() > stop_by_s:
            raise ConfigError(
                f"the hub (process {hub.pid}) does not stop", hint=f"End it (kill {hub.pid}), then try again."
            )
        time.sleep(_LOOK_EVERY_S)
    return hub
