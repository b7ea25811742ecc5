"""The vehicles that are known, and which accounts see them: port `StoredVehicles`."""

import json
import sqlite3
from collections.abc import Iterable, Sequence

from typing_extensions import override

from bimmerhub.domain.vehicle import Vehicle, VehicleAccount, VehicleMapping
from bimmerhub.ids import Vin
from bimmerhub.store.ports.vehicles import StoredVehicles
from bimmerhub.store.sqlite.database.connection import transaction
from bimmerhub.store.sqlite.tables import Tables

_ADD = """
INSERT INTO vehicles (vin, key, first_seen_at_ms) VALUES (?, vehicle_key(), ?) ON CONFLICT (vin) DO NOTHING
RETURNING key"""

_DESCRIBE = """
UPDATE vehicles SET
  name = coalesce(?, name),
  brand = coalesce(?, brand),
  model = coalesce(?, model),
  drivetrain = coalesce(?, drivetrain),
  first_seen_at_ms = min(?, first_seen_at_ms)
WHERE vin = ?"""

_SEE = """
INSERT INTO vehicle_accounts (vin, account_id, mapping, seen_at_ms) VALUES (?, ?, ?, ?)
ON CONFLICT (vin, account_id) DO UPDATE
SET mapping = coalesce(excluded.mapping, mapping), seen_at_ms = max(excluded.seen_at_ms, seen_at_ms)"""

_MAP = """
INSERT INTO vehicle_accounts (vin, account_id, mapping, seen_at_ms, mapped_since_ms) VALUES (?, ?, ?, ?, ?)
ON CONFLICT (vin, account_id) DO UPDATE SET
  mapping = coalesce(excluded.mapping, mapping),
  seen_at_ms = max(excluded.seen_at_ms, seen_at_ms),
  mapped_since_ms = coalesce(excluded.mapped_since_ms, mapped_since_ms),
  unmapped_at_ms = NULL"""

_UNMAP = """
UPDATE vehicle_accounts SET unmapped_at_ms = ?
WHERE account_id = ? AND unmapped_at_ms IS NULL AND vin NOT IN (SELECT value FROM json_each(?))"""

_ARCHIVE = "UPDATE vehicles SET archived_at_ms = ?, sold_on = ? WHERE vin = ?"

_LOAD = """
SELECT vin, key, name, brand, model, drivetrain, archived_at_ms, sold_on, opening_allowed_at_ms FROM vehicles
ORDER BY vin"""

_LOAD_ACCOUNTS = """
SELECT vin, account_id, accounts.name, mapping, seen_at_ms, mapped_since_ms, unmapped_at_ms
FROM vehicle_accounts JOIN accounts ON accounts.id = account_id
ORDER BY vin, unmapped_at_ms IS NOT NULL, mapping IS 'SECONDARY', mapping IS NULL, mapped_since_ms DESC, account_id"""
"""The account that BMW gives the vehicle's data comes first: of two the one that has it newly, as after a sale."""


class SqliteVehicles(Tables, StoredVehicles):
    """The tables `vehicles` and `vehicle_accounts`."""

    @override
    async def vehicles(self) -> list[Vehicle]:
        seen: dict[str, list[VehicleAccount]] = {}
        for vin, account_id, account, mapping, seen_ms, since_ms, unmapped_ms in await self.load_rows(_LOAD_ACCOUNTS):
            seen.setdefault(vin, []).append(
                VehicleAccount(
                    account_id=account_id,
                    account=account,
                    mapping=mapping,
                    seen_at_ms=seen_ms,
                    mapped_since_ms=since_ms,
                    unmapped_at_ms=unmapped_ms,
                )
            )
        rows = await self.load_rows(_LOAD)
        return [
            Vehicle(
                vin=Vin(vin),
                key=key,
                accounts=tuple(seen.get(vin, ())),
                name=name,
                brand=brand,
                model=model,
                drivetrain=drivetrain,
                archived_at_ms=archived_ms,
                sold_on=sold_on,
                opening_allowed_at_ms=allowed_ms,
            )
            for vin, key, name, brand, model, drivetrain, archived_ms, sold_on, allowed_ms in rows
        ]

    @override
    async def save_vehicle(self, vehicle: Vehicle, *, seen_at_ms: int) -> None:
        await self.write(_save_vehicle, vehicle, seen_at_ms)

    @override
    async def save_vehicle_account(self, vin: Vin, account_id: int, *, mapping: str | None, seen_at_ms: int) -> None:
        await self.write(_save_vehicle_account, vin, account_id, mapping=mapping, seen_at_ms=seen_at_ms)

    @override
    async def save_mappings(
        self, account_id: int, mappings: Sequence[VehicleMapping], *, told_at_ms: int, is_complete: bool = True
    ) -> None:
        await self.write(_save_mappings, account_id, mappings, told_at_ms=told_at_ms, is_complete=is_complete)

    @override
    async def archive(self, vin: Vin, *, archived_at_ms: int, sold_on: str) -> None:
        await self.change(_ARCHIVE, archived_at_ms, sold_on, vin)

    @override
    async def restore(self, vin: Vin) -> None:
        await self.change(_ARCHIVE, None, None, vin)

    @override
    async def allow_opening(self, vin: Vin, *, allowed_at_ms: int | None) -> None:
        await self.change("UPDATE vehicles SET opening_allowed_at_ms = ? WHERE vin = ?", allowed_at_ms, vin)


def meet_vehicles(connection: sqlite3.Connection, first_seen: Iterable[tuple[Vin, int]]) -> list[Vehicle]:
    """Add the vehicles that are not known yet, with when they were first seen (milliseconds UTC), and return them.

    Part of the caller's transaction.
    """
    met = []
    for vin, seen_at_ms in first_seen:
        for (key,) in connection.execute(_ADD, (vin, seen_at_ms)).fetchall():
            met.append(Vehicle(vin=vin, key=key))
    return met


def _save_vehicle(connection: sqlite3.Connection, vehicle: Vehicle, seen_at_ms: int) -> None:
    with transaction(connection):
        meet_vehicles(connection, [(vehicle.vin, seen_at_ms)])
        words = (vehicle.name, vehicle.brand, vehicle.model, vehicle.drivetrain)
        connection.execute(_DESCRIBE, (*words, seen_at_ms, vehicle.vin))


def _save_vehicle_account(
    connection: sqlite3.Connection, vin: Vin, account_id: int, *, mapping: str | None, seen_at_ms: int
) -> None:
    with transaction(connection):
        meet_vehicles(connection, [(vin, seen_at_ms)])
        connection.execute(_SEE, (vin, account_id, mapping, seen_at_ms))


def _save_mappings(
    connection: sqlite3.Connection,
    account_id: int,
    mappings: Sequence[VehicleMapping],
    *,
    told_at_ms: int,
    is_complete: bool,
) -> None:
    with transaction(connection):
        meet_vehicles(connection, [(mapping.vin, told_at_ms) for mapping in mappings])
        for mapping in mappings:
            cells = (mapping.vin, account_id, mapping.mapping, told_at_ms, mapping.mapped_since_ms)
            connection.execute(_MAP, cells)
        if is_complete:
            connection.execute(_UNMAP, (told_at_ms, account_id, json.dumps([mapping.vin for mapping in mappings])))
