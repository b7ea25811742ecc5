"""A car's tyres, as BMW's tyre diagnosis tells them."""

from collections.abc import Iterator
from typing import Annotated, Final, Literal

import msgspec

from bimmerhub.domain.documents import TYRES
from bimmerhub.domain.units import KM_PER_MILE
from bimmerhub.ids import Vin
from bimmerhub.store.ports.documents import StoredDocuments
from bimmerhub.times import format_time
from bimmerhub.views.documents.members import Members, members_of
from bimmerhub.views.fields import SOURCE_NAMES, Page, Time
from bimmerhub.views.viewer import Viewer

TyreSet = Literal["mounted", "unmounted"]
Wheel = Literal["front_left", "front_right", "rear_left", "rear_right"]
_SETS: Final[dict[TyreSet, str]] = {"mounted": "mountedTyres", "unmounted": "unmountedTyres"}
_WHEELS: Final[dict[Wheel, str]] = {
    "front_left": "frontLeft",
    "front_right": "frontRight",
    "rear_left": "rearLeft",
    "rear_right": "rearRight",
}


class TyreAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """One tyre. Words are BMW's, in English; null where BMW says nothing."""

    tyre_set: TyreSet = msgspec.field(name="set")
    wheel: Wheel
    dimension: Annotated[str | None, msgspec.Meta(description="as on the tyre: 245/45 R19 102 Y")]
    season: str | None
    manufacturer: str | None
    tread: str | None
    is_run_flat: bool | None
    part_number: str | None
    mounted_on: str | None
    produced: str | None
    quality: str | None
    wear: str | None
    wear_color: Annotated[str | None, msgspec.Meta(description="GREEN, YELLOW, RED or GREY")]
    due_km: Annotated[int | None, msgspec.Meta(description="odometer at which BMW expects it to be worn, in km")]
    defect: str | None
    defect_color: str | None


class TyresAnswer(Page[TyreAnswer], frozen=True, kw_only=True):
    """A car's tyres. Without rows and with a time: BMW answered that it knows none, as for cars without the service."""

    fetched_at: Annotated[Time | None, msgspec.Meta(description="null: BMW was never asked")]
    source: str | None


async def view_tyres(viewer: Viewer, documents: StoredDocuments, vin: Vin) -> TyresAnswer:
    """Return the tyres that BMW knew last."""
    viewer.require_vehicle(vin)
    document = await documents.document(vin, TYRES)
    if document is None:
        return TyresAnswer(items=[], next=None, fetched_at=None, source=None)
    return TyresAnswer(
        items=list(_tyres(members_of(document.body))),
        next=None,
        fetched_at=format_time(document.fetched_at_ms),
        source=SOURCE_NAMES[document.source],
    )


def _tyres(body: Members) -> Iterator[TyreAnswer]:
    for tyre_set, set_name in _SETS.items():
        for wheel, wheel_name in _WHEELS.items():
            tyre = body.at("passengerCar", set_name, wheel_name)
            if tyre.number("dimension", "sectionWidth") or tyre.number("dimension", "rimDiameter"):
                yield _describe(tyre_set, wheel, tyre)  # else it is of the skeleton: labels and zeros


def _describe(tyre_set: TyreSet, wheel: Wheel, tyre: Members) -> TyreAnswer:
    return TyreAnswer(
        tyre_set=tyre_set,
        wheel=wheel,
        dimension=tyre.text("dimension", "value") or _spell_dimension(tyre.at("dimension")),
        season=tyre.text("season", "season") or tyre.text("season", "value"),
        manufacturer=tyre.text("tread", "manufacturer"),
        tread=tyre.text("tread", "treadDesign") or tyre.text("tread", "value"),
        is_run_flat=tyre.flag("runFlat", "runFlat"),
        part_number=tyre.text("partNumber", "partNumber") or tyre.text("partNumber", "value"),
        mounted_on=tyre.text("mountingDate", "mountingDate") or tyre.text("mountingDate", "value"),
        produced=tyre.text("tyreProductionDate", "value"),
        quality=tyre.text("qualityStatus", "qualityStatus") or tyre.text("qualityStatus", "value"),
        wear=tyre.text("tyreWear", "status") or tyre.text("tyreWear", "value"),
        wear_color=tyre.text("tyreWear", "statusColor"),
        due_km=_due_km(tyre.at("tyreWear")),
        defect=tyre.text("tyreDefect", "status") or tyre.text("tyreDefect", "value"),
        defect_color=tyre.text("tyreDefect", "statusColor"),
    )


def _spell_dimension(dimension: Members) -> str:
    width, ratio, rim = (dimension.text(name) or "?" for name in ("sectionWidth", "aspectRatio", "rimDiameter"))
    return f"{width}/{ratio} {dimension.text('constructionType') or 'R'}{rim}"


def _due_km(wear: Members) -> int | None:
    due = wear.number("dueMileage")
    if not due:
        return None
    return round(due * KM_PER_MILE) if (wear.text("unit") or "").upper().startswith("MI") else round(due)
