"""Who is signed in to the portal: a cookie that other sites' forms cannot use, and a word in each of its own forms."""

import secrets
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from bimmerhub.emulator.customer_portal.html import PORTAL_PATH
from bimmerhub.emulator.host.page_frame import page, read_field
from bimmerhub.emulator.owners.emulated_accounts import EmulatedAccount
from bimmerhub.ids import Gcid

_COOKIE = "bimmerhub-emulator-portal"
_MOST_VISITS = 1_000  # of the newest; whoever is older signs in again


@dataclass(slots=True, kw_only=True)
class Visit:
    """Someone is signed in. `done` and `new_client_id` are for the next page only."""

    gcid: Gcid
    user: str
    csrf: str
    done: str = ""
    new_client_id: str | None = None


VisitHandler = Callable[[Request, Visit], Awaitable[Response]]


class Visits:
    """The visits of one portal, which all its pages share."""

    def __init__(self) -> None:
        self._visits: dict[str, Visit] = {}

    def find(self, request: Request) -> Visit | None:
        """Return the visit that a request belongs to, None for who is not signed in."""
        return self._visits.get(request.cookies.get(_COOKIE, ""))

    def begin(self, account: EmulatedAccount, request: Request) -> Response:
        """Sign in; return the way on to the portal's first page."""
        while len(self._visits) >= _MOST_VISITS:
            del self._visits[next(iter(self._visits))]
        key = secrets.token_urlsafe(24)
        self._visits[key] = Visit(gcid=account.gcid, user=account.user, csrf=secrets.token_urlsafe(24))
        answer = RedirectResponse(PORTAL_PATH, status_code=303)
        is_tls = request.url.scheme == "https"
        answer.set_cookie(_COOKIE, key, path=PORTAL_PATH, httponly=True, samesite="strict", secure=is_tls)
        return answer

    def end(self, request: Request) -> Response:
        """Sign out; return the way on to the portal's first page."""
        self._visits.pop(request.cookies[_COOKIE], None)
        answer = RedirectResponse(PORTAL_PATH, status_code=303)
        answer.delete_cookie(_COOKIE, path=PORTAL_PATH)
        return answer

    def signed_in(self, handler: VisitHandler) -> Callable[[Request], Awaitable[Response]]:
        """Return an endpoint for signed-in people only, which takes no forms but the portal's own."""

        async def endpoint(request: Request) -> Response:
            visit = self.find(request)
            if visit is None:
                return RedirectResponse(PORTAL_PATH, status_code=303)
            if request.method == "POST" and not await _is_own_form(request, visit):
                return page("My vehicles", "", trouble="This form is not from this visit. Load the page again.")
            return await handler(request, visit)

        return endpoint


async def _is_own_form(request: Request, visit: Visit) -> bool:
    csrf = await read_field(request, "csrf")
    return secrets.compare_digest(csrf.encode(), visit.csrf.encode())
