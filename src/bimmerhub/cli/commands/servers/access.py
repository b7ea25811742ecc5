"""`bimmerhub password` and `bimmerhub tokens`: who may talk to the hub."""

import sys
from collections.abc import Awaitable, Callable, Mapping
from typing import TYPE_CHECKING, Annotated, TypeVar

import typer

from bimmerhub.cli.context import Options
from bimmerhub.cli.printing.output import ask_secret, local_time, print_json, print_table, print_text, say
from bimmerhub.cli.running import run
from bimmerhub.times import format_time

if TYPE_CHECKING:
    from bimmerhub.cli.hub_access.entry import Entry
    from bimmerhub.hub.process.credentials import ApiToken
    from bimmerhub.views.api_tokens import TokenScope

T = TypeVar("T")

_SCOPES: Mapping[str, "TokenScope"] = {"read": "read", "write": "write", "command": "command"}

AT_ONCE = "A running hub takes a change at once."


def add_to(app: typer.Typer) -> None:
    """Add the commands."""
    password = typer.Typer(
        no_args_is_help=True,
        help=f"The password of the page and the API.\n\n{AT_ONCE} Everybody who is logged in has to log in again.",
    )
    password.command(name="set")(set_password)
    password.command(name="remove")(remove_password)
    app.add_typer(password, name="password")
    tokens = typer.Typer(no_args_is_help=True, help=f"API tokens for other programs.\n\n{AT_ONCE}")
    tokens.command(name="create")(create_token)
    tokens.command(name="list")(list_tokens)
    tokens.command(name="delete")(delete_token)
    app.add_typer(tokens, name="tokens")


def _change(options: Options, work: Callable[["Entry"], Awaitable[T]]) -> T:
    """Return what `work` makes of who may come in."""

    async def working() -> T:
        from bimmerhub.cli.hub_access.entry import open_entry

        async with open_entry(options.settings()) as entry:
            return await work(entry)

    return run(working())


def _take_away(options: Options, work: Callable[["Entry"], Awaitable[T]]) -> T:
    """Return the same; where there was no database, none is left behind."""
    from bimmerhub.cli.hub_access.opening import leaving_no_empty_database

    with leaving_no_empty_database(options.settings()):
        return _change(options, work)


def set_password(context: typer.Context) -> None:
    """Set the password: asked for on a terminal, else one line on standard input."""
    text = ask_secret("Password", twice=True) if sys.stdin.isatty() else None
    new = text if text is not None else sys.stdin.readline().rstrip("\r\n")
    _change(context.obj, lambda entry: entry.set_password(new))
    say("The password is set: the page and the API ask for it from now on.")


def remove_password(context: typer.Context) -> None:
    """Remove the password.

    Everybody on the machine may then read over loopback. The hub listens on loopback only, unless an API token is set.
    """
    was_set = _take_away(context.obj, lambda entry: entry.set_password(None))
    say("The password is removed." if was_set else "There was no password.")


def create_token(
    context: typer.Context,
    name: Annotated[str, typer.Argument(help="What it is for, for example: grafana")],
    scope: Annotated[str, typer.Option(help="read, write, or command: reads, and sends commands to cars.")] = "read",
    json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,  # noqa: FBT002 - typer
) -> None:
    """Make an API token and print it, this once."""
    chosen = _SCOPES.get(scope)
    if chosen is None:
        raise typer.BadParameter("the scope is read, write or command")
    token = _change(context.obj, lambda entry: entry.create_token(name, chosen))
    if json:
        from bimmerhub.views.api_tokens import NewApiTokenAnswer

        print_json(NewApiTokenAnswer(name=name, scope=chosen, token=token))
        return
    print_text(token)
    say("Keep it: it is not shown again. It counts from now on.")


def list_tokens(
    context: typer.Context,
    json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,  # noqa: FBT002 - typer
) -> None:
    """List the API tokens (not what they are, only their names)."""
    from bimmerhub.cli.reads.hub_or_store import naming_demo
    from bimmerhub.views.api_tokens import ApiTokenAnswer
    from bimmerhub.views.fields import Page

    async def work(options: Options) -> "tuple[ApiToken, ...]":
        from bimmerhub.cli.hub_access.opening import open_for_reading
        from bimmerhub.hub.process.credentials import Credentials

        async with open_for_reading(options.settings()) as store:
            credentials = Credentials(store.settings)
            await credentials.load()
            return credentials.tokens()

    with naming_demo(context.obj):
        of_hub = run(work(context.obj))
    tokens = [
        ApiTokenAnswer(name=token.name, scope=token.scope, created_at=format_time(token.created_at_ms))
        for token in of_hub
    ]
    if json:
        print_json(Page(items=tokens, next=None))
        return
    print_table(
        ("name", "scope", "created (local time)"),
        [(token.name, token.scope, local_time(token.created_at)) for token in tokens],
        empty="There is no token: bimmerhub tokens create NAME",
    )


def delete_token(context: typer.Context, name: Annotated[str, typer.Argument(help="The token's name.")]) -> None:
    """Delete an API token; what it has open, such as an event stream, ends."""
    _take_away(context.obj, lambda entry: entry.delete_token(name))
    say(f"The token {name!r} is deleted.")
