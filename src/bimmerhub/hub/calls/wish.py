"""A wish to call: made into the request, shown with its secrets masked, and sent."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Final

from bimmerhub.bmw.http import Answer
from bimmerhub.bmw.operations.operation import Operation
from bimmerhub.bmw.operations.operation_rest import OperationCalls
from bimmerhub.bmw.signed_calls import MASK, ApiRequest
from bimmerhub.hub.calls.operation_tables import operation_of
from bimmerhub.views.ports.calls import CalledAnswer, CallWish, ShownRequest

_SECRETS: Final = frozenset(
    {
        "username",
        "password",
        "authorization",
        "bmwskanswer",
        "bmwusa_api_key",
        "ocp-apim-subscription-key",
        "refresh_token",
        "otpmsg",
    }
)
"""Members that are masked, in lower case: keys, tokens, and what a person signs in with."""
_NOT_SHOWN: Final = frozenset({"set-cookie"})


def find_wanted(family: str, wish: CallWish) -> Operation | None:
    """Return the operation that a wish names, None for a bare path; ConfigError when there is none."""
    return None if wish.operation is None else operation_of(family, wish.operation)


async def to_api_request(calls: OperationCalls, operation: Operation | None, wish: CallWish) -> ApiRequest:
    """Return the request of a wish; nothing is sent, but tokens may be renewed to know the account's id."""
    if operation is None:
        return await calls.request_of_path(wish.path or "", vin=wish.vin)
    return await calls.request_of(operation, wish.values)


def show(calls: OperationCalls, request: ApiRequest) -> ShownRequest:
    """Return a request as it may be shown: what is secret in it is masked."""
    return ShownRequest(
        method=request.method,
        url=request.url,
        headers=calls.headers_of(replace(request, headers=_masked(request.headers))),
        query=_masked(request.query or {}),
        form=None if request.form is None else _masked(request.form),
        json=_masked(request.json) if isinstance(request.json, dict) else request.json,
    )


def describe(answer: Answer) -> CalledAnswer:
    """Return an answer without what could open the account."""
    headers = {name: text for name, text in answer.headers.items() if name not in _NOT_SHOWN}
    return CalledAnswer(status=answer.status, headers=headers, body=answer.body)


def _masked(members: Mapping[str, str]) -> dict[str, str]:
    return {name: MASK if name.lower() in _SECRETS else value for name, value in members.items()}
