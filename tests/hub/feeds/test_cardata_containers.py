"""The containers of a hub: found again, replaced when the list changes, in parts where BMW takes no long list."""

import asyncio
from dataclasses import replace
from typing import Any

from tests.hub.conftest import ACCOUNT, Cloud, QuickClock, forget_calls, until, until_settled

from bimmerhub.bmw.cardata.containers import purpose_of
from bimmerhub.emulator.faults.switches import FaultSwitch
from bimmerhub.hub.app import Hub
from bimmerhub.hub.feeds.cardata.cardata_containers import container_descriptors, rest_only_descriptors, stored_parts
from bimmerhub.hub.feeds.settings import RestSettings
from bimmerhub.hub.process.directory import find_hub
from bimmerhub.ids import Descriptor
from bimmerhub.store.ports.containers import StoredContainer
from bimmerhub.times import DAY_MS, HOUR_MS

ONCE = RestSettings(refresh_h=24, reserve=5)


async def stored_containers(hub: Hub) -> list[StoredContainer]:
    [account] = await hub.store.accounts.accounts()
    return await hub.store.containers.containers(account.id)


def states(cloud: Cloud) -> list[str]:
    containers = cloud.emulator.containers.of_account(cloud.emulator.info.gcid)
    return [str(container.summary()["state"]) for container in containers]


async def test_a_hub_set_up_anew_finds_the_container_of_the_one_before(cloud: Cloud) -> None:
    for name in ("first", "second"):
        cloud.data_dir = cloud.data_dir.with_name(name)
        async with cloud.hub(rest=ONCE) as hub:
            await cloud.sign_in(hub)
            await until_settled(hub)
            assert [container.purpose for container in await stored_containers(hub)]
    assert states(cloud) == ["ACTIVE", "ACTIVE"]


async def test_another_list_of_descriptors_replaces_the_container(cloud: Cloud) -> None:
    async with cloud.hub(rest=ONCE) as hub:
        await cloud.sign_in(hub)
        await until_settled(hub)
        stored = next(one for one in await stored_containers(hub) if one.descriptors == container_descriptors())
        earlier = replace(stored, purpose="bimmerhub 01234567", descriptors=(Descriptor("vehicle.isMoving"),))
        await hub.store.containers.save_container(earlier)
        cloud.emulator.containers.of_account(cloud.emulator.info.gcid)[0].purpose = earlier.purpose
    await forget_calls(cloud)
    async with cloud.hub(rest=ONCE) as hub:
        await until(lambda: sorted(states(cloud)) == ["ACTIVE", "ACTIVE", "DELETED"])
        await until_settled(hub)
        now = {container.descriptors for container in await stored_containers(hub)}
        assert now == {container_descriptors(), rest_only_descriptors()}


async def test_one_that_bmw_does_not_delete_keeps_no_values_back(cloud: Cloud) -> None:
    async with cloud.hub(rest=ONCE) as hub:
        await cloud.sign_in(hub)
        await until_settled(hub)
        stays = replace((await stored_containers(hub))[0], id="no", purpose="bimmerhub 01234567", descriptors=())
        await hub.store.containers.save_container(stays)
    clock = QuickClock()
    clock.ahead_ms = DAY_MS + HOUR_MS
    async with cloud.hub(rest=ONCE, clock=clock) as hub:
        quota = await until_settled(hub)
        assert quota.spent_by_operation["telematicData"] == 2 * len(cloud.emulator.info.vehicles)
        assert quota.spent_by_operation["delete container"] == 1


async def test_after_a_spent_day_the_next_call_waits_until_it_is_day_at_bmw_too(cloud: Cloud) -> None:
    clock = QuickClock()
    async with cloud.hub(rest=ONCE, clock=clock) as hub:
        await cloud.control("quota", spent=50)
        await cloud.sign_in(hub)
        while (quota := (await hub.quotas.quotas())[0]).remaining:  # noqa: ASYNC110 - as `until`, with an await
            await asyncio.sleep(0.01)
        [account] = await hub.store.accounts.accounts()
        at_ms = quota.resets_at_ms - 60_000
        while not (calls := await hub.store.quota.calls_since(account.owner, quota.resets_at_ms)):
            cloud.emulator.clock.jump(to_ms=at_ms)
            clock.ahead_ms += at_ms - clock.now_ms()
            at_ms += 60_000
            await asyncio.sleep(0.03)
        assert 5 * 60_000 <= calls[0].at_ms - quota.resets_at_ms <= 20 * 60_000


