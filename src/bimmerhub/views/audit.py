"""The audit: who asked for what, from where, and what came of it."""

from typing import Annotated, Final

import msgspec

from bimmerhub.domain.command import Detail
from bimmerhub.store.ports.audit import AuditEntry, StoredAudit
from bimmerhub.times import format_time
from bimmerhub.views.fields import ListTokens, NewestPage, Time
from bimmerhub.views.viewer import Viewer

DEFAULT_ENTRIES: Final = 100
MOST_ENTRIES: Final = 10_000
"""What one page shows at most."""


class AuditAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """One entry."""

    id: int
    at: Time
    who: Annotated[
        str, msgspec.Meta(description="a token by its name, the command line, the page, the hub, or a stranger")
    ]
    from_where: Annotated[str | None, msgspec.Meta(description="the address that the request came from")]
    action: str
    vin: Annotated[str | None, msgspec.Meta(description="the car that it is about")]
    body: dict[str, Detail]


class AuditPage(NewestPage[AuditAnswer], frozen=True, kw_only=True):
    """A page of the audit, newest first."""


async def view_audit(
    viewer: Viewer, stored: StoredAudit, *, limit: int = DEFAULT_ENTRIES, after: str | None = None
) -> AuditPage:
    """Return the newest `limit` entries, newest first; `after` is the `next` of the page before."""
    viewer.require_owner()
    tokens = ListTokens("audit")
    before_id = None if after is None else tokens.parse_number(after)
    entries = await stored.audit(limit=limit + 1, before_id=before_id)
    is_complete = len(entries) <= limit
    items = [_describe(entry) for entry in entries[:limit]]
    return AuditPage(items=items, next=None if is_complete else tokens.token(items[-1].id), is_complete=is_complete)


def _describe(entry: AuditEntry) -> AuditAnswer:
    return AuditAnswer(
        id=entry.id or 0,
        at=format_time(entry.at_ms),
        who=entry.who,
        from_where=entry.from_where,
        action=entry.action,
        vin=entry.subject,
        body=dict(entry.body),
    )
