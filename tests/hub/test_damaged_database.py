"""A hub whose database is damaged starts, goes on with what is readable, and says so until a person takes note."""

import asyncio
import shutil
import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from bench.damage.sample import VINS, make_sample
from tests.hub.conftest import NOW_MS, SOC, Cloud, owner, until

from bimmerhub.hub.app import Hub, running
from bimmerhub.hub.config import HubConfig
from bimmerhub.ids import Descriptor
from bimmerhub.web.settings import WebSettings

READINGS = 2_000


@pytest.fixture
def home(tmp_path: Path) -> Path:
    make_sample(tmp_path / "bimmerhub.sqlite3", readings=READINGS, in_log=False)
    return tmp_path


@asynccontextmanager
async def hub_of(data_dir: Path) -> AsyncIterator[Hub]:
    async with running(HubConfig(data_dir=data_dir, hub=WebSettings(port=0)), goes_live=False) as hub:
        yield hub


async def send(hub: Hub, method: str, path: str) -> dict[str, Any]:
    token = {"Authorization": f"Bearer {(await hub.credentials.create_token(path, 'write', now_ms=1))}"}
    async with (
        aiohttp.ClientSession() as session,
        session.request(method, f"{hub.address}/api/v1/{path}", headers=token) as answer,
    ):
        assert answer.status == 200, await answer.text()
        body: dict[str, Any] = await answer.json()
        await hub.credentials.delete_token(path)
        return body


def overwrite(path: Path, *, from_page: int) -> None:
    with path.open("r+b") as file:
        file.seek((from_page - 1) * 4_096)
        file.write(b"\xa5" * 4_096 * 3)


async def test_it_starts_without_a_header_and_tells_until_a_person_takes_note(home: Path) -> None:
    overwrite(home / "bimmerhub.sqlite3", from_page=1)
    async with hub_of(home) as hub:
        health = hub.context.health.health()
        assert health.status == "degraded"
        assert "the database was damaged" in health.reasons[0]
        shown = await send(hub, "GET", "database")
        assert [Path(damage["set_aside"]).name for damage in shown["damages"]] == ["bimmerhub.sqlite3.damaged-1"]
        assert shown["damages"][0]["saved"]["accounts"] == 3
        assert {vehicle.vin for vehicle in hub.live.vehicles()} == {*VINS}
        await send(hub, "POST", "database/acknowledgement")
        assert hub.context.health.health().status == "ok"
        entries = await hub.store.audit.audit(limit=10)
        assert "damage_acknowledged" in {entry.action for entry in entries}
    async with hub_of(home) as hub:
        assert hub.context.health.health().status == "ok"


async def test_damage_under_a_running_hub_is_found_by_the_check_and_live_values_go_on(home: Path) -> None:
    async with hub_of(home) as hub:
        assert (await send(hub, "POST", "database/check"))["problems"] == []
        overwrite(home / "bimmerhub.sqlite3", from_page=30)
        shown = await send(hub, "POST", "database/check")
        assert (shown["problems"], len(shown["damages"])) == ([], 1)
        await until(lambda: {vehicle.vin for vehicle in hub.live.vehicles()} == {*VINS})
        assert hub.context.health.health().status == "degraded"
        assert (await send(hub, "GET", f"vehicles/{VINS[0]}/state"))["signals"] is not None


async def test_a_file_copied_over_it_is_said_to_have_made_the_sign_ins_old(home: Path) -> None:
    database = home / "bimmerhub.sqlite3"
    async with hub_of(home) as hub:
        overwrite(database, from_page=30)
        await hub.credentials.create_token("written", "read", now_ms=1)
        [damage] = (await send(hub, "POST", "database/check"))["damages"]
        assert damage["is_overwritten"]
        [reason] = hub.context.health.health().reasons
        assert "sign-ins, the password, API tokens and the audit may be as old" in reason


