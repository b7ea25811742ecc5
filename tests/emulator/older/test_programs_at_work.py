"""Two public programs of old at work under BMW's names, from sign-in to what they print: they do all they ever did."""

import ast
import asyncio
import http.client
import json
import math
import re
import socket
import ssl
import sys
import time
from collections.abc import AsyncIterator, Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from tests.emulator.older.charge_logger import ChargeLogger, Ended, Rejected
from tests.emulator.older.conftest import OldProgram
from tests.emulator.older.iremote_programs import MILES, IRemotePrograms

import bimmerhub
from bimmerhub.emulator.app import Emulator
from bimmerhub.emulator.faults.switches import FaultSwitch
from bimmerhub.emulator.host.as_bmw import BMW_HOSTS, WEBAPI_HOSTS
from bimmerhub.emulator.settings import EmulatorSettings

PAGE = Path(bimmerhub.__file__).parents[2] / "docs" / "how-to" / "old-programs.md"
BEV = "WBY00000000E00001"


@pytest.fixture
async def bmw(make_settings: Callable[..., EmulatorSettings]) -> AsyncIterator[Emulator]:
    async with Emulator(make_settings(as_bmw=True)) as emulator:
        yield emulator


@pytest.fixture
async def people(bmw: Emulator, tls: ssl.SSLContext) -> AsyncIterator[OldProgram]:
    """What the people of the cars do, and how the cars are."""
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(ssl=tls)) as session:
        yield OldProgram(bmw, session)


@pytest.fixture
def tls(bmw: Emulator) -> ssl.SSLContext:
    return ssl.create_default_context(cafile=bmw.info.ca_file)


@pytest.fixture(autouse=True)
def hosts_file(monkeypatch: pytest.MonkeyPatch, bmw: Emulator) -> None:
    """BMW's names lead to the emulator, as after the line in the hosts file."""
    look_up, port = socket.getaddrinfo, int((bmw.info.https_url or "").rpartition(":")[2])

    def look_up_here(host: Any, usual_port: Any, *options: Any, **more: Any) -> Any:
        is_bmw = host in BMW_HOSTS
        return look_up("127.0.0.1" if is_bmw else host, port if is_bmw else usual_port, *options, **more)

    monkeypatch.setattr(socket, "getaddrinfo", look_up_here)


@pytest.fixture
def logger(tls: ssl.SSLContext) -> ChargeLogger:
    """The logger with the settings that the page on old programs has for it."""
    settings = dict(line.split("=", 1) for line in code_on_the_page("sh").splitlines())
    return ChargeLogger(settings=settings, tls=tls, notify=lambda _title, _message: None)


def code_on_the_page(language: str) -> str:
    """Return the code in that language on the page on old programs."""
    block = re.search(rf"^```{language}\n(.*?)^```", PAGE.read_text("utf-8"), re.MULTILINE | re.DOTALL)
    assert block is not None
    return block[1]


def programs_at(host: str, folder: Path, tls: ssl.SSLContext, people: OldProgram) -> IRemotePrograms:
    """Return the i Remote programs beside the page's credentials; while they sleep, the emulator's clock goes on."""
    loop = asyncio.get_running_loop()
    (folder / "credentials.json").write_text(code_on_the_page("json"))

    def sleep(seconds: float) -> None:
        asyncio.run_coroutine_threadsafe(people.pass_time(seconds), loop).result(30)

    return IRemotePrograms(host=host, folder=folder, tls=tls, sleep=sleep)


