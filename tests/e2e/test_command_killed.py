"""A hub that is killed between sending a command and BMW's answer does not send it again."""

import os
import signal
from pathlib import Path

import aiohttp
import pytest
from tests.e2e.test_hub_process import HubProcess, World
from tests.emulated import emulator_settings

from bimmerhub.emulator.app import Emulator
from bimmerhub.emulator.host.door import Exchange

KEYS = {"FAMILY": "iremote", "CLIENT_KEY": "any", "CLIENT_SECRET": "any"}
SIGN_IN = {"family": "iremote", "username": "anna@example.com", "password": "emulator", "remember": True}


async def car_of(hub: HubProcess) -> str:
    """Return the address of the first car, once the hub knows it."""
    answer = await hub.until("vehicles", lambda answer: answer["items"])
    return f"vehicles/{answer['items'][0]['vin']}"


async def test_a_command_is_not_sent_again_after_kill_9(
    tmp_path: Path, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent: list[str] = []
    hubs: list[HubProcess] = []

    def kill_the_hub(exchange: Exchange) -> None:
        if exchange.path.endswith("/executeService"):  # taken, and the answer is not on its way yet
            sent.append(exchange.path)
            os.kill(hubs[-1].process.pid, signal.SIGKILL)

    for name, value in KEYS.items():
        monkeypatch.setenv(f"BIMMERHUB_ACCOUNTS__OLD__{name}", value)
    settings = emulator_settings(http_port=0, mqtt_port=0, keys_dir=tmp_path_factory.mktemp("keys"))
    async with Emulator(settings, on_exchange=kill_the_hub) as emulator, aiohttp.ClientSession() as session:
        world = World(emulator=emulator, session=session, data_dir=tmp_path / "hub")
        async with world.hub() as hub:
            hubs.append(hub)
            await hub.send("POST", "accounts/old/password-sign-in", SIGN_IN)
            car = await car_of(hub)
            command = await hub.send("POST", f"{car}/commands", {"command": "lock"})
            assert command["state"] == "sending"
            assert await hub.wait() == -signal.SIGKILL
        async with world.hub() as hub:
            hubs.append(hub)
            after = await hub.until(f"commands/{command['id']}", lambda answer: answer["is_ended"])
            audit = (await hub.fetch("audit"))["items"]
            assert hub.process.poll() is None
    assert [step["state"] for step in after["steps"]] == ["sending", "unknown"]
    assert "not sent again" in after["steps"][-1]["reason"]
    assert [entry["who"] for entry in audit if entry["vin"] is not None] == ["hub", "command line"]
    assert len(sent) == 1
