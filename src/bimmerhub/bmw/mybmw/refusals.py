"""Refusals of the MyBMW app's interface as exceptions, by what the caller does next.

A refusal is `{"statusCode": 403, "message": "..."}`, also with status 200; `{"errors": [...]}`, also with 200; RFC
7807's `{"title", "status", "traceId"}`; in China `{"data": null, "code": 699121, "error": true, "description": "..."}`;
a plain text; or nothing at all. Sources: answers that clients met, 2021-2026.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from bimmerhub.bmw.answers.lenient_structs import members_in
from bimmerhub.bmw.gateway_refusals import gateway_refusal, is_about_key, message_of
from bimmerhub.bmw.http import Answer, AnswerLost
from bimmerhub.bmw.refusal_words import LONGEST_WORD, shown
from bimmerhub.errors import BimmerhubError, BmwRefused, BmwUnavailable, SignInRequired

UNAUTHORIZED: Final = 401
BUSY: Final = 409
_OK: Final = 200
_MULTIPLE: Final = 300
_SERVER_FAULT: Final = 500
_NOT_DONE: Final = frozenset({408, BUSY, 503})
"""Nothing was done, and the same request may be answered later."""
_ERRORS: Final = "errors"
_STATUS: Final = re.compile(r"\d{3}", re.ASCII)

_HINTS: Final = {
    400: "BMW does not take this request as it stands: check its parameters.",
    403: "BMW does not allow it: check the region and the settings of the app; an old version may be gone.",
    404: "BMW knows no such car or service: check the VIN, the brand and the region; an old version may be gone.",
    BUSY: "The car is busy with another command: try again in a minute.",
    422: "BMW understood the request and refuses it.",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Words:
    """What a body says of an error: the status that it names, BMW's code, and the text."""

    status: int | None = None
    code: str | None = None
    text: str = ""


def is_token_refused(answer: Answer) -> bool:
    """Tell whether the access token was the reason, also in an answer of status 200 that says 401."""
    return _status_of(answer, _words(answer.body)) == UNAUTHORIZED and not is_about_key(answer)


def is_refusal(answer: Answer) -> bool:
    """Tell whether an answer is no success, whatever its status."""
    return not _OK <= answer.status < _MULTIPLE or _words(answer.body) is not None


def to_error(answer: Answer, *, operation: str, may_be_done: bool = False) -> BimmerhubError:
    """Return the exception for an answer that is no success.

    AnswerLost when something that must not be done twice `may_be_done`: the answer does not tell.
    """
    words = _words(answer.body) or _Words(text=message_of(answer.body))
    status = _status_of(answer, words)
    if (refused := gateway_refusal(answer, operation=operation, status=status)) is not None:
        return refused
    text = "" if "<" in words.text else shown(words.text).rstrip(". ")
    said = f"{operation}: BMW answered {words.code or status}{f' ({text})' if text else ''}"
    if status == UNAUTHORIZED:
        return SignInRequired(said)
    hint = _HINTS.get(status)
    is_busy = status == BUSY or (status < _SERVER_FAULT and "busy" in text.lower())
    if is_busy or status in _NOT_DONE or status >= _SERVER_FAULT:
        is_lost = may_be_done and not is_busy and status not in _NOT_DONE
        hint = _HINTS[BUSY] if is_busy else hint
        return (AnswerLost if is_lost else BmwUnavailable)(said, fault_code=words.code, status=status, hint=hint)
    return BmwRefused(said, code=words.code or str(status), status=answer.status, note=text or None, hint=hint)


def _status_of(answer: Answer, words: _Words | None) -> int:
    """Return the status of an answer; what its body says instead counts when that of the answer is a success."""
    is_success = _OK <= answer.status < _MULTIPLE
    return words.status if is_success and words is not None and words.status is not None else answer.status


def _words(body: bytes) -> _Words | None:
    """Return what a body says of an error; None when it says of none."""
    document = members_in(body)
    if not document:
        return None
    if document.get("error") is True:  # the envelope of China
        return _Words(code=_code(document.get("code")), text=_text(document.get("description")))
    status = _status(document.get("statusCode"))
    if status is not None and not _OK <= status < _MULTIPLE:
        return _Words(status=status, text=_text(document.get("message")))
    if errors := document.get(_ERRORS):
        first = errors[0] if isinstance(errors, list) else errors
        fields: Mapping[str, object] = first if isinstance(first, dict) else {"message": first}
        text = _text(fields.get("message")) or _text(fields.get("description")) or _text(document.get("title"))
        return _Words(code=_code(fields.get("code")) or _ERRORS, text=text)
    if isinstance(word := document.get("error"), str) and word.strip():
        return _Words(code=_code(word), text=_text(document.get("error_description")))
    return None


def _status(value: object) -> int | None:
    """Return a status, also one that is written as text; None for what is none."""
    if isinstance(value, str):
        return int(value) if _STATUS.fullmatch(value.strip()) else None
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def _code(value: object) -> str | None:
    is_code = isinstance(value, str | int) and not isinstance(value, bool) and str(value).strip()
    return shown(str(value), longest=LONGEST_WORD) if is_code else None


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""
