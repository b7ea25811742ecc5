"""`bimmerhub run`: the hub."""

from dataclasses import replace
from typing import Annotated

import typer

from bimmerhub.cli.context import Options
from bimmerhub.cli.output import say, say_lines
from bimmerhub.cli.page_words import who_may
from bimmerhub.cli.running import run_until_stopped


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
        import asyncio

        from bimmerhub.hub.app import running
        from bimmerhub.hub.process.announcement import announced
        from bimmerhub.hub.process.garbage import collect_seldom

        async with running(settings) as hub:
            collect_seldom()
            say(f"bimmerhub is running: {hub.address}  (data: {settings.data_dir}; Ctrl-C stops)")
            say_lines(who_may(hub))
            if not await hub.store.accounts.accounts():
                say("No account is signed in yet: bimmerhub login --client-id ID")
            with announced(settings.data_dir):
                await asyncio.Event().wait()

    run_until_stopped(work)
