"""What views are made from when no hub runs: the store, opened for reading, and what can be derived from it."""

from collections.abc import Sequence

from bimmerhub.cli.arguments.time_words import fetch_now_ms
from bimmerhub.cli.hub_access.opening import Store
from bimmerhub.domain.account.family import Family
from bimmerhub.domain.account.link import Link
from bimmerhub.domain.account.quota import Quota
from bimmerhub.domain.catalogue.descriptors import Catalogue
from bimmerhub.domain.coverage.coverage_verdicts import Coverage
from bimmerhub.hub.accounts.bmw_time_note import load_bmw_clock
from bimmerhub.hub.accounts.listing import load_accounts
from bimmerhub.hub.accounts.quota import load_quota
from bimmerhub.hub.accounts.sign_in_places import SignInPlaces
from bimmerhub.hub.catalogue.added_keys import load_full_catalogue
from bimmerhub.hub.config import HubConfig
from bimmerhub.hub.coverage.report import CoverageReport
from bimmerhub.hub.feeds.images import CarImages
from bimmerhub.hub.ingest.live import LiveVehicles
from bimmerhub.hub.process.clock import opened_clock
from bimmerhub.ids import Vin
from bimmerhub.views.ports.accounts import Account
from bimmerhub.views.ports.cars import Pictures


class Stored:
    """The ports of `views`, answered from a data directory. No link stands, and nothing is planned."""

    def __init__(self, store: Store, settings: HubConfig) -> None:
        self.store = store
        self._settings = settings
        self._vehicles: LiveVehicles | None = None

    async def now_ms(self) -> int:
        """Return the present time in milliseconds UTC."""
        return await fetch_now_ms(self._settings)

    async def vehicles(self) -> LiveVehicles:
        """Return every vehicle with its state, as a hub has it after its start; loaded once."""
        if self._vehicles is None:
            live = LiveVehicles()
            await live.load(self.store, await self.store.vehicles.vehicles())
            self._vehicles = live
        return self._vehicles

    def pictures(self) -> Pictures:
        """Return the pictures that a hub has fetched."""
        return CarImages.open(self._settings.data_dir)

    async def accounts(self) -> Sequence[Account]:
        """Return every account in order of name."""
        places = SignInPlaces(self.store.settings)
        return await load_accounts(self.store.accounts, places, relayed=self._settings.relayed)

    def links(self) -> Sequence[Link]:
        """Return the links, of which there are none without a hub."""
        return ()

    async def quotas(self) -> Sequence[Quota]:
        """Return the present day's quota of every account of CarData."""
        rules = self._settings.rest.quota
        async with opened_clock(self._settings) as clock:
            now_ms = (await load_bmw_clock(self.store.settings, clock)).now_ms()
        accounts = await self.store.accounts.accounts()
        counted = [account for account in accounts if account.family is Family.CARDATA]
        return [await load_quota(self.store.quota, account, now_ms, rules) for account in counted]

    async def catalogue(self) -> Catalogue:
        """Return the catalogue of this release with the keys that were added to the store."""
        return await load_full_catalogue(self.store.settings)

    async def coverage(self, vin: Vin) -> Sequence[Coverage]:
        """Return the coverage of every descriptor of a vehicle, by descriptor."""
        return await (await self._report()).coverage(vin)

    async def head_unit(self, vin: Vin) -> str | None:
        """Return BMW's word for a vehicle's head unit."""
        return await (await self._report()).head_unit(vin)

    async def _report(self) -> CoverageReport:
        now_ms = await self.now_ms()
        return CoverageReport(
            self.store,
            vehicles=self.store.vehicles,
            accounts=self.store.accounts,
            containers=self.store.containers,
            documents=self.store.documents,
            settings=self.store.settings,
            links=self.links,
            now_ms=lambda: now_ms,
        )
