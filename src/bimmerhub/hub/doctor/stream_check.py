"""The stream of one account as it is now: for how long, when the last message came, how often it was cut."""

import asyncio
from collections.abc import Sequence

from bimmerhub.domain.account.checks import Check, failed, ok, skipped, warning
from bimmerhub.domain.account.link import Link, LinkState
from bimmerhub.hub.doctor.link_watch import Cut
from bimmerhub.hub.feeds.feed import Feed
from bimmerhub.times import spell_duration

STREAM_WITHIN_S = 25.0
MANY_CUTS = 6
"""In a day: more than restarts and BMW's own maintenance make."""
_NAME = "stream"
_CUTS_HINT = "See whether another program uses the same BMW account, and whether this machine's network holds."


async def check_stream(feed: Feed, *, cuts: Sequence[Cut], now_ms: int) -> Check:
    """Return what the stream does; up to 25 s, until it stands or says what a person can do.

    `cuts` are those of the last day.
    """
    try:
        async with asyncio.timeout(STREAM_WITHIN_S):
            await feed.judged()
    except TimeoutError:
        if feed.link.state is LinkState.CONNECTING:
            words = f"no answer within {STREAM_WITHIN_S:.0f} s"
            return failed(_NAME, words, hint="Wait some minutes and ask again.")
    return judge_link(feed.link, cuts=cuts, now_ms=now_ms)


def judge_link(link: Link, *, cuts: Sequence[Cut], now_ms: int) -> Check:
    """Return what a link is as of now, with the next try counted down."""
    if link.state is LinkState.POLLING:
        return skipped(_NAME, link.reason)
    if link.state is not LinkState.CONNECTED:
        return failed(_NAME, f"{link.reason}{_next_try(link, now_ms)}", hint=link.hint or _how_to_wait(link))
    last = "no message yet"
    if link.last_message_at_ms is not None:
        last = f"last message {spell_duration(now_ms - link.last_message_at_ms)} ago"
    words = f"connected for {spell_duration(now_ms - link.since_ms)}, {last}{_spell_cuts(cuts, now_ms)}"
    return warning(_NAME, words, hint=_CUTS_HINT) if len(cuts) >= MANY_CUTS else ok(_NAME, words)


def _next_try(link: Link, now_ms: int) -> str:
    if link.next_try_at_ms is None:
        return ""
    return f"; next try in {spell_duration(link.next_try_at_ms - now_ms)}"


def _how_to_wait(link: Link) -> str:
    if link.next_try_at_ms is None:
        return "The hub tries again by itself; ask again in some minutes."
    return "The hub tries again by itself then."


def _spell_cuts(cuts: Sequence[Cut], now_ms: int) -> str:
    if not cuts:
        return ""
    times = "once" if len(cuts) == 1 else f"{len(cuts)} times"
    last = cuts[-1]
    return f"; cut {times} in the last day, the last time {spell_duration(now_ms - last.at_ms)} ago ({last.reason})"
