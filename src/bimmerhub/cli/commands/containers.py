"""`bimmerhub containers`: the containers at BMW, which an account can have ten of."""

from typing import Annotated, Any
from urllib.parse import quote

import typer

from bimmerhub.cli.commands.accounts import load_names
from bimmerhub.cli.context import Options
from bimmerhub.cli.live import reach_hub
from bimmerhub.cli.output import err, print_items, print_json, print_table
from bimmerhub.cli.running import run

MOST_CONTAINERS = 10
ANSWERED_WITHIN_S = 300.0
"""Up to eleven calls, each of which BMW may take half a minute for."""
_USED_BY = {"hub": "this hub", "nobody": "nobody (gc deletes it)", "others": "other programs"}

Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]


def add_to(app: typer.Typer) -> None:
    """Add the commands."""
    containers = typer.Typer(name="containers", help="See and change the containers at BMW.", no_args_is_help=True)
    containers.command("list")(list_containers)
    containers.command("create")(create)
    containers.command("delete")(delete)
    containers.command("gc")(collect)
    app.add_typer(containers)


def list_containers(context: typer.Context, json: Json = False) -> None:  # noqa: FBT002 - typer
    """List the containers of an account, other programs' and deleted ones too. One call of the quota."""
    found = run(_send(context.obj, "POST", "/query"))["items"]
    if json:
        print_items(found)
        return
    _print_containers(found)
    deleted = sum(1 for each in found if not each["is_active"])
    words = f"{len(found)} of {MOST_CONTAINERS}"
    err.print(f"{words}; {deleted} of them deleted, which count for 29 days more." if deleted else f"{words}.")


def create(  # noqa: PLR0917 - typer fills these by name
    context: typer.Context,
    descriptors: Annotated[list[str], typer.Argument(help="BMW's keys, e.g. vehicle.vehicle.travelledDistance.")],
    name: Annotated[str, typer.Option(help="Its name at BMW.")] = "by hand",
    purpose: Annotated[str, typer.Option(help="Its purpose at BMW.")] = "by hand",
    json: Json = False,  # noqa: FBT002 - typer
) -> None:
    """Make a container for use by other programs; the hub makes its own by itself. One call of the quota."""
    made = run(_send(context.obj, "POST", "", {"name": name, "purpose": purpose, "descriptors": descriptors}))
    if json:
        print_json(made)
        return
    print_table(("container",), [(made["id"],)])


def delete(
    context: typer.Context,
    container: Annotated[str, typer.Argument(help="Its id: 13 characters.")],
    json: Json = False,  # noqa: FBT002 - typer
) -> None:
    """Delete a container, whoever made it; it counts to BMW's ten for 29 days more. One call of the quota."""
    deleted = run(_send(context.obj, "DELETE", f"/{quote(container, safe='')}"))
    if json:
        print_json(deleted)
        return
    err.print(f"Deleted: {deleted['id']}.")


def collect(
    context: typer.Context,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only tell which.")] = False,  # noqa: FBT002 - typer
    json: Json = False,  # noqa: FBT002 - typer
) -> None:
    """Delete what bimmerhub made for descriptors that it does not want any more. One call, and one more for each."""
    found = run(_send(context.obj, "POST", f"/collection?dry_run={str(dry_run).lower()}"))["items"]
    if json:
        print_items(found)
        return
    _print_containers(found)
    if not found:
        err.print("Nothing to delete: what is there is in use, or other programs'.")
    else:
        err.print(f"{len(found)} would be deleted." if dry_run else f"{len(found)} deleted.")


def _print_containers(found: list[dict[str, Any]]) -> None:
    print_table(
        ("container", "name", "purpose", "state", "created", "used by"),
        [
            (
                each["id"],
                each["name"] or "-",
                each["purpose"] or "-",
                each["state"] or "-",
                each["created_at"] or "-",
                _USED_BY[each["used_by"]] if each["is_active"] else "-",
            )
            for each in found
        ],
    )


async def _send(options: Options, method: str, path: str, body: object = None) -> Any:  # noqa: ANN401 - JSON of the API
    """Let the running hub ask BMW; without one, a hub here that goes not live."""
    name = options.known_account(await load_names(options))
    async with reach_hub(options, goes_live=False) as client:
        return await client.send(method, f"accounts/{name}/containers{path}", body, within_s=ANSWERED_WITHIN_S)
