"""`bimmerhub range-map [VIN]`: how far the car gets from where it is."""

from itertools import starmap
from math import asin, cos, radians, sin, sqrt
from typing import TYPE_CHECKING, Final

import typer

from bimmerhub.cli.commands.bmw.bmw_answers import JsonOption, VinArgument, read_document
from bimmerhub.cli.printing.output import local_time, print_json, print_table, say

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bimmerhub.views.documents.range_map import RangeMapAnswer

EARTH_KM: Final = 6_371.0


def add_to(app: typer.Typer) -> None:
    """Add the command."""
    app.command(name="range-map")(range_map)


def range_map(
    context: typer.Context,
    vin: VinArgument = None,
    json: JsonOption = False,  # noqa: FBT002 - typer
) -> None:
    """Show how far a vehicle gets from where it is; as GeoJSON with --json.

    BMW's i Remote tells it, for electric cars; the hub asks once a day. Distances are as the crow flies. A file for
    whatever draws maps: bimmerhub range-map --json > range.geojson
    """
    from bimmerhub.cli.reads import public_documents

    answer = read_document(context.obj, vin, public_documents.range_map)
    if json:
        print_json(answer)
    elif answer.notice is not None:
        say(answer.notice)
    else:
        print_table(
            ("mode", "nearest", "farthest"),
            list(starmap(_cells, _distances(answer))),
            numbers=("nearest", "farthest"),
            empty="BMW's map of this car is empty.",
        )
        say(f"As of {local_time(answer.fetched_at)}. As GeoJSON: --json")


def _distances(answer: "RangeMapAnswer") -> "list[tuple[str, list[float]]]":
    """Return the modes with the distance of each corner from the car, in km; none where BMW tells no place of it."""
    from bimmerhub.views.documents.range_map import PointGeometry, PolygonGeometry

    places = [one.geometry.coordinates for one in answer.features if isinstance(one.geometry, PointGeometry)]
    return [
        (one.properties.mode or "-", [_km(places[0], corner) for corner in one.geometry.coordinates[0]])
        for one in answer.features
        if isinstance(one.geometry, PolygonGeometry) and places
    ]


def _cells(mode: str, distances: "Sequence[float]") -> tuple[str, ...]:
    return (mode, f"{min(distances):.0f} km", f"{max(distances):.0f} km")


def _km(one: "Sequence[float]", other: "Sequence[float]") -> float:
    """Return the distance of two places (longitude, latitude in degrees), as the crow flies."""
    (west, south), (east, north) = map(radians, one), map(radians, other)
    half = sin((north - south) / 2) ** 2 + cos(south) * cos(north) * sin((east - west) / 2) ** 2
    return 2 * EARTH_KM * asin(sqrt(min(1.0, half)))
