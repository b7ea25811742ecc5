"""`bimmerhub retry`: cut a wait for BMW short."""

from dataclasses import replace
from typing import TYPE_CHECKING, Annotated

import typer

from bimmerhub.cli.context import Options
from bimmerhub.cli.printing.link_words import spell_link
from bimmerhub.cli.printing.output import print_json, print_text, say, with_hint
from bimmerhub.cli.running import run
from bimmerhub.errors import ConfigError, SignInRequired

if TYPE_CHECKING:
    from bimmerhub.cli.hub_access.hub_client import HubClient
    from bimmerhub.views.account.links import LinkAnswer

LOOK_AGAIN_S = 0.25
JUDGED_WITHIN_S = 10.0
"""A connection that takes longer is printed as connecting."""


def add_to(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(retry)


def retry(
    context: typer.Context,
    account: Annotated[
        str | None, typer.Argument(help="Account to try again; all of them without it.", show_default=False)
    ] = None,
    json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,  # noqa: FBT002 - typer
) -> None:
    """Connect to BMW at once instead of waiting for the next try; print what came of it.

    An account that is connected stays so, and one that polls keeps its pace. One that BMW signed out is asked
    about once more.
    """
    from bimmerhub.views.fields import Page

    links = run(_retry(context.obj, account))
    if json:
        print_json(Page(items=links, next=None))
        return
    for link in links:
        print_text(spell_link(link) + (f". {link.hint}" if link.hint else ""))


async def _retry(options: Options, account: str | None) -> "list[LinkAnswer]":
    from bimmerhub.cli.hub_access.hub_client import HubClient, Request
    from bimmerhub.cli.reads.account_names import load_account_names
    from bimmerhub.hub.process.directory import find_hub
    from bimmerhub.views.account.links import LinkAnswer

    settings = options.settings()
    hub = find_hub(settings.data_dir)
    if hub is None:
        raise ConfigError("no hub runs here, so nothing waits for BMW", hint="Start it: bimmerhub run")
    account_names = await load_account_names(settings)
    wanted = replace(options, account=account or options.account).only_account(account_names)
    client = HubClient(hub)
    names = [wanted] if wanted is not None else account_names
    if not names:
        raise ConfigError("no account is known here yet", hint="Sign in first: bimmerhub login --client-id ID")
    links: list[LinkAnswer] = []
    for name in names:
        try:
            links.append(await client.send(Request(method="POST", path=f"accounts/{name}/retry"), LinkAnswer))
        except SignInRequired as error:
            if len(names) == 1:
                raise
            say(with_hint(str(error), error.hint))  # the others are still to be tried
    return await _judged(client, links)


async def _judged(client: "HubClient", links: "list[LinkAnswer]") -> "list[LinkAnswer]":
    """Return the links as they are once none is connecting any more, or JUDGED_WITHIN_S later."""
    import asyncio

    from bimmerhub.views.account.accounts import AccountAnswer
    from bimmerhub.views.fields import Page

    for _ in range(round(JUDGED_WITHIN_S / LOOK_AGAIN_S)):
        if all(link.state != "connecting" for link in links):
            break
        await asyncio.sleep(LOOK_AGAIN_S)
        accounts = (await client.fetch("accounts", Page[AccountAnswer])).items
        newest = {account.name: account.link for account in accounts if account.link is not None}
        links = [newest.get(link.account, link) if link.state == "connecting" else link for link in links]
    return links
