"""Asking BMW, by the hub, for what a command then shows: a month, or one charging session."""

import re
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Final

from bimmerhub.cli.context import Options, WrongUsage
from bimmerhub.cli.printing.output import say
from bimmerhub.errors import BmwRefused, BmwUnavailable, RateLimited, SignInRequired
from bimmerhub.ids import Vin

if TYPE_CHECKING:
    from bimmerhub.cli.hub_access.hub_client import HubClient
    from bimmerhub.cli.reads.from_hub import HubReads
    from bimmerhub.views.fetch import FetchAnswer

ANSWERED_WITHIN_S: Final = 600.0
"""A month of trips takes some dozen calls."""
MONTH_HELP: Final = "Of this month (2026-09); BMW is asked for it, unless it was before."
FRESH_HELP: Final = "Ask BMW though a fresh answer is stored."
_MONTH: Final = re.compile(r"((?:19|20)\d\d)-(0[1-9]|1[0-2])", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class CarAsker:
    """The car that a line means, and the hub that asks for it."""

    options: Options
    client: "HubClient"
    reads: "HubReads"
    vin: Vin

    async def ask(self, wish: Mapping[str, object]) -> bool:
        """Let the hub ask for something in the words of the API; tell whether BMW answered, now or lately.

        Where it does not, that is said: what is stored can be shown all the same.
        """
        try:
            answer = await self._send(wish)
        except (SignInRequired, BmwRefused, BmwUnavailable, RateLimited) as error:
            hint = "" if error.hint is None else f" {error.hint}"
            say(f"BMW does not tell it now: {error}.{hint}")
            return False
        if not answer.is_complete:
            say(f"BMW has more {answer.what} than came at once: ask again for the rest.")
        return True

    async def _send(self, wish: Mapping[str, object]) -> "FetchAnswer":
        from bimmerhub.cli.hub_access.hub_client import Request
        from bimmerhub.views.fetch import FetchAnswer

        account = {} if self.options.account is None else {"account": self.options.account}
        request = Request(method="POST", path=f"vehicles/{self.vin}/fetch", body={**wish, **account})
        return await self.client.send(request, FetchAnswer, within_s=ANSWERED_WITHIN_S)


@asynccontextmanager
async def reach_car(options: Options, text: str | None) -> AsyncIterator[CarAsker]:
    """Open the running hub, or one that lasts as long as the command, for the car that a line means."""
    from bimmerhub.cli.hub_access.reach_hub import reach_hub
    from bimmerhub.cli.reads.cars import find_vin
    from bimmerhub.cli.reads.from_hub import HubReads
    from bimmerhub.cli.reads.hub_or_store import naming_demo, require_data

    settings = options.settings()
    with naming_demo(options):
        require_data(settings)
        async with reach_hub(settings, goes_live=False, asks_bmw=True) as client:
            reads = HubReads(client, settings)
            vin = await find_vin(options, reads, text)
            yield CarAsker(options=options, client=client, reads=reads, vin=vin)


def span_of(month: str) -> tuple[int, int]:
    """Return from when to when a month is by the machine's own time, in milliseconds UTC; WrongUsage for no month."""
    match = _MONTH.fullmatch(month)
    if match is None:
        raise WrongUsage(f"{month[:20]!r} is no month", hint="Write it like 2026-09.")
    number = int(match[1]) * 12 + int(match[2]) - 1
    begin, end = (datetime(one // 12, one % 12 + 1, 1).astimezone() for one in (number, number + 1))
    return round(begin.timestamp() * 1000), round(end.timestamp() * 1000)
