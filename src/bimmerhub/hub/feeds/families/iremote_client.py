"""i Remote in the hub's words: what `family_client` asks for, by `bmw.iremote`."""

from collections.abc import AsyncGenerator, Collection, Mapping, Sequence
from datetime import UTC, datetime
from enum import StrEnum
from typing import Final

import msgspec
from typing_extensions import override

from bimmerhub.bmw.car_commands.charging_profile import read_charging_profile
from bimmerhub.bmw.car_commands.commands import CommandProgress
from bimmerhub.bmw.iremote import service_types as services
from bimmerhub.bmw.iremote import wire
from bimmerhub.bmw.iremote.client import IRemote
from bimmerhub.bmw.iremote.client import Vehicle as RemoteCar
from bimmerhub.bmw.iremote.models import ListedVehicle
from bimmerhub.bmw.iremote.words import DriveTrain, ImageView
from bimmerhub.bmw.operations.operation_rest import OperationCalls
from bimmerhub.domain import documents
from bimmerhub.domain.account.family import Family
from bimmerhub.domain.command import CommandKind
from bimmerhub.domain.command_order import CommandOrder
from bimmerhub.domain.reading import Source
from bimmerhub.domain.vehicle import Vehicle
from bimmerhub.errors import BmwRefused
from bimmerhub.hub.feeds.families.family_answers import DocumentKind, FamilyAnswers
from bimmerhub.hub.feeds.families.family_client import FamilyAnswer, FamilyCar, FamilyClient, Month, choose_view
from bimmerhub.ids import Vin
from bimmerhub.views.ports.commands import ListedCapability

_CANNOT: Final = frozenset({"NOT_SUPPORTED", "NOT_AVAILABLE"})
_CHARGE_NOW: Final = "chargeNow"
_CHARGE_NOW_NOTE: Final = "BMW says this of cars that do charge on command too, so it does not count"
"""Observed with nine cars, 2018-2021."""
_FIRST_CAPABILITY: Final = "door_lock"
"""From this field on a listed car says what it can."""
_DRIVETRAINS: Final[Mapping[str, str]] = {DriveTrain.BEV_REX: "PHEV"}
"""BMW's words that are not ours: an i3 with the small engine burns petrol too."""


async def _fetch_range_map(iremote: IRemote, vin: Vin) -> bytes:
    now = datetime.fromtimestamp(iremote.clock.now_ms() / 1000, UTC)
    return await iremote.rest.fetch_range_map(vin, device_time=now)


_KINDS: Final[Mapping[str, DocumentKind[IRemote]]] = {
    documents.LAST_TRIP: DocumentKind(
        fetch=lambda iremote, vin: iremote.rest.fetch_last_trip(vin),
        check=wire.decode_last_trip,
        readings=wire.decode_last_trip_readings,
        wrapper="lastTrip",
        key="date",
    ),
    documents.ALL_TRIPS: DocumentKind(
        fetch=lambda iremote, vin: iremote.rest.fetch_all_trips(vin),
        check=wire.decode_all_trips,
        readings=wire.decode_all_trips_readings,
        wrapper="allTrips",
    ),
    documents.CHARGING_PROFILE: DocumentKind(
        fetch=lambda iremote, vin: iremote.rest.fetch_charging_profile(vin), check=read_charging_profile
    ),
    documents.DESTINATIONS: DocumentKind(
        fetch=lambda iremote, vin: iremote.rest.fetch_destinations(vin),
        check=wire.decode_destinations,
        wrapper="destinations",
    ),
    documents.RANGE_MAP: DocumentKind(fetch=_fetch_range_map, check=wire.decode_range_map, wrapper="rangemap"),
}
"""Which calls there are: documentation of i Remote (2015)."""
_DENIED_BY: Final[Mapping[str, str]] = {
    documents.CHARGING_PROFILE: "charging_control",
    documents.DESTINATIONS: "last_destinations",
    documents.RANGE_MAP: "range_map",
}
"""The field of a listed car that may say it has no such document."""


