"""The pages a person sees: type the user code, sign in, approve or decline.

They work without JavaScript and without cookies.

Programs can post the same three forms: `user_code` to `/oneid/link`; `user_code`, `user` and `password` to
`/oneid/sign-in`, whose page holds a hidden `ticket`; `ticket` and `decision` (`approve` or `decline`) to
`/oneid/decide`.
"""

import secrets
from dataclasses import dataclass
from html import escape

from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Route

from bimmerhub.emulator.clock import EmulatorClock
from bimmerhub.emulator.identity import API_SCOPE, STREAM_SCOPE, Identity
from bimmerhub.emulator.oauth import LINK_PATH
from bimmerhub.emulator.sessions import DeviceGrant

SIGN_IN_PATH = "/oneid/sign-in"
DECIDE_PATH = "/oneid/decide"

_CODE_TROUBLE = (
    "This code is not waiting for anyone: it may be mistyped (upper and lower case matter), used already, or too old. "
    "If in doubt, ask the program for a new one."
)
_SIGN_IN_TROUBLE = (
    "User or password are not right. The emulator shows both when it starts; "
    "they have nothing to do with a real BMW ID."
)
_FOREIGN_TROUBLE = "This code belongs to a client of another account. Sign in as the owner of that account."
_SCOPE_WORDS = {
    "openid": "know the number of your account (GCID)",
    API_SCOPE: "ask for the data of your vehicles (CarData API)",
    STREAM_SCOPE: "receive what your vehicles send (CarData Stream)",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Ticket:
    """Someone has signed in and is about to decide."""

    user_code: str
    expires_at_ms: int


class LinkPages:
    """`/oneid/link` and what follows it."""

    def __init__(self, identity: Identity, *, clock: EmulatorClock) -> None:
        self._identity = identity
        self._clock = clock
        self._tickets: dict[str, _Ticket] = {}

    def routes(self) -> list[Route]:
        """Return the routes of the pages."""
        return [
            Route("/", self._home, methods=["GET"]),
            Route(LINK_PATH, self._show_code, methods=["GET"]),
            Route(LINK_PATH, self._take_code, methods=["POST"]),
            Route(SIGN_IN_PATH, self._take_sign_in, methods=["POST"]),
            Route(DECIDE_PATH, self._take_decision, methods=["POST"]),
        ]

    async def _home(self, _request: Request) -> Response:
        return RedirectResponse(LINK_PATH, status_code=303)

    async def _show_code(self, request: Request) -> Response:
        return _code_page(request.query_params.get("user_code", ""))

    async def _take_code(self, request: Request) -> Response:
        user_code = await _field(request, "user_code")
        if self._identity.pending_grant(user_code) is None:
            return _code_page(user_code, trouble=_CODE_TROUBLE)
        return _sign_in_page(user_code)

    async def _take_sign_in(self, request: Request) -> Response:
        user_code, user = await _field(request, "user_code"), await _field(request, "user")
        grant = self._identity.pending_grant(user_code)
        if grant is None:
            return _code_page(user_code, trouble=_CODE_TROUBLE)
        account = self._identity.sign_in(user, await _field(request, "password"))
        if account is None:
            return _sign_in_page(user_code, user=user, trouble=_SIGN_IN_TROUBLE)
        if account.gcid != self._identity.owner(grant.client_id):
            return _sign_in_page(user_code, trouble=_FOREIGN_TROUBLE)
        return _consent_page(grant, user=account.user, ticket=self._new_ticket(grant))

    async def _take_decision(self, request: Request) -> Response:
        ticket = self._tickets.pop(await _field(request, "ticket"), None)
        decision = await _field(request, "decision")
        if ticket is None or decision not in {"approve", "decline"}:
            return _code_page("", trouble="This page was used already or is too old. Begin again with the code.")
        if not self._identity.decide(ticket.user_code, approve=decision == "approve"):
            return _code_page(ticket.user_code, trouble=_CODE_TROUBLE)
        return _result_page(is_approved=decision == "approve")

    def _new_ticket(self, grant: DeviceGrant) -> str:
        now_ms = self._clock.now_ms()
        self._tickets = {key: ticket for key, ticket in self._tickets.items() if ticket.expires_at_ms > now_ms}
        key = secrets.token_urlsafe(24)
        self._tickets[key] = _Ticket(user_code=grant.user_code, expires_at_ms=grant.expires_at_ms)
        return key


async def _field(request: Request, name: str) -> str:
    """Return a field of a posted form without the blanks around it; "" when it is missing."""
    value = (await request.form()).get(name)
    return value.strip() if isinstance(value, str) else ""


def _code_page(user_code: str, *, trouble: str = "") -> Response:
    return _page(
        "Connect a program",
        f"""
        <p>A program asked for access to your vehicles' data and showed you a code of 8 characters. Type it here.</p>
        <form method="post" action="{LINK_PATH}">
          <label for="user_code">Code</label>
          <input id="user_code" name="user_code" value="{escape(user_code)}" class="code" required autofocus
          maxlength="16"
            autocomplete="off" autocapitalize="off" autocorrect="off" spellcheck="false">
          <button type="submit">Continue</button>
        </form>""",
        trouble=trouble,
        step=1,
    )


def _sign_in_page(user_code: str, *, user: str = "", trouble: str = "") -> Response:
    return _page(
        "Sign in",
        f"""
        <p>Sign in with an account of the emulator. Never type the password of a real BMW ID here.</p>
        <form method="post" action="{SIGN_IN_PATH}">
          <input type="hidden" name="user_code" value="{escape(user_code)}">
          <label for="user">User</label>
          <input id="user" name="user" value="{escape(user)}" required autofocus autocomplete="username"
            autocapitalize="off" spellcheck="false">
          <label for="password">Password</label>
          <input id="password" name="password" type="password" required autocomplete="current-password">
          <button type="submit">Sign in</button>
        </form>""",
        trouble=trouble,
        step=2,
    )


def _consent_page(grant: DeviceGrant, *, user: str, ticket: str) -> Response:
    wishes = "".join(f"<li>{escape(_SCOPE_WORDS[scope])}</li>" for scope in grant.scopes if scope in _SCOPE_WORDS)
    return _page(
        "Allow access?",
        f"""
        <p>You are signed in as <b>{escape(user)}</b>. The client <code>{escape(grant.client_id)}</code>
          with the code <code>{escape(grant.user_code)}</code> wants to:</p>
        <ul>{wishes}</ul>
        <form method="post" action="{DECIDE_PATH}">
          <input type="hidden" name="ticket" value="{ticket}">
          <button type="submit" name="decision" value="approve">Approve</button>
          <button type="submit" name="decision" value="decline" class="quiet">Decline</button>
        </form>""",
        step=3,
    )


def _result_page(*, is_approved: bool) -> Response:
    if is_approved:
        return _page("Connected", "<p>The program has access now. You can close this page and go back to it.</p>")
    return _page("Declined", "<p>The program gets no access. You can close this page.</p>")


def _page(title: str, body: str, *, trouble: str = "", step: int | None = None) -> Response:
    """Return a whole page; one with `trouble` has status 400."""
    note = f'<p class="trouble" role="alert">{escape(trouble)}</p>' if trouble else ""
    steps = f'<p class="step">Step {step} of 3</p>' if step else ""
    content = f"""<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <title>{escape(title)} · bimmerhub emulator</title>
    <style>{_STYLE}</style>
  </head>
  <body>
    <header>bimmerhub emulator · not BMW</header>
    <main>{steps}<h1>{escape(title)}</h1>{note}{body}
    </main>
    <footer>A stand-in for BMW's sign-in page, for demos and tests. Accounts and vehicles are made up,
      and nothing you type leaves this computer. Not affiliated with BMW AG.</footer>
  </body>
</html>
"""
    return HTMLResponse(content, status_code=400 if trouble else 200, headers=_HEADERS)


_HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "Referrer-Policy": "no-referrer",
}

