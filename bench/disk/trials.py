"""Has every change of a command fail in turn, and judges what that left."""

import errno
import shutil
from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from bench.disk.commands import Commands, Ended
from bench.disk.recorder import Recorder
from bench.disk.tasks import Task
from bench.disk.verdicts import Verdict


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """How a change fails: by which errno, and whether all after it fail too."""

    number: int
    is_lasting: bool

    @property
    def words(self) -> str:
        """The fault in words."""
        return f"{errno.errorcode[self.number]}, {'from then on' if self.is_lasting else 'once'}"


FAULTS: Final = tuple(
    Fault(number=number, is_lasting=is_lasting) for number in (errno.ENOSPC, errno.EIO) for is_lasting in (True, False)
)


@dataclass(slots=True)
class Tally:
    """What came of the faults of one task."""

    changes: int = 0
    faults: int = 0
    outcomes: Counter[str] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)

    def shown(self) -> dict[str, Any]:
        """Return it for the figures."""
        wrong = {"wrong": len(self.wrong), "such_as": self.wrong[:10]}
        return {"changes": self.changes, "faults": self.faults, "outcomes": dict(self.outcomes), **wrong}


class Trials:
    """Tries one task with faults, each time on a fresh copy of its ground."""

    def __init__(self, task: Task, ground: Path, *, recorder: Recorder, commands: Commands) -> None:
        self.tally = Tally()
        self._task = task
        self._ground = ground
        self._recorder = recorder
        self._commands = commands

    async def run(self, *, step: int, faults: Collection[Fault]) -> None:
        """Let every `step`-th change fail in each way."""
        self.tally.changes = await self._count()
        for fault in faults:
            for place in range(1, self.tally.changes + 1, step):
                verdict = await self._try(place, fault)
                self.tally.faults += 1
                self.tally.outcomes[verdict.outcome] += 1
                self.tally.wrong += [f"change {place}, {fault.words}: {problem}" for problem in verdict.problems]

    async def _count(self) -> int:
        """Return how many changes the task makes where nothing fails; it has to go well then."""
        root = self._fresh()
        self._recorder.fail(at=0, number=0, is_lasting=False)
        ended = self._run(root)
        changes = self._recorder.changes
        if ended.status:
            raise RuntimeError(f"{self._task.name} fails without a fault: {ended.said}")
        verdict = await self._task.judge(root, is_done=True)
        if verdict.problems:
            raise RuntimeError(f"{self._task.name} goes wrong without a fault: {verdict.problems}")
        return changes

    async def _try(self, place: int, fault: Fault) -> Verdict:
        root = self._fresh()
        self._recorder.fail(at=place, number=fault.number, is_lasting=fault.is_lasting)
        ended = self._run(root)
        self._recorder.heal()
        verdict = await self._task.judge(root, is_done=not ended.status)
        verdict.outcome = f"{'failed' if ended.status else 'went well'}: {verdict.outcome}"
        if "Traceback" in ended.said or ended.status < 0:
            verdict.problems.append(f"ends without words: {ended.said[-300:]}")
        if ended.status and self._task.is_repeated:
            await self._repeat(root, verdict)
        return verdict

    async def _repeat(self, root: Path, verdict: Verdict) -> None:
        """Do the task again, now that there is room."""
        ended = self._run(root)
        if ended.status and not self._task.is_refused(ended.said):
            verdict.problems.append(f"fails with room again: {ended.said[-300:]}")
            return
        again = await self._task.judge(root, is_done=True)
        verdict.problems += [f"with room again: {problem}" for problem in again.problems]

    def _fresh(self) -> Path:
        root = self._recorder.root
        for path in root.iterdir():
            shutil.rmtree(path)
        shutil.copytree(self._ground, root, dirs_exist_ok=True)
        return root

    def _run(self, root: Path) -> Ended:
        words = [word.replace("{root}", str(root)) for word in self._task.words]
        return self._commands.run(words, self._task.environment)
