"""Coverage: for each descriptor of a vehicle whether it arrives, and if not, why."""

from typing import Annotated

import msgspec

from bimmerhub.domain.coverage import Coverage
from bimmerhub.ids import Vin
from bimmerhub.times import format_optional_time
from bimmerhub.views.fields import Page, Time
from bimmerhub.views.ports import CoverageJudge
from bimmerhub.views.viewer import Viewer


class CoverageAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """Whether one descriptor arrives, and if not, why."""

    descriptor: str
    title: str | None
    ticked: Annotated[str, msgspec.Meta(description="yes, no, unknown, or cannot (not streamable)")]
    verdict: str
    why: str
    last_streamed_at: Time | None
    last_rest_at: Time | None
    usual_gap_s: Annotated[float | None, msgspec.Meta(description="median time between its newest values by stream")]


async def view_coverage(viewer: Viewer, judge: CoverageJudge, vin: Vin) -> Page[CoverageAnswer]:
    """Return the coverage of every descriptor, by descriptor; judged from the last 30 days."""
    viewer.require_vehicle(vin)
    return Page(items=[_describe_coverage(coverage) for coverage in await judge.coverage(vin)], next=None)


def _describe_coverage(coverage: Coverage) -> CoverageAnswer:
    return CoverageAnswer(
        descriptor=coverage.descriptor,
        title=coverage.title,
        ticked=coverage.ticked,
        verdict=coverage.verdict.value,
        why=coverage.why,
        last_streamed_at=format_optional_time(coverage.last_streamed_ms),
        last_rest_at=format_optional_time(coverage.last_rest_ms),
        usual_gap_s=coverage.usual_gap_s,
    )
