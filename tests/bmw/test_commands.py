"""A command's life, whatever the family: told in order, each state once, ended in time, sent once."""

import asyncio
from collections.abc import Callable, Iterable
from contextlib import aclosing
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.bmw.conftest import HastyClock

from bimmerhub.bmw.car_commands.commands import (
    COMMAND_RUNNING,
    CommandKind,
    CommandPace,
    CommandProgress,
    CommandReport,
    CommandState,
    CommandTurns,
    follow_command,
    run_command,
)
from bimmerhub.bmw.http import AnswerLost, NotSent
from bimmerhub.emulator.host.clock import EmulatorClock
from bimmerhub.errors import BmwRefused, BmwUnavailable, RateLimited

MakeClock = Callable[[], HastyClock]


def said(word: str | None, event_id: str | None = "ev-1", *, begun_at_ms: int | None = None) -> CommandReport:
    state = CommandState(word.lower()) if word and word.lower() in set(CommandState) else None
    return CommandReport(state=state, word=word, event_id=event_id, begun_at_ms=begun_at_ms)


class Car:
    """A channel that says what it was given, in turn, and the last one for ever."""

    def __init__(self, answers: Iterable[CommandReport | Exception]) -> None:
        self._answers = list(answers)
        self.sent = self.polled = 0

    def _next(self) -> CommandReport:
        answer = self._answers.pop(0) if len(self._answers) > 1 else self._answers[0]
        if isinstance(answer, Exception):
            raise answer
        return answer

    async def send(self) -> CommandReport:
        self.sent += 1
        return self._next()

    async def poll(self) -> CommandReport:
        self.polled += 1
        return self._next()


async def life(car: Car, clock: HastyClock, pace: CommandPace | None = None) -> list[CommandProgress]:
    return [progress async for progress in run_command(car, CommandKind.LIGHTS, clock=clock, pace=pace)]


def states(progresses: Iterable[CommandProgress]) -> list[str]:
    return [str(progress.state) for progress in progresses]


async def test_life_is_told_in_order_and_each_state_once(make_clock: MakeClock) -> None:
    words = ["INITIATED", "INITIATED", "PENDING", "PENDING", "INITIATED", "DELIVERED", "PENDING", "EXECUTED"]
    car = Car(map(said, words))
    lived = await life(car, make_clock())
    assert states(lived) == ["sending", "initiated", "pending", "delivered", "executed"]
    assert [progress.word for progress in lived] == [None, "INITIATED", "PENDING", "DELIVERED", "EXECUTED"]
    assert {progress.event_id for progress in lived[1:]} == {"ev-1"}
    assert car.sent == 1


async def test_unknown_word_and_none_are_waited_out(make_clock: MakeClock) -> None:
    car = Car([said(None), said("WARMING_UP"), said(None), said("NOT_EXECUTED")])
    assert states(await life(car, make_clock())) == ["sending", "initiated", "not_executed"]


async def test_bmws_word_is_fit_for_a_log(make_clock: MakeClock) -> None:
    hostile = CommandReport(
        state=CommandState.NOT_EXECUTED,
        word="\x1b[31mNO WBA00000000000001\r\n" + "xxx " * 9_000,
        event_id="ev-1",
        detail="\x07WBA00000000000001",
    )
    ended = (await life(Car([said("PENDING"), hostile]), make_clock()))[-1]
    assert (ended.word or "").startswith("[31mNO …0001 xxx xxx")
    assert (len(ended.word or ""), ended.reason) == (200, "…0001")


async def test_done_at_once(make_clock: MakeClock) -> None:
    car = Car([said("EXECUTED", "-1")])
    assert states(await life(car, make_clock())) == ["sending", "executed"]
    assert car.polled == 0


