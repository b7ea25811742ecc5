"""Start, stop and start again: what a running emulator is as a whole."""

import asyncio
import contextlib
import json
import shutil
import socket
import ssl
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import aiohttp
import aiomqtt
import pytest
from tests.emulated import emulator_settings

from bimmerhub.emulator.app import Emulator
from bimmerhub.emulator.control.truth_json import truth_to_json
from bimmerhub.emulator.host import listener
from bimmerhub.emulator.settings import EmulatedAccount, EmulatorSettings
from bimmerhub.errors import ConfigError, StoreError

if TYPE_CHECKING:
    from tests.emulator.conftest import Program

MakeSettings = Callable[..., EmulatorSettings]
MINUTE_MS = 60_000
NOON_MS = 1_785_153_600_000


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("PUT", "/customers/containers", "GET, HEAD, POST"),
        ("PATCH", "/customers/containers/J00I035N193CD", "DELETE, GET, HEAD"),
        ("POST", "/customers/vehicles/mappings", "GET, HEAD"),
        ("OPTIONS", "/gcdm/oauth/token", "POST"),
        ("POST", "/bin/api/forward", "GET, HEAD"),
    ],
)
async def test_method_that_a_path_does_not_take_is_answered_with_those_it_takes(
    make_settings: MakeSettings, method: str, path: str, allowed: str
) -> None:
    async with (
        Emulator(make_settings()) as emulator,
        aiohttp.ClientSession() as session,
        session.request(method, emulator.info.base_url + path) as answer,
    ):
        assert (answer.status, answer.headers.get("Allow")) == (405, allowed)


