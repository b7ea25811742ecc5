"""A hub to talk to: the one that runs on this data directory, or one started in this process for as long as needed."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import replace

from bimmerhub.cli.hub_access.hub_client import HubClient
from bimmerhub.domain.account.quota import CALLS_PER_DAY
from bimmerhub.errors import StoreError
from bimmerhub.hub.config import HubConfig
from bimmerhub.hub.process.directory import find_hub


@asynccontextmanager
async def reach_hub(
    settings: HubConfig, *, goes_live: bool, fetches: bool = True, asks_bmw: bool = False
) -> AsyncIterator[HubClient]:
    """Open a client to the running hub; without one, run a hub here (on a free port) while the block lasts.

    `goes_live` says whether a hub that is started here connects its accounts, `fetches` whether it then also makes
    the REST calls that are due. `asks_bmw` says that the command itself makes the hub ask BMW: ConfigError where a
    demo's cars are, and in a directory that was moved away, as for `goes_live`.
    """
    async with AsyncExitStack() as stack:
        if find_hub(settings.data_dir) is None:
            from bimmerhub.cli.hub_access.opening import leaving_no_empty_database
            from bimmerhub.hub.app import running
            from bimmerhub.hub.process.demo import keep_from_bmw
            from bimmerhub.hub.safekeeping.move_mark import refuse_moved

            if asks_bmw:
                keep_from_bmw(settings.data_dir, settings.bmw)
                refuse_moved(settings.data_dir)
            stack.enter_context(leaving_no_empty_database(settings))
            own = replace(settings, hub=replace(settings.hub, host="127.0.0.1", port=0))
            if not fetches:
                own = replace(own, rest=replace(own.rest, refresh_h=0, reserve=CALLS_PER_DAY))
            await stack.enter_async_context(running(own, goes_live=goes_live))
        hub = find_hub(settings.data_dir)
        if hub is None:
            raise StoreError(f"the hub of {settings.data_dir} has just stopped", hint="Try again.")
        yield HubClient(hub)
