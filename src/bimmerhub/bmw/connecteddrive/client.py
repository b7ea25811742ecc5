"""The front door of the portal's SDK: one account's cars, their state, and what they can be asked to do.

BMW switched the portal off by 2022; an emulator answers as it did.
"""

from collections.abc import AsyncGenerator, Callable, Mapping
from contextlib import aclosing, nullcontext
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
    CommandKind,
    CommandPace,
    CommandProgress,
    CommandTurns,
    follow_command,
    run_command,
)
from bimmerhub.bmw.clock import Clock
from bimmerhub.bmw.connecteddrive import remote_services as services
from bimmerhub.bmw.connecteddrive import state_readings, wire
from bimmerhub.bmw.connecteddrive.auth import SignIn
from bimmerhub.bmw.connecteddrive.channels import MessageChannel, RemoteChannel
from bimmerhub.bmw.connecteddrive.endpoints import Endpoints
from bimmerhub.bmw.connecteddrive.models import (
    CarImage,
    Country,
    ListedVehicle,
    PastCommand,
    RemoteStatus,
    SentMessage,
    ServiceGroup,
    ServicePartner,
    Specs,
)
from bimmerhub.bmw.connecteddrive.remote_services import RemoteRequest
from bimmerhub.bmw.connecteddrive.rest import ConnectedDriveRest
from bimmerhub.bmw.connecteddrive.words import RemoteCode
from bimmerhub.bmw.gcdm.by_password import BmwLogin
from bimmerhub.bmw.http import Session
from bimmerhub.bmw.signed_calls import RETRIES
from bimmerhub.bmw.tokens.password_tokens import AroundSignIn, PasswordTokens
from bimmerhub.bmw.tokens.token_set import TokenSet, TokenStore
from bimmerhub.domain.command_order import CommandOrder, TextMessage
from bimmerhub.errors import BmwRefused
from bimmerhub.ids import Vin, mask_vin

PACE: Final = CommandPace(poll_every_s=5.0, give_up_after_s=240.0)
"""Clients asked every 5 to 10 s, 9 to 20 times."""
_FULL_TURN_DEG: Final = 360

Life = AsyncGenerator[CommandProgress]


