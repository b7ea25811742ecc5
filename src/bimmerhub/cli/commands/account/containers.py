"""`bimmerhub containers`: the containers at BMW, which an account can have ten of."""

from collections.abc import Awaitable, Callable, Sequence
from typing import TYPE_CHECKING, Annotated, TypeVar
from urllib.parse import quote

import typer

from bimmerhub.cli.arguments.container_ids import check_container_id
from bimmerhub.cli.context import Options, WrongUsage
from bimmerhub.cli.printing.output import local_time, print_json, print_table, say
from bimmerhub.cli.running import run

if TYPE_CHECKING:
    from bimmerhub.cli.reads.port import Reads
    from bimmerhub.views.account.containers import ContainerAnswer

MOST_CONTAINERS = 10
ANSWERED_WITHIN_S = 300.0
"""Up to eleven calls, each of which BMW may take half a minute for."""
_USED_BY = {"hub": "this hub", "nobody": "nobody (gc deletes it)", "others": "other programs"}

HELP = """\
See and change the containers at BMW.

Each command costs one of the day's REST calls, `gc` one more for each container that it deletes. BMW allows ten
containers an account, and counts deleted ones for 29 days more. The hub marks its own in their purpose (`bimmerhub
1a2b3c4d`) and recognises them after a new installation; `gc` touches no others."""

T = TypeVar("T")
Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]


def add_to(app: typer.Typer) -> None:
    """Add the commands."""
    containers = typer.Typer(name="containers", help=HELP, no_args_is_help=True)
    containers.command("list")(list_containers)
    containers.command("show")(show)
    containers.command("create")(create)
    containers.command("delete")(delete)
    containers.command("gc")(collect)
    app.add_typer(containers)


def list_containers(context: typer.Context, json: Json = False) -> None:  # noqa: FBT002 - typer
    """List the containers of an account, other programs' and deleted ones too. One call of the quota."""
    from bimmerhub.views.account.containers import ContainerAnswer
    from bimmerhub.views.fields import Page

    page = run(_send(context.obj, "POST", "/query", Page[ContainerAnswer]))
    if json:
        print_json(page)
        return
    _print_containers(page.items, empty="The account has no container.")
    deleted = sum(1 for container in page.items if not container.is_active)
    words = f"{len(page.items)} of {MOST_CONTAINERS}"
    say(f"{words}; {deleted} of them deleted, which count for 29 days more." if deleted else f"{words}.")


def show(
    context: typer.Context,
    container: Annotated[str, typer.Argument(help="Its id: 13 characters.")],
    json: Json = False,  # noqa: FBT002 - typer
) -> None:
    """Show one container: its descriptors, its state, and of a deleted one the day of its purge.

    One call of the quota, two for a deleted one.
    """
    from bimmerhub.views.account.containers import ContainerAnswer

    check_container_id(container)
    shown = run(_send(context.obj, "POST", f"/{quote(container, safe='')}/query", ContainerAnswer))
    if json:
        print_json(shown)
        return
    _print_containers([shown], empty="")
    if shown.descriptors is not None:
        print_table(("descriptor",), [(key,) for key in shown.descriptors], empty="It holds no descriptor.")
    elif not shown.is_active:
        say("BMW does not tell the descriptors of a deleted container.")
    if shown.purge_at is not None:
        say(f"It counts to BMW's ten until {local_time(shown.purge_at)} at the latest; then BMW purges it.")


def create(  # noqa: PLR0917 - typer fills these by name
    context: typer.Context,
    descriptors: Annotated[list[str], typer.Argument(help="BMW's keys, e.g. vehicle.vehicle.travelledDistance.")],
    name: Annotated[str, typer.Option(help="Its name at BMW.")] = "by hand",
    purpose: Annotated[str, typer.Option(help="Its purpose at BMW.")] = "by hand",
    anyway: Annotated[bool, typer.Option("--anyway", help="Also with keys that the catalogue does not list.")] = False,  # noqa: FBT002 - typer
    json: Json = False,  # noqa: FBT002 - typer
) -> None:
    """Make a container for use by other programs; the hub makes its own by itself. One call of the quota."""
    from bimmerhub.views.account.containers import ContainerAnswer

    body = {"name": name, "purpose": purpose, "descriptors": descriptors}

    async def check(reads: "Reads") -> None:
        if not anyway:
            await _check_keys(reads, descriptors)

    made = run(_send(context.obj, "POST", "", ContainerAnswer, body=body, check=check))
    if json:
        print_json(made)
        return
    print_table(("container",), [(made.id,)])