async def test_command_of_which_nothing_more_is_heard_times_out(make_clock: MakeClock) -> None:
    clock = make_clock()
    begun_s = clock.elapsed_s()
    lived = await life(Car([said("PENDING")]), clock, CommandPace(poll_every_s=7, give_up_after_s=60))
    assert states(lived) == ["sending", "pending", "timed_out"]
    assert lived[-1].word is None
    assert "PENDING" in (lived[-1].reason or "")
    assert clock.elapsed_s() - begun_s == 60


async def test_command_that_bmw_cannot_be_asked_about_is_unknown(make_clock: MakeClock) -> None:
    car = Car([said("PENDING"), BmwUnavailable("server panic")])
    lived = await life(car, make_clock())
    assert states(lived) == ["sending", "pending", "unknown"]
    assert "server panic" in (lived[-1].reason or "")
    assert car.sent == 1


async def test_faults_on_the_way_are_waited_out(make_clock: MakeClock) -> None:
    clock = make_clock()
    car = Car([said("PENDING"), BmwUnavailable("500"), RateLimited("busy", retry_after_s=20), said("EXECUTED")])
    assert states(await life(car, clock)) == ["sending", "pending", "executed"]
    assert clock.sleeps_s == [3, 3, 20]


async def test_newer_command_takes_the_place(make_clock: MakeClock) -> None:
    lived = await life(Car([said("PENDING"), said("PENDING"), said("EXECUTED", "ev-2")]), make_clock())
    assert states(lived) == ["sending", "pending", "superseded"]
    assert lived[-1].event_id == "ev-1"


async def test_server_that_lags_tells_of_the_command_before_and_ends_nothing(make_clock: MakeClock) -> None:
    before, ours = said("EXECUTED", "ev-0"), said("PENDING")
    car = Car([ours, before, ours, before, said("DELIVERED"), before, said("EXECUTED")])
    assert states(await life(car, make_clock())) == ["sending", "pending", "delivered", "executed"]
    assert car.polled == 6


async def test_servers_that_lag_after_ours_was_seen_end_nothing(make_clock: MakeClock) -> None:
    before = said("EXECUTED", "ev-0")
    car = Car([said("PENDING"), said("PENDING"), before, before, said("DELIVERED"), before, before, said("EXECUTED")])
    assert states(await life(car, make_clock())) == ["sending", "pending", "delivered", "executed"]


async def test_command_before_is_not_taken_for_ours_where_bmw_names_no_event(make_clock: MakeClock) -> None:
    lived = await life(Car([said("PENDING", None), said("EXECUTED", "ev-0")]), make_clock())
    assert states(lived) == ["sending", "pending", "unknown"]
    clock = make_clock()
    before = said("EXECUTED", "ev-0", begun_at_ms=clock.now_ms() - 5 * 60_000)
    ours = said("EXECUTED", "ev-1", begun_at_ms=clock.now_ms())
    lived = await life(Car([said("PENDING", None), before, ours]), clock)
    assert (states(lived), lived[-1].event_id) == (["sending", "pending", "executed"], "ev-1")


async def test_newer_command_is_known_by_its_time_before_ours_was_seen(make_clock: MakeClock) -> None:
    before, newer = said("EXECUTED", "ev-0", begun_at_ms=400), said("PENDING", "ev-2", begun_at_ms=501)
    car = Car([said("PENDING", begun_at_ms=500), before, newer])
    assert states(await life(car, make_clock())) == ["sending", "pending", "superseded"]
    assert car.polled == 2


async def test_other_command_until_the_deadline_leaves_ours_unknown(make_clock: MakeClock) -> None:
    lived = await life(Car([said("PENDING"), said("EXECUTED", "ev-0")]), make_clock())
    assert states(lived) == ["sending", "pending", "unknown"]
    assert "another command" in (lived[-1].reason or "")


