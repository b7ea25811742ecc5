"""The MyBMW app's interface in the hub's words: what `family_client` asks for, by `bmw.mybmw`."""

from collections.abc import AsyncGenerator, Collection, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from functools import partial
from typing import Final

from typing_extensions import override

from bimmerhub.bmw.car_commands.commands import CommandProgress
from bimmerhub.bmw.http import has_answered
from bimmerhub.bmw.mybmw import car_services as services
from bimmerhub.bmw.mybmw import wire
from bimmerhub.bmw.mybmw.app_vehicle import NOWHERE
from bimmerhub.bmw.mybmw.app_vehicle import Vehicle as AppCar
from bimmerhub.bmw.mybmw.client import MyBmw
from bimmerhub.bmw.mybmw.endpoints import Generation
from bimmerhub.bmw.mybmw.state.capability_models import Capabilities
from bimmerhub.bmw.mybmw.words import DriveTrain, ImageView
from bimmerhub.bmw.mygarage.rest import MyGarageRest
from bimmerhub.bmw.operations.operation_rest import OperationCalls
from bimmerhub.bmw.signed_calls import AccessTokens
from bimmerhub.domain.account.family import Family
from bimmerhub.domain.command import CommandKind
from bimmerhub.domain.command_order import CommandOrder
from bimmerhub.domain.documents import BMW_CHARGES, CHARGING_PROFILE
from bimmerhub.domain.reading import Source
from bimmerhub.domain.vehicle import Vehicle
from bimmerhub.errors import BmwRefused, BmwUnavailable, MalformedPayload
from bimmerhub.hub.feeds.families.family_answers import FamilyAnswers, list_capabilities
from bimmerhub.hub.feeds.families.family_client import FamilyAnswer, FamilyCar, FamilyClient, Month, choose_view
from bimmerhub.hub.feeds.families.mybmw_documents import AppDocuments
from bimmerhub.views.ports.commands import ListedCapability

_GENERATION: Final = Generation.V5
_BRANDS: Final[Mapping[str, str]] = {"DRITTKUNDE": "TOYOTA"}
"""BMW calls the Supra that of a third customer."""
_DRIVETRAINS: Final[Mapping[str, str]] = {
    DriveTrain.COMBUSTION: "CONV",
    DriveTrain.MILD_HYBRID: "MHEV",
    DriveTrain.HYBRID: "MHEV",
    DriveTrain.PLUGIN_HYBRID: "PHEV",
    DriveTrain.ELECTRIC: "BEV",
    DriveTrain.ELECTRIC_WITH_RANGE_EXTENDER: "PHEV",
}
"""BMW's words in ours: an i3 with the small engine burns petrol too; that HYBRID has no plug is inferred."""
_COMMANDS: Final = (
    CommandKind.LOCK,
    CommandKind.UNLOCK,
    CommandKind.LIGHTS,
    CommandKind.HORN,
    CommandKind.CLIMATE_START,
    CommandKind.CLIMATE_STOP,
    CommandKind.CHARGE_NOW,
    CommandKind.CHARGE_STOP,
    CommandKind.CHARGING_PROFILE,
    CommandKind.CHARGING_SETTINGS,
    CommandKind.FIND,
    CommandKind.POI,
)


class MyBmwClient(FamilyClient):
    """The app's interface for one account."""

    def __init__(self, mybmw: MyBmw, *, garage: MyGarageRest | None, is_in_china: bool) -> None:
        self._mybmw = mybmw
        self._garage = garage
        self._is_in_china = is_in_china

    @property
    @override
    def family(self) -> Family:
        return Family.MYBMW

    @property
    def access(self) -> AccessTokens:
        """The account's tokens, which My Garage takes too."""
        return self._mybmw.tokens

    @property
    @override
    def operations(self) -> OperationCalls:
        return self._mybmw.rest

    @property
    @override
    def garage(self) -> MyGarageRest | None:
        return self._garage

    @property
    @override
    def requests_sent(self) -> int:
        return self._mybmw.rest.requests_sent

    @override
    async def fetch_cars(self) -> Sequence[FamilyCar]:
        """Return the account's cars. One call a brand, and two a car: what it is, and what it can."""
        return [
            MyBmwCar(car, self._mybmw, await _able(car), is_in_china=self._is_in_china)
            for car in await self._mybmw.fetch_vehicles()
        ]


