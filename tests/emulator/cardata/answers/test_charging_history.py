"""Charging history and location-based charging settings, as programs page through them."""

import datetime as dt
from collections.abc import AsyncIterator, Callable
from typing import TYPE_CHECKING, Any

import pytest

from bimmerhub.emulator.app import Emulator
from bimmerhub.emulator.cars.records import ChargingSessionTruth
from bimmerhub.emulator.faults.switches import FaultSwitch
from bimmerhub.emulator.settings import EmulatedAccount, EmulatorSettings

if TYPE_CHECKING:
    from tests.emulator.conftest import Answer, Program

NOON_MS = 1_785_153_600_000
DAY_MS = 86_400_000
MINUTE_MS = 60_000


def moment(at_ms: int) -> str:
    return dt.datetime.fromtimestamp(at_ms / 1000, dt.UTC).strftime("%Y-%m-%dT%H:%M:%S.000Z")


WINDOW = {"from": moment(NOON_MS - 30 * DAY_MS), "to": moment(NOON_MS)}


@pytest.fixture
async def client(
    make_settings: Callable[..., EmulatorSettings], program_of: "Callable[[Emulator], Program]"
) -> "AsyncIterator[Program]":
    """A program whose only car, a PHEV, has been charged for 30 days."""

    settings = make_settings(history_days=30, accounts=(EmulatedAccount(models=("phev",)),), quota_per_day=500)
    async with Emulator(settings) as emulator:
        program = program_of(emulator)
        await program.sign_in()
        yield program


async def ask(client: "Program", **changes: str) -> "Answer":
    vin = client.emulator.info.vehicles[0].vin
    return await client.call("GET", f"/vehicles/{vin}/chargingHistory", params={**WINDOW, **changes})


async def ask_all(client: "Program", **changes: str) -> list[dict[str, Any]]:
    answer = await ask(client, **changes)
    sessions: list[dict[str, Any]] = answer.body["data"]
    while "next_token" in answer.body:
        answer = await ask(client, nextToken=answer.body["next_token"], **changes)
        sessions += answer.body["data"]
    return sessions


def truth_of(client: "Program") -> list[ChargingSessionTruth]:
    """Return the sessions of the first car that are over, newest first."""
    garage = client.emulator.garage
    return [*reversed(garage.truth(garage.cars[0].vin).charging_sessions)]


