"""`bimmerhub retention`: how long readings are kept, what is too old, and what went."""

from typing import TYPE_CHECKING, Annotated, Final

import typer

from bimmerhub.cli.printing.output import ask, local_time, print_json, print_table, print_text, say
from bimmerhub.cli.running import run
from bimmerhub.errors import ConfigError
from bimmerhub.ids import Vin, mask_vin

if TYPE_CHECKING:
    from bimmerhub.cli.context import Options
    from bimmerhub.views.stored.retention import OldReadingsAnswer, RetentionAnswer

APPLIED_WITHIN_S: Final = 3_600.0
_JSON = typer.Option("--json", help="Print JSON.")


def add_to(app: typer.Typer) -> None:
    """Add the commands."""
    retention = typer.Typer(no_args_is_help=True, help="How long readings are kept: for ever, unless you limit it.")
    retention.command(name="show")(show)
    retention.command(name="apply")(apply)
    app.add_typer(retention, name="retention")


def show(
    context: typer.Context,
    positions_days: Annotated[float | None, typer.Option(min=1, help="As if this were set.")] = None,
    readings_days: Annotated[float | None, typer.Option(min=1, help="As if this were set.")] = None,
    json: Annotated[bool, _JSON] = False,  # noqa: FBT002 - typer
) -> None:
    """Show what is older than the settings allow, or than you name here, and what was dropped; nothing changes."""
    from bimmerhub.cli.reads import public
    from bimmerhub.cli.reads.hub_or_store import read
    from bimmerhub.domain.retention import AgeLimits
    from bimmerhub.views.stored.retention import asked_limits

    asked = asked_limits(positions_days, readings_days)
    settings = context.obj.settings().store
    own = AgeLimits(positions_days=settings.positions_days, readings_days=settings.readings_days)
    answer = read(context.obj, lambda reads: reads.read(public.retention(asked, own)))
    if json:
        print_json(answer)
        return
    _print_limits(answer)
    _print_old(answer, "too old" if asked is None else "would go")
    _print_dropped(answer)


def apply(
    context: typer.Context,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,  # noqa: FBT002 - typer
    json: Annotated[bool, _JSON] = False,  # noqa: FBT002 - typer
) -> None:
    """Drop what is older than the settings allow, now and for good; the hub does it once a day."""
    store = context.obj.settings().store
    if store.positions_days is None and store.readings_days is None:
        raise ConfigError(
            "nothing is limited, so nothing was dropped",
            hint="Set positions_days or readings_days in the table [store] of config.toml.",
        )
    if not yes and not ask("Drop it for good?"):
        raise typer.Abort
    answer = run(_apply(context.obj))
    if json:
        print_json(answer)
    else:
        _print_old(answer, "dropped now")


async def _apply(options: "Options") -> "RetentionAnswer":
    from bimmerhub.cli.hub_access.hub_client import Request
    from bimmerhub.cli.hub_access.reach_hub import reach_hub
    from bimmerhub.views.stored.retention import RetentionAnswer

    async with reach_hub(options.settings(), goes_live=False) as client:
        request = Request(method="POST", path="retention/apply")
        return await client.send(request, RetentionAnswer, within_s=APPLIED_WITHIN_S)


def _print_limits(answer: "RetentionAnswer") -> None:
    for what, days in (("Positions", answer.positions_days), ("All other readings", answer.readings_days)):
        print_text(f"{what} are kept {'for ever' if days is None else f'for {days:g} days'}.")
    if answer.positions_days is not None or answer.readings_days is not None:
        print_text(
            "Days, trips and charging sessions made of them stay, with their places, and so do places you named."
        )
    if answer.due_at is not None:
        print_text(f"What is older goes at {local_time(answer.due_at)}, or at once: bimmerhub retention apply")


def _print_old(answer: "RetentionAnswer", heading: str) -> None:
    print_table(
        ("car", heading, "readings", "set apart", "from (local time)", "to"),
        [_cells(item) for item in answer.old],
        empty="Nothing is too old.",
    )


def _print_dropped(answer: "RetentionAnswer") -> None:
    for item in answer.dropped:
        say(
            f"Dropped so far of {mask_vin(Vin(item.vin))}: {item.readings:,} {item.kind} from before"
            f" {local_time(item.kept_from)}, {item.set_apart:,} set apart; {item.late:,} that came later"
        )


def _cells(item: "OldReadingsAnswer") -> tuple[str, ...]:
    return (
        mask_vin(Vin(item.vin)),
        item.kind,
        f"{item.readings:,}",
        f"{item.set_apart:,}",
        "-" if item.from_ is None else local_time(item.from_),
        "-" if item.to is None else local_time(item.to),
    )
