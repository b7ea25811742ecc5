"""Where a trip led: its stored positions as GeoJSON or GPX, with gaps as gaps."""

from collections.abc import Sequence
from itertools import pairwise
from typing import Annotated, Final, Literal
from xml.sax.saxutils import escape

import msgspec

from bimmerhub.ids import Vin
from bimmerhub.times import MINUTE_MS, parse_time
from bimmerhub.views.cars.history import MOST_ROWS
from bimmerhub.views.cars.positions import PositionAnswer, view_positions
from bimmerhub.views.cars.trips import TripReads, load_trip
from bimmerhub.views.fields import Number
from bimmerhub.views.viewer import Viewer

LONGEST_GAP_MS: Final = 6 * MINUTE_MS
"""Positions of a driving car come at most so far apart (a client, 2025): beyond it the way between is not known."""

GPX_MEDIA_TYPE: Final = "application/gpx+xml"

Points = list[list[PositionAnswer]]


class PathGeometry(msgspec.Struct, frozen=True, kw_only=True):
    """The lines of a path; between two of them the way is not known."""

    type: Literal["MultiLineString"] = "MultiLineString"
    coordinates: Annotated[
        list[list[list[Number]]], msgspec.Meta(description="longitude, latitude, and metres of height where measured")
    ]


class PathProperties(msgspec.Struct, frozen=True, kw_only=True):
    """When each point was measured, in the order of the lines."""

    times: list[list[str]]
    gaps: int


class PathAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """The path of a trip as a GeoJSON feature (RFC 7946)."""

    type: Literal["Feature"] = "Feature"
    geometry: PathGeometry
    properties: PathProperties


async def view_trip_path(viewer: Viewer, reads: TripReads, vin: Vin, trip_id: str) -> PathAnswer:
    """Return the path of a trip; NotFound as `load_trip`."""
    stored = await load_trip(viewer, reads, vin, trip_id)
    positions: list[PositionAnswer] = []
    after: str | None = None
    while True:
        page = await view_positions(
            viewer,
            reads.readings,
            vin,
            from_ms=stored.start_at_ms,
            to_ms=stored.end_at_ms + 1,
            limit=MOST_ROWS,
            after=after,
        )
        positions[:0] = page.items
        after = page.next
        if after is None:
            break
    lines = _split_at_gaps(positions)
    return PathAnswer(
        geometry=PathGeometry(coordinates=[[_coordinates(position) for position in line] for line in lines]),
        properties=PathProperties(
            times=[[position.measured_at for position in line] for line in lines], gaps=max(0, len(lines) - 1)
        ),
    )


def to_gpx(path: PathAnswer, *, name: str) -> str:
    """Return a path as GPX 1.1."""
    lines = zip(path.geometry.coordinates, path.properties.times, strict=True)
    segments = "".join(
        f"<trkseg>{''.join(_gpx_point(point, at) for point, at in zip(points, times, strict=True))}</trkseg>"
        for points, times in lines
    )
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        '<gpx version="1.1" creator="bimmerhub" xmlns="http://www.topografix.com/GPX/1/1">'
        f"<trk><name>{escape(name)}</name>{segments}</trk></gpx>\n"
    )


def _split_at_gaps(positions: Sequence[PositionAnswer]) -> Points:
    lines: Points = [[position] for position in positions[:1]]
    for before, position in pairwise(positions):
        if _at_ms(position) - _at_ms(before) > LONGEST_GAP_MS:
            lines.append([position])
        else:
            lines[-1].append(position)
    return lines


def _at_ms(position: PositionAnswer) -> int:
    return parse_time(position.measured_at, name="measured_at")


def _coordinates(position: PositionAnswer) -> list[Number]:
    height = [] if position.altitude_m is None else [position.altitude_m]
    return [position.longitude_deg, position.latitude_deg, *height]


def _gpx_point(point: Sequence[Number], at: str) -> str:
    longitude, latitude, *height = point
    elevation = "".join(f"<ele>{metres}</ele>" for metres in height)
    return f'<trkpt lat="{latitude}" lon="{longitude}">{elevation}<time>{at}</time></trkpt>'
