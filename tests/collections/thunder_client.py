"""The public collections of 2023 and a program that sends their requests: as Thunder Client does, or as newman.

What Thunder Client makes of `{{#guid}}`, `{{#date, 'YYYY-MM-DD hh:mm:ss'}}` (local, 12 hours, no zone) and
`{{name | replace("a", "b")}}`, newman takes for names of variables. A name without a value is sent as it is written.
"""

import base64
import json
import re
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit
from uuid import uuid4

import aiohttp
import msgspec

SOURCE = Path(__file__).with_name("public_collections.toml")
BRACES = re.compile(r"\{\{(.+?)\}\}")
REPLACE = re.compile(r'(\w+) \| replace\("(.*?)", "(.*?)"\)')
DATE_NAME = "#date, 'YYYY-MM-DD hh:mm:ss'"


class Wants(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a request's own tests ask for: a status, a content type that contains this, a member that is a text."""

    status: int | None = None
    content: str = ""
    location: str = ""
    text: str = ""


class Setting(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A variable that an answer sets: from a member, or from its Location without that beginning.

    `parameter` is taken out of it by the collection's helper, a script.
    """

    name: str
    json: str = ""
    location_without: str = ""
    parameter: str = ""


class PublicRequest(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One request as it is written. `switched_off` are other values of its query's only parameter."""

    name: str
    method: str
    url: str
    export_url: str = ""
    with_: tuple[str, ...] = msgspec.field(name="with", default=())
    headers: dict[str, str] = {}
    form: dict[str, str] | None = None
    body: str = ""
    query: str = ""
    basic: tuple[str, str] | None = None
    wants: Wants = Wants()
    sets: tuple[Setting, ...] = ()
    switched_off: tuple[str, ...] = ()


class PublicCollections(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The requests of both collections in their order, and headers that many of them have."""

    headers: dict[str, dict[str, str]]
    requests: tuple[PublicRequest, ...]


COLLECTIONS = msgspec.toml.decode(SOURCE.read_bytes(), type=PublicCollections)
BY_NAME = {request.name: request for request in COLLECTIONS.requests}


@dataclass(frozen=True, slots=True, kw_only=True)
class PublicAnswer:
    """An answer, and what of it is not as the request's tests want it."""

    status: int
    headers: Mapping[str, str]
    document: Any
    failures: tuple[str, ...]


@dataclass
class Sender:
    """A program with the collections and an environment; it follows no redirect, and finds BMW's names at `port`.

    `has_helper` says that the script is loaded that takes parameters out of addresses. A `person` at newman defines
    the names that it does not know, and is asked before each request; newman has no tests, and those here are ours.
    """

    session: aiohttp.ClientSession
    port: str
    environment: dict[str, str]
    has_helper: bool = True
    person: Callable[[dict[str, str]], dict[str, str]] | None = None
    answers: dict[str, PublicAnswer] = field(default_factory=dict)

    @property
    def failed(self) -> dict[str, int]:
        """The statuses of requests with failed tests, by the requests' names."""
        return {name: answer.status for name, answer in self.answers.items() if answer.failures}

    async def run(self) -> None:
        """Send all requests, from top to bottom."""
        for request in COLLECTIONS.requests:
            await self.send(request)

    async def send(self, request: PublicRequest, *, query: str = "") -> PublicAnswer:
        """Send a request, with another query where one is given; carry on what its answer sets, and return that."""
        if self.person is not None:
            self.environment |= self.person(self.environment)
        is_exported = self.person is not None and bool(request.export_url)
        url = self._fill(request.export_url if is_exported else request.url)
        url = f"{url.partition('?')[0]}?{query}" if query else url
        host = urlsplit(url).netloc
        options: dict[str, Any] = {"headers": self._headers(request), "data": self._body(request)}
        url = url if ":" in host else url.replace(host, f"{host}:{self.port}", 1)
        async with self.session.request(request.method, url, allow_redirects=False, **options) as response:
            body = await response.read()
            document = json.loads(body) if response.content_type == "application/json" else None
            lacks = (*lacks_of(request.wants, response, document), *self._carry_on(request, response, document))
        answer = PublicAnswer(status=response.status, headers=response.headers, document=document, failures=lacks)
        self.answers[request.name] = answer
        return answer

    def _headers(self, request: PublicRequest) -> dict[str, str]:
        client = "Thunder Client (https://www.thunderclient.com)" if self.person is None else "PostmanRuntime/7.39.1"
        headers = {"user-agent": client}
        for written in (*(COLLECTIONS.headers[name] for name in request.with_), request.headers):
            headers |= {name: self._fill(value) for name, value in written.items()}
        if request.basic is not None:
            pair = ":".join(map(self._fill, request.basic)).encode()
            headers["Authorization"] = "Basic " + base64.b64encode(pair).decode()
        if request.body or request.query:
            headers["Content-Type"] = "application/json"
        return headers

    def _body(self, request: PublicRequest) -> Any:
        if request.form is not None:
            return {name: self._fill(value) for name, value in request.form.items()}
        return request.body or json.dumps({"query": request.query}) if request.body or request.query else None

    def _fill(self, text: str) -> str:
        return BRACES.sub(lambda braces: self._value(braces[1]) or braces[0], text)

    def _value(self, name: str) -> str | None:
        if self.person is None:
            if name == "#guid":
                return str(uuid4())
            if name == DATE_NAME:
                return time.strftime("%Y-%m-%d %I:%M:%S", time.localtime())
            if (replace := REPLACE.fullmatch(name)) and replace[1] in self.environment:
                return self.environment[replace[1]].replace(replace[2], replace[3])
        return self.environment.get(name)

    def _carry_on(self, request: PublicRequest, response: aiohttp.ClientResponse, document: Any) -> list[str]:
        """Set the variables that the answer sets; return those that it has no value for."""
        absent = []
        for setting in request.sets:
            value = (document or {}).get(setting.json) if setting.json else response.headers.get("Location", "")
            value = " ".join(value) if isinstance(value, list) else value
            if setting.parameter and not self.has_helper:
                continue
            if value is None:
                absent.append(f"{setting.name} is not set")
                continue
            if setting.parameter:
                value = query_param(value.replace(setting.location_without, ""), setting.parameter)
            self.environment[setting.name] = value
        return absent


def query_param(text: str, name: str) -> str:
    """Return what the collections' helper does: a parameter of the whole text read as one query, "" without it."""
    return next((value for key, value in parse_qsl(text.removeprefix("?"), keep_blank_values=True) if key == name), "")


def lacks_of(wants: Wants, response: aiohttp.ClientResponse, document: Any) -> list[str]:
    """Return what an answer lacks of what the request's tests want."""
    lacks = [] if wants.status in {None, response.status} else [f"status {response.status}"]
    if wants.content not in response.headers.get("Content-Type", ""):
        lacks.append(f"content type {response.content_type}")
    if wants.location not in response.headers.get("Location", ""):
        lacks.append("location")
    if wants.text and not isinstance((document or {}).get(wants.text), str):
        lacks.append(f"{wants.text} is no text")
    return lacks
