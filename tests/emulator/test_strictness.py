"""The emulator's defaults are as strict as BMW; a lenient one is kinder about timing and nothing else."""

import base64
import hashlib
import ssl
from collections.abc import AsyncIterator, Callable
from contextlib import suppress
from typing import TYPE_CHECKING, Any

import aiomqtt
import pytest
from tests.emulator.conftest import NOON_MS, Program

from bimmerhub.emulator.app import Emulator
from bimmerhub.emulator.faults.switches import FaultSwitch
from bimmerhub.emulator.settings import EmulatorSettings, HostSettings, relax
from bimmerhub.mqtt.hooks import CloseReason

if TYPE_CHECKING:
    from pathlib import Path

    import aiohttp

MakeSettings = Callable[..., EmulatorSettings]


@pytest.fixture
async def strict(keys_dir: "Path", session: "aiohttp.ClientSession") -> AsyncIterator[Program]:
    """A program at an emulator of which nothing is set but where and when it is."""
    host = HostSettings(http_port=0, mqtt_port=0, keys_dir=keys_dir, speed=0.0, now_ms=NOON_MS)
    async with Emulator(EmulatorSettings(host=host)) as emulator:
        yield Program(emulator, session)


@pytest.fixture
async def lenient(make_settings: MakeSettings, session: "aiohttp.ClientSession") -> AsyncIterator[Program]:
    async with Emulator(make_settings(is_lenient=True)) as emulator:
        yield Program(emulator, session)


def challenge_of(verifier: str) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()


async def sign_in_with_verifier(program: Program, verifier: str) -> int:
    code = (await program.ask_code(code_challenge=challenge_of(verifier))).body
    await program.control("sign-in", user_code=code["user_code"])
    return (await program.poll(code["device_code"], code_verifier=verifier)).status


async def ended_after(program: Program, seconds: float) -> list[CloseReason]:
    """Return why streams have ended once a client with a keep-alive of 60 s was silent for so long."""
    info = program.emulator.info
    await program.sign_in()
    client = aiomqtt.Client(
        info.mqtt_host,
        info.mqtt_port,
        username=info.gcid,
        password=program.tokens["id_token"],
        tls_context=ssl.create_default_context(cafile=info.ca_file),
        keepalive=60,
    )
    ended: list[CloseReason] = []
    with suppress(aiomqtt.MqttError):  # it cannot say good-bye to a stream that is gone
        async with client:
            await client.subscribe(f"{info.gcid}/+")
            await program.control("clock", jump_ms=int(seconds * 1000))
            await program.control("quota", spent=0)
            ended += program.emulator.stream.figures.closed
    return ended


@pytest.mark.parametrize("verifier", ["v" * 42 + "\n", "é%\t" * 15, "v" * 128])
async def test_verifier_may_have_any_characters(strict: Program, verifier: str) -> None:
    assert await sign_in_with_verifier(strict, verifier) == 200


@pytest.mark.parametrize("verifier", ["v" * 42, "v" * 129])
async def test_verifier_has_a_length(strict: Program, verifier: str) -> None:
    assert await sign_in_with_verifier(strict, verifier) == 400


@pytest.mark.parametrize(("seconds", "reasons"), [(89, []), (91, [CloseReason.KEEP_ALIVE])])
async def test_missed_keep_alive_closes_the_stream(strict: Program, seconds: int, reasons: list[CloseReason]) -> None:
    assert await ended_after(strict, seconds) == reasons


async def test_lenient_emulator_does_not_mind_a_missed_keep_alive(lenient: Program) -> None:
    assert await ended_after(lenient, 3_000) == []


async def test_used_refresh_token_ends_the_session(strict: Program) -> None:
    first = (await strict.sign_in())["refresh_token"]
    newest = (await strict.refresh(first)).body["refresh_token"]
    assert (await strict.refresh(first)).refusal == (400, "invalid_request")
    assert (await strict.refresh(newest)).refusal == (400, "invalid_request")


@pytest.mark.parametrize(
    "changes", [{"refresh_grace_s": 2.0}, {"faults": (FaultSwitch(name="refresh-reuse-forgiven"),)}]
)
async def test_refreshes_at_one_moment_all_give_tokens_where_it_is_set(
    make_settings: MakeSettings, session: "aiohttp.ClientSession", changes: dict[str, Any]
) -> None:
    async with Emulator(make_settings(**changes)) as emulator:
        program = Program(emulator, session)
        first = (await program.sign_in())["refresh_token"]
        answers = [await program.refresh(first) for _ in range(3)]
        assert {answer.body["refresh_token"] for answer in answers} == {answers[0].body["refresh_token"]}
        assert len({answer.body["access_token"] for answer in answers}) == 3
        emulator.clock.jump(by_ms=2_000)
        assert (await program.refresh(first)).refusal == (400, "invalid_request")


async def test_lenient_emulator_takes_polls_as_they_come(lenient: Program) -> None:
    code = (await lenient.ask_code()).body
    assert code["interval"] == 1
    for _ in range(3):
        assert (await lenient.poll(code["device_code"])).refusal == (403, "authorization_pending")


def test_lenient_is_about_timing_only() -> None:
    strict = EmulatorSettings()
    kind = relax(strict)
    assert (kind.cardata, kind.portal, kind.lives) == (strict.cardata, strict.portal, strict.lives)
    assert not kind.stream.accepts_tls_1_2


@pytest.mark.parametrize(
    ("path", "right"),
    [
        ("/customer/vehicles/mappings", "/customers/vehicles/mappings"),
        ("/customer/containers", "/customers/containers"),
        (
            "/customers/vehicles/locationBasedChargingSettings",
            "/customers/vehicles/VIN/locationBasedChargingSettings",
        ),
    ],
)
async def test_path_as_the_guide_prints_it_names_the_one_that_is_there(strict: Program, path: str, right: str) -> None:
    answer = await strict.send("GET", path)
    assert answer.cardata_refusal == (404, "CU-400")
    assert answer.body["exveNote"] == f"There is no {path}; the path is {right}."
    assert strict.emulator.quota.spent(strict.emulator.info.gcid) == 0
