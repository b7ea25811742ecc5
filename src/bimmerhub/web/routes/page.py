"""Routes: the page and its files. All of them are the package's own; nothing is loaded from elsewhere."""

import hashlib
from dataclasses import dataclass
from functools import cache
from http import HTTPStatus
from importlib import resources
from typing import Final

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from bimmerhub.errors import NotFound
from bimmerhub.web.access.requesters import cookie_of
from bimmerhub.web.routes.context import Ports
from bimmerhub.web.routes.session_cookie import set_session_cookie

_LOG_OUT: Final = b"<!-- logout -->"
_LOG_OUT_FORM: Final = b'<form method="post" action="/logout"><button type="submit">Log out</button></form>'
HTML: Final = "text/html"
_SCRIPT: Final = "text/javascript"
_FILES: Final = {
    "answers.js": _SCRIPT,
    "app.js": _SCRIPT,
    "arrivals.js": _SCRIPT,
    "asking.js": _SCRIPT,
    "backups.js": _SCRIPT,
    "card.js": _SCRIPT,
    "charge-words.js": _SCRIPT,
    "command-forms.js": _SCRIPT,
    "command-words.js": _SCRIPT,
    "commanding.js": _SCRIPT,
    "health.js": _SCRIPT,
    "login.js": _SCRIPT,
    "older-words.js": _SCRIPT,
    "older.js": _SCRIPT,
    "profile-words.js": _SCRIPT,
    "sections.js": _SCRIPT,
    "session.js": _SCRIPT,
    "sparkline.js": _SCRIPT,
    "trip-words.js": _SCRIPT,
    "words.js": _SCRIPT,
    "style.css": "text/css",
    "favicon.svg": "image/svg+xml",
}

router = APIRouter(include_in_schema=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class File:
    """A file of the page and its entity tag."""

    body: bytes
    tag: str


@cache
def load_file(name: str) -> File:
    """Return a file of the page."""
    body = resources.files("bimmerhub.web").joinpath("static", name).read_bytes()
    return File(body=body, tag=f'"{hashlib.sha256(body).hexdigest()[:20]}"')


def _answer(request: Request, file: File, media_type: str) -> Response:
    headers = {"etag": file.tag, "cache-control": "no-cache"}
    if request.headers.get("if-none-match") == file.tag:
        return Response(status_code=HTTPStatus.NOT_MODIFIED, headers=headers)
    return Response(file.body, media_type=media_type, headers=headers)


@router.get("/")
async def show_page(ports: Ports, request: Request) -> Response:
    """Return the page; in a session with a button to log out, and now and then with a new cookie."""
    file, cookie = load_file("index.html"), cookie_of(request.scope)
    if ports.entrance.sessions.use(cookie) is None:
        return _answer(request, file, HTML)
    file = File(body=file.body.replace(_LOG_OUT, _LOG_OUT_FORM), tag=f'{file.tag[:-1]}-p"')
    answer = _answer(request, file, HTML)
    renewed = ports.entrance.sessions.renew(cookie)
    if renewed is not None:
        set_session_cookie(answer, request, renewed)
    return answer


@router.get("/static/{name}")
async def show_file(request: Request, name: str) -> Response:
    """Return a file of the page."""
    media_type = _FILES.get(name)
    if media_type is None:
        raise NotFound("no such file")
    return _answer(request, load_file(name), media_type)
