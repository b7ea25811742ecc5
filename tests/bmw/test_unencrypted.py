"""Requests to BMW are never sent unencrypted to another machine, whichever setting or answer led there."""

import ssl

import aiohttp
import pytest

from bimmerhub.bmw.http import NotSent, fetch, open_session
from bimmerhub.errors import ConfigError

FAR = "http://192.0.2.1:9/gcdm/oauth/token"
TLS = ssl.create_default_context()


async def test_an_address_far_away_is_refused_before_anything_is_sent() -> None:
    async with open_session() as own, aiohttp.ClientSession() as from_outside:
        for session in (own, from_outside):
            with pytest.raises(ConfigError, match=r"192\.0\.2\.1.* unencrypted") as refused:
                await fetch(session, "POST", FAR, tls=TLS, form={"password": "secret"})
            assert "plain_http_hosts" in (refused.value.hint or "")


async def test_this_machine_and_a_labs_hosts_are_not() -> None:
    async with open_session(plain_hosts=["lab.invalid"]) as session:
        for url in ("http://127.0.0.1:9/", "http://localhost:9/", "http://lab.invalid:9/"):
            with pytest.raises(NotSent):
                await fetch(session, "GET", url, tls=TLS)
