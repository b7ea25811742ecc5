"""The part of the control API about owners: their sign-ins, and which account has which car.

It stands in for what people do in the My BMW app, at a dealer's or in the portal.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager

from starlette.requests import Request
from starlette.routing import Route

from bimmerhub.emulator.control_requests import (
    ControlRefusal,
    MapWish,
    SellWish,
    SignInWish,
    UnmapWish,
    control_route,
    read_wish,
)
from bimmerhub.emulator.customer_portal.portal import Portal
from bimmerhub.emulator.customer_portal.registrations import PortalRefusal
from bimmerhub.emulator.owners import EmulatedAccount
from bimmerhub.emulator.population import Population
from bimmerhub.ids import Gcid, Vin, mask_vin
from bimmerhub.times import format_time


class OwnerControl:
    """The routes `/accounts`, `/sign-in` and `/vehicles/{vin}/map`, `/unmap` and `/sell` below `/_emulator`."""

    def __init__(self, accounts: Sequence[EmulatedAccount], *, portal: Portal, population: Population) -> None:
        self._accounts = accounts
        self._portal = portal
        self._population = population

    def routes(self) -> list[Route]:
        """Return the routes."""
        return [
            control_route("/accounts", "GET", self._list),
            control_route("/sign-in", "POST", self._sign_in),
            control_route("/vehicles/{vin}/map", "POST", self._map),
            control_route("/vehicles/{vin}/unmap", "POST", self._unmap),
            control_route("/vehicles/{vin}/sell", "POST", self._sell),
        ]

    async def _list(self, _request: Request) -> Mapping[str, object]:
        return {"items": [self._describe(account) for account in self._accounts]}

    def _describe(self, account: EmulatedAccount) -> dict[str, object]:
        """Return an account with its client and cars, as JSON; no password."""
        client = self._portal.registrations.client_of(account.gcid)
        return {
            "user": account.user,
            "gcid": account.gcid,
            "client_id": None if client is None else client.client_id,
            "services": [] if client is None else sorted(client.services),
            "vehicles": [
                {
                    "vin": mapped.car.vin,
                    "model": mapped.car.model_name,
                    "mapping": mapped.kind,
                    "mapped_since": format_time(mapped.since_ms),
                }
                for mapped in self._portal.mappings.of_account(account.gcid)
            ],
        }

    async def _sign_in(self, request: Request) -> Mapping[str, object]:
        """Decide in the person's place."""
        wish, identity = await read_wish(request, SignInWish), self._portal.identity
        grant = identity.pending_grant(wish.user_code)
        if grant is None:
            raise ControlRefusal(404, "no device waits under this user code")
        gcid = None
        if wish.account is not None:
            account = self._find_account(wish.account)
            gcid = identity.owner_for(account, grant.client_id)
            if gcid is None:
                raise ControlRefusal(409, "the client belongs to another account")
        identity.decide(wish.user_code, approve=wish.approve, gcid=gcid)
        return {"user_code": wish.user_code, "approved": wish.approve}

    async def _map(self, request: Request) -> Mapping[str, object]:
        wish = await read_wish(request, MapWish)
        home, vin = self._home_of(request)
        gcid = self._find_account(wish.account).gcid
        await self._population.catch_up()  # what was sent up to now went to the owner of then
        with _refusing():
            self._portal.map_car(home, vin, gcid, wish.mapping, has_stream=wish.stream)
        return await self._list(request)

    async def _unmap(self, request: Request) -> Mapping[str, object]:
        wish = await read_wish(request, UnmapWish)
        home, vin = self._home_of(request)
        gcid = self._find_account(wish.account).gcid
        await self._population.catch_up()
        with _refusing():
            self._portal.unmap_car(home, vin, gcid)
        return await self._list(request)

    async def _sell(self, request: Request) -> Mapping[str, object]:
        wish = await read_wish(request, SellWish)
        home, vin = self._home_of(request)
        buyer = None if wish.to is None else self._find_account(wish.to).gcid
        await self._population.catch_up()
        self._portal.sell_car(home, vin, buyer)
        return await self._list(request)

    def _find_account(self, name: str) -> EmulatedAccount:
        """Return the account of a user or GCID."""
        for account in self._accounts:
            if name.casefold() in {account.user.casefold(), account.gcid.casefold()}:
                return account
        raise ControlRefusal(404, "no such account; name its user or GCID")

    def _home_of(self, request: Request) -> tuple[Gcid, Vin]:
        """Return in whose garage a car is; `?gcid=` tells apart garages that have the same car."""
        vin, asked = request.path_params["vin"], request.query_params.get("gcid")
        for gcid, lives in self._population.lives.items():
            if asked in {None, gcid}:
                for car in lives.garage.cars:
                    if car.vin == vin:
                        return gcid, car.vin
        raise ControlRefusal(404, f"no vehicle {mask_vin(vin)}")


@contextmanager
def _refusing() -> Iterator[None]:
    """Answer 409 where the portal refuses."""
    try:
        yield
    except PortalRefusal as refusal:
        raise ControlRefusal(409, str(refusal)) from refusal
