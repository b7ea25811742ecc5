"""The calls of the dealers' sites as they go over the wire: what to ask for in, answers' bodies out.

Which request an operation is, says `operations`; how it is sent, `SignedCalls`.
"""

from collections.abc import Mapping
from typing import Final

from typing_extensions import override

from bimmerhub.bmw.clock import Clock
from bimmerhub.bmw.gcdm.by_password import AppKey
from bimmerhub.bmw.http import Session
from bimmerhub.bmw.inventory import refusals
from bimmerhub.bmw.inventory.auth import Storefront
from bimmerhub.bmw.inventory.endpoints import SEARCH, Endpoints
from bimmerhub.bmw.inventory.operations import OPERATIONS
from bimmerhub.bmw.operations.operation import Operation, find_operation
from bimmerhub.bmw.operations.operation_requests import to_request
from bimmerhub.bmw.operations.operation_rest import OperationRest, name_of_path
from bimmerhub.bmw.servers import check_path, is_url
from bimmerhub.bmw.signed_calls import RETRIES, AccessTokens, ApiRequest, SignedCalls
from bimmerhub.bmw.tokens.token_set import TokenSet
from bimmerhub.errors import ConfigError

_QUERIES: Final = frozenset({"available-features", "filter-options", "minis"})


class InventoryRest(OperationRest):
    """The calls of one program. Each can raise what `SignedCalls` says; RateLimited while BMW parks the address."""

    def __init__(
        self,
        *,
        tokens: AccessTokens,
        endpoints: Endpoints,
        session: Session,
        clock: Clock,
        storefront: Storefront | None = None,
        retries: int = RETRIES,
    ) -> None:
        self._endpoints = endpoints
        self._storefront = storefront
        self._calls = SignedCalls(
            tokens=tokens,
            refusals=refusals,
            headers=_headers,
            tls=endpoints.ssl_context,
            session=session,
            clock=clock,
            retries=retries,
        )

    async def call(self, operation: str, params: Mapping[str, object] | None = None) -> bytes:
        """Return the answer of an operation by its name; ConfigError for one that there is not."""
        body = (await self._calls.ask(self.prepare(operation, params))).body
        if operation in _QUERIES and (error := refusals.query_error(body, operation=operation)) is not None:
            raise error
        return body

    async def call_path(self, path: str, *, query: Mapping[str, str] | None = None, server: str = SEARCH) -> bytes:
        """Return what a server answers to GET at a path that no operation describes, signed where the search is."""
        check_path(path)
        request = ApiRequest(
            operation=name_of_path(path),
            url=self._endpoints.url_of(server) + path,
            query=query,
            is_signed=server == SEARCH,
        )
        return (await self._calls.ask(request)).body

    def prepare(self, operation: str, params: Mapping[str, object] | None = None) -> ApiRequest:
        """Return the request of an operation without sending it."""
        return self._request(find_operation(OPERATIONS, operation, family="inventory"), params or {})

    @override
    async def request_of(self, operation: Operation, values: Mapping[str, object]) -> ApiRequest:
        return self._request(operation, values)

    @override
    async def find_api_url(self) -> str:
        return self._endpoints.search_url

    async def fetch_photo(self, url: str) -> bytes:
        """Return the picture at an address that a search named."""
        if not is_url(url):
            raise ConfigError(f"this is no address of a photo: {url[:80]!r}")
        request = ApiRequest(operation="photo", url=url, headers={"accept": "image/*"}, is_signed=False)
        return (await self._calls.ask(request)).body

    def _request(self, operation: Operation, values: Mapping[str, object]) -> ApiRequest:
        server_url = self._endpoints.url_of(operation.server)
        return to_request(operation, values, server_url=server_url, fillings=self._fillings())

    def _fillings(self) -> dict[str, str]:
        pair = self._storefront
        if pair is None:
            return {"username": "", "password": "", "basic": ""}
        basic = AppKey(key=pair.username, secret=pair.password).basic
        return {"username": pair.username, "password": pair.password, "basic": basic}


def _headers(tokens: TokenSet | None) -> dict[str, str]:
    return {} if tokens is None else {"authorization": f"Bearer {tokens.access_token}"}
