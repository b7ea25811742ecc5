"""Routes: commands to cars with their life, which cars may be opened, and the audit."""

from typing import (
    Annotated,
    NotRequired,  # pydantic refuses the one of `typing` before Python 3.12
)

from fastapi import APIRouter, Body, Path, Query
from msgspec import convert
from pydantic import Field, with_config
from starlette.responses import Response
from typing_extensions import TypedDict

from bimmerhub.views.audit import DEFAULT_ENTRIES, MOST_ENTRIES, AuditPage, view_audit
from bimmerhub.views.cars import commands as views
from bimmerhub.views.cars.commands import AbilitiesAnswer, CommandAnswer, CommandsPage, CommandWish, OpeningAnswer
from bimmerhub.web.answers import answer_of, json_answer
from bimmerhub.web.json_body import STRICT, JsonBodyRoute
from bimmerhub.web.routes.context import Caller, CommandAsker, KnownVin, PageToken, Ports

router = APIRouter(tags=["commands"], route_class=JsonBodyRoute)

LARGEST_ID = 2**63 - 1
Text = Annotated[str, Field(max_length=views.LONGEST_TEXT)]


ClockTime = Annotated[str, Field(max_length=5, description="HH:MM, the car's local time")]
ProfileWord = Annotated[str, Field(max_length=40)]


@with_config(STRICT)
class DepartureRequest(TypedDict):
    """A change of one departure; what is left out stays as it is."""

    timer: Annotated[ProfileWord, Field(description="timer_1 to timer_3; override_timer is a single departure")]
    is_enabled: NotRequired[bool]
    departure: NotRequired[ClockTime]
    weekdays: NotRequired[Annotated[list[ProfileWord], Field(max_length=7, description="MONDAY to SUNDAY")]]


@with_config(STRICT)
class WindowRequest(TypedDict):
    """A change of the charging window: begin and end together, or whether it holds."""

    is_enabled: NotRequired[bool]
    begin: NotRequired[ClockTime]
    end: NotRequired[ClockTime]


@with_config(STRICT)
class ProfileRequest(TypedDict):
    """A change of a charging profile, in the members of `GET …/charging-profile`; what is left out stays as it is."""

    charging_start: NotRequired[Annotated[ProfileWord, Field(description="IMMEDIATE_CHARGING or DELAYED_CHARGING")]]
    charging_preference: NotRequired[Annotated[ProfileWord, Field(description="NO_PRESELECTION or CHARGING_WINDOW")]]
    is_climate_enabled: NotRequired[bool]
    window: NotRequired[WindowRequest]
    departures: NotRequired[Annotated[list[DepartureRequest], Field(max_length=4)]]


@with_config(STRICT)
class SettingsRequest(TypedDict):
    """A change of charging settings; what is left out stays as it is."""

    target_percent: NotRequired[Annotated[int, Field(description="charge target: 20 to 100, in steps of 5")]]
    ac_limit_a: NotRequired[
        Annotated[int, Field(description="limit of the alternating current, in A; one of the car's own `ac_limits_a`")]
    ]


@with_config(STRICT)
class CommandRequest(TypedDict):
    """One command. The place is for `poi`, in degrees (WGS 84); `subject` and `text` are for `message`."""

    command: Annotated[str, Field(max_length=40, description=", ".join(views.COMMANDS))]
    count: NotRequired[Annotated[int, Field(description="lights: how often; else the car decides")]]
    secret: NotRequired[Annotated[Text, Field(description="unlock: the answer to the account's security question")]]
    place: NotRequired[
        Annotated[
            str,
            Field(
                max_length=views.LONGEST_LINK, description="poi: a geo: URI, a map link or `48.1,11.5`, for both below"
            ),
        ]
    ]
    latitude_deg: NotRequired[float]
    longitude_deg: NotRequired[float]
    name: NotRequired[Text]
    street: NotRequired[Text]
    city: NotRequired[Text]
    postal_code: NotRequired[Text]
    subject: NotRequired[Text]
    text: NotRequired[Text]
    profile: NotRequired[Annotated[ProfileRequest, Field(description="charging-profile: what to change of it")]]
    settings: NotRequired[Annotated[SettingsRequest, Field(description="charging-settings: what to change of them")]]
    account: NotRequired[Annotated[str, Field(max_length=100, description="else the first that can")]]
    force: NotRequired[Annotated[bool, Field(description="send also what the car's own list says it cannot do")]]


@with_config(STRICT)
class OpeningRequest(TypedDict):
    """Whether commands that open the car are sent."""

    is_opening_allowed: bool


@router.post("/vehicles/{vin}/commands", **answer_of(CommandAnswer))
async def send_command(  # noqa: PLR0917 - FastAPI fills these by name
    ports: Ports, viewer: Caller, asker: CommandAsker, vin: KnownVin, body: Annotated[CommandRequest, Body()]
) -> Response:
    """Send a command to a car, once; it needs a token of scope `command`, or the hub's own page.

    The answer comes when the command is on disk and about to be sent. Its life is told by `/commands/{id}` and by the
    event `command`. Sending the same request again sends another command. `unlock` is refused until opening is allowed.
    """
    return json_answer(await views.order_command(viewer, ports.commands, vin, convert(body, CommandWish), asker=asker))


@router.get("/vehicles/{vin}/commands", **answer_of(CommandsPage))
async def list_commands(  # noqa: PLR0917 - FastAPI fills these by name
    ports: Ports,
    viewer: Caller,
    vin: KnownVin,
    limit: Annotated[int, Query(ge=1, le=views.MOST_COMMANDS)] = views.DEFAULT_COMMANDS,
    after: PageToken = None,
) -> Response:
    """Return the commands that were sent to a car, newest first, each with its life."""
    return json_answer(await views.view_commands(viewer, ports.sent_commands, vin, limit=limit, after=after))


@router.get("/vehicles/{vin}/abilities", **answer_of(AbilitiesAnswer))
async def show_abilities(
    ports: Ports,
    viewer: Caller,
    vin: KnownVin,
    account: Annotated[str | None, Query(max_length=100, description="else the first that can")] = None,
) -> Response:
    """Return what a car can be asked to do; BMW is asked for the car's own list about once an hour."""
    return json_answer(await views.view_abilities(viewer, ports.commands, vin, account=account))


@router.put("/vehicles/{vin}/opening", **answer_of(OpeningAnswer))
async def set_opening(  # noqa: PLR0917 - FastAPI fills these by name
    ports: Ports, viewer: Caller, asker: CommandAsker, vin: KnownVin, body: Annotated[OpeningRequest, Body()]
) -> Response:
    """Allow commands that open a car, or refuse them from now on; a person's session or the command line may, no token.

    An archived car cannot be opened.
    """
    is_allowed = body["is_opening_allowed"]
    return json_answer(await views.allow_opening(viewer, ports.commands, vin, is_allowed=is_allowed, asker=asker))


@router.get("/commands/{command_id}", **answer_of(CommandAnswer))
async def show_command(ports: Ports, viewer: Caller, command_id: Annotated[int, Path(ge=1, le=LARGEST_ID)]) -> Response:
    """Return one command with its life so far."""
    return json_answer(await views.view_command(viewer, ports.sent_commands, command_id))


@router.get("/audit", **answer_of(AuditPage))
async def show_audit(
    ports: Ports,
    viewer: Caller,
    limit: Annotated[int, Query(ge=1, le=MOST_ENTRIES)] = DEFAULT_ENTRIES,
    after: PageToken = None,
) -> Response:
    """Return who asked for which command, from where, and what came of it, newest first."""
    return json_answer(await view_audit(viewer, ports.audit, limit=limit, after=after))