@pytest.mark.parametrize("setting", ["http_port", "mqtt_port"])
async def test_taken_port_is_said_with_a_way_out(make_settings: MakeSettings, setting: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(ConfigError, match=str(port)) as raised:
            async with Emulator(make_settings(**{setting: port})):
                pass
    assert setting in str(raised.value.hint)


@pytest.mark.parametrize(
    ("part", "name", "value"),
    [
        ("remote", "retry_s", 0.0),
        ("remote", "executed_s", 0.0),
        ("remote", "delivered_s", 7.0),
        ("sign_in", "access_token_s", -1),
        ("passwords", "code_s", -1),
        ("cardata", "quota_per_day", -1),
        ("portal", "subscription_delay_s", float("nan")),
        ("lives", "history_days", float("inf")),
        ("host", "speed", -1.0),
    ],
)
def test_setting_that_cannot_be_is_refused_in_words(part: str, name: str, value: float) -> None:
    settings = EmulatorSettings()
    with pytest.raises(ConfigError, match=name):
        Emulator(replace(settings, **{part: replace(getattr(settings, part), **{name: value})}))


async def test_a_second_emulator_leaves_the_state_of_the_first_alone(
    make_settings: MakeSettings, tmp_path: Path
) -> None:
    settings = make_settings(data_dir=tmp_path)
    async with Emulator(settings):
        with pytest.raises(StoreError, match="another emulator"):
            async with Emulator(settings):
                pass
    async with Emulator(settings) as again:
        assert again.info.vehicles


async def test_address_of_another_machine_is_refused(make_settings: MakeSettings) -> None:
    with pytest.raises(ConfigError, match="loopback"):
        async with Emulator(make_settings(address="0.0.0.0")):
            pass


async def test_restart_remembers_sign_ins_containers_and_calls(
    make_settings: MakeSettings, program_of: "Callable[[Emulator], Program]", tmp_path: Path
) -> None:
    settings = make_settings(data_dir=tmp_path)
    request = {"name": "n", "purpose": "p", "technicalDescriptors": ["vehicle.isMoving"]}
    async with Emulator(settings) as first:
        program = program_of(first)
        await program.sign_in()
        container = (await program.call("POST", "/containers", json=request)).body
    async with Emulator(settings) as second:
        program.emulator = second
        assert (await program.call("GET", f"/containers/{container['containerId']}")).body == container
        assert second.quota.spent(second.info.gcid) == 2
        assert second.identity.verify_id_token(program.tokens["id_token"]) is not None
        assert (await program.refresh()).status == 200


async def test_restart_continues_the_same_lives(
    make_settings: MakeSettings, program_of: "Callable[[Emulator], Program]", tmp_path: Path
) -> None:
    settings = make_settings(data_dir=tmp_path)
    async with Emulator(settings) as first:
        vin = first.garage.cars[0].vin
        await program_of(first).control(f"vehicles/{vin}/commands", name="drive", arguments={"minutes": 30})
        await program_of(first).control("clock", jump_ms=10 * MINUTE_MS)
        truth, now_ms = first.garage.truth(vin), first.clock.now_ms()
    async with Emulator(settings) as second:
        assert second.clock.now_ms() == now_ms
        assert second.garage.truth(vin) == truth


async def test_history_is_written_before_the_start_and_only_once(make_settings: MakeSettings, tmp_path: Path) -> None:
    capture = tmp_path / "history.ndjson"
    settings = make_settings(data_dir=tmp_path, history_days=2, history_file=capture)
    async with Emulator(settings) as emulator:
        vins = {car.vin for car in emulator.garage.cars}
    messages = [json.loads(line) for line in capture.read_text("utf-8").splitlines()]
    times = [message["payload"]["timestamp"] for message in messages]
    assert {message["payload"]["vin"] for message in messages} == vins
    assert "2026-07-25T12" <= times[0] < times[-1] <= "2026-07-27T12:00:00.000Z"
    assert times == sorted(times)
    async with Emulator(settings):
        assert capture.read_text("utf-8") == ""


async def test_what_a_killed_emulator_told_is_told_again(make_settings: MakeSettings, tmp_path: Path) -> None:
    first, second = tmp_path / "first", tmp_path / "second"
    settings = make_settings(data_dir=first, history_days=1, history_file=first / "history.ndjson", is_demo=True)
    async with Emulator(settings):
        shutil.copytree(first, second)
    again = make_settings(data_dir=second, history_days=1, history_file=second / "again.ndjson", is_demo=True)
    async with Emulator(again):
        assert (second / "again.ndjson").read_bytes() == (first / "history.ndjson").read_bytes() != b""


async def test_unknown_model_names_the_known_ones(make_settings: MakeSettings) -> None:
    with pytest.raises(ConfigError, match="bev, phev, ice"):
        async with Emulator(make_settings(accounts=(EmulatedAccount(models=("tank",)),))):
            pass


async def test_demo_begins_with_one_car_driving_and_one_charging(make_settings: MakeSettings) -> None:
    async with Emulator(make_settings(is_demo=True, history_days=1)) as emulator:
        truths = [truth_to_json(emulator.garage.truth(car.vin)) for car in emulator.garage.cars]
    assert any(truth["is_driving"] for truth in truths)
    assert any(truth["is_charging"] for truth in truths)


async def test_signed_in_program_hears_its_cars_until_its_token_is_revoked(program: "Program") -> None:
    emulator, tokens = program.emulator, await program.sign_in()
    client = aiomqtt.Client(
        emulator.info.mqtt_host,
        emulator.info.mqtt_port,
        username=tokens["gcid"],
        password=tokens["id_token"],
        tls_context=ssl.create_default_context(cafile=emulator.info.ca_file),
    )
    with pytest.raises(aiomqtt.MqttError):  # noqa: PT012 - the cut comes somewhere inside
        async with asyncio.timeout(10), client:
            await client.subscribe(f"{tokens['gcid']}/+")
            await program.control(f"vehicles/{emulator.info.vehicles[0].vin}/commands", name="drive", arguments={})
            await program.control("clock", jump_ms=10 * MINUTE_MS)
            message = await anext(client.messages)
            assert json.loads(bytes(message.payload))["entityId"] == tokens["gcid"]
            await program.control("tokens/expire", kind="id")
            async for _ in client.messages:
                pass


async def test_https_is_trusted_through_the_ca_file(make_settings: MakeSettings) -> None:
    async with Emulator(make_settings(https=True)) as emulator:
        context = ssl.create_default_context(cafile=emulator.info.ca_file)
        async with (
            aiohttp.ClientSession(connector=aiohttp.TCPConnector(ssl=context)) as session,
            session.get(f"{emulator.info.https_url}/oneid/link") as response,
        ):
            assert response.status == 200
        assert emulator.info.http_url is None


async def test_stop_cuts_connections_that_clients_leave_open(
    make_settings: MakeSettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(listener, "_STOP_WITHIN_S", 0)
    async with contextlib.AsyncExitStack() as stack:
        emulator = await stack.enter_async_context(Emulator(make_settings()))
        port = int(emulator.info.base_url.rpartition(":")[2])
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(b"POST /gcdm/oauth/token HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100\r\n\r\nhalf")
        await writer.drain()
        await stack.aclose()
        async with asyncio.timeout(30):
            with contextlib.suppress(ConnectionError):
                assert await reader.read() == b""
        writer.close()


async def test_error_inside_the_block_comes_out_as_it_is(make_settings: MakeSettings) -> None:
    with pytest.raises(ZeroDivisionError):
        async with Emulator(make_settings()):
            _ = 1 // 0


async def test_damaged_state_says_which_file_to_delete(make_settings: MakeSettings, tmp_path: Path) -> None:
    (tmp_path / "identity.json").write_text("{")
    with pytest.raises(StoreError) as raised:
        async with Emulator(make_settings(data_dir=tmp_path)):
            pass
    assert "identity.json" in str(raised.value.hint)


async def test_cars_are_published_as_time_goes_by(make_settings: MakeSettings) -> None:
    async with Emulator(make_settings()) as emulator:
        emulator.clock.jump(by_ms=6 * 60 * MINUTE_MS)
        await emulator.catch_up()
        assert emulator.garage.now_ms == NOON_MS + 6 * 60 * MINUTE_MS


async def test_a_demo_stays_lively(tmp_path: Path, keys_dir: Path) -> None:
    settings = emulator_settings(
        http_port=0, mqtt_port=0, data_dir=tmp_path, keys_dir=keys_dir, is_demo=True, history_days=1, speed=0
    )
    async with Emulator(settings) as emulator:
        for _ in range(6):
            emulator.clock.jump(by_ms=40 * 60_000)
            await emulator.lives[settings.accounts[0].gcid].be_lively()
            truths = [truth_to_json(emulator.garage.truth(car.vin)) for car in emulator.garage.cars]
            assert any(truth["is_driving"] for truth in truths)
            assert any(truth["is_charging"] for truth in truths)


async def test_a_demo_starts_again_at_once(tmp_path: Path, keys_dir: Path) -> None:
    settings = emulator_settings(http_port=0, mqtt_port=0, data_dir=tmp_path, keys_dir=keys_dir, is_demo=True)
    commands: list[list[dict[str, object]]] = []
    for _ in range(3):
        async with Emulator(settings) as emulator:
            commands.append(list(emulator.garage.command_log))
    assert commands[0]
    assert commands[1] == commands[2] == commands[0]


async def test_a_command_that_has_become_impossible_does_not_keep_the_cars_from_living(
    tmp_path: Path, keys_dir: Path
) -> None:
    settings = emulator_settings(http_port=0, mqtt_port=0, data_dir=tmp_path, keys_dir=keys_dir, is_demo=True)
    async with Emulator(settings) as emulator:
        vin = emulator.garage.cars[2].vin
    state = json.loads((tmp_path / "garage.json").read_text())
    state["commands"].append({"at_ms": state["start_ms"], "vin": vin, "name": "stop_charging", "arguments": {}})
    (tmp_path / "garage.json").write_text(json.dumps(state))
    async with Emulator(settings) as emulator:
        assert all(command["name"] != "stop_charging" for command in emulator.garage.command_log)