async def test_parts_are_fetched_each(cloud: Cloud) -> None:
    half = len(container_descriptors()) // 2 + 1
    cloud.emulator.faults.switch_on(FaultSwitch(name="long-lists-forbidden", value=half))
    async with cloud.hub(rest=ONCE) as hub:
        await cloud.sign_in(hub)
        await until_settled(hub)
        parts = stored_parts(await stored_containers(hub), container_descriptors())
        assert sorted(key for part in parts for key in part.descriptors) == list(container_descriptors())
        assert len(parts) == 2
        [quota] = await hub.quotas.quotas()
        assert quota.spent_by_operation["telematicData"] == (2 + 1) * len(cloud.emulator.info.vehicles)


async def test_a_container_that_is_gone_costs_one_call_and_is_made_anew(cloud: Cloud) -> None:
    clock = QuickClock()
    async with cloud.hub(rest=ONCE, clock=clock) as hub:
        await cloud.sign_in(hub)
        before = (await until_settled(hub)).spent_by_operation["telematicData"]
        gone = next(one for one in await stored_containers(hub) if one.descriptors == container_descriptors())
        cloud.emulator.containers.delete(cloud.emulator.info.gcid, gone.id)
        clock.ahead_ms = DAY_MS + HOUR_MS
        await until(lambda: sorted(states(cloud)) == ["ACTIVE", "ACTIVE", "DELETED"])
        await until_settled(hub)
        calls = await hub.store.quota.calls_since((await hub.store.accounts.accounts())[0].owner, 0)
        asked = sum(call.operation == "telematicData" for call in calls) - before
        assert asked == 2 * len(cloud.emulator.info.vehicles) + 1


async def ask(cloud: Cloud, hub: Hub, method: str, path: str, *, body: object = None) -> Any:
    note = find_hub(cloud.data_dir)
    assert note is not None
    address = f"{hub.address}/api/v1/accounts/{ACCOUNT}/containers{path}"
    headers = {"Authorization": f"Bearer {note.token}"}
    async with cloud.session.request(method, address, json=body, headers=headers) as answer:
        return await answer.json()


async def test_a_person_sees_makes_and_deletes_containers_and_it_is_told_who_spent(cloud: Cloud) -> None:
    async with cloud.connected() as hub:
        body = {"name": "evcc", "purpose": "charging", "descriptors": ["vehicle.isMoving"]}
        made = await ask(cloud, hub, "POST", "", body=body)
        assert (made["name"], made["used_by"], made["is_active"]) == ("evcc", "others", True)
        assert await ask(cloud, hub, "DELETE", f"/{made['id']}") == {"id": made["id"]}
        [listed] = (await ask(cloud, hub, "POST", "/query"))["items"]
        assert (listed["id"], listed["is_active"]) == (made["id"], False)
        [quota] = await hub.quotas.quotas()
        assert {spent.caller for spent in quota.spent} == {"containers"}


async def test_gc_deletes_what_no_hub_wants_any_more_and_a_dry_run_nothing(cloud: Cloud) -> None:
    async with cloud.hub(rest=ONCE) as hub:
        await cloud.sign_in(hub)
        await until_settled(hub)
        gcid, obsolete = cloud.emulator.info.gcid, purpose_of([Descriptor("vehicle.isMoving")])
        cloud.emulator.containers.create(gcid, {"purpose": obsolete})
        cloud.emulator.containers.create(gcid, {"purpose": "theirs"})
        dry = await ask(cloud, hub, "POST", "/collection?dry_run=true")
        assert [container["purpose"] for container in dry["items"]] == [obsolete]
        assert states(cloud) == ["ACTIVE"] * 4
        assert (await ask(cloud, hub, "POST", "/collection"))["items"] == dry["items"]
        assert states(cloud) == ["ACTIVE", "ACTIVE", "DELETED", "ACTIVE"]


async def test_a_purpose_that_marks_the_hubs_own_is_refused(cloud: Cloud) -> None:
    async with cloud.connected() as hub:
        body = {"name": "n", "purpose": purpose_of([Descriptor("x")]), "descriptors": ["vehicle.isMoving"]}
        assert (await ask(cloud, hub, "POST", "", body=body))["error"]["kind"] == "config_error"
