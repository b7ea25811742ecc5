"""`bimmerhub damage`: whether the database is sound, and what became of its damages."""

from typing import TYPE_CHECKING, Annotated, Final

import typer

from bimmerhub.cli.printing.output import ask, local_time, print_json, print_table, print_text, say
from bimmerhub.cli.running import run
from bimmerhub.ids import Vin, mask_vin

if TYPE_CHECKING:
    from bimmerhub.cli.context import Options
    from bimmerhub.hub.config import HubConfig
    from bimmerhub.views.stored.damages import DamageAnswer, LostAnswer, SetAsideAnswer, SoundnessAnswer

CHECK_WITHIN_S: Final = 3_600.0
_TABLES: Final = {"points": "readings", "journal": "raw messages", "quarantine": "refused items"}
_JSON = typer.Option("--json", help="Print JSON.")


def add_to(app: typer.Typer) -> None:
    """Add the commands."""
    damage = typer.Typer(no_args_is_help=True, help="Whether the database is sound, and what became of its damages.")
    damage.command(name="show")(show)
    damage.command(name="check")(check)
    damage.command(name="acknowledge")(acknowledge)
    damage.command(name="clear")(clear)
    app.add_typer(damage, name="damage")


def show(context: typer.Context, json: Annotated[bool, _JSON] = False) -> None:  # noqa: FBT002 - typer
    """Show what the newest check found, and of every damage what was saved, what is lost and where the old file is."""
    from bimmerhub.cli.reads import public
    from bimmerhub.cli.reads.hub_or_store import read

    _print(read(context.obj, lambda reads: reads.read(public.soundness())), as_json=json)


def check(context: typer.Context, json: Annotated[bool, _JSON] = False) -> None:  # noqa: FBT002 - typer
    """Check all of the database now; a damaged one is set aside, and its readable rows are saved."""
    _print(run(_send(context.obj, "check")), as_json=json)


def acknowledge(context: typer.Context, json: Annotated[bool, _JSON] = False) -> None:  # noqa: FBT002 - typer
    """Take note of all damages, so that the hub does not tell of them any more; the files set aside stay."""
    answer = run(_send(context.obj, "acknowledgement"))
    if json:
        print_json(answer)
    else:
        say("Noted. What was set aside stays until you remove it: bimmerhub damage clear")


def clear(
    context: typer.Context,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,  # noqa: FBT002 - typer
) -> None:
    """Remove the files that were set aside, for good; this works where the database does not open either."""
    from bimmerhub.cli.hub_access.opening import clear_set_aside, load_set_aside

    settings = context.obj.settings()
    copies = load_set_aside(settings.database.resolve())
    for copy in copies:
        print_text(f"{copy.file}: {copy.size_bytes / 1_000_000:,.1f} MB")
    if not copies:
        say("Nothing was set aside.")
        return
    if not yes and not ask("Remove them for good?"):
        raise typer.Abort
    if not run(_has_hub_cleared(settings)):
        clear_set_aside(settings)
    say("Removed.")


async def _has_hub_cleared(settings: "HubConfig") -> bool:
    """Have the running hub do it, so that it notes who wanted it; False when none is running."""
    from bimmerhub.cli.hub_access.hub_client import HubClient, Request
    from bimmerhub.hub.process.directory import find_hub
    from bimmerhub.views.stored.damages import SoundnessAnswer

    hub = find_hub(settings.data_dir)
    if hub is None:
        return False
    await HubClient(hub).send(Request(method="POST", path="database/clearing"), SoundnessAnswer)
    return True


async def _send(options: "Options", what: str) -> "SoundnessAnswer":
    from bimmerhub.cli.hub_access.hub_client import Request
    from bimmerhub.cli.hub_access.reach_hub import reach_hub
    from bimmerhub.views.stored.damages import SoundnessAnswer

    async with reach_hub(options.settings(), goes_live=False) as client:
        request = Request(method="POST", path=f"database/{what}")
        return await client.send(request, SoundnessAnswer, within_s=CHECK_WITHIN_S)


def _print(answer: "SoundnessAnswer", *, as_json: bool) -> None:
    if as_json:
        print_json(answer)
        return
    if answer.saved_percent is not None:
        print_text(f"What is readable of the damaged database is being saved: {answer.saved_percent} %.")
    if answer.failure is not None:
        print_text(f"The database is damaged and still in use: {answer.failure}")
    elif answer.problems:
        print_text(f"The newest check found: {answer.problems[0]}")
    elif answer.checked_at is not None:
        print_text(f"The database is sound; checked at {local_time(answer.checked_at)}.")
    for words in answer.recounted:
        print_text(f"Counted again, which is no damage: {words}.")
    for damage in answer.damages:
        _print_damage(damage)
    if not answer.damages:
        print_text("No damage was ever found.")
    if answer.set_aside:
        size_mb = sum(copy.size_bytes for copy in answer.set_aside) / 1_000_000
        print_text("")
        print_text(f"What was set aside takes {size_mb:,.1f} MB. Remove it: bimmerhub damage clear")
        print_table(("set aside", "file", "MB"), [_cells_of(copy) for copy in answer.set_aside], numbers=("MB",))


def _print_damage(damage: "DamageAnswer") -> None:
    noted = "" if damage.acknowledged_at is None else ", acknowledged"
    what = "Put back" if damage.is_displaced else "Damage of"
    print_text("")
    print_text(f"{what} {local_time(damage.found_at)}{noted}: {damage.problem}")
    print_text(f"The {'other' if damage.is_displaced else 'damaged'} file: {damage.set_aside}")
    rows = ", ".join(f"{count:,} {_TABLES.get(table, table)}" for table, count in damage.saved.items())
    print_text(f"Saved: {rows or 'nothing'}")
    print_table(
        ("lost", "how many", "car", "from (local time)", "to"),
        [_cells(lost) for lost in damage.lost],
        empty="Lost: nothing that is known.",
    )
    if damage.is_overwritten:
        print_text(
            "Another program wrote over the file while it was in use: sign-ins, the password, API tokens and the audit "
            "may be as old as what that wrote."
        )


def _cells_of(copy: "SetAsideAnswer") -> tuple[str, ...]:
    return (local_time(copy.set_aside_at), copy.file, f"{copy.size_bytes / 1_000_000:,.1f}")


def _cells(lost: "LostAnswer") -> tuple[str, ...]:
    return (
        _TABLES.get(lost.table, lost.table),
        "not known" if lost.rows is None else f"{lost.rows:,}",
        "-" if lost.vin is None else mask_vin(Vin(lost.vin)),
        "-" if lost.from_ is None else local_time(lost.from_),
        "-" if lost.to is None else local_time(lost.to),
    )
