"""`bimmerhub charging-profile show [VIN]` and `set VIN`: when the car is to leave and when to charge."""

from typing import TYPE_CHECKING

import typer

from bimmerhub.cli.car_group import LIST, SHOW, CarGroup
from bimmerhub.cli.commands.bmw.bmw_answers import JsonOption, VinArgument, read_document
from bimmerhub.cli.commands.bmw.charging_profile_set import set_profile
from bimmerhub.cli.commands.bmw.charging_profile_words import cells_of, rows_of
from bimmerhub.cli.printing.output import local_time, print_json, print_table, print_text, say

if TYPE_CHECKING:
    from bimmerhub.views.documents.charging_profile import ChargingProfileAnswer

HELP = """\
Show when a vehicle is to leave and to charge, and change it.

Without a command it shows the profile; a word that is no command is a vehicle: the VIN, the end of it, its key or its
name. BMW's older interfaces (i Remote, the ConnectedDrive portal) tell it; CarData does not offer it."""


def add_to(app: typer.Typer) -> None:
    """Add the group."""
    profile = typer.Typer(cls=CarGroup, help=HELP, no_args_is_help=False)
    profile.command(SHOW)(show)
    profile.command(LIST, hidden=True)(show)
    profile.command("set")(set_profile)
    app.add_typer(profile, name="charging-profile")


def show(
    context: typer.Context,
    vin: VinArgument = None,
    json: JsonOption = False,  # noqa: FBT002 - typer
) -> None:
    """Show a vehicle's charging profile, as BMW told it last. Times are the car's local ones."""
    from bimmerhub.cli.reads import public_documents

    answer = read_document(context.obj, vin, public_documents.charging_profile)
    if json:
        print_json(answer)
    elif answer.notice is not None:
        say(answer.notice)
    else:
        print_profile(answer)
        say(f"As of {local_time(answer.fetched_at)}.")


def print_profile(profile: "ChargingProfileAnswer") -> None:
    """Print what holds for every departure, then one line a departure."""
    print_table(("", ""), rows_of(profile))
    print_text("")
    print_table(
        ("departure", "at (car's time)", "days", "is"),
        [cells_of(departure, is_weekly=profile.shape == "weekly") for departure in profile.departures],
        empty="It has no departures.",
    )
