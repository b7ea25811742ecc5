"""Tells when a signal may no longer be told as present, which no message of BMW's does."""

from collections.abc import Callable, Sequence
from typing import Final

from bimmerhub.bmw.clock import Clock
from bimmerhub.domain.events import Event
from bimmerhub.hub.ingest.live import LiveVehicles

LOOK_EVERY_S: Final = 15


async def keep_telling_freshness(live: LiveVehicles, tell: Callable[[Sequence[Event]], None], *, clock: Clock) -> None:
    """For ever, tell each signal whose freshness has changed, within `LOOK_EVERY_S`."""
    while True:
        if events := live.changed_freshness(clock.now_ms()):
            tell(events)
        await clock.sleep(LOOK_EVERY_S)
