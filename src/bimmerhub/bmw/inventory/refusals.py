"""The dealers' sites' refusals as exceptions, by what the caller does next.

A 403 of the search is the rate park: after about 150 calls within 20 minutes it says no to the address, without a word
of why or how long, for about 20 minutes (observed by clients 2025-2026). GraphQL's errors come with status 200.
"""

from collections.abc import Mapping
from typing import Final

from bimmerhub.bmw.answers.lenient_structs import members_in
from bimmerhub.bmw.http import Answer, AnswerLost
from bimmerhub.bmw.refusal_words import shown
from bimmerhub.errors import BimmerhubError, BmwRefused, BmwUnavailable, RateLimited, SignInRequired

PARKED_FOR_S: Final = 1_200.0
"""How long the rate park lasted, when BMW does not say."""
_TRY_AGAIN_AFTER_S: Final = 60.0
_UNAUTHORIZED: Final = 401
_PARKED: Final = frozenset({"vehicle", "token"})
"""The operations of the server that parks; that its token does so too is inferred."""
_UNREACHABLE: Final = frozenset({408, 503})
_SERVER_FAULT: Final = 500


def is_token_refused(answer: Answer) -> bool:
    """Tell whether the access token was the reason."""
    return answer.status == _UNAUTHORIZED


def is_refusal(answer: Answer) -> bool:
    """Tell whether an answer is no success."""
    return not 200 <= answer.status < 300  # noqa: PLR2004 - HTTP's successes


def to_error(answer: Answer, *, operation: str, may_be_done: bool = False) -> BimmerhubError:
    """Return the exception for an answer that is no success; nothing here is ever changed by a call."""
    words = f"inventory {operation}: BMW answered {answer.status}"
    if (said := _words(answer.body)) is not None:
        words += f" ({said})"
    match answer.status:
        case 401:
            return SignInRequired(words, hint="BMW refuses a new token as well: check the storefront's settings.")
        case 403 if operation in _PARKED:
            return RateLimited(
                f"inventory {operation}: BMW answers nobody at this address for a while (403)",
                retry_after_s=answer.retry_after_s or PARKED_FOR_S,
                hint="After about 150 searches within 20 minutes BMW is silent for some 20: wait, and ask for more "
                "cars at once.",
            )
        case 429:
            return RateLimited(words, retry_after_s=answer.retry_after_s or _TRY_AGAIN_AFTER_S)
    if answer.status in _UNREACHABLE or answer.status >= _SERVER_FAULT:
        return (AnswerLost if may_be_done else BmwUnavailable)(words, status=answer.status)
    return BmwRefused(words, code=str(answer.status), status=answer.status, hint=_STATUS_HINTS.get(answer.status))


_STATUS_HINTS: Final = {
    400: "BMW does not take this search: check its filters, and that the zip code has five digits.",
    404: "BMW knows no such model or address.",
}


def query_error(body: bytes, *, operation: str) -> BmwRefused | None:
    """Return the exception for GraphQL's errors in an answer that has no data; None when there are none."""
    document = members_in(body)
    errors = document.get("errors")
    if not isinstance(errors, list) or not errors or _has_data(document.get("data")):
        return None
    first = errors[0]
    text = first.get("message") if isinstance(first, Mapping) else first
    said = shown(text) if isinstance(text, str) else "no reason"
    return BmwRefused(
        f"inventory {operation}: the search refused the query ({said.rstrip('. ')})",
        code="graphql",
        status=200,
        note=said,
        hint="BMW may have changed its search: a field or an argument is no longer known.",
    )


def _has_data(data: object) -> bool:
    return isinstance(data, Mapping) and any(value is not None for value in data.values())


def _words(body: bytes) -> str | None:
    document = members_in(body)
    text = document.get("Message") or document.get("error_description")
    return shown(text).rstrip(". ") if isinstance(text, str) else None
