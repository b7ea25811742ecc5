"""The front door of i Remote's SDK: one account's cars, their state, and what they can be asked to do.

BMW switched the interface off in 2021; an emulator answers as it did.
"""

from collections.abc import AsyncGenerator, Mapping
from contextlib import aclosing
from datetime import UTC, datetime
from typing import Final

from typing_extensions import override

from bimmerhub.bmw.account_client import AccountClient, choose_car, read_answer
from bimmerhub.bmw.answers.cockpit_answers import Efficiency, Navigation, decode_efficiency, decode_navigation
from bimmerhub.bmw.answers.cockpit_dynamic import Dynamic, decode_dynamic
from bimmerhub.bmw.answers.field_readings import AnswerStamp, FieldReadings
from bimmerhub.bmw.answers.pictures import read_png
from bimmerhub.bmw.car_commands.capabilities import Capability, not_plugged_in
from bimmerhub.bmw.car_commands.charging_profile import ChargingProfile, read_charging_profile
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
from bimmerhub.bmw.gcdm.by_password import BmwLogin
from bimmerhub.bmw.http import Session
from bimmerhub.bmw.iremote import service_types as services
from bimmerhub.bmw.iremote import wire
from bimmerhub.bmw.iremote.auth import SignIn
from bimmerhub.bmw.iremote.channels import PoiChannel, ServiceChannel
from bimmerhub.bmw.iremote.endpoints import Endpoints
from bimmerhub.bmw.iremote.models import (
    AllTrips,
    Destination,
    ExecutionStatus,
    LastTrip,
    ListedVehicle,
    RangeMap,
    ServiceExecution,
    VehicleStatus,
)
from bimmerhub.bmw.iremote.rest import IRemoteRest
from bimmerhub.bmw.iremote.rsapi import DOCUMENTS, STOP_CLIMATE, RsChannel, RsCode, RsEvent, decode_rs_event
from bimmerhub.bmw.iremote.service_types import ServiceRequest, ServiceType
from bimmerhub.bmw.iremote.words import ConnectionStatus, ImageView
from bimmerhub.bmw.signed_calls import RETRIES
from bimmerhub.bmw.tokens.password_tokens import PasswordTokens
from bimmerhub.bmw.tokens.token_set import TokenSet, TokenStore
from bimmerhub.domain.command_order import CommandOrder, PointOfInterest, TextMessage
from bimmerhub.ids import Vin, mask_vin

NOWHERE: Final = (0.0, 0.0)
"""What BMW is told of where the asker is when nobody says: it then answers all but old cars' position (observed)."""
PACE: Final = CommandPace(poll_every_s=3.0, give_up_after_s=240.0)
"""As clients of 2021 did; those before asked every second and gave up after a minute."""

_RS_KINDS: Final[Mapping[RsCode, CommandKind | str]] = {
    RsCode.LIGHT_FLASH: CommandKind.LIGHTS,
    RsCode.DOOR_LOCK: CommandKind.LOCK,
    RsCode.DOOR_UNLOCK: CommandKind.UNLOCK,
    RsCode.HORN_BLOW: CommandKind.HORN,
    RsCode.CLIMATE_NOW: CommandKind.CLIMATE_START,
    RsCode.CLIMATE_TIMER: services.CLIMATE_TIMER,
}

Life = AsyncGenerator[CommandProgress]


