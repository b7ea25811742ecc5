"""A running hub as the command line sees it: requests to its API, with the token that it left in hub.json."""

import asyncio
import http.client
import socket
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import TypeVar
from urllib.parse import urlencode, urlsplit

import msgspec

from bimmerhub.errors import BimmerhubError, ConfigError, StoreError
from bimmerhub.hub.process.directory import RunningHub
from bimmerhub.json_faults import NOT_JSON
from bimmerhub.views.problems import Problem, to_error

ANSWER_WITHIN_S = 30.0

T = TypeVar("T")


class HubSilent(StoreError):
    """The hub that hub.json names cannot be reached, or went away before it had answered."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """One request to the API. `path` is below /api/v1; `body` becomes JSON unless it is bytes, None is no body."""

    method: str
    path: str
    query: Mapping[str, str] = field(default_factory=dict)
    body: object = None


@dataclass(frozen=True, slots=True)
class HubClient:
    """Sends requests by the standard library's client, which takes a fifth of the time to import that aiohttp does.

    A failure is the exception that the hub raised, with the same fields.
    """

    hub: RunningHub

    async def fetch(self, path: str, shape: type[T], *, query: Mapping[str, str] | None = None) -> T:
        """Return the answer to GET."""
        return await self.send(Request(method="GET", path=path, query=query or {}), shape)

    async def fetch_bytes(self, path: str) -> bytes:
        """Return the answer to GET as it is: a picture."""
        return await self._send(Request(method="GET", path=path), ANSWER_WITHIN_S)

    async def send_for_picture(self, request: Request, *, within_s: float = ANSWER_WITHIN_S) -> tuple[bytes, int]:
        """Return the answer to a request as it is, and how old the hub says that it is (s); errors as `send`."""
        answer = await self._exchange(request, within_s)
        return answer.body, int(answer.age_s) if answer.age_s.isdigit() else 0

    async def send(self, request: Request, shape: type[T], *, within_s: float = ANSWER_WITHIN_S) -> T:
        """Return the answer to a request.

        HubSilent without an answer in time, StoreError when it is not of that shape, ConfigError for bytes that are no
        text in the request.
        """
        return decode_answer(await self._send(request, within_s), shape)

    async def _send(self, request: Request, within_s: float) -> bytes:
        return (await self._exchange(request, within_s)).body

    async def _exchange(self, request: Request, within_s: float) -> "_Answer":
        address = urlsplit(self.hub.address)
        connection = http.client.HTTPConnection(address.hostname or "", address.port, timeout=within_s)
        try:
            answer = await asyncio.to_thread(_exchange, connection, request, self.hub.token)
        except (OSError, http.client.HTTPException) as error:
            raise silence(self.hub, error) from error
        except UnicodeEncodeError as error:  # Python's stand-in for a byte on the line that is no UTF-8
            raise ConfigError(
                "a word on the line is not UTF-8", hint="Type it anew, or set the terminal to UTF-8"
            ) from error
        finally:
            _hang_up(connection)
        if answer.status >= HTTPStatus.BAD_REQUEST:
            raise decode_error(answer.status, answer.body)
        return answer


@dataclass(frozen=True, slots=True, kw_only=True)
class _Answer:
    """An answer; `age_s` is its header Age, "" without one."""

    status: int
    body: bytes
    age_s: str


def silence(hub: RunningHub, error: Exception) -> HubSilent:
    """Return the error for a hub that did not answer."""
    return HubSilent(
        f"the hub at {hub.address} does not answer: {str(error) or 'no answer in time'}",
        hint=f"See whether it still runs (its process is {hub.pid}) and start it again",
    )


def end_of_events() -> StoreError:
    """Return the error for a hub that stopped while a command followed what comes in."""
    return StoreError("the hub has stopped; nothing more comes in", hint="Start it again: bimmerhub run")


def decode_answer(body: bytes, shape: type[T]) -> T:
    """Return an answer in its shape; StoreError when it has another."""
    try:
        return msgspec.json.decode(body, type=shape)
    except NOT_JSON as error:
        raise StoreError(
            f"the hub gave an answer of another version: {error}",
            hint="Restart the hub: it and this command must agree.",
        ) from error


def decode_error(status: int, body: bytes) -> BimmerhubError:
    """Return the exception that a failed answer stands for."""
    try:
        return to_error(msgspec.json.decode(body, type=Problem))
    except NOT_JSON:
        return StoreError(f"the hub answered {status}")


def _exchange(connection: http.client.HTTPConnection, request: Request, token: str) -> _Answer:
    query = f"?{urlencode(request.query)}" if request.query else ""
    headers = {"Authorization": f"Bearer {token}"}
    body = request.body if isinstance(request.body, bytes | None) else msgspec.json.encode(request.body)
    if body is not None:
        headers["Content-Type"] = "application/octet-stream" if body is request.body else "application/json"
    connection.request(request.method, f"/api/v1/{request.path}{query}", body=body, headers=headers)
    with connection.getresponse() as answer:
        return _Answer(status=answer.status, body=answer.read(), age_s=answer.headers.get("Age", ""))


def _hang_up(connection: http.client.HTTPConnection) -> None:
    """Close the connection; a thread that still waits for an answer, because its task was cancelled, ends by that."""
    if connection.sock is not None:
        with suppress(OSError):
            connection.sock.shutdown(socket.SHUT_RDWR)
    connection.close()
