"""The pages a person sees: type the user code, sign in, approve or decline.

They work without JavaScript and without cookies.

Programs can post the same three forms: `user_code` to `/oneid/link`; `user_code`, `user` and `password` to
`/oneid/sign-in`, whose page holds a hidden `ticket`; `ticket` and `decision` (`approve` or `decline`) to
`/oneid/decide`. A service provider's page says what it is for, and has a box `vin` for each car (inferred).
"""

import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from html import escape

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bimmerhub.emulator.cars import CarIdentity
from bimmerhub.emulator.host.clock import EmulatorClock
from bimmerhub.emulator.host.page_frame import page, read_field
from bimmerhub.emulator.owners.emulated_accounts import ProviderClient
from bimmerhub.emulator.sign_in.grants import DeviceGrant
from bimmerhub.emulator.sign_in.identity import Identity
from bimmerhub.emulator.sign_in.oauth import LINK_PATH
from bimmerhub.emulator.sign_in.scopes import API_SCOPE, STREAM_SCOPE
from bimmerhub.ids import Gcid

SIGN_IN_PATH = "/oneid/sign-in"
DECIDE_PATH = "/oneid/decide"

SIGN_IN_TROUBLE = (
    "User or password are not right. The emulator shows both when it starts; "
    "they have nothing to do with a real BMW ID."
)
_CODE_TROUBLE = (
    "This code is not waiting for anyone: it may be mistyped (upper and lower case matter), used already, or too old. "
    "If in doubt, ask the program for a new one."
)
_FOREIGN_TROUBLE = "This code belongs to a client of another account. Sign in as the owner of that account."
_NO_CAR_TROUBLE = "Without a car there is nothing to allow. Begin again with the code, and tick one."
_SCOPE_WORDS = {
    "openid": "know the number of your account (GCID)",
    API_SCOPE: "ask for the data of your vehicles (CarData API)",
    STREAM_SCOPE: "receive what your vehicles send (CarData Stream)",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Ticket:
    """Someone has signed in and is about to decide for the account `gcid`."""

    user_code: str
    client_id: str
    gcid: Gcid
    expires_at_ms: int


class LinkPages:
    """`/oneid/link` and what follows it. `cars_of` returns the cars that an owner can let a provider have."""

    def __init__(
        self, identity: Identity, *, clock: EmulatorClock, cars_of: Callable[[Gcid], Sequence[CarIdentity]]
    ) -> None:
        self._identity = identity
        self._clock = clock
        self._cars_of = cars_of
        self._tickets: dict[str, _Ticket] = {}

    def routes(self) -> list[Route]:
        """Return the routes of the pages."""
        return [
            Route(LINK_PATH, self._show_code, methods=["GET"]),
            Route(LINK_PATH, self._take_code, methods=["POST"]),
            Route(SIGN_IN_PATH, self._take_sign_in, methods=["POST"]),
            Route(DECIDE_PATH, self._take_decision, methods=["POST"]),
        ]

    async def _show_code(self, request: Request) -> Response:
        return _code_page(request.query_params.get("user_code", ""))

    async def _take_code(self, request: Request) -> Response:
        user_code = await read_field(request, "user_code")
        if self._identity.pending_grant(user_code) is None:
            return _code_page(user_code, trouble=_CODE_TROUBLE)
        return _sign_in_page(user_code)

    async def _take_sign_in(self, request: Request) -> Response:
        user_code, user = await read_field(request, "user_code"), await read_field(request, "user")
        grant = self._identity.pending_grant(user_code)
        if grant is None:
            return _code_page(user_code, trouble=_CODE_TROUBLE)
        account = self._identity.sign_in(user, await read_field(request, "password"))
        if account is None:
            return _sign_in_page(user_code, user=user, trouble=SIGN_IN_TROUBLE)
        gcid = self._identity.owner_for(account, grant.client_id)
        if gcid is None:
            return _sign_in_page(user_code, trouble=_FOREIGN_TROUBLE)
        ticket, provider = self._new_ticket(grant, gcid), self._identity.consents.provider(grant.client_id)
        name = "" if provider is None else provider.name or "A service provider"
        wish = "" if provider is None else _provider_html(provider, self._cars_of(gcid))
        return _consent_page(grant, user=account.user, ticket=ticket, provider=name, wish=wish)

    async def _take_decision(self, request: Request) -> Response:
        ticket = self._tickets.pop(await read_field(request, "ticket"), None)
        decision = await read_field(request, "decision")
        if ticket is None or decision not in {"approve", "decline"}:
            return _code_page("", trouble="This page was used already or is too old. Begin again with the code.")
        chosen = {str(vin) for vin in (await request.form()).getlist("vin")}
        vins = [car.vin for car in self._cars_of(ticket.gcid) if car.vin in chosen]
        is_provider = self._identity.consents.provider(ticket.client_id) is not None
        if is_provider and not vins and decision == "approve":
            return _code_page(ticket.user_code, trouble=_NO_CAR_TROUBLE)
        if not self._identity.decide(ticket.user_code, approve=decision == "approve", gcid=ticket.gcid, vins=vins):
            return _code_page(ticket.user_code, trouble=_CODE_TROUBLE)
        return _result_page(is_approved=decision == "approve")

    def _new_ticket(self, grant: DeviceGrant, gcid: Gcid) -> str:
        now_ms = self._clock.now_ms()
        self._tickets = {key: ticket for key, ticket in self._tickets.items() if ticket.expires_at_ms > now_ms}
        key = secrets.token_urlsafe(24)
        self._tickets[key] = _Ticket(
            user_code=grant.user_code, client_id=grant.client_id, gcid=gcid, expires_at_ms=grant.expires_at_ms
        )
        return key


def _code_page(user_code: str, *, trouble: str = "") -> Response:
    return page(
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
    return page(
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


def _provider_html(provider: ProviderClient, cars: Sequence[CarIdentity]) -> str:
    """Return what a service provider asks for, and the cars to choose from."""
    keys = "".join(f"<li><code>{key}</code></li>" for key in provider.descriptors)
    extent = f"<details><summary>{len(provider.descriptors)} values of a vehicle</summary><ul>{keys}</ul></details>"
    boxes = "".join(
        f"""
            <label class="tick"><input type="checkbox" name="vin" value="{car.vin}" checked>
              <span>{escape(car.model_name)} <code>{car.vin}</code></span></label>"""
        for car in cars
    )
    return f"""
          <p>What for: <b>{escape(provider.purpose or "no purpose is named")}</b></p>
          {extent if provider.descriptors else "<p>Every value that it names in its containers.</p>"}
          <p>For which vehicles? You can take this back at any time under My vehicles.</p>{boxes}"""


def _consent_page(grant: DeviceGrant, *, user: str, ticket: str, provider: str, wish: str) -> Response:
    """Return the page that asks for the decision; `provider` and `wish` are a service provider's name and request."""
    client = f"client <code>{escape(grant.client_id)}</code>"
    asker = f"<b>{escape(provider)}</b> ({client})" if provider else f"The {client}"
    wishes = "".join(f"<li>{escape(_SCOPE_WORDS[scope])}</li>" for scope in grant.scopes if scope in _SCOPE_WORDS)
    return page(
        "Allow access?",
        f"""
        <p>You are signed in as <b>{escape(user)}</b>. {asker}
          with the code <code>{escape(grant.user_code)}</code> wants to:</p>
        <ul>{wishes}</ul>
        <form method="post" action="{DECIDE_PATH}">
          <input type="hidden" name="ticket" value="{ticket}">{wish}
          <button type="submit" name="decision" value="approve">Approve</button>
          <button type="submit" name="decision" value="decline" class="quiet">Decline</button>
        </form>""",
        step=3,
    )


def _result_page(*, is_approved: bool) -> Response:
    if is_approved:
        return page("Connected", "<p>The program has access now. You can close this page and go back to it.</p>")
    return page("Declined", "<p>The program gets no access. You can close this page.</p>")
