"""What the calls of every family that goes by a table of operations have in common: any of them by its name.

Each method raises ConfigError for an operation or a parameter that there is not, and what `SignedCalls` says.
"""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import Final, Protocol

from typing_extensions import override

from bimmerhub.bmw.http import Answer
from bimmerhub.bmw.operations.operation import Operation
from bimmerhub.bmw.servers import check_path
from bimmerhub.bmw.signed_calls import ApiRequest, SignedCalls
from bimmerhub.ids import Vin, mask_vins

_LONGEST_NAME: Final = 100


def name_of_path(path: str) -> str:
    """Return a path as errors and the log name it: short, VINs masked, without its query, which may hold a key."""
    return mask_vins(path.partition("?")[0])[:_LONGEST_NAME]


class OperationCalls(Protocol):
    """The calls of one signed-in account, by operation."""

    async def request_of(self, operation: Operation, values: Mapping[str, object]) -> ApiRequest:
        """Return the request of an operation; it is not sent, but tokens may be renewed to know the account's id."""
        ...

    async def request_of_path(self, path: str, *, vin: Vin | None = None) -> ApiRequest:
        """Return GET of a path at the family's API that no operation describes.

        `vin` is the car that is asked about, for families that name it beside the path.
        """
        ...

    def headers_of(self, request: ApiRequest) -> Mapping[str, str]:
        """Return all headers that a request is sent with, the token masked; nothing is sent."""
        ...

    async def send(self, request: ApiRequest, *, changes: bool) -> Answer:
        """Send a request; what changes something is sent once, and AnswerLost says that BMW may have done it."""
        ...


class OperationRest(ABC, OperationCalls):
    """The same for families whose requests `SignedCalls` sends."""

    _calls: SignedCalls

    @property
    def server_time_ms(self) -> int | None:
        """BMW's clock in its newest answer, milliseconds UTC; None before the first, or when it had none."""
        return self._calls.server_time_ms

    @abstractmethod
    async def find_api_url(self) -> str:
        """Return the address of the API, without a slash at its end; it may be looked up once."""

    @override
    async def request_of_path(self, path: str, *, vin: Vin | None = None) -> ApiRequest:
        check_path(path)
        return ApiRequest(operation=name_of_path(path), url=await self.find_api_url() + path)

    @override
    def headers_of(self, request: ApiRequest) -> Mapping[str, str]:
        return self._calls.headers_of(request)

    @override
    async def send(self, request: ApiRequest, *, changes: bool) -> Answer:
        return await (self._calls.change(request) if changes else self._calls.ask(request))
