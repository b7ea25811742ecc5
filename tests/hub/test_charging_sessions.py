"""Charging sessions from readings to the API and the commands: stored, listed, shown, with BMW's history laid over."""

import json
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from tests.domain.charging_sessions.story import VIN, Night, at
from tests.hub.conftest import ManualClock

from bimmerhub.domain.documents import CHARGING_SESSION, Document
from bimmerhub.domain.reading import Source
from bimmerhub.hub.app import Hub, running
from bimmerhub.hub.config import HubConfig
from bimmerhub.hub.feeds.settings import RestSettings
from bimmerhub.hub.ingest.derivation import Derivation
from bimmerhub.hub.parts import FOLDS
from bimmerhub.store.ports.readings import Batch
from bimmerhub.store.sqlite.store import SqliteStore
from bimmerhub.times import format_time
from bimmerhub.web.settings import WebSettings

SESSIONS = f"vehicles/{VIN}/charging-sessions"
Ask = Callable[[str], Awaitable[Any]]


def an_evening() -> Night:
    return (
        Night()
        .parked("17:58", soc=40, odometer=1000, capacity=76, missing=45.6)
        .plug("18:00", plug_event=7)
        .wallbox("18:30", soc=40, missing=45.6, minutes=180, target=80)
        .wallbox("20:00", soc=60, missing=30.4, minutes=91)
        .end("21:31", soc=80, missing=15.2, reason="CHARGING_GOAL_REACHED")
        .unplug("1 07:00", soc=80)
        .drive("1 07:20", soc=80)
    )


