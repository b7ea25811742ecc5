"""What happens to a car, its accounts or the clock while a command is asked for or under way."""

from collections.abc import Awaitable, Callable

import pytest
from tests.hub.commands.conftest import NOON_MS, PAGE, Workshop, states
from typing_extensions import override

from bimmerhub.domain.command import CommandKind
from bimmerhub.domain.command_order import CommandOrder
from bimmerhub.domain.profile_change import ProfileChange
from bimmerhub.domain.vehicle import Vehicle, VehicleMapping
from bimmerhub.errors import BmwRefused, ConfigError, StoreError
from bimmerhub.store.sqlite.vehicles import SqliteVehicles
from bimmerhub.times import HOUR_MS


async def test_a_car_that_its_account_loses_meanwhile_ends_its_command_and_takes_no_other(workshop: Workshop) -> None:
    vin, other = workshop.vins
    [old] = [one for one in await workshop.store.accounts.accounts() if one.name == "old"]
    rest = [VehicleMapping(vin=other, mapping=None, mapped_since_ms=None)]
    workshop.clock.is_free.clear()
    async with workshop.start() as desk:
        begun = await desk.order(vin, CommandOrder(kind=CommandKind.LOCK), asker=PAGE)
        await workshop.taken.wait()
        await workshop.store.vehicles.save_mappings(old.id, rest, told_at_ms=NOON_MS)
        workshop.clock.is_free.set()
        assert states(await workshop.end_of(begun.id))[-1] == "executed"
        with pytest.raises(BmwRefused, match="does not name it among the cars of account old"):
            await workshop.run(desk, CommandKind.LOCK, vin=vin)
        with pytest.raises(ConfigError, match="to account old: BMW does not name it"):
            await workshop.run(desk, CommandKind.LOCK, vin=vin, account="old")
        abilities = await desk.abilities(vin)
    assert (abilities.is_current, list(abilities.items)) == (True, [])
    assert "CarData" not in (abilities.notice or "")


class ChangedMeanwhile(SqliteVehicles):
    """The table of vehicles, in which somebody changes something before the second look at it."""

    looks = 0
    meanwhile: Callable[[], Awaitable[object]]

    @override
    async def vehicles(self) -> list[Vehicle]:
        self.looks += 1
        if self.looks == 2:
            await self.meanwhile()
        return await super().vehicles()


@pytest.mark.parametrize(("change", "says"), [("erase", "no vehicle"), ("archive", "archived"), ("forbid", "is off")])
async def test_what_changes_while_bmw_is_asked_counts_before_anything_is_sent(
    workshop: Workshop, change: str, says: str
) -> None:
    vin = workshop.vins[0]
    vehicles = workshop.store.vehicles = ChangedMeanwhile(workshop.store.vehicles._database)
    changes: dict[str, Callable[[], Awaitable[object]]] = {
        "erase": lambda: workshop.store.erase(vin),
        "archive": lambda: vehicles.archive(vin, archived_at_ms=1, sold_on="2026-01-01"),
        "forbid": lambda: vehicles.allow_opening(vin, allowed_at_ms=None),
    }
    vehicles.meanwhile = changes[change]
    async with workshop.start() as desk:
        await vehicles.allow_opening(vin, allowed_at_ms=1)
        vehicles.looks = 2
        await desk.abilities(vin)  # BMW's list is known then
        vehicles.looks = 0
        with pytest.raises(ConfigError, match=says):
            await workshop.run(desk, CommandKind.UNLOCK)
    assert workshop.truth(vin).lock == "SECURED"
    assert await workshop.store.commands.commands(limit=9) == []
    actions = [action for _, action in await workshop.audit()]
    assert actions == ([] if change == "erase" else ["command_asked", "command_refused"])


async def test_erasing_a_car_ends_what_is_under_way_and_is_sent_once(
    workshop: Workshop, caplog: pytest.LogCaptureFixture
) -> None:
    vin = workshop.vins[0]
    workshop.clock.is_free.clear()
    lights = CommandOrder(kind=CommandKind.LIGHTS, count=2)
    async with workshop.start() as desk:
        begun = await desk.order(vin, lights, asker=PAGE)
        await workshop.taken.wait()
        await workshop.store.erase(vin)
        workshop.clock.is_free.set()
        await workshop.clock.sleep(600)
        assert states(await workshop.run(desk, CommandKind.LOCK, vin=workshop.vins[1]))[-1] == "executed"
    assert workshop.truth(vin).signals.flashes == 2
    assert [record.message for record in caplog.records if record.levelname == "ERROR"] == []
    assert await workshop.store.commands.find_command(begun.id) is None
    assert [entry for entry in await workshop.store.audit.audit(limit=99) if entry.subject == vin] == []


async def test_a_command_ends_though_the_hubs_clock_is_set_back(workshop: Workshop) -> None:
    workshop.clock.is_free.clear()
    async with workshop.start() as desk:
        begun = await desk.order(workshop.vins[0], CommandOrder(kind=CommandKind.LOCK), asker=PAGE)
        await workshop.taken.wait()
        workshop.clock.behind_ms = 3 * HOUR_MS
        workshop.clock.is_free.set()
        assert states(await workshop.end_of(begun.id))[-1] == "executed"
        newest = await workshop.run(desk, CommandKind.LIGHTS)
        assert [item.id for item in await workshop.store.commands.commands(limit=2)] == [newest.id, begun.id]
        assert [body.body["kind"] for body in await workshop.store.audit.audit(limit=1)] == ["lights"]


async def test_a_profile_that_comes_after_the_car_was_erased_is_not_stored(workshop: Workshop) -> None:
    vin = workshop.vins[0]
    workshop.clock.is_free.clear()
    change = ProfileChange(is_climate_enabled=True)
    async with workshop.start() as desk:
        await desk.order(vin, CommandOrder(kind=CommandKind.CHARGING_PROFILE, profile_change=change), asker=PAGE)
        await workshop.taken.wait()
        await workshop.store.erase(vin)
        workshop.clock.is_free.set()
        await workshop.clock.sleep(600)
    assert workshop.told == []


async def test_a_hub_that_stops_while_bmw_is_asked_sends_no_command(workshop: Workshop) -> None:
    vehicles = workshop.store.vehicles = ChangedMeanwhile(workshop.store.vehicles._database)
    async with workshop.start() as desk:

        async def stop() -> None:
            desk.stop()

        vehicles.meanwhile = stop
        with pytest.raises(StoreError, match="is stopping; nothing was sent"):
            await workshop.run(desk, CommandKind.LOCK)
    assert workshop.sent == []