def delete(
    context: typer.Context,
    container: Annotated[str, typer.Argument(help="Its id: 13 characters.")],
    json: Json = False,  # noqa: FBT002 - typer
) -> None:
    """Delete a container, whoever made it; it counts to BMW's ten for 29 days more. One call of the quota."""
    from bimmerhub.views.account.containers import ContainerDeleted

    check_container_id(container)
    deleted = run(_send(context.obj, "DELETE", f"/{quote(container, safe='')}", ContainerDeleted))
    if json:
        print_json(deleted)
        return
    say(f"Deleted: {deleted.id}.")


def collect(
    context: typer.Context,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say which.")] = False,  # noqa: FBT002 - typer
    json: Json = False,  # noqa: FBT002 - typer
) -> None:
    """Delete what bimmerhub made for descriptors that it does not want any more. One call, and one more for each."""
    from bimmerhub.views.account.containers import ContainerAnswer
    from bimmerhub.views.fields import Page

    path = f"/collection?dry_run={'true' if dry_run else 'false'}"
    page = run(_send(context.obj, "POST", path, Page[ContainerAnswer]))
    if json:
        print_json(page)
        return
    _print_containers(page.items, empty="Nothing to delete: what is there is in use, or other programs'.")
    if page.items:
        say(f"{len(page.items)} would be deleted." if dry_run else f"{len(page.items)} deleted.")


def _print_containers(containers: "Sequence[ContainerAnswer]", *, empty: str) -> None:
    print_table(
        ("container", "name", "purpose", "state", "created (local time)", "used by"),
        [
            (
                container.id,
                container.name or "-",
                container.purpose or "-",
                container.state or "-",
                local_time(container.created_at),
                _USED_BY[container.used_by] if container.is_active else "-",
            )
            for container in containers
        ],
        empty=empty,
    )


async def _check_nothing(_: "Reads") -> None:
    """Let the call go: there is nothing in it that is known here."""


async def _check_keys(reads: "Reads", keys: Sequence[str]) -> None:
    """Refuse keys that the catalogue does not list: BMW would do so too (CU-402), and count the call."""
    from bimmerhub.cli.arguments.nearest import did_you_mean
    from bimmerhub.cli.reads import public
    from bimmerhub.domain.catalogue.search import CatalogueFilter

    listed = [entry.descriptor for entry in (await reads.read(public.catalogue("", CatalogueFilter(), "en"))).items]
    wrong = next((key for key in keys if key not in listed), None)
    if wrong is not None:
        raise WrongUsage(
            f"{wrong!r} is not in BMW's catalogue, so that BMW would refuse it; nothing was sent",
            hint=f"{did_you_mean(wrong, listed)} If it is new: --anyway".lstrip(),
        )


async def _send(
    options: Options,
    method: str,
    path: str,
    shape: type[T],
    *,
    body: object = None,
    check: "Callable[[Reads], Awaitable[None]]" = _check_nothing,
) -> T:
    """Let the running hub ask BMW, unless `check` refuses; without a hub, one here that goes not live."""
    from bimmerhub.cli.hub_access.hub_client import Request
    from bimmerhub.cli.hub_access.reach_hub import reach_hub
    from bimmerhub.cli.reads.account_names import load_account_names
    from bimmerhub.cli.reads.from_hub import HubReads
    from bimmerhub.cli.reads.hub_or_store import naming_demo

    settings = options.settings()
    with naming_demo(options):
        name = options.known_account(await load_account_names(settings))
    async with reach_hub(settings, goes_live=False, asks_bmw=True) as client:
        await check(HubReads(client, settings))
        request = Request(method=method, path=f"accounts/{name}/containers{path}", body=body)
        return await client.send(request, shape, within_s=ANSWERED_WITHIN_S)
