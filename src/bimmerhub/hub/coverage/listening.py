"""When each account's stream was connected: noted while the hub runs, so that coverage counts no other time."""

import json
from collections.abc import Callable, Collection, Sequence

from bimmerhub.bmw.clock import Clock
from bimmerhub.domain.account.link import Link, LinkState
from bimmerhub.domain.coverage.listening import Listening, Span, unite
from bimmerhub.store.ports.accounts import StoredAccounts
from bimmerhub.store.ports.settings import StoredSettings
from bimmerhub.times import MINUTE_MS

NOTE_EVERY_MS = 5 * MINUTE_MS
SHORT_BREAK_MS = 10 * MINUTE_MS
"""So long a break hides little: the stream is opened anew about once an hour."""
SPANS_REMEMBERED = 1_000
"""Some per day at most. They are counted, not dated: a clock that is years ahead must not make all of them old."""
_KEY = "listening."


class ListeningLog:
    """Notes in the store, every few minutes, which accounts are connected."""

    def __init__(
        self, settings: StoredSettings, accounts: StoredAccounts, *, links: Callable[[], Sequence[Link]], clock: Clock
    ) -> None:
        self._settings = settings
        self._accounts = accounts
        self._links = links
        self._clock = clock
        self._noted_ms: int | None = None

    async def run(self) -> None:
        """Note it until cancelled."""
        while True:
            await self.note()
            await self._clock.sleep(NOTE_EVERY_MS / 1000)

    async def note(self) -> None:
        """Note the links as they are. The time before a long pause, as of a machine that slept, does not count."""
        now_ms, before_ms = self._clock.now_ms(), self._noted_ms
        self._noted_ms = now_ms
        is_known = before_ms is not None and now_ms - before_ms <= NOTE_EVERY_MS + SHORT_BREAK_MS
        ids = {account.name: account.id for account in await self._accounts.accounts()}
        for link in self._links():
            if link.state is LinkState.CONNECTED and link.account in ids:
                since_ms = max(link.since_ms, before_ms or now_ms) if is_known else now_ms
                await self._add(ids[link.account], Span(min(since_ms, now_ms), now_ms))

    async def _add(self, account_id: int, span: Span) -> None:
        spans = unite([*await _load_spans(self._settings, [account_id]), span], gap_ms=SHORT_BREAK_MS)
        await self._settings.save_setting(f"{_KEY}{account_id}", json.dumps(spans[-SPANS_REMEMBERED:]))


async def load_listening(
    settings: StoredSettings, account_ids: Collection[int], links: Sequence[Link], now_ms: int
) -> Listening:
    """Return when any of these accounts was connected; `links` are theirs, as they are now."""
    stored = await _load_spans(settings, account_ids)
    connected = [link for link in links if link.state is LinkState.CONNECTED]
    newest_ms = max((span.to_ms for span in stored), default=now_ms)
    present = [
        Span(max(link.since_ms, min(newest_ms, now_ms)), now_ms) for link in connected if link.since_ms <= now_ms
    ]
    return Listening(spans=unite([*stored, *present], gap_ms=SHORT_BREAK_MS), is_connected=bool(connected))


async def load_listened_until_ms(settings: StoredSettings, account_id: int, now_ms: int) -> int | None:
    """Return until when the account was connected last, at the latest; None when it never was.

    It is noted every NOTE_EVERY_MS, so it may have been connected for so much longer than the last note says.
    """
    ends_ms = [span.to_ms for span in await _load_spans(settings, [account_id]) if span.to_ms <= now_ms]
    return min(max(ends_ms) + NOTE_EVERY_MS, now_ms) if ends_ms else None


async def _load_spans(settings: StoredSettings, account_ids: Collection[int]) -> tuple[Span, ...]:
    texts = await settings.load_settings(_KEY)
    return unite(
        Span(from_ms, to_ms)
        for account_id in account_ids
        for from_ms, to_ms in json.loads(texts.get(f"{_KEY}{account_id}", "[]"))
    )
