"""A hub whose stream brings false places and charge levels: they are gone again with the next readings, and shown."""

import asyncio
from typing import Any

from tests.hub.conftest import SOC, Cloud, message, until

from bimmerhub.bmw.clock import SystemClock
from bimmerhub.domain.positions import LATITUDE, LONGITUDE
from bimmerhub.hub.app import Hub


async def fetch_items(cloud: Cloud, hub: Hub, path: str) -> list[Any]:
    async with cloud.session.get(f"{hub.address}/api/v1/{path}") as answer:
        assert answer.ok, await answer.text()
        return list((await answer.json())["items"])


async def test_a_place_and_a_level_that_no_car_comes_back_from_are_set_apart(cloud: Cloud) -> None:
    start_ms = SystemClock().now_ms() // 1_000 * 1_000 - 600_000
    places = [(50.77, 6.08), (50.771, 6.081), (52.55, 6.082), (50.773, 6.083), (50.774, 6.084)]
    async with cloud.connected() as hub:
        vin, gcid = cloud.vin, cloud.emulator.info.gcid
        for number, (latitude, longitude) in enumerate(places):
            at_ms = start_ms + 30_000 * number
            for descriptor, value in ((LATITUDE, latitude), (LONGITUDE, longitude), (SOC, 0 if number == 2 else 64)):
                unit = "percent" if descriptor == SOC else "degrees"
                payload = message(value, vin=vin, at_ms=at_ms, descriptor=descriptor, unit=unit)
                cloud.emulator.stream.publish(gcid, vin, payload)
        await until(lambda: (hub.live.state(vin) or {}).keys() >= {"latitude_deg", "soc_percent"})
        async with asyncio.timeout(10):
            while (await hub.store.figures()).readings < 3 * len(places) - 2:  # noqa: ASYNC110 - no event
                await asyncio.sleep(0.01)
        positions = await fetch_items(cloud, hub, f"vehicles/{vin}/positions")
        assert [item["latitude_deg"] for item in positions] == [50.77, 50.771, 50.773, 50.774]
        levels = await fetch_items(cloud, hub, f"vehicles/{vin}/readings?descriptor={SOC}")
        assert [item["value"] for item in levels] == [64, 64, 64, 64]
        reasons = {item["descriptor"]: item["reason"] for item in await fetch_items(cloud, hub, "quarantine")}
        assert reasons == {
            LATITUDE: "the latitude jumps by 1.78° and back, faster than it can change",
            SOC: "the charge level jumps by 64 % and back, faster than it can change",
        }
