"""The front door of the dealers' stock: searches, cars, models, dealers and photos of BMW and MINI in the USA."""

import logging
from collections.abc import AsyncGenerator, Mapping
from typing import Final

from typing_extensions import override

from bimmerhub.bmw.account_client import AccountClient, read_answer
from bimmerhub.bmw.answers.pictures import read_picture
from bimmerhub.bmw.clock import Clock
from bimmerhub.bmw.http import Session
from bimmerhub.bmw.inventory import wire
from bimmerhub.bmw.inventory.auth import Storefront, StorefrontTokens
from bimmerhub.bmw.inventory.endpoints import Endpoints
from bimmerhub.bmw.inventory.graphql_queries import MiniQuery, features_query, filters_query, inventory_query
from bimmerhub.bmw.inventory.models import (
    Configuration,
    FeatureGroup,
    FilterOptions,
    MiniPage,
    MiniVehicle,
    ModelOption,
    ModelSeries,
    NearestDealer,
    NewVehiclePage,
    SearchPage,
    StockVehicle,
)
from bimmerhub.bmw.inventory.operations import LARGEST_PAGE
from bimmerhub.bmw.inventory.rest import InventoryRest
from bimmerhub.bmw.inventory.vehicle_query import VehicleQuery, check_zip_code
from bimmerhub.bmw.inventory.words import FeatureKind, SearchBrand
from bimmerhub.bmw.servers import is_url
from bimmerhub.bmw.signed_calls import RETRIES, AccessTokens
from bimmerhub.bmw.tokens.token_set import TokenSet, TokenStore
from bimmerhub.errors import ConfigError, RateLimited
from bimmerhub.ids import Vin

MINI_PAGE: Final = 24
"""Cars a page, as the page of miniusa.com asks for."""
PARKS_IN_A_ROW: Final = 3
"""So often one page is waited for before the search gives up."""
_log = logging.getLogger(__name__)


