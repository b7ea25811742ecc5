"""i Remote's refusals as exceptions, by what the caller does next.

A refusal of the API is `{"error": {"code": 500, "description": "(SmartPhoneUtil-A-2013) ..."}}`, a refused token is
`{"error": "invalid_token", ...}`, and a gateway in front of it says nothing, or a page of HTML.
Sources: documentation of i Remote (2015), issue threads and stored answers of clients, 2018-2021.
"""

import re
from typing import Final

from bimmerhub.bmw.answers.lenient_structs import members_in
from bimmerhub.bmw.http import Answer, AnswerLost
from bimmerhub.bmw.refusal_words import LONGEST_WORD, meant_status, shown
from bimmerhub.errors import BimmerhubError, BmwRefused, BmwUnavailable, RateLimited, SignInRequired

UNAUTHORIZED: Final = 401
_TOO_MANY: Final = 429
_SERVER_FAULT: Final = 500
_UNREACHABLE: Final = frozenset({408, 503})
"""Nothing was done: the car could not be reached, or BMW is under maintenance."""
_TRY_AGAIN_AFTER_S: Final = 60.0

MISSING_POSITION: Final = "A-101"
NO_STATUS: Final = "A-2012"
SECRET_NEEDED: Final = "A-2013"  # noqa: S105 - a code of BMW's
SERVER_PANIC: Final = "I-300"
"""BMW's codes, without `SmartPhoneUtil-` in front."""

_CODE: Final = re.compile(r"\(?SmartPhoneUtil-([AI]-\d+)\)?\s*")
_REFUSALS: Final = frozenset({MISSING_POSITION, NO_STATUS, SECRET_NEEDED})
"""Codes that come with status 500 and yet are refusals: the same request again gives the same answer."""

_HINTS: Final = {
    MISSING_POSITION: "Of all cars but i cars BMW wants to know where the asker is: pass `near`, in degrees.",
    NO_STATUS: "BMW has nothing of this kind for this car: it lacks the service, or never reported.",
    SECRET_NEEDED: "BMW wants the answer to the security question of the account: pass `secret_answer`.",
    SERVER_PANIC: "A fault of BMW's servers, which lasted for long in 2021: try again later.",
}
_STATUS_HINTS: Final = {
    400: "BMW's service does not take this request, as it did for very old cars.",
    403: "BMW no longer gives out this service for this car (in 2021 remote services moved to the app's interface).",
    404: "BMW knows no such car or service: check the VIN, and the region of the account.",
    405: "Access from a mobile phone is switched off for this car: switch it on in the car.",
    408: "The car cannot be reached now: it may be out of coverage. Try again later.",
    410: "BMW has switched i Remote off for good (in November 2021). CarData or the emulator answer today.",
    423: "BMW has locked the account: sign in once on BMW's own page, then try again.",
    503: "BMW's service is under maintenance: try again later.",
}
"""By HTTP status (the map of clients, 2018-2021)."""


def is_token_refused(answer: Answer) -> bool:
    """Tell whether the access token was the reason."""
    return _status(answer) == UNAUTHORIZED or _error_of(answer.body) == "invalid_token"


def is_refusal(answer: Answer) -> bool:
    """Tell whether an answer is no success, whatever its status: some errors came with 200 (inferred)."""
    return not 200 <= answer.status < 300 or _words(answer.body) is not None  # noqa: PLR2004 - HTTP's successes


def to_error(answer: Answer, *, operation: str, may_be_done: bool = False) -> BimmerhubError:
    """Return the exception for an answer that is no success.

    AnswerLost when something that must not be done twice `may_be_done`: the answer does not tell.
    """
    status = _status(answer)
    code, description = _words(answer.body) or (None, "")
    said = f" ({description.rstrip('. ')})" if description else ""
    words = f"{operation}: i Remote answered {code or status}{said}"
    if is_token_refused(answer):
        return SignInRequired(words)
    if status == _TOO_MANY:
        return RateLimited(words, retry_after_s=answer.retry_after_s or _TRY_AGAIN_AFTER_S)
    hint = _HINTS.get(code or "") or _STATUS_HINTS.get(status)
    is_fault = status in _UNREACHABLE or (status >= _SERVER_FAULT and code not in _REFUSALS)
    if not is_fault:
        return BmwRefused(words, code=code or str(status), status=answer.status, hint=hint)
    is_lost = may_be_done and status not in _UNREACHABLE
    return (AnswerLost if is_lost else BmwUnavailable)(words, fault_code=code, status=answer.status, hint=hint)


def _words(body: bytes) -> tuple[str | None, str] | None:
    """Return the code and the description of an error in a body; None when there is none."""
    error = _error_of(body)
    if isinstance(error, str):
        return shown(error, longest=LONGEST_WORD), ""
    if not isinstance(error, dict):
        return None
    description = error.get("description")
    text = shown(description) if isinstance(description, str) else ""
    match = _CODE.match(text)
    return (None, text) if match is None else (match[1], text[match.end() :])


def _status(answer: Answer) -> int:
    return meant_status(answer.status, _error_of(answer.body))


def _error_of(body: bytes) -> object:
    document = members_in(body)
    errors = document.get("errors")
    return document.get("error") or (errors[0] if isinstance(errors, list) and errors else None)
