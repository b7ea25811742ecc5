"""The recorder sees an answer that is not as described, at any emulator."""

import json
from collections.abc import Callable

import aiohttp
import pytest
from tests.specs.recorder import UNDESCRIBED, Recorder

from bimmerhub.emulator.app import Emulator
from bimmerhub.emulator.fault_table import FAULTS
from bimmerhub.emulator.host.door import Exchange
from bimmerhub.emulator.settings import EmulatorSettings, HostSettings

MAPPINGS = "/customers/vehicles/mappings"


def with_a_member_more(exchange: Exchange) -> bytes:
    return json.dumps({**json.loads(exchange.response_body), "surprise": 1}).encode()


def with_another_code(exchange: Exchange) -> bytes:
    return exchange.response_body.replace(b"CU-100", b"CU-999")


def as_it_is(exchange: Exchange) -> bytes:
    return exchange.response_body


@pytest.mark.parametrize(
    ("rewrite", "problems"), [(as_it_is, 0), (with_a_member_more, 1), (with_another_code, 1), (lambda _: b"no JSON", 1)]
)
async def test_a_changed_answer_is_noted(rewrite: Callable[[Exchange], bytes], problems: int) -> None:
    noted = Recorder()
    settings = EmulatorSettings(host=HostSettings(http_port=0, mqtt_port=0))
    async with (
        Emulator(settings, on_exchange=noted.note, rewrite=rewrite) as emulator,
        aiohttp.ClientSession(emulator.info.base_url) as session,
        session.get(MAPPINGS) as response,
    ):
        assert response.status == 401
    assert (noted.checked, len(noted.take())) == (1, problems)


async def test_every_emulator_is_heard(recorder: Recorder) -> None:
    before = recorder.checked
    settings = EmulatorSettings(host=HostSettings(http_port=0, mqtt_port=0))
    async with Emulator(settings) as emulator, aiohttp.ClientSession(emulator.info.base_url) as session:
        await session.get(MAPPINGS)
    assert recorder.checked == before + 1


def test_faults_left_out_are_faults() -> None:
    assert FAULTS.keys() >= UNDESCRIBED
