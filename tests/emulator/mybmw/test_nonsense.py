"""Whatever a program sends, the app's API answers, and never by an error of its own."""

import pytest
from tests.emulator.mybmw.conftest import BEV, AppProgram

ANOTHER_OBJECT = b'{"places": [{}]}'
"""It changes no setting."""
BODIES = [
    b"",
    b"[]",
    b"null",
    b"{",
    b"\xff\xfe",
    b'"text"',
    b"[" * 5_000,
    b'{"places": [{}]}',
    b'{"chargingTarget": 1e400}',
]
POSTS = [
    f"/eadrax-crccs/v1/vehicles/{BEV}/charging-settings",
    "/eadrax-dcs/v1/send-to-car/send-to-car",
    "/eadrax-dcs/v2/user/{gcid}/send-to-car",
    "/eadrax-coas/v2/cop/slider-captcha",
    "/eadrax-coas/v1/cop/check-captcha",
    "/eadrax-coas/v2/login/pwd",
    "/eadrax-coas/v2/login/sms",
    "/eadrax-coas/v2/oauth/token",
]
QUERIES = [
    ("/eadrax-chs/v2/charging-sessions", {"maxResults": "9" * 5_000}),
    ("/eadrax-chs/v2/charging-sessions", {"next_token": "-1"}),
    ("/eadrax-chs/v2/charging-sessions", {"date": "yesterday"}),
    ("/eadrax-chs/v2/charging-statistics", {"currentDate": "9999-99-99"}),
    ("/eadrax-suscs/v1/vehicles/sustainability/trips/history", {"date": "2026-99"}),
    ("/eadrax-ics/v5/presentation/vehicles/images", {"carView": "\u0130"}),
]
AGENTS = [
    "android(;;;",
    ";bmw;1;row",
    "android();bmw;;row",
    "android(x);bmw;1;eu",
    "android(x);bmw;1;row;more",
    "x" * 5_000,
]


@pytest.mark.parametrize("path", POSTS)
async def test_bodies_that_are_none_are_refused(app: AppProgram, path: str) -> None:
    for body in BODIES:
        headers = {"Content-Type": "application/json", "x-login-nonce": "0"}
        reply = await app.call("POST", path.format(gcid=app.tokens["gcid"]), data=body, headers=headers)
        assert 400 <= reply.status < 500 or (path, body) == (POSTS[0], ANOTHER_OBJECT), (body, reply.status)


async def test_profile_that_is_none_is_refused_by_500_in_json(app: AppProgram) -> None:
    for body in BODIES:
        reply = await app.call("POST", f"/eadrax-crccs/v1/vehicles/{BEV}/charging-profile", data=body)
        assert (reply.status, reply.body["statusCode"]) == (500, 500)


async def test_parameters_that_are_none_are_refused(app: AppProgram) -> None:
    headers = {"x-gcid": str(app.tokens["gcid"])}
    for path, query in QUERIES:
        reply = await app.call("GET", path, vin=BEV, params=query, headers=headers)
        assert reply.status == 400, (path, query, reply.status)


async def test_agents_that_are_none_are_refused(app: AppProgram) -> None:
    for agent in AGENTS:
        reply = await app.call("GET", "/eadrax-vcs/v4/vehicles", headers={"x-user-agent": agent})
        assert reply.status == 400, agent
