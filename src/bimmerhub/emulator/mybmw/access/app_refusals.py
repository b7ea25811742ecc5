"""The refusals of the MyBMW app's API."""

import uuid
from collections.abc import Mapping

from starlette.responses import PlainTextResponse, Response
from typing_extensions import override

from bimmerhub.emulator.remote.refusals import RemoteRefusal


class PlainRefusal(RemoteRefusal):
    """An answer of `status` with a text that is no JSON."""

    def __init__(self, status: int, text: str) -> None:
        super().__init__(status)
        self.text = text

    @override
    def answer(self, *, status: int | None = None) -> Response:
        return PlainTextResponse(self.text, status_code=status or self.status)


def gateway_refusal(status: int, words: str) -> RemoteRefusal:
    """Return a refusal in the words of the gateway before the services."""
    return RemoteRefusal(status, {"statusCode": status, "message": words})


def unauthorized() -> RemoteRefusal:
    """Return the answer to a missing, expired or foreign token (RFC 7807, as stored; often it was empty)."""
    body: Mapping[str, object] = {
        "type": "https://tools.ietf.org/html/rfc7235#section-3.1",
        "title": "Unauthorized",
        "status": 401,
        "traceId": f"00-{uuid.uuid4().hex}-{uuid.uuid4().hex[:16]}-00",
    }
    return RemoteRefusal(401, body)


def no_subscription_key() -> RemoteRefusal:
    """Return the answer to a request without subscription key (a general text of this gateway)."""
    words = "Access denied due to missing subscription key. Make sure to include subscription key when making requests"
    return gateway_refusal(401, f"{words} to an API.")


def wrong_subscription_key() -> RemoteRefusal:
    """Return the answer to an unknown subscription key (a general text of this gateway)."""
    words = (
        "Access denied due to invalid subscription key. Make sure to provide a valid key for an active subscription."
    )
    return gateway_refusal(401, words)


def out_of_quota(left_s: int) -> RemoteRefusal:
    """Return the answer to a call beyond the quota, which is full again in so many seconds."""
    hours, minutes, seconds = left_s // 3600, left_s // 60 % 60, left_s % 60
    wait = f"{hours:02}:{minutes:02}:{seconds:02}"
    return gateway_refusal(403, f"Out of call volume quota. Quota will be replenished in {wait}.")


def blocked() -> RemoteRefusal:
    """Return the answer to every program but BMW's own app (users since 2025-09-26)."""
    return PlainRefusal(403, "Blocked")


def forbidden() -> RemoteRefusal:
    """Return the answer to a missing or obsolete x-user-agent."""
    return gateway_refusal(403, "Forbidden")


def malformed_agent() -> RemoteRefusal:
    """Return the answer to an x-user-agent that cannot be understood; its words are inferred."""
    return gateway_refusal(400, "The header x-user-agent is malformed.")


def malformed(words: str) -> RemoteRefusal:
    """Return the answer to something else that is malformed (inferred)."""
    return gateway_refusal(400, words)


def not_found() -> RemoteRefusal:
    """Return the answer about a car or a service that there is not."""
    return gateway_refusal(404, "Resource not found")


def busy() -> RemoteRefusal:
    """Return the answer of a car that has another command to do."""
    return gateway_refusal(409, "The vehicle is busy. Try again later.")


def server_error(words: str) -> RemoteRefusal:
    """Return the answer to what a service cannot digest."""
    return gateway_refusal(500, words)
