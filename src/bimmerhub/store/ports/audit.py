"""The audit: who asked for what, from where, and what came of it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

from bimmerhub.domain.command import Detail
from bimmerhub.ids import Vin


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditEntry:
    """One entry. `subject` is the vehicle that it is about, None for none; `body` has no secret in it.

    `from_where` is the address that the request came from, None for what the hub does by itself.
    """

    at_ms: int
    who: str
    from_where: str | None
    action: str
    subject: Vin | None = None
    body: Mapping[str, Detail] = field(default_factory=dict)
    id: int | None = None


class StoredAudit(Protocol):
    """The entries, which are only ever added."""

    async def record(self, entry: AuditEntry) -> None:
        """Add an entry; it is on disk when this returns. Its `id` is not looked at."""
        ...

    async def audit(self, *, limit: int, before_id: int | None = None) -> list[AuditEntry]:
        """Return the newest entries, newest first."""
        ...
