"""A running hub as the command line sees it: its API, with the token that it left in hub.json."""

import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from typing import Any

import aiohttp

from bimmerhub.errors import (
    BimmerhubError,
    BmwRefused,
    BmwUnavailable,
    ConfigError,
    QuotaSpent,
    RateLimited,
    SignInRequired,
    StoreError,
)
from bimmerhub.hub.process.directory import RunningHub

ANSWER_WITHIN_S = 30
RETRY_AFTER_S = 60.0
LONGEST_LINE_BYTES = 4 * 1024 * 1024

SIMPLE_KINDS: Mapping[str, type[SignInRequired | BmwUnavailable | StoreError]] = {
    "sign_in_required": SignInRequired,
    "bmw_unavailable": BmwUnavailable,
    "malformed_payload": BmwUnavailable,
    "store_error": StoreError,
    "internal": StoreError,
}


class HubSilent(StoreError):
    """The hub that hub.json names cannot be reached, or went away in mid-answer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HubClient:
    """Calls the hub's API; every failure is an error with the hub's own words and hint."""

    hub: RunningHub
    session: aiohttp.ClientSession

    async def fetch(self, path: str, **query: str) -> Any:  # noqa: ANN401 - JSON of the API
        """Return the answer to GET /api/v1/`path`."""
        async with self._request("GET", path, params=query) as answer:
            return await answer.json()

    async def send(self, method: str, path: str, body: object = None, *, within_s: float = ANSWER_WITHIN_S) -> Any:  # noqa: ANN401 - JSON of the API
        """Return the answer to a changing request, None when it has no body."""
        timeout = aiohttp.ClientTimeout(total=within_s)
        async with self._request(method, path, json=body, timeout=timeout) as answer:
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
        except (aiohttp.ClientError, TimeoutError) as error:
            raise HubSilent(
                f"the hub at {self.hub.address} does not answer: {str(error) or 'no answer in time'}",
                hint=f"See whether it still runs (its process is {self.hub.pid}) and start it again",
            ) from error


@asynccontextmanager
async def connect(hub: RunningHub) -> AsyncIterator[HubClient]:
    """Open a client for a running hub."""
    headers = {"Authorization": f"Bearer {hub.token}"}
    deadline = aiohttp.ClientTimeout(total=ANSWER_WITHIN_S)
    async with aiohttp.ClientSession(headers=headers, timeout=deadline, read_bufsize=LONGEST_LINE_BYTES) as session:
        yield HubClient(hub=hub, session=session)


async def _to_error(answer: aiohttp.ClientResponse) -> BimmerhubError:
    try:
        told = (await answer.json())["error"]
        return to_error(str(told["kind"]), str(told["message"]), hint=told.get("hint"))
    except (aiohttp.ContentTypeError, ValueError, KeyError, TypeError):
        return StoreError(f"the hub answered {answer.status}")


def to_error(kind: str, message: str, *, hint: str | None) -> BimmerhubError:
    """Return the error that the hub told, as the same kind that it is there."""
    if kind == "quota_spent":
        return QuotaSpent(message, resets_at=_next_utc_day(), hint=hint)
    if kind == "rate_limited":
        return RateLimited(message, retry_after_s=RETRY_AFTER_S, hint=hint)
    if kind == "bmw_refused":
        return BmwRefused(message, code=None, hint=hint)
    return SIMPLE_KINDS.get(kind, ConfigError)(message, hint=hint)


def _next_utc_day() -> datetime:
    return datetime.combine(datetime.now(UTC).date() + timedelta(days=1), time(), UTC)
