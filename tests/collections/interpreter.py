"""The collections' requests as the programs send them: the third reader of the descriptions, in Python.

What is made fresh, skipped, checked and carried on is written here again, so that it shows what the scripts mean.
"""

import base64
import hashlib
import json
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from urllib.parse import unquote
from uuid import uuid4

import aiohttp
from tools.http_collections.description import Collection, Take
from tools.http_collections.requests import VARIABLE, Call, Entry, folders_of, servers_of
from tools.http_collections.variables import variables_of


@dataclass
class Answer:
    """An answer: its status, content type, the header Location, and the body."""

    status: int
    content_type: str
    location: str
    body: bytes

    def at(self, path: str) -> Any:
        """Return a part of the JSON by its path, None without it."""
        part: Any = json.loads(self.body)
        for key in path.split("."):
            if isinstance(part, list) and key.isdigit():
                part = part[int(key)] if int(key) < len(part) else None
            elif isinstance(part, dict):
                part = next(iter(part.values()), None) if key == "*" else part.get(key)
            else:
                return None
        return part


@dataclass
class Runner:
    """Runs a collection from top to bottom. `sent` are the requests that went out, `failures` what they lacked.

    `person` is called after each request, and may set variables.
    """

    collection: Collection
    session: aiohttp.ClientSession
    now_ms: Callable[[], int]
    variables: dict[str, str] = field(default_factory=dict)
    person: Callable[["Runner"], None] | None = None
    sent: list[str] = field(default_factory=list)
    failures: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.variables = {v.name: v.value for v in variables_of(self.collection)} | self.variables

    async def run(self) -> None:
        """Send every request that is not skipped."""
        for folder in folders_of(self.collection):
            for call in folder.calls:
                if not self._skips(call):
                    await self._run(f"{folder.name} / {call.name}", call)

    async def _run(self, name: str, call: Call) -> None:
        self._make_fresh()
        if call.wants.is_new_sign_in:
            self._begin_sign_in()
        answer = await self._send(call)
        self.sent.append(name)
        self.failures += [f"{name}: {lack}" for lack in lacks(call, answer)]
        for take in call.wants.takes:
            value = taken_value(take, answer)
            if value is not None and not (take.if_empty and self.variables.get(take.variable)):
                self.variables[take.variable] = value
        if self.person is not None:
            self.person(self)

    def _skips(self, call: Call) -> bool:
        is_barred = call.is_command and self.variables.get("allowChanges") != "yes"
        lacks_values = any(not self.variables.get(name) for name in call.wants.needs)
        return is_barred or lacks_values or self.variables.get("region", call.regions[0]) not in call.regions

    def _make_fresh(self) -> None:
        get = self.variables.get
        now = datetime.fromtimestamp(self.now_ms() / 1000, UTC).isoformat(timespec="milliseconds")[:23] + "Z"
        storefront = f"{get('storefrontUsername', '')}:{get('storefrontPassword', '')}"
        self.variables |= {
            "now": now,
            "nowMs": str(self.now_ms()),
            "today": now[:10],
            "deviceTime": now[:19],
            "month": now[:7],
            "historyStart": f"{datetime.fromtimestamp(self.now_ms() / 1000 - 44 * 86_400, UTC):%Y-%m-%dT%H:%M:%S.000Z}",
            "monthStart": f"{now[:7]}-01T00:00:00Z",
            "correlationId": str(uuid4()),
            "loginNonce": str(uuid4()),
            "sessionId": get("sessionId") or str(uuid4()),
            "groupId": base64.b64encode(get("gcid", "").encode()).decode(),
            "brandWord": get("brand", "").upper(),
            "storefrontBasic": "Basic " + base64.b64encode(storefront.encode()).decode(),
        }
        for server in servers_of(self.collection):
            self.variables[server.variable] = self.variables["serverUrl"]

    def _begin_sign_in(self) -> None:
        verifier = secrets.token_urlsafe(64)
        challenge = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).decode().rstrip("=")
        self.variables |= {
            "codeVerifier": verifier,
            "codeChallenge": challenge,
            "state": secrets.token_urlsafe(16),
            "nonce": secrets.token_urlsafe(16),
            "interactionId": str(uuid4()),
        }

    async def _send(self, call: Call) -> Answer:
        headers = self._pairs(call.headers)
        body: Any = None
        if call.form is not None:
            body = self._pairs(call.form)
        elif call.body is not None:
            headers["content-type"] = "application/json"
            body = self._filled(call.body).encode()
        if call.basic is not None:
            pair = ":".join(map(self._filled, call.basic))
            headers["authorization"] = "Basic " + base64.b64encode(pair.encode()).decode()
        request = self.session.request(
            call.method,
            self._filled(call.url),
            params=self._pairs(call.query),
            headers=headers,
            data=body,
            allow_redirects=False,
        )
        async with request as response:
            location = response.headers.get("Location", "")
            return Answer(response.status, response.headers.get("Content-Type", ""), location, await response.read())

    def _pairs(self, entries: tuple[Entry, ...]) -> dict[str, str]:
        return {entry.key: self._filled(entry.value) for entry in entries if entry.is_on}

    def _filled(self, text: str) -> str:
        return VARIABLE.sub(lambda match: self.variables[match[1]], text)


def lacks(call: Call, answer: Answer) -> list[str]:
    """Return what an answer lacks of what the request wants."""
    wants = call.wants
    lines = []
    if wants.status and answer.status != wants.status:
        lines.append(f"status {answer.status} {answer.body[:200]!r}")
    elif wants.content != "any" and wants.content not in answer.content_type:
        lines.append(answer.content_type)
    else:
        lines += [path for path in wants.members if answer.at(path) is None]
    if (wants.location or "") not in answer.location:
        lines.append(f"location {answer.location}")
    return lines


def taken_value(take: Take, answer: Answer) -> str | None:
    if take.value is not None:
        return take.value
    value = answer.location if take.header is not None else answer.at(take.json or "")
    if isinstance(value, list):
        value = (take.joined or "").join(value)
    if take.parameter is not None:
        pairs = (pair.partition("=") for pair in str(value).replace("?", "&").replace("#", "&").split("&"))
        value = next((unquote(text) for name, _, text in pairs if name == take.parameter), None)
    if take.without_end is not None:
        value = str(value).removesuffix(take.without_end)
    return None if value is None else str(value)
