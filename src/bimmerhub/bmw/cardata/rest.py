"""BMW's CarData REST interface.

Every method costs one call of the daily quota unless it says otherwise, and one more after an expired token. After a
fault of BMW's or of the network, a GET or DELETE is tried again up to RETRIES times, with a short pause between. Every
try costs a call, so there is no further try when fewer than `spare_calls` are left of the day.

Every method can raise QuotaSpent, SignInRequired, BmwUnavailable, RateLimited, and BmwRefused with BMW's code, or with
MISSING_SCOPE, at no cost, when the sign-in has no CarData API.
Source of paths, headers and shapes: BMW's customer API swagger v1, corrected by what clients observed 2025-2026.
"""

import logging
import random
from collections.abc import AsyncGenerator, Sequence
from datetime import datetime
from urllib.parse import quote

from bimmerhub.bmw.cardata.answers import bodies
from bimmerhub.bmw.cardata.answers.charging_history import (
    BROKEN_PAGE,
    BmwChargingSession,
    ChargingPage,
    HistoryReader,
    SkippedPeriod,
    window_time,
)
from bimmerhub.bmw.cardata.answers.charging_settings import LocationChargingSettings, SettingsPage, SettingsReader
from bimmerhub.bmw.cardata.answers.models import BasicData, Container, Mapping, MappingList
from bimmerhub.bmw.cardata.answers.tyres import TyreDiagnosis, read_tyre_diagnosis
from bimmerhub.bmw.cardata.bmw_clock import BmwClock
from bimmerhub.bmw.cardata.endpoints import Endpoints
from bimmerhub.bmw.cardata.ledger import QuotaLedger, ReturningLedger
from bimmerhub.bmw.cardata.refusals import is_token_refused, to_error
from bimmerhub.bmw.cardata.service_scopes import check_service
from bimmerhub.bmw.clock import Clock
from bimmerhub.bmw.http import Answer, NotSent, NotTrusted, Session, fetch
from bimmerhub.bmw.signed_calls import ApiRequest
from bimmerhub.bmw.tokens.fresh_tokens import Tokens
from bimmerhub.domain.account.services import CarDataService
from bimmerhub.errors import BmwRefused, BmwUnavailable, ConfigError, QuotaSpent
from bimmerhub.ids import Descriptor, Vin

_log = logging.getLogger(__name__)

OK, CREATED, ALREADY_REPORTED, NO_CONTENT = 200, 201, 208, 204
ALREADY_DELETED, NO_IMAGE = "CU-122", "CU-126"
RETRIES = 2
FIRST_PAUSE_S = 2.0
LONGEST_PAUSE_S = 20.0
SPARE_CALLS = 10
"""With fewer calls left of the day there are no retries."""


