"""Commands to cars, and the audit: ports `StoredCommands` and `StoredAudit`."""

import json
import sqlite3
from collections.abc import Mapping, Sequence
from typing import Any

from typing_extensions import override

from bimmerhub.domain.command import Command, CommandKind, CommandState, CommandStep, Detail
from bimmerhub.errors import StoreError
from bimmerhub.ids import Vin
from bimmerhub.store.ports.audit import AuditEntry, StoredAudit
from bimmerhub.store.ports.commands import StoredCommands
from bimmerhub.store.sqlite.database.connection import transaction
from bimmerhub.store.sqlite.tables import Cell, Tables

_COMMANDS = "SELECT id, vin, account, kind, details FROM commands"

_STEPS = """
SELECT command_id, state, at_ms, word, event_id, reason, code FROM command_steps
WHERE command_id IN (SELECT value FROM json_each(?)) ORDER BY id"""

_ADD_STEP = """
INSERT INTO command_steps (command_id, state, at_ms, word, event_id, reason, code) VALUES (?, ?, ?, ?, ?, ?, ?)
ON CONFLICT (command_id, state) DO NOTHING"""

_RECORD = "INSERT INTO audit (at_ms, who, from_where, action, subject, body) VALUES (?, ?, ?, ?, ?, ?)"

_AUDIT = """
SELECT id, at_ms, who, from_where, action, subject, body FROM audit
WHERE ?1 IS NULL OR id < ?1 ORDER BY id DESC LIMIT ?2"""


class SqliteCommands(Tables, StoredCommands):
    """The tables `commands` and `command_steps`."""

    @override
    async def begin(
        self, vin: Vin, kind: CommandKind | str, *, account: str, details: Mapping[str, Detail], at_ms: int
    ) -> Command:
        return await self._database.write(_begin, vin, kind, account=account, details=json.dumps(details), at_ms=at_ms)

    @override
    async def add_step(self, command_id: int, step: CommandStep, *, audit: AuditEntry | None = None) -> Command:
        return await self._database.write(_add_step, command_id, step, audit)

    @override
    async def find_command(self, command_id: int) -> Command | None:
        return await self._database.read(_find, command_id)

    @override
    async def commands(self, *, limit: int, before_id: int | None = None, vin: Vin | None = None) -> list[Command]:
        conditions = {"id < ?": before_id, "vin = ?": vin}
        wanted = {condition: cell for condition, cell in conditions.items() if cell is not None}
        where = f"WHERE {' AND '.join(wanted)} " if wanted else ""
        return await self._database.read(_load, f"{where}ORDER BY id DESC LIMIT ?", *wanted.values(), limit)

    @override
    async def under_way(self) -> list[Command]:
        return await self._database.read(_load, "WHERE NOT is_ended ORDER BY id")


class SqliteAudit(Tables, StoredAudit):
    """The table `audit`."""

    @override
    async def record(self, entry: AuditEntry) -> None:
        await self.change(_RECORD, *_cells(entry))

    @override
    async def audit(self, *, limit: int, before_id: int | None = None) -> list[AuditEntry]:
        return [
            AuditEntry(
                id=entry_id,
                at_ms=at_ms,
                who=who,
                from_where=from_where,
                action=action,
                subject=None if subject is None else Vin(subject),
                body=json.loads(body),
            )
            for entry_id, at_ms, who, from_where, action, subject, body in await self.load_rows(
                _AUDIT, before_id, limit
            )
        ]


def add_to_audit(connection: sqlite3.Connection, entry: AuditEntry) -> None:
    """Add an entry within a transaction of the caller's."""
    connection.execute(_RECORD, _cells(entry))


def _cells(entry: AuditEntry) -> tuple[Cell, ...]:
    body = json.dumps(dict(entry.body))
    return entry.at_ms, entry.who, entry.from_where, entry.action, entry.subject, body


def _begin(
    connection: sqlite3.Connection, vin: Vin, kind: CommandKind | str, *, account: str, details: str, at_ms: int
) -> Command:
    with transaction(connection):
        added = connection.execute(
            "INSERT INTO commands (vin, account, kind, details) VALUES (?, ?, ?, ?)", (vin, account, kind, details)
        )
        command_id = added.lastrowid or 0
        connection.execute(_ADD_STEP, (command_id, CommandState.SENDING, at_ms, None, None, None, None))
    return _named(connection, command_id)


def _add_step(connection: sqlite3.Connection, command_id: int, step: CommandStep, audit: AuditEntry | None) -> Command:
    with transaction(connection):
        ended = "UPDATE commands SET is_ended = is_ended OR ? WHERE id = ?"
        if connection.execute(ended, (step.state.is_final, command_id)).rowcount == 0:
            raise StoreError("there is no such command any more; its vehicle was erased")
        cells = (step.state, step.at_ms, step.word, step.event_id, step.reason, step.code)
        is_new = connection.execute(_ADD_STEP, (command_id, *cells)).rowcount > 0
        if is_new and audit is not None:
            connection.execute(_RECORD, _cells(audit))
    return _named(connection, command_id)


def _named(connection: sqlite3.Connection, command_id: int) -> Command:
    command = _find(connection, command_id)
    if command is None:
        raise StoreError("there is no such command")
    return command


def _find(connection: sqlite3.Connection, command_id: int) -> Command | None:
    return next(iter(_load(connection, "WHERE id = ?", command_id)), None)


def _load(connection: sqlite3.Connection, which: str, *cells: Cell) -> list[Command]:
    rows = connection.execute(f"{_COMMANDS} {which}", cells).fetchall()
    steps = _load_steps(connection, [row[0] for row in rows])
    return [
        Command(
            id=command_id,
            vin=Vin(vin),
            account=account,
            kind=kind,
            details=json.loads(details),
            steps=tuple(steps[command_id]),
        )
        for command_id, vin, account, kind, details in rows
    ]


def _load_steps(connection: sqlite3.Connection, command_ids: Sequence[int]) -> dict[int, list[CommandStep]]:
    steps: dict[int, list[CommandStep]] = {command_id: [] for command_id in command_ids}
    rows: list[Any] = connection.execute(_STEPS, (json.dumps(command_ids),)).fetchall()
    for command_id, state, at_ms, word, event_id, reason, code in rows:
        step = CommandStep(
            state=CommandState(state), at_ms=at_ms, word=word, event_id=event_id, reason=reason, code=code
        )
        steps[command_id].append(step)
    return steps
