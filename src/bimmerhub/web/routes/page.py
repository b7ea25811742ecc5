"""Routes: the page, and logging in to it. All files are the package's own; nothing is loaded from elsewhere."""

import hashlib
import html
from dataclasses import dataclass
from functools import cache, partial
from http import HTTPStatus
from importlib import resources
from typing import Final
from urllib.parse import parse_qs

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from bimmerhub.errors import NotFound, RateLimited
from bimmerhub.views.ports.commands import Asker
from bimmerhub.views.refused_attempts import STRANGER, RefusedAttempt
from bimmerhub.web.access.gate import LOGIN_PATH, NoteRefused, cookie_of
from bimmerhub.web.access.sessions import COOKIE, SESSION_DAYS
from bimmerhub.web.routes.context import Ports

LONGEST_FORM_BYTES: Final = 4_096

_WRONG: Final = "That is not the password."
_MESSAGE: Final = "<!-- message -->"
_LOG_OUT: Final = b"<!-- logout -->"
_LOG_OUT_FORM: Final = b'<form method="post" action="/logout"><button type="submit">Log out</button></form>'
_HTML: Final = "text/html"
_SCRIPT: Final = "text/javascript"
_FILES: Final = {
    "answers.js": _SCRIPT,
    "app.js": _SCRIPT,
    "arrivals.js": _SCRIPT,
    "asking.js": _SCRIPT,
    "backups.js": _SCRIPT,
    "card.js": _SCRIPT,
    "command-forms.js": _SCRIPT,
    "command-words.js": _SCRIPT,
    "commanding.js": _SCRIPT,
    "health.js": _SCRIPT,
    "older-words.js": _SCRIPT,
    "older.js": _SCRIPT,
    "profile-words.js": _SCRIPT,
    "sections.js": _SCRIPT,
    "sparkline.js": _SCRIPT,
    "words.js": _SCRIPT,
    "style.css": "text/css",
    "favicon.svg": "image/svg+xml",
}

router = APIRouter(include_in_schema=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class _File:
    body: bytes
    tag: str


@cache
def _load(name: str) -> _File:
    body = resources.files("bimmerhub.web").joinpath("static", name).read_bytes()
    return _File(body=body, tag=f'"{hashlib.sha256(body).hexdigest()[:20]}"')


def _answer(request: Request, file: _File, media_type: str) -> Response:
    headers = {"etag": file.tag, "cache-control": "no-cache"}
    if request.headers.get("if-none-match") == file.tag:
        return Response(status_code=HTTPStatus.NOT_MODIFIED, headers=headers)
    return Response(file.body, media_type=media_type, headers=headers)


@router.get("/")
async def show_page(ports: Ports, request: Request) -> Response:
    """Return the page; of a protected hub, with a button to log out."""
    file = _load("index.html")
    if ports.credentials.is_protected():
        file = _File(body=file.body.replace(_LOG_OUT, _LOG_OUT_FORM), tag=f'{file.tag[:-1]}-p"')
    return _answer(request, file, _HTML)


@router.get("/static/{name}")
async def show_file(request: Request, name: str) -> Response:
    """Return a file of the page."""
    media_type = _FILES.get(name)
    if media_type is None:
        raise NotFound("no such file")
    return _answer(request, _load(name), media_type)


@router.get(LOGIN_PATH)
async def show_login(ports: Ports) -> Response:
    """Return the form that asks for the password; the page itself when none is needed."""
    if not ports.credentials.is_protected():
        return RedirectResponse("/", status_code=HTTPStatus.SEE_OTHER)
    return _login_page("", HTTPStatus.OK)


@router.post(LOGIN_PATH)
async def log_in(ports: Ports, request: Request) -> Response:
    """Start a session when the password is right, and go to the page."""
    password = await _read_password(request)
    try:
        is_right = await ports.passwords.attempt(partial(ports.credentials.check_password, password))
    except RateLimited as error:
        return _login_page(f"{error} {error.hint}", HTTPStatus.TOO_MANY_REQUESTS, retry_after_s=error.retry_after_s)
    address = None if request.client is None else request.client.host
    if not is_right:
        note: NoteRefused = request.app.state.note_refused
        wrong = RefusedAttempt(who=STRANGER, from_where=address, car="", action="log_in_refused", reason=_WRONG)
        await note(wrong)
        return _login_page(_WRONG, HTTPStatus.UNAUTHORIZED)
    await ports.acts.note(Asker(who="page", from_where=address, may_command=True), "logged_in")
    answer = RedirectResponse("/", status_code=HTTPStatus.SEE_OTHER)
    answer.set_cookie(
        COOKIE,
        ports.sessions.start(),
        max_age=SESSION_DAYS * 86_400,
        httponly=True,
        samesite="strict",
        secure=request.url.scheme == "https",
    )
    return answer


@router.post("/logout")
async def log_out(ports: Ports, request: Request) -> Response:
    """End the session and go to the login form."""
    ports.sessions.end(cookie_of(request.headers))
    answer = RedirectResponse(LOGIN_PATH, status_code=HTTPStatus.SEE_OTHER)
    answer.delete_cookie(COOKIE, httponly=True, samesite="strict")
    return answer


async def _read_password(request: Request) -> str:
    """Return the form's password; "" when there is none, or the body is longer than any such form."""
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > LONGEST_FORM_BYTES:
            return ""
    return parse_qs(body.decode("latin-1")).get("password", [""])[0]


def _login_page(message: str, status: HTTPStatus, *, retry_after_s: float | None = None) -> Response:
    page = _load("login.html").body.decode().replace(_MESSAGE, html.escape(message))
    headers = {} if retry_after_s is None else {"retry-after": f"{retry_after_s:.0f}"}
    return Response(page, status_code=status, media_type=_HTML, headers=headers)
