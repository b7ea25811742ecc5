"""Who may send commands to cars: a token of scope `command`, the hub's page, the command line; nobody else."""

from typing import TYPE_CHECKING

import pytest
from tests.web.conftest import PASSWORD, VIN

from bimmerhub.times import HOUR_MS
from bimmerhub.views.refused_attempts import MOST_AN_HOUR

if TYPE_CHECKING:
    from tests.web.conftest import Site

COMMANDS = f"/api/v1/vehicles/{VIN}/commands"
OWNER = {"authorization": "Bearer local"}
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
        ("write", (403, "no_command_token"), (403, "person_needed")),
        ("command", (200, ""), (403, "person_needed")),
    ],
)
async def test_each_scope(site: "Site", scope: str, commands: tuple[int, str], opening: tuple[int, str]) -> None:
    site.credentials.tokens = {scope: scope}  # type: ignore[dict-item] # the scopes above
    assert await ask(site, COMMANDS, token=scope) == commands
    assert await ask(site, f"/api/v1/vehicles/{VIN.lower()}/commands", token=scope) == commands or scope == "command"
    assert await ask(site, OPENING, token=scope, method="PUT") == opening
    async with site.get("/api/v1/audit", headers={"Authorization": f"Bearer {scope}"}) as answer:
        assert answer.status == 200


async def log_in(site: "Site") -> dict[str, str]:
    """Log in, and return the header that the page adds to what it sends."""
    form, own = {"password": PASSWORD}, {"origin": site.address}
    async with site.client.post(f"{site.address}/login", data=form, headers=own, allow_redirects=False) as answer:
        assert answer.status == 303
        return {"x-bimmerhub-page": answer.headers["location"].removeprefix("/#page=")}


async def test_strangers_and_other_pages_may_not(site: "Site") -> None:
    assert await ask(site, COMMANDS, token=None) == (403, "key_needed")
    assert await ask(site, COMMANDS, token=None, origin=site.address) == (403, "key_needed")
    site.credentials.tokens = {"t": "command"}
    assert await ask(site, COMMANDS, token="other") == (401, "sign_in_to_hub")
    assert await ask(site, COMMANDS, token=None, origin=site.address) == (403, "key_needed")
    site.credentials.password = PASSWORD
    assert await ask(site, COMMANDS, token=None, origin=site.address) == (401, "sign_in_to_hub")
    assert site.commands.askers == []


async def test_refusal_names_the_scope_that_sends_commands(site: "Site") -> None:
    async with site.client.post(site.address + COMMANDS, json={"command": "lock"}) as answer:
        assert "--scope command" in (await answer.json())["error"]["hint"]
    async with site.client.put(site.address + OPENING, json={"is_opening_allowed": True}) as answer:
        assert "--scope command" in (await answer.json())["error"]["hint"]


async def test_hint_for_a_token_that_reads_is_no_token_that_is_refused_too(site: "Site") -> None:
    site.credentials.tokens = {"lamp": "read"}
    proof = {"Authorization": "Bearer lamp"}
    async with site.client.post(site.address + COMMANDS, json={"command": "lock"}, headers=proof) as answer:
        assert "--scope command" in (await answer.json())["error"]["hint"]
    async with site.client.put(site.address + OPENING, json={"is_opening_allowed": True}, headers=proof) as answer:
        assert "allow-opening" in (await answer.json())["error"]["hint"]
    async with site.client.post(f"{site.address}/api/v1/accounts/home/call", json={}, headers=proof) as answer:
        assert "--scope command" in (await answer.json())["error"]["hint"]


async def refused(site: "Site") -> list[tuple[str, str, str | None]]:
    """Return what the audit has of attempts, oldest first: who, what, and of which car."""
    async with site.get("/api/v1/audit", headers={"Authorization": "Bearer local"}) as answer:
        items = (await answer.json())["items"]
    assert {item["from_where"] for item in items} == {"127.0.0.1"}
    assert all(item["body"]["reason"] for item in items)
    return [(item["who"], item["action"], item["vin"]) for item in reversed(items)]


async def test_attempts_that_are_refused_at_the_door_are_in_the_audit(site: "Site") -> None:
    await ask(site, COMMANDS, token=None)
    await ask(site, COMMANDS, token=None, origin="http://evil.example")
    site.credentials.tokens = {"lamp": "read", "scripts": "write"}
    await ask(site, COMMANDS, token="lamp")
    await ask(site, "/api/v1/vehicles/qwertzui/commands", token="scripts")
    await ask(site, OPENING, token="scripts", method="PUT")
    await ask(site, COMMANDS, token="wrong")
    await ask(site, "/api/v1/vehicles/nobody/commands", token="lamp")
    assert await refused(site) == [
        ("stranger", "command_refused", VIN),
        ("stranger", "command_refused", VIN),
        ("token lamp", "command_refused", VIN),
        ("token scripts", "command_refused", VIN),
        ("token scripts", "opening_refused", VIN),
        ("stranger", "command_refused", VIN),
        ("token lamp", "command_refused", None),
    ]


