"""My Garage's refusals as exceptions, by what the caller does next.

401 and 403 mean a session that has expired, or a Referer that is missing; what is forwarded has errors in an envelope,
with status 200. Sources: public notes of 2021, a stored answer.
"""

from collections.abc import Mapping
from typing import Final

from bimmerhub.bmw.answers.lenient_structs import members_in
from bimmerhub.bmw.http import Answer, AnswerLost
from bimmerhub.bmw.refusal_words import LONGEST_WORD, shown
from bimmerhub.errors import BimmerhubError, BmwRefused, BmwUnavailable, RateLimited, SignInRequired

_UNAUTHORIZED: Final = 401
_TOO_MANY: Final = 429
_SERVER_FAULT: Final = 500
_UNREACHABLE: Final = frozenset({408, 503})
_TRY_AGAIN_AFTER_S: Final = 60.0
_BAD_PATH: Final = b"escaped absolute path not valid"
_HINTS: Final = {
    400: "My Garage does not take this request.",
    403: "The session has expired, or the site no longer lets this program in: sign in again.",
    404: "My Garage knows no such car or address: check the VIN, and that the account has the car.",
}


def is_token_refused(answer: Answer) -> bool:
    """Tell whether the access token was the reason, as the status or an envelope says; a 403 may have other reasons."""
    code, _ = _error_of(answer.body) or (None, "")
    return _UNAUTHORIZED in {answer.status, _status_in(code)}


def is_refusal(answer: Answer) -> bool:
    """Tell whether an answer is no success."""
    return not 200 <= answer.status < 300 or _error_of(answer.body) is not None  # noqa: PLR2004 - HTTP's successes


def to_error(answer: Answer, *, operation: str, may_be_done: bool = False) -> BimmerhubError:
    """Return the exception for an answer that is no success.

    AnswerLost when something that must not be done twice `may_be_done`: the answer does not tell.
    """
    code, said = _error_of(answer.body) or (None, "")
    words = f"{operation}: My Garage answered {code or answer.status}" + (f" ({said})" if said else "")
    if is_token_refused(answer):
        return SignInRequired(words)
    if answer.status == _TOO_MANY:
        return RateLimited(words, retry_after_s=answer.retry_after_s or _TRY_AGAIN_AFTER_S)
    is_fault = answer.status >= _SERVER_FAULT or _status_in(code) >= _SERVER_FAULT
    if _BAD_PATH in answer.body:
        return BmwRefused(words, code="bad_path", status=answer.status, hint="What was asked for is no VIN.")
    if is_fault or answer.status in _UNREACHABLE:
        is_lost = may_be_done and answer.status not in _UNREACHABLE
        return (AnswerLost if is_lost else BmwUnavailable)(words, fault_code=code, status=answer.status)
    return BmwRefused(words, code=code or str(answer.status), status=answer.status, hint=_HINTS.get(answer.status))


def _error_of(body: bytes) -> tuple[str, str] | None:
    """Return code and words of an envelope with errors; None for anything else."""
    if b"anyErrors" not in body:
        return None
    document = members_in(body)
    content, response = document.get("errorContent"), document.get("responseContent")
    if not isinstance(content, Mapping) or content.get("anyErrors") not in (True, "true"):
        return None
    code = response.get("responseCode") if isinstance(response, Mapping) else None
    return shown(str(code or "errors"), longest=LONGEST_WORD), _first_words(content.get("errors"))


def _status_in(code: str | None) -> int:
    """Return the status that an envelope names, 0 for none."""
    return int(code) if code is not None and code.isascii() and code.isdecimal() else 0


def _first_words(errors: object) -> str:
    """Return the first text of the first error, for the form of one is not known."""
    first = errors[0] if isinstance(errors, list) and errors else None
    texts = [*first.values()] if isinstance(first, Mapping) else [first]
    words = max((text for text in texts if isinstance(text, str)), key=len, default="")
    return shown(words).rstrip(". ")
