"""Hubs before and after a move: one place renews the sign-in, and the other says what happened."""

from pathlib import Path

import pytest
from tests.hub.conftest import ACCOUNT, Cloud, QuickClock, until
from tests.hub.safekeeping.test_moving import PASSPHRASE, arrive

from bimmerhub.domain.account.link import Link, LinkState
from bimmerhub.errors import ConfigError
from bimmerhub.hub.app import Hub
from bimmerhub.hub.process.directory import own
from bimmerhub.hub.safekeeping.move_mark import MoveMark, save_mark
from bimmerhub.hub.safekeeping.moving import move_out, undo_move


def link(hub: Hub) -> Link:
    return hub.connections.links()[0]


def leave(cloud: Cloud, file: Path) -> None:
    database = cloud.settings().database
    with own(cloud.data_dir, database=database):
        move_out(
            file, PASSPHRASE, data_dir=cloud.data_dir, database=database, config=None, accounts=[ACCOUNT], now_ms=1
        )


def in_50_minutes() -> QuickClock:
    clock = QuickClock()
    clock.ahead_ms = 50 * 60_000
    return clock


async def test_a_file_restored_twice_says_where_the_sign_in_went(cloud: Cloud, tmp_path: Path) -> None:
    async with cloud.connected():
        pass
    leave(cloud, tmp_path / "file")
    for place in ("second", "third"):
        arrive(tmp_path / "file", tmp_path / place, config=tmp_path / place / "config.toml", is_trusted=True)
        (tmp_path / "file.restored").unlink()
    clock = in_50_minutes()
    async with cloud.hub(clock=clock, data_dir=tmp_path / "second") as hub:
        await until(lambda: hub.connections.links() and link(hub).state is LinkState.CONNECTED)
    async with cloud.hub(clock=clock, data_dir=tmp_path / "third") as hub:
        await until(lambda: link(hub).state is LinkState.SIGNED_OUT)
        assert f"this directory is a copy, and the other one, {cloud.data_dir} on " in link(hub).reason
        assert "where its move file was made, or wherever else that was restored" in link(hub).reason
    async with cloud.hub(clock=clock, data_dir=tmp_path / "second") as hub:
        assert await cloud.sign_in(hub) == "done"
        await until(lambda: link(hub).state is LinkState.CONNECTED)


async def test_a_moved_hub_does_not_start_and_takes_no_sign_in(cloud: Cloud, tmp_path: Path) -> None:
    async with cloud.connected():
        pass
    leave(cloud, tmp_path / "file")
    with pytest.raises(ConfigError, match="was moved into") as caught:
        async with cloud.hub():
            pass
    assert "Reading commands work here" in str(caught.value.hint)
    async with cloud.hub(goes_live=False) as hub:
        assert await cloud.sign_in(hub) == "failed"
    undo_move(cloud.data_dir)
    async with cloud.hub() as hub:
        await until(lambda: link(hub).state is LinkState.CONNECTED)


async def test_a_hub_whose_directory_is_marked_meanwhile_renews_nothing(cloud: Cloud, tmp_path: Path) -> None:
    clock = QuickClock()
    async with cloud.hub(clock=clock) as hub:
        assert await cloud.sign_in(hub) == "done"
        await until(lambda: link(hub).state is LinkState.CONNECTED)
        save_mark(cloud.data_dir, MoveMark(id="x", file=str(tmp_path / "file"), at_ms=1, is_done=True))
        clock.ahead_ms = 50 * 60_000
        await until(lambda: any("was moved into" in reason for reason in hub.context.health.health().reasons))
        assert link(hub).state is LinkState.CONNECTED
    undo_move(cloud.data_dir)
    async with cloud.hub(clock=clock) as hub:
        await until(lambda: link(hub).state is LinkState.CONNECTED)
