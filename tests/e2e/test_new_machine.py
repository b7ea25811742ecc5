"""The how-to page on moving to a new machine, as it stands, with two data directories and a real hub on each."""

import asyncio
import re
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import aiohttp
import pytest
from tests.e2e.test_hub_process import World
from tests.emulated import emulator_settings
from tests.forked_command import ForkedCommand

from bimmerhub.emulator.app import Emulator

PAGE = (Path(__file__).parents[2] / "docs" / "how-to" / "new-machine.md").read_text("utf-8")


class Machine(World):
    """A machine with a data directory, and a folder for its user's settings beside it."""

    @property
    def config(self) -> Path:
        return self.data_dir.parent / f"{self.data_dir.name}-settings" / "bimmerhub" / "config.toml"

    @property
    def environment(self) -> dict[str, str]:
        return {**super().environment, "XDG_CONFIG_HOME": str(self.config.parents[1])}


@pytest.fixture
async def old(tmp_path: Path, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Machine]:
    keys_dir = tmp_path_factory.mktemp("keys")
    settings = emulator_settings(http_port=0, mqtt_port=0, keys_dir=keys_dir, poll_interval_s=0, is_lenient=False)
    async with Emulator(settings) as emulator, aiohttp.ClientSession() as session:
        yield Machine(emulator=emulator, session=session, data_dir=tmp_path / "old")


def lines_of(heading: str) -> list[list[str]]:
    """Return the commands of the first code block below a heading, word by word."""
    block = re.search(rf"^## {heading}$.*?```\n(.*?)```", PAGE, re.MULTILINE | re.DOTALL)
    assert block is not None
    return [line.removeprefix("bimmerhub ").split() for line in block[1].splitlines()]


async def follow(world: Machine, words: list[str], *, folder: Path) -> str:
    """Run a line of the page with this machine's directories; return what it says."""
    words = [str(folder / word) if word.endswith(".move") else word for word in words]
    options = ("--passphrase-file", folder / "passphrase", "--data-dir", world.data_dir)
    with ForkedCommand(*words, *options, environment=world.environment) as process:
        out, err = await asyncio.to_thread(process.communicate)
    assert process.returncode == 0, err
    return " ".join((out + err).split())


async def test_the_page_moves_a_running_hub_that_goes_on_without_signing_in(old: Machine, tmp_path: Path) -> None:
    (tmp_path / "passphrase").write_text("correct horse battery")
    (tmp_path / "passphrase").chmod(0o600)
    old.config.parent.mkdir(parents=True)
    old.config.write_text('[accounts.home]\nclient_id = "' + old.emulator.info.client_id + '"\n')
    new = replace(old, data_dir=tmp_path / "new")
    async with old.hub() as hub:
        await old.sign_in(hub)
        assert old.publish(41) == 1
        await hub.until("health", lambda health: health["readings_stored"])
        [move] = lines_of("On the old machine")
        words = await follow(old, move, folder=tmp_path)
        assert "is stopped" in words
        assert "signed in: home" in words
        assert await hub.wait() == 0

    restore, run = lines_of("On the new machine")
    assert run == ["run"]
    words = await follow(new, restore, folder=tmp_path)
    assert "Signed in: home" in words
    assert new.config.read_text() == old.config.read_text()
    async with new.hub() as hub:
        await new.connected(hub)
        assert new.publish(42) == 1
        await hub.until("health", lambda health: health["readings_stored"])
    assert new.stored() == {41, 42}

    assert "was moved into" in old.refusal()
    assert "was moved into" in old.refusal("login", "--client-id", old.emulator.info.client_id)
    assert "was moved into" in old.refusal("fetch", "mappings")
    assert old.stored() == {41}
    status = ("vehicles", "--data-dir", old.data_dir)
    with ForkedCommand(*status, environment=old.environment) as process:
        out, _ = await asyncio.to_thread(process.communicate)
    assert (process.returncode, old.emulator.info.vehicles[0].vin[-4:] in out) == (0, True)
    assert "restored already" in new.refusal(
        "restore", str(tmp_path / "bimmerhub.move"), "--force", "--passphrase-file", str(tmp_path / "passphrase")
    )
