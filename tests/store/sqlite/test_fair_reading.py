"""Reading for many clients: turns, and reads that are broken off."""

import asyncio
from pathlib import Path

import pytest

from bimmerhub.errors import HubBusy
from bimmerhub.read_limits import current_limit, limited_reads
from bimmerhub.store.sqlite.database.fair_turns import FairTurns
from bimmerhub.store.sqlite.database.threads import Database


async def test_limit_holds_for_the_request_and_not_for_what_it_starts() -> None:
    async def look() -> object:
        return current_limit()

    with limited_reads(20, client="page"):
        limit = current_limit()
        assert limit is not None
        assert limit.client == "page"
        assert await asyncio.create_task(look()) is None
    assert current_limit() is None


async def test_long_read_is_broken_off_and_the_next_one_is_not(tmp_path: Path) -> None:
    endless = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n"
    async with Database.open(tmp_path / "hub.db", is_readonly=False) as database:
        with limited_reads(0.2, client="page"):
            with pytest.raises(HubBusy, match="took longer than 0 s") as caught:
                await database.read(lambda connection: connection.execute(endless).fetchall())
            assert "shorter time" in (caught.value.hint or "")
            assert await database.read(lambda connection: connection.execute("SELECT 7").fetchone()) == (7,)


async def test_clients_take_turns() -> None:
    turns = FairTurns(places=2, of_one=1)
    served = list[str]()

    async def read(client: str) -> None:
        await turns.take(client)
        served.append(client)
        await asyncio.sleep(0)
        turns.give_back(client)

    async with asyncio.TaskGroup() as tasks:
        for client in ("greedy", "greedy", "greedy", "greedy", "modest"):
            tasks.create_task(read(client))
    assert served.index("modest") == 1


async def test_who_gives_up_waiting_keeps_nobody_from_a_turn() -> None:
    turns = FairTurns(places=1, of_one=1)
    await turns.take("a")
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.01):
            await turns.take("b")
    turns.give_back("a")
    async with asyncio.timeout(1):
        await turns.take("c")
