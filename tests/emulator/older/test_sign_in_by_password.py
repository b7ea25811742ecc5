"""The sign-in of older programs: every path, every grant, and how each one is refused."""

from typing import Any
from urllib.parse import parse_qs, parse_qsl, urlsplit

import pytest
from tests.emulator.older.conftest import BASIC, REDIRECT, WEBAPI, OldProgram, fragment_of

from bimmerhub.emulator.faults.switches import FaultSwitch

VEHICLES = f"{WEBAPI}/"
TOKEN_PATHS = ("/webapi/oauth/token/", "/webapi/oauth/token", "/gcdm/oauth/token", "/gcdm/usa/oauth/token")
AUTHENTICATE_PATHS = ("/gcdm/oauth/authenticate", "/gcdm/usa/oauth/authenticate")


@pytest.mark.parametrize("path", TOKEN_PATHS)
async def test_password_gives_tokens_at_every_path(old: OldProgram, path: str) -> None:
    answer = (await old.ask_tokens(path)).body
    assert answer["token_type"] == "Bearer"
    assert answer["expires_in"] == (28_800 if "webapi" in path else 3_600)
    assert set(answer["scope"].split()) == {"remote_services", "vehicle_data"}
    assert (await old.call("GET", VEHICLES, token=answer["access_token"])).status == 200


async def test_tokens_open_webapi_and_portal_alike(old: OldProgram) -> None:
    implicit = fragment_of((await old.ask_redirect()).headers["Location"])["access_token"]
    for token in (old.token, implicit):
        for path in (VEHICLES, "/api/me/vehicles/v2"):
            assert (await old.call("GET", path, token=token)).status == 200


@pytest.mark.parametrize("path", AUTHENTICATE_PATHS)
async def test_implicit_grant_reads_the_query_and_keeps_the_order(old: OldProgram, path: str) -> None:
    reply = await old.ask_redirect(path)
    location = reply.headers["Location"]
    assert reply.status == 302
    assert location.startswith(REDIRECT + "#state=abc&access_token=")
    assert list(fragment_of(location)) == ["state", "access_token", "token_type", "expires_in"]
    assert fragment_of(location)["expires_in"] == "7199"
    assert parse_qs(location)["access_token"]  # as bimmer_connected 0.3.0 reads it


async def test_implicit_grant_without_state_and_by_form(old: OldProgram) -> None:
    form = {"client_id": "any", "redirect_uri": REDIRECT, "response_type": "token", "scope": "vehicle_data"}
    form |= {"username": "anna@example.com", "password": "emulator"}
    reply = await old.send("POST", "/gcdm/oauth/authenticate", data=form, headers={"Authorization": BASIC})
    assert list(fragment_of(reply.headers["Location"])) == ["access_token", "token_type", "expires_in"]


async def test_address_that_no_header_can_hold_is_refused(old: OldProgram) -> None:
    form = {"client_id": "any", "redirect_uri": f"{REDIRECT}\r\nX-More: 1", "response_type": "token"}
    form |= {"username": "anna@example.com", "password": "emulator"}
    reply = await old.send("POST", "/gcdm/oauth/authenticate", data=form)
    assert (reply.status, reply.body["error"]) == (400, "invalid_request")


async def test_app_of_2021_gets_tokens_in_three_steps(old: OldProgram) -> None:
    base = {"client_id": "some-key", "redirect_uri": "com.bmw.connected://oauth", "response_type": "code"}
    base |= {"state": "s", "nonce": "login_nonce", "scope": "openid vehicle_data remote_services authenticate_user"}
    password = {"grant_type": "authorization_code", "username": "anna@example.com", "password": "emulator"}
    first = await old.send("POST", "/gcdm/oauth/authenticate", data={**base, **password})
    authorization = dict(parse_qsl(first.body["redirect_to"]))["authorization"]
    second = await old.send("POST", "/gcdm/oauth/authenticate", data={**base, "authorization": authorization})
    code = parse_qs(urlsplit(second.headers["Location"]).query)["code"][0]
    form = {"code": code, "code_verifier": "v" * 43, "redirect_uri": base["redirect_uri"]}
    tokens = await old.send(
        "POST",
        "/gcdm/oauth/token",
        data={**form, "grant_type": "authorization_code"},
        headers={"Authorization": BASIC},
    )
    assert (second.status, tokens.status) == (302, 200)
    assert {"access_token", "refresh_token", "id_token", "gcid"} <= tokens.body.keys()
    assert (await old.call("GET", VEHICLES, token=tokens.body["access_token"])).status == 200


