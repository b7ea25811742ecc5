"""What people do with cars and accounts, done for them: the control API and the page of owners ask for it here.

A refusal is a `ControlRefusal` with words.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from bimmerhub.emulator.cars import CarIdentity
from bimmerhub.emulator.control.control_requests import ControlRefusal
from bimmerhub.emulator.customer_portal.portal import Portal
from bimmerhub.emulator.customer_portal.registrations import PortalRefusal
from bimmerhub.emulator.lives import CarLives
from bimmerhub.emulator.owners.emulated_accounts import EmulatedAccount, MappingType
from bimmerhub.emulator.population import Population
from bimmerhub.ids import Gcid, mask_vin


class OwnerActions:
    """The actions on the cars of all accounts. Accounts are named by user or GCID.

    `gcid` tells apart garages that have the same car; None: the first one.
    """

    def __init__(self, accounts: Sequence[EmulatedAccount], *, portal: Portal, population: Population) -> None:
        self.accounts = accounts
        self.portal = portal
        self._population = population

    def find_account(self, name: str) -> EmulatedAccount:
        """Return the account of a user or GCID."""
        for account in self.accounts:
            if name.casefold() in {account.user.casefold(), account.gcid.casefold()}:
                return account
        raise ControlRefusal(404, "no such account; name its user or GCID")

    def list_cars(self) -> list[tuple[CarLives, CarIdentity]]:
        """Return every simulated car and the garage that it lives in."""
        return [(lives, car) for lives in self._population.lives.values() for car in lives.garage.cars]

    async def map_car(
        self, vin: str, account: str, kind: MappingType, *, has_stream: bool = True, gcid: str | None = None
    ) -> None:
        """Map a car to an account; with `has_stream` its stream is configured with every key."""
        lives, car = self._find_car(vin, gcid)
        receiver = self.find_account(account).gcid
        await self._population.catch_up()  # what was sent up to now went to the owner of then
        with _refusing():
            self.portal.map_car(lives.account.gcid, car.vin, receiver, kind, has_stream=has_stream)

    async def unmap_car(self, vin: str, account: str, *, gcid: str | None = None) -> None:
        """Take a car from an account."""
        lives, car = self._find_car(vin, gcid)
        loser = self.find_account(account).gcid
        await self._population.catch_up()
        with _refusing():
            self.portal.unmap_car(lives.account.gcid, car.vin, loser)

    async def sell_car(self, vin: str, buyer: str | None, *, gcid: str | None = None) -> None:
        """Take a car from every account, and give it to a buyer, if there is one."""
        lives, car = self._find_car(vin, gcid)
        receiver: Gcid | None = None if buyer is None else self.find_account(buyer).gcid
        await self._population.catch_up()
        self.portal.sell_car(lives.account.gcid, car.vin, receiver)

    async def withdraw(
        self, account: str, client_id: str, *, vin: str | None = None, container_id: str | None = None
    ) -> None:
        """Take back from a service provider a car, what a container names, or without either all."""
        gcid, granted = self.find_account(account).gcid, self.portal.granted
        await self._population.catch_up()
        with _refusing():
            if vin is not None:
                granted.withdraw_car(gcid, client_id, vin)
            elif container_id is not None:
                granted.withdraw_container(gcid, client_id, container_id)
            else:
                granted.withdraw(gcid, client_id)

    async def command_car(self, vin: str, name: str, *, gcid: str | None = None) -> None:
        """Give a car a command without arguments."""
        lives, car = self._find_car(vin, gcid)
        try:
            await lives.command(car.vin, name, {})
        except ValueError as error:
            raise ControlRefusal(409, str(error)) from error

    def _find_car(self, vin: str, gcid: str | None) -> tuple[CarLives, CarIdentity]:
        for lives, car in self.list_cars():
            if car.vin == vin and gcid in {None, lives.account.gcid}:
                return lives, car
        raise ControlRefusal(404, f"no vehicle {mask_vin(vin)}")


@contextmanager
def _refusing() -> Iterator[None]:
    """Answer 409 where the portal refuses."""
    try:
        yield
    except PortalRefusal as refusal:
        raise ControlRefusal(409, str(refusal)) from refusal
