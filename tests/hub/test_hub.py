"""A whole hub against an emulated BMW: signing in and out, restarts, the scheduled calls, refusals."""

import asyncio
import json
import socket
from dataclasses import replace
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from tests.hub.conftest import ACCOUNT, Cloud, QuickClock, forget_calls, until, until_settled

from bimmerhub.bmw.clock import SystemClock
from bimmerhub.domain.positions import LATITUDE
from bimmerhub.errors import BmwRefused, ConfigError, StoreError
from bimmerhub.hub.app import Hub
from bimmerhub.hub.feeds.settings import RestSettings
from bimmerhub.hub.process.directory import find_hub
from bimmerhub.store.settings import StoreSettings
from bimmerhub.web.settings import WebSettings

REFRESH = RestSettings(refresh_h=6, reserve=15)
HOUR_MS = 3_600_000


class ShiftedClock(SystemClock):
    """The machine's clock, moved on by a test between two runs of a hub."""

    ahead_ms = 0

    def now_ms(self) -> int:
        return super().now_ms() + self.ahead_ms


async def spent(hub: Hub) -> dict[str, int]:
    quotas = await hub.quotas.quotas()
    return dict(quotas[0].spent_by_operation) if quotas else {}


async def fetch(cloud: Cloud, hub: Hub, path: str) -> Any:
    async with cloud.session.get(f"{hub.address}/api/v1/{path}") as answer:
        assert answer.ok, await answer.text()
        return await answer.json()


async def until_refused(hub: Hub, *, times: int) -> None:
    """Return once the hub has noted that BMW let no call of the account in, so many times in a row."""
    async with asyncio.timeout(10):
        while True:
            pauses = await hub.store.settings.load_settings("rest.hold.")
            if [json.loads(pause)["row"] for pause in pauses.values()] == [times]:
                return
            await asyncio.sleep(0.01)


async def test_a_live_value_reaches_state_history_and_health(cloud: Cloud) -> None:
    async with cloud.connected() as hub:
        assert cloud.publish(67) == 1
        await until(lambda: hub.live.state(cloud.vin))
        state = await fetch(cloud, hub, f"vehicles/{cloud.vin}/state")
        assert state["signals"]["soc_percent"]["value"] == 67
        assert (await fetch(cloud, hub, "health"))["readings_stored"] == 1
        assert [point.value for point in await hub.store.latest(cloud.vin)] == [67]


async def test_a_restart_goes_on_without_a_sign_in_and_with_the_state(cloud: Cloud) -> None:
    async with cloud.connected() as hub:
        cloud.publish(67)
        await until(lambda: hub.live.state(cloud.vin))
    async with cloud.hub() as hub:
        await until(lambda: [link.state for link in hub.connections.links()] == ["connected"])
        assert (hub.live.state(cloud.vin) or {})["soc_percent"].value == 67


async def test_a_declined_sign_in_tells_why_and_keeps_nothing(cloud: Cloud) -> None:
    async with cloud.hub() as hub:
        assert await cloud.sign_in(hub, approve=False) == "failed"
        state = hub.connections.sign_in_state(ACCOUNT)
        assert state is not None
        assert isinstance(state.error, BmwRefused)
        assert (state.error.code, bool(str(state.error)), bool(state.error.hint)) == ("access_denied", True, True)
        assert not await hub.connections.accounts()


async def test_a_failed_second_sign_in_leaves_the_first_alone(cloud: Cloud) -> None:
    async with cloud.connected() as hub:
        assert await cloud.sign_in(hub, approve=False) == "failed"
        assert [account.signed_in for account in await hub.connections.accounts()] == [True]
        assert [link.state for link in hub.connections.links()] == ["connected"]


async def test_signing_out_closes_the_link_and_keeps_the_readings(cloud: Cloud) -> None:
    async with cloud.connected() as hub:
        cloud.publish(67)
        await until(lambda: hub.live.state(cloud.vin))
        await hub.connections.sign_out(ACCOUNT)
        assert hub.connections.links() == []
        assert [account.signed_in for account in await hub.connections.accounts()] == [False]
        assert (hub.live.state(cloud.vin) or {})["soc_percent"].value == 67


async def test_signing_out_gives_up_a_sign_in_under_way(cloud: Cloud) -> None:
    async with cloud.connected() as hub:
        state = await hub.connections.start_sign_in(ACCOUNT, None)
        await hub.connections.sign_out(ACCOUNT)
        assert cloud.status(hub) == "failed"
        await cloud.control("sign-in", user_code=state.user_code, approve=True)
        assert not await hub.connections.accounts() or not (await hub.connections.accounts())[0].signed_in


async def test_stopping_with_a_sign_in_under_way_does_not_wait_for_it(cloud: Cloud) -> None:
    async with cloud.hub() as hub:
        await hub.connections.start_sign_in(ACCOUNT, cloud.emulator.info.client_id)


async def test_the_first_refresh_spends_exactly_what_it_says(cloud: Cloud) -> None:
    cars = len(cloud.emulator.info.vehicles)
    with_plug = sum(car.drivetrain in ("BEV", "PHEV") for car in cloud.emulator.info.vehicles)
    async with cloud.hub(rest=REFRESH) as hub:
        assert await cloud.sign_in(hub) == "done"
        await until_settled(hub)
        lists = 2  # what makes up the state, and what never streams
        assert await spent(hub) == {
            "mappings": 1,
            "basicData": cars,
            "containers": lists,
            "create container": lists,
            "telematicData": lists * cars,
            "image": cars,
            "tyre diagnosis": cars,
            "chargingHistory": with_plug,
            "locationBasedChargingSettings": with_plug,
        }
        assert [vehicle.account for vehicle in hub.live.vehicles()] == [ACCOUNT] * cars
        assert all(vehicle.model for vehicle in hub.live.vehicles())
        assert (await fetch(cloud, hub, "health"))["readings_stored"] > 0


