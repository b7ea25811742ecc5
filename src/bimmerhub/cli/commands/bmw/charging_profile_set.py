"""`bimmerhub charging-profile set VIN`: change when the car is to leave and when to charge.

The hub makes the change of the profile that the car has when the order comes; what is shown before is BMW's last word.
"""

import sys
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Final

import typer

from bimmerhub.cli.commanding import check_able, find_car, load_abilities, reach_commands, send_command
from bimmerhub.cli.commands.bmw.charging_profile_words import cells_of, parse_once, parse_timer, parse_window, rows_of
from bimmerhub.cli.context import Options, WrongUsage
from bimmerhub.cli.printing.output import ask, local_time, print_json, print_table, say
from bimmerhub.cli.running import run
from bimmerhub.ids import vin_end

if TYPE_CHECKING:
    from bimmerhub.views.cars.profile_wish import DepartureWish, WindowWish
    from bimmerhub.views.documents.charging_profile import ChargingProfileAnswer

COMMAND: Final = "charging-profile"
NOT_DONE_EXIT: Final = 1
TIMERS_OF_TWO: Final = frozenset({"timer_1", "timer_2"})


class Start(StrEnum):
    """When charging begins."""

    IMMEDIATE = "immediate"
    DELAYED = "delayed"


class Preference(StrEnum):
    """Whether charging keeps to the window."""

    WINDOW = "window"
    NONE = "none"


_STARTS: Final = {Start.IMMEDIATE: "IMMEDIATE_CHARGING", Start.DELAYED: "DELAYED_CHARGING"}
_PREFERENCES: Final = {Preference.WINDOW: "CHARGING_WINDOW", Preference.NONE: "NO_PRESELECTION"}


def set_profile(  # noqa: PLR0917 - typer fills these by name
    context: typer.Context,
    vin: Annotated[str, typer.Argument(metavar="VIN", help="VIN or the end of it, its key, or its name.")],
    mode: Annotated[
        Start | None, typer.Option("--mode", help="When charging begins once plugged in.", show_default=False)
    ] = None,
    preference: Annotated[
        Preference | None,
        typer.Option("--preference", help="Whether charging keeps to the window.", show_default=False),
    ] = None,
    climate: Annotated[
        bool | None,
        typer.Option("--climate/--no-climate", help="Heat or cool the car to depart.", show_default=False),
    ] = None,
    window: Annotated[
        str | None, typer.Option("--window", metavar="HH:MM-HH:MM|on|off", help="When to charge.", show_default=False)
    ] = None,
    timer: Annotated[
        list[str] | None,
        typer.Option(
            "--timer",
            metavar="'N [on|off] [HH:MM] [DAYS]'",
            help="A departure, as '1 on 07:30 mon-fri'; what is left out stays. Again for another one.",
            show_default=False,
        ),
    ] = None,
    once: Annotated[
        str | None,
        typer.Option("--once", metavar="HH:MM|off", help="A single departure, or none.", show_default=False),
    ] = None,
    force: Annotated[  # noqa: FBT002 - typer
        bool, typer.Option("--force", help="Send it though the car's own list says that it cannot.")
    ] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask before it is sent.")] = False,  # noqa: FBT002 - typer
    json: Annotated[bool, typer.Option("--json", help="Print JSON when it has ended.")] = False,  # noqa: FBT002 - typer
) -> None:
    """Change a vehicle's charging profile, and show what becomes of it. Times are the car's local ones.

    It shows what changes and asks first. The rest of the profile stays as the car has it. The portal's and i Remote's
    cars have one of two shapes; of two timers for every day there is no third, no weekdays and no single departure.
    """
    departures = [parse_timer(text) for text in timer or ()] + ([] if once is None else [parse_once(once)])
    given = {
        "charging_start": None if mode is None else _STARTS[mode],
        "charging_preference": None if preference is None else _PREFERENCES[preference],
        "is_climate_enabled": climate,
        "window": None if window is None else parse_window(window),
        "departures": departures or None,
    }
    change: dict[str, object] = {name: value for name, value in given.items() if value is not None}
    if not change:
        raise WrongUsage("nothing is to be changed", hint="Such as --mode delayed, or --timer '1 on 07:30 mon-fri'.")
    if not run(_set(context.obj, vin, change, force=force, is_asked=not yes, json=json)):
        raise typer.Exit(NOT_DONE_EXIT)


