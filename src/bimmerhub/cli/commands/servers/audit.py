"""`bimmerhub audit`: who asked for what, from where, and what came of it."""

import sys
from typing import TYPE_CHECKING, Annotated

import typer

from bimmerhub.cli.output import local_time, print_json, print_table, say
from bimmerhub.ids import Vin, mask_vin

if TYPE_CHECKING:
    from bimmerhub.cli.reads.port import Reads
    from bimmerhub.views.audit import AuditAnswer, AuditPage


def add_to(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(audit)


def audit(
    context: typer.Context,
    limit: Annotated[int, typer.Option(min=1, help="So many at most, the newest.")] = 100,
    everything: Annotated[bool, typer.Option("--all", help="All of them.")] = False,  # noqa: FBT002 - typer
    json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,  # noqa: FBT002 - typer
) -> None:
    """List who asked for which command to a car, from where, and what came of it; newest first."""
    from bimmerhub.cli.reads.hub_or_store import read

    most = sys.maxsize if everything else limit
    page = read(context.obj, lambda reads: _load(reads, limit=most))
    if json:
        print_json(page)
        return
    print_table(
        ("at (local time)", "who", "from", "action", "car", "what"),
        [_cells(entry) for entry in page.items],
        empty="Nobody has asked for anything yet.",
    )
    if not page.is_complete:
        say(f"These are the newest {len(page.items):,}; --limit N shows more, --all shows all.")


async def _load(reads: "Reads", *, limit: int) -> "AuditPage":
    """Return the newest `limit` entries of as many pages as it takes, as one page."""
    import msgspec

    from bimmerhub.cli.reads import public
    from bimmerhub.views.audit import MOST_ENTRIES

    items: list[AuditAnswer] = []
    after: str | None = None
    while True:
        page = await reads.read(public.audit(limit=min(limit - len(items), MOST_ENTRIES), after=after))
        items += page.items
        after = page.next
        if after is None or len(items) >= limit:
            return msgspec.structs.replace(page, items=items)


def _cells(entry: "AuditAnswer") -> tuple[str, ...]:
    return (
        local_time(entry.at),
        entry.who,
        entry.from_where or "-",
        entry.action.replace("_", " "),
        "-" if entry.vin is None else mask_vin(Vin(entry.vin)),
        ", ".join(f"{name} {value}" for name, value in entry.body.items()) or "-",
    )
