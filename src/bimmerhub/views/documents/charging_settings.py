"""How a car is set to charge at each place, as BMW tells it."""

from typing import Annotated

import msgspec

from bimmerhub.domain.documents import CHARGING_PLACE, Document
from bimmerhub.ids import Vin
from bimmerhub.store.ports.documents import StoredDocuments
from bimmerhub.times import format_time
from bimmerhub.views.documents.members import Members, members_of
from bimmerhub.views.fields import SOURCE_NAMES, Number, Page, Time
from bimmerhub.views.viewer import Viewer

ClockTime = Annotated[str, msgspec.Meta(description="HH:MM, the place's own time")]


class ChargingWindow(msgspec.Struct, frozen=True, kw_only=True):
    """When to charge."""

    begin: ClockTime
    end: ClockTime


class ChargingPlaceAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """The charging settings of one place. Words are BMW's."""

    id: str
    latitude_deg: Number | None
    longitude_deg: Number | None
    charging_mode: str | None
    preference: str | None
    period: Annotated[ChargingWindow | None, msgspec.Meta(description="startChargingTimePeriod… of the settings")]
    windows: list[ChargingWindow]
    ac_current_limit: str | None
    ac_current_limit_a: Annotated[Number | None, msgspec.Meta(description="ampere, as the cars show it")]
    acoustic_limit: str | None
    flap_lock: str | None
    charging_plug: str | None
    visits: Number | None
    last_visit_at: Annotated[str | None, msgspec.Meta(description="as BMW wrote it")]
    last_updated_at: Annotated[str | None, msgspec.Meta(description="as BMW wrote it")]
    is_gone: Annotated[bool, msgspec.Meta(description="BMW does not list it any more; the rest is then null")]
    fetched_at: Time
    source: str


async def view_charging_settings(viewer: Viewer, documents: StoredDocuments, vin: Vin) -> Page[ChargingPlaceAnswer]:
    """Return the settings of each place, in order of id."""
    viewer.require_vehicle(vin)
    return Page(items=[_describe(one) for one in await documents.documents(vin, CHARGING_PLACE)], next=None)


def _describe(document: Document) -> ChargingPlaceAnswer:
    place = members_of(document.body)
    windows = [_window(window) for window in place.objects("chargingTimeWindows")]
    return ChargingPlaceAnswer(
        id=document.natural_key,
        latitude_deg=place.number("latitude"),
        longitude_deg=place.number("longitude"),
        charging_mode=place.text("chargingMode"),
        preference=place.text("optimizedChargingPreference"),
        period=_window(place),
        windows=[window for window in windows if window is not None],
        ac_current_limit=place.text("acCurrentLimitFlag"),
        ac_current_limit_a=place.number("acCurrentLimit"),
        acoustic_limit=place.text("acousticLimit"),
        flap_lock=place.text("flapLock"),
        charging_plug=place.text("chargingPlug"),
        visits=place.number("visits"),
        last_visit_at=place.text("lastVisit"),
        last_updated_at=place.text("lastUpdated"),
        is_gone=not place.of,
        fetched_at=format_time(document.fetched_at_ms),
        source=SOURCE_NAMES[document.source],
    )


def _window(window: Members) -> ChargingWindow | None:
    begin, end = (_clock_time(window, edge) for edge in ("start", "stop"))
    return None if begin is None or end is None else ChargingWindow(begin=begin, end=end)


def _clock_time(window: Members, edge: str) -> str | None:
    hour, minute = (window.whole(f"{edge}ChargingTimePeriod{part}") for part in ("Hour", "Minute"))
    return None if hour is None or minute is None else f"{hour:02d}:{minute:02d}"