class Vehicle:
    """One car of the account. `info` is what BMW's list says of it."""

    def __init__(self, info: ListedVehicle, *, iremote: "IRemote") -> None:
        self.info = info
        self.vin: Vin = info.vin
        self._iremote = iremote

    def __repr__(self) -> str:
        """Show the last four of the VIN."""
        return f"Vehicle({mask_vin(self.vin)})"

    async def fetch_status(self, *, near: tuple[float, float] | None = None) -> VehicleStatus:
        """Return the car's state as it last reported it; wakes no car.

        `near` is where the asker is (latitude, longitude): cars built before July 2014, i cars aside, tell their
        position only to somebody within about a kilometre.
        """
        return read_answer(wire.decode_status, await self.fetch_status_json(near=near), "status")

    async def fetch_status_json(self, *, near: tuple[float, float] | None = None) -> bytes:
        """Return the same as BMW's JSON."""
        where = NOWHERE if near is None and self.info.needs_position_of_asker else near
        return await self._iremote.rest.fetch_status(self.vin, device_time=self._now(), near=where)

    async def fetch_readings(self, *, near: tuple[float, float] | None = None) -> FieldReadings:
        """Return the readings of the car's state, with what of it was refused."""
        body = await self.fetch_status_json(near=near)
        return read_answer(self._decode_status_readings, body, "status")

    async def fetch_last_trip(self) -> LastTrip:
        """Return the last trip."""
        return read_answer(wire.decode_last_trip, await self._iremote.rest.fetch_last_trip(self.vin), "lastTrip")

    async def fetch_all_trips(self) -> AllTrips:
        """Return the statistics of all trips, beside those of other owners."""
        return read_answer(wire.decode_all_trips, await self._iremote.rest.fetch_all_trips(self.vin), "allTrips")

    async def fetch_charging_profile(self) -> ChargingProfile:
        """Return the charging profile, in the shape that this car has."""
        body = await self._iremote.rest.fetch_charging_profile(self.vin)
        return read_answer(read_charging_profile, body, "chargingprofile")

    async def fetch_destinations(self) -> tuple[Destination, ...]:
        """Return the last destinations."""
        body = await self._iremote.rest.fetch_destinations(self.vin)
        return read_answer(wire.decode_destinations, body, "destinations")

    async def fetch_range_map(self) -> RangeMap:
        """Return how far the car goes; `range_map.to_geojson` draws it."""
        body = await self._iremote.rest.fetch_range_map(self.vin, device_time=self._now())
        return read_answer(wire.decode_range_map, body, "rangemap")

    async def fetch_dynamic(self) -> Dynamic:
        """Return the car's state as the portal tells it, with the same token."""
        return read_answer(decode_dynamic, await self._iremote.rest.fetch_twin("dynamic", self.vin), "dynamic")

    async def fetch_limited(self) -> Dynamic:
        """Return the few things of its state that every car tells, as the portal does."""
        return read_answer(decode_dynamic, await self._iremote.rest.fetch_limited(self.vin), "limited state")

    async def fetch_rs_state(self) -> RsEvent:
        """Return how the car's newest command by `execute_rs` stands."""
        return read_answer(decode_rs_event, await self._iremote.rest.fetch_rs_state(self.vin), "rsapi")

    async def fetch_navigation(self) -> Navigation:
        """Return what the navigation reckons with, the measured capacity of the battery among it."""
        return read_answer(decode_navigation, await self._iremote.rest.fetch_twin("navigation", self.vin), "navigation")

    async def fetch_efficiency(self) -> Efficiency:
        """Return how efficiently the car is driven."""
        return read_answer(decode_efficiency, await self._iremote.rest.fetch_twin("efficiency", self.vin), "efficiency")

    async def fetch_image(
        self, *, view: ImageView = ImageView.FRONTSIDE, width_px: int = 800, height_px: int = 600
    ) -> bytes:
        """Return a picture of the car, PNG."""
        body = await self._iremote.rest.fetch_image(self.vin, width_px=width_px, height_px=height_px, view=view)
        return read_png(body, "image")

    async def fetch_execution(self, service_type: ServiceType) -> ExecutionStatus:
        """Return how the newest service of a type stands."""
        body = await self._iremote.rest.fetch_execution(self.vin, service_type.value)
        return read_answer(wire.decode_execution, body, "serviceExecutionStatus")

    async def fetch_history(self) -> tuple[ServiceExecution, ...]:
        """Return the services that were executed."""
        body = await self._iremote.rest.fetch_history(self.vin)
        return read_answer(wire.decode_history, body, "serviceExecutionHistory")

    def lock(self, *, force: bool = False) -> Life:
        """Lock the doors; as `execute`."""
        return self.execute(services.plain(ServiceType.DOOR_LOCK), force=force)

    def unlock(self, *, secret_answer: str | None = None, force: bool = False) -> Life:
        """Unlock the doors; as `execute`. BmwRefused A-2013 when BMW demands the answer to the security question."""
        return self.execute(services.unlock(secret_answer=secret_answer), force=force)

    def flash_lights(self, *, count: int | None = None, force: bool = False) -> Life:
        """Flash the lights; as `execute`."""
        return self.execute(services.flash_lights(count=count), force=force)

    def blow_horn(self, *, force: bool = False) -> Life:
        """Blow the horn; as `execute`."""
        return self.execute(services.plain(ServiceType.HORN_BLOW), force=force)

    def start_climate(self, *, force: bool = False) -> Life:
        """Heat or cool the car to the temperature last set in it; as `execute`."""
        return self.execute(services.plain(ServiceType.CLIMATE_NOW), force=force)

    def find(self, *, force: bool = False) -> Life:
        """Have the car report where it is; as `execute`."""
        return self.execute(services.plain(ServiceType.VEHICLE_FINDER), force=force)

    def set_charging_profile(self, profile: ChargingProfile, *, force: bool = False) -> Life:
        """Set the whole charging profile, best one that was read and changed; as `execute`."""
        return self.execute(services.set_charging_profile(profile), force=force)

    async def charge_now(self, *, force: bool = False) -> Life:
        """Begin to charge; as `execute`. BmwRefused when nothing is plugged in, for which the state is asked first."""
        if not force and (await self.fetch_status()).connection_status is ConnectionStatus.DISCONNECTED:
            raise not_plugged_in(field="connectionStatus")
        async with aclosing(self.execute(services.plain(ServiceType.CHARGE_NOW), force=force)) as life:
            async for progress in life:
                yield progress

    def send_poi(self, poi: PointOfInterest, *, force: bool = False) -> Life:
        """Send a destination to the car; as `execute`. BMW does not tell when the car has it."""
        return self._send(CommandKind.POI, services.encode_poi(poi), force=force)

    def send_message(self, message: TextMessage, *, force: bool = False) -> Life:
        """Send a text message to the car; as `send_poi`."""
        return self._send(CommandKind.MESSAGE, services.encode_message(message), force=force)

    def carry_out(self, order: CommandOrder, *, force: bool = False) -> Life:
        """Do what a person wants; as `execute`. BmwRefused for what i Remote has no service for (climate-stop)."""
        match order.kind:
            case CommandKind.POI if order.destination is not None:
                return self.send_poi(order.destination, force=force)
            case CommandKind.MESSAGE if order.message is not None:
                return self.send_message(order.message, force=force)
            case CommandKind.CHARGE_NOW:
                return self.charge_now(force=force)
        return self.execute(services.to_request(order), force=force)

    def capabilities(self) -> Mapping[CommandKind, Capability]:
        """Return what the car's list says of each command; of charging on command it says nothing that counts."""
        return services.capabilities(self.info)

    def execute(self, request: ServiceRequest, *, force: bool = False) -> Life:
        """Ask for a service, and yield the states of its life (`commands.run_command`); it is sent once.

        Before anything is sent: BmwRefused when the car's list says that it cannot do that (`note` names the field;
        `force` sends all the same), or when another service of this type is under way.
        """
        channel = ServiceChannel(self._iremote.rest, self.vin, request)
        return self._run(channel, request.kind, request.service_type.value, force=force)

    def execute_rs(self, code: RsCode, document: Mapping[str, object] | None = None, *, force: bool = False) -> Life:
        """Send a command by rsapi, with what clients sent or another document (`STOP_CLIMATE`); else as `execute`."""
        kind = CommandKind.CLIMATE_STOP if document == STOP_CLIMATE else _RS_KINDS[code]
        channel = RsChannel(self._iremote.rest, self.vin, code, document or DOCUMENTS[code])
        return self._run(channel, kind, "RSAPI", force=force)

    def follow(self, progress: CommandProgress) -> Life:
        """Yield what becomes of a command that an earlier run has sent; nothing is sent."""
        request = services.plain(services.find_service(progress.kind))
        channel = ServiceChannel(self._iremote.rest, self.vin, request)
        return follow_command(channel, progress, clock=self._iremote.clock, pace=PACE)

    def _send(self, kind: CommandKind, poi: str, *, force: bool) -> Life:
        return self._run(PoiChannel(self._iremote.rest, self.vin, poi), kind, "SENDPOI", force=force)

    async def _run(self, channel: CommandChannel, kind: CommandKind | str, turn: str, *, force: bool) -> Life:
        if not force and (refused := services.refusal(self.info, kind)) is not None:
            raise refused
        turns = self._iremote.turns(self.vin, turn)
        with turns.turn(kind):
            async with aclosing(run_command(channel, kind, clock=self._iremote.clock, pace=PACE)) as life:
                async for progress in life:
                    yield progress

    def _decode_status_readings(self, body: bytes) -> FieldReadings:
        stamp = AnswerStamp(
            vin=self.vin,
            received_at_ms=self._iremote.clock.now_ms(),
            server_time_ms=self._iremote.rest.server_time_ms,
        )
        return wire.decode_status_readings(body, stamp)

    def _now(self) -> datetime:
        return datetime.fromtimestamp(self._iremote.clock.now_ms() / 1000, UTC)


