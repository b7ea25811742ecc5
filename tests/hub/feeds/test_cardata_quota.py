"""What a hub says of an account's quota: of the list and of the event the same."""

from tests.hub.conftest import ACCOUNT, Cloud, until_settled
from tests.hub.feeds.test_cardata_containers import ONCE

from bimmerhub.domain.events import QuotaChanged
from bimmerhub.views.viewer import OWNER


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
