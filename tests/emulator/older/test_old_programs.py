"""Old public programs, request by request as they are on the wire, against the emulator under BMW's host names.

They are re-enacted with nothing but http.client. As a hosts file would, connections go to this machine; TLS names the
host that a program connects to, and the header Host may be another.
"""

import asyncio
import http.client
import json
import socket
import ssl
from base64 import b64encode
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs, urlencode

import pytest

from bimmerhub.emulator.app import Emulator
from bimmerhub.emulator.host.as_bmw import OTHER_SIGN_IN_HOSTS, PORTAL_HOSTS, SIGN_IN_HOST, WEBAPI_HOSTS
from bimmerhub.emulator.host.regions import UserRegion
from bimmerhub.emulator.settings import EmulatedAccount, EmulatorSettings

BASIC = "Basic " + b64encode(b"key of then:secret of then").decode()
FORM = "application/x-www-form-urlencoded"
USER, PASSWORD = "anna@example.com", "emulator"
REDIRECT = "https://www.bmw-connecteddrive.com/app/default/static/external-dispatch.html"


@dataclass
class Wire:
    """Connections to the emulator under BMW's names; the answer is status, headers and body."""

    port: int
    tls: ssl.SSLContext

    async def send(self, method: str, host: str, path: str, body: str | None = None, **headers: str) -> Any:
        fields = {name.replace("_", "-"): value for name, value in headers.items()}
        return await asyncio.to_thread(self._send, method, host, path, body, fields)

    def _send(self, method: str, host: str, path: str, body: str | None, headers: dict[str, str]) -> Any:  # noqa: PLR0917 - as a request is written
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        plain = socket.create_connection(("127.0.0.1", self.port), timeout=10)
        connection.sock = self.tls.wrap_socket(plain, server_hostname=host)
        connection.request(method, path, body, {"Host": host, **headers})
        response = connection.getresponse()
        answer = response.status, dict(response.getheaders()), response.read()
        connection.close()
        return answer

    async def json(self, method: str, host: str, path: str, body: str | None = None, **headers: str) -> Any:
        status, _, text = await self.send(method, host, path, body, **headers)
        assert status == 200, (status, text)
        return json.loads(text)


@pytest.fixture
async def bmw(make_settings: Callable[..., EmulatorSettings]) -> AsyncIterator[Emulator]:
    async with Emulator(make_settings(as_bmw=True, china_port=0)) as emulator:
        yield emulator


@pytest.fixture
def wire(bmw: Emulator) -> Wire:
    tls = ssl.create_default_context(cafile=bmw.info.ca_file)
    return Wire(port=int((bmw.info.https_url or "").rpartition(":")[2]), tls=tls)


async def test_charge_logger(wire: Wire) -> None:
    """Everything in the query of a POST without a body or a type; the token out of the redirect; then the level."""
    query = (
        f"client_id=any&redirect_uri={REDIRECT}&username={USER}&response_type=token&state=RANDOMGUID"
        f"&scope=authenticate_user+fupo&password={PASSWORD}"
    )
    _, headers, _ = await wire.send("POST", SIGN_IN_HOST, f"/gcdm/oauth/authenticate?{query}", Content_Length="0")
    token = parse_qs(headers["location"].replace("#", "?").partition("?")[2])["access_token"][0]
    vehicles = await wire.json(
        "GET",
        "www.bmw-connecteddrive.nl",
        "/api/me/vehicles/v2",
        Authorization=f"Bearer {token}",
        Accept="application/json",
    )
    path = f"/api/vehicle/dynamic/v1/{vehicles[0]['vin']}?offset=-60"
    state = await wire.json(
        "GET", "www.bmw-connecteddrive.nl", path, Authorization=f"Bearer {token}", Accept="application/json"
    )
    assert state["attributesMap"]["chargingLevelHv"].endswith(".0")


