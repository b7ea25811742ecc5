"""Who asks: what a request proves of its sender."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Final, Literal

from starlette.datastructures import Headers
from starlette.requests import cookie_parser
from starlette.types import Scope

from bimmerhub.views.refused_attempts import STRANGER
from bimmerhub.web.access.credentials import CallerProofs
from bimmerhub.web.access.sessions import PROOF_HEADER, Sessions, cookie_name

RequesterKind = Literal["stranger", "local", "session", "page", "reader", "writer", "commander", "console"]
"""`local`: a program on this machine, while no password is set. `session`: a browser that came in, by its cookie alone.
`page`: the hub's page in it. `reader`, `writer`, `commander`: a token. `console`: the command line of this machine.
`stranger`: no or wrong proof."""

BY_TOKEN: Final[Mapping[str, RequesterKind]] = {"read": "reader", "write": "writer", "command": "commander"}
"""Who holds a token, by its scope."""

MAY_COMMAND: Final[frozenset[RequesterKind]] = frozenset({"page", "commander", "console"})
"""Who may send commands to cars."""

MAY_CHANGE: Final[frozenset[RequesterKind]] = frozenset({"page", "writer", "console"})
"""Who may change what the hub keeps."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Requester:
    """Who asks: `name` is what the audit calls them; `is_still_let_in` tells whether the proof holds even now.

    `client` tells them from others where each has a share: a token or a session; None for who showed neither. All
    sessions have one name, but each was begun by a password or a link, so that nobody gets more shares by asking.
    """

    kind: RequesterKind
    name: str
    client: str | None
    is_still_let_in: Callable[[], bool]


class Requesters:
    """Recognises who asks, by a token, by a session, or by being on this machine."""

    def __init__(self, credentials: CallerProofs, sessions: Sessions) -> None:
        self._credentials = credentials
        self._sessions = sessions

    def recognise(self, scope: Scope, headers: Headers) -> Requester:
        """Return who asks. A token counts before a session, also when it is wrong."""
        token = bearer_token(headers)
        if token is not None:
            return self._holder(token)
        number = self._sessions.use(cookie_of(scope))
        if number is not None:
            is_page = self._sessions.is_proven(number, headers.get(PROOF_HEADER))
            still = partial(self._sessions.is_open, number)
            return Requester(
                kind="page" if is_page else "session", name="page", client=f"session {number}", is_still_let_in=still
            )
        if scope["state"]["is_from_here"] and self._is_open_here():
            return Requester(kind="local", name=STRANGER, client=None, is_still_let_in=self._is_open_here)
        return Requester(kind="stranger", name=STRANGER, client=None, is_still_let_in=lambda: False)

    def _holder(self, token: str) -> Requester:
        if self._credentials.is_local(token):
            return Requester(
                kind="console",
                name="command line",
                client="command line",
                is_still_let_in=partial(self._credentials.is_local, token),
            )
        scope = self._credentials.token_scope(token)
        if scope is None:
            return Requester(kind="stranger", name=STRANGER, client=None, is_still_let_in=lambda: False)
        name = f"token {self._credentials.token_name(token)}"
        return Requester(
            kind=BY_TOKEN[scope],
            name=name,
            client=name,
            is_still_let_in=lambda: self._credentials.token_scope(token) == scope,
        )

    def _is_open_here(self) -> bool:
        return not self._credentials.has_password()


def bearer_token(headers: Headers) -> str | None:
    """Return the token that a request carries."""
    scheme, _, token = headers.get("authorization", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" else None


def cookie_of(scope: Scope) -> str | None:
    """Return the session's cookie that a request carries."""
    return cookie_parser(Headers(scope=scope).get("cookie", "")).get(cookie_name(scope))
