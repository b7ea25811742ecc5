"""`--account NAME`: the reading commands leave other accounts out."""

import asyncio
from pathlib import Path

import pytest
from tests.cli.conftest import SOC, Run

from bimmerhub.domain.account.family import Family
from bimmerhub.domain.reading import Reading, Source
from bimmerhub.ids import Descriptor, Vin
from bimmerhub.store.ports.accounts import NewAccount
from bimmerhub.store.ports.readings import Batch
from bimmerhub.store.sqlite.store import SqliteStore

CARS = {"home": "WBA00000000000001", "work": "WBA00000000000002"}
AT_MS = 1_785_153_600_000


@pytest.fixture(autouse=True)
def _two_accounts(data_dir: Path) -> None:
    """Store an account and a car for each of two people."""

    async def fill() -> None:
        async with SqliteStore.open(data_dir / "bimmerhub.sqlite3") as store:
            for number, (name, vin) in enumerate(CARS.items()):
                account = NewAccount(name=name, family=Family.CARDATA, client_id="c")
                stored = await store.accounts.save_account(account)
                await store.vehicles.save_vehicle_account(Vin(vin), stored.id, mapping=None, seen_at_ms=AT_MS)
                await store.append(Batch(readings=[soc(Vin(vin), 50 + number)]))

    data_dir.mkdir()
    asyncio.run(fill())


def soc(vin: Vin, value: int) -> Reading:
    return Reading(
        vin=vin,
        descriptor=Descriptor(SOC),
        value=value,
        unit="%",
        measured_at_ms=AT_MS,
        sent_at_ms=AT_MS,
        received_at_ms=AT_MS,
        source=Source.STREAM,
    )


def test_vehicles_and_quota_show_that_account_only(run: Run) -> None:
    for name, vin in CARS.items():
        assert [vehicle["vin"] for vehicle in run("vehicles", "--json", "--account", name).json["items"]] == [vin]
        assert [quota["account"] for quota in run("quota", "--json", "--account", name).json["items"]] == [name]
    assert len(run("vehicles", "--json").json["items"]) == 2


def test_its_only_vehicle_needs_no_name(run: Run) -> None:
    assert run("status").code == 2
    for name, vin in CARS.items():
        assert run("status", "--json", "--account", name).json["vin"] == vin
        assert run("coverage", "--account", name).out.startswith(vin)


def test_another_accounts_vehicle_is_not_found_by_its_end(run: Run) -> None:
    line = ("history", "0002", "soc_percent", "--from", "2026-07-01", "--json")
    assert run(*line, "--account", "work").json["items"][0]["value"] == 51
    refused = run(*line, "--account", "home")
    assert (refused.code, refused.out) == (2, "")
    assert "no vehicle's VIN ends with '0002'" in refused.err


def test_an_account_that_is_not_known_is_told_with_those_that_are(run: Run) -> None:
    for command in ("vehicles", "status", "coverage", "quota", "watch"):
        refused = run(command, "--account", "nobody")
        assert (refused.code, refused.out) == (2, "")
        assert "Known: home, work" in refused.err
    for line in (("fetch", "mappings"), ("call", "cardata", "mappings")):
        refused = run(*line, "--account", "nobody")
        assert (refused.code, "Known here: home, work" in refused.err) == (2, True), refused.err
