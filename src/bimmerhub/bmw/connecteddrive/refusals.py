"""The portal's refusals as exceptions, by what the caller does next.

A refusal is `{"error": "invalid_token", "error_description": ...}` or `{"error": {"code": 404, "description": ...}}`,
at times with status 200; a gateway in front says nothing, or a page of HTML.
Sources: clients of the portal, 2015-2021; the shape with an object is i Remote's, whose hosts answered alike.
"""

from typing import Final
from urllib.parse import urlsplit

from bimmerhub.bmw.answers.lenient_structs import members_in
from bimmerhub.bmw.http import Answer, AnswerLost
from bimmerhub.bmw.refusal_words import LONGEST_WORD, meant_status, shown
from bimmerhub.errors import BimmerhubError, BmwRefused, BmwUnavailable, RateLimited, SignInRequired

UNAUTHORIZED: Final = 401
NOT_FOUND: Final = 404
_TOO_MANY: Final = 429
_SERVER_FAULT: Final = 500
_OK: Final = 200
_LONGEST_HOST: Final = 80
_REDIRECTS: Final = range(300, 400)
_UNREACHABLE: Final = frozenset({408, 503})
"""Nothing was done: the car could not be reached, or BMW is under maintenance."""
_TRY_AGAIN_AFTER_S: Final = 60.0

_HINTS: Final = {
    403: "BMW no longer gives out this service for this car or account.",
    NOT_FOUND: "The car lacks this service or the account lacks the car; since 2022 BMW's portal is gone altogether.",
    405: "Access from afar is switched off for this car: switch it on in the car.",
    408: "The car cannot be reached now: it may be out of coverage. Try again later.",
    423: "BMW has locked the account: sign in once on BMW's own page, then try again.",
    503: "The portal is under maintenance: try again later.",
}
"""By HTTP status (clients of the portal and of i Remote, 2015-2021)."""


def is_token_refused(answer: Answer) -> bool:
    """Tell whether the access token was the reason."""
    return _status(answer) == UNAUTHORIZED or _error_of(answer.body) == "invalid_token"


def is_refusal(answer: Answer) -> bool:
    """Tell whether an answer is no success, whatever its status: some errors came with 200."""
    return not _OK <= answer.status < _REDIRECTS.start or _error_of(answer.body) is not None


def to_error(answer: Answer, *, operation: str, may_be_done: bool = False) -> BimmerhubError:
    """Return the exception for an answer that is no success.

    AnswerLost when something that must not be done twice `may_be_done`: the answer does not tell.
    """
    word, description = _words(answer.body)
    status = _status(answer)
    said = f" ({description.rstrip('. ')})" if description else ""
    words = f"{operation}: the portal answered {word or status}{said}"
    if is_token_refused(answer):
        return SignInRequired(words)
    if status == _TOO_MANY:
        return RateLimited(words, retry_after_s=answer.retry_after_s or _TRY_AGAIN_AFTER_S)
    if status in _REDIRECTS:
        return _redirected(words, answer)
    hint = _HINTS.get(status)
    if status < _SERVER_FAULT and status not in _UNREACHABLE:
        return BmwRefused(words, code=word or str(status), status=answer.status, hint=hint)
    is_lost = may_be_done and status not in _UNREACHABLE
    return (AnswerLost if is_lost else BmwUnavailable)(words, fault_code=word, status=answer.status, hint=hint)


def _redirected(words: str, answer: Answer) -> BmwRefused:
    """Return the error of a redirect, which is not followed: the token is the asked host's alone."""
    try:
        host = shown(urlsplit(answer.location or "").hostname or "", longest=_LONGEST_HOST)
    except ValueError:
        host = ""
    hint = "Your country has a portal of its own: set the country"
    return BmwRefused(
        f"{words} to {host}, which is not followed" if host else words,
        code=str(answer.status),
        status=answer.status,
        hint=f"{hint}, or {host} as the address of the API." if host else f"{hint}.",
    )


def _status(answer: Answer) -> int:
    return meant_status(answer.status, _error_of(answer.body))


def _words(body: bytes) -> tuple[str | None, str]:
    """Return the word and the description of an error in a body, None and nothing where there is none."""
    error = _error_of(body)
    if isinstance(error, str):
        return shown(error, longest=LONGEST_WORD), ""
    description = error.get("description") if isinstance(error, dict) else None
    return None, shown(description) if isinstance(description, str) else ""


def _error_of(body: bytes) -> object:
    return members_in(body).get("error") or None
