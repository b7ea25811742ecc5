"""A command to a car, from before it is sent until it is known what became of it; every family's commands live so.

In: a `CommandChannel`, which a family makes for one command. Out: the states of its life, each one once.
A command is sent once. When BMW's answer to it is lost, its state is `unknown`: nobody can say whether the car does
it, and sending it again could unlock a door twice.
Sources: other clients of i Remote and the ConnectedDrive portal, 2015-2021 (polls 1 to 10 s apart, given up after 60
to 240 s).
"""

import logging
from collections.abc import AsyncGenerator, Iterator
from contextlib import aclosing, contextmanager
from dataclasses import dataclass, replace
from typing import Protocol

from bimmerhub.bmw.clock import Clock
from bimmerhub.bmw.http import AnswerLost
from bimmerhub.bmw.refusal_words import shown
from bimmerhub.domain.command import CommandKind, CommandState
from bimmerhub.errors import BmwRefused, BmwUnavailable, RateLimited

__all__ = [
    "CommandChannel",
    "CommandKind",
    "CommandPace",
    "CommandProgress",
    "CommandReport",
    "CommandState",
    "CommandTurns",
    "follow_command",
    "run_command",
]

NO_EVENT = "-1"
"""The event id of what BMW does at once, such as a destination that is sent to the car (observed, i Remote)."""

COMMAND_RUNNING = "command_running"
"""Our own `code` in BmwRefused: another command is on its way."""

CLOCKS_APART_MS = 60_000
"""How far our clock and BMW's may be apart, where a time of one is compared with a time of the other."""

NEWER_WHEN_TOLD = 3
"""How often in a row BMW tells of another command before that counts as newer, where its times do not say so."""

LONGEST_PAUSE_S = 3_600.0
"""Nothing that BMW wanted between two commands comes near it (10 s, clients of the portal)."""

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class CommandReport:
    """BMW's word on a command: the answer to it, or to a later question.

    `state` is None for a word that is not known and for none; `word` is BMW's own. `event_id` is None where BMW gives
    none. `begun_at_ms` is when BMW began the command (milliseconds UTC, BMW's clock), None when it does not say.
    `next_command_in_s` is how long BMW wants no other command for this car (seconds), None when it does not say.
    `detail` is what a person should know besides.
    """

    state: CommandState | None
    word: str | None = None
    event_id: str | None = None
    begun_at_ms: int | None = None
    next_command_in_s: float | None = None
    detail: str | None = None


TAKEN = CommandReport(
    state=CommandState.EXECUTED, event_id=NO_EVENT, detail="BMW has taken it; when the car has it is not told"
)
"""Of what is sent to a car, such as a destination, more is never told."""


