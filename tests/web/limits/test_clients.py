"""What one client may have under way: event streams and requests."""

from contextlib import AsyncExitStack

import pytest
from tests.web.conftest import OpenSite

from bimmerhub.errors import HubBusy
from bimmerhub.web.client_limits import Places


async def test_event_streams_are_limited_and_the_owner_still_gets_one(open_a_site: OpenSite) -> None:
    async with open_a_site(event_readers=20) as site, AsyncExitStack() as streams:
        for _ in range(10):
            await streams.enter_async_context(site.listen())
        async with site.get("/api/v1/events") as refused:
            assert (refused.status, refused.headers["Retry-After"]) == (503, "5")
            problem = (await refused.json())["error"]
        assert (problem["kind"], problem["retry_after_s"]) == ("rate_limited", 5)
        assert problem["message"] == "this client has 10 event streams already"
        await streams.enter_async_context(site.listen(authorization="Bearer local"))


def test_last_places_are_for_those_who_showed_who_they_are() -> None:
    places = Places("event streams", most=4, most_of_one=4, reserved=1)
    with places.place("a", is_proven=False), places.place("b", is_proven=False), places.place("c", is_proven=False):
        with pytest.raises(HubBusy, match="all 4 event streams are taken"):
            places.place("d", is_proven=False).__enter__()
        with places.place("token home", is_proven=True):
            assert places.taken == 4
    assert places.taken == 0
