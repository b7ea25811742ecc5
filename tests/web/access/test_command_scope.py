"""Who may send commands to cars: a token of scope `command`, the hub's page, the command line; nobody else."""

from typing import TYPE_CHECKING

import pytest
from tests.web.conftest import VIN

if TYPE_CHECKING:
    from tests.web.conftest import Site

COMMANDS = f"/api/v1/vehicles/{VIN}/commands"
OPENING = f"/api/v1/vehicles/{VIN}/opening"


async def ask(site: "Site", path: str, *, token: str | None, method: str = "POST", **headers: str) -> tuple[int, str]:
    """Return the status, and of a refusal its kind."""
    body = {"command": "lock"} if path == COMMANDS else {"is_opening_allowed": True}
    proof = {} if token is None else {"Authorization": f"Bearer {token}"}
    async with site.client.request(method, site.address + path, json=body, headers={**proof, **headers}) as answer:
        return answer.status, (await answer.json()).get("error", {}).get("kind", "")


@pytest.mark.parametrize(
    ("scope", "commands", "opening"),
    [
        ("read", (403, "read_only_token"), (403, "read_only_token")),
        ("write", (403, "no_command_token"), (200, "")),
        ("command", (200, ""), (403, "command_token")),
    ],
)
async def test_each_scope(site: "Site", scope: str, commands: tuple[int, str], opening: tuple[int, str]) -> None:
    site.credentials.tokens = {scope: scope}  # type: ignore[dict-item] # the scopes above
    assert await ask(site, COMMANDS, token=scope) == commands
    assert await ask(site, f"/api/v1/vehicles/{VIN.lower()}/commands", token=scope) == commands or scope == "command"
    assert await ask(site, OPENING, token=scope, method="PUT") == opening
    async with site.get("/api/v1/audit", headers={"Authorization": f"Bearer {scope}"}) as answer:
        assert answer.status == 200


async def test_strangers_and_other_pages_may_not(site: "Site") -> None:
    assert await ask(site, COMMANDS, token=None) == (403, "cross_origin")
    assert await ask(site, COMMANDS, token=None, origin="http://evil.example") == (403, "cross_origin")
    site.credentials.tokens = {"t": "command"}
    assert await ask(site, COMMANDS, token="other") == (401, "sign_in_to_hub")
    assert await ask(site, COMMANDS, token=None, origin=site.address) == (401, "sign_in_to_hub")
    assert site.commands.askers == []


async def test_refusal_names_the_scope_that_sends_commands(site: "Site") -> None:
    async with site.client.post(site.address + COMMANDS, json={"command": "lock"}) as answer:
        assert "--scope command" in (await answer.json())["error"]["hint"]
    async with site.client.put(site.address + OPENING, json={"is_opening_allowed": True}) as answer:
        assert "--scope write" in (await answer.json())["error"]["hint"]


async def test_the_audit_learns_who_asks_and_from_where(site: "Site") -> None:
    site.credentials.tokens = {"lamp": "command"}
    await ask(site, COMMANDS, token="lamp")
    await ask(site, COMMANDS, token="local")
    site.credentials.tokens = {}
    await ask(site, COMMANDS, token=None, origin=site.address)
    assert [asker.who for asker in site.commands.askers] == ["token lamp", "command line", "page"]
    assert {asker.from_where for asker in site.commands.askers} == {"127.0.0.1"}


@pytest.mark.parametrize(
    ("body", "says"),
    [
        ({"command": "fly"}, "there is no command"),
        ({"command": "lock", "count": 2}, "lock takes no count"),
        ({"command": "lights", "count": 0}, "1 to 60"),
        ({"command": "lights", "count": "2"}, "integer"),
        ({"command": "horn", "force": "yes"}, "boolean"),
        ({"command": "poi", "latitude_deg": "48.1", "longitude_deg": 11}, "number"),
        ({"command": "poi", "latitude_deg": 48.1, "longitude_deg": True}, "number"),
        ({"command": "poi", "latitude_deg": 48.1}, "latitude and a longitude"),
        ({"command": "poi", "latitude_deg": 91, "longitude_deg": 0}, "no place"),
        ({"command": "message", "subject": "x"}, "a subject and a text"),
        ({"command": "message", "subject": "x", "text": "y" * 256}, "255"),
        ({"command": "charging-profile"}, "needs the change"),
        ({"command": "lock", "profile": {"is_climate_enabled": True}}, "lock takes no profile"),
        ({"command": "charging-profile", "profile": {"departures": [{"timer": "timer_1", "weekday": []}]}}, "weekday"),
        ({"command": "charging-profile", "profile": {"window": {"start": "22:00"}}}, "start"),
    ],
)
async def test_wrong_wishes_are_refused(site: "Site", body: dict[str, object], says: str) -> None:
    async with site.post(COMMANDS, json=body, headers={"origin": site.address}) as answer:
        assert answer.status == 422
        assert says in (await answer.json())["error"]["message"]
    assert site.commands.askers == []
