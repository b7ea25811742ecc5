"""The emulator under BMW's own host names, reached as programs reach BMW but for where the names lead."""

import asyncio
import socket
import ssl
import subprocess
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from queue import SimpleQueue
from typing import Any

import aiohttp
import paho.mqtt.client as paho
import pytest
from paho.mqtt.enums import CallbackAPIVersion

from bimmerhub.emulator.app import Emulator
from bimmerhub.emulator.host.as_bmw import API_HOST, BMW_HOSTS, SIGN_IN_HOST, STREAM_HOST, setup_text
from bimmerhub.emulator.settings import EmulatorSettings

CODE_FORM = {
    "client_id": "aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee",
    "scope": "authenticate_user openid cardata:api:read cardata:streaming:read",
    "code_challenge": "7w_YNF9DSfIdPf_pRjSq646_kPr-2-o9NAl16JGghdM",  # of 43 times "v"
    "code_challenge_method": "S256",
}


@pytest.fixture(autouse=True)
def hosts_file(monkeypatch: pytest.MonkeyPatch) -> None:
    """BMW's names lead to this machine, as after the line in the hosts file."""
    look_up = socket.getaddrinfo

    def look_up_here(host: Any, *options: Any, **more: Any) -> Any:
        return look_up("127.0.0.1" if host in BMW_HOSTS else host, *options, **more)

    monkeypatch.setattr(socket, "getaddrinfo", look_up_here)


@pytest.fixture
async def bmw(make_settings: Callable[..., EmulatorSettings]) -> AsyncIterator[Emulator]:
    async with Emulator(make_settings(as_bmw=True)) as emulator:
        yield emulator


@pytest.fixture
async def visitor(bmw: Emulator) -> AsyncIterator["Visitor"]:
    tls = ssl.create_default_context(cafile=bmw.info.ca_file)
    connector = aiohttp.TCPConnector(resolver=aiohttp.ThreadedResolver(), ssl=tls)
    async with aiohttp.ClientSession(connector=connector) as session:
        yield Visitor(bmw, session)


class Visitor:
    """A program that knows BMW's names only."""

    def __init__(self, bmw: Emulator, session: aiohttp.ClientSession) -> None:
        self.port = (bmw.info.https_url or "").rpartition(":")[2]
        self.session = session

    async def send(self, method: str, host: str, path: str, **options: Any) -> tuple[int, Any]:
        async with self.session.request(method, f"https://{host}:{self.port}{path}", **options) as response:
            is_json = response.content_type == "application/json"
            return response.status, await (response.json() if is_json else response.text())

    async def sign_in(self) -> dict[str, Any]:
        _, code = await self.send("POST", SIGN_IN_HOST, "/gcdm/oauth/device/code", data=CODE_FORM)
        await self.send("POST", "localhost", "/_emulator/sign-in", json={"user_code": code["user_code"]})
        form = {
            "client_id": CODE_FORM["client_id"],
            "grant_type": "urn:ietf:params:oauth:grant-type:device_code",
            "device_code": code["device_code"],
            "code_verifier": "v" * 43,
        }
        _, tokens = await self.send("POST", SIGN_IN_HOST, "/gcdm/oauth/token", data=form)
        return dict(tokens)


async def test_link_is_on_bmws_host(visitor: Visitor) -> None:
    _, code = await visitor.send("POST", SIGN_IN_HOST, "/gcdm/oauth/device/code", data=CODE_FORM)
    assert code["verification_uri"] == f"https://customer.bmwgroup.com:{visitor.port}/oneid/link"
    status, page = await visitor.send("GET", SIGN_IN_HOST, f"/oneid/link?user_code={code['user_code']}")
    assert (status, "bimmerhub emulator · not BMW" in page) == (200, True)


async def test_usual_port_is_not_in_the_link(visitor: Visitor) -> None:
    host = {"Host": SIGN_IN_HOST}  # what a program sends that talks to port 443
    _, code = await visitor.send("POST", SIGN_IN_HOST, "/gcdm/oauth/device/code", data=CODE_FORM, headers=host)
    assert code["verification_uri"] == "https://customer.bmwgroup.com/oneid/link"


