"""Failures as answers: which exception becomes which HTTP status. The shape of all of them is in `views.problems`."""

import math
from collections.abc import Mapping
from http import HTTPMethod, HTTPStatus
from typing import Any, Final

from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Match
from starlette.types import Scope

from bimmerhub.errors import (
    BimmerhubError,
    BmwRefused,
    BmwUnavailable,
    ConfigError,
    HubBusy,
    MalformedPayload,
    NotFound,
    QuotaSpent,
    RateLimited,
    SignInRequired,
    StoreError,
)
from bimmerhub.views.problems import problem, to_problem
from bimmerhub.web.answers import json_answer

_STATUSES: Final[Mapping[type[BimmerhubError], HTTPStatus]] = {
    ConfigError: HTTPStatus.UNPROCESSABLE_ENTITY,
    NotFound: HTTPStatus.NOT_FOUND,
    SignInRequired: HTTPStatus.CONFLICT,
    BmwRefused: HTTPStatus.CONFLICT,
    QuotaSpent: HTTPStatus.TOO_MANY_REQUESTS,
    HubBusy: HTTPStatus.SERVICE_UNAVAILABLE,
    RateLimited: HTTPStatus.TOO_MANY_REQUESTS,
    BmwUnavailable: HTTPStatus.BAD_GATEWAY,
    MalformedPayload: HTTPStatus.BAD_GATEWAY,
    StoreError: HTTPStatus.SERVICE_UNAVAILABLE,
    BimmerhubError: HTTPStatus.INTERNAL_SERVER_ERROR,
}
"""The root comes last: every error is one."""


_KINDS: Final[Mapping[HTTPStatus, str]] = {HTTPStatus.REQUEST_ENTITY_TOO_LARGE: "content_too_large"}
"""What has another name in another version of Python."""


def error_response(error: BimmerhubError) -> Response:
    """Return the answer to a request that failed with `error`."""
    status = next(status for error_class, status in _STATUSES.items() if isinstance(error, error_class))
    headers = {"retry-after": str(math.ceil(error.retry_after_s))} if isinstance(error, RateLimited) else None
    return json_answer(to_problem(error), status=status, headers=headers)


def add_problem_handlers(app: FastAPI) -> None:
    """Make every failure of `app` answer in the shape of `Problem`."""
    app.add_exception_handler(BimmerhubError, _own_error)
    app.add_exception_handler(RequestValidationError, _invalid_request)
    app.add_exception_handler(HTTPException, _http_error)
    app.add_exception_handler(Exception, _unexpected)


async def _own_error(_request: Request, error: Exception) -> Response:
    if not isinstance(error, BimmerhubError):
        raise error
    return error_response(error)


async def _invalid_request(request: Request, error: Exception) -> Response:
    if not isinstance(error, RequestValidationError):
        raise error
    faults = "; ".join(_describe_fault(fault) for fault in error.errors())
    is_body_unread = any(fault["loc"] == ("body",) for fault in error.errors())
    hint = "/api/openapi.json describes it."
    if is_body_unread and "json" not in request.headers.get("content-type", ""):
        hint = "Send the body as JSON, with the header Content-Type: application/json."
    body = problem("invalid_request", faults or "the request is not valid", hint=hint)
    return json_answer(body, status=HTTPStatus.UNPROCESSABLE_ENTITY)


def _describe_fault(fault: Mapping[str, Any]) -> str:  # pydantic's own type
    if fault["type"] == "json_invalid":
        return f"the body cannot be read: {fault['ctx']['error']}"
    path = fault["loc"]
    return f"{'.'.join(str(part) for part in path[1:]) or path[0]}: {fault['msg']}"


async def _http_error(request: Request, error: Exception) -> Response:
    if not isinstance(error, HTTPException):
        raise error
    status, headers = HTTPStatus(error.status_code), error.headers
    if status is HTTPStatus.METHOD_NOT_ALLOWED:  # Starlette names the methods of one route of the path only
        headers = {"allow": ", ".join(_methods_at(request))}
    body = problem(_KINDS.get(status, status.name.lower()), str(error.detail))
    return json_answer(body, status=status, headers=headers)


def _methods_at(request: Request) -> list[str]:
    """Return the methods that some route takes at a request's path, in alphabetical order."""
    return [method for method in sorted(HTTPMethod) if _is_taken({**request.scope, "method": method}, request)]


def _is_taken(scope: Scope, request: Request) -> bool:
    return any(route.matches(scope)[0] is Match.FULL for route in request.app.routes)


async def _unexpected(_request: Request, _error: Exception) -> Response:
    body = problem("internal", "the hub made a mistake", hint="Its log has the details; please report them.")
    return json_answer(body, status=HTTPStatus.INTERNAL_SERVER_ERROR)
