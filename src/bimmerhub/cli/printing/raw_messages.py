"""BMW's messages as the hub journals them, printed as lines of a capture file while they come in."""

import asyncio
import json
from collections.abc import Sequence
from typing import Any

from bimmerhub.cli.hub_access.hub_client import end_of_events
from bimmerhub.cli.hub_access.opening import open_for_reading
from bimmerhub.cli.printing.output import flush_results, print_json_text
from bimmerhub.hub.config import HubConfig
from bimmerhub.hub.process.directory import find_hub
from bimmerhub.store.ports.journal import JournalEntry
from bimmerhub.times import format_time

JOURNAL_PAGE = 1_000
LOOK_AGAIN_S = 0.5


async def print_raw_messages(settings: HubConfig, *, endings: Sequence[str], account: str | None) -> None:
    """Print what is journaled from now on, of vehicles with these endings and of that account (None: of any).

    StoreError when the hub stops.
    """
    wanted = tuple(endings) or ("",)
    async with open_for_reading(settings) as store:
        after = await store.journal_end()
        while True:
            entries, token = await store.journal(limit=JOURNAL_PAGE, after=after)
            for entry in entries:
                if entry.topic.endswith(wanted) and account in (None, entry.account):
                    print_json_text(_capture_line(entry))
            flush_results()
            after = token or after
            if len(entries) < JOURNAL_PAGE:
                if find_hub(settings.data_dir) is None:
                    raise end_of_events()
                await asyncio.sleep(LOOK_AGAIN_S)


def _capture_line(entry: JournalEntry) -> str:
    """Return the wrapped form; a payload that is no JSON is written as text, which an import then refuses visibly."""
    text = entry.payload.decode("utf-8", "replace").replace("\n", " ")
    try:
        return _encode(entry, json.loads(text))
    except (ValueError, RecursionError):
        return _encode(entry, text)


def _encode(entry: JournalEntry, payload: Any) -> str:  # noqa: ANN401 - any JSON
    line = {"received_at": format_time(entry.received_at_ms), "topic": entry.topic, "payload": payload}
    return json.dumps(line, ensure_ascii=False, separators=(",", ":"))
