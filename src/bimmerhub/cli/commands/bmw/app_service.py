"""`bimmerhub recalls|service-demands [VIN]`: what the MyBMW app's interface tells of a vehicle's service, as JSON."""

from json import dumps
from typing import TYPE_CHECKING

import typer

from bimmerhub.cli.commands.bmw.bmw_answers import JsonOption, VinArgument, read_document
from bimmerhub.cli.printing.output import local_time, print_json, print_text, say

if TYPE_CHECKING:
    from bimmerhub.views.documents.app_service import AppServiceAnswer


def add_to(app: typer.Typer) -> None:
    """Add the commands."""
    app.command(name="recalls")(recalls)
    app.command(name="service-demands")(service_demands)


def recalls(
    context: typer.Context,
    vin: VinArgument = None,
    json: JsonOption = False,  # noqa: FBT002 - typer
) -> None:
    """Show the recalls of a vehicle, in BMW's JSON.

    The MyBMW app's interface tells them; nobody has described their shape.
    """
    from bimmerhub.cli.reads import public_documents

    _print(read_document(context.obj, vin, public_documents.recalls), json=json)


def service_demands(
    context: typer.Context,
    vin: VinArgument = None,
    json: JsonOption = False,  # noqa: FBT002 - typer
) -> None:
    """Show what of a vehicle is due, in BMW's JSON.

    The MyBMW app's interface tells it; nobody has described its shape.
    """
    from bimmerhub.cli.reads import public_documents

    _print(read_document(context.obj, vin, public_documents.service_demands), json=json)


def _print(answer: "AppServiceAnswer", *, json: bool) -> None:
    if json:
        print_json(answer)
    elif answer.notice is not None:
        say(answer.notice)
    else:
        print_text(dumps(answer.answer, indent=2, ensure_ascii=False))
        entries = "" if answer.entries is None else f"{answer.entries} in all. "
        say(f"{entries}As of {local_time(answer.fetched_at)}.")
