"""`bimmerhub backups`: the backups that the hub makes by itself."""

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Annotated

import typer

from bimmerhub.cli.context import Options
from bimmerhub.cli.printing.output import local_time, print_json, print_table, print_text, say
from bimmerhub.cli.reporting.backups_of_others import say_others_backups
from bimmerhub.cli.running import run
from bimmerhub.errors import StoreError

if TYPE_CHECKING:
    from bimmerhub.cli.hub_access.hub_client import HubClient
    from bimmerhub.views.stored.backups import BackupPlaceAnswer, BackupsAnswer

_LOOK_EVERY_S = 0.5

HELP = """\
The backups that the hub makes by itself.

`[backup] directory` in the settings names where; `bimmerhub backup FILE` writes one to any other place."""

Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]


def add_to(app: typer.Typer) -> None:
    """Add the commands."""
    backups = typer.Typer(name="backups", help=HELP, no_args_is_help=True)
    backups.command("list")(list_backups)
    backups.command("make")(make_backup)
    app.add_typer(backups)


def list_backups(context: typer.Context, json: Json = False) -> None:  # noqa: FBT002 - typer
    """List the backups that are there, whether they can be restored, and when the next is due.

    Those of another data directory in the same place are named, and not tried.
    """
    try:
        _show(run(_with_hub(context.obj, _fetch)), json=json)
    finally:  # a directory without any data is just what they are looked for in
        say_others_backups(context.obj.settings())


def make_backup(context: typer.Context, json: Json = False) -> None:  # noqa: FBT002 - typer
    """Have the hub make a backup now, bring it to the second place, and try to restore both.

    Ends with 1 when that failed in a place.
    """
    answer = run(_with_hub(context.obj, _make))
    _show(answer, json=json)
    failures = [f"{place.where}: {place.failure}" for place in answer.places if place.failure is not None]
    if failures:
        raise StoreError("; ".join(failures), hint="What is there is in the list above.")


async def _with_hub(options: Options, work: "Callable[[HubClient], Awaitable[BackupsAnswer]]") -> "BackupsAnswer":
    from bimmerhub.cli.hub_access.reach_hub import reach_hub
    from bimmerhub.cli.reads.hub_or_store import naming_demo, require_data

    settings = options.settings()
    with naming_demo(options):
        require_data(settings)
    async with reach_hub(settings, goes_live=False) as client:
        return await work(client)


async def _fetch(client: "HubClient") -> "BackupsAnswer":
    from bimmerhub.views.stored.backups import BackupsAnswer

    return await client.fetch("backups", BackupsAnswer)


async def _make(client: "HubClient") -> "BackupsAnswer":
    """Ask for a backup, and return how they stand once it has been made."""
    import asyncio

    from bimmerhub.cli.hub_access.hub_client import Request
    from bimmerhub.views.stored.backups import BackupsAnswer

    answer = await client.send(Request(method="POST", path="backups"), BackupsAnswer)
    while answer.is_under_way:
        await asyncio.sleep(_LOOK_EVERY_S)
        answer = await _fetch(client)
    return answer


def _show(answer: "BackupsAnswer", *, json: bool) -> None:
    if json:
        print_json(answer)
        return
    print_table(
        ("made (local time)", "place", "bytes", "encrypted", "restored on trial", "name"),
        [
            (
                f"{local_time(backup.made_at)}{', some clock was wrong' if backup.is_misdated else ''}",
                backup.place,
                f"{backup.size_bytes:,}",
                "yes" if backup.is_encrypted else "no",
                _spell_trial(backup.tested_at, is_good=backup.is_good),
                backup.name,
            )
            for backup in answer.items
        ],
        numbers=("bytes",),
        empty="The hub has made no backup yet.",
    )
    for place in answer.places:
        print_text(f"{place.place} place, {place.where}: {_spell_place(place)}")
    if answer.next_at is not None:
        say(f"The next is due {local_time(answer.next_at)}, then one every {answer.every_h:g} h.")
    elif not answer.places:
        say("None are scheduled: [backup] directory in the settings names where.")


def _spell_trial(tested_at: str | None, *, is_good: bool | None) -> str:
    if is_good is None:
        return "not yet"
    return f"{'good' if is_good else 'FAILED'}, {local_time(tested_at)}"


def _spell_place(place: "BackupPlaceAnswer") -> str:
    newest = "no good one yet" if place.newest_good_at is None else f"newest good {local_time(place.newest_good_at)}"
    disk = "; on the disk of the database" if place.is_same_disk else ""
    more = f"; keeps all, {place.undeleted} more than the settings do" if place.undeleted else ""
    misdated = f"; {place.misdated} with a date that cannot be right, kept apart" if place.misdated else ""
    failure = "" if place.failure is None else f"; failed {place.failures} times, last: {place.failure}"
    return f"{newest}{disk}{more}{misdated}{failure}"
