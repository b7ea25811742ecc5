"""Calls that need no account: of the dealers' stock, and those of My Garage that anybody may ask."""

from contextlib import asynccontextmanager
from dataclasses import replace
from typing import TYPE_CHECKING

from bimmerhub.cli.calling.line import CAR, Call
from bimmerhub.cli.context import WrongUsage
from bimmerhub.errors import BimmerhubError
from bimmerhub.ids import is_vin

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from bimmerhub.bmw.operations.operation_rest import OperationCalls
    from bimmerhub.views.calls import CallOutcomeAnswer

NOBODY = "-"
"""Stands for the account in what was called without one."""


def needs_no_account(call: Call) -> bool:
    """Tell whether a call goes without the sign-in of an account."""
    if call.family == "mygarage":
        return call.operation is not None and not call.operation.is_signed
    return call.family == "inventory"


def with_car(call: Call) -> Call:
    """Return the call with the whole VIN of the person's car that it names by its end, or of the only one.

    WrongUsage where the operation is about a car and the line does not say which.
    """
    from bimmerhub.cli.reads.cars import find_vin
    from bimmerhub.cli.reads.hub_or_store import read

    text = call.values.get(CAR)
    if text is None and not _is_about_a_car(call):
        return call
    if text is not None and is_vin(text.upper()):
        return replace(call, values={**call.values, CAR: text.upper()})
    try:
        vin = read(call.options, lambda reads: find_vin(call.options, reads, text))
    except WrongUsage:
        raise
    except BimmerhubError as error:
        raise WrongUsage("no car is known here", hint="Say the whole VIN: --vin VIN") from error
    return replace(call, values={**call.values, CAR: vin})


def _is_about_a_car(call: Call) -> bool:
    return call.operation is not None and any(
        param.name == CAR or f"{{{CAR}}}" in (param.default or "") for param in call.operation.params
    )


async def call_without_account(call: Call) -> "CallOutcomeAnswer":
    """Call from this process; ConfigError when a setting is missing, else the errors of BMW's interface."""
    from bimmerhub.hub.calls.wish import describe, show, to_api_request
    from bimmerhub.views.calls import describe_outcome, to_wish
    from bimmerhub.views.ports.calls import CallOutcome

    values = dict(call.values)
    vin = values.get(CAR) if call.car_is_a_parameter else values.pop(CAR, None)
    wish = to_wish(
        operation=None if call.operation is None else call.operation.name, path=call.path, params=values, vin=vin
    )
    async with _open(call, vin) as calls:
        request = await to_api_request(calls, call.operation, wish)
        answer = None if call.dry_run else describe(await calls.send(request, changes=False))
        return describe_outcome(
            NOBODY, wish, CallOutcome(family=call.family, request=show(calls, request), answer=answer)
        )


@asynccontextmanager
async def _open(call: Call, vin: str | None) -> "AsyncIterator[OperationCalls]":
    """Open a family for as long as the block; BMW's servers, or the emulator that the settings name."""
    from bimmerhub.bmw.inventory import Inventory
    from bimmerhub.bmw.mygarage import MyGarage
    from bimmerhub.hub.accounts.password_access import NoTokens
    from bimmerhub.hub.american.sites import garage_endpoints, inventory_endpoints, storefront
    from bimmerhub.ids import Vin

    settings = call.options.settings()
    if call.family == "mygarage":
        async with MyGarage(tokens=NoTokens(), endpoints=garage_endpoints(settings), retries=0) as owner:
            yield owner.rest.operations(None if vin is None else Vin(vin))
        return
    endpoints = inventory_endpoints(settings)
    async with Inventory(storefront=storefront(settings), endpoints=endpoints, retries=0) as dealers:
        yield dealers.rest
