"""Which clock the settings mean: this machine's, or the one of an emulator that is followed."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from bimmerhub.bmw.clock import Clock, SystemClock
from bimmerhub.hub.config import HubConfig

if TYPE_CHECKING:
    from bimmerhub.bmw.http import Session


@asynccontextmanager
async def opened_clock(settings: HubConfig, session: "Session | None" = None) -> AsyncIterator[Clock]:
    """Give the clock to live by while the block runs; ConfigError when the one to follow cannot be reached."""
    follow = settings.clock.follow
    if follow is None:
        yield SystemClock()
        return
    from bimmerhub.bmw.http import open_session  # noqa: PLC0415 - HTTP is for those who follow a clock
    from bimmerhub.hub.process.followed_clock import following  # noqa: PLC0415

    if session is None:
        async with open_session(plain_hosts=settings.lab.plain_http_hosts) as own, opened_clock(settings, own) as clock:
            yield clock
        return
    tls = settings.bmw.ssl_context()
    async with following(f"{follow.rstrip('/')}/clock", session=session, tls=tls) as clock:
        yield clock


async def fetch_now_ms(settings: HubConfig) -> int:
    """Return the present time in milliseconds since 1970 UTC; ConfigError as `opened_clock`."""
    async with opened_clock(settings) as clock:
        return clock.now_ms()
