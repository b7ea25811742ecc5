"""An erased car is gone from a running hub, and begins anew when it speaks again."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from tests.hub.conftest import NOW_MS, Cloud, message, until
from tests.hub.feeds.test_changed_mappings import car, met
from tests.hub.feeds.test_new_cars import ShiftedClock

from bimmerhub.errors import ConfigError
from bimmerhub.hub.app import Hub
from bimmerhub.hub.feeds.cardata import cardata_newcomers
from bimmerhub.outputs.charge_messages import charge_log_file
from bimmerhub.times import HOUR_MS
from bimmerhub.views.viewer import OWNER


async def test_an_erased_car_is_gone_at_once_and_begins_anew(cloud: Cloud) -> None:
    clock = ShiftedClock()
    async with met(cloud, clock) as hub:
        await until(lambda: [link.state for link in hub.connections.links()] == ["connected"])
        cloud.publish(50, at_ms=clock.now_ms())
        await until(lambda: "soc_percent" in (hub.live.state(cloud.vin) or {}))
        await until(lambda: car(hub, cloud.vin).model)
        key = car(hub, cloud.vin).key
        charge_log = charge_log_file(cloud.data_dir, cloud.vin)
        charge_log.parent.mkdir()
        charge_log.write_text("{}")
        with hub.context.events.read(OWNER, after_id=hub.context.events.oldest_id) as reader:
            erased = await hub.context.keeping.erase(cloud.vin)
            batch = await reader.next_batch()
        assert batch is not None
        assert (batch.gap is not None, list(batch.entries)) == (True, [])
        by_basic_data, answers = 2, 3  # the mapping, basic data, and that they were answered
        assert (erased.readings, erased.raw_messages, erased.documents) == (1 + by_basic_data, 1, answers)
        assert list(erased.seen_by) == ["home"]
        assert not charge_log.exists()
        assert cloud.vin not in {vehicle.vin for vehicle in hub.live.vehicles()}
        assert (hub.live.state(cloud.vin), hub.context.pictures.has_image(cloud.vin)) == (None, False)
        cloud.publish(51, at_ms=clock.now_ms() + 1_000)
        await until(lambda: "soc_percent" in (hub.live.state(cloud.vin) or {}))
        anew = car(hub, cloud.vin)
        assert (anew.key not in {None, key}, anew.model) == (True, None)


async def test_an_erased_car_that_is_still_mapped_is_named_again_once_it_streams(
    cloud: Cloud, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cardata_newcomers, "GATHER_S", 0)
    clock = ShiftedClock()
    async with met(cloud, clock) as hub:
        await until(lambda: [link.state for link in hub.connections.links()] == ["connected"])
        await hub.context.keeping.erase(cloud.vin)
        clock.ahead_ms = 2 * HOUR_MS
        cloud.publish(51, at_ms=clock.now_ms())
        await until(lambda: any(row.vin == cloud.vin and row.model for row in hub.live.vehicles()))
        assert car(hub, cloud.vin).mapping == "PRIMARY"


async def test_an_erased_car_that_streams_on_is_its_accounts_at_once(
    cloud: Cloud, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cardata_newcomers, "GATHER_S", 0)
    clock = ShiftedClock()
    async with met(cloud, clock) as hub:
        await until(lambda: [link.state for link in hub.connections.links()] == ["connected"])
        for soc in (50, 51):
            cloud.publish(soc, at_ms=clock.now_ms() + soc)
            await until(lambda: "soc_percent" in (hub.live.state(cloud.vin) or {}))
            await until(lambda: car(hub, cloud.vin).account == "home")
            if soc == 50:
                await hub.context.keeping.erase(cloud.vin)


async def test_a_car_is_not_erased_while_files_are_imported_that_may_hold_it(cloud: Cloud) -> None:
    is_over = asyncio.Event()

    async def capture() -> AsyncIterator[bytes]:
        yield message(50, vin=cloud.vin) + b"\n"
        await is_over.wait()
        yield message(51, vin=cloud.vin, at_ms=NOW_MS + 1_000) + b"\n"

    async def store(hub: Hub) -> None:
        async for _ in hub.context.imports.import_capture(capture(), origin="capture"):
            """Nothing to do with the reports."""

    async with cloud.hub() as hub, asyncio.TaskGroup() as tasks:
        storing = tasks.create_task(store(hub))
        await asyncio.sleep(0)
        with pytest.raises(ConfigError, match="being imported") as refused:
            await hub.context.keeping.erase(cloud.vin)
        assert refused.value.hint == "Erase it when the import has ended."
        is_over.set()
        await storing
        assert (await hub.context.keeping.erase(cloud.vin)).readings == 2
