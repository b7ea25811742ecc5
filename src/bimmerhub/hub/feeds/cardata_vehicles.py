"""Which cars an account has by CarData: the mappings, asked again each day, then what each new car is (basic data)."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import replace

import msgspec

from bimmerhub.bmw.cardata.models import BasicData, Mapping, read_object
from bimmerhub.bmw.cardata.rest import CarDataRest
from bimmerhub.domain.documents import BASIC_DATA, Document
from bimmerhub.domain.reading import Source
from bimmerhub.domain.vehicle import Vehicle, VehicleMapping
from bimmerhub.domain.vendor_times import parse_vendor_time
from bimmerhub.errors import BmwRefused, MalformedPayload
from bimmerhub.hub.feeds.turns import give_turns
from bimmerhub.hub.ingest.ingest import Arrival, Ingest, Origin
from bimmerhub.ids import Vin, mask_vin
from bimmerhub.store.ports.accounts import StoredAccount
from bimmerhub.store.ports.documents import StoredDocuments
from bimmerhub.store.ports.settings import StoredSettings
from bimmerhub.store.ports.vehicles import StoredVehicles
from bimmerhub.times import DAY_MS

_log = logging.getLogger(__name__)

MEET_EVERY_MS = DAY_MS
"""A car that was bought, sold or shared shows within a day, for one call."""


async def load_own(vehicles: StoredVehicles, account: StoredAccount) -> list[Vin]:
    """Return the account's cars that are asked for: BMW gives it their data, and nobody put them away."""
    return [car.vin for car in await vehicles.vehicles() if car.is_given_to(account.id)]


class CarDataVehicles:
    """One account's cars, met by REST. `introduce` makes a car known to the hub; `may_spend` guards the reserve."""

    def __init__(
        self,
        account: StoredAccount,
        *,
        rest: CarDataRest,
        vehicles: StoredVehicles,
        documents: StoredDocuments,
        settings: StoredSettings,
        ingest: Ingest,
        introduce: Callable[[Vehicle], None],
        may_spend: Callable[[], Awaitable[bool]],
        now_ms: Callable[[], int],
    ) -> None:
        self._account = account
        self._rest = rest
        self._vehicles = vehicles
        self._documents = documents
        self._settings = settings
        self._ingest = ingest
        self._introduce = introduce
        self._may_spend = may_spend
        self._now_ms = now_ms
        self._meeting = asyncio.Lock()

    async def meet(self) -> list[Vin]:
        """Return the cars whose data BMW gives out; once a day for 1 call, and 1 for each car that is new.

        After a failure in the middle the next call begins again, but does not fetch basic data that is stored.
        """
        async with self._meeting:
            if await self.load_due_ms() <= self._now_ms() and await self._may_spend():
                await self.meet_all()
        return await load_own(self._vehicles, self._account)

    @property
    def _met_key(self) -> str:
        return f"rest.met_at_ms.{self._account.owner}"

    async def load_due_ms(self) -> int:
        """Return when the mappings are to be asked for again, 0 when they were never asked for.

        A note of later than now is of a clock that was wrong, and does not count.
        """
        met_at_ms = int((await self._settings.load_settings(self._met_key)).get(self._met_key, -MEET_EVERY_MS))
        return 0 if met_at_ms > self._now_ms() else met_at_ms + MEET_EVERY_MS

    async def was_met(self) -> bool:
        """Tell whether the mappings have ever come, and what their cars are."""
        return bool(await self._settings.load_settings(self._met_key))

    async def meet_all(self) -> None:
        """Ask for the mappings and note which cars came, went or changed hands: 1 call, and 1 for each car that is new.

        One whose basic data BMW cannot give keeps no other from its turn.
        """
        mappings = await self._rest.fetch_mappings()
        now_ms = self._now_ms()
        before = {car.vin: car for car in await self._vehicles.vehicles()}
        rows = [_to_mapping(mapping) for mapping in mappings]
        await self._vehicles.save_mappings(self._account.id, rows, told_at_ms=now_ms)
        await self._introduce_changed(before)
        await give_turns([row.vin for row in rows], self._describe)
        if await self._may_spend():  # else some cars may have been met without their basic data
            await self._settings.save_setting(self._met_key, str(now_ms))

    async def _introduce_changed(self, before: dict[Vin, Vehicle]) -> None:
        for car in await self._vehicles.vehicles():
            if car != before.get(car.vin):
                self._introduce(car)
                self._log_change(before.get(car.vin), car)

    def _log_change(self, before: Vehicle | None, car: Vehicle) -> None:
        """Say once that the account no longer has a car, or has it again."""
        earlier, now = (None if one is None else one.seen_by(self._account.id) for one in (before, car))
        troubles = [None if seen is None else seen.trouble for seen in (earlier, now)]
        if troubles[0] != troubles[1]:
            _log.info("%s: %s", mask_vin(car.vin), troubles[1] or f"account {self._account.name} gets its data again")

    async def _describe(self, vin: Vin) -> None:
        """Note what the car is, by its basic data, which BMW gives to its primary user only."""
        car = next((car for car in await self._vehicles.vehicles() if car.vin == vin), None)
        document = await self._documents.document(vin, BASIC_DATA)
        if document is None and car is not None and car.is_given_to(self._account.id) and await self._may_spend():
            document = await self._fetch_basic_data(vin)
        if document is None:
            return
        await self._vehicles.save_vehicle(_described(Vehicle(vin=vin), document.body), seen_at_ms=self._now_ms())
        self._introduce(next(car for car in await self._vehicles.vehicles() if car.vin == vin))

    async def _fetch_basic_data(self, vin: Vin) -> Document | None:
        """Fetch and store what the car is; None when BMW refuses to say."""
        try:
            body = await self._rest.fetch_basic_data_json(vin)
        except BmwRefused as error:
            _log.warning("%s: no basic data of %s: %s", self._account.name, mask_vin(vin), error)
            return None
        now_ms = self._now_ms()
        document = Document(
            subject=vin,
            kind=BASIC_DATA,
            natural_key="",
            body=body.decode("utf-8", "replace"),
            source=Source.REST,
            fetched_at_ms=now_ms,
        )
        arrival = Arrival(place="rest", payload=body, received_at_ms=now_ms, documents=[document])
        await self._ingest.take([arrival], origin=Origin.REST)
        return document


def _described(vehicle: Vehicle, body: str) -> Vehicle:
    try:
        basic = read_object(BasicData, msgspec.json.decode(body))
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return vehicle
    if basic is None:
        return vehicle
    return replace(vehicle, brand=basic.brand, model=basic.model_name, drivetrain=basic.drive_train)


def _to_mapping(mapping: Mapping) -> VehicleMapping:
    try:
        since = None if mapping.mapped_since is None else parse_vendor_time(mapping.mapped_since)
    except MalformedPayload:
        since = None
    since_ms = None if since is None else round(since.timestamp() * 1000)
    return VehicleMapping(vin=mapping.vin, mapping=mapping.mapping_type, mapped_since_ms=since_ms)
