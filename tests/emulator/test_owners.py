"""Cars that several accounts share, that are mapped, unmapped and sold: what REST and the stream make of it."""

import asyncio
import json
import ssl
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

import aiohttp
import aiomqtt
import pytest
from tests.emulator.conftest import Program

from bimmerhub.emulator.app import Emulator
from bimmerhub.emulator.faults.switches import FaultSwitch
from bimmerhub.emulator.settings import EmulatedAccount, EmulatorSettings
from bimmerhub.ids import Gcid

if TYPE_CHECKING:
    from pathlib import Path

MakeSettings = Callable[..., EmulatorSettings]
MINUTE_MS = 60_000
DAY_MS = 86_400_000
ANNA = EmulatedAccount(models=("bev", "ice"))
BEN = EmulatedAccount(
    user="ben@example.com",
    gcid=Gcid("22222222-2222-3333-4444-555555555555"),
    client_id="bbbbbbbb-bbbb-cccc-dddd-eeeeeeeeeeee",
    models=("phev",),
    secondary_models=("bev",),
)


@pytest.fixture
async def emulator(make_settings: MakeSettings) -> AsyncIterator[Emulator]:
    async with Emulator(make_settings(accounts=(ANNA, BEN))) as running:
        yield running


@pytest.fixture
async def anna(emulator: Emulator, session: aiohttp.ClientSession) -> Program:
    program = Program(emulator, session)
    await program.sign_in()
    return program


@pytest.fixture
async def ben(emulator: Emulator, session: aiohttp.ClientSession) -> Program:
    program = Program(emulator, session)
    await program.sign_in(client_id=BEN.client_id)
    return program


def vin_of(program: Program, place: int = 0) -> str:
    return program.emulator.garage.cars[place].vin


async def mappings(program: Program) -> dict[str, str]:
    answer = await program.call("GET", "/vehicles/mappings")
    return {mapping["vin"]: mapping["mappingType"] for mapping in answer.body}


async def basic_data(program: Program, vin: str) -> int:
    return (await program.call("GET", f"/vehicles/{vin}/basicData")).status


@asynccontextmanager
async def listening(program: Program, account: EmulatedAccount) -> AsyncIterator[aiomqtt.Client]:
    info = program.emulator.info
    client = aiomqtt.Client(
        info.mqtt_host,
        info.mqtt_port,
        username=account.gcid,
        password=program.tokens["id_token"],
        tls_context=ssl.create_default_context(cafile=info.ca_file),
    )
    async with client:
        await client.subscribe(f"{account.gcid}/+")
        yield client


async def test_shared_car_gives_its_data_to_its_main_user_only(anna: Program, ben: Program) -> None:
    vin = vin_of(anna)
    assert (await mappings(anna))[vin] == "PRIMARY"
    assert (await mappings(ben))[vin] == "SECONDARY"
    assert await basic_data(anna, vin) == 200
    refused = await ben.call("GET", f"/vehicles/{vin}/basicData")
    assert refused.cardata_refusal == (403, "CU-104")


async def test_new_main_user_makes_the_earlier_one_secondary(anna: Program, ben: Program) -> None:
    vin = vin_of(anna)
    await anna.control(f"vehicles/{vin}/map", account=BEN.user, mapping="PRIMARY")
    assert (await mappings(anna))[vin] == "SECONDARY"
    assert (await mappings(ben))[vin] == "PRIMARY"
    assert (await basic_data(anna, vin), await basic_data(ben, vin)) == (403, 200)


async def test_unmapped_car_is_gone_from_the_list(anna: Program) -> None:
    vin = vin_of(anna)
    await anna.control(f"vehicles/{vin}/unmap", account=ANNA.gcid)
    assert vin not in await mappings(anna)
    assert await basic_data(anna, vin) == 403
    again = await anna.control(f"vehicles/{vin}/unmap", account=ANNA.gcid)
    assert (again.status, again.body["error"]) == (409, "The account does not have this car.")


async def test_sold_car_belongs_to_its_buyer_from_that_day(anna: Program, ben: Program) -> None:
    vin = vin_of(anna, 1)
    await anna.control("clock", jump_ms=DAY_MS)
    await anna.sign_in()
    await ben.sign_in(client_id=BEN.client_id)
    sold = await anna.control(f"vehicles/{vin}/sell", to=BEN.user)
    [_, buyer] = sold.body["items"]
    assert {car["vin"]: car["mapped_since"] for car in buyer["vehicles"]}[vin] == "2026-07-28T12:00:00.000Z"
    assert vin not in await mappings(anna)
    assert (await mappings(ben))[vin] == "PRIMARY"


