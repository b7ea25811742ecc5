"""A person's questions by the API of a running hub: who may be asked for, what it costs, and what spends nothing."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from aiohttp import web
from tests.emulated import emulator_settings
from tests.hub.conftest import ACCOUNT, Cloud, owner, until

from bimmerhub.emulator.app import Emulator
from bimmerhub.emulator.faults.switches import FaultSwitch
from bimmerhub.emulator.settings import EmulatedAccount
from bimmerhub.hub.app import Hub
from bimmerhub.hub.feeds.settings import RestSettings


@dataclass(frozen=True)
class Person:
    """Somebody who asks a hub that has signed in."""

    cloud: Cloud
    hub: Hub

    @property
    def calls(self) -> int:
        return self.cloud.emulator.quota.spent(self.cloud.emulator.info.gcid)

    def fail(self, name: str) -> None:
        self.cloud.emulator.faults.switch_on(FaultSwitch(name=name))

    async def post(self, path: str, **body: object) -> tuple[int, Any]:
        async with self.cloud.session.post(
            f"{self.hub.address}/api/v1/{path}", json=body, headers=owner(self.cloud.data_dir)
        ) as answer:
            return answer.status, await answer.json()

    async def ask(self, what: str, **body: object) -> tuple[int, Any]:
        return await self.post(f"vehicles/{self.cloud.vin}/fetch", what=what, **body)

    async def price(self, what: str, **query: str) -> Any:
        path = f"{self.hub.address}/api/v1/vehicles/{self.cloud.vin}/fetch"
        async with self.cloud.session.get(path, params=query) as answer:
            return next(price for price in (await answer.json())["items"] if price["what"] == what)


@pytest.fixture
async def person(tmp_path: Path, keys_dir: Path) -> AsyncIterator[Person]:
    settings = emulator_settings(
        http_port=0,
        mqtt_port=0,
        keys_dir=keys_dir,
        poll_interval_s=0,
        speed=1.0,
        accounts=(EmulatedAccount(models=("bev",)),),
    )
    async with Emulator(settings) as emulator, aiohttp.ClientSession() as session:
        cloud = Cloud(emulator=emulator, session=session, data_dir=tmp_path / "hub")
        async with cloud.hub() as hub:
            assert await cloud.sign_in(hub) == "done"
            asking = Person(cloud, hub)
            assert (await asking.post(f"accounts/{ACCOUNT}/fetch"))[0] == 200
            yield asking


async def test_who_asks_the_same_meanwhile_gets_the_answer_that_has_just_come(person: Person) -> None:
    before = person.calls
    answers = await asyncio.gather(*(person.ask("tyres") for _ in range(3)))
    assert person.calls - before == 1
    assert sorted(answer["served_from"] for _, answer in answers) == ["bmw", "store", "store"]
    assert sorted(answer["calls"] for _, answer in answers) == [0, 0, 1]


async def test_the_price_says_when_it_was_answered_and_costs_nothing(person: Person) -> None:
    assert (await person.price("basic-data"))["answered_at"] is None
    await person.ask("basic-data")
    before = person.calls
    price = await person.price("basic-data")
    assert price["answered_at"] < price["fresh_until"]
    assert (price["remaining"], person.calls) == (50 - before, before)
    history = await person.price("charging-history", **{"from": "2025-01-01", "to": "2026-01-01"})
    assert (history["calls"], history["may_cost_more"]) == (9, True)


async def test_values_without_a_container_make_one_and_say_so_before(person: Person) -> None:
    assert (await person.price("values"))["calls"] == 3
    before = person.calls
    _, answer = await person.ask("values")
    assert (answer["calls"], person.calls - before) == (3, 3)
    assert answer["readings"]["new"] > 0
    assert (await person.price("values"))["calls"] == 1


async def test_a_refusal_of_bmws_is_told_and_is_no_answer(person: Person) -> None:
    status, answer = await person.ask("values", container="A00A000A000AA")
    assert (status, answer["error"]["code"]) == (409, "CU-105")
    person.fail("rest-503")
    status, answer = await person.ask("tyres")
    assert (status, answer["error"]["kind"]) == (502, "bmw_unavailable")
    assert (await person.price("tyres"))["answered_at"] is None


async def test_a_container_that_is_gone_at_bmw_is_made_anew_the_next_time(person: Person) -> None:
    await person.ask("values")
    [container] = person.cloud.emulator.containers.of_account(person.cloud.emulator.info.gcid)
    person.cloud.emulator.containers.delete(person.cloud.emulator.info.gcid, container.container_id)
    status, answer = await person.ask("values", fresh=True)
    assert (status, "makes a new one" in answer["error"]["hint"]) == (409, True)
    assert (await person.ask("values", fresh=True))[0] == 200


async def test_that_there_is_nothing_is_an_answer(person: Person) -> None:
    for fault, what in (("no-image", "image"), ("no-charging-settings", "charging-settings")):
        person.fail(fault)
        assert (await person.ask(what))[1]["served_from"] == "bmw"
        assert (await person.ask(what))[1]["served_from"] == "store"


async def test_nobody_else_than_the_primary_user_is_asked_for(person: Person) -> None:
    person.fail("secondary-driver")
    await person.post(f"accounts/{ACCOUNT}/fetch", fresh=True)
    before = person.calls
    status, answer = await person.ask("tyres")
    assert (status, "primary user" in answer["error"]["message"], person.calls) == (422, True, before)
    assert (await person.post("accounts/nobody/fetch"))[0] == 422


async def test_a_person_may_spend_the_reserve_but_not_more_than_the_limit(tmp_path: Path, person: Person) -> None:
    cloud = Cloud(emulator=person.cloud.emulator, session=person.cloud.session, data_dir=tmp_path / "other")
    async with cloud.hub(rest=RestSettings(refresh_h=0, reserve=3, limit=3)) as hub:
        assert await cloud.sign_in(hub) == "done"
        other = Person(cloud, hub)
        assert (await other.post(f"accounts/{ACCOUNT}/fetch"))[0] == 200
        spent = [(await other.ask(what))[0] for what in ("tyres", "basic-data", "image")]
        status, answer = await other.ask("charging-history", **{"from": "2025-01-01"})
    assert spent == [200, 200, 429]
    assert (status, answer["error"]["kind"]) == (429, "quota_spent")


async def test_a_picture_outlives_an_answer_without_one(person: Person) -> None:
    assert (await person.ask("image"))[0] == 200
    address = f"{person.hub.address}/api/v1/vehicles/{person.cloud.vin}/image"
    async with person.cloud.session.get(address) as answer:
        picture = await answer.read()
    person.fail("no-image")
    assert (await person.ask("image", fresh=True))[0] == 200
    async with person.cloud.session.get(address) as answer:
        assert (answer.status, await answer.read()) == (200, picture)


@pytest.mark.parametrize("body", ["null", "[null]", "<html>", ""])
async def test_values_that_cannot_be_read_are_told_and_count_as_no_answer(cloud: Cloud, body: str) -> None:
    async def answer(_: web.Request) -> web.Response:
        return web.Response(text=body)

    async with cloud.hub() as hub:
        assert await cloud.sign_in(hub) == "done"
        assert (await Person(cloud, hub).post(f"accounts/{ACCOUNT}/fetch"))[0] == 200
    app = web.Application()
    app.router.add_route("*", "/{rest:.*}", answer)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    bmw = replace(cloud.settings().bmw, api_url=f"http://127.0.0.1:{runner.addresses[0][1]}")
    async with cloud.hub(bmw=bmw) as hub:
        person = Person(cloud, hub)
        status, told = await person.ask("values", container="C1")
        assert (status, told["error"]["message"]) == (502, "telematicData: BMW's answer cannot be read")
        assert (await person.price("values", container="C1"))["answered_at"] is None
    await runner.cleanup()


async def test_a_picture_from_before_answers_were_noted_costs_no_call(cloud: Cloud) -> None:
    async with cloud.hub() as hub:
        assert await cloud.sign_in(hub) == "done"
        person = Person(cloud, hub)
        assert (await person.post(f"accounts/{ACCOUNT}/fetch"))[0] == 200
        assert (await person.ask("image"))[1]["served_from"] == "bmw"
    with closing(sqlite3.connect(cloud.data_dir / "bimmerhub.sqlite3")) as connection, connection:
        connection.execute("DELETE FROM documents WHERE kind = 'answered'")
    async with cloud.hub() as hub:
        _, answer = await Person(cloud, hub).ask("image")
    assert (answer["served_from"], answer["calls"]) == ("store", 0)


LONG_AGO = {"from": "2025-01-01"}


async def test_another_question_does_not_wait_for_a_long_history(person: Person) -> None:
    person.cloud.emulator.faults.switch_on(FaultSwitch(name="rest-slow", value=0.5, times=8))
    async with asyncio.TaskGroup() as tasks:
        before = person.calls
        history = tasks.create_task(person.ask("charging-history", **LONG_AGO))
        await until(lambda: person.calls > before)
        status, answer = await person.ask("basic-data")
        assert (status, answer["calls"], history.done()) == (200, 1, False)
    assert (await history)[1]["calls"] == person.calls - before - 1


async def test_a_history_that_took_seconds_is_not_asked_for_again_at_once(person: Person) -> None:
    person.cloud.emulator.faults.switch_on(FaultSwitch(name="rest-slow", value=1.1, times=1))
    first, again = [(await person.ask("charging-history"))[1] for _ in range(2)]
    assert (first["served_from"], again["served_from"], again["calls"]) == ("bmw", "store", 0)


async def test_who_goes_away_spends_no_further_calls_and_what_came_is_kept(person: Person) -> None:
    person.cloud.emulator.faults.switch_on(FaultSwitch(name="rest-slow", value=0.2))
    before = person.calls
    async with asyncio.TaskGroup() as tasks:
        history = tasks.create_task(person.ask("charging-history", **LONG_AGO))
        await until(lambda: person.calls - before >= 2)
        history.cancel()
    person.cloud.emulator.faults.switch_off()
    # who asks next waits until the one before has ended
    status, _ = await person.ask("charging-history", **{"from": (datetime.now(UTC) - timedelta(days=40)).isoformat()})
    assert (status, person.calls - before <= 4) == (200, True)
    assert (await person.price("charging-history", **LONG_AGO))["fresh_until"] is None
