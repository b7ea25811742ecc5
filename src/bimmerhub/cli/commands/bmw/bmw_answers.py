"""What the commands that show BMW's answers have in common: which car, and the list of what changed."""

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Annotated, Final, TypeVar

import typer

from bimmerhub.cli.context import Options
from bimmerhub.cli.printing.output import local_time, print_json, print_table, say, show_value

if TYPE_CHECKING:
    from bimmerhub.cli.reads.port import Read, Reads
    from bimmerhub.ids import Vin
    from bimmerhub.views.documents.changes import ChangesOf, DocumentChangeAnswer
    from bimmerhub.views.fields import NewestPage

T = TypeVar("T")

ONLY_CARDATA: Final = "Only BMW CarData tells this, and no account of CarData reads this car."

VinArgument = Annotated[str | None, typer.Argument(metavar="[VIN]", help="VIN or the end of it.", show_default=False)]
ChangesOption = Annotated[bool, typer.Option("--changes", help="List what changed since BMW was first asked.")]
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON.")]


def read_of_car(options: Options, vin: str | None, load: "Callable[[Reads, Vin], Awaitable[T]]") -> T:
    """Return what `load` reads of the car that the line means."""
    from bimmerhub.cli.reads.cars import find_vin
    from bimmerhub.cli.reads.hub_or_store import read

    async def find_and_load(reads: "Reads") -> T:
        return await load(reads, await find_vin(options, reads, vin))

    return read(options, find_and_load)


def read_document(options: Options, vin: str | None, document: "Callable[[Vin], Read[T]]") -> T:
    """Return a public read of the car that the line means."""
    return read_of_car(options, vin, lambda reads, car: reads.read(document(car)))


def print_changes(options: Options, vin: str | None, of: "ChangesOf", *, json: bool) -> None:
    """Print what changed from one answer to the next, newest first."""
    page = read_of_car(options, vin, lambda reads, car: _load_changes(reads, car, of))
    if json:
        print_json(page)
        return
    print_table(
        ("between (local time)", "and", "which", "what", "before", "after"),
        [_cells(change) for change in page.items],
        empty="Nothing changed since BMW was first asked.",
    )


def say_how_to_ask(fetched_at: str | None, what: str, vin: str | None = None) -> None:
    """Say of when it is (None: nothing is known), and how to ask BMW, with the car as the line named it."""
    when = "" if fetched_at is None else f"As of {local_time(fetched_at)}. "
    say(f"{when}To ask BMW now: bimmerhub fetch {what if vin is None else f'{vin} {what}'}")


def say_how_to_ask_cardata(options: Options, fetched_at: str | None, what: str, vin: str | None) -> None:
    """Say the same of what CarData alone tells; of a car that no account of CarData reads, say that."""
    if fetched_at is None and not is_read_by_cardata(options, vin):
        say(ONLY_CARDATA)
    else:
        say_how_to_ask(fetched_at, what, vin)


def is_read_by_cardata(options: Options, vin: str | None) -> bool:
    """Tell whether an account of CarData reads the car that the line means, or no account at all."""

    async def load(reads: "Reads", of: "Vin") -> bool:
        from bimmerhub.cli.reads import public

        families = {account.name: account.family for account in (await reads.read(public.accounts())).items}
        cars = (await reads.read(public.vehicles())).items
        seen_by = [seen.account for car in cars if car.vin == of for seen in car.accounts]
        return not seen_by or any(families.get(name, "cardata") == "cardata" for name in seen_by)

    return read_of_car(options, vin, load)


async def _load_changes(reads: "Reads", vin: "Vin", of: "ChangesOf") -> "NewestPage[DocumentChangeAnswer]":
    """Return all pages as one."""
    from bimmerhub.cli.reads import public_documents
    from bimmerhub.views.documents.changes import MOST_CHANGES
    from bimmerhub.views.fields import NewestPage

    items: list[DocumentChangeAnswer] = []
    after: str | None = None
    while True:
        page = await reads.read(public_documents.document_changes(vin, of, limit=MOST_CHANGES, after=after))
        items += page.items
        after = page.next
        if after is None:
            return NewestPage(items=items, next=None, is_complete=True)


def _cells(change: "DocumentChangeAnswer") -> tuple[str, ...]:
    return (
        local_time(change.before_at),
        local_time(change.after_at),
        change.key or "-",
        change.field or change.what,
        "-" if change.what != "changed" else show_value(change.before, None),
        "-" if change.what != "changed" else show_value(change.after, None),
    )
