"""A program that others wrote (PyPI `pitwall-mcp`) lives with the emulator: sign-in, cache, quota, tyres and history.

It has no setting for BMW's hosts, so its client's defaults are replaced here; its code is as it came.
"""

import functools
import sqlite3
from collections.abc import AsyncIterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from bimmerhub.emulator.app import Emulator

if TYPE_CHECKING:
    from tests.emulator.conftest import Program

pitwall = pytest.importorskip("pitwall_mcp.cardata.client", reason="pitwall-mcp needs Python 3.12")
auth = pytest.importorskip("pitwall_mcp.cardata.auth")
config = pytest.importorskip("pitwall_mcp.config")
tyres = pytest.importorskip("pitwall_mcp.tools.tyre_tools")
database = pytest.importorskip("pitwall_mcp.storage.db")
errors = pytest.importorskip("pitwall_mcp.cardata.errors")

ODOMETER = "vehicle.vehicle.travelledDistance"


class Pitwall:
    """The program with its own settings, token file and database."""

    def __init__(self, emulator: Emulator, folder: Path) -> None:
        self.emulator = emulator
        self.settings = config.Settings(
            client_id=emulator.info.client_id,
            vin=emulator.info.vehicles[0].vin,
            container_id=None,
            token_file=folder / "tokens.json",
            db_path=folder / "pitwall.db",
            daily_quota=20,
            log_level="INFO",
            catalogue_path=folder / "none.json",
        )
        self.tokens = auth.TokenManager(self.settings)
        self.adapter = pitwall.CarDataAdapter(self.settings, db=database.Database(self.settings.db_path))

    async def sign_in(self) -> None:
        def approve(device: Any) -> None:
            assert self.emulator.identity.decide(device.user_code, approve=True)

        await self.tokens.device_login(approve)


@pytest.fixture
async def signed_in(emulator: Emulator, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Pitwall]:
    base_url = emulator.info.base_url
    for module, name in ((pitwall, "CarDataClient"), (auth, "DeviceCodeFlowClient")):
        monkeypatch.setattr(module, name, functools.partial(getattr(module, name), base_url=base_url))
    opened: list[sqlite3.Connection] = []  # it closes none of them
    connect = sqlite3.connect

    def noted(*arguments: Any, **options: Any) -> sqlite3.Connection:
        opened.append(connect(*arguments, **options))
        return opened[-1]

    monkeypatch.setattr(sqlite3, "connect", noted)
    program = Pitwall(emulator, tmp_path)
    await program.sign_in()
    yield program
    for connection in opened:
        connection.close()


async def test_it_reads_the_vehicles_once_and_then_from_its_cache(signed_in: Pitwall) -> None:
    first, second = await signed_in.adapter.list_vehicles(), await signed_in.adapter.list_vehicles()
    assert [mapping["vin"] for mapping in first.payload] == [car.vin for car in signed_in.emulator.info.vehicles]
    assert (first.source, second.source) == ("api", "cache")
    assert signed_in.emulator.quota.spent(signed_in.emulator.info.gcid) == 1


async def test_it_keeps_a_history_of_what_it_reads(signed_in: Pitwall, program: "Program") -> None:
    await program.sign_in()
    request = {"name": "n", "purpose": "p", "technicalDescriptors": [ODOMETER]}
    container = (await program.call("POST", "/containers", json=request)).body["containerId"]
    listed = await signed_in.adapter.list_containers()
    assert [row["containerId"] for row in listed.payload["containers"]] == [container]
    vin = signed_in.settings.vin
    read = await signed_in.adapter.get_telematic_data(vin, container)
    assert read.payload["telematicData"][ODOMETER]["unit"] == "km"


async def test_it_tells_filled_tyres_from_the_empty_skeleton(signed_in: Pitwall) -> None:
    cars = {car.drivetrain: car.vin for car in signed_in.emulator.garage.cars}
    for drivetrain, has_data in (("BEV", True), ("ICE", False)):
        answer = (await signed_in.adapter.get_tyre_diagnosis(cars[drivetrain])).payload
        wheels = answer["passengerCar"]["mountedTyres"]
        assert tyres.wheel_has_data(wheels["frontLeft"]) is has_data


async def test_it_refreshes_and_rotates_its_token(signed_in: Pitwall) -> None:
    before = signed_in.tokens.bundle
    signed_in.tokens._store.save(type(before)(**{**vars(before), "expires_at": before.refresh_obtained_at}))
    assert await signed_in.tokens.refresh() != before.access_token
    assert signed_in.tokens.bundle.refresh_token != before.refresh_token
    assert (await signed_in.adapter.get_basic_data(signed_in.settings.vin)).payload["brand"] == "BMW"


async def test_it_understands_refusals(signed_in: Pitwall) -> None:
    signed_in.emulator.quota.set_spent(signed_in.emulator.info.gcid, 50)
    with pytest.raises(errors.PitwallError) as refused:
        await signed_in.adapter.list_vehicles()
    assert "50" in refused.value.message