async def test_signed_in_program_asks_for_its_cars(visitor: Visitor) -> None:
    tokens = await visitor.sign_in()
    headers = {"Authorization": f"Bearer {tokens['access_token']}", "x-version": "v1"}
    status, mappings = await visitor.send("GET", API_HOST, "/customers/vehicles/mappings", headers=headers)
    assert (status, len(mappings)) == (200, 3)


@pytest.mark.parametrize(
    ("host", "path"),
    [
        (API_HOST, "/oneid/link"),
        (SIGN_IN_HOST, "/customers/vehicles/mappings"),
        (SIGN_IN_HOST, "/_emulator/info"),
        (API_HOST, "/_emulator/info"),
    ],
)
async def test_each_host_answers_for_its_own(visitor: Visitor, host: str, path: str) -> None:
    assert (await visitor.send("GET", host, path))[0] == 404


async def test_unknown_host_is_not_found(visitor: Visitor) -> None:
    for host in ("bmw.example", "[", ""):
        answer = await visitor.send("GET", SIGN_IN_HOST, "/oneid/link", headers={"Host": host})
        assert answer == (404, "The emulator is not this host.\n")


async def test_other_names_are_not_believed(bmw: Emulator) -> None:
    tls = ssl.create_default_context(cafile=bmw.info.ca_file)
    with pytest.raises(ssl.SSLCertVerificationError):
        await asyncio.open_connection("127.0.0.1", bmw.stream.port, ssl=tls, server_hostname="www.example.com")


async def test_paho_streams_under_bmws_name(bmw: Emulator, visitor: Visitor) -> None:
    tokens = await visitor.sign_in()
    answers = SimpleQueue[str]()
    client = paho.Client(CallbackAPIVersion.VERSION2)
    client.username_pw_set(tokens["gcid"], tokens["id_token"])
    client.tls_set(bmw.info.ca_file)
    client.on_connect = lambda _client, _data, _flags, reason, _properties: answers.put(str(reason))
    client.connect_async(STREAM_HOST, bmw.info.mqtt_port)
    client.loop_start()
    try:
        assert await asyncio.to_thread(answers.get, timeout=10) == "Success"
    finally:
        client.disconnect()
        client.loop_stop()


def test_instructions_name_every_host_and_the_way_back() -> None:
    text = setup_text("ca.pem")
    assert all(host in text for host in BMW_HOSTS)
    assert all(variable in text for variable in ("SSL_CERT_FILE", "REQUESTS_CA_BUNDLE", "NODE_EXTRA_CA_CERTS"))
    assert "sed -i" in text
    assert max(map(len, text.splitlines())) <= 80


def test_instructions_write_lines_that_a_hosts_file_can_have(tmp_path: Path) -> None:
    text = setup_text("ca.pem").partition("2. Trust")[0]
    hosts_file = tmp_path / "hosts"
    command = text.partition("\n")[2].replace("sudo tee -a /etc/hosts", f"tee {hosts_file}")
    subprocess.run(["/bin/sh", "-c", command], check=True, capture_output=True)
    lines = hosts_file.read_text().splitlines()
    assert all(line.startswith("127.0.0.1 ") and line.endswith("  # bimmerhub emulator") for line in lines)
    names = [name for line in lines for name in line.partition("#")[0].split()[1:]]
    assert names == list(BMW_HOSTS)


@pytest.mark.parametrize(
    ("host", "path"),
    [
        ("www.bmwusa.com", "/api/dealers/maco/90210"),
        ("configure.bmwusa.com", "/UBYOConfigurator/v4/BM/modellist"),
        ("www.miniusa.com", "/stock-photos/images/sedan.png"),
        ("inventoryservices.bmwdealerprograms.com", "/stock-photos/images/sedan.png"),
    ],
)
async def test_the_dealers_sites_answer_under_their_names_alone(visitor: Visitor, host: str, path: str) -> None:
    assert (await visitor.send("HEAD", host, path))[0] == 200
    assert (await visitor.send("HEAD", SIGN_IN_HOST, path))[0] == 404
