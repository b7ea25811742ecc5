"""`bimmerhub bmw-charges VIN SESSION`: one charging session in detail, as the MyBMW app shows it."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Final

from bimmerhub.cli.commands.bmw.bmw_answers import read_of_car
from bimmerhub.cli.context import Options, WrongUsage
from bimmerhub.cli.hub_access.asking_app import reach_car
from bimmerhub.cli.printing.output import local_time, print_json, print_table, say, show_value
from bimmerhub.cli.running import run
from bimmerhub.errors import NotFound

if TYPE_CHECKING:
    from bimmerhub.cli.reads.port import Reads
    from bimmerhub.ids import Vin
    from bimmerhub.views.documents.bmw_charge import BmwChargeDetailsAnswer

SHORTEST_END: Final = 4
"""Letters: less of an id names too many sessions."""


def short_id(charge_id: str) -> str:
    """Return the end of BMW's id, by which a line names a session: without the time that it begins with."""
    return charge_id.rpartition("_")[2]


LoadIds = Callable[["Reads", "Vin"], Awaitable[Sequence[str]]]
"""Loads the ids of a car's stored charging sessions."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ChargeLine:
    """The session that a line names, of which car, and whether BMW is asked though it is stored."""

    vin: str | None
    session: str
    fresh: bool


def show_charge(options: Options, line: ChargeLine, load_ids: LoadIds, *, json: bool) -> None:
    """Print one charging session, for which BMW is asked unless it was before."""
    answer = None if line.fresh else read_of_car(options, line.vin, partial(_find_stored, line.session, load_ids))
    answer = answer or run(_load(options, line, load_ids))
    if json:
        print_json(answer)
    else:
        _print(answer)


async def _find_stored(session: str, load_ids: LoadIds, reads: "Reads", vin: "Vin") -> "BmwChargeDetailsAnswer | None":
    """Return the details that are stored, None when BMW is still to be asked for them."""
    from bimmerhub.cli.reads import public_documents

    try:
        return await reads.read(public_documents.bmw_charge(vin, _find(await load_ids(reads, vin), session)))
    except NotFound:
        return None


async def _load(options: Options, line: ChargeLine, load_ids: LoadIds) -> "BmwChargeDetailsAnswer":
    """Return the session; NotFound where BMW does not tell it, and it is not stored."""
    from bimmerhub.cli.reads import public_documents

    async with reach_car(options, line.vin) as car:
        charge_id = _find(await load_ids(car.reads, car.vin), line.session)
        await car.ask({"what": "bmw-charges", "id": charge_id, "fresh": line.fresh})
        return await car.reads.read(public_documents.bmw_charge(car.vin, charge_id))


def _find(ids: Sequence[str], text: str) -> str:
    """Return the id of the one stored session that a text names; a whole id may be of one that is not stored."""
    named = [one for one in ids if one == text or (len(text) >= SHORTEST_END and one.endswith(text))]
    if len(named) == 1:
        return named[0]
    if not named and "_" in text:
        return text
    raise WrongUsage(
        f"{'several charging sessions end' if named else 'no charging session ends'} with {text[:60]!r}",
        hint="See them, with their ids: bimmerhub bmw-charges VIN",
    )


def _print(charge: "BmwChargeDetailsAnswer") -> None:
    levels = [
        None if one is None else show_value(one, "%") for one in (charge.start_soc_percent, charge.end_soc_percent)
    ]
    pairs = (
        ("began (local time)", None if charge.started_at is None else local_time(charge.started_at)),
        ("ended", None if charge.ended_at is None else local_time(charge.ended_at)),
        ("took", charge.duration),
        ("charged", charge.energy),
        ("battery", None if levels == [None, None] else " to ".join(level or "-" for level in levels)),
        ("odometer", None if charge.odometer_km is None else show_value(charge.odometer_km, "km")),
        ("cost", charge.cost),
        ("where", charge.place),
        ("trouble", charge.issue),
    )
    print_table(("", ""), [(what, value) for what, value in pairs if value])
    say(f"As of {local_time(charge.fetched_at)}.")
