"""Calling any operation of BMW's interfaces: the request as it goes out, and BMW's answer as it came."""

import base64
from collections.abc import Mapping
from typing import Annotated

import msgspec

from bimmerhub.errors import ConfigError
from bimmerhub.ids import parse_vin
from bimmerhub.views.ports.calls import BmwCalls, CalledAnswer, CallOutcome, CallWish, ShownRequest
from bimmerhub.views.ports.commands import Asker
from bimmerhub.views.viewer import Viewer

Texts = dict[str, str]


class CalledRequest(msgspec.Struct, frozen=True, kw_only=True):
    """A request to BMW; what is secret in it is `***`. At most one of `form` and `json` is there."""

    method: str
    url: str
    headers: Texts
    query: Texts
    form: Texts | None
    json: Annotated[object, msgspec.Meta(description="the JSON document, null for none")]


class BmwsAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """BMW's answer as it came: `text` is its body, or `base64` where that is no text, such as a picture."""

    status: int
    headers: Texts
    text: str | None
    base64: str | None


class CallOutcomeAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """What was called."""

    account: str
    family: str
    operation: Annotated[str | None, msgspec.Meta(description="null for a bare path")]
    request: CalledRequest
    answer: Annotated[BmwsAnswer | None, msgspec.Meta(description="null when the request was only shown")]


def to_wish(
    *,
    operation: str | None,
    path: str | None,
    params: Mapping[str, object],
    vin: str | None = None,
    family: str | None = None,
) -> CallWish:
    """Return a wish; ConfigError unless it names just one of operation and path, and `vin` is a VIN."""
    if (operation is None) == (path is None):
        raise ConfigError("name an operation, or a path that no operation describes", hint="Just one of both.")
    try:
        car = None if vin is None else parse_vin(vin)
    except ValueError as error:
        raise ConfigError(str(error)) from error
    return CallWish(family=family, operation=operation, path=path, values=params, vin=car)


async def needs_command_scope(calls: BmwCalls, account: str, wish: CallWish) -> bool:
    """Tell whether a wish changes something at BMW or in a car."""
    return await calls.changes(account, wish)


async def show_call(viewer: Viewer, calls: BmwCalls, account: str, wish: CallWish) -> CallOutcomeAnswer:
    """Return the request that a wish would be; it is not sent."""
    viewer.require_owner()
    return describe_outcome(account, wish, await calls.show(account, wish))


async def call(viewer: Viewer, calls: BmwCalls, account: str, wish: CallWish, *, asker: Asker) -> CallOutcomeAnswer:
    """Send a wish and return BMW's answer; errors as `BmwCalls.call`."""
    viewer.require_owner()
    return describe_outcome(account, wish, await calls.call(account, wish, asker=asker))


def describe_outcome(account: str, wish: CallWish, outcome: CallOutcome) -> CallOutcomeAnswer:
    """Return what was called in its public shape."""
    return CallOutcomeAnswer(
        account=account,
        family=outcome.family,
        operation=wish.operation,
        request=_describe_request(outcome.request),
        answer=None if outcome.answer is None else _describe_answer(outcome.answer),
    )


def _describe_request(request: ShownRequest) -> CalledRequest:
    return CalledRequest(
        method=request.method,
        url=request.url,
        headers=dict(request.headers),
        query=dict(request.query),
        form=None if request.form is None else dict(request.form),
        json=request.json,
    )


def _describe_answer(answer: CalledAnswer) -> BmwsAnswer:
    try:
        text, encoded = answer.body.decode(), None
    except UnicodeDecodeError:
        text, encoded = None, base64.b64encode(answer.body).decode()
    return BmwsAnswer(status=answer.status, headers=dict(answer.headers), text=text, base64=encoded)
