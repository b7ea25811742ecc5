"""What a hub says of an account's quota: of the list and of the event the same."""

from tests.hub.conftest import ACCOUNT, Cloud, QuickClock, until_settled
from tests.hub.feeds.test_cardata_containers import ONCE

from bimmerhub.domain.events import QuotaChanged
from bimmerhub.hub.feeds.settings import RestSettings
from bimmerhub.times import DAY_MS, HOUR_MS
from bimmerhub.views.account.quota import describe_quota
from bimmerhub.views.viewer import OWNER


async def test_plan_tells_each_call_with_its_time_price_and_reason(cloud: Cloud) -> None:
    clock = QuickClock()
    clock.ahead_ms = DAY_MS - clock.now_ms() % DAY_MS + HOUR_MS  # 01:00 UTC tomorrow
    async with cloud.hub(rest=RestSettings(refresh_h=6, limit=45), clock=clock) as hub:
        await cloud.sign_in(hub)
        quota = describe_quota(await until_settled(hub))
    cars = {vehicle.vin for vehicle in cloud.emulator.info.vehicles}
    assert (quota.limit, quota.reserve) == (45, 10)
    assert quota.planned == sum(call.calls for call in quota.plan) == 3 * len(cars)
    assert {(call.what, call.reason) for call in quota.plan} == {("values", "every 6 h")}
    assert {call.vin for call in quota.plan} == cars
    assert quota.plan[0].at[11:16] == "07:00"


async def test_event_of_a_call_says_what_is_planned_as_the_list_does(cloud: Cloud) -> None:
    async with cloud.hub(rest=ONCE) as hub:
        await cloud.sign_in(hub)
        await until_settled(hub)
        with hub.context.events.read(OWNER, kinds={"quota"}) as reader:
            await hub.context.containers.containers(ACCOUNT)
            batch = await reader.next_batch()
        [quota] = await hub.quotas.quotas()
    assert quota.planned is not None
    assert batch is not None
    assert [entry.event for entry in batch.entries] == [QuotaChanged(quota=quota)]
