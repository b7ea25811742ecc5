"""An erased car is gone from a running hub, and begins anew when it speaks again."""

from tests.hub.conftest import Cloud, until
from tests.hub.feeds.test_changed_mappings import car, met
from tests.hub.feeds.test_new_cars import ShiftedClock


async def test_an_erased_car_is_gone_at_once_and_begins_anew(cloud: Cloud) -> None:
    clock = ShiftedClock()
    async with met(cloud, clock) as hub:
        await until(lambda: [link.state for link in hub.connections.links()] == ["connected"])
        cloud.publish(50, at_ms=clock.now_ms())
        await until(lambda: "soc_percent" in (hub.live.state(cloud.vin) or {}))
        key = car(hub, cloud.vin).key
        erased = await hub.context.keeping.erase(cloud.vin)
        assert (erased.readings, erased.raw_messages, erased.documents) == (1, 1, 1)
        assert list(erased.seen_by) == ["home"]
        assert cloud.vin not in {vehicle.vin for vehicle in hub.live.vehicles()}
        assert (hub.live.state(cloud.vin), hub.context.pictures.has_image(cloud.vin)) == (None, False)
        cloud.publish(51, at_ms=clock.now_ms() + 1_000)
        await until(lambda: "soc_percent" in (hub.live.state(cloud.vin) or {}))
        anew = car(hub, cloud.vin)
        assert (anew.key not in {None, key}, anew.model) == (True, None)