class CommandChannel(Protocol):
    """One command on its way to one car, in the words of a family."""

    async def send(self) -> CommandReport:
        """Send the command; it is asked to once.

        AnswerLost when BMW may have taken it; any other error of the one tree when BMW has not.
        """
        ...

    async def poll(self) -> CommandReport:
        """Return what BMW says of the newest command of this kind; errors as any question to BMW."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class CommandPace:
    """How often BMW is asked what became of a command, and for how long, in seconds since it was sent."""

    poll_every_s: float = 3.0
    give_up_after_s: float = 240.0


@dataclass(frozen=True, slots=True, kw_only=True)
class CommandProgress:
    """One state of a command's life, as of `at_ms` (milliseconds UTC, our clock).

    `word` is BMW's own for it, on one line and cut, None where the state is our conclusion; `reason` then says why.
    `event_id` is what BMW calls the command, None before it has told one; `begun_at_ms` is when it began it, by BMW's
    clock.
    """

    kind: CommandKind | str
    state: CommandState
    at_ms: int
    word: str | None = None
    event_id: str | None = None
    begun_at_ms: int | None = None
    reason: str | None = None
    next_command_in_s: float | None = None

    def is_told_by(self, report: CommandReport) -> bool:
        """Tell whether the report is of this command, as far as its event id says.

        While BMW has named none for ours, only a time tells ours from the command before it.
        """
        if self.event_id is None and report.event_id not in (None, NO_EVENT):
            begun_at_ms = report.begun_at_ms
            return begun_at_ms is not None and begun_at_ms >= self.at_ms - CLOCKS_APART_MS
        return report.event_id in (None, NO_EVENT, self.event_id) or self.event_id == NO_EVENT

    def after(self, report: CommandReport, *, at_ms: int) -> "CommandProgress | None":
        """Return the state that BMW's word on this command leads to; None when it is no news."""
        if report.state is None or not report.state.may_follow(self.state):
            return None
        return replace(
            self,
            state=report.state,
            at_ms=at_ms,
            word=_shown(report.word),
            event_id=self.event_id or report.event_id,
            begun_at_ms=self.begun_at_ms or report.begun_at_ms,
            reason=_shown(report.detail),
            next_command_in_s=report.next_command_in_s,
        )

    def concluded(self, state: CommandState, *, at_ms: int, reason: str) -> "CommandProgress":
        """Return the end that we conclude, without a word of BMW's."""
        return replace(self, state=state, at_ms=at_ms, word=None, reason=reason, next_command_in_s=None)


async def run_command(
    channel: CommandChannel, kind: CommandKind | str, *, clock: Clock, pace: CommandPace | None = None
) -> AsyncGenerator[CommandProgress]:
    """Send a command and yield the states of its life, each one once; the last one is final.

    The first is `sending`, before anything was sent: who must not forget a command stores it before asking for the
    next. Any error raised before the second state means that BMW has not taken it, and nothing will happen; after it,
    SignInRequired and BmwRefused mean that BMW no longer says what became of it.
    """
    progress = CommandProgress(kind=kind, state=CommandState.SENDING, at_ms=clock.now_ms())
    yield progress
    try:
        report = await channel.send()
    except AnswerLost as error:
        yield progress.concluded(
            CommandState.UNKNOWN, at_ms=clock.now_ms(), reason=f"BMW's answer was lost, and it may be done: {error}"
        )
        return
    taken = progress.after(report, at_ms=clock.now_ms())
    if taken is None:  # taken by BMW, in a word that is not known or none
        taken = replace(
            progress,
            state=CommandState.INITIATED,
            at_ms=clock.now_ms(),
            word=_shown(report.word),
            event_id=report.event_id,
            begun_at_ms=report.begun_at_ms,
            next_command_in_s=report.next_command_in_s,
        )
    yield taken
    async with aclosing(follow_command(channel, taken, clock=clock, pace=pace)) as rest:
        async for later in rest:
            yield later


async def follow_command(
    channel: CommandChannel, progress: CommandProgress, *, clock: Clock, pace: CommandPace | None = None
) -> AsyncGenerator[CommandProgress]:
    """Yield what becomes of a command that BMW has taken, until it ends; nothing is sent. Errors as `run_command`.

    Faults of BMW's, words that are not known and other commands than a newer one are waited out until the deadline. A
    command that BMW told of until then has timed out; one of which BMW could not be asked, or told another, is
    `unknown`.
    """
    pace = pace or CommandPace()
    deadline_s = clock.elapsed_s() + pace.give_up_after_s
    wait_s, fault = pace.poll_every_s, ""
    succession = _Succession(progress)
    while not progress.state.is_final:
        left_s = deadline_s - clock.elapsed_s()
        if left_s <= 0:
            yield _given_up(progress, at_ms=clock.now_ms(), fault=fault)
            return
        await clock.sleep(min(wait_s, left_s))
        wait_s = pace.poll_every_s
        try:
            report = await channel.poll()
        except RateLimited as error:
            wait_s, fault = max(wait_s, error.retry_after_s), f"could not be asked what became of it: {error}"
            continue
        except BmwUnavailable as error:
            _log.debug("what became of a command cannot be asked now: %s", error)
            fault = f"could not be asked what became of it: {error}"
            continue
        if succession.is_over(progress, report):
            yield progress.concluded(
                CommandState.SUPERSEDED, at_ms=clock.now_ms(), reason="a newer command of this kind took its place"
            )
            return
        if not progress.is_told_by(report):
            fault = "told of another command instead"
            continue
        fault = ""
        newer = progress.after(report, at_ms=clock.now_ms())
        if newer is not None:
            progress = newer
            yield progress


