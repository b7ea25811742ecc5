"""The MyBMW app's operations as they go over the wire: parameters out, answers' bodies in.

Each call can raise SignInRequired, BmwUnavailable, RateLimited (also when the quota is spent), and BmwRefused with
BMW's code (`blocked` of a program that is not BMW's app); ConfigError for parameters that an operation does not take.
How often something is sent is `bmw.signed_calls`' rule; which operations there are, the table of `operations`.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Final

from typing_extensions import override

from bimmerhub.bmw.clock import Clock
from bimmerhub.bmw.http import Session
from bimmerhub.bmw.mybmw import refusals
from bimmerhub.bmw.mybmw.endpoints import BrandApp, Endpoints
from bimmerhub.bmw.mybmw.headers import app_headers, brand_header
from bimmerhub.bmw.mybmw.operations import OPERATIONS
from bimmerhub.bmw.mybmw.unsigned_calls import fillings
from bimmerhub.bmw.operations.operation import Operation, check_is_no_sign_in, find_operation
from bimmerhub.bmw.operations.operation_requests import to_request
from bimmerhub.bmw.operations.operation_rest import OperationRest
from bimmerhub.bmw.signed_calls import RETRIES, ApiRequest, SignedCalls
from bimmerhub.bmw.tokens.fresh_tokens import RenewedTokens
from bimmerhub.domain.vin_brand import derive_brand
from bimmerhub.errors import ConfigError
from bimmerhub.ids import Vin


class MyBmwRest(OperationRest):
    """The calls of one signed-in account."""

    def __init__(
        self, *, tokens: RenewedTokens, endpoints: Endpoints, session: Session, clock: Clock, retries: int = RETRIES
    ) -> None:
        self._endpoints = endpoints
        self._clock = clock
        self._calls = SignedCalls(
            tokens=tokens,
            refusals=refusals,
            headers=lambda signed: app_headers(endpoints, signed),
            tls=endpoints.ssl_context,
            session=session,
            clock=clock,
            retries=retries,
        )

    @property
    def requests_sent(self) -> int:
        """How many requests were sent since it was opened, as BMW's quota counts them: all but the sign-in's."""
        return self._calls.sent

    async def call(
        self, operation: str, params: Mapping[str, object] | None = None, *, as_brand: BrandApp | None = None
    ) -> bytes:
        """Return the answer's body of an operation, asked for as the app of a brand (the first one's for None).

        What changes something is sent once: AnswerLost when BMW may have done it.
        """
        entry = operation_named(operation)
        request = await self.prepare(entry, params or {}, as_brand=as_brand)
        answer = await (self._calls.change(request) if entry.changes else self._calls.ask(request))
        return answer.body

    async def call_once(
        self, operation: str, params: Mapping[str, object] | None = None, *, as_brand: BrandApp | None = None
    ) -> bytes:
        """Return the same of a question that is not asked again when BMW fails: its caller will."""
        request = await self.prepare(operation_named(operation), params or {}, as_brand=as_brand)
        return (await self._calls.ask_once(request)).body

    async def call_path(
        self,
        path: str,
        *,
        query: Mapping[str, str] | None = None,
        vin: Vin | None = None,
        as_brand: BrandApp | None = None,
    ) -> bytes:
        """Return what BMW answers to GET at a path that no operation describes; ConfigError for what is no path."""
        request = await self.request_of_path(path, vin=vin)
        headers = {**request.headers, **brand_header(self._endpoints, as_brand)}
        return (await self._calls.ask(replace(request, query=query, headers=headers))).body

    @override
    async def find_api_url(self) -> str:
        return self._endpoints.api_url

    @override
    async def request_of_path(self, path: str, *, vin: Vin | None = None) -> ApiRequest:
        request = await super().request_of_path(path)
        if vin is None:
            return request
        return replace(request, headers={**brand_header(self._endpoints, _brand_of(vin)), "bmw-vin": vin})

    @override
    async def request_of(self, operation: Operation, values: Mapping[str, object]) -> ApiRequest:
        return await self.prepare(operation, values, as_brand=_brand_of(values.get("vin")))

    async def prepare(
        self, operation: Operation, params: Mapping[str, object], *, as_brand: BrandApp | None = None
    ) -> ApiRequest:
        """Return the request of an operation; nothing is sent, but tokens may be renewed to know the account's id."""
        region = self._endpoints.region
        check_is_no_sign_in(operation)
        if operation.regions and region not in operation.regions:
            raise ConfigError(
                f"{operation.name} is not answered in this region ({region})",
                hint=f"Regions: {', '.join(operation.regions)}.",
            )
        needs_gcid = any(param.default == "{gcid}" and not params.get(param.name) for param in operation.params)
        gcid = (await self._calls.tokens()).gcid if needs_gcid else ""
        request = to_request(
            operation,
            params,
            server_url=self._endpoints.api_url,
            fillings=fillings(self._endpoints, now_ms=self._clock.now_ms(), gcid=gcid),
        )
        brand = brand_header(self._endpoints, as_brand)
        return replace(request, headers={**brand, **request.headers})


_APPS: Final[Mapping[str | None, BrandApp]] = {
    "BMW": BrandApp.BMW,
    "MINI": BrandApp.MINI,
    "Rolls-Royce": BrandApp.ROLLS_ROYCE,
    "Toyota-Supra": BrandApp.TOYOTA,
}


def _brand_of(vin: object) -> BrandApp | None:
    """Return the app that a car is in by its VIN's maker, None where that does not say it."""
    return _APPS.get(derive_brand(Vin(vin))) if isinstance(vin, str) else None


def operation_named(name: str) -> Operation:
    """Return an operation of the table; ConfigError, with those that are spelt alike, when there is none."""
    return find_operation(OPERATIONS, name, family="the MyBMW app")