async def test_refresh_token_is_good_once(old: OldProgram) -> None:
    before = (await old.ask_tokens("/gcdm/oauth/token")).body
    form = {"grant_type": "refresh_token", "refresh_token": before["refresh_token"]}
    again = [await old.send("POST", "/gcdm/oauth/token", data=form, headers={"Authorization": BASIC}) for _ in range(2)]
    assert [reply.status for reply in again] == [200, 400]
    assert again[1].body["error"] == "invalid_grant"


@pytest.mark.parametrize(
    ("changes", "status", "error"),
    [
        ({"password": "wrong"}, 400, "invalid_grant"),
        ({"scope": "everything"}, 400, "invalid_scope"),
        ({"grant_type": "magic"}, 400, "invalid_request"),
    ],
)
async def test_password_grant_is_refused(old: OldProgram, changes: Any, status: int, error: str) -> None:
    reply = await old.ask_tokens(**changes)
    assert (reply.status, reply.body["error"]) == (status, error)


async def test_token_without_scope_is_refused_by_every_call(old: OldProgram) -> None:
    answer = (await old.ask_tokens(scope=None)).body
    assert answer["scope"] == "journey_mate"
    reply = await old.call("GET", VEHICLES, token=answer["access_token"])
    assert (reply.status, reply.body["error"]) == (401, "invalid_token")


async def test_wrong_password_gives_no_redirect(old: OldProgram) -> None:
    reply = await old.ask_redirect(password="wrong")
    assert (reply.status, reply.headers.get("Location"), reply.body["error"]) == (401, None, "invalid_grant")


@pytest.mark.parametrize("authorization", ["", "Basic", "Basic !!!", "Basic Og=="])
async def test_pair_has_to_be_there(old: OldProgram, authorization: str) -> None:
    form = {"grant_type": "password", "username": "anna@example.com", "password": "emulator", "scope": "fupo"}
    reply = await old.send("POST", "/webapi/oauth/token", data=form, headers={"Authorization": authorization})
    assert (reply.status, reply.body["error"]) == (401, "invalid_client")


async def test_unknown_clients_are_refused_by_a_switch(old: OldProgram) -> None:
    old.emulator.faults.switch_on(FaultSwitch(name="unknown-clients-refused"))
    client_id = old.emulator.info.families["iremote"].client_id
    assert (await old.ask_tokens()).body["error"] == "invalid_client"
    assert (await old.ask_redirect()).body["error"] == "invalid_client"
    assert (await old.ask_redirect(client_id=client_id)).status == 302


async def test_token_expires(old: OldProgram) -> None:
    await old.pass_time(28_800)
    reply = await old.call("GET", VEHICLES)
    assert (reply.status, reply.body["error"]) == (401, "invalid_token")


async def test_cardata_refuses_a_token_by_password(old: OldProgram) -> None:
    reply = await old.call("GET", "/customers/vehicles/mappings", headers={"x-version": "v1"})
    assert (reply.status, reply.body["exveErrorId"]) == (403, "CU-103")


@pytest.mark.parametrize(
    ("year", "statuses"), [(2018, (200, 404, 302)), (2019, (404, 200, 302)), (2021, (404, 400, 400))]
)
async def test_eras(old: OldProgram, year: int, statuses: tuple[int, ...]) -> None:
    old.emulator.faults.switch_on(FaultSwitch(name="era", value=year))
    replies = [await old.ask_tokens(path) for path in ("/webapi/oauth/token/", "/gcdm/oauth/token")]
    replies.append(await old.ask_redirect())
    assert tuple(reply.status for reply in replies) == statuses


async def test_clients_of_2021_are_disabled(old: OldProgram) -> None:
    old.emulator.faults.switch_on(FaultSwitch(name="era", value=2021))
    answer = (await old.ask_tokens("/gcdm/oauth/token")).body
    assert answer == {"error": "client disabled", "error_description": "provided clients are disabled"}


@pytest.mark.parametrize(
    ("fault", "error"), [("clients-disabled", "client disabled"), ("wrong-region", "invalid_grant")]
)
async def test_switches_of_the_sign_in(old: OldProgram, fault: str, error: str) -> None:
    old.emulator.faults.switch_on(FaultSwitch(name=fault))
    assert (await old.ask_tokens()).body["error"] == error
