"""`bimmerhub login`: BMW's device sign-in, with a link, a code and a QR code."""

import asyncio
import io
from typing import Annotated, Any

import segno
import typer

from bimmerhub.cli.context import Options
from bimmerhub.cli.live import reach_hub
from bimmerhub.cli.output import err, print_json
from bimmerhub.cli.reading import open_for_reading
from bimmerhub.cli.running import run
from bimmerhub.errors import BmwRefused, StoreError
from bimmerhub.hub.process.directory import find_hub

LOOK_AGAIN_S = 0.5


def add_to(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(login)


def login(
    context: typer.Context,
    client_id: Annotated[
        str | None, typer.Option(help="The CarData client id from BMW's portal; needed once.", show_default=False)
    ] = None,
    json: Annotated[bool, typer.Option("--json", help="Print JSON when done.")] = False,  # noqa: FBT002 - typer
) -> None:
    """Sign in at BMW: shows a link and a code, and waits until you have approved."""
    done = run(_sign_in(context.obj, client_id))
    if json:
        print_json(done)
        return
    err.print(f"Signed in. The account is called {done['account']!r}.")
    if find_hub(context.obj.settings().data_dir) is None:
        err.print("Next: start the hub with bimmerhub run (or make run).")


async def _sign_in(options: Options, client_id: str | None) -> dict[str, Any]:
    name = options.account_name(await _known_accounts(options))
    async with reach_hub(options, goes_live=False) as client:
        path = f"accounts/{name}/sign-in"
        state = await client.send("POST", path, {"client_id": client_id})
        _show_code(state)
        while state["status"] == "pending":
            await asyncio.sleep(LOOK_AGAIN_S)
            state = await client.fetch(path)
        if state["status"] == "failed":
            raise BmwRefused(state["message"], code=None, hint=state["hint"])
        return {"account": name, "status": state["status"]}


async def _known_accounts(options: Options) -> list[str]:
    names = set(options.settings().accounts)
    try:
        async with open_for_reading(options) as store:
            names |= {account.name for account in await store.accounts.accounts()}
    except StoreError:
        return sorted(names)
    return sorted(names)


def _show_code(state: dict[str, Any]) -> None:
    link = state["verification_uri_complete"]
    if err.is_terminal:
        drawing = io.StringIO()
        segno.make(link, error="l").terminal(drawing, compact=True)
        err.file.write(drawing.getvalue())
    err.print(f"Open this link on any device, sign in at BMW and approve:\n\n  {link}\n", markup=False, soft_wrap=True)
    err.print(f"The code is {state['user_code']} (upper and lower case count). Waiting …", markup=False)
    err.print(
        "If BMW's page gets stuck: a private window without an ad blocker helps. Approve there, not in the portal."
    )
