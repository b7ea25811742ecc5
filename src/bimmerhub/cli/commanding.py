"""A command to a car from the command line: sent through the hub once, and its life printed as it goes."""

from collections.abc import Mapping
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Final

from bimmerhub.cli.context import Options
from bimmerhub.cli.printing.output import local_time, print_text, say
from bimmerhub.errors import BmwRefused, ConfigError

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from bimmerhub.cli.hub_access.hub_client import HubClient
    from bimmerhub.views.cars.commands import AbilitiesAnswer, CommandAnswer, CommandStepAnswer
    from bimmerhub.views.cars.vehicles import VehicleAnswer

NO_REASON: Final = "no reason was given"
LOOK_EVERY_S: Final = 0.3
ORDERED_WITHIN_S: Final = 90.0
"""BMW may be asked for the account's cars and the car's state before the command is sent."""


async def send_command(
    client: "HubClient", vehicle: "VehicleAnswer", wish: Mapping[str, object], *, options: Options, json: bool
) -> "CommandAnswer":
    """Send a command once, print the states of its life as they come, and return it when it has ended."""
    import asyncio

    from bimmerhub.cli.hub_access.hub_client import Request
    from bimmerhub.views.cars.commands import CommandAnswer

    account = {} if options.account is None else {"account": options.account}
    request = Request(method="POST", path=f"vehicles/{vehicle.vin}/commands", body={**wish, **account})
    try:
        answer = await client.send(request, CommandAnswer, within_s=ORDERED_WITHIN_S)
    except BmwRefused as error:
        error.hint = error.hint and error.hint.replace("`force`", "--force")
        raise
    if not json and len(vehicle.accounts) > 1:
        say(f"It goes by account {answer.account}.")
    shown = 0
    while True:
        for step in answer.steps[shown:]:
            if not json:
                print_text(_step_line(step))
        shown = len(answer.steps)
        if answer.is_ended:
            return answer
        await asyncio.sleep(LOOK_EVERY_S)
        answer = await client.fetch(f"commands/{answer.id}", CommandAnswer)


async def load_abilities(client: "HubClient", vin: str, *, options: Options) -> "AbilitiesAnswer":
    """Return what a car can be asked to do, by the account that the line names or the first; BMW may be asked."""
    from bimmerhub.cli.hub_access.hub_client import Request
    from bimmerhub.views.cars.commands import AbilitiesAnswer

    query = {} if options.account is None else {"account": options.account}
    request = Request(method="GET", path=f"vehicles/{vin}/abilities", query=query)
    return await client.send(request, AbilitiesAnswer, within_s=ORDERED_WITHIN_S)


def check_able(what: str, abilities: "AbilitiesAnswer", *, force: bool) -> None:
    """Refuse a command that the hub would refuse, for those that ask a question first: ConfigError."""
    if abilities.notice is not None:
        raise ConfigError(f"{abilities.notice} Nothing was sent")
    refusals = {item.command: item.refusal for item in abilities.commands}
    if what not in refusals:
        raise ConfigError(f"account {abilities.account} has no {what} for this car; nothing was sent")
    if refusals[what] is not None and not force:
        raise ConfigError(
            f"this car cannot do that ({what}): {refusals[what]}; nothing was sent",
            hint="--force sends it all the same.",
        )


def say_age(abilities: "AbilitiesAnswer") -> None:
    """Say why there is no list of what a car can, or of when the list is that stands in for BMW's answer."""
    if abilities.notice is None:
        return
    stored = f" This is BMW's list of {local_time(abilities.listed_at)}:" if abilities.listed_at is not None else ""
    say(f"{abilities.notice}{stored}")


def _step_line(step: "CommandStepAnswer") -> str:
    reason = step.reason or (NO_REASON if step.state == "not_executed" else None)
    rest = "" if reason is None else f"  {reason}"
    return f"{local_time(step.at)}  {spell_state(step.state):<12}{rest}".rstrip()


def spell_state(state: str) -> str:
    """Return a state of a command as a person reads it."""
    return state.replace("_", " ")


async def find_car(options: Options, client: "HubClient", text: str) -> "VehicleAnswer":
    """Return the vehicle that a text names."""
    from bimmerhub.cli.reads.cars import find_vehicle
    from bimmerhub.cli.reads.from_hub import HubReads

    return await find_vehicle(options, HubReads(client, options.settings()), text)


@asynccontextmanager
async def reach_commands(options: Options) -> "AsyncIterator[HubClient]":
    """Open the running hub; without one, one that lasts as long as the command."""
    from bimmerhub.cli.hub_access.reach_hub import reach_hub
    from bimmerhub.cli.reads.hub_or_store import naming_demo, require_data

    settings = options.settings()
    with naming_demo(options):
        require_data(settings)
        async with reach_hub(settings, goes_live=False, asks_bmw=True) as client:
            yield client
