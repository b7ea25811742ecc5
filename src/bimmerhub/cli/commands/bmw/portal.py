"""`bimmerhub specs|booked-services|dealer|messages [VIN]`: what the ConnectedDrive portal tells of a vehicle."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import typer

from bimmerhub.cli.commands.bmw.bmw_answers import JsonOption, VinArgument, read_document, say_how_to_ask
from bimmerhub.cli.printing.output import local_time, print_json, print_table, say, show_value

if TYPE_CHECKING:
    from bimmerhub.views.documents.portal import (
        BookedServicesAnswer,
        DealerAnswer,
        SentMessagesAnswer,
        SpecAnswer,
        SpecsAnswer,
    )

_DEALER = ("name", "street", "postal_code", "city", "country", "phone")


def add_to(app: typer.Typer) -> None:
    """Add the commands."""
    app.command()(specs)
    app.command("booked-services")(booked_services)
    app.command()(dealer)
    app.command()(messages)


def specs(
    context: typer.Context,
    vin: VinArgument = None,
    json: JsonOption = False,  # noqa: FBT002 - typer
) -> None:
    """List a vehicle's technical data: weights, engine, performance.

    BMW's ConnectedDrive portal tells them. CarData does not offer them.
    """
    from bimmerhub.cli.reads import public_documents

    answer = read_document(context.obj, vin, public_documents.specs)
    _print(answer, ("what", "value"), [_spec_cells(line) for line in answer.items], what="specs", vin=vin, json=json)


def booked_services(
    context: typer.Context,
    vin: VinArgument = None,
    json: JsonOption = False,  # noqa: FBT002 - typer
) -> None:
    """List the services that are booked for a vehicle, in BMW's words.

    BMW's ConnectedDrive portal tells them. CarData does not offer them.
    """
    from bimmerhub.cli.reads import public_documents

    answer = read_document(context.obj, vin, public_documents.booked_services)
    rows = [(service.group or "-", service.name or "-", service.status or "-") for service in answer.items]
    _print(answer, ("group", "service", "status"), rows, what="booked-services", vin=vin, json=json)


def dealer(
    context: typer.Context,
    vin: VinArgument = None,
    json: JsonOption = False,  # noqa: FBT002 - typer
) -> None:
    """Show the dealer who looks after a vehicle.

    BMW's ConnectedDrive portal tells them. CarData does not offer them.
    """
    from bimmerhub.cli.reads import public_documents

    answer = read_document(context.obj, vin, public_documents.dealer)
    rows = [(field.replace("_", " "), text) for field in _DEALER if (text := getattr(answer, field)) is not None]
    _print(answer, ("", ""), rows, what="service-partner", vin=vin, json=json)


def messages(
    context: typer.Context,
    vin: VinArgument = None,
    json: JsonOption = False,  # noqa: FBT002 - typer
) -> None:
    """List the messages that were sent to a vehicle.

    BMW's ConnectedDrive portal tells them. CarData does not offer them.
    """
    from bimmerhub.cli.reads import public_documents

    answer = read_document(context.obj, vin, public_documents.sent_messages)
    rows = [
        (_time(message.sent_at), message.subject or "-", message.text or "-", message.status or "-")
        for message in answer.items
    ]
    _print(answer, ("sent (local time)", "subject", "text", "status"), rows, what="messages", vin=vin, json=json)


def _print(
    answer: "SpecsAnswer | BookedServicesAnswer | DealerAnswer | SentMessagesAnswer",
    columns: Sequence[str],
    rows: Sequence[Sequence[str]],
    *,
    what: str,
    vin: str | None,
    json: bool,
) -> None:
    """Print an answer, or why there is none, and how to ask for it."""
    if json:
        print_json(answer)
    elif answer.notice is not None:
        say(answer.notice)
    else:
        print_table(tuple(columns), [tuple(row) for row in rows], empty="BMW tells of none.")
        say_how_to_ask(answer.fetched_at, what, vin)


def _spec_cells(line: "SpecAnswer") -> tuple[str, str]:
    return (line.name or line.key, "-" if line.value is None else show_value(line.value, line.unit))


def _time(text: str | None) -> str:
    return local_time(text) if text is not None and text.endswith("Z") else text or "-"
