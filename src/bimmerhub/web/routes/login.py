"""Routes: coming in to the page by a password or by the key of a link, and leaving it.

Both ways give the same: a session's cookie, and the page's proof. A form cannot give the page its proof, so it goes
along behind the `#` of the address that a right password leads to, which a browser sends to nobody.
"""

import html
from functools import partial
from http import HTTPStatus
from typing import Final
from urllib.parse import parse_qs

import msgspec
from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from bimmerhub.errors import RateLimited
from bimmerhub.json_faults import NOT_JSON
from bimmerhub.views.ports.commands import Asker
from bimmerhub.views.refused_attempts import STRANGER, RefusedAttempt
from bimmerhub.web.access.gate import LOGIN_PATH, LOGOUT_PATH, SESSION_PATH, NoteRefused
from bimmerhub.web.access.refusals import WRONG_KEY
from bimmerhub.web.access.requesters import cookie_of
from bimmerhub.web.answers import json_answer
from bimmerhub.web.routes.context import Context, Ports
from bimmerhub.web.routes.page import HTML, load_file
from bimmerhub.web.routes.session_cookie import drop_session_cookie, set_session_cookie

LONGEST_FORM_BYTES: Final = 4_096

_WRONG: Final = "That is not the password."
_MESSAGE: Final = "<!-- message -->"
_FORM_STARTS: Final = "<!-- form -->"
_FORM_ENDS: Final = "<!-- end of form -->"
_NO_FORM: Final = (
    "<p>This hub has no password, and you are not on its machine, or not directly. Set one there: "
    "<code>bimmerhub password set</code>. Or come in by the link that <code>bimmerhub open</code> prints there.</p>"
)

router = APIRouter(include_in_schema=False)


class KeyBody(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The key of a link."""

    key: str

    def __repr__(self) -> str:
        """Show no key."""
        return "KeyBody(…)"


class SessionBegun(msgspec.Struct, frozen=True, kw_only=True):
    """What the page keeps of its session; the cookie is the browser's affair."""

    page_proof: str

    def __repr__(self) -> str:
        """Show no proof."""
        return "SessionBegun(…)"


@router.get(LOGIN_PATH)
async def show_login(ports: Ports, request: Request) -> Response:
    """Return the form that asks for the password; the page itself for whoever may read it."""
    if request.state.is_trusted and not ports.credentials.has_password():
        return RedirectResponse("/", status_code=HTTPStatus.SEE_OTHER)
    return _login_page(ports, "", HTTPStatus.OK)


@router.post(LOGIN_PATH)
async def log_in(ports: Ports, request: Request) -> Response:
    """Start a session when the password is right, and go to the page."""
    password = parse_qs((await _read_body(request)).decode("latin-1")).get("password", [""])[0]
    address = None if request.client is None else request.client.host
    endings = ports.entrance.sessions.endings
    try:
        is_right = await ports.entrance.passwords.attempt(address, partial(ports.credentials.check_password, password))
    except RateLimited as error:
        text = f"{error} {error.hint}"
        return _login_page(ports, text, HTTPStatus.TOO_MANY_REQUESTS, retry_after_s=error.retry_after_s)
    if not is_right or ports.entrance.sessions.endings != endings:  # or it was changed while it was looked at
        note: NoteRefused = request.app.state.note_refused
        await note(RefusedAttempt(who=STRANGER, from_where=address, car="", action="log_in_refused", reason=_WRONG))
        return _login_page(ports, _WRONG, HTTPStatus.UNAUTHORIZED)
    session = ports.entrance.sessions.start(instead_of=cookie_of(request.scope))
    await ports.acts.note(_person(request), "logged_in", details={"by": "password"})
    answer = RedirectResponse(f"/#page={session.page_proof}", status_code=HTTPStatus.SEE_OTHER)
    set_session_cookie(answer, request, session.cookie)
    return answer


@router.post(SESSION_PATH)
async def open_by_key(ports: Ports, request: Request) -> Response:
    """Start a session for the key of a link, which is good once."""
    try:
        key = msgspec.json.decode(await _read_body(request), type=KeyBody).key
    except NOT_JSON:
        return WRONG_KEY.response()
    if not ports.entrance.keys.spend(key):
        return WRONG_KEY.response()
    session = ports.entrance.sessions.start(instead_of=cookie_of(request.scope))
    await ports.acts.note(_person(request), "logged_in", details={"by": "link"})
    answer = json_answer(SessionBegun(page_proof=session.page_proof))
    set_session_cookie(answer, request, session.cookie)
    return answer


@router.post(LOGOUT_PATH)
async def log_out(ports: Ports, request: Request) -> Response:
    """End the session and go to the login form; without a password, to the page, which is read-only then."""
    ports.entrance.sessions.end(cookie_of(request.scope))
    answer = RedirectResponse(LOGIN_PATH, status_code=HTTPStatus.SEE_OTHER)
    drop_session_cookie(answer, request)
    return answer


def _person(request: Request) -> Asker:
    """Return who comes in, for the audit: from now on they are the page."""
    return Asker(who="page", from_where=None if request.client is None else request.client.host, may_command=True)


async def _read_body(request: Request) -> bytes:
    """Return the body; nothing of one that is longer than any such form."""
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > LONGEST_FORM_BYTES:
            return b""
    return body


def _login_page(ports: Context, message: str, status: HTTPStatus, *, retry_after_s: float | None = None) -> Response:
    page = load_file("login.html").body.decode()
    if not ports.credentials.has_password():
        before, _, rest = page.partition(_FORM_STARTS)
        page = before + _NO_FORM + rest.partition(_FORM_ENDS)[2]
    page = page.replace(_MESSAGE, html.escape(message))
    headers = {} if retry_after_s is None else {"retry-after": f"{retry_after_s:.0f}"}
    return Response(page, status_code=status, media_type=HTML, headers=headers)
