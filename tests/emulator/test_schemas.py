"""Whatever the emulator answers fits JSON Schemas that were written from the facts about BMW, not from its code."""

import asyncio
import json
import ssl
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from typing import Any

import aiohttp
import aiomqtt
import pytest
import pytest_asyncio
from jsonschema import Draft202012Validator
from tests.emulator.conftest import Program

from bimmerhub.emulator.app import Emulator
from bimmerhub.emulator.cardata.catalogue import official_keys
from bimmerhub.emulator.cars.models.car_models import MODELS
from bimmerhub.emulator.faults.switches import FaultSwitch
from bimmerhub.emulator.settings import EmulatedAccount, EmulatorSettings
from bimmerhub.ids import Vin
from bimmerhub.specs.reader import list_specs, read_spec

HISTORY = {"from": "2026-07-01T00:00:00.000Z", "to": "2026-07-27T12:00:00.000Z"}
SHAPING_FAULTS = (
    "all-null",
    "keys-absent",
    "rest-behind",
    "rest-in-miles",
    "rest-odometer-in-miles",
    "rest-no-unit",
    "mappings-wrapped",
    "mappings-single",
    "deleted-as-inactive",
    "no-tyre-data",
)
REFUSING_FAULTS = {
    "rest-500": "CU-500",
    "rest-503": "CU-503",
    "tokens-refused": "CU-102",
    "secondary-driver": "CU-104",
}


FOLDER = Path(__file__).with_name("schemas")
SCHEMAS: dict[str, dict[str, Any]] = {
    **{
        spec.name.rpartition("/")[2]: json.loads(read_spec(spec.name))
        for spec in list_specs()
        if spec.name.startswith("schemas/cardata")
    },
    # A message of the emulator's is stricter than the description of BMW's: always one key, always these forms.
    **{file.stem: json.loads(file.read_text("utf-8")) for file in FOLDER.glob("*.json")},
}
VALIDATORS = {name: Draft202012Validator(schema) for name, schema in SCHEMAS.items()}


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def client(make_settings: Callable[..., EmulatorSettings]) -> AsyncIterator[Program]:
    """A program whose account has one car of every model, each with a week behind it: once, for that takes long."""
    account = EmulatedAccount(models=tuple(MODELS))
    async with (
        Emulator(make_settings(accounts=(account,), history_days=7, quota_per_day=2_000)) as emulator,
        aiohttp.ClientSession() as session,
    ):
        program = Program(emulator, session)
        await program.sign_in()
        yield program


async def ask_everything(client: Program, container: str) -> AsyncIterator[tuple[str, Any]]:
    """Yield the answer to every reading operation, for every car, with the name of its schema."""
    yield "mappings", await client.call("GET", "/vehicles/mappings")
    yield "containers", await client.call("GET", "/containers")
    yield "container", await client.call("GET", f"/containers/{container}")
    for car in client.emulator.info.vehicles:
        path = f"/vehicles/{car.vin}/"
        yield "basic-data", await client.call("GET", path + "basicData")
        yield "telematic-data", await client.call("GET", path + "telematicData", params={"containerId": container})
        yield "charging-history", await client.call("GET", path + "chargingHistory", params=HISTORY)
        yield "tyre-diagnosis", await client.call("GET", path + "smartMaintenanceTyreDiagnosis")
        yield "charging-settings", await client.call("GET", path + "locationBasedChargingSettings")


async def make_container(client: Program) -> str:
    request = {"name": "n", "purpose": "p", "technicalDescriptors": sorted(official_keys())}
    made = (await client.call("POST", "/containers", json=request)).body
    VALIDATORS["container"].validate(made)
    return str(made["containerId"])


@pytest.mark.asyncio(loop_scope="module")
async def test_every_answer_for_every_model_fits(client: Program) -> None:
    container, refused = await make_container(client), set()
    async for name, answer in ask_everything(client, container):
        VALIDATORS[name if answer.status == 200 else "cardata-error"].validate(answer.body)
        if answer.status != 200:
            refused.add((name, answer.body["exveErrorId"]))
    assert refused == {("charging-settings", "CU-127")}  # a car without a plug has none
    await client.call("DELETE", f"/containers/{container}")
    VALIDATORS["containers"].validate((await client.call("GET", "/containers")).body)


