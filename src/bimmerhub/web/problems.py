"""Failures as answers: which exception becomes which status, and the one shape that all of them have."""

import math
import re
from collections.abc import Mapping
from http import HTTPStatus
from typing import Final

from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from bimmerhub.errors import (
    BimmerhubError,
    BmwRefused,
    BmwUnavailable,
    ConfigError,
    MalformedPayload,
    QuotaSpent,
    RateLimited,
    SignInRequired,
    StoreError,
)
from bimmerhub.views.describe import json_answer
from bimmerhub.views.shapes import Problem

_STATUSES: Final[Mapping[type[BimmerhubError], HTTPStatus]] = {
    ConfigError: HTTPStatus.UNPROCESSABLE_ENTITY,
    SignInRequired: HTTPStatus.CONFLICT,
    BmwRefused: HTTPStatus.CONFLICT,
    QuotaSpent: HTTPStatus.TOO_MANY_REQUESTS,
    RateLimited: HTTPStatus.TOO_MANY_REQUESTS,
    BmwUnavailable: HTTPStatus.BAD_GATEWAY,
    MalformedPayload: HTTPStatus.BAD_GATEWAY,
    StoreError: HTTPStatus.SERVICE_UNAVAILABLE,
}
_WORD_START = re.compile(r"(?<!^)(?=[A-Z])")


class NotFound(BimmerhubError):
    """What the address names does not exist here; nothing outside `web` meets this."""


def problem(kind: str, message: str, *, hint: str | None = None) -> Problem:
    """Return the body of an answer that is not a success."""
    return {"error": {"kind": kind, "message": message, "hint": hint}}


def describe_error(error: BimmerhubError) -> Problem:
    """Return an exception as a body; its class gives the kind (`StoreError` is `store_error`)."""
    return problem(_WORD_START.sub("_", type(error).__name__).lower(), str(error), hint=error.hint)


def error_response(error: BimmerhubError) -> Response:
    """Return the answer to a request that failed with `error`."""
    if isinstance(error, NotFound):
        return json_answer(describe_error(error), status=HTTPStatus.NOT_FOUND)
    status = next((status for cause, status in _STATUSES.items() if isinstance(error, cause)), None)
    headers: dict[str, str] = {}
    if isinstance(error, RateLimited):
        headers["retry-after"] = str(math.ceil(error.retry_after_s))
    return json_answer(describe_error(error), status=status or HTTPStatus.INTERNAL_SERVER_ERROR, headers=headers)


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


async def _invalid_request(_request: Request, error: Exception) -> Response:
    if not isinstance(error, RequestValidationError):
        raise error
    faults = "; ".join(f"{_place(fault['loc'])}: {fault['msg']}" for fault in error.errors())
    body = problem("invalid_request", faults or "the request is not valid", hint="/api/openapi.json describes it.")
    return json_answer(body, status=HTTPStatus.UNPROCESSABLE_ENTITY)


def _place(path: tuple[str | int, ...]) -> str:
    return ".".join(str(part) for part in path[1:]) or str(path[0])


async def _http_error(_request: Request, error: Exception) -> Response:
    if not isinstance(error, HTTPException):
        raise error
    status = HTTPStatus(error.status_code)
    body = problem(status.name.lower(), str(error.detail), hint=None)
    return json_answer(body, status=status, headers=error.headers)


async def _unexpected(_request: Request, _error: Exception) -> Response:
    body = problem("internal", "the hub made a mistake", hint="Its log has the details; please report them.")
    return json_answer(body, status=HTTPStatus.INTERNAL_SERVER_ERROR)
