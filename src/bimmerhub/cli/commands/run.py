"""`bimmerhub run`: the hub."""

import asyncio
from dataclasses import replace
from typing import Annotated

import typer

from bimmerhub.cli.context import Options
from bimmerhub.cli.output import err
from bimmerhub.cli.running import run_until_stopped
from bimmerhub.hub.app import running


def add_to(app: typer.Typer) -> None:
    """Add the command."""
    app.command(name="run")(run_hub)


def run_hub(
    context: typer.Context,
    host: Annotated[str | None, typer.Option(help="Address to listen on.", show_default=False)] = None,
    port: Annotated[
        int | None, typer.Option(min=0, max=65535, help="Port; 0 takes a free one.", show_default=False)
    ] = None,
) -> None:
    """Run the hub until Ctrl-C: hold the stream, store everything, serve the page and the API."""
    options: Options = context.obj
    settings = options.settings()
    listen = settings.hub
    listen = listen if host is None else replace(listen, host=host)
    listen = listen if port is None else replace(listen, port=port)
    settings = replace(settings, hub=listen)

    async def work() -> None:
        async with running(settings) as hub:
            err.print(f"bimmerhub is running: {hub.address}  (data: {settings.data_dir}; Ctrl-C stops)", markup=False)
            if not await hub.store.accounts.accounts():
                err.print("No account is signed in yet: bimmerhub login --client-id ID")
            await asyncio.Event().wait()

    run_until_stopped(work)