@pytest.mark.parametrize(
    ("minutes", "times", "end"),
    [(-5, 4, "executed"), (0, 4, "executed"), (5, 3, "superseded"), (5, 2, "executed")],
    ids=["before", "beside", "newer", "before by a clock that is ahead of ours"],
)
async def test_other_command_after_a_restart_is_newer_by_its_time(
    make_clock: MakeClock, minutes: int, times: int, end: str
) -> None:
    clock = make_clock()
    left = CommandProgress(
        kind=CommandKind.LOCK, state=CommandState.PENDING, at_ms=clock.now_ms(), word="PENDING", event_id="ev-1"
    )
    other = said("PENDING", "ev-other", begun_at_ms=clock.now_ms() + minutes * 60_000)
    car = Car([*[other] * times, said("EXECUTED", begun_at_ms=clock.now_ms())])
    assert states([progress async for progress in follow_command(car, left, clock=clock)]) == [end]


async def test_lost_answer_is_unknown_and_nothing_is_sent_again(make_clock: MakeClock) -> None:
    car = Car([AnswerLost("no answer within 30 s")])
    assert states(await life(car, make_clock())) == ["sending", "unknown"]
    assert (car.sent, car.polled) == (1, 0)


@pytest.mark.parametrize("error", [NotSent("no network"), BmwRefused("no", code="A-2013"), BmwUnavailable("503")])
async def test_command_that_bmw_did_not_take_raises(make_clock: MakeClock, error: Exception) -> None:
    car = Car([error])
    with pytest.raises(type(error)):
        await life(car, make_clock())
    assert (car.sent, car.polled) == (1, 0)


async def test_nothing_is_sent_before_sending_was_told(make_clock: MakeClock) -> None:
    car = Car([said("EXECUTED")])
    async with aclosing(run_command(car, CommandKind.LOCK, clock=make_clock())) as progresses:
        assert (await anext(progresses)).state is CommandState.SENDING
        assert car.sent == 0
    assert car.sent == 0


@given(st.lists(st.sampled_from([None, "WARMING_UP", *(state.upper() for state in CommandState)]), min_size=1))
def test_any_words_make_a_life_that_ends(words: list[str | None]) -> None:
    async def live() -> list[CommandProgress]:
        return await life(Car(map(said, words)), HastyClock(EmulatorClock(start_ms=0, speed=0)))

    lived = asyncio.run(live())
    assert [progress.state.is_final for progress in lived] == [False] * (len(lived) - 1) + [True]
    for earlier, later in pairwise(lived):
        assert later.state.may_follow(earlier.state)


@pytest.fixture
def turns(make_clock: MakeClock) -> tuple[CommandTurns, HastyClock]:
    clock = make_clock()
    return CommandTurns(clock), clock


async def test_one_command_at_a_time(turns: tuple[CommandTurns, HastyClock]) -> None:
    one, _ = turns
    with one.turn(CommandKind.LOCK):
        with pytest.raises(BmwRefused, match="lock") as caught, one.turn(CommandKind.HORN):
            pass
        assert caught.value.code == COMMAND_RUNNING
    with one.turn(CommandKind.HORN):
        pass


async def test_pause_that_bmw_wants_is_kept(turns: tuple[CommandTurns, HastyClock]) -> None:
    one, clock = turns
    progress = CommandProgress(kind=CommandKind.LIGHTS, state=CommandState.PENDING, at_ms=0, next_command_in_s=10)
    with one.turn(CommandKind.LIGHTS):
        one.note(progress)
    with pytest.raises(RateLimited) as caught, one.turn(CommandKind.LOCK):
        pass
    assert caught.value.retry_after_s == 10
    await clock.sleep(10)
    with one.turn(CommandKind.LOCK):
        pass


async def test_pause_beyond_reason_ends(turns: tuple[CommandTurns, HastyClock]) -> None:
    one, clock = turns
    with one.turn(CommandKind.LIGHTS):
        one.note(CommandProgress(kind="lights", state=CommandState.PENDING, at_ms=0, next_command_in_s=1e15))
    await clock.sleep(3_600)
    with one.turn(CommandKind.LOCK):
        pass
