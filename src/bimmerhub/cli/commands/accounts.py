"""`bimmerhub accounts` and `bimmerhub logout`."""

from typing import Annotated, Any

import typer

from bimmerhub.cli.context import Options
from bimmerhub.cli.hub_client import connect
from bimmerhub.cli.live import reach_hub
from bimmerhub.cli.output import err, iso, print_items, print_table
from bimmerhub.cli.reading import open_for_reading
from bimmerhub.cli.running import run
from bimmerhub.hub.process.directory import find_hub


def add_to(app: typer.Typer) -> None:
    """Add the commands."""
    app.command()(accounts)
    app.command()(logout)


def accounts(
    context: typer.Context,
    json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,  # noqa: FBT002 - typer
) -> None:
    """List the accounts, whether they are signed in, and what their link does while a hub runs."""
    is_hub_running = find_hub(context.obj.settings().data_dir) is not None
    known = run(load_accounts(context.obj))
    if json:
        print_items(known)
        return
    print_table(
        ("account", "signed in", "since", "link"),
        [
            (
                each["name"],
                "yes" if each["signed_in"] else "no",
                (each["signed_in_at"] if each["signed_in"] else None) or "-",
                _link_words(each, is_hub_running=is_hub_running),
            )
            for each in known
        ],
    )
    if not known:
        err.print("No account is known yet: bimmerhub login --client-id ID")


def _link_words(account: dict[str, Any], *, is_hub_running: bool) -> str:
    if account.get("link"):
        return str(account["link"]["state"])
    return "not connected" if is_hub_running else "no hub runs"


def logout(context: typer.Context) -> None:
    """Forget an account's tokens; its history stays, and so does the client in BMW's portal."""

    async def work(options: Options) -> str:
        name = options.known_account(await load_names(options))
        async with reach_hub(options, goes_live=False) as client:
            await client.send("DELETE", f"accounts/{name}/tokens")
        return name

    err.print(f"Signed out: {run(work(context.obj))}.")


async def load_names(options: Options) -> list[str]:
    """Return the name of every account, those of the settings where there are no data yet."""
    settings = options.settings()
    if find_hub(settings.data_dir) is None and not settings.database.exists():
        return sorted(settings.accounts)
    return [each["name"] for each in await load_accounts(options)]


async def load_accounts(options: Options) -> list[dict[str, Any]]:
    """Return every account as the API tells it; from the running hub, else from the database."""
    hub = find_hub(options.settings().data_dir)
    if hub is not None:
        async with connect(hub) as client:
            items: list[dict[str, Any]] = (await client.fetch("accounts"))["items"]
            return items
    async with open_for_reading(options) as store:
        return [
            {
                "name": each.name,
                "client_id": each.client_id,
                "gcid": each.gcid,
                "signed_in": await store.accounts.load_tokens(each.id) is not None,
                "signed_in_at": iso(each.signed_in_at_ms),
                "link": None,
            }
            for each in await store.accounts.accounts()
        ]
