"""Event streams end with what let them in: token, session, password, time."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from bimmerhub.domain.account.family import Family
from bimmerhub.domain.account.link import Link, LinkState
from bimmerhub.domain.events import AccountLinkChanged
from bimmerhub.times import DAY_MS

if TYPE_CHECKING:
    from tests.web.conftest import Events, Site

PASSWORD = "correct horse"
OWNER = {"authorization": "Bearer local"}
LINK = AccountLinkChanged(
    link=Link(account="home", family=Family.CARDATA, state=LinkState.WAITING, reason="cut", hint=None, since_ms=0)
)
LAST = replace(LINK, link=replace(LINK.link, reason="last"))


@asynccontextmanager
async def listening(site: "Site", **headers: str) -> AsyncIterator["Events"]:
    """Open a stream and see that it gives an event."""
    async with site.listen(**headers) as events:
        site.events.publish([LINK])
        assert (await events.next()).kind == "link"
        yield events


async def has_ended(site: "Site", events: "Events") -> bool:
    """Tell whether the stream ends without the event that is published now."""
    site.events.publish([LAST])
    return b'"last"' not in await events.content.read()


async def test_with_a_password_that_is_set_now(site: "Site") -> None:
    async with listening(site) as of_stranger, listening(site, **await site.come_in()) as of_page:
        site.credentials.password = PASSWORD
        async with site.client.put(
            f"{site.address}/api/v1/access/password", json={"password": PASSWORD}, headers=OWNER
        ) as answer:
            assert answer.status == 200
        assert await has_ended(site, of_stranger)
        assert await has_ended(site, of_page)


async def test_with_its_token(site: "Site") -> None:
    site.credentials.tokens = {"r": "read", "other": "read"}
    async with (
        listening(site, authorization="Bearer r") as gone,
        listening(site, authorization="Bearer other") as still,
    ):
        del site.credentials.tokens["r"]
        site.entrance.revocations.tell()
        assert await has_ended(site, gone)
        assert (await still.next()).data["reason"] == "last"


async def test_with_the_session_that_is_logged_out(site: "Site") -> None:
    site.credentials.password = PASSWORD
    page = await site.come_in()
    async with listening(site, **page) as events:
        async with site.post("/logout", headers=page, allow_redirects=False) as answer:
            assert answer.status == 303
        assert await has_ended(site, events)


@pytest.mark.parametrize("idle_days", [7, 30])
async def test_before_the_first_event_after_its_time(site: "Site", idle_days: int) -> None:
    site.credentials.password = PASSWORD
    async with listening(site, **await site.come_in()) as events:
        site.clock[0] += idle_days * DAY_MS
        assert await has_ended(site, events)


async def test_and_the_command_lines_goes_on(site: "Site") -> None:
    async with listening(site, **OWNER) as events:
        site.entrance.shut()
        site.events.publish([LINK])
        assert (await events.next()).kind == "link"
