"""The front door of the MyBMW app's SDK: one account's cars, their state, and what they can be asked to do.

Since 2025-09-26 BMW answers its own app only; an emulator answers as before.
"""

import logging

import msgspec
from typing_extensions import override

from bimmerhub.bmw.account_client import AccountClient, choose_car, read_answer
from bimmerhub.bmw.clock import Clock
from bimmerhub.bmw.gateway_refusals import BLOCKED, WRONG_KEY
from bimmerhub.bmw.gcdm.by_password import BmwLogin
from bimmerhub.bmw.http import Session, has_answered
from bimmerhub.bmw.mybmw import wire
from bimmerhub.bmw.mybmw.app_vehicle import AppAccount, Vehicle
from bimmerhub.bmw.mybmw.auth import SignIn, tokens_of
from bimmerhub.bmw.mybmw.china_sign_in import SliderCaptcha, SolvedSlider
from bimmerhub.bmw.mybmw.endpoints import BrandApp, Endpoints, Generation, Region
from bimmerhub.bmw.mybmw.models import VehicleList
from bimmerhub.bmw.mybmw.rest import MyBmwRest
from bimmerhub.bmw.mybmw.state.v1_models import V1Vehicle
from bimmerhub.bmw.signed_calls import RETRIES
from bimmerhub.bmw.tokens.fresh_tokens import RenewedTokens
from bimmerhub.bmw.tokens.token_set import TokenSet, TokenStore, to_token_set
from bimmerhub.errors import BmwRefused, BmwUnavailable, ConfigError
from bimmerhub.ids import Vin

_log = logging.getLogger(__name__)


class MyBmw(AccountClient):
    """The MyBMW app's interface for one account; use as `async with`. `rest` has every operation with BMW's own JSON.

    Sign in with `sign_in` once, with a captcha that a person has solved; the tokens are kept by `tokens`, and renewed
    without a captcha in time, or when BMW refuses them. The password is not kept. `tokens` is good for My Garage too.
    """

    rest: MyBmwRest
    tokens: RenewedTokens

    def __init__(
        self,
        *,
        tokens: TokenStore,
        endpoints: Endpoints | None = None,
        session: Session | None = None,
        clock: Clock | None = None,
        retries: int = RETRIES,
    ) -> None:
        super().__init__(tokens=tokens, session=session, clock=clock)
        self._endpoints = endpoints or Endpoints()
        self._retries = retries

    @override
    def _open(self, session: Session) -> None:
        self._door = SignIn(endpoints=self._endpoints, session=session)
        self.tokens = RenewedTokens(renewal=self._door, store=self._store, clock=self.clock)
        self._stack.push_async_callback(self.tokens.finish)
        self.rest = MyBmwRest(
            tokens=self.tokens,
            endpoints=self._endpoints,
            session=session,
            clock=self.clock,
            retries=self._retries,
        )
        self._account = AppAccount(
            rest=self.rest,
            clock=self.clock,
            generation=self._endpoints.generation,
            is_in_china=self._endpoints.region is Region.CHINA,
        )

    async def sign_in(self, login: BmwLogin, *, captcha: str | SolvedSlider | None = None) -> TokenSet:
        """Sign in with one attempt, and store the tokens. The captcha is a token, in China a slider that was solved.

        BmwRefused when BMW does not want it (`code` is BMW's word, `hint` says what to do), ConfigError when a setting,
        the name, the password or the captcha is missing; BmwUnavailable, RateLimited and StoreError as they say. After
        any of them a new captcha is needed.
        """
        if not login.username.strip() or not login.password:
            raise ConfigError("a name and a password are needed to sign in")
        answer = tokens_of(await self._door.sign_in(login, captcha=captcha))
        tokens = to_token_set(answer, now_ms=self.clock.now_ms())
        await self.tokens.replace(tokens)
        return tokens

    async def fetch_slider(self, mobile: str) -> SliderCaptcha:
        """Return China's captcha for a phone number, to be solved by a person; errors as `sign_in`."""
        return await self._door.fetch_slider(mobile)

    async def call(self, operation: str, /, **params: object) -> bytes:
        """Return the answer's body of any operation of the table (`operations`)."""
        return await self.rest.call(operation, params)

    async def fetch_vehicles(self) -> list[Vehicle]:
        """Return the account's cars of all brands that the endpoints name; one call a brand, version 5 one a car.

        A brand that BMW refuses has no cars, for not every region has every app; BmwRefused when no other has any.
        """
        vehicles: dict[Vin, Vehicle] = {}
        refusals: list[BmwRefused] = []
        for brand in self._endpoints.brands:
            try:
                listed = await self._list(brand)
            except BmwRefused as error:
                if error.code in (BLOCKED, WRONG_KEY):
                    raise
                _log.info("no cars of %s: %s", brand, error)
                refusals.append(error)
                continue
            for info in listed.vehicles:
                if info.vin not in vehicles:
                    vehicles[info.vin] = await self._with_profile(Vehicle(info, brand=brand, account=self._account))
        if refusals and not vehicles:
            raise refusals[0]
        return list(vehicles.values())

    async def fetch_vehicle(self, vin: Vin | None = None) -> Vehicle:
        """Return one car of the account; without a VIN the only one.

        ConfigError when there is none, or when several are there to choose from; they are named by their last four.
        """
        return choose_car(await self.fetch_vehicles(), vin)

    async def fetch_v1_vehicles(self, brand: BrandApp = BrandApp.BMW) -> tuple[V1Vehicle, ...]:
        """Return all that version 1 of the list tells of the cars of a brand."""
        return read_answer(wire.decode_v1_vehicles, await self.rest.call("vehicles-v1", as_brand=brand), "vehicles-v1")

    async def _list(self, brand: BrandApp) -> VehicleList:
        operation = f"vehicles-{self._endpoints.generation}"
        return read_answer(wire.decode_vehicle_list, await self.rest.call(operation, as_brand=brand), operation)

    async def _with_profile(self, vehicle: Vehicle) -> Vehicle:
        """Return a car of version 5's list with its profile; without, where BMW gives none.

        It refuses that of a car that is pending, and what fails for one car does not hide the others.
        """
        if vehicle.info.profile is not None or self._endpoints.generation is not Generation.V5:
            return vehicle
        try:
            profile = await vehicle.fetch_profile()
        except BmwRefused as error:
            if error.code == BLOCKED:
                raise
            _log.info("%s", error)
            return vehicle
        except BmwUnavailable as error:
            if not has_answered(error):
                raise
            _log.info("%s", error)
            vehicle.lacks_profile = True
            return vehicle
        vehicle.info = msgspec.structs.replace(vehicle.info, profile=profile)
        return vehicle
