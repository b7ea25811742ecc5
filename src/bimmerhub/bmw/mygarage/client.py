"""The front door of My Garage's SDK: one owner's cars, orders, warranty, recalls and equipment."""

from collections.abc import Mapping
from typing import Final
from urllib.parse import parse_qsl, urlsplit

from typing_extensions import override

from bimmerhub.bmw.account_client import AccountClient, read_answer
from bimmerhub.bmw.answers.pictures import read_picture
from bimmerhub.bmw.clock import Clock
from bimmerhub.bmw.gcdm.by_password import BmwLogin
from bimmerhub.bmw.http import Session
from bimmerhub.bmw.mygarage import wire
from bimmerhub.bmw.mygarage.auth import SignIn
from bimmerhub.bmw.mygarage.endpoints import Endpoints
from bimmerhub.bmw.mygarage.models import (
    CarPicture,
    ForwardAnswer,
    NearestDealer,
    OrderedVehicle,
    ProfileLink,
    RecallReport,
    ValueService,
    VehicleFeatures,
    WarrantyReport,
)
from bimmerhub.bmw.mygarage.rest import MyGarageRest
from bimmerhub.bmw.mygarage.words import LinkRelation
from bimmerhub.bmw.signed_calls import RETRIES, AccessTokens
from bimmerhub.bmw.tokens.password_tokens import PasswordTokens
from bimmerhub.bmw.tokens.token_set import TokenSet, TokenStore
from bimmerhub.errors import BmwUnavailable, ConfigError, NotFound
from bimmerhub.ids import Vin, mask_vin

STEP_DEG: Final = 10
"""Degrees between two pictures, as the site asks for."""
_GARAGE: Final = "/mybmw/resources/garage/getGarageVehiclesByGroupId"
_FEATURES: Final = "/mybmw/resources/vehicleprofile/getvehicleFeatures"
_ORDERS: Final = "/mybmw/resources/TrackMyBMW/RetrieveVehicleDetails"


class Vehicle:
    """One car, by its VIN; recalls and warranty are told of any car."""

    def __init__(self, vin: Vin, *, garage: "MyGarage") -> None:
        self.vin = vin
        self._garage = garage

    def __repr__(self) -> str:
        """Show the last four of the VIN."""
        return f"Vehicle({mask_vin(self.vin)})"

    async def fetch_recalls(self) -> object:
        """Return the site's own recalls as BMW's JSON, for their form is not known; `fetch_recalls_by_vin` is typed."""
        return read_answer(wire.decode_json, await self._ask("recalls"), "recalls")

    async def fetch_recalls_by_vin(self) -> RecallReport:
        """Return the recalls in the USA; nobody need sign in."""
        return read_answer(wire.decode_recalls, await self._ask("get-recalls"), "get-recalls")

    async def fetch_nhtsa_recalls(self, *, api_key: str) -> RecallReport:
        """Return the same from the service behind it, with a key of BMW's that is the user's own setting."""
        return read_answer(wire.decode_recalls, await self._ask("nhtsa-recalls", {"api_key": api_key}), "nhtsa-recalls")

    async def fetch_warranty(self, *, mileage_miles: int | None = None) -> WarrantyReport:
        """Return warranty and service; nobody need sign in. `mileage_miles` is what plans are offered for."""
        return read_answer(wire.decode_warranty, await self._ask("warranty", {"mileage": mileage_miles}), "warranty")

    async def fetch_warranty_by_group(self) -> WarrantyReport:
        """Return the same as the site asked for it in 2021, signed in."""
        return read_answer(wire.decode_warranty, await self._ask("warranty-by-group"), "warranty-by-group")

    async def fetch_mapping(self) -> object:
        """Return how car and owner belong together as BMW's JSON, for its form is not known."""
        return read_answer(wire.decode_json, await self._ask("mapping"), "mapping")

    async def fetch_phone_number(self) -> object:
        """Return the phone number of the car as BMW's JSON, for its form is not known."""
        return read_answer(wire.decode_json, await self._ask("phone-number"), "phone-number")

    async def fetch_profile(self) -> ForwardAnswer:
        """Return the profile of 2021, whose form is not known."""
        return read_answer(wire.decode_envelope, await self._ask("vehicle-profile"), "vehicle-profile")

    async def fetch_features(self) -> VehicleFeatures | None:
        """Return colours and equipment as the site of 2021 told them; None when it tells nothing of the car."""
        cars = read_answer(wire.decode_features, await self._ask("forward", {"target": _FEATURES}), "features")
        return cars[0] if cars else None

    async def _ask(self, operation: str, params: Mapping[str, object] | None = None) -> bytes:
        return await self._garage.rest.call(operation, params, vin=self.vin)


