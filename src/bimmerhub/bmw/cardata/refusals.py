"""BMW's REST refusals as exceptions, by what the caller does next.

A 403 can be any of seven things: `exveErrorId` decides. One id means two things: CU-127 is "no location-based charging
settings", and with the words `invalid_token` a refused token.
Ids, statuses and causes: BMW's guide, and answers that clients observed 2025-2026.
"""

from typing import Final

import msgspec

from bimmerhub.bmw.answers.lenient_structs import read_object
from bimmerhub.bmw.cardata.answers.models import ErrorBody, shortened
from bimmerhub.bmw.cardata.ledger import quota_spent
from bimmerhub.bmw.http import Answer
from bimmerhub.bmw.refusal_words import LONGEST_WORD, shown
from bimmerhub.errors import BimmerhubError, BmwRefused, BmwUnavailable, RateLimited, SignInRequired
from bimmerhub.json_faults import NOT_JSON

QUOTA = "CU-429"
TOKEN_IDS = frozenset({"CU-100", "CU-101", "CU-102"})
INVALID_TOKEN = "invalid_token"  # noqa: S105 - a word of BMW's
WRONG_SCOPE, NO_SUCH_CONTAINER = "CU-103", "CU-105"
FAULT, PARTNER_AWAY = "CU-500", "CU-503"
UNAUTHORIZED, FORBIDDEN, TOO_MANY, SERVER_FAULT = 401, 403, 429, 500

HINTS: Final = {
    "CU-103": "The sign-in lacks the scope for REST: switch on CarData API in BMW's portal, wait a minute, "
    "sign in again.",
    "CU-104": "BMW gives out data only for cars that have telematics and of which this account is the primary user.",
    "CU-105": "The container is not this account's, was deleted, or never was: create a new one.",
    "CU-120": "A VIN has 17 characters, upper-case.",
    "CU-121": "A container id has 13 characters.",
    "CU-122": "The container is deleted already: nothing is left to do.",
    "CU-124": "An account can have 10 containers; deleted (inactive) ones count for 29 days more. Delete what no "
    "program needs (bimmerhub containers gc), and wait for the purge, or use a container that is there.",
    "CU-125": "The list changed or the next page was asked for too late: begin again at the first page.",
    "CU-126": "BMW has no picture of this car.",
    "CU-127": "No location has charging settings of its own in this car.",
    "CU-400": "BMW does not take the request as it was sent; a newer version of bimmerhub may know why.",
    "CU-401": "A parameter is wrong: the charging history takes windows of at most 45 days, in ISO 8601 UTC.",
    "CU-402": "A descriptor is unknown to BMW or retired: leave it out.",
    "CU-403": "BMW refuses this list of descriptors, for reasons it does not tell; a shorter list may pass.",
}
"""What a person can do, by BMW's code."""
_NO_CODE_HINT = (
    "The gateway before BMW's API refused without saying why. Wait a few minutes; if it lasts, sign in again, and "
    "check in BMW's portal that CarData API is switched on."
)
_PARTNER_AWAY_HINT = "A system behind BMW's API is out of order: try again later."

LONGEST_NOTE = 40_000
"""Characters; BMW names the descriptors that it does not like in it."""


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
        f" ({body.exve_error_msg.rstrip('. ')})" if body.exve_error_msg else ""
    )
    if code == QUOTA:
        return quota_spent(at_ms)
    if answer.status == TOO_MANY:
        return RateLimited(words, retry_after_s=answer.retry_after_s or 60.0)
    if is_token_refused(answer):
        return SignInRequired(words)
    if answer.status >= SERVER_FAULT or code in (FAULT, PARTNER_AWAY):
        hint = _PARTNER_AWAY_HINT if code == PARTNER_AWAY else None
        return BmwUnavailable(words, fault_code=code, status=answer.status, hint=hint)
    hint = _NO_CODE_HINT if code is None and answer.status == FORBIDDEN else HINTS.get(code or "")
    return BmwRefused(words, code=code, status=answer.status, note=body.exve_note or body.exve_error_ref, hint=hint)


def _read(answer: Answer) -> ErrorBody:
    try:
        body = read_object(ErrorBody, msgspec.json.decode(answer.body)) or ErrorBody()
    except NOT_JSON:
        return ErrorBody()
    return ErrorBody(
        exve_error_id=None if body.exve_error_id is None else shown(body.exve_error_id, longest=LONGEST_WORD),
        exve_error_msg=None if body.exve_error_msg is None else shown(body.exve_error_msg),
        exve_error_ref=shortened(body.exve_error_ref),
        exve_note=shortened(body.exve_note, LONGEST_NOTE),
    )
