"""Calls with the sign-in of an account, by the running hub, or one that lasts as long as the command."""

from typing import TYPE_CHECKING

from bimmerhub.cli.calling.line import CAR, Call
from bimmerhub.cli.printing.output import local_time, say
from bimmerhub.domain.account.family import Family
from bimmerhub.errors import BimmerhubError, SignInRequired
from bimmerhub.ids import is_vin

if TYPE_CHECKING:
    from bimmerhub.cli.reads.from_hub import HubReads
    from bimmerhub.views.calls import CallOutcomeAnswer

ANSWERED_WITHIN_S = 120.0
SIGNED_IN_AS = {"mygarage": Family.MYBMW}
"""Families that have no accounts of their own, and whose sign-in is good for them."""


async def call_by_account(call: Call) -> "CallOutcomeAnswer":
    """Call by the account of --account, or the only one of the family; errors as the hub's API has them."""
    from bimmerhub.cli.hub_access.hub_client import Request
    from bimmerhub.cli.hub_access.reach_hub import reach_hub
    from bimmerhub.cli.reads.from_hub import HubReads
    from bimmerhub.cli.reads.hub_or_store import naming_demo, require_data
    from bimmerhub.views.calls import CallOutcomeAnswer

    settings = call.options.settings()
    with naming_demo(call.options):
        require_data(settings)
    async with reach_hub(settings, goes_live=False, asks_bmw=True) as client:
        reads = HubReads(client, settings)
        account = await _find_account(call, reads)
        values = await _with_car(call, reads)
        vin = None if call.car_is_a_parameter else values.pop(CAR, None)
        body = {
            "family": call.family,
            "operation": None if call.operation is None else call.operation.name,
            "path": call.path,
            "vin": vin,
        }
        given: dict[str, object] = {name: value for name, value in body.items() if value is not None}
        given |= {"params": values, "dry_run": call.dry_run}
        request = Request(method="POST", path=f"accounts/{account}/call", body=given)
        try:
            outcome = await client.send(request, CallOutcomeAnswer, within_s=ANSWERED_WITHIN_S)
        except BimmerhubError:
            await _say_what_is_left(reads, account)
            raise
        if not call.dry_run:
            await _say_what_is_left(reads, account)
        return outcome


async def _say_what_is_left(reads: "HubReads", account: str) -> None:
    """Say how many calls of the day are left to an account of CarData; BMW counts a call that it refuses, too."""
    from bimmerhub.cli.reads import public

    for quota in (await reads.read(public.quotas())).items:
        if quota.account == account:
            until = f"until {local_time(quota.resets_at)} (this machine's time)"
            say(f"{quota.remaining} of the day's {quota.limit} calls are left {until}.")


async def _find_account(call: Call, reads: "HubReads") -> str:
    """Return the account to call by; SignInRequired when there is none of the family, or nobody signed in with it."""
    from bimmerhub.cli.reads import public

    family = SIGNED_IN_AS.get(call.family) or Family(call.family)
    accounts = [account for account in (await reads.read(public.accounts())).items if account.family == family]
    if accounts:
        name = call.options.known_account([account.name for account in accounts])
        is_signed = call.operation is None or call.operation.is_signed
        if is_signed and not call.dry_run and not any(it.signed_in for it in accounts if it.name == name):
            raise SignInRequired(f"the account {name} is not signed in", hint=f"First: {family.login_command(name)}")
        return name
    how = f"bimmerhub login --family {family.value}" if family.takes_password else "bimmerhub login --client-id ID"
    raise SignInRequired(f"no account of {family.shown_name} is signed in here", hint=f"Sign in first: {how}")


async def _with_car(call: Call, reads: "HubReads") -> dict[str, str]:
    """Return the values with the whole VIN of the car that the line names by its end, or of the only car.

    Where an operation can do without a car, none is named when there are several.
    """
    from bimmerhub.cli.reads.cars import find_vin

    values = dict(call.values)
    text = values.get(CAR)
    if text is None and not call.car_is_a_parameter:
        return values
    try:
        values[CAR] = await find_vin(call.options, reads, text)
    except BimmerhubError:
        if _needs_car(call) if text is None else not is_vin(text):
            raise
    return values


def _needs_car(call: Call) -> bool:
    return call.operation is not None and any(
        param.name == CAR and param.is_required for param in call.operation.params
    )
