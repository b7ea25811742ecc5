"""Errors as a public shape, and back: who reads the API raises what the hub raised, with the same fields."""

import re
from datetime import UTC, datetime
from typing import Annotated, Any, Final

import msgspec

from bimmerhub.errors import (
    BimmerhubError,
    BmwRefused,
    BmwUnavailable,
    ConfigError,
    HubBusy,
    MalformedPayload,
    NotFound,
    ProgramFault,
    QuotaSpent,
    RateLimited,
    SignInRequired,
    StoreDamaged,
    StoreError,
)
from bimmerhub.times import format_time
from bimmerhub.views.fields import Number

Absent = msgspec.UnsetType


class ProblemDetail(msgspec.Struct, frozen=True, kw_only=True):
    """What went wrong: `kind` for programs, `message` and `hint` (what to do, or null) for people.

    The other fields are there only for the kinds of error that have them.
    """

    kind: str
    message: str
    hint: str | None
    resets_at: Annotated[
        str | Absent, msgspec.Meta(description="quota_spent: when BMW allows REST calls again; ISO 8601, UTC")
    ] = msgspec.UNSET
    retry_after_s: Annotated[
        Number | Absent, msgspec.Meta(description="rate_limited, hub_busy: seconds to wait before the next attempt")
    ] = msgspec.UNSET
    code: Annotated[
        str | Absent | None, msgspec.Meta(description="bmw_refused: BMW's own code, null when it gave none")
    ] = msgspec.UNSET
    fault_code: Annotated[
        str | Absent | None, msgspec.Meta(description="bmw_unavailable: BMW's own code, null without an answer")
    ] = msgspec.UNSET
    status: Annotated[
        int | Absent | None, msgspec.Meta(description="bmw_refused, bmw_unavailable: HTTP status of BMW's answer")
    ] = msgspec.UNSET
    note: Annotated[str | Absent | None, msgspec.Meta(description="bmw_refused: what BMW adds in words of its own")] = (
        msgspec.UNSET
    )
    descriptor: Annotated[
        str | Absent | None, msgspec.Meta(description="malformed_payload: the row that was not understood")
    ] = msgspec.UNSET


class Problem(msgspec.Struct, frozen=True, kw_only=True):
    """The body of every answer that is not a success."""

    error: ProblemDetail


_FIELDS: Final[dict[type[BimmerhubError], tuple[str, ...]]] = {
    SignInRequired: (),
    QuotaSpent: ("resets_at",),
    HubBusy: ("retry_after_s",),
    RateLimited: ("retry_after_s",),
    BmwUnavailable: ("fault_code", "status"),
    BmwRefused: ("code", "status", "note"),
    MalformedPayload: ("descriptor",),
    ConfigError: (),
    StoreDamaged: (),
    StoreError: (),
    NotFound: (),
    ProgramFault: (),
    BimmerhubError: (),
}
"""The public exceptions with what each carries besides message and hint; each before the one it comes from."""

_WORD_START: Final = re.compile(r"(?<!^)(?=[A-Z])")


def _kind_of(error_class: type[BimmerhubError]) -> str:
    """Return `store_error` for StoreError."""
    return _WORD_START.sub("_", error_class.__name__).lower()


_BY_KIND: Final = {_kind_of(error_class): error_class for error_class in _FIELDS} | {"internal": StoreError}
"""By `kind`; `internal` is what the API says when the hub itself failed."""


def to_problem(error: BimmerhubError) -> Problem:
    """Return an error in its public shape; a subclass counts as the public exception that it comes from."""
    error_class = next(candidate for candidate in _FIELDS if isinstance(error, candidate))
    fields: dict[str, Any] = {name: getattr(error, name) for name in _FIELDS[error_class]}  # checked by ProblemDetail
    if isinstance(error, QuotaSpent):
        fields["resets_at"] = format_time(round(error.resets_at.timestamp() * 1000))
    return problem(_kind_of(error_class), str(error), hint=error.hint, **fields)


def problem(kind: str, message: str, *, hint: str | None = None, **fields: Any) -> Problem:  # noqa: ANN401 - as above
    """Return the body of an answer that is not a success, also of one that no exception stands for."""
    return Problem(error=ProblemDetail(kind=kind, message=message, hint=hint, **fields))


def to_error(answer: Problem) -> BimmerhubError:
    """Return the exception that `to_problem` described: same class, same message, same fields.

    A kind that no exception has (a refusal at the gate, a wrong parameter, a newer hub's) gives ConfigError; so does a
    wait without its end, which only an older hub leaves out.
    """
    detail = answer.error
    error_class = _BY_KIND.get(detail.kind, ConfigError)
    fields: dict[str, Any] = {name: getattr(detail, name) for name in _FIELDS[error_class]}
    fields = {name: None if value is msgspec.UNSET else value for name, value in fields.items()}
    if error_class is QuotaSpent:
        fields["resets_at"] = _parse_utc(fields["resets_at"])
    if None in (fields.get("resets_at", 0), fields.get("retry_after_s", 0)):
        error_class, fields = ConfigError, {}
    error = error_class(detail.message, **fields)
    error.hint = detail.hint
    return error


def _parse_utc(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text).astimezone(UTC)
