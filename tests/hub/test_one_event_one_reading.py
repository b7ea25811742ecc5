"""The demo's way: a history from a capture, then the last values by REST. What both tell is stored once."""

import sqlite3
from collections.abc import AsyncIterator
from contextlib import closing
from pathlib import Path

import aiohttp
from tests.emulated import emulator_settings
from tests.hub.conftest import Cloud, until_settled

from bimmerhub.emulator.app import Emulator
from bimmerhub.hub.app import Hub
from bimmerhub.hub.feeds.settings import RestSettings

DOUBLES = """
SELECT count(*) FROM (
  SELECT 1 FROM points GROUP BY series_id, measured_at_ms - measured_at_ms % 1000, value HAVING count(*) > 1
)"""


async def import_lines(hub: Hub, content: bytes) -> None:
    async def chunks() -> AsyncIterator[bytes]:
        yield content

    async for _ in hub.context.imports.import_capture(chunks(), origin="history.ndjson"):
        pass


async def test_the_demos_store_holds_no_event_twice(tmp_path: Path, keys_dir: Path) -> None:
    history = tmp_path / "history.ndjson"
    settings = emulator_settings(
        http_port=0, mqtt_port=0, keys_dir=keys_dir, poll_interval_s=0, history_days=2, history_file=history, seed=7
    )
    async with Emulator(settings) as emulator, aiohttp.ClientSession() as session:
        cloud = Cloud(emulator=emulator, session=session, data_dir=tmp_path / "hub")
        async with cloud.hub(rest=RestSettings(refresh_h=6, reserve=15)) as hub:
            await import_lines(hub, history.read_bytes())
            assert await cloud.sign_in(hub) == "done"
            await until_settled(hub)
    with closing(sqlite3.connect(tmp_path / "hub" / "bimmerhub.sqlite3")) as connection:
        assert connection.execute("SELECT count(*) FROM points WHERE measured_at_ms % 1000 != 0").fetchone() == (0,)
        assert connection.execute(DOUBLES).fetchone() == (0,)
        assert connection.execute("SELECT count(*) FROM points WHERE source = 2").fetchone() != (0,)
