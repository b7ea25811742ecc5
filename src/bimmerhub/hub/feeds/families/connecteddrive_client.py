"""The ConnectedDrive portal in the hub's words: what `family_client` asks for, by `bmw.connecteddrive`."""

from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from typing_extensions import override

from bimmerhub.bmw.charging_profile import read_charging_profile
from bimmerhub.bmw.cockpit_answers import decode_efficiency, decode_navigation
from bimmerhub.bmw.commands import CommandProgress
from bimmerhub.bmw.connecteddrive import remote_services as services
from bimmerhub.bmw.connecteddrive import state_readings, wire
from bimmerhub.bmw.connecteddrive.client import ConnectedDrive
from bimmerhub.bmw.connecteddrive.client import Vehicle as PortalCar
from bimmerhub.bmw.connecteddrive.models import ServiceGroup
from bimmerhub.bmw.connecteddrive.remote_services import CLIMATE_TIMER, RemoteRequest
from bimmerhub.bmw.connecteddrive.rest import ConnectedDriveRest
from bimmerhub.bmw.connecteddrive.words import RemoteCode
from bimmerhub.bmw.field_readings import AnswerStamp, FieldReadings
from bimmerhub.domain import documents
from bimmerhub.domain.account.family import Family
from bimmerhub.domain.command import CommandKind
from bimmerhub.domain.command_order import CommandOrder
from bimmerhub.domain.documents import Document
from bimmerhub.domain.reading import Source
from bimmerhub.domain.vehicle import Vehicle
from bimmerhub.errors import BmwRefused, ConfigError, MalformedPayload
from bimmerhub.hub.feeds.families.family_client import Capability, FamilyAnswer, FamilyCar, FamilyClient
from bimmerhub.hub.feeds.families.family_orders import shared_kind, to_car_order
from bimmerhub.ids import Vin

_CODES: Final[Mapping[CommandKind | str, RemoteCode]] = {
    CommandKind.LOCK: RemoteCode.DOOR_LOCK,
    CommandKind.UNLOCK: RemoteCode.DOOR_UNLOCK,
    CommandKind.LIGHTS: RemoteCode.LIGHT_FLASH,
    CommandKind.HORN: RemoteCode.HORN_BLOW,
    CommandKind.CLIMATE_START: RemoteCode.CLIMATE_NOW,
    CommandKind.CHARGE_NOW: RemoteCode.CHARGE_PREFERENCES,
    CommandKind.CHARGING_PROFILE: RemoteCode.CHARGE_PREFERENCES,
    CLIMATE_TIMER: RemoteCode.CLIMATE_TIMER,
}
"""The commands with a code; CommandKind.MESSAGE has none."""
_BRANDS: Final[Mapping[str, str]] = {"BMWI": "BMW_I"}
"""Spelt as the other families spell it."""
_DRIVETRAINS: Final[Mapping[str, str]] = {"BEV_REX": "PHEV"}
"""BMW's words that are not ours: an i3 with the small engine burns petrol too."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Kind:
    """How documents of one kind are asked for; `check` fails for what is none, `readings` are what else it tells."""

    fetch: Callable[[ConnectedDriveRest, Vin], Awaitable[bytes]]
    check: Callable[[bytes], object]
    readings: Callable[[bytes, AnswerStamp], FieldReadings] | None = None


_KINDS: Final[Mapping[str, _Kind]] = {
    documents.CHARGING_PROFILE: _Kind(fetch=ConnectedDriveRest.fetch_charging_profile, check=read_charging_profile),
    documents.EFFICIENCY: _Kind(
        fetch=ConnectedDriveRest.fetch_efficiency,
        check=decode_efficiency,
        readings=state_readings.decode_efficiency_readings,
    ),
    documents.NAVIGATION: _Kind(
        fetch=ConnectedDriveRest.fetch_navigation,
        check=decode_navigation,
        readings=state_readings.decode_navigation_readings,
    ),
    documents.SERVICE_PARTNER: _Kind(fetch=ConnectedDriveRest.fetch_service_partner, check=wire.decode_service_partner),
}
"""Which calls there are: clients of the portal, 2015-2021."""


class ConnectedDriveClient(FamilyClient):
    """The portal for one account."""

    def __init__(self, portal: ConnectedDrive) -> None:
        self._portal = portal

    @property
    @override
    def family(self) -> Family:
        return Family.CONNECTEDDRIVE

    @override
    async def fetch_cars(self) -> Sequence[FamilyCar]:
        """Return the account's cars. One call, and one for each car: what it can is among its booked services."""
        cars = await self._portal.fetch_vehicles()
        return [ConnectedDriveCar(car, self._portal, await _booked(car)) for car in cars]