class _Succession:
    """Finds out when a newer command has taken our command's place.

    BMW tells of the newest command only, and a server that lags of the one before it. So another event counts as newer
    when BMW began it later than ours; where only our clock says when ours began, it has to stay too, for the clocks can
    be further apart than they should. Where BMW names no times, it counts when it appears after ours was seen, was not
    seen before ours, and stays: of several servers some can lag.
    """

    def __init__(self, progress: CommandProgress) -> None:
        self._is_seen = False
        self._others_in_a_row = 0
        self._earlier = set[str | None]()
        self._is_dated_by_bmw = progress.begun_at_ms is not None
        # after a restart only our own clock says when a command was under way
        self._begun_until_ms = progress.begun_at_ms or progress.at_ms + CLOCKS_APART_MS

    def is_over(self, progress: CommandProgress, report: CommandReport) -> bool:
        """Tell whether the report is of a newer command than ours; it wants every report, in their order."""
        if progress.is_told_by(report):
            self._is_seen = True
            self._others_in_a_row = 0
            if report.begun_at_ms is not None:
                self._begun_until_ms, self._is_dated_by_bmw = report.begun_at_ms, True
            return False
        if report.begun_at_ms is not None:
            if report.begun_at_ms <= self._begun_until_ms:
                return False
            if self._is_dated_by_bmw:
                return True
        elif self._is_earlier(report):
            return False
        self._others_in_a_row += 1
        return self._others_in_a_row >= NEWER_WHEN_TOLD

    def _is_earlier(self, report: CommandReport) -> bool:
        if not self._is_seen:
            self._earlier.add(report.event_id)
        return report.event_id in self._earlier


def _shown(words: str | None) -> str | None:
    return None if words is None else shown(words)


def _given_up(progress: CommandProgress, *, at_ms: int, fault: str) -> CommandProgress:
    if fault:
        return progress.concluded(CommandState.UNKNOWN, at_ms=at_ms, reason=f"BMW took it, but {fault}")
    return progress.concluded(
        CommandState.TIMED_OUT, at_ms=at_ms, reason=f"BMW still says {progress.word or progress.state}"
    )


class CommandTurns:
    """The turns of those commands of which BMW follows one at a time: one car's, or those of one kind."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._running: str | None = None
        self._next_at_s = 0.0

    @contextmanager
    def turn(self, kind: CommandKind | str) -> Iterator[None]:
        """Hold the turn for the block.

        BmwRefused while another command runs, RateLimited when BMW wants a pause first; nothing is sent then.
        """
        if self._running is not None:
            raise BmwRefused(
                f"the car still carries out another command ({self._running})",
                code=COMMAND_RUNNING,
                hint="Wait for its end: a newer command would take its place.",
            )
        wait_s = self._next_at_s - self._clock.elapsed_s()
        if wait_s > 0:
            raise RateLimited(f"BMW wants no other command for this car for {wait_s:.0f} s", retry_after_s=wait_s)
        self._running = str(kind)
        try:
            yield
        finally:
            self._running = None

    def note(self, progress: CommandProgress) -> None:
        """Note how long BMW wants no other command; LONGEST_PAUSE_S at most."""
        if progress.next_command_in_s:
            self._next_at_s = self._clock.elapsed_s() + min(progress.next_command_in_s, LONGEST_PAUSE_S)
