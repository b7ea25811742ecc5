"""i Remote in the hub's words: what `family_client` asks for, by `bmw.iremote`."""

from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Final

import msgspec
from typing_extensions import override

from bimmerhub.bmw.charging_profile import as_json, read_charging_profile
from bimmerhub.bmw.commands import CommandProgress
from bimmerhub.bmw.field_readings import AnswerStamp, FieldReadings
from bimmerhub.bmw.iremote import service_types as services
from bimmerhub.bmw.iremote import wire
from bimmerhub.bmw.iremote.client import IRemote
from bimmerhub.bmw.iremote.client import Vehicle as RemoteCar
from bimmerhub.bmw.iremote.models import ListedVehicle
from bimmerhub.bmw.iremote.service_types import ServiceType
from bimmerhub.bmw.iremote.words import DriveTrain
from bimmerhub.domain import documents
from bimmerhub.domain.account.family import Family
from bimmerhub.domain.command import CommandKind
from bimmerhub.domain.command_order import CommandOrder
from bimmerhub.domain.documents import Document
from bimmerhub.domain.reading import Source
from bimmerhub.domain.vehicle import Vehicle
from bimmerhub.errors import BmwRefused, ConfigError, MalformedPayload
from bimmerhub.hub.feeds.families.family_client import Capability, FamilyAnswer, FamilyCar, FamilyClient
from bimmerhub.hub.feeds.families.family_orders import shared_kind, to_car_order, to_profile

CLIMATE_TIMER: Final = "climate-timer"

