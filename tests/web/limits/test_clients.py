"""What one client may have under way: event streams and requests."""

from contextlib import AsyncExitStack

import pytest
from tests.web.conftest import SOC, VIN, OpenSite

from bimmerhub.errors import HubBusy
from bimmerhub.read_limits import ReadLimit, current_limit
from bimmerhub.store.sqlite.database import readers
from bimmerhub.web.client_limits import REQUESTS_OF_ONE_CLIENT, Places


async def test_event_streams_are_limited_and_the_owner_still_gets_one(open_a_site: OpenSite) -> None:
    async with open_a_site(event_readers=20) as site, AsyncExitStack() as streams:
        for _ in range(10):
            await streams.enter_async_context(site.listen())
        async with site.get("/api/v1/events") as refused:
            assert (refused.status, refused.headers["Retry-After"]) == (503, "5")
            problem = (await refused.json())["error"]
        assert (problem["kind"], problem["retry_after_s"]) == ("hub_busy", 5)
        assert problem["message"] == "this client has 10 event streams already"
        await streams.enter_async_context(site.listen(authorization="Bearer local"))


async def test_each_session_is_a_client(open_a_site: OpenSite) -> None:
    async with open_a_site(event_readers=20) as site, AsyncExitStack() as streams:
        for _ in range(2):
            page = await site.come_in()
            own = {(one.key, one.value) for one in site.client.cookie_jar}
            site.client.cookie_jar.clear()
            cookies = {"cookie": "; ".join(f"{key}={value}" for key, value in own)}
            for _ in range(10):
                await streams.enter_async_context(site.listen(**page, **cookies))
            async with site.get("/api/v1/events", headers=page | cookies) as refused:
                assert refused.status == 503
                assert "10 event streams" in (await refused.json())["error"]["message"]


def test_last_places_are_for_those_who_showed_who_they_are() -> None:
    places = Places("event streams", most=4, most_of_one=4, reserved=1)
    with places.place("a", is_proven=False), places.place("b", is_proven=False), places.place("c", is_proven=False):
        with pytest.raises(HubBusy, match="all 4 event streams are taken"):
            places.place("d", is_proven=False).__enter__()
        with places.place("token home", is_proven=True):
            assert places.taken == 4
    assert places.taken == 0


async def test_reads_for_a_request_are_limited_by_who_asks(
    open_a_site: OpenSite, monkeypatch: pytest.MonkeyPatch
) -> None:
    limits = list[ReadLimit | None]()

    def note_limit() -> ReadLimit | None:
        limits.append(current_limit())
        return limits[-1]

    monkeypatch.setattr(readers, "current_limit", note_limit)
    async with open_a_site() as site:
        path = f"/api/v1/vehicles/{VIN}/readings?descriptor={SOC}"
        for headers in ({}, {"authorization": "Bearer local"}):
            async with site.get(path, headers=headers) as answer:
                assert answer.status == 200
        await site.store.range(VIN, [SOC], from_ms=0, to_ms=1, limit=1)
    assert limits[-1] is None
    assert {limit for limit in limits if limit is not None} == {
        ReadLimit(client="loopback", seconds=20),
        ReadLimit(client="command line", seconds=20),
    }


async def test_client_with_many_requests_under_way_is_asked_to_wait(open_a_site: OpenSite) -> None:
    async with open_a_site() as site, AsyncExitStack() as stack:
        site.imports.may_go_on.clear()
        headers = {"authorization": "Bearer local"}
        for _ in range(REQUESTS_OF_ONE_CLIENT):
            importing = site.post("/api/v1/imports", data=b"x\n", headers=headers)
            await stack.enter_async_context(importing)
        async with site.get("/api/v1/health", headers=headers) as refused:
            assert (refused.status, refused.headers["Retry-After"]) == (503, "5")
        async with site.get("/api/v1/health") as other:
            assert other.status == 200
        site.imports.may_go_on.set()
