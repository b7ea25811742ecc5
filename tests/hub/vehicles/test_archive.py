"""A sold car is put away: what it tells later is not stored, nothing is asked of it, and it can be taken back."""

from datetime import UTC, datetime

from tests.hub.conftest import Cloud, message, until, until_settled
from tests.hub.feeds.test_changed_mappings import TWICE_A_DAY, calls_for_values, car, met
from tests.hub.feeds.test_new_cars import ShiftedClock

from bimmerhub.hub.app import Hub
from bimmerhub.ids import Vin
from bimmerhub.times import DAY_MS, HOUR_MS
from bimmerhub.views.cars.state import view_state
from bimmerhub.views.viewer import OWNER


def soc(hub: Hub, vin: Vin) -> object:
    signal = (hub.live.state(vin) or {}).get("soc_percent")
    return None if signal is None else signal.value


async def until_all_is_stored(cloud: Cloud, hub: Hub, value: int, *, at_ms: int) -> None:
    """Return once everything sent so far is stored: another car's message has come behind it."""
    other = cloud.emulator.info.vehicles[1].vin
    cloud.emulator.stream.publish(cloud.emulator.info.gcid, other, message(value, vin=other, at_ms=at_ms))
    await until(lambda: soc(hub, other) == value)


async def test_what_a_car_tells_after_its_sale_is_not_stored_until_it_is_taken_back(cloud: Cloud) -> None:
    async with cloud.connected() as hub:
        now_ms = ShiftedClock().now_ms()
        sold_on = datetime.fromtimestamp(now_ms / 1000, UTC).astimezone().date().isoformat()
        cloud.publish(50, at_ms=now_ms - 2 * DAY_MS)
        await until(lambda: soc(hub, cloud.vin) == 50)
        await hub.context.keeping.archive(cloud.vin, sold_on=None)
        state = await view_state(OWNER, hub.live, cloud.vin, now_ms=now_ms)
        assert state.notice == f"archived: what it tells after {sold_on} is not stored, and nothing is asked of it"
        await hub.context.keeping.archive(cloud.vin, sold_on="2026-01-31")
        cloud.publish(51, at_ms=now_ms - DAY_MS)
        await until_all_is_stored(cloud, hub, 60, at_ms=now_ms)
        assert (soc(hub, cloud.vin), hub.context.health.health().readings_refused) == (50, 0)
        await hub.context.keeping.restore(cloud.vin)
        cloud.publish(52, at_ms=now_ms)
        await until(lambda: soc(hub, cloud.vin) == 52)
        assert car(hub, cloud.vin).notice is None


async def test_an_archived_car_is_not_asked_for_over_restarts_too(cloud: Cloud) -> None:
    clock, cars = ShiftedClock(), len(cloud.emulator.info.vehicles)
    async with met(cloud, clock) as hub:
        await until_settled(hub)  # a call that is cut off would never be answered, for nothing is asked of the car then
        await hub.context.keeping.archive(cloud.vin, sold_on=None)
    clock.ahead_ms = 2 * HOUR_MS
    async with cloud.hub(rest=TWICE_A_DAY, clock=clock) as hub:
        assert car(hub, cloud.vin).is_archived
        await until_settled(hub)
        assert await calls_for_values(hub) == 2 * (cars - 1)  # the state's values, and those that never stream