async def _set(
    options: Options, text: str, change: dict[str, object], *, force: bool, is_asked: bool, json: bool
) -> bool:
    """Show the change, send it and follow it to its end; tell whether the car has done it."""
    from bimmerhub.views.documents.charging_profile import ChargingProfileAnswer

    async with reach_commands(options) as client:
        vehicle = await find_car(options, client, text)
        if is_asked:
            check_able(COMMAND, await load_abilities(client, vehicle.vin, options=options), force=force)
        profile = await client.fetch(f"vehicles/{vehicle.vin}/charging-profile", ChargingProfileAnswer)
        _check_shape(profile, change)
        if not json:
            say(f"{vehicle.name or vehicle.model or 'The car'} ({vin_end(vehicle.vin)}):")
            _print_change(profile, change)
        if is_asked:
            _ask_first()
        wish = {"command": COMMAND, "profile": change, **({"force": True} if force else {})}
        ended = await send_command(client, vehicle, wish, options=options, json=json)
    if json:
        print_json(ended)
    return ended.state == "executed"


def _check_shape(profile: "ChargingProfileAnswer", change: dict[str, object]) -> None:
    """Refuse what a profile of two timers for every day cannot have; of a profile that is not known, the hub knows."""
    import msgspec

    from bimmerhub.views.cars.profile_wish import ProfileWish

    if profile.shape != "two_timers":
        return
    departures = msgspec.convert(change, ProfileWish).departures
    if any(part.timer not in TIMERS_OF_TWO for part in departures):
        raise WrongUsage(
            "this car has two timers: no third one, and no single departure", hint="They are --timer '1 …' and '2 …'."
        )
    if any(part.weekdays is not None for part in departures):
        raise WrongUsage("this car's two timers hold for every day: they have no weekdays")


def _ask_first() -> None:
    if not sys.stdin.isatty():
        raise WrongUsage("charging-profile set asks a question, and nobody is there to answer", hint="Add --yes")
    if not ask("Send it?"):
        raise WrongUsage("nothing was sent")


def _print_change(profile: "ChargingProfileAnswer", change: dict[str, object]) -> None:
    """Print what changes, as BMW told it last and as it is to be."""
    old, new = _lines(profile), _lines(_changed(profile, change))
    rows = [(name, old.get(name, "-"), words) for name, words in new.items() if words != old.get(name)]
    as_of = "" if profile.fetched_at is None else f" (as of {local_time(profile.fetched_at)})"
    print_table(("", f"is{as_of}", "is to be"), rows, empty=f"It is so already{as_of}.")


def _lines(profile: "ChargingProfileAnswer") -> dict[str, str]:
    is_weekly = profile.shape != "two_timers"
    departures = (cells_of(departure, is_weekly=is_weekly) for departure in profile.departures)
    return {**dict(rows_of(profile)), **{name: f"{switch} {at} {days}" for name, at, days, switch in departures}}


def _changed(profile: "ChargingProfileAnswer", change: dict[str, object]) -> "ChargingProfileAnswer":
    """Return the profile as it is to be; what its shape lacks, the hub refuses."""
    import msgspec

    from bimmerhub.views.cars.profile_wish import ProfileWish
    from bimmerhub.views.documents.charging_profile import DepartureAnswer, ProfileWindow

    wish = msgspec.convert(change, ProfileWish)
    departures = {departure.timer: departure for departure in profile.departures}
    for part in wish.departures:
        was = departures.get(part.timer) or DepartureAnswer(
            timer=part.timer, is_enabled=None, departure=None, weekdays=[]
        )
        departures[part.timer] = msgspec.structs.replace(was, **_given(part))
    window = profile.window or ProfileWindow(is_enabled=None, begin=None, end=None)
    plain = {name: value for name, value in change.items() if name not in {"window", "departures"}}
    return msgspec.structs.replace(
        profile,
        **plain,
        window=profile.window if wish.window is None else msgspec.structs.replace(window, **_given(wish.window)),
        departures=list(departures.values()),
    )


def _given(wish: "DepartureWish | WindowWish") -> dict[str, object]:
    import msgspec

    return {name: value for name, value in msgspec.structs.asdict(wish).items() if value is not None}
