"""`bimmerhub catalogue [WORDS]`: what BMW can send."""

from typing import Annotated

import typer

from bimmerhub.cli.output import print_items, print_table
from bimmerhub.domain.catalogue.descriptors import load_catalogue


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
    entries = load_catalogue().search(" ".join(words or ()))
    if json:
        print_items(
            [
                {
                    "descriptor": each.key,
                    "title": each.title,
                    "category": each.category,
                    "datatype": each.datatype,
                    "unit": each.unit,
                    "values": list(each.values),
                    "streamable": each.streamable,
                    "drivetrains": list(each.drivetrains),
                }
                for each in entries
            ]
        )
        return
    print_table(
        ("descriptor", "title", "unit", "by"),
        [(each.key, each.title, each.unit or "", "stream" if each.streamable else "REST only") for each in entries],
    )
