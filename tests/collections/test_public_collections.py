"""The public collections of 2023 run unmodified under BMW's names: every request gets what its own tests want."""

import socket
import ssl
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import aiohttp
import msgspec
import pytest
from tests.collections.thunder_client import BY_NAME, COLLECTIONS, DATE_NAME, Sender
from tests.emulated import emulator_settings

from bimmerhub.emulator.app import Emulator
from bimmerhub.emulator.host.as_bmw import BMW_HOSTS
from bimmerhub.emulator.host.regions import UserRegion
from bimmerhub.emulator.settings import EmulatedAccount

OLD_TOKEN = {"bmwusa.com / Vehicle": 401}
"""The request has a token of 2023-02-27 written in: it is the client's own fault."""
SIGN_IN = "Authentication / "
NewSender = Callable[..., Sender]


@pytest.fixture
async def new_sender(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[NewSender]:
    """Return how to start a program with the environment of `.env`: account, car, and the placeholder of the key."""
    look_up = socket.getaddrinfo

    def look_up_here(host: Any, *options: Any, **more: Any) -> Any:
        return look_up("127.0.0.1" if host in BMW_HOSTS else host, *options, **more)

    monkeypatch.setattr(socket, "getaddrinfo", look_up_here)
    settings = emulator_settings(
        http_port=0,
        mqtt_port=0,
        keys_dir=tmp_path,
        is_lenient=False,
        as_bmw=True,
        accounts=(EmulatedAccount(region=UserRegion.NA),),
    )
    async with Emulator(settings) as emulator:
        info = emulator.info
        tls = ssl.create_default_context(cafile=info.ca_file)
        connector = aiohttp.TCPConnector(resolver=aiohttp.ThreadedResolver(), ssl=tls)
        own = {"email": info.user, "password": info.password, "vin": info.vehicles[0].vin}
        async with aiohttp.ClientSession(connector=connector) as session:

            def start(environment: dict[str, str] | None = None, **options: Any) -> Sender:
                key = {"ocp-apim-subscription-key": "Authenticate"}
                port = (info.https_url or "").rpartition(":")[2]
                return Sender(session, port, {**own, **key, **(environment or {})}, **options)

            yield start


async def test_thunder_client_gets_what_the_tests_want(new_sender: NewSender) -> None:
    sender = new_sender()
    await sender.run()
    assert sender.failed == OLD_TOKEN
    assert len(sender.answers) == 25
    unasked = {request.name: request.wants.status for request in COLLECTIONS.requests if request.wants.status is None}
    statuses = {name: sender.answers[name].status for name in unasked}
    assert statuses == {**dict.fromkeys(unasked, 200), "My Garage / Endpoints": 404}
    for name, answer in sender.answers.items():
        assert "errors" not in (answer.document or {}), name


async def test_inventory_is_searched_once_its_token_is_put_in(new_sender: NewSender) -> None:
    sender = new_sender()
    token = (await sender.send(BY_NAME["bmwusa.com / Token"])).document["access_token"]
    bearer = {"Authorization": f"Bearer {token}"}
    search = msgspec.structs.replace(BY_NAME["bmwusa.com / Vehicle"], headers=bearer)
    answer = await sender.send(search)
    assert (answer.failures, answer.document["pageSize"]) == ((), 20)


async def test_each_view_of_the_car_is_a_picture(new_sender: NewSender) -> None:
    sender = new_sender()
    await sender.run()
    request = BY_NAME["Vehicle Communication Service (VCS) / Image"]
    assert len(request.switched_off) == 11
    for query in request.switched_off:
        assert (await sender.send(request, query=query)).failures == (), query


async def test_thunder_clients_command_line_loads_no_helper(new_sender: NewSender) -> None:
    """Version 1.27: what needs `authorization` fails, all else runs with tokens in the environment."""
    before = new_sender()
    await before.run()
    tokens = {name: before.environment[name] for name in ("accessToken", "refreshToken", "gcid")}
    sender = new_sender(tokens, has_helper=False)
    await sender.run()
    assert sender.failed == {f"{SIGN_IN}Authenticate (2/2)": 400, f"{SIGN_IN}Token": 400, **OLD_TOKEN}


async def test_newman_gets_what_the_tests_want_when_a_person_defines_the_names(new_sender: NewSender) -> None:
    def define(environment: dict[str, str]) -> dict[str, str]:
        endpoint = environment.get("tokenEndpoint", "")
        return {
            'tokenEndpoint | replace("/token", "/authenticate")': endpoint.replace("/token", "/authenticate"),
            "tokenendpoint": endpoint,
            "#guid": "aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee",
            DATE_NAME: "2023-02-28 01:02:03",
        }

    sender = new_sender(person=define)
    await sender.run()
    assert sender.failed == OLD_TOKEN


async def test_newman_sends_names_without_a_value_as_they_are_written(new_sender: NewSender) -> None:
    sender = new_sender(person=lambda _: {})
    del sender.environment["ocp-apim-subscription-key"]
    answer = await sender.send(BY_NAME[f"{SIGN_IN}OAuth Config"])
    assert (answer.status, answer.failures) == (200, ())
