"""The Python in the README and on the SDK's page runs, against the emulator."""

import asyncio
import re
import textwrap
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from tests.examples.conftest import approve, running_program

import bimmerhub
from bimmerhub.bmw import cardata as sdk
from bimmerhub.bmw.cardata import CarData, CarDataRest, Containers, Endpoints, SignIn, TokenFile, Vehicle
from bimmerhub.bmw.clock import SystemClock
from bimmerhub.bmw.http import open_session
from bimmerhub.emulator.host.info import EmulatorInfo
from bimmerhub.ids import Descriptor

PROJECT = Path(bimmerhub.__file__).parents[2]
PAGE = PROJECT / "docs" / "how-to" / "sdk.md"
CUSTOMERS = ["anna", "ben"]


def snippets(page: Path) -> list[str]:
    return re.findall(r"^```python\n(.*?)^```", page.read_text("utf-8"), re.MULTILINE | re.DOTALL)


PROGRAM, *FRAGMENTS = snippets(PAGE)


class Shown(Exception):
    """Raised by the first `print` of a snippet: what it prints has arrived."""


def show(*values: object) -> None:
    assert any(value is not None for value in values)
    raise Shown


async def sign_in(emulator: EmulatorInfo, endpoints: Endpoints, path: Path) -> Path:
    """Return the token file of a new sign-in."""
    path.parent.mkdir(exist_ok=True)
    async with open_session() as session:
        flow = SignIn(client_id=emulator.client_id, endpoints=endpoints, session=session, clock=SystemClock())
        code = await flow.start()
        await asyncio.to_thread(approve, emulator, code.verification_uri_complete)
        tokens = TokenFile(path)
        await tokens.save(await flow.wait())
        tokens.close()
    return path


async def serve(_: str, cardata: CarData) -> None:
    async with cardata:
        assert await cardata.fetch_vehicles()


@pytest.fixture
async def names(emulator: EmulatorInfo, endpoints: Endpoints, tmp_path: Path) -> AsyncIterator[dict[str, Any]]:
    """What the pages take as given; `CarData` goes to the emulator."""
    for customer in CUSTOMERS:
        await sign_in(emulator, endpoints, tmp_path / customer / "tokens.json")
    own = TokenFile(await sign_in(emulator, endpoints, tmp_path / "own.json"))
    async with CarData(client_id=emulator.client_id, tokens=own, endpoints=endpoints) as cardata:
        yield {name: getattr(sdk, name) for name in sdk.__all__} | {
            "CLIENT_ID": emulator.client_id,
            "CarData": partial(CarData, endpoints=endpoints),
            "UTC": UTC,
            "asyncio": asyncio,
            "cardata": cardata,
            "customers": CUSTOMERS,
            "datetime": datetime,
            "descriptors": [Descriptor("vehicle.vehicle.travelledDistance")],
            "folder": tmp_path,
            "open_session": open_session,
            "path": await sign_in(emulator, endpoints, tmp_path / "tokens.json"),
            "print": show,
            "serve": serve,
            "timedelta": timedelta,
            "vehicle": (await cardata.fetch_vehicles())[0],
        }


@pytest.mark.parametrize("source", [*snippets(PROJECT / "README.md"), *FRAGMENTS], ids=lambda source: source[:40])
async def test_a_snippet_runs(source: str, names: dict[str, Any]) -> None:
    exec(compile("async def snippet():\n" + textwrap.indent(source, "    "), "<snippet>", "exec"), names)
    async with asyncio.timeout(30):
        if "print(" in source:
            with pytest.raises(Shown):
                await names["snippet"]()
        else:
            await names["snippet"]()


def test_the_program_of_the_page_runs(emulator: EmulatorInfo, endpoints: Endpoints, tmp_path: Path) -> None:
    own = {name: getattr(endpoints, name) for name in ("auth_url", "api_url", "stream_host", "stream_port")}
    pointed = PROGRAM.replace("your client id", emulator.client_id).replace(
        "ENDPOINTS = Endpoints()", f"ENDPOINTS = Endpoints(**{own!r}, ca_file={emulator.ca_file!r})"
    )
    assert pointed.count(emulator.client_id) == pointed.count(emulator.ca_file) == 1
    (tmp_path / "program.py").write_text(pointed)
    with running_program(tmp_path / "program.py", is_endless=True) as lines:
        approve(emulator, next(lines))
        assert next(lines).startswith("vehicle.")


def test_every_call_that_the_page_names_is_there() -> None:
    owners = {"vehicle": Vehicle, "cardata": CarData, "rest": CarDataRest, "cardata.containers": Containers}
    calls = re.findall(r"`((?:cardata\.)?\w+)\.(\w+)\(", PAGE.read_text("utf-8"))
    sdk_calls = [(owner, name) for owner, name in calls if owner in owners]
    assert len(sdk_calls) > 10
    assert [f"{owner}.{name}" for owner, name in sdk_calls if not hasattr(owners[owner], name)] == []


def test_there_are_snippets() -> None:
    assert len(FRAGMENTS) >= 3
    assert "asyncio.run(main())" in PROGRAM