async def test_a_restart_spends_nothing_before_the_next_is_due(cloud: Cloud) -> None:
    clock = ShiftedClock()
    async with cloud.hub(rest=REFRESH, clock=clock) as hub:
        await cloud.sign_in(hub)
        await until_settled(hub)
        before = await spent(hub)
    async with cloud.hub(rest=REFRESH) as hub:
        await until(lambda: [link.state for link in hub.connections.links()] == ["connected"])
        assert await spent(hub) == before


async def test_the_reserve_is_left_to_the_person(cloud: Cloud) -> None:
    async with cloud.hub(rest=RestSettings(refresh_h=6, reserve=50)) as hub:
        await cloud.sign_in(hub)
        assert (await until_settled(hub)).plan == ()
        assert await spent(hub) == {}
    for reserve in (47, 44, 40):
        async with cloud.hub(rest=RestSettings(refresh_h=6, reserve=reserve)) as hub:
            await until_settled(hub)
        async with cloud.hub(goes_live=False) as hub:
            assert 0 < sum((await spent(hub)).values()) <= 50 - reserve


async def test_what_the_first_calls_fail_at_is_gone_on_with(cloud: Cloud) -> None:
    async with cloud.hub(rest=REFRESH) as hub:
        await cloud.sign_in(hub)
        await until_settled(hub)
    await forget_calls(cloud)
    async with cloud.hub(rest=REFRESH) as hub:
        await until_settled(hub)
        assert (await spent(hub))["mappings"] == 2
        assert (await spent(hub))["basicData"] == len(cloud.emulator.info.vehicles)


async def test_cars_that_the_reserve_kept_unknown_are_met_later(cloud: Cloud) -> None:
    async with cloud.hub(rest=RestSettings(refresh_h=6, reserve=48)) as hub:
        await cloud.sign_in(hub)
        await until_settled(hub)
        assert await spent(hub) == {"mappings": 1, "basicData": 1}
    async with cloud.hub(rest=RestSettings(refresh_h=6, reserve=15)) as hub:
        await until(lambda: all(vehicle.model for vehicle in hub.live.vehicles()))


async def test_a_token_that_rest_refuses_does_not_end_the_scheduled_calls(cloud: Cloud) -> None:
    async def refuse(_request: web.Request) -> web.Response:
        return web.json_response({"exveErrorId": "CU-101"}, status=403)

    refusing = web.Application()
    refusing.router.add_get("/{path:.*}", refuse)
    async with TestServer(refusing, host="127.0.0.1") as bmw:
        api = replace(cloud.settings().bmw, api_url=str(bmw.make_url("")))
        clock = QuickClock()
        async with cloud.hub(bmw=api, rest=RestSettings(refresh_h=6), clock=clock) as hub:
            await cloud.sign_in(hub)
            await until_refused(hub, times=1)
            clock.ahead_ms = 2 * HOUR_MS
            await until_refused(hub, times=2)
            assert sum((await spent(hub)).values()) == 4, "each was tried once more with a new token"


async def test_a_second_hub_on_the_directory_is_refused(cloud: Cloud) -> None:
    async with cloud.hub() as hub:
        with pytest.raises(ConfigError, match=hub.address):
            async with cloud.hub():
                pass
        assert find_hub(cloud.data_dir) is not None
    assert find_hub(cloud.data_dir) is None


async def test_a_taken_port_is_told_with_a_way_out(cloud: Cloud) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(ConfigError, match=str(port)) as caught:
            async with cloud.hub(hub=WebSettings(port=port)):
                pass
        assert caught.value.hint


async def test_the_world_gets_in_with_a_password_or_token_only(cloud: Cloud) -> None:
    open_to_all = WebSettings(host="0.0.0.0", port=0)
    with pytest.raises(ConfigError) as caught:
        async with cloud.hub(hub=open_to_all):
            pass
    assert "password set" in str(caught.value.hint)
    async with cloud.hub() as hub:
        await hub.credentials.create_token("grafana", "read", now_ms=0)
    async with cloud.hub(hub=open_to_all) as hub:
        assert hub.address.startswith("http://127.0.0.1:")


async def test_ipv6_addresses_are_written_with_brackets(cloud: Cloud) -> None:
    async with cloud.hub(hub=WebSettings(host="::1", port=0)) as hub:
        assert hub.address.startswith("http://[::1]:")
        assert (await fetch(cloud, hub, "health"))["status"] == "ok"


async def test_a_store_elsewhere_that_cannot_be_is_told(cloud: Cloud) -> None:
    with pytest.raises(StoreError, match=r"nowhere"):
        async with cloud.hub(store=StoreSettings(path=cloud.data_dir / "nowhere" / "x.db")):
            pass


async def test_an_import_shows_in_the_live_state(cloud: Cloud) -> None:
    row = {"timestamp": "2026-07-27T12:00:00Z", "value": 48.1, "unit": "degrees"}
    capture = json.dumps({"vin": cloud.vin, "timestamp": "2026-07-27T12:00:01Z", "data": {LATITUDE: row}})
    async with cloud.hub() as hub:
        async with cloud.session.post(f"{hub.address}/api/v1/imports", data=capture, headers=token(hub, cloud)) as done:
            assert json.loads((await done.text()).splitlines()[-1])["new"] == 1
        assert cloud.vin in [vehicle.vin for vehicle in hub.live.vehicles()]


def token(hub: Hub, cloud: Cloud) -> dict[str, str]:
    note = find_hub(cloud.data_dir)
    assert note is not None
    assert note.address == hub.address
    return {"Authorization": f"Bearer {note.token}"}
