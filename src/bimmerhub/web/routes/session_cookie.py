"""The cookie of a session, as it is set and taken away."""

from starlette.requests import Request
from starlette.responses import Response

from bimmerhub.web.access.sessions import SESSION_DAYS, cookie_name


def set_session_cookie(answer: Response, request: Request, cookie: str) -> None:
    """Give the browser the cookie: for this site only, unseen by scripts, and over TLS only where the request was."""
    answer.set_cookie(
        cookie_name(request.scope),
        cookie,
        max_age=SESSION_DAYS * 86_400,
        httponly=True,
        samesite="strict",
        secure=request.url.scheme == "https",
    )


def drop_session_cookie(answer: Response, request: Request) -> None:
    """Let the browser forget the cookie."""
    answer.delete_cookie(cookie_name(request.scope), httponly=True, samesite="strict")
