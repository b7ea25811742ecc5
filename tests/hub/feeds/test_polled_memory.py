"""The day's calls of an account that is asked, as they are noted."""

from pathlib import Path

from bimmerhub.domain.account.quota import day_start_ms
from bimmerhub.hub.feeds.polled.polled_memory import PolledMemory
from bimmerhub.store.sqlite.store import SqliteStore
from bimmerhub.times import DAY_MS

NOON_MS = 1_785_067_200_000


async def test_a_clock_that_was_ahead_for_a_while_gives_the_day_no_calls_anew(tmp_path: Path) -> None:
    async with SqliteStore.open(tmp_path / "bimmerhub.sqlite3") as store:
        memory = PolledMemory(store.settings, 1)
        await memory.note_calls(40, at_ms=NOON_MS)
        for days_ahead in (1, 3_660):
            await memory.note_calls(5, at_ms=NOON_MS + days_ahead * DAY_MS)
            assert await memory.calls_of_day(now_ms=NOON_MS + days_ahead * DAY_MS) == 5
        await memory.note_calls(2, at_ms=NOON_MS)
        await memory.save()
        assert await PolledMemory(store.settings, 1).calls_of_day(now_ms=NOON_MS) == 42


async def test_what_an_earlier_release_noted_counts(tmp_path: Path) -> None:
    async with SqliteStore.open(tmp_path / "bimmerhub.sqlite3") as store:
        await store.settings.save_setting("polled.1", f'{{"day_ms":{day_start_ms(NOON_MS)},"calls_of_day":7}}')
        assert await PolledMemory(store.settings, 1).calls_of_day(now_ms=NOON_MS) == 7
