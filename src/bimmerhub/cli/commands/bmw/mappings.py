"""`bimmerhub mappings`: which cars are mapped to which account, how, and since when."""

from typing import TYPE_CHECKING

import typer

from bimmerhub.cli.commands.bmw.bmw_answers import JsonOption, say_how_to_ask
from bimmerhub.cli.context import Options
from bimmerhub.cli.printing.output import local_time, print_json, print_table

if TYPE_CHECKING:
    from bimmerhub.cli.reads.port import Reads
    from bimmerhub.views.documents.mappings import MappingAnswer
    from bimmerhub.views.fields import Page


def add_to(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(mappings)


def mappings(
    context: typer.Context,
    json: JsonOption = False,  # noqa: FBT002 - typer
) -> None:
    """List how each vehicle is mapped to each account, and since when.

    BMW gives data to the PRIMARY user only. `bimmerhub fetch mappings` asks BMW now. With --account only that
    account's.
    """
    from bimmerhub.cli.reads.hub_or_store import read

    page = read(context.obj, lambda reads: load_mappings(context.obj, reads))
    if json:
        print_json(page)
        return
    print_mappings(page)
    say_how_to_ask(max((mapping.fetched_at for mapping in page.items), default=None), _how_to_ask(context.obj, page))


async def load_mappings(options: Options, reads: "Reads") -> "Page[MappingAnswer]":
    """Return the mappings of --account, else all."""
    from bimmerhub.cli.reads import public, public_documents
    from bimmerhub.views.fields import Page

    page = await reads.read(public_documents.mappings())
    if options.account is None:
        return page
    name = options.only_account([account.name for account in (await reads.read(public.accounts())).items])
    return Page(items=[mapping for mapping in page.items if mapping.account == name], next=None)


def print_mappings(page: "Page[MappingAnswer]") -> None:
    """Print one line a car and account; until when, only where one has ended."""
    shown = 5 if any(mapping.unmapped_at for mapping in page.items) else 4
    print_table(
        ("VIN", "account", "mapping", "since (local time)", "until")[:shown],
        [_cells(mapping)[:shown] for mapping in page.items],
        empty="CarData has told of no car. All cars: bimmerhub vehicles",
    )


def _cells(mapping: "MappingAnswer") -> tuple[str, ...]:
    times = local_time(mapping.mapped_since), local_time(mapping.unmapped_at)
    return mapping.vin, mapping.account or "-", mapping.type or "-", *times


def _how_to_ask(options: Options, page: "Page[MappingAnswer]") -> str:
    """Return the words of `fetch`; with several accounts it has to be told which one."""
    several = len({mapping.account for mapping in page.items}) > 1
    account = options.account or ("NAME" if several else None)
    return "mappings" if account is None else f"mappings --account {account}"