class Vehicle:
    """One car of the account. `info` is what BMW's list says of it."""

    def __init__(self, info: ListedVehicle, *, portal: "ConnectedDrive") -> None:
        self.info = info
        self.vin: Vin = info.vin
        self._portal = portal

    def __repr__(self) -> str:
        """Show the last four of the VIN."""
        return f"Vehicle({mask_vin(self.vin)})"

    async def fetch_dynamic(self, *, offset_min: int = 0) -> Dynamic:
        """Return the car's state as it last reported it; wakes no car, and is empty of some cars while they drive.

        `offset_min` is UTC minus local time in minutes (-120 for a German summer); it shifts the `_converted` texts.
        """
        body = await self._portal.rest.fetch_dynamic(self.vin, offset_min=offset_min)
        return read_answer(decode_dynamic, body, "dynamic")

    async def fetch_limited(self) -> Dynamic:
        """Return the few things of its state that every car tells."""
        return read_answer(decode_dynamic, await self._portal.rest.fetch_limited(self.vin), "limited state")

    async def fetch_readings(self) -> FieldReadings:
        """Return the readings of the car's state, with what of it was refused."""
        return self._decode(state_readings.decode_state_readings, await self._portal.rest.fetch_dynamic(self.vin))

    async def fetch_navigation(self) -> Navigation:
        """Return what the navigation reckons with, the measured capacity of the battery among it."""
        return read_answer(decode_navigation, await self._portal.rest.fetch_navigation(self.vin), "navigation")

    async def fetch_navigation_readings(self) -> FieldReadings:
        """Return the readings of the navigation's figures."""
        body = await self._portal.rest.fetch_navigation(self.vin)
        return self._decode(state_readings.decode_navigation_readings, body)

    async def fetch_efficiency(self) -> Efficiency:
        """Return how efficiently the car is driven."""
        return read_answer(decode_efficiency, await self._portal.rest.fetch_efficiency(self.vin), "efficiency")

    async def fetch_efficiency_readings(self) -> FieldReadings:
        """Return the readings of the last trip and of the car's life."""
        body = await self._portal.rest.fetch_efficiency(self.vin)
        return self._decode(state_readings.decode_efficiency_readings, body)

    async def fetch_specs(self) -> Specs:
        """Return the technical data."""
        return read_answer(wire.decode_specs, await self._portal.rest.fetch_specs(self.vin), "specs")

    async def fetch_services(self) -> tuple[ServiceGroup, ...]:
        """Return the booked services."""
        return read_answer(wire.decode_services, await self._portal.rest.fetch_services(self.vin), "service")

    async def fetch_service_partner(self) -> ServicePartner:
        """Return the dealer."""
        body = await self._portal.rest.fetch_service_partner(self.vin)
        return read_answer(wire.decode_service_partner, body, "servicepartner")

    async def fetch_images(
        self, *, start_deg: int = 0, step_deg: int = 10, width_px: int = 780
    ) -> tuple[CarImage, ...]:
        """Return where the pictures around the car are."""
        body = await self._portal.rest.fetch_images(self.vin, start_deg=start_deg, step_deg=step_deg, width_px=width_px)
        return read_answer(wire.decode_images, body, "image")

    async def fetch_image(self, *, angle_deg: int = 40, width_px: int = 780) -> bytes:
        """Return the picture that is nearest to an angle, PNG; two calls. BmwRefused when there is none."""
        images = await self.fetch_images(start_deg=angle_deg % _FULL_TURN_DEG, width_px=width_px)
        if not images:
            raise BmwRefused("the portal has no picture of this car", code="no_image")
        nearest = min(images, key=lambda image: _apart_deg(image.angle_deg, angle_deg))
        return read_png(await self._portal.rest.fetch_picture(nearest.url), "image")

    async def fetch_charging_profile(self) -> ChargingProfile:
        """Return the charging profile, in the shape that this car has."""
        body = await self._portal.rest.fetch_charging_profile(self.vin)
        return read_answer(read_charging_profile, body, "chargingprofile")

    async def fetch_execution(self) -> RemoteStatus:
        """Return how the newest command stands."""
        return read_answer(wire.decode_event, await self._portal.rest.fetch_execution(self.vin), "state/execution")

    async def fetch_history(self) -> tuple[PastCommand, ...]:
        """Return the commands that the car was sent."""
        return read_answer(wire.decode_history, await self._portal.rest.fetch_history(self.vin), "history")

    def lock(self, *, force: bool = False) -> Life:
        """Lock the doors; as `execute`."""
        return self.execute(services.plain(RemoteCode.DOOR_LOCK), force=force)

    def unlock(self, *, force: bool = False) -> Life:
        """Unlock the doors; as `execute`."""
        return self.execute(services.plain(RemoteCode.DOOR_UNLOCK), force=force)

    def flash_lights(self, *, force: bool = False) -> Life:
        """Flash the lights; as `execute`."""
        return self.execute(services.plain(RemoteCode.LIGHT_FLASH), force=force)

    def blow_horn(self, *, force: bool = False) -> Life:
        """Blow the horn; as `execute`."""
        return self.execute(services.plain(RemoteCode.HORN_BLOW), force=force)

    def start_climate(self, *, force: bool = False) -> Life:
        """Heat or cool the car to the temperature last set in it; as `execute`."""
        return self.execute(services.plain(RemoteCode.CLIMATE_NOW), force=force)

    def start_climate_timer(self, *, force: bool = False) -> Life:
        """Send the code of the climate timer; as `execute`. How its time is told is not known."""
        return self.execute(services.plain(RemoteCode.CLIMATE_TIMER), force=force)

    def set_charging_profile(self, profile: ChargingProfile, *, force: bool = False) -> Life:
        """Set the whole charging profile, best one that was read and changed; as `execute`."""
        return self.execute(services.set_charging_profile(profile), force=force)

    async def charge_now(self, *, force: bool = False) -> Life:
        """Begin to charge; as `execute`. BmwRefused when nothing is plugged in, for which the state is asked first."""
        if not force and (await self.fetch_dynamic()).attributes.connector_status == "DISCONNECTED":
            raise not_plugged_in(field="connectorStatus")
        life = self.execute(services.plain(RemoteCode.CHARGE_PREFERENCES), force=force)
        async with aclosing(life):
            async for progress in life:
                yield progress

    async def execute(self, request: RemoteRequest, *, force: bool = False) -> Life:
        """Send a command, and yield the states of its life (`commands.run_command`); it is sent once.

        Before anything is sent: BmwRefused when the booked services say that the car cannot do that (`note` names the
        field; `force` sends all the same) or another command is under way, RateLimited while BMW wants a pause.
        """
        if not force and (refused := services.refusal(self.info, await self.fetch_booked(), request)) is not None:
            raise refused
        channel = RemoteChannel(self._portal.rest, self.vin, request)
        turns = self._portal.turns(self.vin)
        with turns.turn(request.kind):
            async with aclosing(run_command(channel, request.kind, clock=self._portal.clock, pace=PACE)) as life:
                async for progress in life:
                    turns.note(progress)
                    yield progress

    def follow(self, progress: CommandProgress) -> Life:
        """Yield what becomes of a command that an earlier run has sent; nothing is sent."""
        request = services.plain(services.find_code(progress.kind))
        channel = RemoteChannel(self._portal.rest, self.vin, request)
        return follow_command(channel, progress, clock=self._portal.clock, pace=PACE)

    def send_message(self, message: TextMessage) -> Life:
        """Send a text message to the car. BMW does not tell when the car has it."""
        channel = MessageChannel(self._portal.rest, self.vin, message)
        return run_command(channel, CommandKind.MESSAGE, clock=self._portal.clock, pace=PACE)

    def carry_out(self, order: CommandOrder, *, force: bool = False) -> Life:
        """Do what a person wants; as `execute`. BmwRefused for what the portal has no code for."""
        match order.kind:
            case CommandKind.MESSAGE if order.message is not None:
                return self.send_message(order.message)
            case CommandKind.CHARGE_NOW:
                return self.charge_now(force=force)
        return self.execute(services.to_request(order), force=force)

    async def fetch_capabilities(self) -> Mapping[CommandKind | str, Capability]:
        """Return what the list of cars and the booked services say of each command."""
        return services.capabilities(self.info, await self.fetch_booked())

    async def fetch_booked(self) -> tuple[ServiceGroup, ...]:
        """Return the booked services, none where BMW does not tell of this car's."""
        try:
            return await self.fetch_services()
        except BmwRefused:
            return ()

    def _decode(self, decode: Callable[[bytes, AnswerStamp], FieldReadings], body: bytes) -> FieldReadings:
        stamp = AnswerStamp(
            vin=self.vin,
            received_at_ms=self._portal.clock.now_ms(),
            server_time_ms=self._portal.rest.server_time_ms,
        )
        return read_answer(lambda body: decode(body, stamp), body, "readings")


