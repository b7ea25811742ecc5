"""The hub's web application: `/api/v1`, `/metrics` and the page."""

from collections.abc import Collection
from functools import cache
from typing import TYPE_CHECKING, Any, Final

from fastapi import APIRouter, Depends, FastAPI
from starlette.routing import BaseRoute

from bimmerhub import __version__
from bimmerhub.views.problems import Problem
from bimmerhub.views.refused_attempts import RefusedAttempts
from bimmerhub.web.access.forwarding import Forwarding, Network
from bimmerhub.web.access.gate import Gate
from bimmerhub.web.access.host_gate import HostGate
from bimmerhub.web.access.log import AccessLog
from bimmerhub.web.answers import response_of
from bimmerhub.web.client_limits import ClientLimits
from bimmerhub.web.problems import add_problem_handlers
from bimmerhub.web.routes import (
    access,
    accounts,
    backups,
    battery,
    calls,
    catalogue,
    charging_sessions,
    commands,
    containers,
    database,
    documents,
    events,
    fetch,
    garage,
    history,
    imports,
    judgements,
    login,
    operation,
    page,
    parking,
    places,
    rebuild,
    retention,
    specs,
    trips,
    tyre_pressure,
    vehicles,
)
from bimmerhub.web.routes.context import Context
from bimmerhub.web.routes.parameters import refuse_unknown_parameters
from bimmerhub.web.schemas import add_schemas, add_security, share_responses
from bimmerhub.web.settings import EVENT_READERS

if TYPE_CHECKING:
    from fastapi.telemetry import TelemetryConfig  # older versions have neither it nor telemetry

OPENAPI_PATH: Final = "/api/openapi.json"

NO_TELEMETRY: Final["TelemetryConfig"] = {
    "tracing": False,
    "metrics": False,
    "logs": False,
    "operation_spans": False,
    "auto_configure": False,
}
"""Off also where the environment switches it on: FastAPI would report whole addresses, VINs included."""

_DESCRIPTION: Final = """
Everything that one hub knows of its vehicles. Times are ISO 8601, UTC; every number's name or `unit` carries its unit;
null means "not reported". Lists are `{"items": [...], "next": null or token}`. Failures are
`{"error": {"kind", "message", "hint"}}`, with what the kind has besides.

Without a password the API is open to programs on the same machine, for reading. Otherwise, and for every change, send
`Authorization: Bearer TOKEN` (`bimmerhub tokens create`).
"""

_TAGS: Final = {
    "accounts": "BMW accounts: signing in, quota, what they own.",
    "calls": "Any operation of any of BMW's interfaces.",
    "commands": "What a car is asked to do, and what came of it.",
    "containers": "CarData's containers at BMW.",
    "documents": "What BMW said of a car as a whole: basic data, tyres, charging history and more.",
    "fetch": "Asking BMW now.",
    "charging": "Charging sessions, made from the readings.",
    "history": "Readings of the past.",
    "hub": "The hub itself: health, events, the catalogue.",
    "imports": "Capture files and archives.",
    "judgements": "Readings that are not believed.",
    "parking": "Where the cars stood, and what their batteries lost.",
    "trips": "What the cars drove.",
    "places": "Places of yours, and the meters there.",
    "vehicles": "The cars and their state.",
}

_PROBLEMS: Final[dict[int | str, dict[str, Any]]] = {  # FastAPI's own type
    status: response_of(Problem, description=description)
    for status, description in {
        401: "the hub is protected: token or session missing",
        403: "the caller may not do this",
        404: "there is no such thing",
        409: "BMW refused, or a sign-in is needed first",
        413: "the body is too long",
        421: "the Host header names another host",
        422: "a parameter is wrong",
        429: "too often, or BMW's quota is spent",
        500: "the hub made a mistake; its log has the details",
        502: "BMW does not answer, or not in its own format",
        503: "the store cannot be used at present, or the hub has too much to do",
    }.items()
}


class HubApi(FastAPI):
    """FastAPI that describes the shapes of `views` in its OpenAPI document."""

    def openapi(self) -> dict[str, Any]:
        """Return the OpenAPI document, made at the first call."""
        if self.openapi_schema is None:
            document = super().openapi()
            add_schemas(document)
            share_responses(document, _PROBLEMS)
            add_security(document)
            self.openapi_schema = document
        return self.openapi_schema


def build_app(
    context: Context,
    *,
    allowed_hosts: Collection[str] = (),
    trusted_proxies: Collection[Network] = (),
    event_readers: int = EVENT_READERS,
) -> HubApi:
    """Return the web application over these ports.

    `allowed_hosts` are names that it may be called by besides loopback's and the address it is reached at;
    `trusted_proxies` may say for whom they ask; `event_readers` is how many event streams there may be at once.
    """
    app = _build_api()
    app.state.context = context
    add_problem_handlers(app)
    refused = RefusedAttempts(context.audit, context.vehicles, now_ms=context.now_ms)
    app.state.note_refused = refused.note
    app.add_middleware(ClientLimits, event_readers=event_readers)
    app.add_middleware(
        Gate, credentials=context.credentials, sessions=context.entrance.sessions, note_refused=refused.note
    )
    app.add_middleware(HostGate, allowed_hosts=allowed_hosts)
    app.add_middleware(Forwarding, trusted=trusted_proxies, sightings=context.entrance.proxies)
    app.add_middleware(AccessLog)
    return app


def describe_api() -> dict[str, Any]:
    """Return the OpenAPI document, which depends on no hub."""
    return _build_api().openapi()


def _build_api() -> HubApi:
    """Return the routes. FastAPI's documentation pages load their scripts from elsewhere and are therefore left out."""
    app = HubApi(
        title="bimmerhub",
        version=__version__,
        description=_DESCRIPTION,
        openapi_tags=[{"name": name, "description": description} for name, description in _TAGS.items()],
        openapi_url=OPENAPI_PATH,
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        telemetry=NO_TELEMETRY,
    )
    app.router.routes.extend(_routes())
    return app


@cache
def _routes() -> tuple[BaseRoute, ...]:
    """Return the routes of every application of this process; reading their signatures takes longer than a request."""
    router = APIRouter()
    for part in (_api(), operation.metrics_router, page.router, login.router, specs.router):
        router.include_router(part)
    return tuple(router.routes)


def _api() -> APIRouter:
    api = APIRouter(prefix="/api/v1", responses=_PROBLEMS, dependencies=[Depends(refuse_unknown_parameters)])
    cars = (vehicles, trips, parking, charging_sessions, battery, tyre_pressure, history, judgements, places, catalogue)
    bmw = (commands, documents, fetch, calls, accounts, garage, containers)
    for subject in (*cars, *bmw, imports, rebuild, backups, database, retention, events, operation, access):
        api.include_router(subject.router)
    return api