async def test_charge_logger_with_a_wrong_password_gets_no_location(wire: Wire) -> None:
    query = f"client_id=any&redirect_uri={REDIRECT}&username={USER}&response_type=token&scope=fupo&password=wrong"
    status, headers, _ = await wire.send("POST", SIGN_IN_HOST, f"/gcdm/oauth/authenticate?{query}")
    assert (status, "location" in headers) == (401, False)


async def test_i_remote_program(wire: Wire, bmw: Emulator) -> None:
    """Two words of scope at the new path, a slash at the end of vehicles, a state without position, one command."""
    host, agent = "b2vapi.bmwgroup.us", "MCVApp/1.5.2 (iPhone; iOS 9.1; Scale/2.00)"
    form = {"grant_type": "password", "username": USER, "password": PASSWORD, "scope": "remote_services vehicle_data"}
    tokens = await wire.json(
        "POST",
        host,
        "/gcdm/oauth/token",
        urlencode(form),
        Authorization=BASIC,
        Content_Type=FORM,
        User_Agent=agent,
    )
    bearer = {"Authorization": f"Bearer {tokens['access_token']}", "User_Agent": agent}
    assert isinstance(tokens["expires_in"], int)
    vehicle = (await wire.json("GET", host, "/webapi/v1/user/vehicles/", **bearer))["vehicles"][0]
    path = f"/webapi/v1/user/vehicles/{vehicle['vin']}"
    status = (await wire.json("GET", host, f"{path}/status", **bearer))["vehicleStatus"]
    trip = (await wire.json("GET", host, f"{path}/statistics/lastTrip", **bearer))["lastTrip"]
    needs = {
        "chargingLevelHv",
        "remainingRangeElectricMls",
        "mileage",
        "connectionStatus",
        "updateTime",
        "updateReason",
    }
    assert needs | {"chargingStatus"} <= status.keys()
    assert trip["avgElectricConsumption"] != 0
    begun = await wire.json(
        "POST", host, f"{path}/executeService", "serviceType=LIGHT_FLASH", Content_Type=f"{FORM[:-1]}", **bearer
    )
    assert begun["executionStatus"]["status"] == "INITIATED"
    bmw.clock.jump(by_ms=6_000)
    await bmw.catch_up()
    polled = await wire.json("GET", host, f"{path}/serviceExecutionStatus?serviceType=LIGHT_FLASH", **bearer)
    assert (polled["executionStatus"]["status"], vehicle["hub"]) == ("EXECUTED", "HUB_US")


async def test_host_header_of_2020_is_another_than_tls_names(wire: Wire) -> None:
    form = {"client_id": "any", "response_type": "token", "redirect_uri": REDIRECT, "username": USER}
    form |= {"password": PASSWORD, "scope": "authenticate_user vehicle_data remote_services"}
    for path in ("/gcdm/oauth/authenticate", "/gcdm/usa/oauth/authenticate"):
        for host in ("b2vapi.bmwgroup.com", "b2vapi.bmwgroup.cn:8592"):
            status, headers, _ = await wire.send(
                "POST", SIGN_IN_HOST, path, urlencode(form), Host=host, Authorization=BASIC, Content_Type=FORM
            )
            assert (status, "#access_token=" in headers["location"]) == (302, True)


@pytest.mark.parametrize("host", [SIGN_IN_HOST, *OTHER_SIGN_IN_HOSTS, *WEBAPI_HOSTS])
async def test_sign_in_answers_under_every_name(wire: Wire, host: str) -> None:
    form = urlencode({"grant_type": "password", "username": USER, "password": PASSWORD, "scope": "vehicle_data"})
    tokens = await wire.json("POST", host, "/gcdm/oauth/token", form, Authorization=BASIC, Content_Type=FORM)
    assert tokens["token_type"] == "Bearer"


@pytest.mark.parametrize("host", [*PORTAL_HOSTS, SIGN_IN_HOST, *WEBAPI_HOSTS])
async def test_portal_answers_under_every_name(wire: Wire, host: str) -> None:
    status, _, text = await wire.send("GET", host, "/api/me/vehicles/v2")
    assert (status, json.loads(text)["error"]) == (401, "invalid_token")


