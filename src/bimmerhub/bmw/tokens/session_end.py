"""Why BMW no longer renews a sign-in.

BMW does not say: it is 400 with invalid_request or invalid_grant for all of it (clients 2025-2026), also for a refresh
token that was used before, which ends the session. Our own record of the tokens tells most.
"""

from bimmerhub.bmw.gcdm.token_endpoint import OauthRefusal
from bimmerhub.bmw.tokens.token_set import TokenSet
from bimmerhub.errors import SignInRequired
from bimmerhub.times import DAY_MS, format_time

_NOTHING_WRONG = "Sign in again: bimmerhub login. Nothing is wrong with this set-up."


class SessionEnded(SignInRequired):
    """BMW does not renew the sign-in any more; `code` is its word for that, such as `invalid_grant`.

    With `is_copy` this place holds a copy of another one's tokens, and the other one was first to renew them.
    """

    def __init__(self, message: str, *, code: str, is_copy: bool = False, hint: str | None = None) -> None:
        super().__init__(message, hint=hint)
        self.code = code
        self.is_copy = is_copy


def why_ended(tokens: TokenSet, refusal: OauthRefusal, *, came_from: str | None, now_ms: int) -> SessionEnded | None:
    """Return why BMW no longer takes the refresh token of these tokens, None when nothing that we know explains it.

    `came_from` is the place that they were given to when it is another one than where they are now.
    """
    word = f"({refusal.error})"
    if refusal.error == "invalid_client":
        return SessionEnded(
            f"BMW does not know this client any more {word}",
            code=refusal.error,
            hint="Was it deleted in BMW's portal? Create one, wait five minutes, then: bimmerhub login --client-id ID",
        )
    if now_ms >= tokens.refresh_expires_at_ms:
        days = _days_since_renewal(tokens, now_ms)
        return SessionEnded(
            f"the sign-in expired {word}: it was last renewed {days} days ago, BMW allows 14", code=refusal.error
        )
    if tokens.answer_lost_at_ms is not None:
        return SessionEnded(
            f"BMW has ended the session {word}: its answer to the renewal of {format_time(tokens.answer_lost_at_ms)} "
            "was lost on the way, and with it the next token, which BMW gives only once",
            code=refusal.error,
            hint=_NOTHING_WRONG,
        )
    if tokens.renewing_since_ms is not None:
        return SessionEnded(
            f"BMW has ended the session {word}: this program ended (a kill, a power cut, a full disk) before it had "
            f"stored BMW's answer to the renewal of {format_time(tokens.renewing_since_ms)}, and with it the next "
            "token, which BMW gives only once",
            code=refusal.error,
            hint=_NOTHING_WRONG,
        )
    if came_from is not None:
        return copied(refusal.error, tokens, came_from=came_from, hint="Sign in again here: bimmerhub login")
    return None


def ended_elsewhere(
    tokens: TokenSet, refusal: OauthRefusal, *, is_client_taken: bool | None, now_ms: int
) -> SessionEnded:
    """Return what is said where `why_ended` knows nothing.

    `is_client_taken` tells whether BMW still takes the client, None when that is not known. It does so as long as one
    service is left, so it does not tell all.
    """
    word = f"({refusal.error})"
    if is_client_taken is False:
        return SessionEnded(
            f"BMW has ended the session {word}, and refuses the client: a service was switched off in BMW's portal, or "
            "the client was deleted there",
            code=refusal.error,
            hint="Switch on CarData API and CarData Stream for the client in BMW's portal, wait a minute, then: "
            "bimmerhub login",
        )
    days = _days_since_renewal(tokens, now_ms)
    ago = "less than a day ago" if days == 0 else "a day ago" if days == 1 else f"{days} days ago"
    causes = (
        "(a copy of this directory, a restored backup or snapshot, a second program), or a service was switched off "
        "in BMW's portal"
    )
    if is_client_taken:
        causes = (
            "(a copy of this directory renewed the sign-in first, or this one is the copy: a snapshot, a restored "
            "backup or disk image; or a second program has its tokens), for BMW still takes the client; or one of its "
            "services was switched off in BMW's portal"
        )
    return SessionEnded(
        f"BMW has ended the session {word}, though it was renewed {ago}: this token was used already "
        f"elsewhere {causes}",
        code=refusal.error,
        hint="Let one program only use this client id: stop the other one, then sign in again here: bimmerhub login",
    )


def copied(word: str, tokens: TokenSet, *, came_from: str, hint: str) -> SessionEnded:
    """Return what is said where tokens came to as a copy, and were renewed first where they came from."""
    way_on = hint.rstrip(".")
    return SessionEnded(
        f"BMW has ended the session ({word}): this directory is a copy, and the other one, {came_from}, renewed the "
        f"sign-in first. What is here was last renewed at {format_time(tokens.refreshed_at_ms)}",
        code=word,
        is_copy=True,
        hint=f"Stop the other one, for BMW allows one only. {way_on}. Or stop this one, and go on with the other.",
    )


def _days_since_renewal(tokens: TokenSet, now_ms: int) -> int:
    return max(0, now_ms - tokens.refreshed_at_ms) // DAY_MS  # the clock may have been set back
