"""`bimmerhub password` and `bimmerhub tokens`: who may talk to the hub."""

import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Annotated, Literal, TypeVar

import typer

from bimmerhub.cli.context import Options
from bimmerhub.cli.output import ask_secret, local_time, print_json, print_table, print_text, say
from bimmerhub.cli.running import run
from bimmerhub.cli.time_words import now_ms
from bimmerhub.times import format_time

if TYPE_CHECKING:
    from bimmerhub.hub.process.credentials import ApiToken, Credentials

T = TypeVar("T")

_SCOPES: Mapping[str, Literal["read", "write", "command"]] = {"read": "read", "write": "write", "command": "command"}

STOP_FIRST = "Stop the hub first: it would not notice a change."


def add_to(app: typer.Typer) -> None:
    """Add the commands."""
    password = typer.Typer(
        no_args_is_help=True,
        help=f"The password of the page and the API.\n\n{STOP_FIRST}",
    )
    password.command(name="set")(set_password)
    password.command(name="remove")(remove_password)
    app.add_typer(password, name="password")
    tokens = typer.Typer(no_args_is_help=True, help=f"API tokens for other programs.\n\n{STOP_FIRST}")
    tokens.command(name="create")(create_token)
    tokens.command(name="list")(list_tokens)
    tokens.command(name="delete")(delete_token)
    app.add_typer(tokens, name="tokens")


@asynccontextmanager
async def _opened(options: Options, action: str, **details: str) -> AsyncIterator["Credentials"]:
    """Open the credentials for changing; ConfigError while a hub runs (it would not notice).

    What the block does is noted in the audit as `action`.
    """
    from bimmerhub.cli.opening import open_for_writing
    from bimmerhub.hub.process.credentials import Credentials
    from bimmerhub.views.acts import COMMAND_LINE, Acts

    async with open_for_writing(options.settings()) as store:
        credentials = Credentials(store.settings)
        await credentials.load()
        async with Acts(store.audit, now_ms=now_ms).noting(COMMAND_LINE, action, details=details):
            yield credentials


def _take_away(options: Options, work: Callable[["Credentials"], Awaitable[T]], action: str, **details: str) -> T:
    """Return what `work` does to the credentials; where there was no database, none is left behind."""
    from bimmerhub.cli.opening import leaving_no_empty_database

    async def working() -> T:
        async with _opened(options, action, **details) as credentials:
            return await work(credentials)

    with leaving_no_empty_database(options.settings()):
        return run(working())


def set_password(context: typer.Context) -> None:
    """Set the password: asked for on a terminal, else one line on standard input."""
    text = ask_secret("Password", twice=True) if sys.stdin.isatty() else None
    new = text if text is not None else sys.stdin.readline().rstrip("\r\n")

    async def work(options: Options) -> None:
        async with _opened(options, "password_set") as credentials:
            await credentials.set_password(new)

    run(work(context.obj))
    say("The password is set. The page and the API ask for it from the hub's next start on.")


def remove_password(context: typer.Context) -> None:
    """Remove the password; the hub then listens on loopback only, unless an API token is set."""

    async def work(credentials: "Credentials") -> bool:
        was_set = credentials.has_password()
        await credentials.set_password(None)
        return was_set

    was_set = _take_away(context.obj, work, "password_removed")
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

    async def work(options: Options) -> str:
        async with _opened(options, "token_made", name=name, scope=chosen) as credentials:
            return await credentials.create_token(name, chosen, now_ms=now_ms())

    token = run(work(context.obj))
    if json:
        from bimmerhub.views.api_tokens import NewApiTokenAnswer

        print_json(NewApiTokenAnswer(name=name, scope=chosen, token=token))
        return
    print_text(token)
    say("Keep it: it is not shown again. It counts from the hub's next start on.")
    say("From then on the API asks for a token, and the page for a password: bimmerhub password set")


def list_tokens(
    context: typer.Context,
    json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,  # noqa: FBT002 - typer
) -> None:
    """List the API tokens (not what they are, only their names)."""
    from bimmerhub.cli.reads.hub_or_store import naming_demo
    from bimmerhub.views.api_tokens import ApiTokenAnswer
    from bimmerhub.views.fields import Page

    async def work(options: Options) -> "tuple[ApiToken, ...]":
        from bimmerhub.cli.opening import open_for_reading
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
    """Delete an API token."""

    async def work(credentials: "Credentials") -> None:
        await credentials.delete_token(name)

    _take_away(context.obj, work, "token_deleted", name=name)
    say(f"The token {name!r} is deleted.")
