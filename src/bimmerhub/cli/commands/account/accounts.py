"""`bimmerhub accounts` and `bimmerhub logout`."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from bimmerhub.cli.context import Options
from bimmerhub.cli.printing.link_words import spell_link
from bimmerhub.cli.printing.output import local_time, print_json, print_table, say, with_hint
from bimmerhub.cli.running import run

if TYPE_CHECKING:
    from bimmerhub.views.account.accounts import AccountAnswer


def add_to(app: typer.Typer) -> None:
    """Add the commands."""
    app.command()(accounts)
    app.command()(logout)


def accounts(
    context: typer.Context,
    json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,  # noqa: FBT002 - typer
) -> None:
    """List the accounts, whether they are signed in, which of BMW's services they have, and what their link does.

    An account of CarData is known by the end of its GCID, BMW's id; one of an older family by the name at BMW. Where
    it was signed in is where it is asked.
    With --account that one only.
    """
    from bimmerhub.cli.reads import public
    from bimmerhub.cli.reads.hub_or_store import read
    from bimmerhub.views.fields import Page

    options: Options = context.obj
    page = read(options, lambda reads: reads.read(public.accounts()))
    if options.account is not None:
        only = options.only_account([account.name for account in page.items])
        page = Page(items=[account for account in page.items if account.name == only], next=None)
    if json:
        print_json(page)
        return
    print_table(
        ("account", _who_heading(page.items), "signed in", "since (local time)", "services", "link"),
        [
            (
                account.name,
                f"…{account.gcid[-4:]}" if account.gcid else account.username or "",
                _sign_in_words(account),
                local_time(account.signed_in_at if account.signed_in else None),
                _way_words(account),
                _link_words(context.obj, account),
            )
            for account in page.items
        ],
        empty="No account is known yet: bimmerhub login --client-id ID",
    )
    for account in page.items:
        if account.link is not None and account.link.hint is not None:
            say(with_hint(spell_link(account.link), account.link.hint))


def _who_heading(accounts: "Sequence[AccountAnswer]") -> str:
    """Return what tells the accounts apart at BMW: by family an id or a name."""
    is_cardata = {account.family == "cardata" for account in accounts}
    return "name at BMW" if is_cardata == {False} else "GCID or name" if False in is_cardata else "GCID"


def _sign_in_words(account: "AccountAnswer") -> str:
    """Return whether it is signed in; "ended" where tokens are stored that are good for nothing any more."""
    if account.signed_in and account.link is not None and account.link.state == "signed_out":
        return "ended"
    if account.signed_in:
        return "yes" if account.server in (None, "BMW") else f"yes, at {account.server}"
    return "not needed (relay)" if account.relayed else "no"


def _way_words(account: "AccountAnswer") -> str:
    """Return the services of CarData that a signed-in account has, else the family that it is read by."""
    if account.family != "cardata":
        return account.family
    return " + ".join(account.services) if account.signed_in else ""


def _link_words(options: Options, account: "AccountAnswer") -> str:
    from bimmerhub.hub.process.directory import find_hub

    if account.link is not None:
        return account.link.state
    return "no hub runs" if find_hub(options.settings().data_dir) is None else "not connected"


def logout(context: typer.Context) -> None:
    """Forget an account's tokens; its history stays, and so does the client in BMW's portal."""
    say(f"Signed out: {run(_sign_out(context.obj))}.")


async def _sign_out(options: Options) -> str:
    from bimmerhub.cli.hub_access.hub_client import Request
    from bimmerhub.cli.hub_access.reach_hub import reach_hub
    from bimmerhub.cli.reads.account_names import load_account_names
    from bimmerhub.cli.reads.hub_or_store import naming_demo
    from bimmerhub.views.account.accounts import SignedOut

    settings = options.settings()
    with naming_demo(options):
        name = options.known_account(await load_account_names(settings))
    async with reach_hub(settings, goes_live=False) as client:
        signed_out = await client.send(Request(method="DELETE", path=f"accounts/{name}/tokens"), SignedOut)
        return signed_out.account
