"""The front page `/`: what BMW shows to an owner, with a link to each part that people can open."""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bimmerhub.emulator.customer_portal.html import PORTAL_PATH
from bimmerhub.emulator.host.listener import is_loopback
from bimmerhub.emulator.host.page_frame import page
from bimmerhub.emulator.owners.owners_page import OWNERS_PATH
from bimmerhub.emulator.sign_in.oauth import LINK_PATH


class FrontPage:
    """The page at `/`."""

    def routes(self) -> list[Route]:
        """Return the route of the page."""
        return [Route("/", self._show, methods=["GET"])]

    async def _show(self, request: Request) -> Response:
        owners = ""
        if is_loopback(request.url.hostname or ""):  # under BMW's own name the page is not there
            owners = f'<p><a href="{OWNERS_PATH}">Owners and cars</a>: map, unmap and sell them, let a SIM expire.</p>'
        return page(
            "What BMW shows to an owner",
            f"""
        <p><a href="{LINK_PATH}">Connect a program</a>: type the code that it shows.</p>
        <p><a href="{PORTAL_PATH}">My vehicles</a>: the portal, with clients, services and the data stream.</p>
        <p>Programs find the cars at CarData, below <code>/customers</code>,</p>
        <p>and as they were asked for until 2021: i Remote below <code>/webapi/v1</code>, ConnectedDrive below
        <code>/api</code>.</p>
        {owners}""",
        )
