"""`bimmerhub catalogue [WORDS]`: what BMW can send."""

from typing import TYPE_CHECKING, Annotated, Any, Final, Literal

import typer
from typer.core import TyperGroup
from typing_extensions import override

from bimmerhub.cli.context import Options
from bimmerhub.cli.printing.output import print_json, print_table, say
from bimmerhub.cli.running import run
from bimmerhub.domain.catalogue.descriptors import Category, Endpoint, Language

if TYPE_CHECKING:
    from bimmerhub.domain.catalogue.search import CatalogueFilter
    from bimmerhub.views.cars.catalogue import CatalogueAnswer
    from bimmerhub.views.cars.catalogue_check import CatalogueCheckAnswer
    from bimmerhub.views.fields import Page

HELP: Final = """\
List BMW's descriptors, and check them against the list that BMW publishes.

`bimmerhub catalogue soc` searches: the word `search` may be left out, unless the first word to look for is itself a
command's name."""


class _SearchUnlessNamed(TyperGroup):
    """A group whose line is a search when it does not begin with one of its commands."""

    @override
    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        is_named = bool(args) and (args[0] in self.commands or args[0] == "--help")
        return super().parse_args(ctx, args if is_named else ["search", *args])


def add_to(app: typer.Typer) -> None:
    """Add the commands."""
    catalogue = typer.Typer(cls=_SearchUnlessNamed, help=HELP)
    catalogue.command()(search)
    catalogue.command()(models)
    catalogue.command()(check)
    app.add_typer(catalogue, name="catalogue")


def search(  # noqa: PLR0917 - typer fills these by name
    context: typer.Context,
    words: Annotated[
        list[str] | None, typer.Argument(help="Only what has all these words in its key or titles.")
    ] = None,
    streamable: Annotated[
        bool | None, typer.Option("--streamable/--rest-only", help="Only what comes by stream, or only what does not.")
    ] = None,
    category: Annotated[Category | None, typer.Option(help="BMW's own grouping.", show_default=False)] = None,
    drivetrain: Annotated[
        Literal["BEV", "ICE", "CONV", "MHEV", "PHEV"] | None,
        typer.Option(help="Only what BMW lists for it; ICE and CONV are the same.", show_default=False),
    ] = None,
    endpoint: Annotated[
        Endpoint | None, typer.Option(help="BMW's REST resource with the value.", show_default=False)
    ] = None,
    language: Annotated[Language, typer.Option(help="Language of the titles.")] = "en",
    json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,  # noqa: FBT002 - typer
) -> None:
    """List BMW's descriptors, the best match first: key, title, unit, and whether they come by stream.

    Words are looked for in keys and in English and German titles. Common names work too: soc, mileage, gps.
    """
    from bimmerhub.domain.catalogue.search import CatalogueFilter

    listed = "ICE" if drivetrain == "CONV" else drivetrain
    wanted = CatalogueFilter(is_streamable=streamable, category=category, drivetrain=listed, endpoint=endpoint)
    page = run(_load(context.obj, " ".join(words or ()), wanted, language))
    if json:
        print_json(page)
        return
    print_table(
        ("descriptor", "title", "unit", "by"),
        [(entry.descriptor, entry.title, entry.unit or "", _way(entry)) for entry in page.items],
        empty="" if page.items else run(_say_nothing(context.obj, " ".join(words or ()))),
    )


async def _say_nothing(options: Options, words: str) -> str:
    """Return that nothing holds the words, with a word much like them that some title or key has."""
    import difflib

    from bimmerhub.domain.catalogue.search import CatalogueFilter

    everything = (await _load(options, "", CatalogueFilter(), "en")).items
    has = {word for entry in everything for word in f"{entry.title} {entry.descriptor}".casefold().split()}
    near = difflib.get_close_matches(words.casefold(), has, n=1, cutoff=0.75)
    return f"Nothing in BMW's catalogue is like that.{f' Did you mean {near[0]}?' if near else ''}"


def models(json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False) -> None:  # noqa: FBT002 - typer
    """List what models were seen to send otherwise than BMW's catalogue says, with the source."""
    from bimmerhub.cli.reads.public import load_model_facts

    page = run(load_model_facts())
    if json:
        print_json(page)
        return
    print_table(
        ("model", "sends", "descriptor", "what is known", "source"),
        [
            (fact.car, fact.sends, descriptor, fact.note, fact.source)
            for fact in page.items
            for descriptor in fact.descriptors
        ],
    )


def check(
    context: typer.Context,
    source: Annotated[str, typer.Argument(metavar="FILE|URL", help="BMW's page with the list, or the same as CSV.")],
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only tell the differences.")] = False,  # noqa: FBT002 - typer
    json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,  # noqa: FBT002 - typer
) -> None:
    """Hold BMW's public list against the catalogue, tell what is new, gone and changed, and take what is new.

    New descriptors then have their title and unit in what is shown, without a new release. Nothing is fetched unless
    you name an address. In 2026 BMW had the list at
    https://mybmwweb-utilities.api.bmw/en-gb/utilities/bmw/api/cd/catalogue/file (observed by clients; no sign-in).
    """
    checked = run(_check(context.obj, source, dry_run=dry_run))
    if json:
        print_json(checked)
        return
    new = checked.added
    rows = [
        *(("new", row.descriptor, f"{row.title or '-'}, {row.datatype or '-'}, {row.unit or '-'}") for row in new),
        *(("gone", row.descriptor, row.title or "-") for row in checked.gone),
        *(("changed", row.descriptor, f"{row.field}: {row.was} is now {row.now}") for row in checked.changed),
    ]
    if rows:
        print_table(("", "descriptor", "what"), rows)
    for fault in checked.faults:
        say(f"not understood: {fault}")
    taken = " (taken)" if checked.taken else ""
    counts = f"{len(new)} new{taken}, {len(checked.gone)} gone, {len(checked.changed)} changed"
    say(f"{checked.listed} descriptors in the list: {counts}.")


async def _check(options: Options, source: str, *, dry_run: bool) -> "CatalogueCheckAnswer":
    from bimmerhub.cli.arguments.catalogue_source import load_document
    from bimmerhub.cli.hub_access.hub_client import Request
    from bimmerhub.cli.hub_access.reach_hub import reach_hub
    from bimmerhub.views.cars.catalogue_check import CatalogueCheckAnswer

    query = {"dry_run": "true"} if dry_run else {}
    request = Request(method="POST", path="catalogue/check", query=query, body=await load_document(source))
    async with reach_hub(options.settings(), goes_live=False) as client:
        return await client.send(request, CatalogueCheckAnswer)


def _way(entry: "CatalogueAnswer") -> str:
    if entry.streamable:
        return "stream"
    return "REST only" if entry.endpoint == "telematicData" else f"{entry.endpoint} only"


async def _load(options: Options, words: str, wanted: "CatalogueFilter", language: Language) -> "Page[CatalogueAnswer]":
    """Ask the hub or the store that is there, which may have more keys; where there is neither, this program."""
    from bimmerhub.cli.reads import public
    from bimmerhub.cli.reads.hub_or_store import find_hub_or_store, open_reads

    source = find_hub_or_store(options)
    if source.hub is None and not source.settings.database.exists():
        return await public.load_own_catalogue(words, wanted, language)
    async with open_reads(source) as reads:
        return await reads.read(public.catalogue(words, wanted, language))
