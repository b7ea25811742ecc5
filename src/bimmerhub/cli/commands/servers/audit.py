"""`bimmerhub audit`: who asked for what, from where, and what came of it."""

import sys
from typing import TYPE_CHECKING, Annotated

import typer

from bimmerhub.cli.commanding import spell_state
from bimmerhub.cli.printing.output import local_time, print_json, print_table, say
from bimmerhub.ids import Vin, mask_vin

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bimmerhub.cli.reads.port import Reads
    from bimmerhub.domain.command import Detail
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
    """List who did what, from where, and what came of it; newest first.

    Commands to cars, calls of BMW's interface, and what people do with the hub and what it stores.
    """
    from bimmerhub.cli.reads.hub_or_store import read

    most = sys.maxsize if everything else limit
    page = read(context.obj, lambda reads: _load(reads, limit=most))
    if json:
        print_json(page)
        return
    print_table(
        ("at (local time)", "who", "from", "action", "car", "what"),
        [_cells(entry) for entry in page.items],
        empty="Nobody has done anything yet.",
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
        _what(entry.body),
    )


def _what(body: "Mapping[str, Detail]") -> str:
    """Return what an entry says as a person reads it: what was asked for, its details, its end, and at last why."""
    kind = [str(body["kind"])] if "kind" in body else []
    if "command" in body:
        kind = [f"{kind[0]} (command {body['command']})"]
    details = [
        f"{name.replace('_', ' ')} {_word(value)}"
        for name, value in body.items()
        if name not in {"kind", "command", "state", "outcome", "reason"}
    ]
    state = [spell_state(str(body["state"]))] if "state" in body else []
    state += [str(body["outcome"])] if "outcome" in body else []
    text = ", ".join([*kind, *details, *state])
    return ": ".join(part for part in (text, str(body.get("reason", ""))) if part) or "-"


def _word(value: "Detail") -> str:
    return ("yes" if value else "no") if isinstance(value, bool) else str(value)
