"""Turns are told apart by themselves: who leaves ends nobody else's, whatever their names."""

import asyncio

import pytest

from bimmerhub.errors import RateLimited
from bimmerhub.web.access.ranked_turns import RankedTurns


async def test_who_was_sent_away_and_then_leaves_ends_no_turn_of_its_name() -> None:
    turns, may_end, running = RankedTurns(most_waiting=1), asyncio.Event(), list[str]()

    async def run(name: str, rank: int, label: str) -> None:
        async with turns.turn(name, rank=rank):
            running.append(label)
            assert len(running) == 1
            await may_end.wait()
            running.remove(label)

    first = asyncio.create_task(run("a", 0, "first"))
    await asyncio.sleep(0)
    sent_away = asyncio.create_task(run("b", 9, "sent away"))
    await asyncio.sleep(0)
    better = asyncio.create_task(run("c", 0, "better"))
    await asyncio.sleep(0)
    with pytest.raises(RateLimited):
        await sent_away
    better.cancel()
    await asyncio.wait([better])
    may_end.set()
    await first
    may_end.clear()
    second = asyncio.create_task(run("b", 9, "second"))
    await asyncio.sleep(0)
    third = asyncio.create_task(run("d", 0, "third"))
    await asyncio.sleep(0)
    assert running == ["second"]
    may_end.set()
    await asyncio.gather(second, third)


async def test_who_gets_a_turn_while_leaving_gives_it_back() -> None:
    turns = RankedTurns(most_waiting=3)
    async with turns.turn("a", rank=0):
        leaving = asyncio.create_task(_take(turns, "b"))
        following = asyncio.create_task(_take(turns, "c"))
        await asyncio.sleep(0)
    leaving.cancel()  # its turn has come, and it does not know yet
    await asyncio.wait([leaving])
    await asyncio.wait_for(following, 5)
    await asyncio.wait_for(_take(turns, "b"), 5)


async def _take(turns: RankedTurns, name: str) -> None:
    async with turns.turn(name, rank=0):
        pass
