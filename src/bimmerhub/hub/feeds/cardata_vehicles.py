"""Which cars an account has by CarData: asked for once (mappings), then what each car is (basic data)."""

import logging
from collections.abc import Awaitable, Callable
from dataclasses import replace

import msgspec

from bimmerhub.bmw.cardata.models import BasicData, Mapping, read_object
from bimmerhub.bmw.cardata.rest import CarDataRest
from bimmerhub.domain.documents import BASIC_DATA, Document
from bimmerhub.domain.reading import Source
from bimmerhub.domain.vehicle import Vehicle
from bimmerhub.errors import BmwRefused
from bimmerhub.hub.ingest.ingest import Arrival, Ingest, Origin
from bimmerhub.ids import Vin, mask_vin
from bimmerhub.store.ports.accounts import StoredAccount
from bimmerhub.store.ports.documents import StoredDocuments
from bimmerhub.store.ports.settings import StoredSettings
from bimmerhub.store.ports.vehicles import StoredVehicles

_log = logging.getLogger(__name__)


async def load_own(vehicles: StoredVehicles, account: StoredAccount) -> list[Vin]:
    """Return the account's cars whose data BMW gives it: all but those that it is the SECONDARY user of."""
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

    async def meet(self) -> list[Vin]:
        """Return the cars whose data BMW gives out; the first time 1 call, and 1 for each car that is new.

        After a failure in the middle the next call begins again, but does not fetch basic data that is stored.
        """
        if not await self.was_met():
            await self.meet_all()
            if await self._may_spend():  # else some cars may have been met without their basic data
                await self._settings.save_setting(self._met_key, str(self._now_ms()))
        return await load_own(self._vehicles, self._account)

    @property
    def _met_key(self) -> str:
        return f"rest.met_at_ms.{self._account.owner}"

    async def was_met(self) -> bool:
        """Tell whether the mappings have come, and what their cars are."""
        return bool(await self._settings.load_settings(self._met_key))

    async def meet_all(self) -> None:
        """Ask for the mappings: 1 call, and 1 for each car that is new."""
        for mapping in await self._rest.fetch_mappings():
            await self._meet_one(mapping)

    async def _meet_one(self, mapping: Mapping) -> None:
        vin = Vin(mapping.vin)
        vehicle = Vehicle(vin=vin)
        document = await self._documents.document(vin, BASIC_DATA)
        if document is None and await self._may_spend():
            document = await self._fetch_basic_data(vin)
        if document is not None:
            vehicle = _described(vehicle, document.body)
        now_ms = self._now_ms()
        await self._vehicles.save_vehicle(vehicle, seen_at_ms=now_ms)
        await self._vehicles.save_vehicle_account(
            vin, self._account.id, mapping=mapping.mapping_type, seen_at_ms=now_ms
        )
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
