"""The ConnectedDrive portal in the hub's words: what `family_client` asks for, by `bmw.connecteddrive`."""

from collections.abc import AsyncGenerator, Collection, Mapping, Sequence
from typing import Final

import msgspec
from typing_extensions import override

from bimmerhub.bmw.answers.cockpit_answers import decode_efficiency, decode_navigation
from bimmerhub.bmw.car_commands.charging_profile import read_charging_profile
from bimmerhub.bmw.car_commands.commands import CommandProgress
from bimmerhub.bmw.connecteddrive import remote_services as services
from bimmerhub.bmw.connecteddrive import state_readings, wire
from bimmerhub.bmw.connecteddrive.client import ConnectedDrive
from bimmerhub.bmw.connecteddrive.client import Vehicle as PortalCar
from bimmerhub.bmw.connecteddrive.models import ServiceGroup
from bimmerhub.bmw.connecteddrive.remote_services import RemoteRequest
from bimmerhub.bmw.operations.operation_rest import OperationCalls
from bimmerhub.domain import documents
from bimmerhub.domain.account.family import Family
from bimmerhub.domain.command import CommandKind
from bimmerhub.domain.command_order import CommandOrder
from bimmerhub.domain.reading import Source
from bimmerhub.domain.vehicle import Vehicle
from bimmerhub.errors import BmwRefused, ConfigError
from bimmerhub.hub.feeds.families.family_answers import DocumentKind, FamilyAnswers, list_capabilities
from bimmerhub.hub.feeds.families.family_client import FamilyAnswer, FamilyCar, FamilyClient, Month
from bimmerhub.ids import Vin
from bimmerhub.json_faults import NOT_JSON
from bimmerhub.views.ports.commands import ListedCapability

_BRANDS: Final[Mapping[str, str]] = {"BMWI": "BMW_I"}
"""Spelt as the other families spell it."""
FULL_TURN_DEG: Final = 360
_DRIVETRAINS: Final[Mapping[str, str]] = {"BEV_REX": "PHEV"}
"""BMW's words that are not ours: an i3 with the small engine burns petrol too."""


async def _fetch_messages(portal: ConnectedDrive, vin: Vin) -> bytes:
    """Return the messages to one car: BMW tells those to all of the account's."""
    body = await portal.rest.fetch_messages()
    try:
        messages = msgspec.json.decode(body, type=list[dict[str, object]])
    except NOT_JSON:
        return body
    return msgspec.json.encode([message for message in messages if message.get("vin", vin) == vin])


_KINDS: Final[Mapping[str, DocumentKind[ConnectedDrive]]] = {
    documents.CHARGING_PROFILE: DocumentKind(
        fetch=lambda portal, vin: portal.rest.fetch_charging_profile(vin), check=read_charging_profile
    ),
    documents.EFFICIENCY: DocumentKind(
        fetch=lambda portal, vin: portal.rest.fetch_efficiency(vin),
        check=decode_efficiency,
        readings=state_readings.decode_efficiency_readings,
    ),
    documents.NAVIGATION: DocumentKind(
        fetch=lambda portal, vin: portal.rest.fetch_navigation(vin),
        check=decode_navigation,
        readings=state_readings.decode_navigation_readings,
    ),
    documents.SERVICE_PARTNER: DocumentKind(
        fetch=lambda portal, vin: portal.rest.fetch_service_partner(vin), check=wire.decode_service_partner
    ),
    documents.SPECS: DocumentKind(fetch=lambda portal, vin: portal.rest.fetch_specs(vin), check=wire.decode_specs),
    documents.BOOKED_SERVICES: DocumentKind(
        fetch=lambda portal, vin: portal.rest.fetch_services(vin), check=wire.decode_services
    ),
    documents.MESSAGES: DocumentKind(fetch=_fetch_messages, check=wire.decode_messages),
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

    @property
    @override
    def operations(self) -> OperationCalls:
        return self._portal.rest

    @override
    async def fetch_cars(self) -> Sequence[FamilyCar]:
        """Return the account's cars. One call, and one for each car: what it can is among its booked services."""
        cars = await self._portal.fetch_vehicles()
        return [ConnectedDriveCar(car, self._portal, await car.fetch_booked()) for car in cars]


class ConnectedDriveCar(FamilyCar):
    """One car of the account, and the services that are booked for it."""

    def __init__(self, car: PortalCar, portal: ConnectedDrive, booked: Sequence[ServiceGroup]) -> None:
        self._car = car
        self._portal = portal
        self._booked = booked
        self._answers = FamilyAnswers(portal, car.vin, source=Source.CONNECTEDDRIVE, name="the portal", kinds=_KINDS)

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
        return [*services.CODES, CommandKind.MESSAGE]

    @property
    @override
    def document_kinds(self) -> Sequence[str]:
        is_electric = self.vehicle.drivetrain != "CONV"
        return [kind for kind in _KINDS if is_electric or kind != documents.CHARGING_PROFILE]

    @override
    def capabilities(self) -> Sequence[ListedCapability]:
        return list_capabilities(services.capabilities(self._car.info, self._booked))

    @override
    def refusal(self, kind: CommandKind | str) -> BmwRefused | None:
        code = services.CODES.get(kind)
        if code is None:
            return None
        return services.refusal(self._car.info, self._booked, RemoteRequest(kind=kind, code=code))

    @override
    async def fetch_readings(self) -> FamilyAnswer:
        body = await self._portal.rest.fetch_dynamic(self._car.vin)
        return self._answers.read_state(body, state_readings.decode_state_readings)

    @override
    async def fetch_document(
        self, kind: str, *, month: Month | None = None, stored_keys: Collection[str] = ()
    ) -> FamilyAnswer:
        return await self._answers.fetch_document(kind)

    @override
    async def fetch_image(self, view: str | None) -> bytes:
        if view is None:
            return await self._car.fetch_image()
        if not (view.isascii() and view.isdigit() and int(view) < FULL_TURN_DEG):
            raise ConfigError(f"the portal has no view {view[:40]!r}", hint="It has angles: 0 to 359 degrees.")
        return await self._car.fetch_image(angle_deg=int(view))

    @override
    def command(self, order: CommandOrder, *, force: bool = False) -> AsyncGenerator[CommandProgress]:
        return self._car.carry_out(order, force=force)

    @override
    def follow(self, progress: CommandProgress) -> AsyncGenerator[CommandProgress]:
        return self._car.follow(progress)