class MyGarage(AccountClient):
    """One account's garage, for as long as the `async with` block runs.

    Who has signed in otherwise, such as by the MyBMW app, gives the tokens as `access`; else one signs in as the page.
    """

    rest: MyGarageRest

    def __init__(
        self,
        *,
        tokens: TokenStore,
        endpoints: Endpoints | None = None,
        login: BmwLogin | None = None,
        access: AccessTokens | None = None,
        session: Session | None = None,
        clock: Clock | None = None,
        retries: int = RETRIES,
    ) -> None:
        super().__init__(tokens=tokens, session=session, clock=clock)
        self._endpoints = endpoints or Endpoints()
        self._login = login
        self._access = access
        self._retries = retries

    @override
    def _open(self, session: Session) -> None:
        self._tokens = PasswordTokens(
            door=SignIn(endpoints=self._endpoints, session=session),
            store=self._store,
            clock=self.clock,
            login=self._login,
        )
        self.rest = MyGarageRest(
            tokens=self._access or self._tokens,
            endpoints=self._endpoints,
            session=session,
            clock=self.clock,
            retries=self._retries,
        )

    async def sign_in(self, login: BmwLogin, *, remember: bool = False) -> TokenSet:
        """Sign in as the page, and keep the token; the password only when it is to be remembered.

        ConfigError where the tokens come from elsewhere; other errors as `PasswordTokens`.
        """
        if self._access is not None:
            raise ConfigError("the tokens of this garage come from another sign-in")
        return await self._tokens.sign_in(login, remember=remember)

    def car(self, vin: Vin) -> Vehicle:
        """Return a car by its VIN, without asking BMW."""
        return Vehicle(vin, garage=self)

    async def fetch_vehicles(self) -> tuple[OrderedVehicle, ...]:
        """Return the cars of the garage as the site of 2021 listed them."""
        return read_answer(wire.decode_cars, await self.rest.call("forward", {"target": _GARAGE}), "garage")

    async def fetch_orders(self) -> tuple[OrderedVehicle, ...]:
        """Return the cars of the garage with how their orders stand, as the site of 2021 told it."""
        return read_answer(wire.decode_cars, await self.rest.call("forward", {"target": _ORDERS}), "orders")

    async def fetch_links(self, production_number: str, vin: Vin | None = None) -> tuple[ProfileLink, ...]:
        """Return where more is told of a car; without a VIN of one that has none yet."""
        profile = f"{self._endpoints.market_path}/profile/{production_number}-{vin or 'null'}/core"
        return read_answer(wire.decode_links, await self.rest.call("service-forward", {"target": profile}), "links")

    async def follow(
        self, link: ProfileLink, *, below: str = "", start_angle_deg: int | None = None, step_deg: int | None = None
    ) -> bytes:
        """Return what a link leads to, or what is `below` it, as it came; the link's own query goes along."""
        try:
            parts = urlsplit(link.href)
        except ValueError as error:  # an odd bracket
            raise BmwUnavailable("My Garage names a link that is no address") from error
        target = parts.path.rstrip("/") + below
        params = {"target": target, "start_angle_deg": start_angle_deg, "step_angle_deg": step_deg}
        return await self.rest.call("service-forward", params, link_query=dict(parse_qsl(parts.query)))

    async def fetch_order(self, production_number: str, vin: Vin | None = None) -> OrderedVehicle:
        """Return how an order stands; two calls. NotFound when BMW tells nothing of it."""
        link = await self._link(LinkRelation.TRACK, production_number, vin)
        orders = read_answer(wire.decode_cars, await self.follow(link), "order")
        if not orders:
            raise NotFound("My Garage tells nothing of this order")
        return orders[0]

    async def fetch_order_features(self, production_number: str, vin: Vin | None = None) -> ForwardAnswer:
        """Return the equipment that a link of 2026 leads to, whose form is not known; two calls."""
        link = await self._link(LinkRelation.FEATURES_AND_OPTIONS, production_number, vin)
        return read_answer(wire.decode_envelope, await self.follow(link), "features and options")

    async def fetch_pictures(
        self, production_number: str, vin: Vin | None = None, *, start_deg: int = 0, step_deg: int = STEP_DEG
    ) -> tuple[CarPicture, ...]:
        """Return the addresses of pictures around a car; two calls."""
        link = await self._link(LinkRelation.FEATURES_AND_OPTIONS, production_number, vin)
        body = await self.follow(link, below="/images", start_angle_deg=start_deg, step_deg=step_deg)
        return read_answer(wire.decode_pictures, body, "pictures")

    async def fetch_picture(self, url: str) -> bytes:
        """Return a picture that an answer names."""
        return read_picture(await self.rest.fetch_picture(url), "picture")

    async def forward(
        self, target: str, params: Mapping[str, object] | None = None, *, vin: Vin | None = None
    ) -> ForwardAnswer:
        """Return what a target of `fetch_targets` answers; asked once, for some targets change the garage.

        `params` are further parameters of the operation `forward`.
        """
        body = await self.rest.call_once("forward", {**(params or {}), "target": target}, vin=vin)
        return read_answer(wire.decode_envelope, body, "forward")

    async def fetch_targets(self) -> dict[str, str]:
        """Return the paths that can be forwarded to, by BMW's names; nobody need sign in."""
        return read_answer(wire.decode_targets, await self.rest.call("targets"), "targets")

    async def fetch_offers(self, *, vin: Vin | None = None) -> object:
        """Return what can be subscribed to as BMW's JSON, for its form is not known."""
        return read_answer(wire.decode_json, await self.rest.call("offers", vin=vin), "offers")

    async def fetch_value_services(self) -> tuple[ValueService, ...]:
        """Return what workshops do at a fixed price; nobody need sign in."""
        return read_answer(wire.decode_value_services, await self.rest.call("value-services"), "value-services")

    async def fetch_dealer(self, zip_code: str) -> NearestDealer:
        """Return the dealer of a zip code; nobody need sign in."""
        return read_answer(wire.decode_dealer, await self.rest.call("dealer", {"zip_code": zip_code}), "dealer")

    async def _link(self, relation: LinkRelation, production_number: str, vin: Vin | None) -> ProfileLink:
        for link in await self.fetch_links(production_number, vin):
            if link.relation is relation:
                return link
        raise NotFound(f"My Garage has no {relation.value} of this car", hint="It may be told only of orders.")
