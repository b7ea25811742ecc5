"""Attempts at commands that were refused at the door, for the audit: who, from where, and why."""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from bimmerhub.domain.command import Detail
from bimmerhub.errors import NotFound, StoreError
from bimmerhub.ids import Vin
from bimmerhub.store.ports.audit import AuditEntry, StoredAudit
from bimmerhub.times import HOUR_MS
from bimmerhub.views.cars.vehicles import find_vehicle
from bimmerhub.views.ports.cars import VehicleStates
from bimmerhub.views.viewer import OWNER

STRANGER: Final = "stranger"
"""Who asks without a proof that counts, or from a page that is not the hub's."""
MOST_AN_HOUR: Final = 100
"""Entries in the audit; without a bound anybody on the network could fill the disk with them."""

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class RefusedAttempt:
    """Who wanted what of a car, from which address; `car` is what the request called it, which may be no car."""

    who: str
    from_where: str | None
    car: str
    action: str
    reason: str


class RefusedAttempts:
    """Puts them into the audit; those beyond MOST_AN_HOUR are counted, and the next entry says how many."""

    def __init__(self, audit: StoredAudit, vehicles: VehicleStates, *, now_ms: Callable[[], int]) -> None:
        self._audit = audit
        self._vehicles = vehicles
        self._now_ms = now_ms
        self._hour = 0
        self._entries = 0
        self._left_out = 0

    async def note(self, attempt: RefusedAttempt) -> None:
        """Add an entry. It is refused all the same when the store cannot be written: then the log has it."""
        now_ms = self._now_ms()
        if now_ms // HOUR_MS != self._hour:
            self._hour, self._entries = now_ms // HOUR_MS, 0
        if self._entries >= MOST_AN_HOUR:
            self._left_out += 1
            return
        self._entries += 1
        left_out: dict[str, Detail] = {"left_out_before": self._left_out} if self._left_out else {}
        self._left_out = 0
        entry = AuditEntry(
            at_ms=now_ms,
            who=attempt.who,
            from_where=attempt.from_where,
            action=attempt.action,
            subject=self._find(attempt.car),
            body={"reason": attempt.reason, **left_out},
        )
        try:
            await self._audit.record(entry)
        except StoreError as error:
            _log.warning("%s of %s is not in the audit: %s", attempt.action, attempt.who, error)

    def _find(self, car: str) -> Vin | None:
        try:
            return find_vehicle(OWNER, self._vehicles, car)
        except NotFound:
            return None