class MyBmwCar(FamilyCar):
    """One car of the account, and what it can do: each state tells it anew. `able` is None where a fault hid it."""

    def __init__(self, car: AppCar, mybmw: MyBmw, able: Capabilities | None, *, is_in_china: bool) -> None:
        self._car = car
        self._able = able or Capabilities()
        self._is_complete = able is not None and not car.lacks_profile
        self._is_in_china = is_in_china
        self._documents = AppDocuments(car=car, able=self._able, rest=mybmw.rest, clock=mybmw.clock)
        self._answers = FamilyAnswers(mybmw, car.vin, source=Source.MYBMW, name="the MyBMW app", kinds={})

    @property
    @override
    def vehicle(self) -> Vehicle:
        profile = self._car.info.profile
        if profile is None:
            return Vehicle(vin=self._car.vin)
        brand = None if profile.brand is None else str(profile.brand)
        drive_train = profile.drive_train
        return Vehicle(
            vin=self._car.vin,
            brand=None if brand is None else _BRANDS.get(brand, brand),
            model=profile.model,
            drivetrain=None if drive_train is None else _DRIVETRAINS.get(drive_train, str(drive_train)),
        )

    @property
    @override
    def is_complete(self) -> bool:
        return self._is_complete

    @property
    @override
    def commands(self) -> Sequence[CommandKind | str]:
        return _COMMANDS

    @property
    @override
    def document_kinds(self) -> Sequence[str]:
        return self._documents.kinds

    @property
    @override
    def monthly_kinds(self) -> Sequence[str]:
        return [BMW_CHARGES] if self._car.info.can_charge else []

    @override
    def capabilities(self) -> Sequence[ListedCapability]:
        entries = services.capabilities(self._car.info, self._able, _GENERATION)
        notes = {CommandKind.CLIMATE_START: services.ENGINE_WARNING} if self._able.starts_engine else {}
        return list_capabilities(entries, notes=notes)

    @override
    def refusal(self, kind: CommandKind | str) -> BmwRefused | None:
        return services.refusal(self._car.info, self._able, _GENERATION, services.AppCommand(kind=kind, operation=""))

    @override
    async def fetch_readings(self) -> FamilyAnswer:
        body = await self._car.fetch_state_json()
        self._note_capabilities(body)
        return self._answers.read_state(body, partial(wire.decode_state_readings, is_gcj=self._is_in_china))

    def _note_capabilities(self, body: bytes) -> None:
        with suppress(MalformedPayload):
            able = wire.decode_state(body, vin=self._car.vin).capabilities
            if able != Capabilities():
                self._able = self._documents.able = able

    @override
    async def fetch_document(
        self, kind: str, *, month: Month | None = None, stored_keys: Collection[str] = ()
    ) -> FamilyAnswer:
        return await self._documents.fetch(kind, month=month, stored_keys=stored_keys)

    @override
    async def fetch_item(self, kind: str, item: str) -> FamilyAnswer:
        if kind == BMW_CHARGES:
            return await self._documents.fetch_session(item)
        return await super().fetch_item(kind, item)

    @property
    @override
    def takes_profile_changes(self) -> bool:
        return True

    @override
    async def fetch_outcome(self, progress: CommandProgress) -> FamilyAnswer | None:
        if progress.kind == CommandKind.CHARGING_SETTINGS:  # the target is in both: in the settings and in the state
            return replace(
                await self.fetch_readings(), documents=(await self.fetch_document(CHARGING_PROFILE)).documents
            )
        if progress.kind != CommandKind.FIND or progress.event_id is None:
            return await super().fetch_outcome(progress)
        near = {"latitude_deg": NOWHERE[0], "longitude_deg": NOWHERE[1]}
        body = await self._car.call(services.position_operation(_GENERATION), event_id=progress.event_id, **near)
        return self._answers.read_state(body, partial(wire.decode_position_readings, is_gcj=self._is_in_china))

    @override
    async def fetch_image(self, view: str | None) -> bytes:
        wanted = ImageView.VEHICLE_STATUS if view is None else choose_view(view, ImageView)
        return await self._car.fetch_image(view=ImageView(wanted))

    @override
    def command(self, order: CommandOrder, *, force: bool = False) -> AsyncGenerator[CommandProgress]:
        return self._car.carry_out(order, force=force)

    @override
    def follow(self, progress: CommandProgress) -> AsyncGenerator[CommandProgress]:
        return self._car.follow(progress)


async def _able(car: AppCar) -> Capabilities | None:
    """Return what a car can, nothing said where BMW does not tell its state (a car that is not confirmed yet).

    None where BMW's answer is a fault, which does not hide the other cars.
    """
    try:
        return await car.fetch_capabilities()
    except BmwRefused:
        return Capabilities()
    except BmwUnavailable as error:
        if not has_answered(error):
            raise
        return None
