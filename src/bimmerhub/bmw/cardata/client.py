"""The front door of the SDK: one account's vehicles, their live readings and their REST data."""

import logging
from collections.abc import AsyncGenerator, Iterator
from contextlib import aclosing
from datetime import datetime

from typing_extensions import override

from bimmerhub.bmw.account_client import AccountClient
from bimmerhub.bmw.cardata.answers.charging_history import BmwChargingSession
from bimmerhub.bmw.cardata.answers.charging_settings import LocationChargingSettings
from bimmerhub.bmw.cardata.answers.models import BasicData
from bimmerhub.bmw.cardata.answers.tyres import TyreDiagnosis
from bimmerhub.bmw.cardata.containers import Containers
from bimmerhub.bmw.cardata.endpoints import Endpoints
from bimmerhub.bmw.cardata.ledger import LedgerFile, MemoryLedger, QuotaLedger
from bimmerhub.bmw.cardata.rest import NO_IMAGE, CarDataRest
from bimmerhub.bmw.cardata.streaming.stream import CarDataStream, LinkChanged, StreamEvent
from bimmerhub.bmw.cardata.wire import Decoded, decode_message, decode_telematic_data
from bimmerhub.bmw.clock import Clock
from bimmerhub.bmw.http import Session
from bimmerhub.bmw.tokens.fresh_tokens import Tokens
from bimmerhub.bmw.tokens.token_file import TokenFile
from bimmerhub.bmw.tokens.token_set import TokenStore
from bimmerhub.domain.reading import Reading
from bimmerhub.errors import BmwRefused, ConfigError
from bimmerhub.ids import Vin, mask_vin

_log = logging.getLogger(__name__)


class Vehicle:
    """One vehicle of the account."""

    def __init__(self, vin: Vin, *, mapping_type: str | None, cardata: "CarData") -> None:
        self.vin = vin
        self.mapping_type = mapping_type
        self._cardata = cardata

    def __repr__(self) -> str:
        """Show the last four of the VIN."""
        return f"Vehicle({mask_vin(self.vin)})"

    async def readings(self) -> AsyncGenerator[Reading]:
        """Yield this vehicle's readings as they come, for ever; reconnects by itself. Costs no quota.

        BMW allows one stream per account: read several vehicles with `CarData.readings` (ConfigError for a second
        stream at a time). SignInRequired ends it.
        """
        async with aclosing(self._cardata.readings()) as readings:
            async for reading in readings:
                if reading.vin == self.vin:
                    yield reading

    async def fetch_basic_data(self) -> BasicData:
        """Return what kind of vehicle it is. One call."""
        return await self._cardata.rest.fetch_basic_data(self.vin)

    async def fetch_telematic_data(self, container_id: str) -> Decoded:
        """Return the last known values of a container's descriptors, read like the stream's. One call."""
        body = await self._cardata.rest.fetch_telematic_data(self.vin, container_id)
        now_ms, answered_at_ms = self._cardata.clock.now_ms(), self._cardata.rest.server_time_ms
        return decode_telematic_data(body, vin=self.vin, received_at_ms=now_ms, answered_at_ms=answered_at_ms)

    async def fetch_charging_sessions(self, since: datetime, until: datetime) -> AsyncGenerator[BmwChargingSession]:
        """Yield what BMW recorded of charging from `since` to `until` (aware), newest first.

        At least one call for each 45 days; cost and errors as `CarDataRest.fetch_charging_history`, which also tells
        the stretches of time that BMW fails at; here those are logged.
        """
        async with aclosing(self._cardata.rest.fetch_charging_history(self.vin, since, until)) as items:
            async for item in items:
                if isinstance(item, BmwChargingSession):
                    yield item

    async def fetch_location_settings(self) -> AsyncGenerator[LocationChargingSettings]:
        """Yield the charging settings of each place; nothing when there are none. One call a page."""
        async with aclosing(self._cardata.rest.fetch_location_settings(self.vin)) as items:
            async for item in items:
                yield item

    async def fetch_tyre_diagnosis(self) -> TyreDiagnosis | None:
        """Return what BMW knows of the tyres; None for a car without that service. One call."""
        return await self._cardata.rest.fetch_tyre_diagnosis(self.vin)

    async def fetch_image(self) -> bytes | None:
        """Return a picture as PNG, None when BMW has none. One call the first time, none while `CarData` is open."""
        return await self._cardata.fetch_image(self.vin)