class IRemoteClient(FamilyClient):
    """i Remote for one account."""

    def __init__(self, iremote: IRemote) -> None:
        self._iremote = iremote

    @property
    @override
    def family(self) -> Family:
        return Family.IREMOTE

    @property
    @override
    def operations(self) -> OperationCalls:
        return self._iremote.rest

    @override
    async def fetch_cars(self) -> Sequence[FamilyCar]:
        return [IRemoteCar(car, self._iremote) for car in await self._iremote.fetch_vehicles()]


class IRemoteCar(FamilyCar):
    """One car of the account."""

    def __init__(self, car: RemoteCar, iremote: IRemote) -> None:
        self._car = car
        self._answers = FamilyAnswers(iremote, car.vin, source=Source.IREMOTE, name="i Remote", kinds=_KINDS)

    @property
    @override
    def vehicle(self) -> Vehicle:
        info = self._car.info
        drive_train = info.drive_train
        drivetrain = None if drive_train is None else _DRIVETRAINS.get(drive_train, str(drive_train))
        brand = None if info.brand is None else str(info.brand)
        return Vehicle(vin=self._car.vin, brand=brand, model=info.model, drivetrain=drivetrain)

    @property
    @override
    def commands(self) -> Sequence[CommandKind | str]:
        return [*services.SERVICES, CommandKind.POI, CommandKind.MESSAGE]

    @property
    @override
    def document_kinds(self) -> Sequence[str]:
        fields = {kind: _DENIED_BY.get(kind) for kind in _KINDS}
        return [
            kind
            for kind, field in fields.items()
            if field is None or str(getattr(self._car.info, field)) not in _CANNOT
        ]

    @override
    def capabilities(self) -> Sequence[ListedCapability]:
        fields = msgspec.structs.fields(ListedVehicle)
        first = next(index for index, field in enumerate(fields) if field.name == _FIRST_CAPABILITY)
        words = ((field.encode_name, getattr(self._car.info, field.name)) for field in fields[first:])
        return [
            self._charge_now(str(word)) if name == _CHARGE_NOW else _capability(name, word)
            for name, word in words
            if word is not None
        ]

    @override
    def refusal(self, kind: CommandKind | str) -> BmwRefused | None:
        return services.refusal(self._car.info, kind)

    def _charge_now(self, word: str) -> ListedCapability:
        is_able = self.refusal(CommandKind.CHARGE_NOW) is None
        note = _CHARGE_NOW_NOTE if is_able and word in _CANNOT else None
        return ListedCapability(name=_CHARGE_NOW, word=word, command=CommandKind.CHARGE_NOW, is_able=is_able, note=note)

    @override
    async def fetch_readings(self) -> FamilyAnswer:
        return self._answers.read_state(await self._car.fetch_status_json(), wire.decode_status_readings)

    @override
    async def fetch_document(
        self, kind: str, *, month: Month | None = None, stored_keys: Collection[str] = ()
    ) -> FamilyAnswer:
        return await self._answers.fetch_document(kind)

    @override
    async def fetch_image(self, view: str | None) -> bytes:
        wanted = ImageView.FRONTSIDE if view is None else choose_view(view, ImageView)
        return await self._car.fetch_image(view=ImageView(wanted))

    @override
    def command(self, order: CommandOrder, *, force: bool = False) -> AsyncGenerator[CommandProgress]:
        return self._car.carry_out(order, force=force)

    @override
    def follow(self, progress: CommandProgress) -> AsyncGenerator[CommandProgress]:
        return self._car.follow(progress)


def _capability(name: str, word: object) -> ListedCapability:
    """Return an entry of a car's list; a word that is in no enumeration says nothing."""
    words = [str(item) for item in word] if isinstance(word, tuple) else [str(word)]
    is_able = None if not isinstance(word, StrEnum | tuple) else not _CANNOT.intersection(words)
    command = next((kind for kind in CommandKind if services.capability_field(kind) == name), None)
    return ListedCapability(name=name, word=", ".join(words), command=command, is_able=is_able)
