"""Somebody without a proof over the whole API: every route that the application has, by every method."""

import pkgutil
import re
from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING, Any

import aiohttp
import pytest
from tests.web.conftest import PASSWORD, VIN
from yarl import URL

from bimmerhub.web import routes
from bimmerhub.web.access.gate import CONSOLE_PATHS, ENTRANCES, LOGOUT_PATH, OPEN_PATHS

if TYPE_CHECKING:
    from tests.web.conftest import Site

METHODS = ("GET", "OPTIONS", "POST", "PUT", "PATCH", "DELETE", "BREW")
SAFE = {"GET", "HEAD", "OPTIONS"}
VALUES = {"vin": VIN, "name": "home", "container_id": "c", "command_id": "1", "refused_id": "1"}
BODIES: dict[str, Any] = {
    "commands": {"command": "lock"},
    "opening": {"is_opening_allowed": True},
    "erase": {"confirmation": VIN[-7:]},
    "password": {"password": "another password"},
    "tokens": {"name": "mine", "scope": "write"},
}


@dataclass(frozen=True)
class Somebody:
    """What a sender has to show for itself, and whether reading is allowed to them."""

    headers: dict[str, str]
    may_read: bool


async def everybody(site: "Site") -> dict[str, Somebody]:
    """Return the senders who may change nothing; the last of them only as long as a session is open."""
    own = {"sec-fetch-site": "same-origin", "origin": site.address}
    page = await site.come_in()
    async with site.get("/") as answer:
        cookie = answer.request_info.headers["cookie"]
    site.client.cookie_jar.clear()
    site.credentials.tokens = {"r": "read"}
    is_open = site.credentials.password is None
    return {
        "nobody": Somebody({}, is_open),
        "a page of this machine": Somebody(own, is_open),
        "a proof without its session": Somebody(page, is_open),
        "a wrong token": Somebody(own | {"authorization": "Bearer x"}, may_read=False),
        "another kind of proof": Somebody(own | {"authorization": "Basic bG9jYWw6bG9jYWw="}, is_open),
        "through a proxy": Somebody(own | {"x-forwarded-for": "127.0.0.1"}, may_read=False),
        "a token that reads": Somebody(own | {"authorization": "Bearer r"}, may_read=True),
        "a cookie alone": Somebody(own | {"cookie": cookie}, may_read=True),
        "another page in the browser": Somebody(
            page | {"cookie": cookie, "sec-fetch-site": "cross-site"}, may_read=True
        ),
        "another port in the browser": Somebody(
            page | {"cookie": cookie, "sec-fetch-site": "same-site"}, may_read=True
        ),
    }


def targets() -> set[str]:
    """Return every path that any module of routes has."""
    paths: set[str] = set()
    for module in pkgutil.iter_modules(routes.__path__):
        for name, router in vars(import_module(f"{routes.__name__}.{module.name}")).items():
            if name.endswith("router"):
                begin = "" if module.name in {"page", "login", "specs"} or name == "metrics_router" else "/api/v1"
                paths |= {begin + route.path for route in router.routes}
    return {re.sub(r"{(\w+)(:\w+)?}", lambda match: VALUES.get(match[1], "x"), path) for path in paths}


def is_expected(path: str, method: str, status: int, who: Somebody) -> bool:
    """Tell whether this is how the hub may answer somebody who may change nothing."""
    if path in OPEN_PATHS:
        return status < 500 if method in SAFE else status in {401, 403, 405, 429}
    if path.startswith(CONSOLE_PATHS) or method not in SAFE:
        return status in {401, 403}
    return status < 500 if who.may_read else status in {401, 403}


async def ask(client: aiohttp.ClientSession, method: str, url: str, who: Somebody) -> int:
    body = BODIES.get(url.rpartition("/")[2], {})
    options = {} if method in SAFE else {"json": body}
    async with client.request(method, url, headers=who.headers, allow_redirects=False, **options) as answer:
        return answer.status


@pytest.mark.parametrize("password", [None, PASSWORD])
async def test_nothing_is_changed_and_nothing_is_read_without_leave(site: "Site", password: str | None) -> None:
    site.credentials.password = password
    people = await everybody(site)
    before = [entry.id for entry in await site.store.audit.audit(limit=1_000)]
    paths = sorted(targets())
    assert {"/", "/api/v1/access/tokens", "/metrics", "/login"} <= set(paths)
    assert len(paths) > 60
    jar = aiohttp.DummyCookieJar()
    async with aiohttp.ClientSession(cookie_jar=jar) as client:
        for name, who in people.items():
            for path in paths:
                for method in METHODS:
                    if path == LOGOUT_PATH and name == "a cookie alone":
                        continue  # which may do that: a form of the page adds no header
                    if method in SAFE and who.may_read and not path.startswith(CONSOLE_PATHS):
                        continue
                    status = await ask(client, method, site.address + path, who)
                    assert is_expected(path, method, status, who), (name, method, path, status)
    assert site.commands.askers == []
    entries = await site.store.audit.audit(limit=1_000)
    assert {entry.action for entry in entries if entry.id not in before} <= {
        "command_refused",
        "opening_refused",
        "call_refused",
        "log_in_refused",
    }


async def test_what_a_stranger_sees_says_nothing_of_the_cars(site: "Site") -> None:
    await site.accounts.start_sign_in("home", "c")
    site.credentials.password = PASSWORD
    for path in OPEN_PATHS - ENTRANCES:
        async with site.get(path) as answer:
            text = await answer.text()
        assert answer.status == 200, path
        assert VIN not in text
        assert "home" not in text.replace("home-assistant", ""), path


@pytest.mark.parametrize(
    "path",
    [
        "/api/v1/access/tokens",
        "/api/v1/access/../access/tokens",
        "/api/v1/access/%74okens",
        "/api/v1//access/tokens",
        "//api/v1/access/tokens",
        "/api/v1/access%2Ftokens",
        "/API/V1/access/tokens",
        "/api/v1/access/tokens/",
        "/api/v1/access/tokens;x",
        "/login/../api/v1/access/tokens",
        "/static/%2e%2e/api/v1/access/tokens",
    ],
)
async def test_no_spelling_of_a_path_leads_past_the_gate(site: "Site", path: str) -> None:
    site.credentials.tokens = {"w": "write"}
    url = URL(site.address + path, encoded=True)
    headers = {"authorization": "Bearer w"}
    async with site.client.post(url, json={"name": "mine", "scope": "command"}, headers=headers) as answer:
        assert answer.status in {403, 404, 405}, await answer.text()
    async with site.client.get(url, headers=headers) as answer:
        assert answer.status in {403, 404}, await answer.text()