class CarData(AccountClient):
    """BMW CarData for one account that has signed in; use as `async with`.

    `rest` has every REST operation, `containers` keeps containers at BMW that hold the descriptors one wants.

    Without a `ledger` the calls are counted in a file beside a `TokenFile`; with tokens from elsewhere in memory only,
    so that the calls of an earlier run are not known.
    """

    rest: CarDataRest
    containers: Containers

    def __init__(
        self,
        *,
        client_id: str,
        tokens: TokenStore,
        endpoints: Endpoints | None = None,
        session: Session | None = None,
        clock: Clock | None = None,
        ledger: QuotaLedger | None = None,
    ) -> None:
        super().__init__(tokens=tokens, session=session, clock=clock)
        self._client_id = client_id
        self._endpoints = endpoints or Endpoints()
        self._ledger = ledger or _ledger_beside(tokens)
        self._is_streaming = False
        self._images: dict[Vin, bytes | None] = {}

    @override
    def _open(self, session: Session) -> None:
        self._tokens = Tokens(
            client_id=self._client_id,
            store=self._store,
            endpoints=self._endpoints,
            session=session,
            clock=self.clock,
        )
        self.rest = CarDataRest(
            tokens=self._tokens, ledger=self._ledger, endpoints=self._endpoints, session=session, clock=self.clock
        )
        self.containers = Containers(self.rest)

    async def fetch_vehicles(self) -> list[Vehicle]:
        """Return the account's vehicles. One call."""
        return [
            Vehicle(mapping.vin, mapping_type=mapping.mapping_type, cardata=self)
            for mapping in await self.rest.fetch_mappings()
        ]

    async def fetch_image(self, vin: Vin) -> bytes | None:
        """Return a vehicle's picture as PNG, None when BMW has none. One call, then it is remembered."""
        if vin not in self._images:
            try:
                self._images[vin] = await self.rest.fetch_image(vin)
            except BmwRefused as error:
                if error.code != NO_IMAGE:
                    raise
                self._images[vin] = None
        return self._images[vin]

    async def readings(self) -> AsyncGenerator[Reading]:
        """Yield the readings of all vehicles as they come, for ever; what is malformed is logged. Costs no quota.

        For messages as they came, the link's state and what is malformed use `CarDataStream` and `wire`. ConfigError
        while another one of this account is read: they would end each other at BMW, again and again.
        """
        if self._is_streaming:
            raise ConfigError(
                "this account's stream is being read already; BMW allows one",
                hint="Read all vehicles with one `CarData.readings()`, and tell them apart by `reading.vin`.",
            )
        self._is_streaming = True
        try:
            stream = CarDataStream(tokens=self._tokens, endpoints=self._endpoints, clock=self.clock)
            async with aclosing(stream.events()) as events:
                async for event in events:
                    for reading in _to_readings(event):
                        yield reading
        finally:
            self._is_streaming = False


def _to_readings(event: StreamEvent) -> Iterator[Reading]:
    if isinstance(event, LinkChanged):
        _log.info("stream %s: %s", event.state, event.reason)
        return
    for message in event.messages:
        decoded = decode_message(message.payload, received_at_ms=message.received_at_ms)
        for refused in decoded.refused:
            _log.warning("malformed and left out: %s", refused.descriptor or "a message")  # no values: positions
        yield from decoded.readings


def _ledger_beside(tokens: TokenStore) -> QuotaLedger:
    if isinstance(tokens, TokenFile):
        return LedgerFile(tokens.path.with_name(f"{tokens.path.name}.quota"))
    return MemoryLedger()
