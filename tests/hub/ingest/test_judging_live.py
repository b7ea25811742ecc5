"""A person rejects readings of a stream the moment they are stored; the live state never shows them again."""

import asyncio
from datetime import UTC, datetime

from tests.hub.conftest import SOC, Cloud, owner, until

from bimmerhub.hub.app import Hub

ROUNDS = 25
TRUE, FALSE = 41, 43


async def reject(cloud: Cloud, hub: Hub, at_ms: int) -> int:
    at = datetime.fromtimestamp(at_ms / 1000, UTC).isoformat()
    url = f"{hub.address}/api/v1/vehicles/{cloud.vin}/readings/reject"
    async with cloud.session.post(url, json={"descriptor": SOC, "at": at}, headers=owner(cloud.data_dir)) as answer:
        return answer.status


async def soc(cloud: Cloud, hub: Hub) -> object:
    async with cloud.session.get(f"{hub.address}/api/v1/vehicles/{cloud.vin}/state") as answer:
        return (await answer.json())["signals"]["soc_percent"]["value"]


async def speak_of_something_else(cloud: Cloud, at_ms: int) -> None:
    """Keep the stream busy, so that there is always a batch on its way."""
    minute = 0
    while True:
        cloud.publish(minute % 90, at_ms=at_ms + 1_000 * minute, descriptor="vehicle.drivetrain.fuelSystem.level")
        minute += 1
        await asyncio.sleep(0.001)


async def test_what_is_rejected_while_it_is_being_folded_is_not_in_the_state(cloud: Cloud) -> None:
    async with cloud.connected() as hub, asyncio.TaskGroup() as tasks:
        start_ms = hub.context.now_ms() // 1_000 * 1_000 - 3_600_000
        cloud.publish(TRUE, at_ms=start_ms)
        await until(lambda: "soc_percent" in (hub.live.state(cloud.vin) or {}))
        noise = tasks.create_task(speak_of_something_else(cloud, start_ms))
        for second in range(1, ROUNDS + 1):
            at_ms = start_ms + 1_000 * second
            cloud.publish(FALSE, at_ms=at_ms)
            async with asyncio.timeout(10):
                while await reject(cloud, hub, at_ms) != 200:
                    pass
            assert await soc(cloud, hub) == TRUE
        noise.cancel()
