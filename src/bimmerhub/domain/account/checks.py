"""What an examination of a set-up found, one check after the other, and the one thing to do next."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

_URGENT: Final = (
    ("database",),
    ("disk", "data directory", "tokens"),
    ("sign-in server", "REST server", "stream server", "clock", "account", "sign-in"),
    ("backups",),
)
"""Names of checks, what loses most first; a server that is not reached comes before the sign-in that needs it."""


class Outcome(StrEnum):
    """How a check ended. SKIPPED: it could not be made, because of an earlier failure or on request."""

    OK = "ok"
    WARNING = "warning"
    FAILED = "failed"
    SKIPPED = "skipped"


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One check: `finding` is one sentence; `hint` what a person can do, None when nothing is needed."""

    name: str
    outcome: Outcome
    finding: str
    hint: str | None = None


def ok(name: str, finding: str) -> Check:
    """Return a check that found all well."""
    return Check(name=name, outcome=Outcome.OK, finding=finding)


def warning(name: str, finding: str, *, hint: str | None) -> Check:
    """Return a check that found something to know, or to mend soon."""
    return Check(name=name, outcome=Outcome.WARNING, finding=finding, hint=hint)


def failed(name: str, finding: str, *, hint: str | None) -> Check:
    """Return a check that found something broken."""
    return Check(name=name, outcome=Outcome.FAILED, finding=finding, hint=hint)


def skipped(name: str, finding: str) -> Check:
    """Return a check that was not made; `finding` says why."""
    return Check(name=name, outcome=Outcome.SKIPPED, finding=finding)


def next_step(checks: Sequence[Check]) -> str:
    """Return the one thing to do next: the hint of the most urgent failure, else of the most urgent warning.

    Damage comes first, then the disk, the sign-in and the backups, then what was looked at first.
    """
    by_urgency = sorted(checks, key=_place)
    for outcome in (Outcome.FAILED, Outcome.WARNING):
        for check in by_urgency:
            if check.outcome is outcome and check.hint is not None:
                return check.hint
    return "Nothing to do."


def _place(check: Check) -> int:
    return next((place for place, names in enumerate(_URGENT) if check.name in names), len(_URGENT))