class ConnectedDrive(AccountClient):
    """The portal for one account; use as `async with`. `rest` has every call with BMW's own JSON.

    Sign in with `sign_in` once; the token is kept by `tokens` until it expires, and renewed with the password: the one
    in `login` or `sign_in`, which stays in memory, or the one that was to be remembered. `retries` is how often a
    question is asked again when BMW fails. `around_sign_in` is opened around each sign-in with `login`.
    """

    rest: ConnectedDriveRest

    def __init__(
        self,
        *,
        tokens: TokenStore,
        endpoints: Endpoints | None = None,
        login: BmwLogin | None = None,
        session: Session | None = None,
        clock: Clock | None = None,
        retries: int = RETRIES,
        around_sign_in: AroundSignIn = nullcontext,
    ) -> None:
        super().__init__(tokens=tokens, session=session, clock=clock)
        self._around_sign_in = around_sign_in
        self._endpoints = endpoints or Endpoints()
        self._login = login
        self._retries = retries
        self._turns: dict[Vin, CommandTurns] = {}

    @override
    def _open(self, session: Session) -> None:
        door = SignIn(endpoints=self._endpoints, session=session)
        self._tokens = PasswordTokens(
            door=door,
            store=self._store,
            clock=self.clock,
            login=self._login,
            around_sign_in=self._around_sign_in,
        )
        self.rest = ConnectedDriveRest(
            tokens=self._tokens,
            endpoints=self._endpoints,
            session=session,
            clock=self.clock,
            retries=self._retries,
        )

    async def sign_in(self, login: BmwLogin, *, remember: bool = False) -> TokenSet:
        """Sign in, and keep the token; the password only when it is to be remembered. Errors as `PasswordTokens`."""
        return await self._tokens.sign_in(login, remember=remember)

    async def fetch_countries(self) -> tuple[Country, ...]:
        """Return the countries that have a portal; nobody needs to be signed in for it."""
        return read_answer(wire.decode_countries, await self.rest.fetch_countries(), "country-selection")

    async def fetch_vehicles(self) -> list[Vehicle]:
        """Return the account's cars."""
        infos = read_answer(wire.decode_vehicles, await self.rest.fetch_vehicles(), "vehicles")
        return [Vehicle(info, portal=self) for info in infos]

    async def fetch_vehicle(self, vin: Vin | None = None) -> Vehicle:
        """Return one car of the account; without a VIN the only one.

        ConfigError when there is none, or when several are there to choose from; they are named by their last four.
        """
        return choose_car(await self.fetch_vehicles(), vin)

    async def fetch_messages(self) -> tuple[SentMessage, ...]:
        """Return the messages that were sent to the account's cars."""
        return read_answer(wire.decode_messages, await self.rest.fetch_messages(), "myinfo")

    def turns(self, vin: Vin) -> CommandTurns:
        """Return the turns of one car's commands: BMW tells of the newest only, and wants a pause between two."""
        return self._turns.setdefault(vin, CommandTurns(self.clock))


def _apart_deg(angle_deg: float, other_deg: float) -> float:
    apart_deg = abs(angle_deg - other_deg) % _FULL_TURN_DEG
    return min(apart_deg, _FULL_TURN_DEG - apart_deg)