class CarDataRest:
    """The REST operations of one signed-in account.

    With `retries` 0 it never tries again. Retries leave the last `spare_calls` calls of the day alone.

    Calls are counted by BMW's clock: the answers set `clock` when that is a BmwClock, else one of its own over `clock`.
    """

    def __init__(
        self,
        *,
        tokens: Tokens,
        ledger: QuotaLedger,
        endpoints: Endpoints,
        session: Session,
        clock: Clock,
        retries: int = RETRIES,
        spare_calls: int = SPARE_CALLS,
        jitter: random.Random | None = None,
    ) -> None:
        self._tokens = tokens
        self._ledger = ledger
        self._endpoints = endpoints
        self._session = session
        self._clock = clock if isinstance(clock, BmwClock) else BmwClock(clock)
        self._retries = retries
        self._spare_calls = spare_calls
        self._jitter = jitter or random.Random()  # noqa: S311 - spreads retries, guards nothing
        self._calls_left = 0
        self.calls_made = 0
        """How many calls of the quota this client has spent; one that could not be sent is none."""
        self.server_time_ms: int | None = None
        """BMW's clock in its newest answer, milliseconds UTC; None before the first answer, or when it had no clock."""

    async def fetch_mappings(self) -> tuple[Mapping, ...]:
        """Return the account's vehicles. One call."""
        return (await self.fetch_mapping_list()).data

    async def fetch_mapping_list(self) -> MappingList:
        """Return the account's vehicles, and how many could not be read. One call."""
        return bodies.read_mappings(await self.fetch_mappings_json())

    async def fetch_mappings_json(self) -> bytes:
        """Return the same as BMW's JSON. One call."""
        return await self._call(bodies.MAPPINGS, "GET", "/customers/vehicles/mappings")

    async def fetch_basic_data(self, vin: Vin) -> BasicData:
        """Return what kind of vehicle it is. One call."""
        return bodies.read_answer(BasicData, await self.fetch_basic_data_json(vin), "basicData")

    async def fetch_basic_data_json(self, vin: Vin) -> bytes:
        """Return the same as BMW's JSON. One call."""
        return await self._call("basicData", "GET", f"/customers/vehicles/{vin}/basicData")

    async def fetch_telematic_data(self, vin: Vin, container_id: str) -> bytes:
        """Return the last known values of a container's descriptors as BMW's JSON, for `wire`.

        One call; wakes no car. BmwRefused CU-105: the container is not (any more) this account's.
        """
        path = f"/customers/vehicles/{vin}/telematicData"
        return await self._call("telematicData", "GET", path, query={"containerId": container_id})

    async def fetch_containers(self) -> tuple[Container, ...]:
        """Return the account's containers, those of other programs and recently deleted ones too. One call."""
        return bodies.read_containers(await self._call(bodies.CONTAINERS, "GET", "/customers/containers"))

    async def create_container(self, *, name: str, purpose: str, descriptors: Sequence[Descriptor]) -> Container:
        """Create a container and return it. One call. BmwRefused: CU-124 ten exist, CU-402 a key is unknown.

        There are no retries: a try that seemed to fail may have created it.
        """
        body = {"name": name, "purpose": purpose, "technicalDescriptors": list(descriptors)}
        answer = await self._call("create container", "POST", "/customers/containers", json=body)
        return bodies.read_answer(Container, answer, "create container")

    async def fetch_container(self, container_id: str) -> Container:
        """Return one container with its descriptors. One call. BmwRefused CU-105: foreign, deleted or never there."""
        answer = await self._call("container", "GET", _container_path(container_id))
        return bodies.read_answer(Container, answer, "container")

    async def delete_container(self, container_id: str) -> None:
        """Delete a container; one that is deleted already counts as done (BMW answers 208 CU-122). One call."""
        try:
            await self._call("delete container", "DELETE", _container_path(container_id))
        except BmwRefused as error:
            if error.code != ALREADY_DELETED:
                raise

    async def fetch_image(self, vin: Vin) -> bytes:
        """Return a picture of the vehicle as PNG. One call: keep it. BmwRefused CU-126 when BMW has none."""
        return bodies.read_image(await self.fetch_image_body(vin))

    async def fetch_image_body(self, vin: Vin) -> bytes:
        """Return the same as it came, whatever it is. One call."""
        return await self._call(bodies.IMAGE, "GET", f"/customers/vehicles/{vin}/image", accept="*/*")

    async def fetch_tyre_diagnosis(self, vin: Vin) -> TyreDiagnosis | None:
        """Return what BMW knows of the tyres; None for a car without that service. One call."""
        return read_tyre_diagnosis(bodies.decode_answer(await self.fetch_tyre_diagnosis_json(vin), "tyre diagnosis"))

    async def fetch_tyre_diagnosis_json(self, vin: Vin) -> bytes:
        """Return the same as BMW's JSON. One call."""
        return await self._call("tyre diagnosis", "GET", f"/customers/vehicles/{vin}/smartMaintenanceTyreDiagnosis")

    def fetch_charging_history(
        self, vin: Vin, since: datetime, until: datetime
    ) -> AsyncGenerator[BmwChargingSession | SkippedPeriod]:
        """Yield the sessions that BMW recorded from `since` to `until` (aware), newest first, none of them twice.

        A SkippedPeriod stands where BMW fails to answer. Cost: at least one call for every 45 days, one more for every
        further ten sessions, and about a dozen for each page that BMW fails at (see `charging_history`). A session
        appears some time after it ended (users 2025-2026). ConfigError for a time without zone. To stop early, use
        `contextlib.aclosing`.
        """
        if since.tzinfo is None or until.tzinfo is None:
            raise ConfigError("the charging history needs times with a zone", hint="datetime(2026, 1, 1, tzinfo=UTC)")
        return HistoryReader(self, vin).read(since, until)

    async def fetch_charging_page(
        self, vin: Vin, since: datetime, until: datetime, *, next_token: str | None = None, may_be_broken: bool = False
    ) -> ChargingPage:
        """Return one page of the charging history, up to ten sessions; the times are aware, at most 45 days apart.

        One call; a CU-500 is not tried again when the page `may_be_broken`. BmwRefused: CU-401 the window is too long,
        CU-125 `next_token` has expired.
        """
        return bodies.read_charging_page(
            await self.fetch_charging_page_json(vin, since, until, next_token=next_token, may_be_broken=may_be_broken)
        )

    async def fetch_charging_page_json(
        self, vin: Vin, since: datetime, until: datetime, *, next_token: str | None = None, may_be_broken: bool = False
    ) -> bytes:
        """Return the same as BMW's JSON. One call."""
        query = {"from": window_time(since), "to": window_time(until)}
        if next_token is not None:
            query["nextToken"] = next_token
        path = f"/customers/vehicles/{vin}/chargingHistory"
        not_again = BROKEN_PAGE if may_be_broken else None
        return await self._call(bodies.CHARGING_HISTORY, "GET", path, query=query, not_again=not_again)

    def fetch_location_settings(self, vin: Vin) -> AsyncGenerator[LocationChargingSettings]:
        """Yield the charging settings of each place; nothing when there are none. One call a page (unknown length).

        When there are none, BMW answers CU-127 or an empty list; neither raises.
        """
        return SettingsReader(self, vin).read()

    async def fetch_location_settings_page(self, vin: Vin, *, next_token: str | None = None) -> SettingsPage:
        """Return one page of them. One call. BmwRefused: CU-127 there are none, CU-125 `next_token` has expired."""
        return bodies.read_settings_page(await self.fetch_location_settings_page_json(vin, next_token=next_token))

    async def fetch_location_settings_page_json(self, vin: Vin, *, next_token: str | None = None) -> bytes:
        """Return the same as BMW's JSON. One call."""
        query = None if next_token is None else {"nextToken": next_token}
        path = f"/customers/vehicles/{vin}/locationBasedChargingSettings"
        return await self._call(bodies.CHARGING_SETTINGS, "GET", path, query=query)

    async def send(self, request: ApiRequest) -> Answer:
        """Return the answer to a request by an operation of the table (`operations`). One call."""
        return await self._ask(request)

    @property
    def api_url(self) -> str:
        """The address of the interface, without a slash at its end."""
        return self._endpoints.api_url.rstrip("/")

    @staticmethod
    def headers(access_token: str, *, accept: str) -> dict[str, str]:
        """Return the headers of a request."""
        return {"Authorization": f"Bearer {access_token}", "x-version": "v1", "Accept": accept}

    async def _call(
        self,
        operation: str,
        method: str,
        path: str,
        *,
        query: dict[str, str] | None = None,
        json: object = None,
        accept: str = "application/json",
        not_again: str | None = None,
    ) -> bytes:
        """Return the body of a success; a fault that passes is tried again, unless its code is `not_again`."""
        request = ApiRequest(
            operation=operation,
            method=method,
            url=self.api_url + path,
            headers={"accept": accept},
            query=query,
            json=json,
        )
        return (await self._ask(request, not_again=not_again)).body

    async def _ask(self, request: ApiRequest, *, not_again: str | None = None) -> Answer:
        tries_left = 0 if request.method == "POST" else self._retries  # a POST that seemed to fail may have been done
        while True:
            try:
                return await self._ask_once(request)
            except NotTrusted:
                raise
            except BmwUnavailable as error:
                is_hopeless = not_again is not None and error.fault_code == not_again
                if tries_left == 0 or is_hopeless or self._calls_left <= self._spare_calls:
                    raise
                _log.info("%s: trying again: %s", request.operation, error)
                await self._pause(self._retries - tries_left)
                tries_left -= 1

    async def _pause(self, tries: int) -> None:
        ceiling_s = min(FIRST_PAUSE_S * 2**tries, LONGEST_PAUSE_S)
        await self._clock.sleep(self._jitter.uniform(0, ceiling_s))

    async def _ask_once(self, request: ApiRequest) -> Answer:
        tokens = await self._tokens.current()
        check_service(tokens, CarDataService.API)
        asked_at_ms = self._clock.now_ms()
        answer = await self._fetch(request, tokens.access_token, at_ms=asked_at_ms)
        if is_token_refused(answer):
            tokens = await self._tokens.refresh(tokens)
            asked_at_ms = self._clock.now_ms()
            answer = await self._fetch(request, tokens.access_token, at_ms=asked_at_ms)
        if answer.status in (OK, CREATED, ALREADY_REPORTED, NO_CONTENT):
            return answer
        error = to_error(answer, operation=request.operation, at_ms=asked_at_ms)
        if isinstance(error, QuotaSpent):  # of the day that the call belongs to, though the answer may come after it
            await self._ledger.mark_spent(at_ms=asked_at_ms)
        raise error

    async def _fetch(self, request: ApiRequest, access_token: str, *, at_ms: int) -> Answer:
        self._calls_left = await self._ledger.spend(request.operation, at_ms=at_ms)
        self.calls_made += 1
        asked_at_s = self._clock.elapsed_s()
        try:
            answer = await fetch(
                self._session,
                request.method,
                request.url,
                tls=self._endpoints.ssl_context(),
                headers=self.headers(access_token, accept=request.headers["accept"]),
                query=request.query,
                json=request.json,
            )
        except NotSent:
            if isinstance(self._ledger, ReturningLedger):
                await self._ledger.give_back(request.operation, at_ms=at_ms)
                self._calls_left += 1
                self.calls_made -= 1
            raise
        self.server_time_ms = answer.server_time_ms
        self._clock.hear(answer.server_time_ms, asked_at_s=asked_at_s)
        return answer


def _container_path(container_id: str) -> str:
    return f"/customers/containers/{quote(container_id, safe='')}"
