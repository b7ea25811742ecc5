"""What waits in a dispatch goes out once, whatever receivers and restarts do."""

import asyncio
import logging
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from tests.outputs.conftest import Receiver, message

from bimmerhub.errors import StoreError
from bimmerhub.outputs.dispatch import MOST_WAITING, Dispatch, sending
from bimmerhub.outputs.sink import CannotSend, OutgoingMessage, Sink
from bimmerhub.outputs.sinks import open_sink


class Pauses:
    """Pauses that are over at once, and are noted."""

    def __init__(self) -> None:
        self.lengths_s: list[float] = []

    async def __call__(self, seconds: float) -> None:
        self.lengths_s.append(seconds)
        await asyncio.sleep(0)


class Slow(Sink):
    """A sink that has a message only when it is let."""

    def __init__(self) -> None:
        self.began, self.may_end = asyncio.Event(), asyncio.Event()
        self.has_two = asyncio.Event()
        self.has: list[str] = []

    @property
    def name(self) -> str:
        return "a slow one"

    async def send(self, message: OutgoingMessage) -> None:
        self.began.set()
        await self.may_end.wait()
        self.has.append(message.id)
        if len(self.has) > 1:
            self.has_two.set()


class Missing(Sink):
    """A sink that is not there."""

    name = "the missing one"

    async def send(self, message: OutgoingMessage) -> None:
        raise CannotSend(f"there is none here for {message.id}")


def dispatch(path: Path, receiver: Receiver, pauses: Pauses | None = None) -> Dispatch:
    """Return the dispatch in a folder."""
    return Dispatch(path / "box" / "out.json", {receiver.url: open_sink(receiver.url)}, sleep=pauses or Pauses())


@asynccontextmanager
async def running(box: Dispatch) -> AsyncIterator[None]:
    async with sending() as start:
        start(box)
        yield


async def test_messages_arrive_in_order(receiver: Receiver, tmp_path: Path) -> None:
    box = dispatch(tmp_path, receiver)
    async with running(box):
        box.put({"n": 1}, [message(1), message(2)])
        await receiver.wait_for(2)
    assert receiver.received == [{"number": 1}, {"number": 2}]
    assert receiver.ids == ["id-1", "id-2"]


async def test_refused_message_is_tried_again_with_growing_pauses(
    receiver: Receiver, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    receiver.statuses = [500, 302, 404, 429]
    pauses = Pauses()
    box = dispatch(tmp_path, receiver, pauses)
    with caplog.at_level(logging.WARNING):
        async with running(box):
            box.put(None, [message()])
            await receiver.wait_for(1)
    assert (receiver.tries, receiver.ids) == (5, ["id-1"])
    assert len(pauses.lengths_s) == 4
    assert pauses.lengths_s[3] > pauses.lengths_s[0]
    assert "answers 500" in caplog.text
    assert "secret" not in caplog.text


async def test_restart_sends_what_waited_and_nothing_again(receiver: Receiver, tmp_path: Path) -> None:
    first = dispatch(tmp_path, receiver)
    async with running(first):
        first.put({"n": 1}, [message(1)])
        await receiver.wait_for(1)
    dispatch(tmp_path, receiver).put({"n": 2}, [message(2)])  # it ends before it has sent anything
    last = dispatch(tmp_path, receiver)
    assert bytes(last.state or b"") == b'{"n":2}'
    async with running(last):
        await receiver.wait_for(2)
    assert receiver.ids == ["id-1", "id-2"]
    assert "secret" not in (tmp_path / "box" / "out.json").read_text()


async def test_end_waits_for_the_message_under_way(tmp_path: Path) -> None:
    path, slow = tmp_path / "out.json", Slow()
    box = Dispatch(path, {"slow": slow})
    async with running(box):
        box.put(None, [message(1), message(2)])
        await slow.began.wait()
        asyncio.get_running_loop().call_later(0.05, slow.may_end.set)
    assert slow.has == ["id-1"]
    again = Dispatch(path, {"slow": slow})
    async with running(again), asyncio.timeout(5):
        await slow.has_two.wait()
    assert slow.has == ["id-1", "id-2"]


async def test_sink_that_is_not_there_is_said_once_and_holds_up_no_other(
    receiver: Receiver, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    sinks: Mapping[str, Sink] = {"missing": Missing(), receiver.url: open_sink(receiver.url)}
    box = Dispatch(tmp_path / "out.json", sinks)
    async with running(box):
        for number in (1, 2, 3):
            box.put(None, [message(number)])
            await receiver.wait_for(number)
    assert caplog.text.count("there is none here") == 1
    assert b"id-" not in (tmp_path / "out.json").read_bytes()


async def test_oldest_is_dropped_when_too_many_wait(receiver: Receiver, tmp_path: Path) -> None:
    box = dispatch(tmp_path, receiver)
    box.put(None, [message(number) for number in range(MOST_WAITING + 1)])
    async with running(box):
        await receiver.wait_for(1)
    assert receiver.ids[0] == "id-1"


async def test_message_under_way_is_the_one_that_leaves_a_full_queue(tmp_path: Path) -> None:
    slow = Slow()
    box = Dispatch(tmp_path / "out.json", {"slow": slow})
    async with running(box), asyncio.timeout(20):
        box.put(None, [message(number) for number in range(MOST_WAITING)])
        await slow.began.wait()
        box.put(None, [message(MOST_WAITING)])  # drops the oldest, which is on its way
        slow.may_end.set()
        await slow.has_two.wait()
    assert slow.has[:2] == ["id-0", "id-1"]


async def test_full_disk_keeps_nothing_from_going_out(
    receiver: Receiver, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    box = dispatch(tmp_path, receiver)
    (tmp_path / "box").write_text("a file where the folder is to be")
    async with running(box):
        box.put(None, [message()])
        await receiver.wait_for(1)
    assert "cannot write" in caplog.text


@pytest.mark.parametrize("content", [b"[]", b"", b'{"state":{},"waiting":{"\xff":[]}}', b'{"state":' + b"[" * 100_000])
def test_file_of_something_else_is_refused(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "out.json").write_bytes(content)
    with pytest.raises(StoreError, match="not what was written"):
        Dispatch(tmp_path / "out.json", {})
