"""BMW's REST refusals as exceptions, by what the caller does next.

A 403 can be any of six things: `exveErrorId` decides.
Ids, statuses and causes: BMW's guide, and answers that clients observed 2025-2026.
"""

import msgspec

from bimmerhub.bmw.cardata.ledger import quota_spent
from bimmerhub.bmw.cardata.models import ErrorBody
from bimmerhub.bmw.http import Answer
from bimmerhub.errors import BimmerhubError, BmwRefused, BmwUnavailable, RateLimited, SignInRequired

QUOTA = "CU-429"
TOKEN_IDS = frozenset({"CU-100", "CU-101", "CU-102"})
INVALID_TOKEN = "invalid_token"  # noqa: S105 - a word of BMW's
UNAUTHORIZED, TOO_MANY, SERVER_FAULT = 401, 429, 500

_HINTS = {
    "CU-103": "The sign-in lacks the scope for REST: switch on CarData API in BMW's portal, wait a minute, "
    "sign in again.",
    "CU-104": "BMW gives out data only for cars of which this account is the primary user.",
    "CU-105": "The container is not this account's, or was deleted: create a new one.",
    "CU-120": "A VIN has 17 characters, upper-case.",
    "CU-121": "A container id has 13 characters.",
    "CU-124": "An account can have 10 containers; deleted ones count for 29 days more.",
    "CU-126": "BMW has no picture of this car.",
    "CU-402": "A descriptor is unknown to BMW or retired: leave it out.",
    "CU-403": "BMW refuses this list of descriptors, for reasons it does not tell; a shorter list may pass.",
}


def is_token_refused(answer: Answer) -> bool:
    """Tell whether the access token was the reason: 401, or 403 with the words that BMW uses for it at times."""
    body = _read(answer)
    return (
        answer.status == UNAUTHORIZED
        or body.exve_error_id in TOKEN_IDS
        or (body.exve_error_msg or "").lower() == INVALID_TOKEN
    )


def to_error(answer: Answer, *, operation: str, at_ms: int) -> BimmerhubError:
    """Return the exception for an answer that is no success."""
    body = _read(answer)
    code = body.exve_error_id
    words = f"{operation}: BMW answered {code or answer.status}" + (
        f" ({body.exve_error_msg})" if body.exve_error_msg else ""
    )
    if code == QUOTA:
        return quota_spent(at_ms)
    if answer.status == TOO_MANY:
        return RateLimited(words, retry_after_s=answer.retry_after_s or 60.0)
    if is_token_refused(answer):
        return SignInRequired(words)
    if answer.status >= SERVER_FAULT or code in ("CU-500", "CU-503"):
        return BmwUnavailable(words)
    return BmwRefused(words, code=code, status=answer.status, hint=_HINTS.get(code or ""))


def _read(answer: Answer) -> ErrorBody:
    try:
        return msgspec.json.decode(answer.body, type=ErrorBody)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return ErrorBody()
