"""The page on which an owner sees what service providers have, and withdraws it: all, one car, or one container.

Programs can post the same form to `/mybmw/granted`: the hidden `csrf`, the `provider`'s client id, and `vin`,
`container` or neither, which withdraws all. That there is such a page is BMW's word, its look and extent are inferred.
"""

from collections.abc import Sequence
from html import escape

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from bimmerhub.emulator.customer_portal.granted_access import Grant, GrantedAccess
from bimmerhub.emulator.customer_portal.html import GRANTED_PATH, PORTAL_PATH, hidden_word
from bimmerhub.emulator.customer_portal.registrations import PortalRefusal
from bimmerhub.emulator.customer_portal.visits import Visit, Visits
from bimmerhub.emulator.host.page_frame import page, read_field
from bimmerhub.times import SECOND_MS, format_time

_TITLE = "Access of service providers"


class GrantedPages:
    """`/mybmw/granted`."""

    def __init__(self, granted: GrantedAccess, *, visits: Visits) -> None:
        self._granted = granted
        self._visits = visits

    def routes(self) -> list[Route]:
        """Return the routes of the page."""
        return [
            Route(GRANTED_PATH, self._visits.signed_in(self._show), methods=["GET"]),
            Route(GRANTED_PATH, self._visits.signed_in(self._withdraw), methods=["POST"]),
        ]

    async def _show(self, _request: Request, visit: Visit) -> Response:
        return self._page(visit)

    async def _withdraw(self, request: Request, visit: Visit) -> Response:
        client_id = await read_field(request, "provider")
        vin, container_id = await read_field(request, "vin"), await read_field(request, "container")
        try:
            if vin:
                self._granted.withdraw_car(visit.gcid, client_id, vin)
            elif container_id:
                self._granted.withdraw_container(visit.gcid, client_id, container_id)
            else:
                self._granted.withdraw(visit.gcid, client_id)
        except PortalRefusal as refusal:
            return self._page(visit, trouble=str(refusal))
        return RedirectResponse(GRANTED_PATH, status_code=303)

    def _page(self, visit: Visit, *, trouble: str = "") -> Response:
        grants = self._granted.of_owner(visit.gcid)
        sections = "".join(_section(grant, csrf=visit.csrf) for grant in grants)
        body = f"""
        <nav><a href="{PORTAL_PATH}">All vehicles</a><span>Signed in as <b>{escape(visit.user)}</b></span></nav>
        {sections or "<p>No service provider has access to your vehicles.</p>"}"""
        return page(_TITLE, body, trouble=trouble, is_wide=True)


def _section(grant: Grant, *, csrf: str) -> str:
    provider, consent = grant.provider, grant.consent
    cars = [
        f"<li>{escape(car.model_name)} <code>{car.vin}</code> "
        f"{_form(grant, csrf, 'Withdraw this vehicle', vin=car.vin)}</li>"
        for car in grant.cars
    ]
    containers = [
        f"<li>{escape(container.name or container.purpose or 'No purpose is named')}: "
        f"{_extent(container.technical_descriptors)} "
        f"{_form(grant, csrf, 'Withdraw these values', container=container.container_id)}</li>"
        for container in grant.containers
    ]
    since = format_time(consent.granted_at_ms // SECOND_MS * SECOND_MS)
    extent = _extent(consent.descriptors) if consent.descriptors else "<p>Whatever it asks for.</p>"
    return f"""
        <section>
          <h2>{escape(provider.name or "A service provider")}</h2>
          <p>{escape(provider.purpose or "No purpose is named")}</p>
          <p class="note">Since {since}, by the client <code>{escape(provider.client_id)}</code></p>
          <p>It may have of these vehicles:</p>{extent}
          <ul>{"".join(cars) or "<li>No vehicle is left.</li>"}</ul>
          <p>What it has asked for:</p><ul>{"".join(containers) or "<li>nothing yet</li>"}</ul>
          {_form(grant, csrf, "Withdraw all access")}
        </section>"""


def _extent(descriptors: Sequence[str]) -> str:
    keys = "".join(f"<li><code>{escape(key)}</code></li>" for key in descriptors)
    return f"<details><summary>{len(descriptors)} values</summary><ul>{keys}</ul></details>"


def _form(grant: Grant, csrf: str, words: str, **fields: str) -> str:
    """Return a form with one button that withdraws what `fields` name."""
    hidden = {"provider": grant.provider.client_id, **fields}
    inputs = "".join(f'<input type="hidden" name="{name}" value="{escape(text)}">' for name, text in hidden.items())
    return f"""<form method="post" action="{GRANTED_PATH}" class="actions">{hidden_word(csrf)}{inputs}
            <button type="submit" class="quiet">{words}</button></form>"""
