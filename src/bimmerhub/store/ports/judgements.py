"""Judgements: series whose readings are judged with their neighbours (`domain.plausibility`), and judging them anew.

`ReadingLog.append` judges what comes in. This port is for what is stored already: after another version of the rule, or
when a person wants everything made anew.
"""

from dataclasses import dataclass
from typing import Protocol

from bimmerhub.ids import Descriptor


@dataclass(frozen=True, slots=True, kw_only=True)
class JudgedSeries:
    """A series whose readings are judged with their neighbours; `unit` is "" for none."""

    subject: str
    descriptor: Descriptor
    unit: str


@dataclass(frozen=True, slots=True, kw_only=True)
class JudgedAnew:
    """What judging a series anew did: how many readings it looked at, and whether any of them changed sides."""

    readings: int
    has_changed: bool


class Judgements(Protocol):
    """Which series the present version of the rule has not judged yet, and judging them."""

    async def outdated(self) -> list[JudgedSeries]:
        """Return the series that have not been judged by this version of the rule, in order."""
        ...

    async def judge(self, series: JudgedSeries) -> JudgedAnew:
        """Judge all readings of a series, the stored and the set-apart ones, in one durable commit.

        What changes sides does so with its hour roll-ups and marks its stretch for the folds, as in an append.
        StoreError when it could not be stored: then nothing has changed.
        """
        ...

    async def forget(self, subject: str | None) -> None:
        """Make the judged series of a subject (None: of all) outdated."""
        ...
