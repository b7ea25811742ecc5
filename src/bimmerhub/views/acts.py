"""What people do with the hub, noted in the audit: who, from where, what, and what came of it.

Any part may note an act: a route with the `Asker` of its request, a command that works without a hub as COMMAND_LINE.
The hub's own doing on somebody's wish, such as dropping what a person limited, is noted as THE_HUB.
"""

import logging
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from enum import StrEnum
from typing import Final

from bimmerhub.domain.command import Detail
from bimmerhub.errors import BimmerhubError, StoreError
from bimmerhub.ids import Vin, mask_vins
from bimmerhub.store.ports.audit import AuditEntry, StoredAudit
from bimmerhub.views.ports.commands import Asker

COMMAND_LINE: Final = Asker(who="command line", from_where=None, may_command=True)
"""A person at a terminal of the hub's machine, whose command works on the store itself."""
THE_HUB: Final = Asker(who="hub", from_where=None, may_command=False)

_log = logging.getLogger(__name__)


class ActOutcome(StrEnum):
    """How an act ended."""

    DONE = "done"
    REFUSED = "refused"


class Acts:
    """Notes acts in the audit. `now_ms` is the time, milliseconds UTC."""

    def __init__(self, audit: StoredAudit, *, now_ms: Callable[[], int]) -> None:
        self._audit = audit
        self._now_ms = now_ms

    async def note(
        self,
        asker: Asker,
        action: str,
        *,
        vin: Vin | None = None,
        outcome: ActOutcome = ActOutcome.DONE,
        reason: str | None = None,
        details: Mapping[str, Detail] | None = None,
    ) -> None:
        """Add an entry, without a secret in it: `action` in words with underscores, such as `token_deleted`.

        `vin` is the car that it is about; what an erasure leaves has none, but the end of the VIN among its details.
        The act is done by now, so a store that cannot be written does not undo it: then the log has the entry.
        """
        body: dict[str, Detail] = {**(details or {}), "outcome": str(outcome)}
        if reason is not None:
            body["reason"] = mask_vins(reason)
        entry = AuditEntry(
            at_ms=self._now_ms(), who=asker.who, from_where=asker.from_where, action=action, subject=vin, body=body
        )
        try:
            await self._audit.record(entry)
        except StoreError as error:
            _log.warning("%s by %s (%s) is not in the audit: %s", action, asker.who, outcome, error)

    @asynccontextmanager
    async def noting(
        self, asker: Asker, action: str, *, vin: Vin | None = None, details: Mapping[str, Detail] | None = None
    ) -> AsyncIterator[dict[str, Detail]]:
        """Note the act of the block when it ends: done, or refused with the reason when it raises our own exception.

        Yields the entry's details, for the block to add what came of it.
        """
        noted: dict[str, Detail] = dict(details or {})
        try:
            yield noted
        except BimmerhubError as error:
            await self.note(asker, action, vin=vin, outcome=ActOutcome.REFUSED, reason=str(error), details=noted)
            raise
        await self.note(asker, action, vin=vin, details=noted)
