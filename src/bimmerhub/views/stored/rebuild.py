"""Records made anew from the readings, with how far that is."""

from collections.abc import AsyncGenerator
from contextlib import aclosing

import msgspec

from bimmerhub.views.cars.vehicles import find_vehicle
from bimmerhub.views.ports.cars import VehicleStates
from bimmerhub.views.ports.readings import Rebuilding, RebuildProgress
from bimmerhub.views.viewer import Viewer


class RebuildAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """One line of the progress of a rebuild; the last one has `done` set.

    A part is one kind of record of one vehicle, or one series whose readings are judged anew with their neighbours:
    an odometer, a coordinate, a charge level. `readings` is how many were looked at so far, in all parts together.
    """

    parts: int
    parts_done: int
    readings: int
    done: bool


async def rebuild(
    viewer: Viewer, vehicles: VehicleStates, rebuilding: Rebuilding, vin: str | None
) -> AsyncGenerator[RebuildAnswer]:
    """Judge and derive everything of a vehicle (None: of all) anew and yield progress; NotFound for an unknown VIN."""
    viewer.require_owner()
    subject = None if vin is None else find_vehicle(viewer, vehicles, vin)
    async with aclosing(rebuilding.rebuild(subject)) as reports:
        async for report in reports:
            yield describe_progress(report)


def describe_progress(report: RebuildProgress) -> RebuildAnswer:
    """Return how far a rebuild is in its public shape."""
    return RebuildAnswer(parts=report.parts, parts_done=report.parts_done, readings=report.readings, done=report.done)