_STYLE = """
:root { color-scheme: light dark; --ink: #16202c; --soft: #5b6776; --paper: #fff; --ground: #eef1f4; --line: #cfd6de;
  --accent: #0b6b5d; --on-accent: #fff; --warn: #9b2c1f; --warn-ground: #fdeeeb; }
@media (prefers-color-scheme: dark) { :root { --ink: #e8edf2; --soft: #9eabb8; --paper: #1b232d; --ground: #11171e;
  --line: #36424f; --accent: #46b8a4; --on-accent: #08211d; --warn: #ffb4a6; --warn-ground: #3a1d19; } }
* { box-sizing: border-box; }
body { margin: 0; padding: 1.5rem 1rem; min-height: 100vh; display: flex; flex-direction: column; align-items: center;
  gap: 1rem; background: var(--ground); color: var(--ink); font: 1rem/1.5 system-ui, sans-serif; }
header { font-weight: 600; padding: .3rem .9rem; border: 1px dashed var(--warn); border-radius: 2rem; color:
var(--warn); } main { width: 100%; max-width: 26rem; padding: 1.75rem; background: var(--paper); border: 1px solid
var(--line);
  border-radius: .8rem; }
h1 { margin: 0 0 .75rem; font-size: 1.5rem; line-height: 1.2; }
.step { margin: 0 0 .25rem; color: var(--soft); font-size: .85rem; }
.trouble { padding: .7rem .9rem; border-radius: .4rem; background: var(--warn-ground); color: var(--warn); }
label { display: block; margin: 1rem 0 .25rem; font-weight: 600; }
input { width: 100%; padding: .65rem .75rem; font: inherit; color: inherit; background: var(--ground);
  border: 1px solid var(--line); border-radius: .4rem; }
input.code { font: 1.4rem ui-monospace, monospace; letter-spacing: .18em; text-align: center; }
button { width: 100%; margin-top: 1.25rem; padding: .75rem; font: inherit; font-weight: 600; cursor: pointer;
  color: var(--on-accent); background: var(--accent); border: 1px solid var(--accent); border-radius: .4rem; }
button.quiet { margin-top: .6rem; color: var(--ink); background: transparent; border-color: var(--line); }
:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; }
code { overflow-wrap: anywhere; font-size: .9em; }
footer { max-width: 26rem; color: var(--soft); font-size: .85rem; text-align: center; }
"""
