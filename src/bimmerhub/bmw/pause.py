"""A pause that a person can cut short."""

import asyncio

from bimmerhub.bmw.clock import Clock


class Pause:
    """The pauses of one owner, one at a time."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._cut: asyncio.Event | None = None

    async def sleep(self, seconds: float) -> bool:
        """Return after `seconds`, or at once when it is cut short; tell whether it was."""
        self._cut = cut = asyncio.Event()
        try:
            async with asyncio.TaskGroup() as tasks:
                sleeping = tasks.create_task(self._clock.sleep(seconds), name="pause")
                waiting = tasks.create_task(cut.wait(), name="retry now")
                sleeping.add_done_callback(lambda _: waiting.cancel())
                waiting.add_done_callback(lambda _: sleeping.cancel())
        finally:
            self._cut = None
        return cut.is_set()

    def cut_short(self) -> None:
        """End the pause of the moment; nothing happens when there is none."""
        if self._cut is not None:
            self._cut.set()
