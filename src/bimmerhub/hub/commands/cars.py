"""The cars that can be commanded: found by the account that sees them, with what their own list says."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Final

from bimmerhub.domain.vehicle import Vehicle
from bimmerhub.errors import BimmerhubError, BmwRefused, ConfigError, SignInRequired, StoreError
from bimmerhub.hub.accounts.book import AccountBook
from bimmerhub.hub.commands.ability_lists import AbilityLists
from bimmerhub.hub.feeds.families.family_client import FamilyCar, FamilyClient
from bimmerhub.ids import Vin, mask_vin
from bimmerhub.store.ports.accounts import StoredAccount
from bimmerhub.store.ports.vehicles import StoredVehicles
from bimmerhub.times import HOUR_MS, MINUTE_MS

READING_ONLY: Final = "reading_only"
"""Our own `code` in BmwRefused: the car's interface takes no commands."""
NOT_LISTED: Final = "not_listed"
"""Our own `code` in BmwRefused: BMW no longer names the car among the account's."""
LIST_AGE_MS: Final = HOUR_MS
"""How long the list of an account's cars is good for: what a car can do changes with a contract, not with the day."""

REFUSED_FOR_MS: Final = MINUTE_MS
"""So long a refused sign-in counts: asking for the cars again would send the password again."""

OpenClient = Callable[[StoredAccount], Awaitable[FamilyClient | None]]
"""Opens the interface of an account's family, the same one each time; None for a family that only tells."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CommandedCar:
    """A car with the account that commands it; `stored` is what is known of it here.

    `listed_at_ms` is when BMW told what it can, milliseconds UTC.
    """

    car: FamilyCar
    account: StoredAccount
    stored: Vehicle
    listed_at_ms: int


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
        self,
        *,
        vehicles: StoredVehicles,
        accounts: AccountBook,
        open_client: OpenClient,
        lists: AbilityLists,
        now_ms: Callable[[], int],
    ) -> None:
        self._vehicles = vehicles
        self._accounts = accounts
        self._open_client = open_client
        self._stored_lists = lists
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
        The first one's error when every one fails. BmwRefused where only families that are for reading see the car, or
        BMW does not list it any more. ConfigError as `stored`, and for an `account` that is none of the car's.
        """
        stored = await self.stored(vin)
        failure: BimmerhubError | None = None
        for candidate in await self._candidates(stored, account):
            try:
                client = await self._open_client(candidate)
                cars = None if client is None else await self._load_list(candidate, client, vin)
            except StoreError:
                raise
            except SignInRequired as error:
                failure = failure or _sign_in_first(candidate, error)
                continue
            except BimmerhubError as error:
                failure = failure or error
                continue
            if cars is not None and vin in cars.cars:
                return CommandedCar(
                    car=cars.cars[vin], account=candidate, stored=stored, listed_at_ms=cars.fetched_at_ms
                )
            if cars is not None:
                failure = failure or _not_listed(candidate, vin)
        raise failure or _gone(stored) or _reading_only(account)

    async def other_commanders(self, commanded: CommandedCar) -> list[str]:
        """Return the names of the other accounts that see the car and whose families take commands."""
        return [
            account.name
            for account in await self._accounts.accounts()
            if account.id != commanded.account.id
            and account.family.takes_password
            and commanded.stored.is_given_to(account.id)
        ]

    async def _candidates(self, stored: Vehicle, account: str | None) -> list[StoredAccount]:
        """Return the accounts that BMW gives the car to, or the one of that name; ConfigError when it is none."""
        if account is None:
            return [one for one in await self._accounts.accounts() if stored.is_given_to(one.id)]
        named = await self._accounts.named(account)
        if not stored.is_given_to(named.id):
            relation = stored.seen_by(named.id)
            because = "" if relation is None or relation.trouble is None else f": {relation.trouble}"
            others = [seen.account for seen in stored.accounts if stored.is_given_to(seen.account_id)]
            raise ConfigError(
                f"BMW does not give {mask_vin(stored.vin)} to account {account}{because}",
                hint=f"It is given to: {', '.join(others)}." if others else None,
            )
        return [named]

    async def _load_list(self, account: StoredAccount, client: FamilyClient, vin: Vin) -> _CarList:
        """Return the account's cars, as BMW told them in the last hour if that names the car; else BMW is asked."""
        newest = self._lists.get(account.id)
        is_good = (
            newest is not None
            and newest.client is client
            and 0 <= self._now_ms() - newest.fetched_at_ms < LIST_AGE_MS
            and vin in newest.cars
        )
        return newest if newest is not None and is_good else await self._fetch_list(account, client)

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
        stored_vins = {vehicle.vin for vehicle in await self._vehicles.vehicles()}
        for vin in stored_vins & cars.keys():
            await self._stored_lists.save(cars[vin], account=account.name, listed_at_ms=newest.fetched_at_ms)
        return newest


def _sign_in_first(account: StoredAccount, error: SignInRequired) -> SignInRequired:
    hint = error.hint
    if hint == SignInRequired.hint:
        hint = f"Sign in: {account.family.login_command(account.name)}"
    return SignInRequired(f"account {account.name}: {error}", hint=hint)


def _not_listed(account: StoredAccount, vin: Vin) -> BmwRefused:
    return BmwRefused(
        f"BMW does not list {mask_vin(vin)} among the cars of account {account.name}; nothing was sent",
        code=NOT_LISTED,
        hint="It may have been removed from that account at BMW.",
    )


def _gone(stored: Vehicle) -> BmwRefused | None:
    """Return the refusal of a car that BMW gives to none of its accounts any more, None for any other."""
    if stored.notice is None:
        return None
    return BmwRefused(f"this car takes no commands here: {stored.notice}; nothing was sent", code=NOT_LISTED)


def _reading_only(account: str | None) -> BmwRefused:
    read_by = "it is read" if account is None else f"account {account} reads it"
    return BmwRefused(
        f"this car takes no commands here: BMW's CarData, by which {read_by}, allows reading only",
        code=READING_ONLY,
        hint="The older families of BMW's interfaces take commands, for the cars and accounts that have them.",
    )