@pytest.mark.asyncio(loop_scope="module")
async def test_answers_fit_whatever_shape_a_fault_gives_them(client: Program) -> None:
    container = await make_container(client)
    for fault in SHAPING_FAULTS:
        client.emulator.faults.switch_on(FaultSwitch(name=fault))
        async for name, answer in ask_everything(client, container):
            VALIDATORS[name if answer.status == 200 else "cardata-error"].validate(answer.body)
        client.emulator.faults.switch_off()


@pytest.mark.asyncio(loop_scope="module")
async def test_refusals_fit(client: Program) -> None:
    path = f"/vehicles/{client.emulator.info.vehicles[0].vin}/basicData"
    for fault, code in REFUSING_FAULTS.items():
        client.emulator.faults.switch_on(FaultSwitch(name=fault))
        refused = (await client.call("GET", path)).body
        VALIDATORS["cardata-error"].validate(refused)
        assert refused["exveErrorId"] == code
        client.emulator.faults.switch_off()


@pytest.mark.parametrize("fault", ["", "no-complete-link", "no-interval"])
async def test_sign_in_answers_fit(program: Program, fault: str) -> None:
    if fault:
        program.emulator.faults.switch_on(FaultSwitch(name=fault))
    code = (await program.ask_code()).body
    VALIDATORS["device-code"].validate(code)
    VALIDATORS["oauth-error"].validate((await program.poll(code["device_code"])).body)
    VALIDATORS["tokens"].validate(await program.sign_in())
    VALIDATORS["tokens"].validate((await program.refresh()).body)
    VALIDATORS["oauth-error"].validate((await program.refresh("nonsense" * 4)).body)


async def test_token_without_openid_fits(program: Program) -> None:
    tokens = await program.sign_in(scope="authenticate_user cardata:api:read")
    VALIDATORS["tokens"].validate(tokens)
    assert "id_token" not in tokens


QUIET = {"i3", "i3-rex", "530d", "m2", "supra", "motorcycle"}
"""They speak at the end of a trip only, the last one never."""


@pytest.mark.asyncio(loop_scope="module")
async def test_streamed_messages_of_every_model_fit(client: Program) -> None:
    silent: set[str] = {model.vin for name, model in MODELS.items() if name not in QUIET}
    info = client.emulator.info
    login = {"username": info.gcid, "password": client.tokens["id_token"]}
    tls = ssl.create_default_context(cafile=info.ca_file)
    async with (
        aiomqtt.Client(info.mqtt_host, info.mqtt_port, tls_context=tls, **login) as listener,
        asyncio.timeout(20),
    ):
        await listener.subscribe(f"{info.gcid}/+", qos=1)
        await set_off(client, [Vin(vin) for vin in silent])
        async for message in listener.messages:
            payload = json.loads(bytes(message.payload))
            VALIDATORS["stream-message"].validate(payload)
            silent.discard(payload["vin"])
            if not silent:
                break


async def set_off(client: Program, vins: list[Vin]) -> None:
    lives = client.emulator.lives[client.emulator.info.gcid]
    for vin in vins:
        await lives.command(vin, "unlock", {})
    client.emulator.clock.jump(by_ms=60_000)
    await lives.advance()


@pytest.mark.parametrize("name", sorted(SCHEMAS))
def test_schema_is_one_and_lists_every_field(name: str) -> None:
    schema = SCHEMAS[name]
    Draft202012Validator.check_schema(schema)
    assert {"$schema", "title"} <= set(schema)
    open_ones = [part for part in objects(schema) if part.get("additionalProperties") is not False]
    assert [part for part in open_ones if "properties" in part] == []


def objects(part: Any) -> Iterator[dict[str, Any]]:
    """Yield every subschema of an object."""
    if isinstance(part, dict):
        if part.get("type") == "object":
            yield part
        for inner in part.values():
            yield from objects(inner)
    elif isinstance(part, list):
        for inner in part:
            yield from objects(inner)


@pytest.mark.asyncio(loop_scope="module")
async def test_schemas_refuse_a_field_too_many_and_one_too_few(client: Program) -> None:
    container = await make_container(client)
    async for name, answer in ask_everything(client, container):
        body = answer.body
        if answer.status == 200 and isinstance(body, dict):
            assert not VALIDATORS[name].is_valid({**body, "surprise": 1})
            assert not VALIDATORS[name].is_valid({}), name