class Inventory(AccountClient):
    """The dealers' sites, for as long as the `async with` block runs.

    `storefront` is needed by the search for used BMWs alone. `tokens` keeps its token over the end of the program.
    """

    rest: InventoryRest

    def __init__(
        self,
        *,
        storefront: Storefront | None = None,
        tokens: TokenStore | None = None,
        endpoints: Endpoints | None = None,
        session: Session | None = None,
        clock: Clock | None = None,
        retries: int = RETRIES,
    ) -> None:
        super().__init__(tokens=tokens or _Unkept(), session=session, clock=clock)
        self._storefront = storefront
        self._endpoints = endpoints or Endpoints()
        self._retries = retries

    @override
    def _open(self, session: Session) -> None:
        self.rest = InventoryRest(
            tokens=self._tokens(session),
            endpoints=self._endpoints,
            session=session,
            clock=self.clock,
            storefront=self._storefront,
            retries=self._retries,
        )

    async def fetch_page(
        self,
        query: VehicleQuery,
        *,
        offset: int = 0,
        page_size: int = LARGEST_PAGE,
        with_facets: bool = False,
        with_dealers: bool = False,
    ) -> SearchPage:
        """Return one page of used BMWs, from record `offset` on; BMW gives at most 100."""
        paging = {"offset": offset, "page_size": page_size, "with_facets": with_facets, "with_dealers": with_dealers}
        body = await self.rest.call("vehicle", {**query.values(), **paging})
        return read_answer(wire.decode_page, body, "vehicle")

    async def search(self, query: VehicleQuery, *, waits_when_parked: bool = False) -> AsyncGenerator[StockVehicle]:
        """Yield the used BMWs that match, to the end, each once; one call for 100 cars.

        It ends at a page that brings no new car, whatever BMW says of the total: the stock changes while it is read.
        While BMW parks the address it raises RateLimited, or `waits_when_parked` for it and goes on.
        """
        offset, seen = 0, set[str]()
        while True:
            page = await self._fetch_page(query, offset, patience=PARKS_IN_A_ROW if waits_when_parked else 0)
            new = [vehicle for vehicle in page.vehicles if vehicle.vin not in seen]
            for vehicle in new:
                yield vehicle
            seen.update(vehicle.vin for vehicle in new)
            offset += page.count
            if not new or offset >= page.total:
                return

    async def fetch_vehicle(self, vin: Vin) -> StockVehicle | None:
        """Return one used BMW, None when no dealer has it."""
        page = await self.fetch_page(VehicleQuery(vins=(vin,)))
        return next((vehicle for vehicle in page.vehicles if vehicle.vin == vin), None)

    async def fetch_photo(self, url: str) -> bytes:
        """Return a photo that a car names."""
        return read_picture(await self.rest.fetch_photo(url), "photo")

    async def fetch_models(self) -> tuple[ModelSeries, ...]:
        """Return the models that can be configured, by series."""
        return read_answer(wire.decode_models, await self.rest.call("model-list"), "model-list")

    async def fetch_configuration(self, code: str) -> Configuration:
        """Return what a configuration of a model begins with, such as of 24IJ."""
        body = await self.rest.call("configuration", {"code": code})
        return read_answer(wire.decode_configuration, body, "configuration")

    async def fetch_options(self, code: str) -> tuple[ModelOption, ...]:
        """Return what can be ordered with a model."""
        return read_answer(wire.decode_options, await self.rest.call("options", {"code": code}), "options")

    async def fetch_tech_specs(self, code: str) -> object:
        """Return the data sheet of a model as BMW's JSON, for its form is not known."""
        return read_answer(wire.decode_json, await self.rest.call("tech-specs", {"code": code}), "tech-specs")

    async def fetch_dealer(self, zip_code: str) -> NearestDealer:
        """Return the BMW dealer of a zip code."""
        check_zip_code(zip_code)
        return read_answer(wire.decode_dealer, await self.rest.call("dealer", {"zip_code": zip_code}), "dealer")

    async def fetch_new_vehicles(
        self, zip_code: str, *, page: int = 1, wishes: Mapping[str, object] | None = None
    ) -> NewVehiclePage:
        """Return a page of new BMWs (from 1), cheapest first; `wishes` by BMW's names, such as `selectedSeries`."""
        check_zip_code(zip_code)
        body = await self.rest.call("new-vehicles", {"zip_code": zip_code, "page": page, "wishes": dict(wishes or {})})
        return read_answer(wire.decode_new_page, body, "new-vehicles")

    async def fetch_features(
        self, query: MiniQuery, kinds: tuple[FeatureKind, ...] = tuple(FeatureKind)
    ) -> tuple[FeatureGroup, ...]:
        """Return what the cars of MINI's search have, by kind."""
        body = await self.rest.call("available-features", {"query": features_query(query, kinds)})
        return read_answer(wire.decode_features, body, "available-features")

    async def fetch_filters(self, brand: SearchBrand = SearchBrand.MINI) -> FilterOptions:
        """Return what MINI's search can filter by."""
        body = await self.rest.call("filter-options", {"query": filters_query(brand)})
        return read_answer(wire.decode_filters, body, "filter-options")

    async def fetch_mini_page(self, query: MiniQuery, *, page: int = 1, page_size: int = MINI_PAGE) -> MiniPage:
        """Return one page of MINI's search, with the dealers of its cars."""
        text = inventory_query(query, page=page, page_size=page_size)
        body = await self.rest.call("minis", {"query": text})
        return read_answer(wire.decode_minis, body, "minis")

    async def search_minis(self, query: MiniQuery) -> AsyncGenerator[MiniVehicle]:
        """Yield the cars of MINI's search that match, to the end as `search`, each once; one call for 24 cars."""
        number, seen = 1, set[str]()
        while True:
            page = await self.fetch_mini_page(query, page=number)
            new = [vehicle for vehicle in page.vehicles if vehicle.vin not in seen]
            for vehicle in new:
                yield vehicle
            seen.update(vehicle.vin for vehicle in new)
            number += 1
            if not new or (page.total_pages is not None and number > page.total_pages):
                return

    def page_url(self, car: MiniVehicle, brand: SearchBrand = SearchBrand.MINI) -> str | None:
        """Return the whole address of a car's page; that one without a host is at the brand's site is inferred."""
        site = self._endpoints.mini_url if brand is SearchBrand.MINI else self._endpoints.site_url
        return car.page if car.page is None or is_url(car.page) else f"{site}/{car.page.lstrip('/')}"

    async def _fetch_page(self, query: VehicleQuery, offset: int, *, patience: int) -> SearchPage:
        while True:
            try:
                return await self.fetch_page(query, offset=offset)
            except RateLimited as error:
                if patience == 0:
                    raise
                patience -= 1
                _log.info("%s; going on in %.0f s", error, error.retry_after_s)
                await self.clock.sleep(error.retry_after_s)

    def _tokens(self, session: Session) -> AccessTokens:
        if self._storefront is None:
            return _NoTokens()
        return StorefrontTokens(
            storefront=self._storefront,
            endpoints=self._endpoints,
            session=session,
            clock=self.clock,
            store=self._store,
        )


class _Unkept(TokenStore):
    """Keeps no token: it lives in memory, as long as the client."""

    @override
    async def load(self) -> TokenSet | None:
        return None

    @override
    async def save(self, tokens: TokenSet) -> None:
        """Forget it."""


class _NoTokens(AccessTokens):
    """For who has no storefront: the search for used BMWs is closed then."""

    @override
    async def current(self) -> TokenSet:
        raise ConfigError(
            "the search for used BMWs needs the storefront's name and password",
            hint="They are your settings, and BMW's are not shipped: look for them in the scripts of BMW's page. For "
            "the emulator any will do.",
        )

    @override
    async def renew(self, rejected: TokenSet | None) -> TokenSet:
        return await self.current()
