"""`bimmerhub catalogue [WORDS]`: what BMW can send."""

from typing import Annotated

import typer

from bimmerhub.cli.output import print_json, print_table
from bimmerhub.cli.running import run


def add_to(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(catalogue)


def catalogue(
    words: Annotated[
        list[str] | None, typer.Argument(help="Only what has all these words in its key or title.")
    ] = None,
    json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,  # noqa: FBT002 - typer
) -> None:
    """List BMW's descriptors: key, title, unit, and whether they come by stream."""
    from bimmerhub.cli.reads.public import load_catalogue

    page = run(load_catalogue(" ".join(words or ())))
    if json:
        print_json(page)
        return
    print_table(
        ("descriptor", "title", "unit", "by"),
        [
            (entry.descriptor, entry.title, entry.unit or "", "stream" if entry.streamable else "REST only")
            for entry in page.items
        ],
    )
