"""The gate in front of the application: a caller who may.

What passed `HostGate` has to pass two more questions, in this order.

1. **Who asks?** Without password and tokens everybody on this machine may read, and nobody else. With one of them, all
   but the health answer and the login page needs `Authorization: Bearer TOKEN` or a session's cookie.
2. **May they change something?** Anything but `SAFE_METHODS` needs a token of the right scope (`_check_token`), or a
   browser's word that the request comes from the hub's own page (`Sec-Fetch-Site: same-origin`, or an Origin that is
   this host).

Who is refused a command to a car, or a call of BMW's interface, is told to the audit.
"""

import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, replace
from http import HTTPStatus
from typing import Final, Literal

from starlette.datastructures import Headers
from starlette.requests import Request, cookie_parser
from starlette.responses import RedirectResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from bimmerhub.views.problems import problem
from bimmerhub.views.refused_attempts import STRANGER, RefusedAttempt
from bimmerhub.web.access.credentials import CallerProofs
from bimmerhub.web.access.host_gate import server_address
from bimmerhub.web.access.sessions import COOKIE, Sessions
from bimmerhub.web.answers import json_answer

LOGIN_PATH: Final = "/login"
OPEN_PATHS: Final = frozenset({"/api/v1/health", LOGIN_PATH, "/static/style.css", "/static/favicon.svg"})
"""What a stranger may see of a protected hub."""

COMMANDS_PATH: Final = re.compile(r"/api/v1/vehicles/(?P<car>[^/]+)/(?P<what>commands|opening)")
"""Commands to cars, which want a token of scope `command`; and allowing to open one, which no token may do."""

CALLS_PATH: Final = re.compile(r"/api/v1/accounts/[^/]+/call")
"""What a token of either scope may send to: which of them a call needs, the route knows."""

SAFE_METHODS: Final = frozenset({"GET", "HEAD", "OPTIONS"})

Caller = Literal["stranger", "local", "reader", "writer", "commander", "console", "session"]
"""`local`: no protection is set, and the connection came over loopback. `console`: the command line of this machine.
`stranger`: no or wrong proof."""

_CALLERS: Final[Mapping[str, Caller]] = {"read": "reader", "write": "writer", "command": "commander"}
"""Who holds a token, by its scope."""

MAY_COMMAND: Final[frozenset[Caller]] = frozenset({"local", "session", "commander", "console"})
"""Who may send commands to cars; `local` and `session` only from the hub's own page, as for any change."""


_REFUSED: Final = {"commands": "command_refused", "opening": "opening_refused", "call": "call_refused"}
"""What the audit calls an attempt, by what was wanted."""

NoteRefused = Callable[[RefusedAttempt], Awaitable[None]]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Refusal:
    status: HTTPStatus
    kind: str
    message: str
    hint: str

    def response(self) -> Response:
        headers = {"www-authenticate": "Bearer"} if self.status is HTTPStatus.UNAUTHORIZED else None
        return json_answer(problem(self.kind, self.message, hint=self.hint), status=self.status, headers=headers)


class Gate:
    """ASGI middleware behind `HostGate`.

    What passes carries in `scope["state"]` who asks: `is_trusted` (may see more than that the hub lives), `is_proven`
    (showed a token or session), `may_command` (cars), and `caller_name` for the audit. `note_refused` takes the
    attempts at commands and calls that do not pass.
    """

    def __init__(
        self, app: ASGIApp, *, credentials: CallerProofs, sessions: Sessions, note_refused: NoteRefused
    ) -> None:
        self._app = app
        self._credentials = credentials
        self._sessions = sessions
        self._note_refused = note_refused

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, or answer it with the reason why not."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        caller = self._caller(scope, headers)
        state = scope.setdefault("state", {})
        state["is_trusted"] = caller != "stranger"
        state["is_proven"] = caller not in {"stranger", "local"}
        state["may_command"] = caller in MAY_COMMAND
        state["caller_name"] = self._name(caller, headers)
        refusal = self._check_caller(scope, headers, caller)
        if refusal is not None:
            await self._tell_audit(scope, refusal)
        app = self._app if refusal is None else _answer(scope, headers, refusal)
        await app(scope, receive, send)

    async def _tell_audit(self, scope: Scope, refusal: _Refusal) -> None:
        wanted = COMMANDS_PATH.fullmatch(scope["path"])
        is_call = CALLS_PATH.fullmatch(scope["path"]) is not None
        if not (wanted or is_call) or scope["method"] in SAFE_METHODS:
            return
        is_foreign = refusal in {_FOREIGN, _FOREIGN_COMMAND}  # it may have the page's session, but is not the page
        await self._note_refused(
            RefusedAttempt(
                who=STRANGER if is_foreign else scope["state"]["caller_name"],
                from_where=scope["client"][0] if scope.get("client") else None,
                car="" if wanted is None else wanted["car"],  # which one a call is about is in its body, not read here
                action=_REFUSED["call" if wanted is None else wanted["what"]],
                reason=refusal.message,
            )
        )

    def _caller(self, scope: Scope, headers: Headers) -> Caller:
        token = _bearer_token(headers)
        if token is not None:
            if self._credentials.is_local(token):
                return "console"
            scope_of_token = self._credentials.token_scope(token)
            return "stranger" if scope_of_token is None else _CALLERS[scope_of_token]
        if not self._credentials.is_protected():
            server = server_address(scope)
            return "local" if server is not None and server.is_loopback else "stranger"
        return "session" if self._sessions.is_open(cookie_of(headers)) else "stranger"

    def _name(self, caller: Caller, headers: Headers) -> str:
        """Return what the audit calls a caller."""
        token = _bearer_token(headers)
        if caller == "console":
            return "command line"
        if caller == "stranger":
            return STRANGER
        name = None if token is None else self._credentials.token_name(token)
        return "page" if name is None else f"token {name}"

    def _check_caller(self, scope: Scope, headers: Headers, caller: Caller) -> _Refusal | None:
        is_safe, path = scope["method"] in SAFE_METHODS, scope["path"]
        if path in OPEN_PATHS and (is_safe or path == LOGIN_PATH):
            return None if is_safe or _is_same_origin(scope, headers) else _FOREIGN
        if caller == "stranger":
            return _UNPROTECTED if not self._credentials.is_protected() and _bearer_token(headers) is None else _UNKNOWN
        if is_safe or caller == "console":
            return None
        wanted = COMMANDS_PATH.fullmatch(path)
        if caller in _CALLERS.values():
            is_call = CALLS_PATH.fullmatch(path) is not None
            return _check_token(caller, "call" if is_call else None if wanted is None else wanted["what"])
        foreign = _FOREIGN if wanted is None else _FOREIGN_COMMAND
        return None if _is_same_origin(scope, headers) else foreign


