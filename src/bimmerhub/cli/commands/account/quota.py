"""`bimmerhub quota`: how many of the day's REST calls are spent, by whom and on what, and what is to come, and why."""

from typing import TYPE_CHECKING, Annotated

import typer

from bimmerhub.cli.context import Options
from bimmerhub.cli.printing.output import local_time, print_folded, print_json, print_table, print_text, say

if TYPE_CHECKING:
    from bimmerhub.cli.reads.port import Reads
    from bimmerhub.views.account.accounts import AccountAnswer
    from bimmerhub.views.account.quota import QuotaAnswer


OUR_WORDS = {
    "basicData": "basic-data",
    "telematicData": "values",
    "chargingHistory": "charging-history",
    "tyre diagnosis": "tyres",
    "locationBasedChargingSettings": "charging-settings",
}
"""BMW's names of operations, in the words that `fetch` takes and the plan has; the others are plain."""


def add_to(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(quota)


def quota(
    context: typer.Context,
    json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,  # noqa: FBT002 - typer
) -> None:
    """Show the REST calls of this UTC day: who spent them on what, and what the hub will still ask for, and why.

    With --account only that account's. `[rest] limit` caps all callers, `[rest] reserve` keeps some calls for you.
    """
    from bimmerhub.cli.reads.hub_or_store import read
    from bimmerhub.views.fields import Page

    quotas, without_api, uncounted = read(context.obj, lambda reads: _load(context.obj, reads))
    if json:
        print_json(Page(items=quotas, next=None))
        return
    for answer in quotas:
        if answer.account in without_api and not answer.used:
            print_text(f"{answer.account}: CarData API is not switched on, so no call is made.")
        else:
            _print_quota(answer)
    for account in uncounted:
        print_text(f"{account.name}: {_why_uncounted(account)}")
    if not quotas and not uncounted:
        say("No account is known yet: bimmerhub login --client-id ID")


def _why_uncounted(account: "AccountAnswer") -> str:
    if account.family != "mybmw":
        return "no day's quota is known; only CarData has one."
    if account.link is None:
        return "the hub counts its calls while it runs, and spreads them over the day: [polling] calls_per_day."
    return f"{account.link.reason}."


def _print_quota(quota: "QuotaAnswer") -> None:
    yours = min(quota.reserve, quota.remaining)
    print_folded(
        f"{quota.account}: {quota.used} of {quota.limit} calls used, {quota.remaining} left, "
        f"{yours} of them kept for you; reset at {local_time(quota.resets_at)} (this machine's time)"
    )
    if quota.planned is not None:
        print_text(f"The hub will make {quota.planned} more by itself until then{'.' if not quota.plan else ':'}")
    if quota.plan:
        print_table(
            ("next", "what", "of", "calls", "why"),
            [
                (local_time(call.at), call.what, call.vin or "the account", str(call.calls), call.reason)
                for call in quota.plan
            ],
            numbers=("calls",),
        )
    for car in quota.refused:
        print_text(
            f"BMW refused the data of {car.vin}: it is asked for again at {local_time(car.again_at)}. "
            f"Why: bimmerhub doctor"
        )
    if quota.runs_out_at is not None:
        print_folded(f"If calls go on as in the last hours, they run out at {local_time(quota.runs_out_at)}.")
    spent = [(spent.caller, OUR_WORDS.get(spent.operation, spent.operation), str(spent.calls)) for spent in quota.spent]
    others = quota.used - sum(spent.calls for spent in quota.spent)
    if others > 0:
        spent.append(("other programs", "-", str(others)))
    if spent:
        print_table(("spent by", "on", "calls"), spent, numbers=("calls",))


async def _load(options: Options, reads: "Reads") -> "tuple[list[QuotaAnswer], set[str], list[AccountAnswer]]":
    """Return the quotas (of --account), the accounts whose sign-in has no CarData API, and those of other families."""
    from bimmerhub.cli.reads import public

    quotas = (await reads.read(public.quotas())).items
    accounts = (await reads.read(public.accounts())).items
    account = options.only_account([one.name for one in accounts])
    without_api = {one.name for one in accounts if one.services and "api" not in one.services}
    uncounted = [one for one in accounts if one.family != "cardata" and account in (None, one.name)]
    return [quota for quota in quotas if account in (None, quota.account)], without_api, uncounted