_SERVICES: Final[Mapping[CommandKind | str, ServiceType]] = {
    CommandKind.LOCK: ServiceType.DOOR_LOCK,
    CommandKind.UNLOCK: ServiceType.DOOR_UNLOCK,
    CommandKind.LIGHTS: ServiceType.LIGHT_FLASH,
    CommandKind.HORN: ServiceType.HORN_BLOW,
    CommandKind.CLIMATE_START: ServiceType.CLIMATE_NOW,
    CommandKind.CHARGE_NOW: ServiceType.CHARGE_NOW,
    CommandKind.FIND: ServiceType.VEHICLE_FINDER,
    CommandKind.CHARGING_PROFILE: ServiceType.CHARGING_CONTROL,
    CLIMATE_TIMER: ServiceType.CLIMATE_CONTROL,
}
"""The services with a command of their own; CommandKind.POI and MESSAGE are no services."""
_OTHERS: Final = {kind.value.lower().replace("_", "-"): kind for kind in ServiceType}
_CANNOT: Final = frozenset({"NOT_SUPPORTED", "NOT_AVAILABLE"})
_CHARGE_NOW: Final = "chargeNow"
_CHARGE_NOW_NOTE: Final = "BMW says this of cars that do charge on command too, so it does not count"
"""Observed with nine cars, 2018-2021."""
_FIRST_CAPABILITY: Final = "door_lock"
"""From this field on a listed car says what it can."""
_DRIVETRAINS: Final[Mapping[str, str]] = {DriveTrain.BEV_REX: "PHEV"}
"""BMW's words that are not ours: an i3 with the small engine burns petrol too."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Kind:
    """How BMW's answer about documents of one kind is read; `wrapper` is the key that BMW puts around it.

    `denied_by` is the field of a listed car that may say it has none; `key` is the member that tells several apart.
    """

    check: Callable[[bytes], object]
    wrapper: str | None = None
    denied_by: str | None = None
    key: str | None = None


_KINDS: Final[Mapping[str, _Kind]] = {
    documents.LAST_TRIP: _Kind(check=wire.decode_last_trip, wrapper="lastTrip", key="date"),
    documents.ALL_TRIPS: _Kind(check=wire.decode_all_trips, wrapper="allTrips"),
    documents.CHARGING_PROFILE: _Kind(check=read_charging_profile, denied_by="charging_control"),
    documents.DESTINATIONS: _Kind(
        check=wire.decode_destinations, wrapper="destinations", denied_by="last_destinations"
    ),
    documents.RANGE_MAP: _Kind(check=wire.decode_range_map, wrapper="rangemap", denied_by="range_map"),
}
"""Which calls there are: documentation of i Remote (2015)."""


class IRemoteClient(FamilyClient):
    """i Remote for one account."""

    def __init__(self, iremote: IRemote) -> None:
        self._iremote = iremote

    @property
    @override
    def family(self) -> Family:
        return Family.IREMOTE

    @override
    async def fetch_cars(self) -> Sequence[FamilyCar]:
        return [IRemoteCar(car, self._iremote) for car in await self._iremote.fetch_vehicles()]


class IRemoteCar(FamilyCar):
    """One car of the account."""

    def __init__(self, car: RemoteCar, iremote: IRemote) -> None:
        self._car = car
        self._iremote = iremote

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
        return [*_SERVICES, CommandKind.POI, CommandKind.MESSAGE]

    @property
    @override
    def document_kinds(self) -> Sequence[str]:
        info = self._car.info
        return [
            kind
            for kind, how in _KINDS.items()
            if how.denied_by is None or str(getattr(info, how.denied_by)) not in _CANNOT
        ]

    @override
    def capabilities(self) -> Sequence[Capability]:
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

    def _charge_now(self, word: str) -> Capability:
        is_able = self.refusal(CommandKind.CHARGE_NOW) is None
        note = _CHARGE_NOW_NOTE if is_able and word in _CANNOT else None
        return Capability(name=_CHARGE_NOW, word=word, command=CommandKind.CHARGE_NOW, is_able=is_able, note=note)

    @override
    async def fetch_readings(self) -> FamilyAnswer:
        body = await self._car.fetch_status_json()
        return self._answer(body, self._read(wire.decode_status_readings, body))

    @override
    async def fetch_document(self, kind: str) -> FamilyAnswer:
        how = _KINDS.get(kind)
        if how is None:
            raise ConfigError(f"i Remote has no {kind[:40]!r}", hint=f"It has {', '.join(_KINDS)}.")
        body = await self._fetch(kind)
        try:
            how.check(body)
        except MalformedPayload as error:
            return self._answer(body, FieldReadings(refused=(error,)))
        decoded = FieldReadings()
        if kind == documents.LAST_TRIP:
            decoded = self._read(wire.decode_last_trip_readings, body)
        elif kind == documents.ALL_TRIPS:
            decoded = self._read(wire.decode_all_trips_readings, body)
        return self._answer(body, decoded, self._document(kind, how, body))

    @override
    def command(self, order: CommandOrder, *, force: bool = False) -> AsyncGenerator[CommandProgress]:
        kind = shared_kind(order.kind)
        if kind is not None:
            return self._car.carry_out(to_car_order(kind, order), force=force)
        if order.kind == CLIMATE_TIMER:
            return self._car.execute(services.set_climate_timers(to_profile(order)), force=force)
        return self._car.execute(services.other_service(_service_type(order.kind), order.fields), force=force)

    @override
    def follow(self, progress: CommandProgress) -> AsyncGenerator[CommandProgress]:
        return self._car.follow(progress, _service_type(progress.kind))

    async def _fetch(self, kind: str) -> bytes:
        rest, vin = self._iremote.rest, self._car.vin
        match kind:
            case documents.LAST_TRIP:
                return await rest.fetch_last_trip(vin)
            case documents.ALL_TRIPS:
                return await rest.fetch_all_trips(vin)
            case documents.CHARGING_PROFILE:
                return await rest.fetch_charging_profile(vin)
            case documents.DESTINATIONS:
                return await rest.fetch_destinations(vin)
        now = datetime.fromtimestamp(self._iremote.clock.now_ms() / 1000, UTC)
        return await rest.fetch_range_map(vin, device_time=now)

    def _read(self, decode: Callable[[bytes, AnswerStamp], FieldReadings], body: bytes) -> FieldReadings:
        """Return the readings of a body; what cannot be read as a whole is among the refused."""
        stamp = AnswerStamp(
            vin=self._car.vin,
            received_at_ms=self._iremote.clock.now_ms(),
            server_time_ms=self._iremote.rest.server_time_ms,
        )
        try:
            return decode(body, stamp)
        except MalformedPayload as error:
            return FieldReadings(refused=(error,))

    def _answer(self, body: bytes, decoded: FieldReadings, document: Document | None = None) -> FamilyAnswer:
        return FamilyAnswer(
            body=body,
            readings=decoded.readings,
            refused=decoded.refused,
            documents=[] if document is None else [document],
            answered_at_ms=self._iremote.rest.server_time_ms,
        )

    def _document(self, kind: str, how: _Kind, body: bytes) -> Document | None:
        """Return the document in an answer without its wrapper; None where BMW has nothing to tell."""
        inner = as_json(body) if how.wrapper is None else _unwrapped(body, how.wrapper)
        natural_key = "" if how.key is None else _text_of(inner, how.key)
        if inner in {b"null", b"{}"} or natural_key is None:
            return None
        return Document(
            subject=self._car.vin,
            kind=kind,
            natural_key=natural_key,
            body=inner.decode(),
            source=Source.IREMOTE,
            fetched_at_ms=self._iremote.clock.now_ms(),
        )


def _capability(name: str, word: object) -> Capability:
    """Return an entry of a car's list; a word that is in no enumeration says nothing."""
    words = [str(item) for item in word] if isinstance(word, tuple) else [str(word)]
    is_able = None if not isinstance(word, StrEnum | tuple) else not _CANNOT.intersection(words)
    command = next((kind for kind in [*_SERVICES, CommandKind.POI] if services.capability_field(kind) == name), None)
    return Capability(name=name, word=", ".join(words), command=command, is_able=is_able)


def _service_type(kind: CommandKind | str) -> ServiceType:
    service_type = _SERVICES.get(kind) or _OTHERS.get(kind)
    if service_type is None:
        because = "; climate ends by itself" if kind == CommandKind.CLIMATE_STOP else ""
        raise ConfigError(f"i Remote has no command {str(kind)[:40]!r}{because}")
    return service_type


def _unwrapped(body: bytes, wrapper: str) -> bytes:
    """Return what is under the wrapper's key, with the members and their order as they came."""
    try:
        return bytes(msgspec.json.decode(body, type=dict[str, msgspec.Raw]).get(wrapper, body))
    except msgspec.DecodeError:  # a list without a wrapper, as the check before let through
        return body


def _text_of(inner: bytes, member: str) -> str | None:
    try:
        text = msgspec.json.decode(inner, type=dict[str, object]).get(member)
    except msgspec.DecodeError:
        return None
    return text if isinstance(text, str) else None