class ConnectedDriveCar(FamilyCar):
    """One car of the account, and the services that are booked for it."""

    def __init__(self, car: PortalCar, portal: ConnectedDrive, booked: Sequence[ServiceGroup]) -> None:
        self._car = car
        self._portal = portal
        self._booked = booked

    @property
    @override
    def vehicle(self) -> Vehicle:
        info = self._car.info
        drivetrain = None if info.drive_train is None else str(info.drive_train)
        return Vehicle(
            vin=self._car.vin,
            brand=None if info.brand is None else _BRANDS.get(info.brand, str(info.brand)),
            model=info.model,
            drivetrain=None if drivetrain is None else _DRIVETRAINS.get(drivetrain, drivetrain),
        )

    @property
    @override
    def commands(self) -> Sequence[CommandKind | str]:
        return [*_CODES, CommandKind.MESSAGE]

    @property
    @override
    def document_kinds(self) -> Sequence[str]:
        is_electric = self.vehicle.drivetrain != "CONV"
        return [kind for kind in _KINDS if is_electric or kind != documents.CHARGING_PROFILE]

    @override
    def capabilities(self) -> Sequence[Capability]:
        found = services.capabilities(self._car.info, self._booked)
        return [
            Capability(name=entry.field, word=entry.word or "", command=kind, is_able=entry.is_possible)
            for kind, entry in found.items()
            if entry.word is not None or entry.is_possible is not None
        ]

    @override
    def refusal(self, kind: CommandKind | str) -> BmwRefused | None:
        code = _CODES.get(kind)
        if code is None:
            return None
        return services.refusal(self._car.info, self._booked, RemoteRequest(kind=kind, code=code))

    @override
    async def fetch_readings(self) -> FamilyAnswer:
        body = await self._portal.rest.fetch_dynamic(self._car.vin)
        return self._answer(body, self._read(state_readings.decode_state_readings, body))

    @override
    async def fetch_document(self, kind: str) -> FamilyAnswer:
        how = _KINDS.get(kind)
        if how is None:
            raise ConfigError(f"the portal has no {kind[:40]!r}", hint=f"It has {', '.join(_KINDS)}.")
        body = await how.fetch(self._portal.rest, self._car.vin)
        try:
            how.check(body)
            text = body.decode()
        except (MalformedPayload, UnicodeDecodeError) as error:
            return self._answer(body, FieldReadings(refused=(MalformedPayload(str(error)),)))
        document = Document(
            subject=self._car.vin,
            kind=kind,
            natural_key="",
            body=text,
            source=Source.CONNECTEDDRIVE,
            fetched_at_ms=self._portal.clock.now_ms(),
        )
        return self._answer(body, FieldReadings() if how.readings is None else self._read(how.readings, body), document)

    @override
    def command(self, order: CommandOrder, *, force: bool = False) -> AsyncGenerator[CommandProgress]:
        kind = shared_kind(order.kind)
        if kind is not None:
            return self._car.carry_out(to_car_order(kind, order), force=force)
        return self._car.execute(services.plain(_code(order.kind)), force=force)

    @override
    def follow(self, progress: CommandProgress) -> AsyncGenerator[CommandProgress]:
        return self._car.follow(progress, _code(progress.kind))

    def _read(self, decode: Callable[[bytes, AnswerStamp], FieldReadings], body: bytes) -> FieldReadings:
        """Return the readings of a body; what cannot be read as a whole is among the refused."""
        stamp = AnswerStamp(
            vin=self._car.vin,
            received_at_ms=self._portal.clock.now_ms(),
            server_time_ms=self._portal.rest.server_time_ms,
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
            answered_at_ms=self._portal.rest.server_time_ms,
        )


async def _booked(car: PortalCar) -> Sequence[ServiceGroup]:
    """Return the booked services, none where BMW does not tell of this car's."""
    try:
        return await car.fetch_services()
    except BmwRefused:
        return ()


def _code(kind: CommandKind | str) -> RemoteCode:
    code = _CODES.get(kind)
    if code is None:
        raise ConfigError(f"the portal has no command {str(kind)[:40]!r}")
    return code
