"""The gate in front of the application: a caller who may.

What passed `Forwarding` and `HostGate` has to pass two more questions, in this order.

1. **Who asks?** Without a password every program on this machine may read. All else needs `Authorization: Bearer TOKEN`
   or a session's cookie, but for the health answer and the login page.
2. **May they change something?** Anything but `SAFE_METHODS` needs a token of the right scope (`check_token`), or the
   hub's own page in a session: the cookie, the page's proof, and the browser's word that the request comes from the
   page (`Sec-Fetch-Site: same-origin`, or an Origin that is this host). Who may come in is changed by the command line
   of this machine only.

Who is refused a command to a car, or a call of BMW's interface, is told to the audit.
"""

import re
from collections.abc import Awaitable, Callable
from http import HTTPStatus
from typing import Final

from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from bimmerhub.views.refused_attempts import STRANGER, RefusedAttempt
from bimmerhub.web.access.credentials import CallerProofs
from bimmerhub.web.access.refusals import (
    BY_PROXY,
    CONSOLE_ONLY,
    FOREIGN,
    FOREIGN_COMMAND,
    KEY_NEEDED,
    KEY_NEEDED_FOR_COMMAND,
    NO_COMMANDS,
    UNKNOWN,
    UNPROTECTED,
    Refusal,
    check_token,
)
from bimmerhub.web.access.requesters import BY_TOKEN, MAY_CHANGE, MAY_COMMAND, Requester, Requesters, bearer_token
from bimmerhub.web.access.sessions import Sessions

LOGIN_PATH: Final = "/login"
LOGOUT_PATH: Final = "/logout"
SESSION_PATH: Final = "/session"
OPEN_PATHS: Final = frozenset(
    {
        "/api/v1/health",
        LOGIN_PATH,
        SESSION_PATH,
        "/static/style.css",
        "/static/favicon.svg",
        "/static/login.js",
        "/static/session.js",
    }
)
"""What a stranger may see of a protected hub, and how they come in."""

ENTRANCES: Final = frozenset({LOGIN_PATH, SESSION_PATH})
"""Where a stranger may send something: a password, or the key of a link."""

COMMANDS_PATH: Final = re.compile(r"/api/v1/vehicles/(?P<car>[^/]+)/(?P<what>commands|opening)")
"""Commands to cars, which want a token of scope `command`; and allowing to open one, which no token may do."""

CALLS_PATH: Final = re.compile(r"/api/v1/accounts/[^/]+/call")
"""What a token of either scope may send to: which of them a call needs, the route knows."""

CONSOLE_PATHS: Final = "/api/v1/access/"
"""What begins so is for the command line of this machine only, reading too."""

SAFE_METHODS: Final = frozenset({"GET", "HEAD", "OPTIONS"})

_REFUSED: Final = {"commands": "command_refused", "opening": "opening_refused", "call": "call_refused"}
"""What the audit calls an attempt, by what was wanted."""

NoteRefused = Callable[[RefusedAttempt], Awaitable[None]]


