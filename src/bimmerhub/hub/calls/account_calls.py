"""Calls by operation with the sign-in of an account of the hub: its tokens, its region, its quota."""

from collections.abc import Callable, Mapping, Sequence
from typing import Final

import msgspec
from typing_extensions import override

from bimmerhub.bmw.cardata.operation_calls import CarDataOperations
from bimmerhub.bmw.http import AnswerLost
from bimmerhub.bmw.operations.operation import Operation
from bimmerhub.bmw.operations.operation_requests import opens_a_car
from bimmerhub.bmw.operations.operation_rest import OperationCalls
from bimmerhub.bmw.signed_calls import ApiRequest
from bimmerhub.domain.account.family import Family
from bimmerhub.domain.command import Detail
from bimmerhub.domain.vehicle import Vehicle
from bimmerhub.errors import BimmerhubError, ConfigError
from bimmerhub.hub.accounts.access import AccessBook
from bimmerhub.hub.accounts.book import AccountBook
from bimmerhub.hub.accounts.password_access import PasswordAccessBook
from bimmerhub.hub.calls.wish import describe, find_wanted, show, to_api_request
from bimmerhub.ids import Vin, mask_vin, parse_vin
from bimmerhub.store.ports.accounts import StoredAccount
from bimmerhub.store.ports.audit import AuditEntry, StoredAudit
from bimmerhub.store.ports.vehicles import StoredVehicles
from bimmerhub.views.cars.commands import opening_is_off
from bimmerhub.views.ports.calls import BmwCalls, CallOutcome, CallWish
from bimmerhub.views.ports.commands import Asker

CALLER: Final = "call"
"""Whose the calls are in the quota's ledger."""
GARAGE: Final = "mygarage"
"""The family that has no accounts of its own: the account and tokens of the MyBMW app are good for it."""


class AccountCalls(BmwCalls):
    """The calls of a hub's accounts."""

    def __init__(
        self,
        *,
        accounts: AccountBook,
        accesses: AccessBook,
        passwords: PasswordAccessBook,
        vehicles: StoredVehicles,
        audit: StoredAudit,
        now_ms: Callable[[], int],
    ) -> None:
        self._accounts = accounts
        self._accesses = accesses
        self._passwords = passwords
        self._vehicles = vehicles
        self._audit = audit
        self._now_ms = now_ms

    @override
    async def changes(self, account: str, wish: CallWish) -> bool:
        operation = find_wanted(_family_of(await self._accounts.named(account), wish), wish)
        return operation is not None and operation.changes

    @override
    async def show(self, account: str, wish: CallWish) -> CallOutcome:
        stored = await self._accounts.named(account)
        family = _family_of(stored, wish)
        calls = await self._open(stored, wish)
        request = await to_api_request(calls, find_wanted(family, wish), wish)
        return CallOutcome(family=family, request=show(calls, request), answer=None)

    @override
    async def call(self, account: str, wish: CallWish, *, asker: Asker) -> CallOutcome:
        stored = await self._accounts.named(account)
        family = _family_of(stored, wish)
        operation = find_wanted(family, wish)
        calls = await self._open(stored, wish)
        request = await to_api_request(calls, operation, wish)
        if operation is None or not operation.changes:
            answer = await calls.send(request, changes=False)
        else:
            body = _audited(stored, family, operation, wish.values)
            named = _named_in(request, await self._vehicles.vehicles())
            vin = _vin_of(wish.values) or (named[0].vin if len(named) == 1 else None)
            await self._note(asker, "call_asked", vin, body)
            try:
                _check_cars(_vin_of(wish.values), named, request)
                answer = await calls.send(request, changes=True)
            except AnswerLost as error:  # BMW may have done it
                await self._note(asker, "call_ended", vin, {**body, "reason": str(error)})
                raise
            except BimmerhubError as error:
                await self._note(asker, "call_refused", vin, {**body, "reason": str(error)})
                raise
            await self._note(asker, "call_ended", vin, {**body, "status": answer.status})
        return CallOutcome(family=family, request=show(calls, request), answer=describe(answer))

    async def _open(self, account: StoredAccount, wish: CallWish) -> OperationCalls:
        if account.family is Family.CARDATA:
            rest = self._accesses.access(account).open_rest(caller=CALLER, retries=0)
            return CarDataOperations(rest, now_ms=self._now_ms)
        client = await self._passwords.client(account)
        if wish.family in {None, account.family}:
            return client.operations
        if client.garage is None:
            raise ConfigError(
                f"My Garage knows accounts of North America, and {account.name} is none",
                hint="Sign in there with an account of its own: --family mybmw --region na",
            )
        return client.garage.operations(wish.vin or _vin_of(wish.values))

    async def _note(self, asker: Asker, action: str, vin: Vin | None, body: Mapping[str, Detail]) -> None:
        entry = AuditEntry(
            at_ms=self._now_ms(), who=asker.who, from_where=asker.from_where, action=action, subject=vin, body=body
        )
        await self._audit.record(entry)


def _family_of(account: StoredAccount, wish: CallWish) -> str:
    """Return whose operation a wish names; ConfigError when the account's sign-in is not good for it."""
    if wish.family in {None, account.family} or (account.family, wish.family) == (Family.MYBMW, GARAGE):
        return wish.family or account.family.value
    raise ConfigError(f"{account.name} is an account of {account.family.shown_name}, not of {wish.family}")


def _named_in(request: ApiRequest, vehicles: Sequence[Vehicle]) -> list[Vehicle]:
    """Return the cars whose VIN is anywhere in a request: some operations name them in a list, or deep in a body."""
    parts = (request.url, request.headers, request.query, request.form, request.json)
    text = msgspec.json.encode(parts).decode().upper()
    return [vehicle for vehicle in vehicles if vehicle.vin in text]


def _check_cars(vin: Vin | None, named: Sequence[Vehicle], request: ApiRequest) -> None:
    """Refuse to change cars of which one is archived, and to open one that may not be opened.

    `vin` is the value of the parameter of that name, which what opens a car must have.
    """
    for vehicle in named:
        if vehicle.is_archived:
            raise ConfigError(f"{mask_vin(vehicle.vin)} is archived: nothing is sent to it")
    if not opens_a_car(request):
        return
    if vin is None:
        raise ConfigError("this opens no car: vin is no VIN")
    if not any(vehicle.vin == vin and vehicle.opening_allowed_at_ms is not None for vehicle in named):
        raise opening_is_off(vin)


def _vin_of(values: Mapping[str, object]) -> Vin | None:
    """Return the car that a call is about; None for none, and for what is no VIN, which BMW will refuse."""
    try:
        return parse_vin(str(values.get("vin", "")).upper())
    except ValueError:
        return None


def _audited(
    account: StoredAccount, family: str, operation: Operation, values: Mapping[str, object]
) -> dict[str, Detail]:
    """Return what the audit keeps of a call: BMW's own words that were chosen, and nothing that a person wrote."""
    chosen = {
        param.name: str(values[param.name]) for param in operation.params if param.choices and param.name in values
    }
    return {"kind": f"{family} {operation.name}", "account": account.name, **chosen}
