"""CarData's REST interface by its table of operations; each request is a call of the day's quota, as in `rest`."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime

from typing_extensions import override

from bimmerhub.bmw.cardata.answers.charging_history import LONGEST_WINDOW, window_time
from bimmerhub.bmw.cardata.operations import LEDGER_WORDS
from bimmerhub.bmw.cardata.rest import CarDataRest
from bimmerhub.bmw.http import Answer
from bimmerhub.bmw.operations.operation import Operation
from bimmerhub.bmw.operations.operation_requests import to_request
from bimmerhub.bmw.operations.operation_rest import OperationCalls, name_of_path
from bimmerhub.bmw.servers import check_path
from bimmerhub.bmw.signed_calls import MASK, ApiRequest
from bimmerhub.ids import Vin


class CarDataOperations(OperationCalls):
    """The operations of one signed-in account."""

    def __init__(self, rest: CarDataRest, *, now_ms: Callable[[], int]) -> None:
        self._rest = rest
        self._now_ms = now_ms

    @override
    async def request_of(self, operation: Operation, values: Mapping[str, object]) -> ApiRequest:
        now = datetime.fromtimestamp(self._now_ms() / 1000, UTC)
        fillings = {"now": window_time(now), "history_start": window_time(now - LONGEST_WINDOW)}
        request = to_request(operation, values, server_url=self._rest.api_url, fillings=fillings)
        return replace(request, operation=LEDGER_WORDS[operation.name])

    @override
    async def request_of_path(self, path: str, *, vin: Vin | None = None) -> ApiRequest:
        check_path(path)
        headers = {"accept": "*/*"}
        return ApiRequest(operation=name_of_path(path), url=self._rest.api_url + path, headers=headers)

    @override
    def headers_of(self, request: ApiRequest) -> Mapping[str, str]:
        return self._rest.headers(MASK, accept=request.headers["accept"])

    @override
    async def send(self, request: ApiRequest, *, changes: bool) -> Answer:
        return await self._rest.send(request)
