"""BMW's CarData REST interface. Errors are typed.

Every method is one call of the daily quota (two after an expired token).
All raise QuotaSpent before or after asking, SignInRequired, BmwUnavailable, RateLimited, and BmwRefused with BMW's
code. Source of paths, headers and shapes: BMW's customer API swagger v1, corrected by what clients observed 2025-2026.
"""

import logging
from collections.abc import Sequence
from urllib.parse import quote

import msgspec

from bimmerhub.bmw.cardata.endpoints import Endpoints
from bimmerhub.bmw.cardata.ledger import QuotaLedger
from bimmerhub.bmw.cardata.models import BasicData, Container, Mapping, S, read_object
from bimmerhub.bmw.cardata.refusals import is_token_refused, to_error
from bimmerhub.bmw.cardata.tokens import Tokens
from bimmerhub.bmw.clock import Clock
from bimmerhub.bmw.http import Answer, Session, fetch
from bimmerhub.domain.ids import Descriptor, Vin, parse_vin
from bimmerhub.errors import BmwUnavailable, QuotaSpent

_log = logging.getLogger(__name__)

OK, CREATED, ALREADY_REPORTED, NO_CONTENT = 200, 201, 208, 204


class CarDataRest:
    """The REST operations of one signed-in account."""

    def __init__(
        self, *, tokens: Tokens, ledger: QuotaLedger, endpoints: Endpoints, session: Session, clock: Clock
    ) -> None:
        self._tokens = tokens
        self._ledger = ledger
        self._endpoints = endpoints
        self._session = session
        self._clock = clock

    async def fetch_mappings(self) -> tuple[Mapping, ...]:
        """Return the account's vehicles. One call."""
        operation = "mappings"
        found = _decode(await self._call(operation, "GET", "/customers/vehicles/mappings"), operation)
        if isinstance(found, dict):  # BMW sends an array; its swagger shows one mapping, clients met both others
            found = [found] if "vin" in found else found.get("mappings", found.get("vehicles"))
        return tuple(each for each in _read_list(Mapping, found, operation) if _is_vin(each.vin))

    async def fetch_basic_data(self, vin: Vin) -> BasicData:
        """Return what kind of vehicle it is. One call."""
        return _read(BasicData, await self.fetch_basic_data_json(vin), "basicData")

    async def fetch_basic_data_json(self, vin: Vin) -> bytes:
        """Return the same as BMW's JSON. One call."""
        return await self._call("basicData", "GET", f"/customers/vehicles/{vin}/basicData")

    async def fetch_telematic_data(self, vin: Vin, container_id: str) -> bytes:
        """Return the last known values of a container's descriptors as BMW's JSON, for `wire`.

        One call; wakes no car.
        """
        path = f"/customers/vehicles/{vin}/telematicData"
        return await self._call("telematicData", "GET", path, query={"containerId": container_id})

    async def fetch_containers(self) -> tuple[Container, ...]:
        """Return the account's containers, those of other programs and recently deleted ones too. One call."""
        operation = "containers"
        found = _decode(await self._call(operation, "GET", "/customers/containers"), operation)
        return _read_list(Container, found.get("containers") if isinstance(found, dict) else found, operation)

    async def create_container(self, *, name: str, purpose: str, descriptors: Sequence[Descriptor]) -> Container:
        """Create a container and return it. One call. BmwRefused: CU-124 ten exist, CU-402 a key is unknown."""
        body = {"name": name, "purpose": purpose, "technicalDescriptors": list(descriptors)}
        answer = await self._call("create container", "POST", "/customers/containers", json=body)
        return _read(Container, answer, "create container")

    async def delete_container(self, container_id: str) -> None:
        """Delete a container; one that is deleted already counts as done. One call."""
        await self._call("delete container", "DELETE", f"/customers/containers/{quote(container_id, safe='')}")

    async def fetch_image(self, vin: Vin) -> bytes:
        """Return a picture of the vehicle as PNG. One call: keep it. BmwRefused CU-126 when BMW has none."""
        return await self._call("image", "GET", f"/customers/vehicles/{vin}/image", accept="*/*")

    async def _call(
        self,
        operation: str,
        method: str,
        path: str,
        *,
        query: dict[str, str] | None = None,
        json: object = None,
        accept: str = "application/json",
    ) -> bytes:
        tokens = await self._tokens.current()
        answer = await self._send(operation, method, path, tokens.access_token, query=query, json=json, accept=accept)
        if is_token_refused(answer):
            tokens = await self._tokens.refresh(tokens)
            answer = await self._send(
                operation, method, path, tokens.access_token, query=query, json=json, accept=accept
            )
        if answer.status in (OK, CREATED, ALREADY_REPORTED, NO_CONTENT):
            return answer.body
        now_ms = self._clock.now_ms()
        error = to_error(answer, operation=operation, at_ms=now_ms)
        if isinstance(error, QuotaSpent):
            await self._ledger.mark_spent(at_ms=now_ms)
        raise error

    async def _send(
        self,
        operation: str,
        method: str,
        path: str,
        access_token: str,
        *,
        query: dict[str, str] | None,
        json: object,
        accept: str,
    ) -> Answer:
        await self._ledger.spend(operation, at_ms=self._clock.now_ms())
        return await fetch(
            self._session,
            method,
            self._endpoints.api_url.rstrip("/") + path,
            tls=self._endpoints.ssl_context(),
            headers={"Authorization": f"Bearer {access_token}", "x-version": "v1", "Accept": accept},
            query=query,
            json=json,
        )


def _decode(body: bytes, operation: str) -> object:
    try:
        return msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise BmwUnavailable(f"{operation}: BMW's answer cannot be read") from error


def _read(kind: type[S], body: bytes, operation: str) -> S:
    found = read_object(kind, _decode(body, operation))
    if found is None:
        raise BmwUnavailable(f"{operation}: BMW's answer cannot be read")
    return found


def _read_list(kind: type[S], items: object, operation: str) -> tuple[S, ...]:
    """Return the items that can be read; BmwUnavailable when it is no list, or none of them can."""
    if items is None:
        return ()
    found = [read_object(kind, item) for item in items] if isinstance(items, list) else []
    readable = tuple(each for each in found if each is not None)
    if not readable and items != []:
        raise BmwUnavailable(f"{operation}: BMW's answer cannot be read")
    if len(readable) < len(found):
        _log.warning("%s: %d of %d items cannot be read", operation, len(found) - len(readable), len(found))
    return readable


def _is_vin(text: str) -> bool:
    try:
        parse_vin(text)
    except ValueError as error:
        _log.warning("mappings: an item is left out: %s", error)
        return False
    return True
