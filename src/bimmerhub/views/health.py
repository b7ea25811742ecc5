"""Whether the hub does its work."""

from typing import Annotated, Literal

import msgspec

from bimmerhub.views.account.links import LinkAnswer, describe_link
from bimmerhub.views.fields import Number
from bimmerhub.views.ports.accounts import AccountLinks
from bimmerhub.views.ports.health import HealthReport
from bimmerhub.views.stored.rebuild import RebuildAnswer, describe_progress
from bimmerhub.views.viewer import Viewer


class HealthAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """Whether the hub does its work. Counters are since it started.

    A caller who has not signed in to a protected hub gets the status only; the rest is empty or 0 then.
    """

    status: Literal["ok", "degraded", "migrating", "down"]
    version: str
    uptime_s: Number
    readings_stored: int
    readings_refused: int
    readings_not_stored: int
    last_store_error: str | None
    reasons: Annotated[
        list[str],
        msgspec.Meta(description="why it is degraded or down; empty for a caller who has not signed in"),
    ] = []
    rebuilding: Annotated[
        RebuildAnswer | None,
        msgspec.Meta(description="how far records are that are made anew; the old ones are served meanwhile"),
    ] = None
    links: Annotated[
        list[LinkAnswer],
        msgspec.Meta(description="empty for a caller who has not signed in to a protected hub"),
    ]


async def view_health(viewer: Viewer, report: HealthReport, accounts: AccountLinks) -> HealthAnswer:
    """Return the present health; a stranger gets the status only: the rest is empty or 0."""
    health = report.health()
    if not viewer.is_owner:
        return _status_only(health.status)
    return HealthAnswer(
        status=health.status,
        version=health.version,
        uptime_s=round(health.uptime_s, 3),
        readings_stored=health.readings_stored,
        readings_refused=health.readings_refused,
        readings_not_stored=health.readings_not_stored,
        last_store_error=health.last_store_error,
        reasons=list(health.reasons),
        rebuilding=None if health.rebuilding is None else describe_progress(health.rebuilding),
        links=[describe_link(link) for link in accounts.links()],
    )


def _status_only(status: Literal["ok", "degraded", "migrating", "down"]) -> HealthAnswer:
    return HealthAnswer(
        status=status,
        version="",
        uptime_s=0,
        readings_stored=0,
        readings_refused=0,
        readings_not_stored=0,
        last_store_error=None,
        links=[],
    )
