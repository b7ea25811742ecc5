"""The cars that can be commanded: found by the account that sees them, with what their own list says."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Final

from bimmerhub.domain.vehicle import Vehicle
from bimmerhub.errors import BimmerhubError, BmwRefused, ConfigError, SignInRequired, StoreError
from bimmerhub.hub.accounts.book import AccountBook
from bimmerhub.hub.feeds.families.family_client import FamilyCar, FamilyClient
from bimmerhub.ids import Vin, mask_vin
from bimmerhub.store.ports.accounts import StoredAccount
from bimmerhub.store.ports.vehicles import StoredVehicles
from bimmerhub.times import HOUR_MS, MINUTE_MS

READING_ONLY: Final = "reading_only"
"""Our own `code` in BmwRefused: the car's interface takes no commands."""
LIST_AGE_MS: Final = HOUR_MS
"""How long the list of an account's cars is good for: what a car can do changes with a contract, not with the day."""

REFUSED_FOR_MS: Final = MINUTE_MS
"""So long a refused sign-in counts: asking for the cars again would send the password again."""

OpenClient = Callable[[StoredAccount], Awaitable[FamilyClient | None]]
"""Opens the interface of an account's family, the same one each time; None for a family that only tells."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CommandedCar:
    """A car with the account that commands it; `stored` is what is known of it here."""

    car: FamilyCar
    account: StoredAccount
    stored: Vehicle


@dataclass(frozen=True, slots=True, kw_only=True)
class _CarList:
    client: FamilyClient
    cars: dict[Vin, FamilyCar]
    fetched_at_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class _Refusal:
    client: FamilyClient
    error: SignInRequired
    refused_at_ms: int


class CommandedCars:
    """The cars of the accounts whose families take commands."""

    def __init__(
        self, *, vehicles: StoredVehicles, accounts: AccountBook, open_client: OpenClient, now_ms: Callable[[], int]
    ) -> None:
        self._vehicles = vehicles
        self._accounts = accounts
        self._open_client = open_client
        self._now_ms = now_ms
        self._lists: dict[int, _CarList] = {}
        self._refusals: dict[int, _Refusal] = {}

    async def stored(self, vin: Vin) -> Vehicle:
        """Return what is known of a car here; ConfigError when it is archived, or not known."""
        for vehicle in await self._vehicles.vehicles():
            if vehicle.vin == vin and not vehicle.is_archived:
                return vehicle
            if vehicle.vin == vin:
                raise ConfigError(
                    f"{mask_vin(vin)} is archived: nothing is asked of it",
                    hint="Take it into use again first: bimmerhub vehicles archive --undo VIN",
                )
        raise ConfigError(f"no vehicle {mask_vin(vin)} is known here")

    async def find(self, vin: Vin, *, account: str | None = None) -> CommandedCar:
        """Return a car with what can command it; BMW is asked for the account's cars when that is not known newly.

        An account that fails, signed out or refused, leaves the car to the next one that sees it; nothing is sent yet.
        The first one's error when every one fails, BmwRefused where only families that are for reading see the car,
        ConfigError as `stored`.
        """
        stored = await self.stored(vin)
        failure: BimmerhubError | None = None
        for candidate in await self._accounts.accounts():
            if not stored.is_given_to(candidate.id) or account not in {None, candidate.name}:
                continue
            try:
                client = await self._open_client(candidate)
                car = None if client is None else await self._fetch_car(candidate, client, vin)
            except StoreError:
                raise
            except BimmerhubError as error:
                failure = failure or error
                continue
            if car is not None:
                return CommandedCar(car=car, account=candidate, stored=stored)
        if failure is not None:
            raise failure
        raise BmwRefused(
            "this car takes no commands here: BMW's CarData, by which it is read, allows reading only",
            code=READING_ONLY,
            hint="The older families of BMW's interfaces take commands, for the cars and accounts that have them.",
        )

    async def _fetch_car(self, account: StoredAccount, client: FamilyClient, vin: Vin) -> FamilyCar | None:
        newest = self._lists.get(account.id)
        is_good = (
            newest is not None
            and newest.client is client
            and 0 <= self._now_ms() - newest.fetched_at_ms < LIST_AGE_MS
            and vin in newest.cars
        )
        if newest is None or not is_good:
            newest = await self._fetch_list(account, client)
        return newest.cars.get(vin)

    async def _fetch_list(self, account: StoredAccount, client: FamilyClient) -> _CarList:
        refusal = self._refusals.get(account.id)
        if (
            refusal is not None
            and refusal.client is client
            and 0 <= self._now_ms() - refusal.refused_at_ms < REFUSED_FOR_MS
        ):
            raise SignInRequired(str(refusal.error), hint=refusal.error.hint)
        try:
            cars = {car.vehicle.vin: car for car in await client.fetch_cars()}
        except SignInRequired as error:
            self._refusals[account.id] = _Refusal(client=client, error=error, refused_at_ms=self._now_ms())
            raise
        newest = self._lists[account.id] = _CarList(client=client, cars=cars, fetched_at_ms=self._now_ms())
        return newest
