"""The pages of BMW's longer lists, fetched for as long as somebody waits for them and remembered as they came."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime

from typing_extensions import override

from bimmerhub.bmw.cardata.answers import bodies
from bimmerhub.bmw.cardata.answers.charging_history import ChargingPage, ChargingPages
from bimmerhub.bmw.cardata.answers.charging_settings import SettingsPage, SettingsPages
from bimmerhub.bmw.cardata.rest import CarDataRest
from bimmerhub.domain.documents import Document
from bimmerhub.errors import BimmerhubError
from bimmerhub.ids import Vin
from bimmerhub.views.ports.bmw import IsAwaited


class NobodyWaits(BimmerhubError):
    """Who asked has gone away: no further call is to be made. Ends the reading of a list; nobody else meets it."""


@dataclass(slots=True)
class KeptHistoryPages(ChargingPages):
    """Fetches the pages of a charging history and remembers them; `keep` stores each and returns what it became."""

    rest: CarDataRest
    keep: Callable[[Vin, bytes], Awaitable[tuple[ChargingPage, list[Document]]]]
    is_awaited: IsAwaited
    bodies: list[bytes] = field(default_factory=list)
    documents: list[Document] = field(default_factory=list)

    @override
    async def fetch_charging_page(
        self, vin: Vin, since: datetime, until: datetime, *, next_token: str | None = None, may_be_broken: bool = False
    ) -> ChargingPage:
        if not await self.is_awaited():
            raise NobodyWaits("nobody waits for the answer any more")
        body = await self.rest.fetch_charging_page_json(
            vin, since, until, next_token=next_token, may_be_broken=may_be_broken
        )
        page, documents = await self.keep(vin, body)
        self.bodies.append(body)
        self.documents += documents
        return page


@dataclass(slots=True)
class KeptSettingsPages(SettingsPages):
    """Fetches the pages of charging settings and remembers them; `read` reads one, or keeps it as not readable."""

    rest: CarDataRest
    read: Callable[[Callable[[bytes], SettingsPage], bytes], Awaitable[SettingsPage]]
    is_awaited: IsAwaited
    bodies: list[bytes] = field(default_factory=list)
    unreadable_items: int = 0

    @override
    async def fetch_location_settings_page(self, vin: Vin, *, next_token: str | None = None) -> SettingsPage:
        if not await self.is_awaited():
            raise NobodyWaits("nobody waits for the answer any more")
        body = await self.rest.fetch_location_settings_page_json(vin, next_token=next_token)
        page = await self.read(bodies.read_settings_page, body)
        self.bodies.append(body)
        self.unreadable_items += page.unreadable_items
        return page