async def test_the_password_in_force_outlives_a_file_that_is_copied_over_it(
    home: Path, caplog: pytest.LogCaptureFixture
) -> None:
    database = home / "bimmerhub.sqlite3"
    async with hub_of(home) as hub:
        await hub.credentials.create_token("revoked", "write", now_ms=1)
    older = Path(shutil.copyfile(database, home / "older"))
    async with hub_of(home) as hub:
        await hub.credentials.delete_token("revoked")
        await hub.credentials.set_password("a long password")
    async with hub_of(home) as hub:
        shutil.copyfile(older, database)
        overwrite(database, from_page=30)
        async with (
            aiohttp.ClientSession(headers=owner(home)) as session,
            session.post(f"{hub.address}/api/v1/database/check") as answer,
        ):
            assert (await answer.json())["damages"]
        await until(lambda: "are stored anew" in caplog.text)
    async with hub_of(home) as hub:
        assert hub.credentials.check_password("a long password")
        assert hub.credentials.tokens() == ()


async def test_another_file_in_its_place_is_told_and_set_aside(home: Path) -> None:
    database = home / "bimmerhub.sqlite3"
    async with hub_of(home) as hub:
        rename_over(database)
        shown = await send(hub, "POST", "database/check")
        assert [damage["is_displaced"] for damage in shown["damages"]] == [True]
        [reason] = hub.context.health.health().reasons
        assert "the database was put back" in reason
        assert "1 file set aside" in reason
        [copy] = shown["set_aside"]
        assert Path(copy["file"]).name == "bimmerhub.sqlite3.found-1"
        assert (await send(hub, "POST", "database/clearing"))["set_aside"] == []


def rename_over(path: Path) -> None:
    shutil.copyfile(path, path.with_name("other"))
    path.with_name("other").rename(path)


async def test_readings_that_a_damage_took_come_back_from_the_raw_messages(cloud: Cloud) -> None:
    database = cloud.data_dir / "bimmerhub.sqlite3"

    async def values(hub: Hub) -> list[object]:
        points, _ = await hub.store.range(cloud.vin, [Descriptor(SOC)], from_ms=0, to_ms=NOW_MS * 2, limit=100)
        return [point.value for point in points]

    async with cloud.connected() as hub:
        for second in range(20):
            cloud.publish(50 + second, at_ms=NOW_MS + second * 1_000)
        await until(lambda: hub.context.health.health().readings_stored >= 20)
        zero_points(database)
        await hub.context.database_checks.check()
        [damage] = await hub.store.soundness.damages()
        assert {lost.table for lost in damage.salvage.lost} == {"points"}
        await until(lambda: count_points(database) == 20)
        assert await values(hub) == list(range(50, 70))
        assert await hub.store.rejections() == 0


def count_points(path: Path) -> int:
    with closing(sqlite3.connect(path)) as connection:
        return int(connection.execute("SELECT count(*) FROM points").fetchone()[0])


def zero_points(path: Path) -> None:
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        [root] = connection.execute("SELECT rootpage FROM sqlite_schema WHERE name = 'points'").fetchone()
    with path.open("r+b") as file:
        file.seek((root - 1) * 4_096)
        file.write(bytes(4_096))


async def test_values_that_stream_in_while_it_is_mended_are_stored_and_shown(cloud: Cloud) -> None:
    async with cloud.connected() as hub:
        cloud.publish(50, at_ms=NOW_MS)
        await until(lambda: "soc_percent" in (hub.live.state(cloud.vin) or {}))
        account = (await hub.store.accounts.accounts())[0]
        tokens = await hub.store.accounts.load_tokens(account.id)
        overwrite(cloud.data_dir / "bimmerhub.sqlite3", from_page=1)
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(hub.context.database_checks.check())
            for second in range(1, 30):
                cloud.publish(50 + second, at_ms=NOW_MS + second * 1_000)
                await asyncio.sleep(0)

        def newest() -> object:
            return (hub.live.state(cloud.vin) or {})["soc_percent"].value

        await until(lambda: newest() == 79)
        points, _ = await hub.store.range(cloud.vin, [Descriptor(SOC)], from_ms=0, to_ms=NOW_MS * 2, limit=100)
        assert [point.value for point in points] == list(range(50, 80))
        assert len(await hub.store.soundness.damages()) == 1
        assert await hub.store.accounts.load_tokens(account.id) == tokens
        assert [link.state for link in hub.connections.links()] == ["connected"]