async def test_countries_have_bmws_own_hosts(wire: Wire) -> None:
    groups = await wire.json("GET", PORTAL_HOSTS[0], "/cms/default/default/country-selection.json")
    links = [country["link"] for [group] in groups["countryData"].values() for country in group["countries"]]
    assert {link.removeprefix("https://").rstrip("/") for link in links} == set(PORTAL_HOSTS)


async def test_b2vapi_spells_the_size_of_the_battery_otherwise(wire: Wire) -> None:
    form = urlencode({"grant_type": "password", "username": USER, "password": PASSWORD, "scope": "vehicle_data"})
    tokens = await wire.json("POST", WEBAPI_HOSTS[0], "/gcdm/oauth/token", form, Authorization=BASIC, Content_Type=FORM)
    spellings = []
    for host in (WEBAPI_HOSTS[0], PORTAL_HOSTS[0]):
        path = "/api/vehicle/navigation/v1/WBY00000000E00001"
        navigation = await wire.json("GET", host, path, Authorization=f"Bearer {tokens['access_token']}")
        spellings += [name for name in navigation if name.casefold() == "socmax"]
    assert spellings == ["socmax", "socMax"]


async def test_webapi_is_not_on_the_portals_hosts(wire: Wire) -> None:
    assert (await wire.send("GET", PORTAL_HOSTS[0], "/webapi/v1/user/vehicles"))[0] == 404


async def test_china_has_a_port_of_its_own(make_settings: Callable[..., EmulatorSettings]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = int(free.getsockname()[1])
    async with Emulator(make_settings(as_bmw=True, china_port=port)) as emulator:
        wire = Wire(port=port, tls=ssl.create_default_context(cafile=emulator.info.ca_file))
        host = {"Host": f"b2vapi.bmwgroup.cn:{port}"}
        assert (await wire.send("GET", "b2vapi.bmwgroup.cn", "/webapi/v1/user/vehicles", **host))[0] == 401


async def test_account_of_one_region_is_unknown_in_the_others(
    make_settings: Callable[..., EmulatorSettings],
) -> None:
    """At the others' hosts its password is wrong, and its token is none; North America signed in by a path too."""
    settings = make_settings(as_bmw=True, accounts=(EmulatedAccount(region=UserRegion.NA),))
    async with Emulator(settings) as emulator:
        port = int((emulator.info.https_url or "").rpartition(":")[2])
        wire = Wire(port=port, tls=ssl.create_default_context(cafile=emulator.info.ca_file))
        form = {"username": USER, "password": PASSWORD, "scope": "vehicle_data"}
        password = urlencode({**form, "grant_type": "password"})
        answers = {}
        for host in WEBAPI_HOSTS:
            headers = {"Authorization": BASIC, "Content_Type": FORM}
            status, _, text = await wire.send("POST", host, "/gcdm/oauth/token", password, **headers)
            answers[host] = status, json.loads(text)
        assert [status for status, _ in answers.values()] == [400, 200, 400]
        refused, given = answers["b2vapi.bmwgroup.com"][1], answers["b2vapi.bmwgroup.us"][1]
        assert refused == {"error": "invalid_grant", "error_description": "the authN circuit failed"}
        bearer = {"Authorization": f"Bearer {given['access_token']}"}
        lists = [await wire.send("GET", host, "/webapi/v1/user/vehicles", **bearer) for host in WEBAPI_HOSTS]
        assert [status for status, _, _ in lists] == [401, 200, 401]
        assert {car["hub"] for car in json.loads(lists[1][2])["vehicles"]} == {"HUB_US"}
        implicit = urlencode({**form, "client_id": "any", "response_type": "token", "redirect_uri": REDIRECT})
        for host, path, status in (
            (SIGN_IN_HOST, "/gcdm/oauth/authenticate", 401),
            (SIGN_IN_HOST, "/gcdm/usa/oauth/authenticate", 302),
            ("login.bmwusa.com", "/gcdm/oauth/authenticate", 302),
        ):
            assert (await wire.send("POST", host, path, implicit, Content_Type=FORM))[0] == status
