"""How far a car gets from where it is, as GeoJSON (RFC 7946); i Remote tells it."""

from typing import Annotated

import msgspec

from bimmerhub.domain.documents import RANGE_MAP
from bimmerhub.ids import Vin
from bimmerhub.times import format_time
from bimmerhub.views.documents.members import Members, members_of
from bimmerhub.views.documents.offered import IREMOTE_ONLY, MissingNotice, OlderDocuments
from bimmerhub.views.fields import SOURCE_NAMES, Number, Time
from bimmerhub.views.viewer import Viewer

_FEWEST_CORNERS = 3
Coordinates = Annotated[list[Number], msgspec.Meta(description="longitude and latitude, in degrees")]


class PointGeometry(msgspec.Struct, frozen=True, kw_only=True, tag_field="type", tag="Point"):
    """Where the car was."""

    coordinates: Coordinates


class PolygonGeometry(msgspec.Struct, frozen=True, kw_only=True, tag_field="type", tag="Polygon"):
    """What can be reached: one closed ring."""

    coordinates: list[list[Coordinates]]


class RangeProperties(msgspec.Struct, frozen=True, kw_only=True):
    """What a feature is."""

    mode: Annotated[str | None, msgspec.Meta(description="BMW's word: ECO_PRO_PLUS, COMFORT; null for the car")]
    quality: Annotated[str | None, msgspec.Meta(description="BMW's word, such as AVERAGE")]


class RangeFeature(msgspec.Struct, frozen=True, kw_only=True, tag_field="type", tag="Feature"):
    """An area that can be reached in one mode, or the car."""

    geometry: PointGeometry | PolygonGeometry
    properties: RangeProperties


class RangeMapAnswer(msgspec.Struct, frozen=True, kw_only=True, tag_field="type", tag="FeatureCollection"):
    """GeoJSON for whatever draws maps, with three members of ours: notice, fetched_at, source."""

    features: list[RangeFeature]
    notice: MissingNotice
    fetched_at: Annotated[Time | None, msgspec.Meta(description="null: BMW never told of one")]
    source: str | None


async def view_range_map(viewer: Viewer, older: OlderDocuments, vin: Vin) -> RangeMapAnswer:
    """Return the range map that BMW told last: an area for each mode, and the car."""
    viewer.require_vehicle(vin)
    document = await older.documents.document(vin, RANGE_MAP)
    if document is None:
        notice = await older.why_missing("range maps", IREMOTE_ONLY, vin, needs_battery=True)
        return RangeMapAnswer(features=[], notice=notice, fetched_at=None, source=None)
    return RangeMapAnswer(
        features=_features(members_of(document.body)),
        notice=None,
        fetched_at=format_time(document.fetched_at_ms),
        source=SOURCE_NAMES[document.source],
    )


def _features(body: Members) -> list[RangeFeature]:
    quality, features = body.text("quality"), list[RangeFeature]()
    for line in body.objects("rangemaps"):
        corners = [corner for point in line.objects("polyline") if (corner := _coordinates(point)) is not None]
        if len(corners) >= _FEWEST_CORNERS:
            ring = corners if corners[0] == corners[-1] else [*corners, corners[0]]
            properties = RangeProperties(mode=line.text("type"), quality=quality)
            features.append(RangeFeature(geometry=PolygonGeometry(coordinates=[ring]), properties=properties))
    center = _coordinates(body.at("center"))
    if center is not None:
        properties = RangeProperties(mode=None, quality=quality)
        features.append(RangeFeature(geometry=PointGeometry(coordinates=center), properties=properties))
    return features


def _coordinates(point: Members) -> list[Number] | None:
    latitude, longitude = point.figure("lat"), point.figure("lon")
    return None if latitude is None or longitude is None else [longitude, latitude]
