"""The part of the control API about owners: their sign-ins, and which account has which car.

It stands in for what people do in the My BMW app, at a dealer's or in the portal.
"""

from collections.abc import Mapping

from starlette.requests import Request
from starlette.routing import Route

from bimmerhub.emulator.control.control_requests import (
    ControlRefusal,
    MapWish,
    SellWish,
    SignInWish,
    UnmapWish,
    WithdrawWish,
    control_route,
    read_wish,
)
from bimmerhub.emulator.owners.emulated_accounts import EmulatedAccount
from bimmerhub.emulator.owners.owner_actions import OwnerActions
from bimmerhub.times import format_time


class OwnerControl:
    """The routes `/accounts`, `/sign-in`, `/consents` and `/vehicles/{vin}/map`, `/unmap` and `/sell`.

    They are below `/_emulator`.
    """

    def __init__(self, actions: OwnerActions) -> None:
        self._actions = actions
        self._portal = actions.portal

    def routes(self) -> list[Route]:
        """Return the routes."""
        return [
            control_route("/accounts", "GET", self._list),
            control_route("/sign-in", "POST", self._sign_in),
            control_route("/consents", "GET", self._list_consents),
            control_route("/consents/withdraw", "POST", self._withdraw),
            control_route("/vehicles/{vin}/map", "POST", self._map),
            control_route("/vehicles/{vin}/unmap", "POST", self._unmap),
            control_route("/vehicles/{vin}/sell", "POST", self._sell),
        ]

    async def _list(self, _request: Request) -> Mapping[str, object]:
        return {"items": [self._describe(account) for account in self._actions.accounts]}

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
            account = self._actions.find_account(wish.account)
            gcid = identity.owner_for(account, grant.client_id)
            if gcid is None:
                raise ControlRefusal(409, "the client belongs to another account")
        identity.decide(wish.user_code, approve=wish.approve, gcid=gcid, vins=wish.vins)
        return {"user_code": wish.user_code, "approved": wish.approve}

    async def _list_consents(self, _request: Request) -> Mapping[str, object]:
        return {
            "items": [
                {
                    "client_id": grant.provider.client_id,
                    "user": account.user,
                    "gcid": account.gcid,
                    "granted_at": format_time(grant.consent.granted_at_ms),
                    "vehicles": [car.vin for car in grant.cars],
                    "descriptors": list(grant.consent.descriptors),
                    "containers": [container.container_id for container in grant.containers],
                }
                for account in self._actions.accounts
                for grant in self._portal.granted.of_owner(account.gcid)
            ]
        }

    async def _withdraw(self, request: Request) -> Mapping[str, object]:
        wish = await read_wish(request, WithdrawWish)
        await self._actions.withdraw(wish.account, wish.client_id, vin=wish.vin, container_id=wish.container_id)
        return await self._list_consents(request)

    async def _map(self, request: Request) -> Mapping[str, object]:
        wish, (vin, gcid) = await read_wish(request, MapWish), _asked_car(request)
        await self._actions.map_car(vin, wish.account, wish.mapping, has_stream=wish.stream, gcid=gcid)
        return await self._list(request)

    async def _unmap(self, request: Request) -> Mapping[str, object]:
        wish, (vin, gcid) = await read_wish(request, UnmapWish), _asked_car(request)
        await self._actions.unmap_car(vin, wish.account, gcid=gcid)
        return await self._list(request)

    async def _sell(self, request: Request) -> Mapping[str, object]:
        wish, (vin, gcid) = await read_wish(request, SellWish), _asked_car(request)
        await self._actions.sell_car(vin, wish.to, gcid=gcid)
        return await self._list(request)


def _asked_car(request: Request) -> tuple[str, str | None]:
    """Return the VIN of a request, and the account in whose garage it is if it says so."""
    return request.path_params["vin"], request.query_params.get("gcid")
