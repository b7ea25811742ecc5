"""What the hub answers while its database is brought up to date: its health, and 503 to all else."""

from collections.abc import Callable, Collection

from starlette.requests import Request
from starlette.types import ASGIApp, Receive, Scope, Send

from bimmerhub.errors import StoreError
from bimmerhub.views.health import view_health
from bimmerhub.views.ports.accounts import AccountLinks
from bimmerhub.views.ports.health import HealthReport
from bimmerhub.views.viewer import STRANGER
from bimmerhub.web.access.host_gate import HostGate
from bimmerhub.web.answers import json_answer
from bimmerhub.web.problems import error_response

HEALTH_PATH = "/api/v1/health"


def build_migrating_app(
    report: HealthReport, accounts: AccountLinks, *, doing: Callable[[], str], allowed_hosts: Collection[str] = ()
) -> ASGIApp:
    """Return the application of that time; `doing` says in words how far it is. It gives out nothing that is stored.

    `allowed_hosts` as `build_app`.
    """

    async def answer(scope: Scope, receive: Receive, send: Send) -> None:
        if Request(scope).url.path == HEALTH_PATH:
            response = json_answer(await view_health(STRANGER, report, accounts))
        else:
            error = StoreError(f"the database is being brought up to date: {doing()}", hint="Ask again in a moment.")
            response = error_response(error)
        await response(scope, receive, send)

    return HostGate(answer, allowed_hosts=allowed_hosts)
