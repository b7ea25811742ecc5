"""The front door of the SDK: one account's vehicles, their live readings and their REST data."""

from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack, aclosing
from types import TracebackType
from typing import Self

from bimmerhub.bmw.cardata.endpoints import Endpoints
from bimmerhub.bmw.cardata.ledger import MemoryLedger, QuotaLedger
from bimmerhub.bmw.cardata.models import BasicData
from bimmerhub.bmw.cardata.rest import CarDataRest
from bimmerhub.bmw.cardata.stream import CarDataStream, StreamMessages
from bimmerhub.bmw.cardata.tokens import Tokens, TokenStore
from bimmerhub.bmw.cardata.wire import Decoded, decode_message, decode_telematic_data
from bimmerhub.bmw.clock import Clock, SystemClock
from bimmerhub.bmw.http import Session, open_session
from bimmerhub.domain.ids import Vin, mask_vin, parse_vin
from bimmerhub.domain.reading import Reading


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

        BMW allows one stream per account: read several vehicles with `CarData.readings`. SignInRequired ends it.
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
        return decode_telematic_data(body, vin=self.vin, received_at_ms=self._cardata.clock.now_ms())

    async def fetch_image(self) -> bytes:
        """Return a picture as PNG. One call: keep it."""
        return await self._cardata.rest.fetch_image(self.vin)


class CarData:
    """BMW CarData for one account that has signed in; use as `async with`. `rest` has every REST operation.

    Without a `ledger` the calls of this process are counted in memory only; give a `LedgerFile` to keep the count.
    """

    rest: CarDataRest

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
        self.clock: Clock = clock or SystemClock()
        self._client_id = client_id
        self._store = tokens
        self._endpoints = endpoints or Endpoints()
        self._session = session
        self._ledger = ledger or MemoryLedger()
        self._stack = AsyncExitStack()

    async def __aenter__(self) -> Self:
        session = self._session
        if session is None:
            session = await self._stack.enter_async_context(open_session())
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
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._stack.aclose()

    async def fetch_vehicles(self) -> list[Vehicle]:
        """Return the account's vehicles. One call."""
        return [
            Vehicle(parse_vin(mapping.vin), mapping_type=mapping.mapping_type, cardata=self)
            for mapping in await self.rest.fetch_mappings()
        ]

    async def readings(self) -> AsyncGenerator[Reading]:
        """Yield the readings of all vehicles as they come, for ever; what is malformed is left out. Costs no quota.

        For messages as they came, the link's state and what is malformed use `CarDataStream` and `wire`.
        """
        stream = CarDataStream(tokens=self._tokens, endpoints=self._endpoints, clock=self.clock)
        async with aclosing(stream.events()) as events:
            async for event in events:
                if isinstance(event, StreamMessages):
                    for message in event.messages:
                        for reading in decode_message(message.payload, received_at_ms=message.received_at_ms).readings:
                            yield reading