def of_bmw(clock: str, end: str | None, **members: object) -> Document:
    started_s = at(clock) // 1000
    body = {"startTime": started_s, "endTime": None if end is None else at(end) // 1000, **members}
    return Document(
        subject=VIN,
        kind=CHARGING_SESSION,
        natural_key=str(started_s),
        body=json.dumps(body),
        source=Source.REST,
        fetched_at_ms=at("2 00:00"),
    )


@pytest.fixture
async def ask(tmp_path: Path) -> AsyncIterator[Callable[..., Awaitable[Ask]]]:
    """Start a hub that holds a night (and BMW's documents); return what asks it."""
    stack: list[Any] = []

    async def start(night: Night, *documents: Document) -> Ask:
        async with SqliteStore.open(tmp_path / "bimmerhub.sqlite3") as store:
            await store.append(Batch(readings=night.readings, documents=list(documents)))
            await Derivation(store.derived, store, FOLDS, clock=ManualClock(at("2 00:00"))).catch_up()
        settings = HubConfig(data_dir=tmp_path, hub=WebSettings(port=0), rest=RestSettings(refresh_h=0))
        hub: Hub = await stack_enter(running(settings, clock=ManualClock(at("2 00:00")), goes_live=False))
        session = await stack_enter(aiohttp.ClientSession())

        async def get(path: str) -> Any:
            async with session.get(f"{hub.address}/api/v1/{path}") as answer:
                return await answer.json()

        return get

    async def stack_enter(manager: Any) -> Any:
        stack.append(manager)
        return await manager.__aenter__()

    yield start
    for manager in reversed(stack):
        await manager.__aexit__(None, None, None)


async def test_a_session_is_listed_with_how_and_totals(ask: Callable[..., Awaitable[Ask]]) -> None:
    get = await ask(an_evening())
    page = await get(SESSIONS)
    [session] = page["items"]
    assert session["plugged_at"] == format_time(at("18:00"))
    assert (session["energy_battery_kwh"], session["how"]["energy_battery_kwh"]) == (30.4, "derived")
    assert (session["end_reason"], session["kind"], session["phases"]) == ("target_reached", "ac", 3)
    assert page["totals"]["energy_battery"] == {"kwh": 30.4, "sessions": 1}


async def test_a_session_says_why_it_began_late_and_what_it_rests_on(ask: Callable[..., Awaitable[Ask]]) -> None:
    get = await ask(an_evening())
    [listed] = (await get(SESSIONS))["items"]
    shown = await get(f"{SESSIONS}/{listed['id']}?evidence=true")
    assert {name: shown[name] for name in listed} == listed
    assert [note["kind"] for note in shown["notes"]][:2] == ["late", "stopped"]
    assert "30 min after the plug-in" in shown["notes"][0]["text"]
    assert [sample["soc_percent"] for sample in shown["samples"]] == [40, 60, 80]
    assert any(one["descriptor"].endswith("plugEventId") for one in shown["evidence"])


async def test_an_id_that_is_gone_answers_with_what_covers_its_instant(ask: Callable[..., Awaitable[Ask]]) -> None:
    get = await ask(an_evening())
    [listed] = (await get(SESSIONS))["items"]
    key, _, second = listed["id"].rpartition("-")
    later = f"{key}-{second[:-1]}{'z' if second[-1] != 'z' else '0'}"
    assert (await get(f"{SESSIONS}/{later}"))["id"] == listed["id"]
    for wrong in (f"{key}-000001", "x", "other-t0000"):
        assert (await get(f"{SESSIONS}/{wrong}"))["error"]["kind"] == "not_found"


async def test_bmws_history_fills_gaps_and_differences_are_shown(ask: Callable[..., Awaitable[Ask]]) -> None:
    figures = {"displayedStartSoc": 40, "displayedSoc": 84, "energyConsumedFromPowerGridKwh": 36.5}
    get = await ask(an_evening(), of_bmw("18:29", "21:31", **figures))
    [session] = (await get(SESSIONS))["items"]
    assert session["bmw"][0]["energy_grid_kwh"] == 36.5
    differences = {one["field"]: (one["ours"], one["other"]) for one in session["differences"]}
    assert differences.keys() == {"end_soc_percent", "energy_grid_kwh"}
    assert differences["end_soc_percent"] == (80, 84)
    assert session["energy_grid_kwh"] != 36.5


async def test_bmws_end_stands_in_for_one_that_was_reckoned(ask: Callable[..., Awaitable[Ask]]) -> None:
    night = (
        Night().parked("17:58", soc=18).plug("18:00", dc_port="CONNECTED").charge("18:01", kw=150, soc=18, target=80)
    )
    night.charge("18:05", kw=150, soc=28).unplug("18:45").drive("18:46", soc=80)
    get = await ask(night, of_bmw("18:01", "18:27", energyConsumedFromPowerGridKwh=52.0, energyDischargedKwh=0))
    [session] = (await get(SESSIONS))["items"]
    assert session["ended_at"] == format_time(at("18:27"))
    assert (session["energy_grid_kwh"], session["kind"]) == (52.0, "dc")
    assert session["sources"] == {"ended_at": "bmw", "energy_grid_kwh": "bmw"}
    assert (session["how"]["ended_at"], "ended_at" in session["band"]) == ("measured", False)


async def test_what_only_bmw_knows_of_is_listed_too(ask: Callable[..., Awaitable[Ask]]) -> None:
    get = await ask(an_evening(), of_bmw("-3 10:00", "-3 11:00", displayedSoc=80), of_bmw("-2 10:00", None))
    page = await get(f"{SESSIONS}?limit=2")
    assert [item["started_at"] for item in page["items"]] == [format_time(at("18:30")), format_time(at("-2 10:00"))]
    rest = await get(f"{SESSIONS}?limit=2&after={page['next']}")
    assert [item["end_soc_percent"] for item in rest["items"]] == [80]
    assert page["totals"]["sessions"] == 3
    shown = await get(f"{SESSIONS}/{rest['items'][0]['id']}")
    assert shown["sources"]["started_at"] == "bmw"


async def test_an_end_that_was_never_pushed_is_stored_when_it_was_due(ask: Callable[..., Awaitable[Ask]]) -> None:
    night = Night().parked("17:58", capacity=76).plug("18:00").wallbox("18:00", soc=40, target=80, minutes=181)
    get = await ask(night)
    [session] = (await get(SESSIONS))["items"]
    assert (session["ended_at"], session["unplugged_at"]) == (format_time(at("21:01")), None)
    assert (session["how"]["ended_at"], session["final"]) == ("estimated", False)


def of_one_phase(night: Night, plug: str, begin: str, end: str) -> Night:
    """Charge with 3.7 kW from 50 to 80 %."""
    night.plug(plug).charge(begin, kw=3.68, soc=50, volts=230, amps=16, phases="1-PHASES", method="AC_TYPE2PLUG")
    return night.end(end, soc=80, reason="CHARGING_GOAL_REACHED").unplug(end, soc=80)


async def notes_of(get: Ask, place: int) -> list[str]:
    session = (await get(SESSIONS))["items"][place]
    notes = (await get(f"{SESSIONS}/{session['id']}"))["notes"]
    return [note["text"] for note in notes if note["kind"] == "slow"]


async def test_a_car_that_never_takes_more_is_not_slow(ask: Callable[..., Awaitable[Ask]]) -> None:
    get = await ask(of_one_phase(Night().parked("17:58", soc=50, capacity=10), "18:00", "18:00", "20:00"))
    assert await notes_of(get, 0) == []


async def test_a_charge_is_slow_against_the_most_that_the_car_itself_took(
    ask: Callable[..., Awaitable[Ask]],
) -> None:
    night = an_evening().parked("1 08:00", soc=50)
    get = await ask(of_one_phase(night, "1 09:00", "1 09:00", "1 14:00"))
    [text, phases, *_] = await notes_of(get, 0)
    assert text == "it took 3.7 kW at most, where this car has taken 11.0 kW from AC"
    assert phases == "only 1 of three phases carried current"
    assert await notes_of(get, 1) == []