class Gate:
    """ASGI middleware behind `HostGate`.

    What passes carries in `scope["state"]` who asks: `is_trusted` (may see more than that the hub lives), `is_proven`
    (showed a token or session), `may_change` (what the hub keeps), `may_command` (cars), `caller_name` for the audit,
    `client` for shares (None: no token, no session), and `is_still_let_in` for what goes on for long. `note_refused`
    takes the attempts at commands and calls that do not pass.
    """

    def __init__(
        self, app: ASGIApp, *, credentials: CallerProofs, sessions: Sessions, note_refused: NoteRefused
    ) -> None:
        self._app = app
        self._credentials = credentials
        self._requesters = Requesters(credentials, sessions)
        self._note_refused = note_refused

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, or answer it with the reason why not."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        caller = self._requesters.recognise(scope, headers)
        scope["state"] |= {
            "is_trusted": caller.kind != "stranger",
            "is_proven": caller.kind not in {"stranger", "local"},
            "may_change": caller.kind in MAY_CHANGE,
            "may_command": caller.kind in MAY_COMMAND,
            "caller_name": caller.name,
            "client": caller.client,
            "is_still_let_in": caller.is_still_let_in,
        }
        refusal = self._check(scope, headers, caller)
        if refusal is not None:
            await self._tell_audit(scope, refusal)
        app = self._app if refusal is None else _answer(scope, headers, refusal)
        await app(scope, receive, send)

    async def _tell_audit(self, scope: Scope, refusal: Refusal) -> None:
        wanted = COMMANDS_PATH.fullmatch(scope["path"])
        is_call = CALLS_PATH.fullmatch(scope["path"]) is not None
        if not (wanted or is_call) or scope["method"] in SAFE_METHODS:
            return
        is_foreign = refusal in {FOREIGN, FOREIGN_COMMAND}  # it may have the page's session, but is not the page
        await self._note_refused(
            RefusedAttempt(
                who=STRANGER if is_foreign else scope["state"]["caller_name"],
                from_where=scope["client"][0] if scope.get("client") else None,
                car="" if wanted is None else wanted["car"],  # which one a call is about is in its body, not read here
                action=_REFUSED["call" if wanted is None else wanted["what"]],
                reason=refusal.message,
            )
        )

    def _check(self, scope: Scope, headers: Headers, caller: Requester) -> Refusal | None:
        """Return why the request does not pass, None when it does."""
        is_safe, path = scope["method"] in SAFE_METHODS, scope["path"]
        if path in OPEN_PATHS and (is_safe or path in ENTRANCES):
            return None if is_safe or _is_same_origin(scope, headers) else FOREIGN
        if caller.kind == "stranger":
            return self._check_stranger(scope, headers)
        if caller.kind == "console":
            return None
        if path.startswith(CONSOLE_PATHS):
            return CONSOLE_ONLY
        return None if is_safe else _check_change(scope, headers, caller)

    def _check_stranger(self, scope: Scope, headers: Headers) -> Refusal:
        if self._credentials.has_password() or bearer_token(headers) is not None:
            return UNKNOWN
        if scope["state"]["is_by_proxy"]:
            return BY_PROXY
        return UNKNOWN if self._credentials.is_protected() else UNPROTECTED


def _check_change(scope: Scope, headers: Headers, caller: Requester) -> Refusal | None:
    """Return why somebody who may read may not change this, None when they may."""
    wanted = COMMANDS_PATH.fullmatch(scope["path"])
    if caller.kind in BY_TOKEN.values():
        is_call = CALLS_PATH.fullmatch(scope["path"]) is not None
        return check_token(caller.kind, "call" if is_call else None if wanted is None else wanted["what"])
    if caller.kind == "local":
        return KEY_NEEDED if wanted is None else KEY_NEEDED_FOR_COMMAND
    is_page = caller.kind == "page" or scope["path"] == LOGOUT_PATH  # logging out is a form, which adds no header
    if is_page and _is_same_origin(scope, headers):
        return None
    return FOREIGN if wanted is None else FOREIGN_COMMAND


async def refuse_change(request: Request, *, car: str) -> Response:
    """Return the answer to who may not send what changes a car or something at BMW, once it is told to the audit."""
    note: NoteRefused = request.app.state.note_refused
    await note(
        RefusedAttempt(
            who=request.state.caller_name,
            from_where=None if request.client is None else request.client.host,
            car=car,
            action="call_refused",
            reason=NO_COMMANDS.message,
        )
    )
    return NO_COMMANDS.response()


def _answer(scope: Scope, headers: Headers, refusal: Refusal) -> Response:
    is_page = scope["path"] == "/" and "text/html" in headers.get("accept", "")
    if is_page and refusal in {UNKNOWN, UNPROTECTED, BY_PROXY}:
        return RedirectResponse(LOGIN_PATH, status_code=HTTPStatus.SEE_OTHER)
    return refusal.response()


def _is_same_origin(scope: Scope, headers: Headers) -> bool:
    site = headers.get("sec-fetch-site")
    if site is not None:
        return site == "same-origin"
    return headers.get("origin") == f"{scope['scheme']}://{headers.get('host')}"
