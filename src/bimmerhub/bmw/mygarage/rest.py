"""My Garage's calls as they go over the wire: what to ask for in, answers' bodies out.

Which request an operation is, says `operations`; how it is sent, `SignedCalls`. The Authorization has up to three
parts: the account, its token, and the car that is asked about.
"""

import base64
from collections.abc import Mapping
from dataclasses import replace
from functools import partial

from typing_extensions import override

from bimmerhub.bmw.clock import Clock
from bimmerhub.bmw.http import Session
from bimmerhub.bmw.mygarage import refusals
from bimmerhub.bmw.mygarage.endpoints import Endpoints
from bimmerhub.bmw.mygarage.operations import OPERATIONS
from bimmerhub.bmw.operations.operation import Operation, check_is_no_sign_in, find_operation
from bimmerhub.bmw.operations.operation_requests import to_request
from bimmerhub.bmw.operations.operation_rest import OperationCalls, OperationRest, name_of_path
from bimmerhub.bmw.servers import check_path, is_url
from bimmerhub.bmw.signed_calls import RETRIES, AccessTokens, ApiRequest, SignedCalls
from bimmerhub.bmw.tokens.token_set import TokenSet
from bimmerhub.errors import ConfigError
from bimmerhub.ids import Vin


class MyGarageRest:
    """The calls of one signed-in account. Each can raise what `SignedCalls` says."""

    def __init__(
        self, *, tokens: AccessTokens, endpoints: Endpoints, session: Session, clock: Clock, retries: int = RETRIES
    ) -> None:
        self._tokens = tokens
        self._endpoints = endpoints
        self._session = session
        self._clock = clock
        self._retries = retries

    async def call(
        self,
        operation: str,
        params: Mapping[str, object] | None = None,
        *,
        vin: Vin | None = None,
        link_query: Mapping[str, str] | None = None,
    ) -> bytes:
        """Return the answer of an operation by its name, about a car if it is about one.

        ConfigError for an operation that there is not. `link_query` is what a link of BMW's adds to the query.
        """
        request = await self.prepare(operation, params, vin=vin)
        if link_query:
            request = replace(request, query={**link_query, **(request.query or {})})
        return (await self.calls(vin).ask(request)).body

    async def call_once(
        self, operation: str, params: Mapping[str, object] | None = None, *, vin: Vin | None = None
    ) -> bytes:
        """Return the same of what may change something: AnswerLost when BMW may have done it."""
        return (await self.calls(vin).change(await self.prepare(operation, params, vin=vin))).body

    async def call_path(
        self, path: str, *, query: Mapping[str, str] | None = None, vin: Vin | None = None, is_signed: bool = True
    ) -> bytes:
        """Return what the site answers to GET at a path that no operation describes."""
        check_path(path)
        url = self._endpoints.garage_url + path
        request = ApiRequest(operation=name_of_path(path), url=url, query=query, is_signed=is_signed)
        return (await self.calls(vin).ask(request)).body

    async def prepare(
        self, operation: str, params: Mapping[str, object] | None = None, *, vin: Vin | None = None
    ) -> ApiRequest:
        """Return the request of an operation without sending it; tokens may be renewed to know the account's id."""
        entry = find_operation(OPERATIONS, operation, family="mygarage")
        check_is_no_sign_in(entry)
        gcid = (await self.calls(vin).tokens()).gcid if entry.is_signed else ""
        fillings = {
            "vin": vin or "",
            "gcid": gcid,
            "group_id": base64.b64encode(gcid.encode()).decode(),
            "brand": self._endpoints.brand.value.upper(),
        }
        return to_request(entry, params or {}, server_url=self._endpoints.url_of(entry.server), fillings=fillings)

    async def fetch_picture(self, url: str) -> bytes:
        """Return the picture at an address that an answer named."""
        if not is_url(url):
            raise ConfigError(f"this is no address of a picture: {url[:80]!r}")
        request = ApiRequest(operation="picture", url=url, headers={"accept": "image/*"}, is_signed=False)
        return (await self.calls(None).ask(request)).body

    def operations(self, vin: Vin | None) -> OperationCalls:
        """Return the calls by operation, about a car or about none."""
        return _Operations(self, vin, api_url=self._endpoints.garage_url)

    def calls(self, vin: Vin | None) -> SignedCalls:
        """Return what sends requests about a car, whose name is in their Authorization."""
        return SignedCalls(
            tokens=self._tokens,
            refusals=refusals,
            headers=partial(_headers, self._endpoints, vin),
            tls=self._endpoints.ssl_context,
            session=self._session,
            clock=self._clock,
            retries=self._retries,
        )


class _Operations(OperationRest):
    """Calls by operation about a car; `request_of_path` does not look at its VIN, for the Authorization names it."""

    def __init__(self, rest: MyGarageRest, vin: Vin | None, *, api_url: str) -> None:
        self._rest = rest
        self._vin = vin
        self._api_url = api_url
        self._calls = rest.calls(vin)

    @override
    async def request_of(self, operation: Operation, values: Mapping[str, object]) -> ApiRequest:
        return await self._rest.prepare(operation.name, values, vin=self._vin)

    @override
    async def find_api_url(self) -> str:
        return self._api_url


def _headers(endpoints: Endpoints, vin: Vin | None, tokens: TokenSet | None) -> dict[str, str]:
    """Return the headers of a request; the Referer was a must in 2021, and does no harm since."""
    headers = {"accept-language": "en-US", "referer": f"{endpoints.garage_url}/"}
    if endpoints.app.user_agent is not None:
        headers["user-agent"] = endpoints.app.user_agent
    if tokens is not None:
        parts = (("gcid", tokens.gcid), ("token", tokens.access_token), ("vin", vin or ""))
        headers["authorization"] = ",".join(f"{name}={value}" for name, value in parts if value)
    return headers
