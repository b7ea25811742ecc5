"""A hub whose secret key is lost, broken or another one's: it starts signed out, and says why and what to do."""

import shutil
from pathlib import Path

import pytest
from tests.hub.conftest import Cloud, QuickClock, until

from bimmerhub.domain.account.link import Link, LinkState
from bimmerhub.hub.app import Hub
from bimmerhub.hub.process.secrets import KEY_FILE, Sealer


def link(hub: Hub) -> Link:
    return hub.connections.links()[0]


def lose(data_dir: Path, how: str) -> None:
    key = data_dir / KEY_FILE
    key.unlink()
    if how == "broken":
        key.write_bytes(b"\xff half a key")
    if how == "foreign":
        Sealer.open(data_dir).seal(b"")


@pytest.mark.parametrize("how", ["lost", "broken", "foreign"])
async def test_a_hub_without_its_key_starts_signed_out_says_why_and_goes_on_after_a_sign_in(
    cloud: Cloud, how: str
) -> None:
    async with cloud.connected() as hub:
        cloud.publish(51)
        await until(lambda: hub.context.health.health().readings_stored)
    lose(cloud.data_dir, how)
    async with cloud.hub() as hub:
        await until(lambda: link(hub).state is LinkState.SIGNED_OUT)
        assert "the stored tokens of home cannot be read" in link(hub).reason
        assert KEY_FILE in link(hub).reason
        assert "bimmerhub login --account home" in str(link(hub).hint)
        assert any("secret.key" in reason for reason in hub.context.health.health().reasons)
        checks = await hub.context.examination.examine("home", spends_calls=False)
        assert [check.finding for check in checks if check.name == "sign-in"] == [link(hub).reason]
        assert await hub.store.vehicles.vehicles()
        assert await cloud.sign_in(hub) == "done"
        await until(lambda: link(hub).state is LinkState.CONNECTED)
    async with cloud.hub() as hub:
        await until(lambda: link(hub).state is LinkState.CONNECTED)


async def test_a_key_that_is_put_back_opens_all_again(cloud: Cloud) -> None:
    async with cloud.connected():
        pass
    shutil.move(cloud.data_dir / KEY_FILE, cloud.data_dir.parent / KEY_FILE)
    async with cloud.hub() as hub:
        await until(lambda: link(hub).state is LinkState.SIGNED_OUT)
    assert not (cloud.data_dir / KEY_FILE).exists(), "nothing is sealed with a new key unasked"
    shutil.move(cloud.data_dir.parent / KEY_FILE, cloud.data_dir / KEY_FILE)
    async with cloud.hub() as hub:
        await until(lambda: link(hub).state is LinkState.CONNECTED)


async def test_a_copied_data_directory_says_that_it_is_a_copy(cloud: Cloud) -> None:
    async with cloud.connected():
        pass
    shutil.copytree(cloud.data_dir, cloud.data_dir.parent / "copy")
    clock = QuickClock()
    clock.ahead_ms = 50 * 60_000
    async with cloud.hub(clock=clock) as hub:
        await until(lambda: hub.connections.links() and link(hub).state is LinkState.CONNECTED)
    async with cloud.hub(clock=clock, data_dir=cloud.data_dir.parent / "copy") as hub:
        await until(lambda: link(hub).state is LinkState.SIGNED_OUT)
        assert f"this directory is a copy, and the other one, {cloud.data_dir} on " in link(hub).reason
        assert "Stop the other one" in str(link(hub).hint)
