"""The hub's web application: `/api/v1`, `/metrics` and the page."""

from collections.abc import Collection
from typing import TYPE_CHECKING, Any, Final

from fastapi import APIRouter, Depends, FastAPI

from bimmerhub import __version__
from bimmerhub.views.shapes import Problem
from bimmerhub.web.access.gate import Gate
from bimmerhub.web.access.log import AccessLog
from bimmerhub.web.problems import add_problem_handlers
from bimmerhub.web.routes import accounts as account_routes
from bimmerhub.web.routes import containers as container_routes
from bimmerhub.web.routes import history, operation, page
from bimmerhub.web.routes import imports as import_routes
from bimmerhub.web.routes import vehicles as vehicle_routes
from bimmerhub.web.routes.context import Context
from bimmerhub.web.routes.parameters import refuse_unknown_parameters

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
"""Off also where the environment switches it on: FastAPI would tell whole addresses, VINs included."""

_DESCRIPTION: Final = """
Everything that one hub knows of its vehicles. Times are ISO 8601, UTC; every number's name or `unit` carries its unit;
null means "not reported". Lists are `{"items": [...], "next": null or token}`. Failures are
`{"error": {"kind", "message", "hint"}}`.

Without a password or token the API is open to programs on the same machine, for reading. Otherwise, and for every
change, send `Authorization: Bearer TOKEN` (`bimmerhub tokens create`).
"""

_PROBLEMS: Final[dict[int | str, dict[str, Any]]] = {  # FastAPI's own type
    401: {"model": Problem, "description": "the hub is protected: token or session missing"},
    403: {"model": Problem, "description": "the caller may not do this"},
    404: {"model": Problem, "description": "there is no such thing"},
    409: {"model": Problem, "description": "BMW refused, or a sign-in is needed first"},
    421: {"model": Problem, "description": "the Host header names another host"},
    422: {"model": Problem, "description": "a parameter is wrong"},
    429: {"model": Problem, "description": "too often, or BMW's quota is spent"},
    502: {"model": Problem, "description": "BMW does not answer, or not in its own format"},
    503: {"model": Problem, "description": "the store cannot be used at present"},
}


def build_app(context: Context, *, allowed_hosts: Collection[str] = ()) -> FastAPI:
    """Return the web application over these ports.

    `allowed_hosts` are names that it may be called by besides loopback's and the address it is reached at. FastAPI's
    documentation pages load their scripts from elsewhere and are therefore left out.
    """
    app = FastAPI(
        title="bimmerhub",
        version=__version__,
        description=_DESCRIPTION,
        openapi_url=OPENAPI_PATH,
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        telemetry=NO_TELEMETRY,
    )
    app.state.context = context
    app.include_router(_api())
    app.include_router(operation.metrics_router)
    app.include_router(page.router)
    add_problem_handlers(app)
    app.add_middleware(Gate, credentials=context.credentials, sessions=context.sessions, allowed_hosts=allowed_hosts)
    app.add_middleware(AccessLog)
    return app


def _api() -> APIRouter:
    api = APIRouter(prefix="/api/v1", responses=_PROBLEMS, dependencies=[Depends(refuse_unknown_parameters)])
    for routes in (vehicle_routes, history, account_routes, container_routes, import_routes, operation):
        api.include_router(routes.router)
    return api
