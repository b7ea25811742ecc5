"""The clients of North America's sites as commands open them: by the settings, without any account."""

import math
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final

from typing_extensions import override

from bimmerhub.bmw.clock import SystemClock
from bimmerhub.cli.printing.output import MINUTE_S, say
from bimmerhub.errors import ConfigError, RateLimited
from bimmerhub.hub.american.sites import garage_endpoints, inventory_endpoints, storefront

if TYPE_CHECKING:
    from bimmerhub.bmw.inventory import Inventory
    from bimmerhub.bmw.mygarage import GarageBrand, MyGarage
    from bimmerhub.cli.context import Options

_STOREFRONT_HINT: Final = (
    "They are your settings, username and password in [inventory]. BMW's are not shipped: its page has them in its "
    "scripts. New cars and MINIs need none: --kind new, --brand mini"
)
_SILENT_FROM_S: Final = 30.0
"""A pause that is not told of."""


@asynccontextmanager
async def open_inventory(options: "Options", *, wants_storefront: bool = False) -> AsyncIterator["Inventory"]:
    """Open the dealers' stock; ConfigError where the storefront's pair is wanted, and not set.

    RateLimited says until when BMW is silent.
    """
    from bimmerhub.bmw.inventory import Inventory

    settings = options.settings()
    endpoints, pair = inventory_endpoints(settings), storefront(settings)
    if wants_storefront and pair is None:
        raise ConfigError("the search for used BMWs wants the storefront's name and password", hint=_STOREFRONT_HINT)
    async with Inventory(storefront=pair, endpoints=endpoints, clock=_TellingClock()) as inventory:
        try:
            yield inventory
        except RateLimited as error:
            raise RateLimited(
                f"BMW answers no search from this address for a while; again in {_until(error.retry_after_s)}",
                retry_after_s=error.retry_after_s,
                hint="It is so after about 150 searches within 20 minutes. To let the command wait: --wait",
            ) from error


@asynccontextmanager
async def open_garage(options: "Options", brand: "GarageBrand") -> AsyncIterator["MyGarage"]:
    """Open a brand's site for what nobody need sign in for."""
    from bimmerhub.bmw.mygarage import MyGarage
    from bimmerhub.hub.accounts.password_access import NoTokens

    endpoints = garage_endpoints(options.settings(), brand)
    async with MyGarage(tokens=NoTokens(), endpoints=endpoints) as garage:
        yield garage


class _TellingClock(SystemClock):
    """Says for how long it sleeps, where a person would wonder."""

    @override
    async def sleep(self, seconds: float) -> None:
        if seconds > _SILENT_FROM_S:
            say(f"BMW answers no search from this address for a while. Going on in {_until(seconds)} …")
        await super().sleep(seconds)


def _until(seconds: float) -> str:
    """Return how long from now, and when by the machine's own clock."""
    at = datetime.now().astimezone() + timedelta(seconds=seconds)
    return f"about {math.ceil(seconds / MINUTE_S)} min, at {at:%H:%M}"
