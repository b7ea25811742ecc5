"""Commands to cars with their life, the audit, and which cars may be opened."""

from pathlib import Path
from typing import Any

import pytest

from bimmerhub.domain.command import CommandKind, CommandState, CommandStep
from bimmerhub.domain.vehicle import Vehicle
from bimmerhub.errors import StoreError
from bimmerhub.ids import Vin
from bimmerhub.store.ports.audit import AuditEntry

CAR = Vin("WBA00000000000001")
OTHER_CAR = Vin("WBA00000000000002")


async def begin(store: Any, vin: Vin = CAR, kind: CommandKind = CommandKind.LOCK, *, at_ms: int = 5) -> Any:
    return await store.commands.begin(vin, kind, account="home", details={"flashes": 2}, at_ms=at_ms)


async def test_a_command_is_on_disk_as_sending(open_store: Any, tmp_path: Path) -> None:
    async with open_store(tmp_path) as store:
        begun = await begin(store)
    async with open_store(tmp_path) as store:
        assert await store.commands.find_command(begun.id) == begun
        assert await store.commands.under_way() == [begun]
    assert begun.steps == (CommandStep(state=CommandState.SENDING, at_ms=5),)
    assert (begun.vin, begun.account, begun.kind, begun.details) == (CAR, "home", CommandKind.LOCK, {"flashes": 2})


async def test_a_life_is_kept_in_order_until_it_ends(store: Any) -> None:
    begun = await begin(store)
    taken = CommandStep(state=CommandState.PENDING, at_ms=6, word="PENDING", event_id="e", reason=None)
    refused = CommandStep(state=CommandState.NOT_EXECUTED, at_ms=7, reason="no", code="A-1")
    assert not (await store.commands.add_step(begun.id, taken)).is_ended
    ended = await store.commands.add_step(begun.id, refused)
    assert ended.is_ended
    assert ended.steps[1:] == (taken, refused)
    assert await store.commands.under_way() == []


async def test_a_state_is_kept_once(store: Any) -> None:
    begun = await begin(store)
    again = await store.commands.add_step(begun.id, CommandStep(state=CommandState.SENDING, at_ms=9))
    assert again == begun


async def test_the_audit_of_a_state_is_written_with_it_once(store: Any) -> None:
    begun = await begin(store)
    ended = CommandStep(state=CommandState.EXECUTED, at_ms=6)
    entry = AuditEntry(at_ms=6, who="page", from_where=None, action="command_ended", subject=CAR)
    for _ in range(2):
        await store.commands.add_step(begun.id, ended, audit=entry)
    assert [stored.action for stored in await store.audit.audit(limit=9)] == ["command_ended"]
    with pytest.raises(StoreError):
        await store.commands.add_step(begun.id + 1, ended, audit=entry)
    assert len(await store.audit.audit(limit=9)) == 1


async def test_commands_are_listed_newest_first(store: Any) -> None:
    first, second, other = [await begin(store, vin) for vin in (CAR, CAR, OTHER_CAR)]
    assert await store.commands.commands(limit=9) == [other, second, first]
    assert await store.commands.commands(limit=1, vin=CAR) == [second]
    assert await store.commands.commands(limit=9, vin=CAR, before_id=second.id) == [first]
    assert await store.commands.find_command(other.id + 1) is None


async def test_commands_of_an_erased_vehicle_are_gone(store: Any) -> None:
    begun, other = await begin(store), await begin(store, OTHER_CAR)
    await store.audit.record(AuditEntry(at_ms=1, who="page", from_where="::1", action="command", subject=CAR))
    await store.erase(CAR)
    assert await store.commands.commands(limit=9) == [other]
    assert await store.audit.audit(limit=9) == []
    with pytest.raises(StoreError, match="no such command"):
        await store.commands.add_step(begun.id, CommandStep(state=CommandState.PENDING, at_ms=6))
    assert (await begin(store)).id > other.id


async def test_the_audit_is_listed_newest_first(store: Any) -> None:
    entries = [
        AuditEntry(at_ms=1, who="token lamp", from_where="192.0.2.7", action="command_asked", subject=CAR),
        AuditEntry(at_ms=1, who="hub", from_where=None, action="command_ended", body={"id": 3, "state": "executed"}),
    ]
    for entry in entries:
        await store.audit.record(entry)
    newest, oldest = await store.audit.audit(limit=9)
    assert (oldest.who, oldest.from_where, oldest.subject, oldest.body) == ("token lamp", "192.0.2.7", CAR, {})
    assert (newest.who, newest.from_where, newest.subject, newest.body) == ("hub", None, None, entries[1].body)
    assert await store.audit.audit(limit=9, before_id=newest.id) == [oldest]
    assert await store.audit.audit(limit=1) == [newest]


async def test_opening_is_allowed_and_forbidden_again(store: Any) -> None:
    await store.vehicles.save_vehicle(Vehicle(vin=CAR), seen_at_ms=1)
    for allowed_at_ms in (None, 7, None):
        await store.vehicles.allow_opening(CAR, allowed_at_ms=allowed_at_ms)
        [car] = await store.vehicles.vehicles()
        assert car.opening_allowed_at_ms == allowed_at_ms
