"""A hub on a database of an older release: it says that it migrates, and then works."""

import asyncio
import sqlite3
from contextlib import closing
from importlib.resources import files
from pathlib import Path
from typing import Any

import aiohttp
from tests.hub.conftest import Cloud

from bimmerhub.store.sqlite.database.connection import APPLICATION_ID
from bimmerhub.store.sqlite.database.versions import newest_version
from bimmerhub.web.settings import WebSettings


def write_old_database(data_dir: Path) -> Path:
    data_dir.mkdir()
    path = data_dir / "bimmerhub.sqlite3"
    script = (files("bimmerhub.store") / "schema" / "0001_first.sql").read_text("utf-8")
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript(
            f"PRAGMA journal_mode = WAL; {script} PRAGMA application_id = {APPLICATION_ID}; PRAGMA user_version = 1;"
            "INSERT INTO accounts VALUES ('home', 'c1', NULL, NULL, NULL);"
        )
    return path


async def ask(session: aiohttp.ClientSession, address: str, **headers: str) -> tuple[int, Any]:
    """Return status and document of the first answer there."""
    async with asyncio.timeout(10):
        while True:
            try:
                async with session.get(address, headers=headers) as answer:
                    return answer.status, await answer.json()
            except aiohttp.ClientConnectorError:
                await asyncio.sleep(0.005)


async def test_a_hub_answers_while_it_migrates_and_then_works(cloud: Cloud, unused_tcp_port: int) -> None:
    path = write_old_database(cloud.data_dir)
    api = f"http://127.0.0.1:{unused_tcp_port}/api/v1"
    runs, may_end = asyncio.Event(), asyncio.Event()

    async def run() -> None:
        async with cloud.hub(hub=WebSettings(port=unused_tcp_port, allowed_hosts=("garage.example",))):
            runs.set()
            await may_end.wait()

    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")  # the migration waits for whoever writes
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(run())
            status, health = await ask(cloud.session, f"{api}/health")
            assert (status, health["status"]) == (200, "migrating")
            status, problem = await ask(cloud.session, f"{api}/accounts")
            assert (status, problem["error"]["kind"]) == (503, "store_error")
            assert "brought up to date" in problem["error"]["message"]
            for place in ("health", "accounts"):
                status, problem = await ask(cloud.session, f"{api}/{place}", Host="evil.example")
                assert (status, problem["error"]["kind"]) == (421, "unknown_host")
            assert (await ask(cloud.session, f"{api}/health", Host="garage.example"))[0] == 200
            other.execute("ROLLBACK")
            await runs.wait()
            assert (await ask(cloud.session, f"{api}/health"))[1]["status"] == "ok"
            [account] = (await ask(cloud.session, f"{api}/accounts"))[1]["items"]
            assert (account["name"], account["family"]) == ("home", "cardata")
            may_end.set()


async def test_each_part_of_a_migration_is_logged(cloud: Cloud, caplog: Any) -> None:
    write_old_database(cloud.data_dir)
    async with cloud.hub():
        pass
    messages = [record.getMessage() for record in caplog.records if "from schema 1" in record.getMessage()]
    assert messages[0].endswith("writing a backup")
    assert messages[-1].endswith(f"schema {newest_version()}")
