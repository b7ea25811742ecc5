"""`bimmerhub open`: a link to the page that may change things, good once; and the browser, where there is one."""

import html
import os
import sys
import webbrowser
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from bimmerhub.cli.context import Options
from bimmerhub.cli.printing.output import is_terminal, print_json, print_text, say
from bimmerhub.cli.running import run
from bimmerhub.errors import ConfigError

if TYPE_CHECKING:
    from bimmerhub.hub.process.directory import RunningHub

FILE: Final = "open.html"
"""A page in the data directory that leads on to the link. A browser is given this, for what it is given on its command
line everybody on the machine can read."""


def add_to(app: typer.Typer) -> None:
    """Add the command."""
    app.command(name="open")(open_page)


def open_page(
    context: typer.Context,
    at: Annotated[
        str | None, typer.Option(help="Address of the hub as your browser reaches it, such as a proxy's.")
    ] = None,
    browser: Annotated[bool, typer.Option(help="Open it in a browser, where there is a screen.")] = True,  # noqa: FBT002 - typer
    json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,  # noqa: FBT002 - typer
) -> None:
    """Print a link to the hub's page that proves you are its owner; good once, and for an hour.

    It needs no password, and works when too many wrong ones were given.
    """
    from bimmerhub.cli.reads.hub_or_store import find_hub_or_store
    from bimmerhub.web.access.link_keys import page_link

    options: Options = context.obj
    source = find_hub_or_store(options)
    hub = source.hub
    if hub is None or not hub.goes_live:
        raise ConfigError(f"no hub runs on {source.settings.data_dir}", hint="Start it: bimmerhub run")
    address = (hub.address if at is None else at).rstrip("/")
    if not address.startswith(("http://", "https://")):
        raise typer.BadParameter("an address begins with https:// or http://")
    link = page_link(address, run(_make_key(hub)))
    if json:
        from bimmerhub.views.access import PageLinkAnswer

        print_json(PageLinkAnswer(link=link))
        return
    print_text(link)
    if browser and _has_screen() and _show(source.settings.data_dir, link):
        say("Opened in your browser. The link is good once, and for an hour.")
    else:
        say("Open it in your browser: it is good once, and for an hour.")


async def _make_key(hub: "RunningHub") -> str:
    from bimmerhub.cli.hub_access.hub_client import HubClient, Request
    from bimmerhub.views.access import PageKeyAnswer

    answer = await HubClient(hub).send(Request(method="POST", path="access/link"), PageKeyAnswer)
    return answer.key


def _has_screen() -> bool:
    is_graphic = sys.platform == "darwin" or bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))
    return is_graphic and is_terminal()


def _show(data_dir: Path, link: str) -> bool:
    """Open the link in a browser; return whether there is one."""
    from bimmerhub.files import replace_file

    path = data_dir.absolute() / FILE
    target = html.escape(link, quote=True)
    lead_on = f'<meta http-equiv="refresh" content="0;url={target}">'
    page = f'<!doctype html><meta charset="utf-8">{lead_on}<title>bimmerhub</title>'
    try:
        replace_file(path, page.encode())
        return webbrowser.open(path.as_uri())
    except (OSError, webbrowser.Error):
        return False