def _check_token(caller: Caller, what: str | None) -> _Refusal | None:
    """Return why the holder of a token may not change something; `what` is commands, opening or a call, None else."""
    match caller, what:
        case "reader", _:
            return _READ_ONLY if what is None else _READ_ONLY_FOR[what]
        case _, "opening":
            return _NO_OPENING
        case "writer", "commands":
            return _NO_COMMANDS
        case "commander", None:
            return _COMMANDS_ONLY
    return None


_UNKNOWN: Final = _Refusal(
    status=HTTPStatus.UNAUTHORIZED,
    kind="sign_in_to_hub",
    message="This hub is protected.",
    hint="Send 'Authorization: Bearer TOKEN' (bimmerhub tokens create NAME), or log in with the password at /login.",
)
_UNPROTECTED: Final = _Refusal(
    status=HTTPStatus.FORBIDDEN,
    kind="not_protected",
    message="This hub has neither a password nor a token, so it answers over loopback only.",
    hint="Set one first: bimmerhub password set.",
)
_READ_ONLY: Final = _Refusal(
    status=HTTPStatus.FORBIDDEN,
    kind="read_only_token",
    message="This token may read, but not change anything.",
    hint="Make one that may: bimmerhub tokens create NAME --scope write.",
)
_NO_COMMANDS: Final = _Refusal(
    status=HTTPStatus.FORBIDDEN,
    kind="no_command_token",
    message="This token may change what the hub keeps, but send no commands to cars.",
    hint="Make one that may: bimmerhub tokens create NAME --scope command.",
)
_COMMANDS_ONLY: Final = _Refusal(
    status=HTTPStatus.FORBIDDEN,
    kind="command_token",
    message="This token may read and send commands to cars, but change nothing else.",
    hint="Make one that may: bimmerhub tokens create NAME --scope write.",
)
_NO_OPENING: Final = _Refusal(
    status=HTTPStatus.FORBIDDEN,
    kind="person_needed",
    message="No token may allow opening a car, so that a leaked one cannot; a person can.",
    hint="On the hub's machine: bimmerhub vehicles allow-opening VIN.",
)
_READ_ONLY_FOR: Final = {
    "commands": replace(_READ_ONLY, hint=_NO_COMMANDS.hint),
    "opening": replace(_READ_ONLY, hint=_NO_OPENING.hint),
    "call": replace(
        _READ_ONLY,
        hint="Make one that may: bimmerhub tokens create NAME --scope command. For questions --scope write is enough.",
    ),
}
"""The same, with the hint that helps, by what was wanted."""
_FOREIGN: Final = _Refusal(
    status=HTTPStatus.FORBIDDEN,
    kind="cross_origin",
    message="Only the hub's own page, or a program with a write token, may change something.",
    hint="Send 'Authorization: Bearer TOKEN' with a token of scope write (bimmerhub tokens create NAME --scope write).",
)


_FOREIGN_COMMAND: Final = _Refusal(
    status=HTTPStatus.FORBIDDEN,
    kind="cross_origin",
    message="Only the hub's own page, or a program with a command token, may send commands to cars.",
    hint="Send 'Authorization: Bearer TOKEN' with a token of scope command (bimmerhub tokens create NAME --scope "
    "command).",
)


async def refuse_change(request: Request, *, car: str) -> Response:
    """Return the answer to who may not send what changes a car or something at BMW, once it is told to the audit."""
    note: NoteRefused = request.app.state.note_refused
    await note(
        RefusedAttempt(
            who=request.state.caller_name,
            from_where=None if request.client is None else request.client.host,
            car=car,
            action="call_refused",
            reason=_NO_COMMANDS.message,
        )
    )
    return _NO_COMMANDS.response()


def cookie_of(headers: Headers) -> str | None:
    """Return the session's token that a request carries."""
    return cookie_parser(headers.get("cookie", "")).get(COOKIE)


def _answer(scope: Scope, headers: Headers, refusal: _Refusal) -> Response:
    is_page = scope["path"] == "/" and "text/html" in headers.get("accept", "")
    if refusal is _UNKNOWN and is_page:
        return RedirectResponse(LOGIN_PATH, status_code=HTTPStatus.SEE_OTHER)
    return refusal.response()


def _bearer_token(headers: Headers) -> str | None:
    scheme, _, token = headers.get("authorization", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" else None


def _is_same_origin(scope: Scope, headers: Headers) -> bool:
    site = headers.get("sec-fetch-site")
    if site is not None:
        return site == "same-origin"
    return headers.get("origin") == f"{scope['scheme']}://{headers.get('host')}"
