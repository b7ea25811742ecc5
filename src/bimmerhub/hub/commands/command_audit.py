"""What is noted of commands in the audit: that one was asked for, and by whom; why it was refused; how it ended."""

from collections.abc import Callable, Mapping

from bimmerhub.domain.command import Command, CommandStep, Detail
from bimmerhub.ids import Vin
from bimmerhub.store.ports.audit import AuditEntry, StoredAudit
from bimmerhub.views.ports.commands import Asker


class CommandAudit:
    """Writes the entries about commands. `now_ms` is the time, milliseconds UTC."""

    def __init__(self, audit: StoredAudit, *, now_ms: Callable[[], int]) -> None:
        self._audit = audit
        self._now_ms = now_ms

    async def note(self, asker: Asker, action: str, vin: Vin, body: Mapping[str, Detail]) -> None:
        """Add an entry; it is on disk when this returns. StoreError when it cannot be written."""
        await self._audit.record(self._entry(asker, action, vin, body))

    def entry_of_end(self, command: Command, step: CommandStep, asker: Asker) -> AuditEntry:
        """Return the entry about a command's last step, to be stored together with the step."""
        body: dict[str, Detail] = {"command": command.id, "kind": str(command.kind), "state": str(step.state)}
        if step.reason is not None:
            body["reason"] = step.reason
        return self._entry(asker, "command_ended", command.vin, body)

    def _entry(self, asker: Asker, action: str, vin: Vin, body: Mapping[str, Detail]) -> AuditEntry:
        return AuditEntry(
            at_ms=self._now_ms(),
            who=asker.who,
            from_where=asker.from_where,
            action=action,
            subject=vin,
            body=body,
        )
