"""`bimmerhub run`: the hub."""

from dataclasses import replace
from typing import TYPE_CHECKING, Annotated

import typer

from bimmerhub.cli.context import Options
from bimmerhub.cli.printing.output import say, say_lines, with_hint
from bimmerhub.cli.printing.page_words import who_may
from bimmerhub.cli.running import run_until_stopped
from bimmerhub.errors import StoreError

if TYPE_CHECKING:
    from bimmerhub.hub.config import HubConfig

_LOOK_FOR_ROOM_EVERY_S = 3.0


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

    run_until_stopped(lambda: _run(settings))


async def _run(settings: "HubConfig") -> None:
    """Run the hub for ever; as long as its disk cannot be written, one that only shows what is stored."""
    import asyncio

    from bimmerhub.hub.app import running
    from bimmerhub.hub.process.announcement import announced
    from bimmerhub.hub.process.garbage import collect_seldom
    from bimmerhub.hub.process.room import find_no_room

    def no_room() -> StoreError | None:
        return find_no_room(settings.data_dir, settings.database.parent) if settings.database.exists() else None

    reads_only: StoreError | None = None
    while True:
        try:
            async with running(settings, reads_only=None if reads_only is None else str(reads_only)) as hub:
                collect_seldom()
                say(f"bimmerhub is running: {hub.address}  (data: {settings.data_dir}; Ctrl-C stops)")
                say_lines(who_may(hub))
                if reads_only is None:
                    if not await hub.store.accounts.accounts():
                        say("No account is signed in yet: bimmerhub login --client-id ID")
                    with announced(settings.data_dir):
                        await asyncio.Event().wait()
                while await asyncio.to_thread(no_room) is not None:  # noqa: ASYNC110 - a disk has no event to wait for
                    await asyncio.sleep(_LOOK_FOR_ROOM_EVERY_S)
        except StoreError:
            if reads_only is not None or (reads_only := await asyncio.to_thread(no_room)) is None:
                raise
            say(with_hint(str(reads_only), reads_only.hint))
            say(
                "The hub shows what is stored. It receives nothing and renews no sign-in until the disk can be written."
            )
        else:
            reads_only = None
            say("The disk can be written again: the hub starts anew.")
