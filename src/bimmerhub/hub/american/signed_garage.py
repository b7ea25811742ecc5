"""My Garage by the sign-in of a mybmw account: BMW's site takes the app's tokens (public collection, 2023)."""

import logging
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Final

from typing_extensions import override

from bimmerhub.bmw.clock import Clock
from bimmerhub.bmw.http import Session, has_answered
from bimmerhub.bmw.mygarage.client import MyGarage
from bimmerhub.bmw.mygarage.endpoints import Endpoints
from bimmerhub.bmw.mygarage.endpoints import GarageBrand as Site
from bimmerhub.bmw.mygarage.models import OrderedVehicle
from bimmerhub.domain.account.family import Family
from bimmerhub.errors import BmwRefused, BmwUnavailable, ConfigError, NotFound, SignInRequired
from bimmerhub.hub.accounts.password_access import NoTokens
from bimmerhub.hub.accounts.sign_in_places import SignInPlace
from bimmerhub.hub.american.sites import garage_endpoints
from bimmerhub.hub.config import HubConfig
from bimmerhub.hub.feeds.families.mybmw_client import MyBmwClient
from bimmerhub.hub.parts import Accounts
from bimmerhub.ids import Vin
from bimmerhub.views.ports.garage import GarageBrand, GarageOrder, OwnersGarage

_REGION: Final = "na"
_log = logging.getLogger(__name__)


class SignedGarage(OwnersGarage):
    """The garages of a hub's accounts."""

    def __init__(self, settings: HubConfig, *, accounts: Accounts, session: Session, clock: Clock) -> None:
        self._settings = settings
        self._accounts = accounts
        self._session = session
        self._clock = clock

    @override
    async def orders(self, account: str, brand: GarageBrand) -> Sequence[GarageOrder]:
        async with self._open(account, brand) as garage:
            cars = await garage.fetch_vehicles()
            return [_read(await _with_status(garage, car)) for car in cars]

    @override
    async def order(self, account: str, brand: GarageBrand, number: str) -> GarageOrder:
        async with self._open(account, brand) as garage:
            vins = {car.production_number: car.vin for car in await garage.fetch_vehicles()}
            if number not in vins:
                raise NotFound(f"there is no order {number} in this garage", hint="See them: bimmerhub garage status")
            return _read(await garage.fetch_order(number, vins[number]))

    @override
    async def offers(self, account: str, brand: GarageBrand, *, vin: Vin | None) -> object:
        async with self._open(account, brand) as garage:
            return await garage.fetch_offers(vin=vin)

    @asynccontextmanager
    async def _open(self, name: str, brand: GarageBrand) -> AsyncIterator[MyGarage]:
        account = await self._accounts.book.named(name)
        client = await self._accounts.passwords.client(account) if account.family is Family.MYBMW else None
        if not isinstance(client, MyBmwClient):
            raise ConfigError(
                f"My Garage does not take the sign-in of {name}: it takes that of the MyBMW app",
                hint="Sign in by it: bimmerhub login --family mybmw --region na --account NAME",
            )
        endpoints = await self._endpoints(name, Site(brand))
        async with MyGarage(
            tokens=NoTokens(), endpoints=endpoints, access=client.access, session=self._session, clock=self._clock
        ) as garage:
            yield garage

    async def _endpoints(self, name: str, brand: Site) -> Endpoints:
        """Return where the garage is: at BMW for who signed in there, else at that emulator. Tokens go nowhere else."""
        place = await self._accounts.book.place(name)
        if place is None:
            raise SignInRequired(f"{name} is not signed in", hint=f"bimmerhub login --account {name} --family mybmw")
        if not place.is_bmw:
            return _emulated(place, brand)
        if place.region != _REGION:
            raise ConfigError(
                f"My Garage knows accounts of North America, and {name} is none",
                hint="Sign in there with an account of its own: --region na",
            )
        endpoints = garage_endpoints(self._settings, brand)
        if not endpoints.are_bmws:
            raise ConfigError(
                f"{name} is signed in at BMW, and its tokens go nowhere else",
                hint="Leave out [mygarage] host, and the emulator in [bmw].",
            )
        return endpoints


def _emulated(place: SignInPlace, brand: Site) -> Endpoints:
    """Return where an emulator answers for the garage: one that bears BMW's names does so by them, and its own CA."""
    ca_file = None if place.ca_file is None else Path(place.ca_file)
    if place.is_bmws:
        return Endpoints(brand=brand, ca_file=ca_file)
    return Endpoints.all_at(place.api_url, brand=brand, ca_file=ca_file)


async def _with_status(garage: MyGarage, car: OrderedVehicle) -> OrderedVehicle:
    """Return a car of the list with how its order stands: that the list tells it is not known for certain.

    As it is listed where BMW does not tell of its order, as of a car that one has had for long: it hides no other.
    """
    if car.status is not None:
        return car
    try:
        return await garage.fetch_order(car.production_number, car.vin)
    except (NotFound, BmwRefused) as error:
        _log.info("an order is not told: %s", error)
    except BmwUnavailable as error:
        if not has_answered(error):
            raise
        _log.info("an order is not told now: %s", error)
    return car


def _read(car: OrderedVehicle) -> GarageOrder:
    return GarageOrder(
        production_number=car.production_number,
        vin=car.vin,
        status=car.status,
        words=car.status_words,
        message=car.long_message or car.message,
        produced_on=car.produced_on,
        model_year=car.model_year,
        model_code=car.model_code,
        exterior=car.exterior,
        interior=car.interior,
    )
