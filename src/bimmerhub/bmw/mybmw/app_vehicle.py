"""One car of an account of the MyBMW app: its state, its charging, and what it can be asked to do."""

import logging
from collections.abc import AsyncGenerator, Mapping
from contextlib import aclosing
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Final

from bimmerhub.bmw.account_client import read_answer
from bimmerhub.bmw.answers.field_readings import AnswerStamp, FieldReadings
from bimmerhub.bmw.answers.pictures import read_png
from bimmerhub.bmw.car_commands.capabilities import Capability, not_plugged_in
from bimmerhub.bmw.car_commands.commands import (
    CommandChannel,
    CommandKind,
    CommandPace,
    CommandProgress,
    CommandTurns,
    follow_command,
    run_command,
)
from bimmerhub.bmw.clock import Clock
from bimmerhub.bmw.mybmw import car_services as services
from bimmerhub.bmw.mybmw import wire
from bimmerhub.bmw.mybmw.app_profile import change_profile_order
from bimmerhub.bmw.mybmw.car_services import AppCommand
from bimmerhub.bmw.mybmw.channels import EventChannel, PoiChannel
from bimmerhub.bmw.mybmw.charging_models import (
    CarChargingSettings,
    ChargingProfileOrder,
    ChargingSettingsOrder,
    ChargingStatistics,
    ListedSession,
    SessionPage,
)
from bimmerhub.bmw.mybmw.endpoints import BrandApp, Generation
from bimmerhub.bmw.mybmw.models import EventPosition, ListedVehicle, PastCommand, VehicleProfile
from bimmerhub.bmw.mybmw.rest import MyBmwRest, operation_named
from bimmerhub.bmw.mybmw.state.capability_models import Capabilities
from bimmerhub.bmw.mybmw.state.gcj02 import from_wgs84
from bimmerhub.bmw.mybmw.state.state_models import CarState
from bimmerhub.bmw.mybmw.words import ImageView
from bimmerhub.domain.command_order import CommandOrder, PointOfInterest
from bimmerhub.domain.profile_change import ProfileChange
from bimmerhub.domain.settings_change import SettingsChange
from bimmerhub.ids import Vin, mask_vin

NOWHERE: Final = (0.0, 0.0)
"""What BMW is told of where the asker is when nobody says."""
PACE: Final = CommandPace(poll_every_s=3.5, give_up_after_s=240.0)
"""As clients of 2025 did."""
_MOST_PAGES: Final = 100

Life = AsyncGenerator[CommandProgress]
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class AppAccount:
    """What the cars of one account share: how BMW is asked, and the turns of their commands."""

    rest: MyBmwRest
    clock: Clock
    generation: Generation
    is_in_china: bool
    all_turns: dict[tuple[Vin, str], CommandTurns] = field(default_factory=dict)

    @property
    def history_version(self) -> str:
        """The version of the charging history, which changed in 2024-04."""
        return "v2" if self.generation is Generation.V5 else "v1"

    def turns(self, vin: Vin, what: str) -> CommandTurns:
        """Return the turns of one car's commands of a kind."""
        return self.all_turns.setdefault((vin, what), CommandTurns(self.clock))


