"""What the doctor's checks of an account show, and the one thing to do next."""

from collections.abc import Callable, Sequence
from typing import Annotated

import msgspec

from bimmerhub.domain.account.checks import Check, next_step
from bimmerhub.times import format_optional_time
from bimmerhub.views.fields import Page, Time
from bimmerhub.views.ports.accounts import Examination
from bimmerhub.views.viewer import Viewer


class CheckAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """One check of an examination."""

    name: str
    outcome: Annotated[str, msgspec.Meta(description="ok, warning, failed or skipped")]
    found: str
    hint: Annotated[str | None, msgspec.Meta(description="what a person can do; null when nothing is needed")]


class ExaminationAnswer(Page[CheckAnswer], frozen=True, kw_only=True):
    """Every check in order, and the one thing to do next."""

    next_step: str
    examined_at: Annotated[Time | None, msgspec.Meta(description="as of when it is")]


async def examine_account(
    viewer: Viewer, examination: Examination, account: str, *, spends_calls: bool, now_ms: Callable[[], int]
) -> ExaminationAnswer:
    """Examine an account's set-up; up to half a minute, and two REST calls if `spends_calls`."""
    viewer.require_owner()
    checks = await examination.examine(account, spends_calls=spends_calls)
    return describe_examination(checks, at_ms=now_ms())


def describe_examination(checks: Sequence[Check], *, at_ms: int | None = None) -> ExaminationAnswer:
    """Return checks in their public shape, with what to do next."""
    return ExaminationAnswer(
        items=[_describe_check(check) for check in checks],
        next=None,
        next_step=next_step(checks),
        examined_at=format_optional_time(at_ms),
    )


def _describe_check(check: Check) -> CheckAnswer:
    return CheckAnswer(name=check.name, outcome=check.outcome.value, found=check.finding, hint=check.hint)