async def test_pages_hold_ten_and_together_every_session_newest_first(client: "Program") -> None:
    first = await ask(client)
    starts = [session["startTime"] for session in await ask_all(client)]
    assert len(first.body["data"]) == 10
    assert len(starts) > 20
    assert starts == [session.start_ms // 1000 for session in truth_of(client)]


async def test_session_tells_what_really_happened(client: "Program") -> None:
    session, real = (await ask(client)).body["data"][0], truth_of(client)[0]
    assert session["endTime"] == real.end_ms // 1000
    assert session["energyConsumedFromPowerGridKwh"] == pytest.approx(real.grid_kwh)
    assert (session["mileageUnits"], session["timeZone"]) == ("KM", "Europe/Berlin")
    assert session["mileage"] == round(real.odometer_km)
    assert 0 < session["displayedStartSoc"] < session["displayedSoc"] <= 100


async def test_charge_under_way_comes_first_and_has_no_end(client: "Program") -> None:
    vin = client.emulator.info.vehicles[0].vin
    await client.control(f"vehicles/{vin}/commands", name="charge", arguments={"soc_percent": 30})
    await client.control("clock", jump_ms=20 * MINUTE_MS)
    answer = await ask(client, to=moment(NOON_MS + DAY_MS))
    now, *others = answer.body["data"]
    assert (now["endTime"], now["energyConsumedFromPowerGridKwh"], now["displayedStartSoc"]) == (None, None, 30)
    assert len(others) == 9
    assert all(session["endTime"] for session in [*others, *(await ask_all(client, to=moment(NOON_MS + DAY_MS)))[1:]])


async def test_costs_are_there_as_before_the_new_guide_by_a_fault(client: "Program") -> None:
    assert not any("chargingCostInformation" in session for session in (await ask(client)).body["data"])
    client.emulator.faults.switch_on(FaultSwitch(name="history-with-costs"))
    assert any("chargingCostInformation" in session for session in (await ask(client)).body["data"])


async def test_session_appears_some_time_after_its_end(client: "Program") -> None:
    vin, before = client.emulator.info.vehicles[0].vin, len(await ask_all(client))
    lives = client.emulator.lives[client.emulator.info.gcid]
    tomorrow = moment(NOON_MS + DAY_MS)
    await lives.command(vin, "charge", {"soc_percent": 50})
    client.emulator.clock.jump(by_ms=10 * MINUTE_MS)
    await lives.command(vin, "stop_charging", {})
    window = {"from": moment(NOON_MS - 29 * DAY_MS), "to": tomorrow}
    early = await ask_all(client, **window)
    client.emulator.clock.jump(by_ms=15 * MINUTE_MS)
    assert [session["startTime"] for session in await ask_all(client, **window)][1:] == [
        session["startTime"] for session in early
    ]
    assert len(early) <= before


async def test_page_that_is_turned_later_misses_and_repeats_nothing(client: "Program") -> None:
    window = {"from": moment(NOON_MS - 29 * DAY_MS), "to": moment(NOON_MS + DAY_MS)}
    everything = await ask_all(client, **window)
    first = await ask(client, **window)
    lives = client.emulator.lives[client.emulator.info.gcid]
    await lives.command(client.emulator.garage.cars[0].vin, "charge", {"soc_percent": 50})
    client.emulator.clock.jump(by_ms=10 * MINUTE_MS)
    await lives.command(client.emulator.garage.cars[0].vin, "stop_charging", {})
    client.emulator.clock.jump(by_ms=20 * MINUTE_MS)
    second = await ask(client, nextToken=first.body["next_token"], **window)
    assert second.body["data"] == everything[10:20]


async def test_window_has_at_most_45_days(client: "Program") -> None:
    statuses = {}
    for days in (30, 45, 45.001, 60, 90):
        answer = await ask(client, **{"from": moment(int(NOON_MS - days * DAY_MS)), "to": moment(NOON_MS)})
        statuses[days] = answer.status if answer.status == 200 else answer.cardata_refusal
    refused = (400, "CU-401")
    assert statuses == {30: 200, 45: 200, 45.001: refused, 60: refused, 90: refused}


async def test_parameters_of_another_form_are_refused(client: "Program") -> None:
    for changes in (
        {"from": "1784980800"},
        {"to": "1785000000"},
        {"to": ""},
        {"to": "2026-07-01"},
        {"to": "2026-02-30T00:00:00.000Z"},
        {"from": WINDOW["to"], "to": WINDOW["from"]},
        {"nextToken": "made-up"},
        {"nextToken": "é"},
        {"nextToken": ""},
    ):
        assert (await ask(client, **changes)).cardata_refusal == (400, "CU-401")
    bare = await client.call("GET", f"/vehicles/{client.emulator.info.vehicles[0].vin}/chargingHistory")
    assert bare.cardata_refusal == (400, "CU-401")


async def test_times_with_other_zones_and_fractions_mean_the_same(client: "Program") -> None:
    plain = await ask(client)
    for text in (f"{WINDOW['from'][:-5]}Z", f"{WINDOW['from'][:-5]}+00:00", f"{WINDOW['from'][:-5]}.000000Z"):
        assert (await ask(client, **{"from": text})).body["data"] == plain.body["data"]


async def test_token_belongs_to_its_query_and_grows_old(client: "Program") -> None:
    token = (await ask(client)).body["next_token"]
    other = {"from": moment(NOON_MS - 20 * DAY_MS), "nextToken": token}
    assert (await ask(client, **other)).cardata_refusal == (400, "CU-401")
    client.emulator.faults.switch_on(FaultSwitch(name="page-token-expired", times=1))
    assert (await ask(client, nextToken=token)).cardata_refusal == (400, "CU-125")
    assert (await ask(client, nextToken=token)).status == 200
    client.emulator.clock.jump(by_ms=61 * MINUTE_MS)
    await client.sign_in()
    assert (await ask(client, nextToken=token)).cardata_refusal == (400, "CU-125")


async def test_fault_history_page_broken_spares_narrower_windows(client: "Program") -> None:
    sessions = await ask_all(client)
    client.emulator.faults.switch_on(FaultSwitch(name="history-page-broken"))
    first = await ask(client)
    assert first.status == 200
    broken = await ask(client, nextToken=first.body["next_token"])
    assert broken.cardata_refusal == (500, "CU-500")
    around = {"from": moment(sessions[11]["startTime"] * 1000 + 1000), "to": WINDOW["to"]}
    assert len(await ask_all(client, **around)) == 11
    before = {"from": WINDOW["from"], "to": moment(sessions[11]["startTime"] * 1000)}
    assert len(await ask_all(client, **before)) == len(sessions) - 12
