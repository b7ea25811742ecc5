"""Who may call an operation: a question needs a token that may do more than read, a change one of scope `command`."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

import pytest
from tests.web.conftest import PASSWORD, VIN

if TYPE_CHECKING:
    from tests.web.conftest import Site

CALL = "/api/v1/accounts/home/call"


async def ask(site: "Site", body: Mapping[str, object], *, token: str | None) -> tuple[int, str]:
    """Return the status, and of a refusal its kind."""
    headers = {} if token is None else {"Authorization": f"Bearer {token}"}
    async with site.client.post(site.address + CALL, json=body, headers=headers) as answer:
        return answer.status, (await answer.json()).get("error", {}).get("kind", "")


@pytest.mark.parametrize(
    ("scope", "question", "change"),
    [
        ("read", (403, "read_only_token"), (403, "read_only_token")),
        ("write", (200, ""), (403, "no_command_token")),
        ("command", (200, ""), (200, "")),
    ],
)
async def test_each_scope(site: "Site", scope: str, question: tuple[int, str], change: tuple[int, str]) -> None:
    site.credentials.tokens = {scope: scope}  # type: ignore[dict-item] # the scopes above
    assert await ask(site, {"operation": "status"}, token=scope) == question
    assert await ask(site, {"path": "/webapi/v1/user/vehicles"}, token=scope) == question
    assert await ask(site, {"operation": "door-lock"}, token=scope) == change
    assert await ask(site, {"operation": "door-lock", "dry_run": True}, token=scope) == question


async def test_strangers_and_other_pages_may_not(site: "Site") -> None:
    assert await ask(site, {"operation": "status"}, token=None) == (403, "key_needed")
    site.credentials.password = PASSWORD
    assert await ask(site, {"operation": "status"}, token="other") == (401, "sign_in_to_hub")


async def test_call_names_an_operation_or_a_path(site: "Site") -> None:
    site.credentials.tokens = {"t": "command"}
    for body in ({}, {"operation": "status", "path": "/status"}, {"path": "/status", "vin": "0001"}):
        assert await ask(site, body, token="t") == (422, "config_error")


async def test_refused_change_is_in_the_audit(site: "Site") -> None:
    site.credentials.tokens = {"scripts": "write"}
    await ask(site, {"operation": "door-lock", "params": {"vin": VIN}}, token="scripts")
    async with site.get("/api/v1/audit", headers={"Authorization": "Bearer scripts"}) as answer:
        [entry] = (await answer.json())["items"]
    assert (entry["who"], entry["action"], entry["vin"]) == ("token scripts", "call_refused", VIN)


async def test_calls_that_are_refused_at_the_door_are_in_the_audit(site: "Site") -> None:
    site.credentials.tokens = {"lamp": "read"}
    body = {"operation": "door-lock", "params": {"vin": VIN}}
    await ask(site, body, token="wrong")
    await ask(site, body, token="lamp")
    async with site.get("/api/v1/audit", headers={"Authorization": "Bearer lamp"}) as answer:
        entries = (await answer.json())["items"]
    assert [(entry["who"], entry["action"], entry["vin"]) for entry in entries] == [
        ("token lamp", "call_refused", None),
        ("stranger", "call_refused", None),
    ]
