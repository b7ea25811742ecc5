"""What the car warned of, over all that is stored: since when, until when, and whether it came back."""

from typing import Annotated, Final

import msgspec

from bimmerhub.domain.signals.car_warnings import WARNINGS, WarningKind, WarningLife, derive_warnings
from bimmerhub.ids import Vin
from bimmerhub.store.ports.readings import Point, ReadingQuery
from bimmerhub.times import LATEST_MS, format_optional_time, format_time
from bimmerhub.views.fields import Page, Time
from bimmerhub.views.viewer import Viewer

POINTS_PER_PAGE: Final = 1_000


class CarWarningAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """A Check Control message or a fault code, from when it was first seen."""

    kind: WarningKind
    code: Annotated[str, msgspec.Meta(description="BMW's id of the message, or the fault code")]
    title: Annotated[str | None, msgspec.Meta(description="in the language of the owner's account, as last told")]
    text: str | None
    ecu_address: Annotated[str | None, msgspec.Meta(description="the control unit of a fault code, hexadecimal")]
    first_seen_at: Time
    last_seen_at: Time
    came_back_at: Annotated[Time | None, msgspec.Meta(description="the last time it did; null when it never went")]
    gone_at: Annotated[Time | None, msgspec.Meta(description="null while it is there")]
    times: Annotated[int, msgspec.Meta(description="how often it came")]


async def view_car_warnings(viewer: Viewer, readings: ReadingQuery, vin: Vin) -> Page[CarWarningAnswer]:
    """Return every warning of a car: those that are there first, then those that are gone, each newest first."""
    viewer.require_vehicle(vin)
    points: list[Point] = []
    after: str | None = None
    while True:
        page, after = await readings.range(
            vin, WARNINGS, from_ms=0, to_ms=LATEST_MS, limit=POINTS_PER_PAGE, after=after
        )
        points += page
        if after is None:
            break
    points.sort(key=lambda point: (point.measured_at_ms, point.sent_after_ms))
    warnings = derive_warnings((point.descriptor, point.measured_at_ms, point.value) for point in points)
    return Page(items=[_describe(warning) for warning in warnings], next=None)


def _describe(warning: WarningLife) -> CarWarningAnswer:
    return CarWarningAnswer(
        kind=warning.kind,
        code=warning.code,
        title=warning.title,
        text=warning.text,
        ecu_address=warning.ecu_address,
        first_seen_at=format_time(warning.first_seen_at_ms),
        last_seen_at=format_time(warning.last_seen_at_ms),
        came_back_at=format_optional_time(warning.came_back_at_ms),
        gone_at=format_optional_time(warning.gone_at_ms),
        times=warning.times,
    )
