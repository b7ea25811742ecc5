"""The raw journal does not grow without end, however much is sent."""

from pathlib import Path

import pytest
from tests.new_stores import open_sqlite

from bimmerhub.store.ports.journal import JournalEntry
from bimmerhub.store.ports.readings import Batch
from bimmerhub.store.sqlite.readings import journal as module


def entries(first: int, count: int) -> list[JournalEntry]:
    return [
        JournalEntry(received_at_ms=number, account="a", topic="t", payload=bytes(100))
        for number in range(first, first + count)
    ]


async def test_oldest_messages_go_when_all_weigh_too_much(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MOST_JOURNAL_BYTES", 1_000)
    async with open_sqlite(tmp_path / "hub.db") as store:
        await store.append(Batch(journal=entries(0, 10)))
        assert (await store.figures()).journal_entries == 10
        await store.append(Batch(journal=entries(10, 1)))
        kept, _ = await store.journal(limit=99)
        assert [entry.received_at_ms for entry in kept] == [2, 3, 4, 5, 6, 7, 8, 9, 10]
        assert (await store.figures()).journal_entries == 9
    async with open_sqlite(tmp_path / "hub.db") as store:  # which counts anew
        await store.append(Batch(journal=entries(11, 30)))
        kept, _ = await store.journal(limit=99)
        assert [entry.received_at_ms for entry in kept] == list(range(32, 41))
        await store.prune(before_ms=40)
        await store.append(Batch(journal=entries(41, 9)))
        assert (await store.figures()).journal_entries == 10
