"""`bimmerhub quota`: how many of the day's REST calls are spent, by whom and on what, and what is to come."""

from datetime import datetime
from typing import Annotated, Any

import msgspec
import typer

from bimmerhub.cli.context import Options
from bimmerhub.cli.hub_client import connect
from bimmerhub.cli.output import err, local_time, out, print_items, print_table
from bimmerhub.cli.reading import fetch_present_ms, open_for_reading
from bimmerhub.cli.running import run
from bimmerhub.hub.accounts.quota import load_quota
from bimmerhub.hub.process.directory import find_hub
from bimmerhub.views.quota import describe_quota


def add_to(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(quota)


def quota(
    context: typer.Context,
    json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,  # noqa: FBT002 - typer
) -> None:
    """Show the REST calls of this UTC day (of --account): who spent them on what, and what is to come."""
    quotas = run(_load(context.obj))
    if json:
        print_items(quotas)
        return
    for each in quotas:
        _print_quota(each)
    if not quotas:
        err.print("No account is known yet: bimmerhub login --client-id ID")


def _print_quota(quota: dict[str, Any]) -> None:
    out.print(
        f"{quota['account']}: {quota['used']} of {quota['limit']} calls used, {quota['remaining']} left; "
        f"reset at {_local(quota['resets_at'])} (this machine's time)"
    )
    if quota["planned"] is not None:
        out.print(f"The hub will make {quota['planned']} more by itself until then.")
    if quota["runs_out_at"] is not None:
        out.print(f"At the pace of the last hours they run out at {_local(quota['runs_out_at'])} (same zone).")
    if quota["spent"]:
        print_table(
            ("spent by", "on", "calls"),
            [(each["caller"], each["operation"], str(each["calls"])) for each in quota["spent"]],
            numbers=("calls",),
        )


def _local(text: str) -> str:
    return local_time(round(datetime.fromisoformat(text).timestamp() * 1000))


async def _load(options: Options) -> list[dict[str, Any]]:
    """Ask the running hub, which knows its plans too; without one read the ledger."""
    hub = find_hub(options.settings().data_dir)
    if hub is not None:
        async with connect(hub) as client:
            return _chosen(options, (await client.fetch("quota"))["items"])
    async with open_for_reading(options) as store:
        now_ms = await fetch_present_ms(options)
        quotas = [await load_quota(store.quota, each, now_ms) for each in await store.accounts.accounts()]
        return _chosen(options, [msgspec.to_builtins(describe_quota(each)) for each in quotas])


def _chosen(options: Options, quotas: list[dict[str, Any]]) -> list[dict[str, Any]]:
    account = options.only_account([each["account"] for each in quotas])
    return [each for each in quotas if account in (None, each["account"])]
