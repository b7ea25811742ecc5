"""The front door of the dealers' stock: searches, cars, models, dealers and photos of BMW and MINI in the USA."""

import logging
from collections.abc import AsyncGenerator, Callable, Mapping
from contextlib import AsyncExitStack
from types import TracebackType
from typing import Final, Self, TypeVar

from typing_extensions import override

from bimmerhub.bmw.clock import Clock, SystemClock
from bimmerhub.bmw.http import Session, open_session
from bimmerhub.bmw.inventory import wire
from bimmerhub.bmw.inventory.auth import Storefront, StorefrontTokens
from bimmerhub.bmw.inventory.endpoints import Endpoints
from bimmerhub.bmw.inventory.graphql_queries import MiniQuery, features_query, filters_query, inventory_query
from bimmerhub.bmw.inventory.models import (
    ConfiguredOption,
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
from bimmerhub.bmw.signed_calls import RETRIES, AccessTokens
from bimmerhub.bmw.token_file import TokenFile
from bimmerhub.bmw.tokens import TokenSet, TokenStore
from bimmerhub.errors import BmwUnavailable, ConfigError, MalformedPayload, RateLimited
from bimmerhub.ids import Vin

T = TypeVar("T")

MINI_PAGE: Final = 24
"""Cars a page, as the page of miniusa.com asks for."""
PARKS_IN_A_ROW: Final = 3
"""So often one page is waited for before the search gives up."""
_log = logging.getLogger(__name__)


class Inventory:
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
        self.clock: Clock = clock or SystemClock()
        self._storefront = storefront
        self._store = tokens
        self._endpoints = endpoints or Endpoints()
        self._session = session
        self._retries = retries
        self._stack = AsyncExitStack()

    async def __aenter__(self) -> Self:
        if isinstance(self._store, TokenFile):
            self._stack.callback(self._store.close)
        session = self._session
        if session is None:
            session = await self._stack.enter_async_context(open_session())
        self.rest = InventoryRest(
            tokens=self._tokens(session),
            endpoints=self._endpoints,
            session=session,
            clock=self.clock,
            storefront=self._storefront,
            retries=self._retries,
        )
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._stack.aclose()

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
        body = await self.rest.ask(
            "vehicle",
            **query.values(),
            offset=offset,
            page_size=page_size,
            with_facets=with_facets,
            with_dealers=with_dealers,
        )
        return _read(wire.decode_page, body, "vehicle")

    async def search(self, query: VehicleQuery, *, waits_when_parked: bool = False) -> AsyncGenerator[StockVehicle]:
        """Yield the used BMWs that match, to the end, each once; one call for 100 cars.

        While BMW parks the address it raises RateLimited, or `waits_when_parked` for it and goes on.
        """
        offset, seen = 0, set[str]()
        while True:
            page = await self._fetch_page(query, offset, patience=PARKS_IN_A_ROW if waits_when_parked else 0)
            for vehicle in page.vehicles:
                if vehicle.vin not in seen:  # the stock changes while it is read
                    seen.add(vehicle.vin)
                    yield vehicle
            offset += page.size or len(page.vehicles)
            if not page.vehicles or offset >= page.total:
                return

    async def fetch_vehicle(self, vin: Vin) -> StockVehicle | None:
        """Return one used BMW, None when no dealer has it."""
        page = await self.fetch_page(VehicleQuery(vins=(vin,)))
        return next((vehicle for vehicle in page.vehicles if vehicle.vin == vin), None)

    async def fetch_photo(self, url: str) -> bytes:
        """Return a photo that a car names."""
        return await self.rest.fetch_photo(url)

    async def fetch_models(self) -> tuple[ModelSeries, ...]:
        """Return the models that can be configured, by series."""
        return _read(wire.decode_models, await self.rest.ask("model-list"), "model-list")

    async def fetch_configuration(self, code: str) -> tuple[ConfiguredOption, ...]:
        """Return what a configuration of a model begins with, such as of 24IJ."""
        return _read(wire.decode_configuration, await self.rest.ask("configuration", code=code), "configuration")

    async def fetch_options(self, code: str) -> tuple[ModelOption, ...]:
        """Return what can be ordered with a model."""
        return _read(wire.decode_options, await self.rest.ask("options", code=code), "options")

    async def fetch_tech_specs(self, code: str) -> object:
        """Return the data sheet of a model as BMW's JSON, for its form is not known."""
        return _read(wire.decode_json, await self.rest.ask("tech-specs", code=code), "tech-specs")

    async def fetch_dealer(self, zip_code: str) -> NearestDealer:
        """Return the BMW dealer of a zip code."""
        check_zip_code(zip_code)
        return _read(wire.decode_dealer, await self.rest.ask("dealer", zip_code=zip_code), "dealer")

    async def fetch_new_vehicles(
        self, zip_code: str, *, page: int = 1, wishes: Mapping[str, object] | None = None
    ) -> NewVehiclePage:
        """Return a page of new BMWs (from 1), cheapest first; `wishes` by BMW's names, such as `selectedSeries`."""
        check_zip_code(zip_code)
        body = await self.rest.ask("new-vehicles", zip_code=zip_code, page=page, wishes=dict(wishes or {}))
        return _read(wire.decode_new_page, body, "new-vehicles")

    async def fetch_features(
        self, query: MiniQuery, kinds: tuple[FeatureKind, ...] = tuple(FeatureKind)
    ) -> tuple[FeatureGroup, ...]:
        """Return what the cars of MINI's search have, by kind."""
        body = await self.rest.ask("available-features", query=features_query(query, kinds))
        return _read(wire.decode_features, body, "available-features")

    async def fetch_filters(self, brand: SearchBrand = SearchBrand.MINI) -> FilterOptions:
        """Return what MINI's search can filter by."""
        body = await self.rest.ask("filter-options", query=filters_query(brand))
        return _read(wire.decode_filters, body, "filter-options")

    async def fetch_mini_page(self, query: MiniQuery, *, page: int = 1, page_size: int = MINI_PAGE) -> MiniPage:
        """Return one page of MINI's search, with the dealers of its cars."""
        body = await self.rest.ask("minis", query=inventory_query(query, page=page, page_size=page_size))
        return _read(wire.decode_minis, body, "minis")

    async def search_minis(self, query: MiniQuery) -> AsyncGenerator[MiniVehicle]:
        """Yield the cars of MINI's search that match, to the end, each once; one call for 24 cars."""
        number, seen = 1, set[str]()
        while True:
            page = await self.fetch_mini_page(query, page=number)
            for vehicle in page.vehicles:
                if vehicle.vin not in seen:
                    seen.add(vehicle.vin)
                    yield vehicle
            number += 1
            if not page.vehicles or number > (page.total_pages or 0):
                return

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


def _read(decode: Callable[[bytes], T], body: bytes, operation: str) -> T:
    """Return what a body holds; BmwUnavailable when it is not what BMW sends, for that is a fault that passes."""
    try:
        return decode(body)
    except MalformedPayload as error:
        raise BmwUnavailable(f"inventory {operation}: BMW's answer cannot be read: {error}") from error
