"""A range map as GeoJSON (RFC 7946), for whatever draws maps. Pure."""

from collections.abc import Iterable

from bimmerhub.bmw.iremote.models import MapPoint, RangeMap

_LEAST_CORNERS = 3


def to_geojson(range_map: RangeMap) -> dict[str, object]:
    """Return a FeatureCollection: a polygon for each mode and the car as a point; empty where BMW tells nothing."""
    features: list[dict[str, object]] = []
    for line in range_map.lines:
        ring = _ring(line.line)
        if ring:
            features.append(_feature("Polygon", [ring], mode=line.mode, quality=range_map.quality))
    center = _coordinates(range_map.center)
    if center is not None:
        features.append(_feature("Point", center, mode=None, quality=range_map.quality))
    return {"type": "FeatureCollection", "features": features}


def _ring(points: Iterable[MapPoint]) -> list[list[float]]:
    """Return a closed ring, empty when the points make no area."""
    corners = [corner for point in points if (corner := _coordinates(point)) is not None]
    if len(corners) < _LEAST_CORNERS:
        return []
    return corners if corners[0] == corners[-1] else [*corners, corners[0]]


def _coordinates(point: MapPoint | None) -> list[float] | None:
    if point is None or point.latitude_deg is None or point.longitude_deg is None:
        return None
    return [point.longitude_deg, point.latitude_deg]


def _feature(kind: str, coordinates: object, *, mode: str | None, quality: str | None) -> dict[str, object]:
    properties = {name: value for name, value in (("mode", mode), ("quality", quality)) if value is not None}
    return {"type": "Feature", "geometry": {"type": kind, "coordinates": coordinates}, "properties": properties}
