"""`bimmerhub quota`: how many of the day's REST calls are spent, and on what."""

from typing import Annotated, Any

import typer

from bimmerhub.cli.context import Options
from bimmerhub.cli.output import err, iso, local_time, print_items, print_table
from bimmerhub.cli.reading import fetch_present_ms, open_for_reading
from bimmerhub.cli.running import run
from bimmerhub.domain.quota import Quota
from bimmerhub.hub.quota import load_quota


def add_to(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(quota)


def quota(
    context: typer.Context,
    json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,  # noqa: FBT002 - typer
) -> None:
    """Show each account's REST calls of this UTC day."""
    quotas = run(_load(context.obj))
    if json:
        print_items([_to_json(each) for each in quotas])
        return
    print_table(
        ("account", "used", "of", "resets at", "spent on"),
        [
            (
                each.account,
                str(each.used),
                str(each.limit),
                local_time(each.resets_at_ms),
                ", ".join(f"{count}x {name}" for name, count in sorted(each.spent_by_operation.items())),
            )
            for each in quotas
        ],
        numbers=("used", "of"),
    )
    if not quotas:
        err.print("No account is known yet: bimmerhub login --client-id ID")


async def _load(options: Options) -> list[Quota]:
    async with open_for_reading(options) as store:
        now_ms = await fetch_present_ms(options)
        return [await load_quota(store.quota, each.name, now_ms) for each in await store.accounts.accounts()]


def _to_json(quota: Quota) -> dict[str, Any]:
    return {
        "account": quota.account,
        "used": quota.used,
        "limit": quota.limit,
        "resets_at": iso(quota.resets_at_ms),
        "spent_by_operation": dict(quota.spent_by_operation),
    }
