"""The commands to cars, each with its life."""

from collections.abc import Mapping
from typing import Protocol

from bimmerhub.domain.command import Command, CommandKind, CommandStep, Detail
from bimmerhub.ids import Vin
from bimmerhub.store.ports.audit import AuditEntry


class StoredCommands(Protocol):
    """The commands that were asked for."""

    async def begin(
        self, vin: Vin, kind: CommandKind | str, *, account: str, details: Mapping[str, Detail], at_ms: int
    ) -> Command:
        """Add a command in the state `sending` and return it once it is on disk; its id is never given twice."""
        ...

    async def add_step(self, command_id: int, step: CommandStep, *, audit: AuditEntry | None = None) -> Command:
        """Add a state to a command's life, unless it had that state, and return the command once that is on disk.

        What the `audit` is to say of it is written in the same commit.

        StoreError when there is no such command: its vehicle was erased meanwhile.
        """
        ...

    async def find_command(self, command_id: int) -> Command | None:
        """Return one command, None when there is none of that id."""
        ...

    async def commands(self, *, limit: int, before_id: int | None = None, vin: Vin | None = None) -> list[Command]:
        """Return the newest commands, newest first, of one vehicle or of all."""
        ...

    async def under_way(self) -> list[Command]:
        """Return the commands that have not ended, oldest first."""
        ...
