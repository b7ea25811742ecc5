"""The one place that catches everything: what fails is logged, counted, and started again or left alone."""

import logging
import random
from collections.abc import Awaitable, Callable
from typing import TypeVar

from bimmerhub.bmw.clock import Clock
from bimmerhub.bmw.pause import Pause
from bimmerhub.errors import BimmerhubError, ProgramFault, StoreError

_log = logging.getLogger(__name__)

FIRST_PAUSE_S = 1.0
LONGEST_PAUSE_S = 300.0
HEALTHY_AFTER_S = 600.0
"""A run that lasted this long starts the pauses from the beginning again."""

T = TypeVar("T")


async def attempt(name: str, work: Awaitable[T]) -> T:
    """Await work that others do not depend on, and return what it returns.

    Raises ProgramFault where the program itself is at fault, after logging it; other errors of ours as they are.
    """
    try:
        return await work
    except BimmerhubError:
        raise
    except Exception as error:
        _log.exception("%s failed", name)
        raise ProgramFault(type(error).__name__) from error


class Supervisor:
    """Keeps one named piece of work running for ever. `failures` counts how often it fell."""

    def __init__(self, name: str, *, clock: Clock, jitter: random.Random) -> None:
        self.name = name
        self.failures = 0
        self._clock = clock
        self._jitter = jitter
        self._pause = Pause(clock)

    def retry_now(self) -> None:
        """Run the work at once when it waits after a failure."""
        self._pause.cut_short()

    async def keep_running(self, work: Callable[[], Awaitable[None]]) -> None:
        """Run `work` until it returns; after an exception wait (full jitter, doubling up to a cap) and run it again."""
        ceiling_s = FIRST_PAUSE_S
        while True:
            started_s = self._clock.elapsed_s()
            try:
                await work()
            except StoreError as error:  # a full disk: no traceback tells more, and it would fill the disk further
                self.failures += 1
                _log.error("%s failed (%d times so far): %s", self.name, self.failures, error)
            except Exception:  # noqa: BLE001 - the one place that catches everything
                self.failures += 1
                _log.exception("%s failed (%d times so far)", self.name, self.failures)
            else:
                return
            if self._clock.elapsed_s() - started_s > HEALTHY_AFTER_S:
                ceiling_s = FIRST_PAUSE_S
            pause_s = self._jitter.uniform(0.1, 1.0) * ceiling_s
            ceiling_s = min(ceiling_s * 2, LONGEST_PAUSE_S)
            await self._pause.sleep(pause_s)