async def test_looking_and_other_addresses_are_no_attempts(site: "Site") -> None:
    site.credentials.tokens = {"lamp": "read"}
    for method, path in (("GET", COMMANDS), ("POST", f"/api/v1/vehicles/{VIN}/archive")):
        await ask(site, path, token="wrong", method=method)
    async with site.get("/api/v1/audit", headers={"Authorization": "Bearer lamp"}) as answer:
        assert (await answer.json())["items"] == []


async def test_a_flood_of_attempts_does_not_fill_the_audit(site: "Site") -> None:
    for _ in range(MOST_AN_HOUR + 7):
        await ask(site, COMMANDS, token="wrong")
    assert len(await refused(site)) == MOST_AN_HOUR
    site.clock[0] += HOUR_MS
    await ask(site, COMMANDS, token="wrong")
    async with site.get("/api/v1/audit", params={"limit": "1"}) as answer:
        assert (await answer.json())["items"][0]["body"]["left_out_before"] == 7


@pytest.mark.parametrize("path", [COMMANDS, OPENING])
async def test_a_forged_request_of_another_page_does_nothing(site: "Site", path: str) -> None:
    site.credentials.password = PASSWORD
    proof = await log_in(site)
    method = "POST" if path == COMMANDS else "PUT"
    for headers in (
        {},
        {"origin": "http://evil.example"},
        {"origin": "null"},
        {"sec-fetch-site": "cross-site", "origin": site.address},
        {"sec-fetch-site": "same-site"},
        {"sec-fetch-site": "none"},
    ):
        for proven in ({}, proof):
            status = await ask(site, path, token=None, method=method, **headers, **proven)
            assert status == (403, "cross_origin"), headers
    assert await ask(site, path, token=None, method=method, origin=site.address) == (403, "cross_origin")
    assert site.commands.askers == []
    assert await ask(site, path, token=None, method=method, origin=site.address, **proof) == (200, "")
    assert [asker.who for asker in site.commands.askers] == ["page"]


async def test_a_destination_may_be_a_link(site: "Site") -> None:
    body = {"command": "poi", "place": "geo:0,0?q=48.137,11.575(Marienplatz)"}
    async with site.post(COMMANDS, json=body, headers=OWNER) as answer:
        assert (answer.status, (await answer.json())["details"]["destination"]) == (200, "Marienplatz")


async def test_a_form_of_another_page_is_no_command(site: "Site") -> None:
    async with site.client.post(site.address + COMMANDS, data={"command": "lock"}, headers=OWNER) as answer:
        assert answer.status == 422
    assert site.commands.askers == []


async def test_the_audit_learns_who_asks_and_from_where(site: "Site") -> None:
    site.credentials.tokens = {"lamp": "command"}
    await ask(site, COMMANDS, token="lamp")
    await ask(site, COMMANDS, token="local")
    site.credentials.tokens = {}
    await ask(site, COMMANDS, token=None, **await site.come_in())
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
        ({"command": "poi", "place": "Munich"}, "no place in 'Munich'"),
        ({"command": "poi", "place": "geo:48,11", "latitude_deg": 48.0, "longitude_deg": 11.0}, "not both"),
        ({"command": "poi", "place": "x" * 2001}, "2000"),
        ({"command": "lock", "place": "geo:48,11"}, "lock takes no place"),
        ({"command": "poi", "latitude_deg": 91, "longitude_deg": 0}, "no place"),
        ({"command": "poi", "latitude_deg": 1, "longitude_deg": 0, "city": "M\x07"}, "city has a control character"),
        ({"command": "message", "subject": "a", "text": "b\x00"}, "text has a control character"),
        ({"command": "message", "subject": "x"}, "a subject and a text"),
        ({"command": "message", "subject": "x", "text": "y" * 256}, "255"),
        ({"command": "charging-profile"}, "needs the change"),
        ({"command": "lock", "profile": {"is_climate_enabled": True}}, "lock takes no profile"),
        ({"command": "charging-profile", "profile": {"departures": [{"timer": "timer_1", "weekday": []}]}}, "weekday"),
        ({"command": "charging-profile", "profile": {"window": {"start": "22:00"}}}, "start"),
    ],
)
async def test_wrong_wishes_are_refused(site: "Site", body: dict[str, object], says: str) -> None:
    async with site.post(COMMANDS, json=body, headers=OWNER) as answer:
        assert answer.status == 422
        assert says in (await answer.json())["error"]["message"]
    assert site.commands.askers == []
