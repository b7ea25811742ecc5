"""A running hub as the command line sees it: its API, with the token that it left in hub.json."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import aiohttp

from bimmerhub.errors import BmwUnavailable, ConfigError, StoreError
from bimmerhub.hub.directory import RunningHub

ANSWER_WITHIN_S = 30
CONFLICTS = range(400, 500)


@dataclass(frozen=True, slots=True, kw_only=True)
class HubClient:
    """Calls the hub's API; every failure is an error with the hub's own words and hint."""

    hub: RunningHub
    session: aiohttp.ClientSession

    async def fetch(self, path: str, **query: str) -> Any:  # noqa: ANN401 - JSON of the API
        """Return the answer to GET /api/v1/`path`."""
        async with self._request("GET", path, params=query) as answer:
            return await answer.json()

    async def send(self, method: str, path: str, body: object = None) -> Any:  # noqa: ANN401 - JSON of the API
        """Return the answer to a changing request, None when it has no body."""
        async with self._request(method, path, json=body) as answer:
            return await answer.json() if answer.content_type == "application/json" else None

    async def import_capture(self, chunks: AsyncIterator[bytes], *, origin: str) -> AsyncIterator[dict[str, Any]]:
        """Send a capture and yield the hub's progress reports."""
        endless = aiohttp.ClientTimeout(total=None)
        request = self._request("POST", "imports", params={"origin": origin}, data=chunks, timeout=endless)
        async with request as answer:
            async for line in answer.content:
                yield json.loads(line)

    async def events(self) -> AsyncIterator[tuple[str, dict[str, Any]]]:
        """Yield the hub's events as (kind, data) until it stops."""
        endless = aiohttp.ClientTimeout(total=None)
        async with self._request("GET", "events", timeout=endless) as answer:
            kind = ""
            async for raw in answer.content:
                line = raw.decode().rstrip("\r\n")
                if line.startswith("event:"):
                    kind = line.removeprefix("event:").strip()
                elif line.startswith("data:"):
                    yield kind, json.loads(line.removeprefix("data:"))

    @asynccontextmanager
    async def _request(
        self,
        method: str,
        path: str,
        **options: Any,  # noqa: ANN401 - aiohttp's own
    ) -> AsyncIterator[aiohttp.ClientResponse]:
        try:
            async with self.session.request(method, f"{self.hub.address}/api/v1/{path}", **options) as answer:
                if not answer.ok:
                    raise await _to_error(answer)
                yield answer
        except aiohttp.ClientError as error:
            raise BmwUnavailable(
                f"the hub at {self.hub.address} does not answer: {error}",
                hint=f"See whether it still runs (its process is {self.hub.pid}) and start it again",
            ) from error


@asynccontextmanager
async def connect(hub: RunningHub) -> AsyncIterator[HubClient]:
    """Open a client for a running hub."""
    headers = {"Authorization": f"Bearer {hub.token}"}
    deadline = aiohttp.ClientTimeout(total=ANSWER_WITHIN_S)
    async with aiohttp.ClientSession(headers=headers, timeout=deadline) as session:
        yield HubClient(hub=hub, session=session)


async def _to_error(answer: aiohttp.ClientResponse) -> ConfigError | StoreError:
    try:
        told = (await answer.json())["error"]
        message, hint = str(told["message"]), told.get("hint")
    except (aiohttp.ContentTypeError, ValueError, KeyError, TypeError):
        message, hint = f"the hub answered {answer.status}", None
    kind = ConfigError if answer.status in CONFLICTS else StoreError
    return kind(message, hint=hint)
