"""What an examination of a set-up found, one check after the other, and the one thing to do next."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum


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
    """Return the one thing to do next: the hint of the first failure, else of the first warning."""
    for outcome in (Outcome.FAILED, Outcome.WARNING):
        for check in checks:
            if check.outcome is outcome and check.hint is not None:
                return check.hint
    return "Nothing to do."