class Vehicle:
    """One car of the account. `info` is what BMW's list says of it, `brand` the app whose list it is in.

    `lacks_profile` says that BMW's fault is why `info` has none; a car that is pending has none either.
    """

    def __init__(self, info: ListedVehicle, *, brand: BrandApp, account: AppAccount) -> None:
        self.info = info
        self.lacks_profile = False
        self.vin: Vin = info.vin
        self.brand = brand
        self._account = account
        self._able: Capabilities | None = None

    def __repr__(self) -> str:
        """Show the last four of the VIN."""
        return f"Vehicle({mask_vin(self.vin)})"

    async def call(self, operation: str, /, **params: object) -> bytes:
        """Return the answer's body of any operation of the table, with this car's VIN where one is wanted."""
        wants_vin = any(param.name == "vin" for param in operation_named(operation).params)
        vin = {"vin": self.vin} if wants_vin else {}
        return await self._account.rest.call(operation, {**vin, **params}, as_brand=self.brand)

    async def fetch_profile(self) -> VehicleProfile:
        """Return what the car is."""
        return read_answer(wire.decode_profile, await self.call("profile"), "profile")

    async def fetch_state(self) -> CarState:
        """Return the car's state as it last reported it; wakes no car."""
        return (await self._fetch_state()).state

    async def fetch_capabilities(self) -> Capabilities:
        """Return what the car can do, as its state says."""
        return (await self._fetch_state()).capabilities

    async def fetch_state_json(self) -> bytes:
        """Return the state as BMW's JSON; of version 1 the whole list, for that has no other."""
        match self._account.generation:
            case Generation.V1:
                return await self.call("vehicles-v1")
            case Generation.V2:
                return await self.call("state-v2")
            case _:
                return await self.call("state-v4")

    async def fetch_readings(self) -> FieldReadings:
        """Return the readings of the car's state, with what of it was refused."""
        body = await self.fetch_state_json()
        stamp = AnswerStamp(
            vin=self.vin,
            received_at_ms=self._account.clock.now_ms(),
            server_time_ms=self._account.rest.server_time_ms,
        )
        is_gcj = self._account.is_in_china
        return read_answer(lambda text: wire.decode_state_readings(text, stamp, is_gcj=is_gcj), body, "state")

    async def fetch_image(self, *, view: ImageView = ImageView.VEHICLE_STATUS) -> bytes:
        """Return a picture of the car, PNG."""
        operation = "image-v5" if self._account.generation is Generation.V5 else "image-v3"
        return read_png(await self.call(operation, view=view.value), operation)

    async def fetch_charging_settings(self) -> CarChargingSettings:
        """Return how and when the car charges; BmwRefused of a car that cannot be charged."""
        able = await self._known_capabilities()
        has_settings = able.is_charging_settings_enabled is not False
        body = await self.call("charging-settings", has_settings=has_settings)
        return read_answer(wire.decode_charging_settings, body, "charging-settings")

    async def fetch_charging_profile(self) -> ChargingProfileOrder:
        """Return the charging profile, to be changed and written back; ConfigError when the car tells none."""
        return ChargingProfileOrder.from_settings(await self.fetch_charging_settings())

    async def fetch_charging_statistics(self, *, on: date | None = None) -> ChargingStatistics:
        """Return the charging of the month of a date (of this one for None) in figures.

        BmwRefused of a car that cannot be charged, and without the owner's consent: asking again is of no use.
        """
        when = {} if on is None else {"date": f"{on.isoformat()}T00:00:00.000Z"}
        body = await self.call(f"charging-statistics-{self._account.history_version}", **when)
        return read_answer(wire.decode_charging_statistics, body, "charging-statistics")

    async def fetch_session_page(self, *, month: date | None = None, next_token: str | None = None) -> SessionPage:
        """Return one page of the charging sessions of a month; errors as `fetch_charging_statistics`."""
        when = {} if month is None else {"date": f"{month:%Y-%m}-01T00:00:00.000Z"}
        operation = f"charging-sessions-{self._account.history_version}"
        body = await self.call(operation, next_token=next_token, **when)
        return read_answer(wire.decode_session_page, body, "charging-sessions")

    async def charging_sessions(self, *, month: date | None = None) -> AsyncGenerator[ListedSession]:
        """Yield the charging sessions of a month (this one for None), page by page; errors as `fetch_session_page`."""
        next_token: str | None = None
        seen: set[str] = set()
        for _ in range(_MOST_PAGES):
            page = await self.fetch_session_page(month=month, next_token=next_token)
            for session in (page.list.sessions if page.list is not None else None) or ():
                yield session
            next_token = page.page.next_token if page.page is not None else None
            if not next_token or next_token in seen:
                return
            seen.add(next_token)

    async def fetch_history(self) -> tuple[PastCommand, ...]:
        """Return the commands of the past (inferred from clients)."""
        body = await self.call(services.history_operation(self._account.generation))
        return read_answer(wire.decode_history, body, "history")

    async def fetch_position(self, event_id: str, *, near: tuple[float, float] = NOWHERE) -> EventPosition:
        """Return what a `find` that was executed found; `near` is where the asker is (latitude, longitude)."""
        operation = services.position_operation(self._account.generation)
        body = await self.call(operation, event_id=event_id, latitude_deg=near[0], longitude_deg=near[1])
        is_gcj = self._account.is_in_china
        return read_answer(lambda text: wire.decode_event_position(text, is_gcj=is_gcj), body, operation)

    def lock(self, *, force: bool = False) -> Life:
        """Lock the doors; as `execute`."""
        return self.order(CommandKind.LOCK, force=force)

    def unlock(self, *, force: bool = False) -> Life:
        """Unlock the doors; as `execute`."""
        return self.order(CommandKind.UNLOCK, force=force)

    def flash_lights(self, *, force: bool = False) -> Life:
        """Flash the lights; as `execute`."""
        return self.order(CommandKind.LIGHTS, force=force)

    def blow_horn(self, *, force: bool = False) -> Life:
        """Blow the horn; as `execute`."""
        return self.order(CommandKind.HORN, force=force)

    def start_climate(self, *, force: bool = False) -> Life:
        """Heat or cool the car to the temperature last set in it; as `execute`.

        Where `climate_warning` has words, this starts the engine: never in a closed garage.
        """
        return self.order(CommandKind.CLIMATE_START, force=force)

    def stop_climate(self, *, force: bool = False) -> Life:
        """End what `start_climate` began; as `execute`."""
        return self.order(CommandKind.CLIMATE_STOP, force=force)

    def find(self, *, force: bool = False) -> Life:
        """Have the car report where it is (`fetch_position` tells it then); as `execute`."""
        return self.order(CommandKind.FIND, force=force)

    def stop_charging(self, *, force: bool = False) -> Life:
        """Stop charging; as `execute`."""
        return self.order(services.CHARGE_STOP, force=force)

    async def charge_now(self, *, force: bool = False) -> Life:
        """Begin to charge; as `execute`. BmwRefused when nothing is plugged in, for which the state is asked first."""
        if not force:
            charging = (await self.fetch_state()).charging
            if charging is not None and charging.is_charger_connected is False:
                raise not_plugged_in(field="isChargerConnected")
        async with aclosing(self.order(CommandKind.CHARGE_NOW, force=force)) as life:
            async for progress in life:
                yield progress

    def set_charging_settings(self, order: ChargingSettingsOrder, *, force: bool = False) -> Life:
        """Change charging settings; as `execute`."""
        return self.execute(services.set_charging_settings(order), force=force)

    async def change_charging_settings(self, change: SettingsChange, *, force: bool = False) -> Life:
        """Change charging settings; as `execute`. ConfigError for a limit that is none of the car's, which are read."""
        request = services.set_charging_settings(services.to_settings_order(change))
        if not force:
            await self._refuse(request)
        if change.ac_limit_a is not None and not force:
            services.check_ac_limit(await self.fetch_charging_settings(), change.ac_limit_a)
        async with aclosing(self.execute(request, force=True)) as life:
            async for progress in life:
                yield progress

    def set_charging_profile(self, order: ChargingProfileOrder, *, force: bool = False) -> Life:
        """Set the whole charging profile, best one that was read and changed; as `execute`."""
        return self.execute(services.set_charging_profile(order), force=force)

    async def change_charging_profile(self, change: ProfileChange, *, force: bool = False) -> Life:
        """Change the profile that the car has now, which is read first; as `execute`."""
        if not force:
            await self._refuse(AppCommand(kind=CommandKind.CHARGING_PROFILE, operation=""))
        changed = change_profile_order(await self.fetch_charging_profile(), change)
        async with aclosing(self.set_charging_profile(changed, force=True)) as life:
            async for progress in life:
                yield progress

    def send_poi(self, poi: PointOfInterest, *, force: bool = False) -> Life:
        """Send a destination to the car; as `execute`. BMW does not tell when the car has it."""
        operation, body = self._poi_request(poi)
        channel = PoiChannel(self._account.rest, operation, body, as_brand=self.brand)
        return self._run(channel, AppCommand(kind=CommandKind.POI, operation=operation), force=force)

    def order(self, kind: CommandKind | str, *, force: bool = False) -> Life:
        """Do what a kind of command says; as `execute`. BmwRefused for what the app has no service for."""
        return self.execute(services.plain(kind, self._account.generation), force=force)

    def carry_out(self, order: CommandOrder, *, force: bool = False) -> Life:
        """Do what a person wants; as `execute`. BmwRefused for what the app has no service for (messages)."""
        match order.kind:
            case CommandKind.POI if order.destination is not None:
                return self.send_poi(order.destination, force=force)
            case CommandKind.CHARGE_NOW:
                return self.charge_now(force=force)
            case CommandKind.CHARGING_PROFILE if order.profile_change is not None and order.profile is None:
                return self.change_charging_profile(order.profile_change, force=force)
            case CommandKind.CHARGING_SETTINGS if order.settings_change is not None:
                return self.change_charging_settings(order.settings_change, force=force)
        return self.execute(services.to_command(order, self._account.generation), force=force)

    async def capabilities(self) -> Mapping[CommandKind | str, Capability]:
        """Return what the car's capabilities say of each command; they are asked for once."""
        return services.capabilities(self.info, await self._known_capabilities(), self._account.generation)

    async def climate_warning(self) -> str | None:
        """Return a warning of closed garages where the climate starts the engine, else None."""
        return services.ENGINE_WARNING if (await self._known_capabilities()).starts_engine else None

    def execute(self, request: AppCommand, *, force: bool = False) -> Life:
        """Send a command, and yield the states of its life (`commands.run_command`); it is sent once.

        Before anything is sent: BmwRefused when the car's capabilities say that it cannot do that (`note` names the
        field; `force` sends all the same, and does not ask for them), or when another of this kind is under way.
        """
        return self._run(self._channel(request), request, force=force)

    def follow(self, progress: CommandProgress) -> Life:
        """Yield what becomes of a command that an earlier run has sent; nothing is sent."""
        sent = AppCommand(kind=progress.kind, operation=str(progress.kind))
        channel = self._channel(sent, event_id=progress.event_id)
        return follow_command(channel, progress, clock=self._account.clock, pace=PACE)

    def _channel(self, request: AppCommand, *, event_id: str | None = None) -> EventChannel:
        return EventChannel(
            self._account.rest,
            self.vin,
            request,
            status_operation=services.status_operation(self._account.generation),
            as_brand=self.brand,
            event_id=event_id,
        )

    async def _run(self, channel: CommandChannel, request: AppCommand, *, force: bool) -> Life:
        if not force:
            await self._refuse(request)
        with self._account.turns(self.vin, request.turn).turn(request.kind):
            async with aclosing(run_command(channel, request.kind, clock=self._account.clock, pace=PACE)) as life:
                async for progress in life:
                    yield progress

    async def _refuse(self, command: AppCommand) -> None:
        """Raise BmwRefused for what the car's capabilities deny, and warn of what they make dangerous."""
        able = await self._known_capabilities()
        if (refused := services.refusal(self.info, able, self._account.generation, command)) is not None:
            raise refused
        if command.kind == CommandKind.CLIMATE_START and able.starts_engine:
            _log.warning("%s", services.ENGINE_WARNING)

    async def _fetch_state(self) -> wire.DecodedState:
        body, is_gcj = await self.fetch_state_json(), self._account.is_in_china
        answer = read_answer(lambda text: wire.decode_state(text, vin=self.vin, is_gcj=is_gcj), body, "state")
        self._able = answer.capabilities
        return answer

    async def _known_capabilities(self) -> Capabilities:
        return self._able if self._able is not None else await self.fetch_capabilities()

    def _poi_request(self, poi: PointOfInterest) -> tuple[str, dict[str, object]]:
        """Return the operation and the body that send a destination; China's coordinates are converted (inferred)."""
        if self._account.is_in_china:
            latitude_deg, longitude_deg = from_wgs84(poi.latitude_deg, poi.longitude_deg)
            poi = replace(poi, latitude_deg=latitude_deg, longitude_deg=longitude_deg)
        if self._account.generation is Generation.V5:
            return "send-to-car-v2", services.poi_body_v2(self.vin, poi)
        return "send-to-car-v1", services.poi_body_v1(self.vin, poi)