class IRemote(AccountClient):
    """i Remote for one account; use as `async with`. `rest` has every call with BMW's own JSON.

    Sign in with `sign_in` once; the token is kept by `tokens` until it expires, and renewed with the password: the one
    in `login` or `sign_in`, which stays in memory, or the one that was to be remembered.
    """

    rest: IRemoteRest

    def __init__(
        self,
        *,
        tokens: TokenStore,
        endpoints: Endpoints | None = None,
        login: BmwLogin | None = None,
        session: Session | None = None,
        clock: Clock | None = None,
        retries: int = RETRIES,
    ) -> None:
        super().__init__(tokens=tokens, session=session, clock=clock)
        self._endpoints = endpoints or Endpoints()
        self._login = login
        self._retries = retries
        self._turns: dict[tuple[Vin, str], CommandTurns] = {}

    @override
    def _open(self, session: Session) -> None:
        door = SignIn(endpoints=self._endpoints, session=session)
        self._tokens = PasswordTokens(door=door, store=self._store, clock=self.clock, login=self._login)
        self.rest = IRemoteRest(
            tokens=self._tokens,
            endpoints=self._endpoints,
            session=session,
            clock=self.clock,
            retries=self._retries,
        )

    async def sign_in(self, login: BmwLogin, *, remember: bool = False) -> TokenSet:
        """Sign in, and keep the token; the password only when it is to be remembered. Errors as `PasswordTokens`."""
        return await self._tokens.sign_in(login, remember=remember)

    async def fetch_vehicles(self) -> list[Vehicle]:
        """Return the account's cars."""
        infos = read_answer(wire.decode_vehicles, await self.rest.fetch_vehicles(), "vehicles")
        return [Vehicle(info, iremote=self) for info in infos]

    async def fetch_vehicle(self, vin: Vin | None = None) -> Vehicle:
        """Return one car of the account; without a VIN the only one.

        ConfigError when there is none, or when several are there to choose from; they are named by their last four.
        """
        return choose_car(await self.fetch_vehicles(), vin)

    def turns(self, vin: Vin, what: str) -> CommandTurns:
        """Return the turns of one car's services of a type: BMW tells of the newest of each type only."""
        return self._turns.setdefault((vin, what), CommandTurns(self.clock))