async def test_buyer_sees_no_charge_of_the_seller(anna: Program, ben: Program) -> None:
    vin = vin_of(anna)
    window = "from=2026-07-01T00:00:00.000Z&to=2026-08-10T00:00:00.000Z"
    await anna.control("seed", start_ms=anna.emulator.clock.now_ms() - 20 * DAY_MS)
    before = await anna.call("GET", f"/vehicles/{vin}/chargingHistory?{window}")
    assert before.body["data"]
    await anna.control(f"vehicles/{vin}/sell", to=BEN.user)
    after = await ben.call("GET", f"/vehicles/{vin}/chargingHistory?{window}")
    assert (after.status, after.body["data"]) == (200, [])


async def test_stream_of_a_sold_car_goes_to_its_buyer(anna: Program, ben: Program) -> None:
    vin = vin_of(anna)
    async with listening(anna, ANNA) as sellers, listening(ben, BEN) as buyers:
        await anna.control(f"vehicles/{vin}/sell", to=BEN.gcid)
        await anna.control(f"vehicles/{vin}/commands", name="unlock")
        await anna.control("clock", jump_ms=MINUTE_MS)
        async with asyncio.timeout(5):
            message: Any = await anext(buyers.messages)
        payload = json.loads(message.payload)
        assert (str(message.topic), payload["entityId"]) == (f"{BEN.gcid}/{vin}", BEN.gcid)
        assert len(sellers.messages) == 0


async def test_shared_car_streams_to_its_main_user_and_to_others_by_a_fault(anna: Program, ben: Program) -> None:
    vin, faults = vin_of(anna), anna.emulator.faults
    async with listening(anna, ANNA) as owners, listening(ben, BEN) as others:
        for name in ("unlock", "lock"):
            await anna.control(f"vehicles/{vin}/commands", name=name)
            await anna.control("clock", jump_ms=MINUTE_MS)
            if name == "unlock":
                async with asyncio.timeout(5):
                    await anext(owners.messages)
                assert len(others.messages) == 0
                faults.switch_on(FaultSwitch(name="secondary-streams"))
        async with asyncio.timeout(5):
            message: Any = await anext(others.messages)
        assert str(message.topic) == f"{BEN.gcid}/{vin}"


async def test_stream_is_configured_anew_when_the_person_says_so(anna: Program, ben: Program) -> None:
    vin = vin_of(anna)
    await anna.control(f"vehicles/{vin}/unmap", account=BEN.user)
    async with listening(ben, BEN) as messages:
        await anna.control(f"vehicles/{vin}/map", account=BEN.user, stream=False)
        await anna.control(f"vehicles/{vin}/commands", name="unlock")
        await anna.control("clock", jump_ms=MINUTE_MS)
        await anna.control("quota", spent=0)
        assert len(messages.messages) == 0


async def test_car_sold_to_nobody_is_heard_by_nobody(anna: Program, ben: Program) -> None:
    vin = vin_of(anna)
    await anna.control(f"vehicles/{vin}/sell")
    assert vin not in {**await mappings(anna), **await mappings(ben)}


async def test_mappings_outlive_a_restart_and_end_with_a_reset(
    make_settings: MakeSettings, session: aiohttp.ClientSession, tmp_path: "Path"
) -> None:
    settings = make_settings(accounts=(ANNA, BEN), data_dir=tmp_path)
    async with Emulator(settings) as first:
        program = Program(first, session)
        vin = vin_of(program)
        await program.control(f"vehicles/{vin}/sell", to=BEN.user)
    async with Emulator(settings) as second:
        program = Program(second, session)
        await program.sign_in()
        assert vin not in await mappings(program)
        await program.control("reset")
        await program.sign_in()
        assert vin in await mappings(program)


@pytest.mark.parametrize(
    ("action", "wish", "status"),
    [
        ("map", {"account": "nobody@example.com"}, 404),
        ("map", {"account": ANNA.user}, 409),
        ("map", {"account": ANNA.user, "mapping": "OWNER"}, 400),
        ("unmap", {}, 400),
    ],
)
async def test_wishes_that_make_no_sense_are_refused_in_words(
    anna: Program, action: str, wish: dict[str, str], status: int
) -> None:
    answer = await anna.control(f"vehicles/{vin_of(anna)}/{action}", **wish)
    assert answer.status == status
    assert len(answer.body["error"]) > 5