@pytest.mark.parametrize("module", ["charge_logger", "iremote_programs"])
def test_the_old_programs_import_nothing_of_ours(module: str) -> None:
    tree = ast.parse(Path(__file__).with_name(f"{module}.py").read_text("utf-8"))
    names = {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    names |= {str(node.module) for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    assert {name.partition(".")[0] for name in names} <= sys.stdlib_module_names


async def test_logger_prints_the_level_with_its_bar(logger: ChargeLogger, people: OldProgram) -> None:
    await asyncio.to_thread(logger.read_once)
    [line] = logger.printed
    level = float(line.split()[0])
    assert level == pytest.approx(people.truth(BEV).levels.soc_percent, abs=0.51)
    cells = math.ceil(int(level) / 2)
    assert line == f"\r\n{level} % [{'#' * cells}{'-' * (50 - cells)}]\r\n"


async def test_logger_notifies_of_a_charge(logger: ChargeLogger, people: OldProgram) -> None:
    messages: list[str] = []
    logger.notify = lambda _title, message: messages.append(message)
    await people.command(BEV, "charge", soc_percent=71)
    for _ in range(60):
        await people.pass_time(120)
        await asyncio.to_thread(logger.read_once)
    printed = list(dict.fromkeys(line.split()[0] for line in logger.printed))
    assert len(printed) > 3  # a charging car tells its level now and then
    assert messages == [f"Current charge level: {level}%" for level in printed if int(float(level)) % 5 == 0]
    assert messages


async def test_refused_logger_ends(logger: ChargeLogger, people: OldProgram) -> None:
    people.emulator.faults.switch_on(FaultSwitch(name="older-500"))
    with pytest.raises(Rejected):
        await asyncio.to_thread(logger.read_once)
    logger.settings = {**logger.settings, "PASSWORD": "wrong"}
    with pytest.raises((Ended, Rejected)):
        await asyncio.to_thread(logger.read_once)


@pytest.mark.parametrize("host", WEBAPI_HOSTS)
async def test_fields_are_printed(host: str, tmp_path: Path, tls: ssl.SSLContext, people: OldProgram) -> None:
    lines = await asyncio.to_thread(programs_at(host, tmp_path, tls, people).print_fields)
    printed = dict(line.split(" : ", 1) for line in lines)
    truth = people.truth(BEV)
    assert printed["vin"] == BEV
    assert printed["mileage"] == str(round(truth.odometer_km))
    assert printed["doorLockState"] == "SECURED"
    assert len(lines) > 34 + 40
    credentials = json.loads((tmp_path / "credentials.json").read_text())
    assert credentials["token_expiry"] > time.time() + 3000


async def test_lights_flash_and_delivered_is_the_last_word(
    tmp_path: Path, tls: ssl.SSLContext, people: OldProgram
) -> None:
    words = await asyncio.to_thread(programs_at("b2vapi.bmwgroup.us", tmp_path, tls, people).flash_lights)
    assert (words[0], words[-1]) == ("INITIATED", "DELIVERED")
    await people.pass_time(10)
    assert people.truth(BEV).signals.flashes == 1


async def test_status_text_is_written_when_it_is_newer(tmp_path: Path, tls: ssl.SSLContext, people: OldProgram) -> None:
    programs = programs_at("b2vapi.bmwgroup.us", tmp_path, tls, people)
    assert await asyncio.to_thread(programs.write_status)
    assert await asyncio.to_thread(programs.write_status) is None
    await people.command(BEV, "drive", km=12)
    await people.pass_time(2400)  # the token lasts an hour, by the program's clock too
    truth, text = people.truth(BEV), await asyncio.to_thread(programs.write_status)
    lines = str(text).splitlines()
    assert lines[0].startswith(f"{truth.last_trip.distance_km * MILES:,.0f} miles in ")
    assert lines[2].startswith(f"{round(truth.levels.soc_percent or 0)}% (")
    assert (lines[3], lines[5]) == ("Unplugged", f"{round(truth.odometer_km) * MILES:,.0f} miles")


async def test_wrong_password_has_no_token(tmp_path: Path, tls: ssl.SSLContext, people: OldProgram) -> None:
    programs = programs_at("b2vapi.bmwgroup.us", tmp_path, tls, people)
    file = tmp_path / "credentials.json"
    file.write_text(json.dumps({**json.loads(file.read_text()), "password": "wrong"}))
    with pytest.raises(KeyError, match="access_token"):
        await asyncio.to_thread(programs.print_fields)


@pytest.mark.parametrize("field", ["body", "data"])
async def test_place_is_sent_with_a_misspelt_content_type(
    field: str, tmp_path: Path, tls: ssl.SSLContext, people: OldProgram
) -> None:
    """As the documentation of the i Remote programs shows it with curl."""
    programs = programs_at("b2vapi.bmwgroup.us", tmp_path, tls, people)
    token = await asyncio.to_thread(programs._token)

    def send() -> int:
        headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/x-www-form-urlencode"}
        poi = json.dumps({"poi": {"lat": 50.7, "lon": 6.1, "name": "Cathedral", "rating": -1}})
        with closing(http.client.HTTPSConnection(programs.host, context=tls, timeout=30)) as connection:
            connection.request("POST", f"/webapi/v1/user/vehicles/{BEV}/sendpoi", f"{field}={poi}", headers)
            return connection.getresponse().status

    assert await asyncio.to_thread(send) == 204
    await people.pass_time(10)
    assert [sent.name for sent in people.truth(BEV).sent] == ["Cathedral"]
