"""What the doctor says of servers and of the clock: a relay in place of BMW's stream, a clock that is weeks wrong."""

import datetime as dt
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from email.utils import format_datetime
from pathlib import Path

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from bimmerhub.bmw.cardata.endpoints import Endpoints, Relay
from bimmerhub.bmw.http import open_session
from bimmerhub.domain.account.checks import Check, Outcome, next_step
from bimmerhub.emulator.host.certificates import Certificates, load_or_make_certificates
from bimmerhub.hub.doctor.reach import check_network


async def check(bmw: TestServer, *, ca_file: Path, relay: Relay | None = None) -> list[Check]:
    url = str(bmw.make_url("")).rstrip("/")
    endpoints = Endpoints(
        auth_url=url, api_url=url, stream_host="127.0.0.1", stream_port=bmw.port or 0, ca_file=ca_file
    )
    async with open_session() as session:
        return list(await check_network(endpoints, session, relay=relay))


def serving(*, at: dt.datetime) -> web.Application:
    """Return a server that tells this time."""

    async def answer(_: web.Request) -> web.Response:
        return web.Response(headers={"Date": format_datetime(at, usegmt=True)})

    app = web.Application()
    app.router.add_route("*", "/{path:.*}", answer)
    return app


@asynccontextmanager
async def bmw_of(day: dt.datetime, certificates: Certificates) -> AsyncIterator[TestServer]:
    server = TestServer(serving(at=day), scheme="https", host="127.0.0.1")
    await server.start_server(ssl=certificates.server_context())
    try:
        yield server
    finally:
        await server.close()


@pytest.mark.parametrize("days", [-800, 800, 0], ids=["expired", "not valid yet", "good"])
async def test_a_clock_that_is_weeks_wrong_is_what_to_mend_whatever_a_certificate_says(
    tmp_path: Path, days: int
) -> None:
    now = dt.datetime.now(dt.UTC)
    certificates = load_or_make_certificates(tmp_path, now=now + dt.timedelta(days=days))
    async with bmw_of(now - dt.timedelta(days=23, seconds=9), certificates) as bmw:
        checks = await check(bmw, ca_file=certificates.ca_file)
    assert (checks[0].name, checks[0].outcome) == ("clock", Outcome.FAILED)
    assert re.fullmatch(r"this machine's clock is 23 days( \d+ h)? fast", checks[0].finding)
    assert next_step(checks).startswith("Set this machine's clock")
    assert (checks[1].outcome is Outcome.OK) == (days == 0)


async def test_an_expired_certificate_is_not_put_down_to_a_clock_that_is_right(tmp_path: Path) -> None:
    now = dt.datetime.now(dt.UTC)
    certificates = load_or_make_certificates(tmp_path, now=now - dt.timedelta(days=800))
    async with bmw_of(now, certificates) as bmw:
        checks = await check(bmw, ca_file=certificates.ca_file)
    assert [check.name for check in checks] == ["sign-in server", "REST server", "stream server", "clock"]
    assert [check.outcome for check in checks[::3]] == [Outcome.FAILED, Outcome.OK]


async def test_a_relay_is_looked_at_in_place_of_bmws_stream(tmp_path: Path, unused_tcp_port: int) -> None:
    now = dt.datetime.now(dt.UTC)
    certificates = load_or_make_certificates(tmp_path, now=now)
    async with bmw_of(now, certificates) as bmw:
        there, away = [
            await check(bmw, ca_file=certificates.ca_file, relay=Relay(host="127.0.0.1", port=port))
            for port in (bmw.port or 0, unused_tcp_port)
        ]
    assert [check.name for check in there] == ["sign-in server", "REST server", "relay", "clock"]
    assert re.fullmatch(r"127\.0\.0\.1:\d+ takes TCP connections within \d+ ms", there[2].finding)
    assert (away[2].outcome, "relay_port" in (away[2].hint or "")) == (Outcome.FAILED, True)
