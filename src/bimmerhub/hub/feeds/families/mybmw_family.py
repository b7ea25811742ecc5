"""How the hub signs accounts in to the MyBMW app's interface, and where it finds it.

BMW wants a captcha that a person has solved with each sign-in, so the hub never signs in by itself: it lives on the
refresh token.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Final
from uuid import uuid4

from typing_extensions import override

from bimmerhub.bmw.mybmw.china_sign_in import HANDLE_PX, SolvedSlider
from bimmerhub.bmw.mybmw.client import MyBmw
from bimmerhub.bmw.mybmw.endpoints import App, BrandApp, Endpoints, Region
from bimmerhub.bmw.mygarage.endpoints import Endpoints as GarageEndpoints
from bimmerhub.bmw.mygarage.endpoints import GarageBrand
from bimmerhub.bmw.mygarage.rest import MyGarageRest
from bimmerhub.bmw.tokens.token_set import TokenSet, TokenStore
from bimmerhub.errors import ConfigError
from bimmerhub.hub.accounts.password_access import NoTokens, PasswordFamily, PasswordWish
from bimmerhub.hub.accounts.sign_in_details import SignInDetails, to_url
from bimmerhub.hub.accounts.sign_in_places import SignInPlace, place_of
from bimmerhub.hub.feeds.families.family_client import FamilyClient
from bimmerhub.hub.feeds.families.family_reach import FamilyReach
from bimmerhub.hub.feeds.families.mybmw_client import MyBmwClient
from bimmerhub.times import DAY_MS
from bimmerhub.views.ports.accounts import SliderPictures

SESSION_MS: Final = 14 * DAY_MS
"""So long an app keeps the header bmw-session-id, and with the refresh token (a client of 2022-2025)."""
CAPTCHA_HINT: Final = (
    "BMW wants a captcha that you have just solved. Open the sign-in page of your region in a browser, solve its "
    "captcha, and copy the value of the field h-captcha-response, which the browser's developer tools show. It is good "
    "for one attempt, within about two minutes."
)
SLIDER_HINT: Final = (
    "In China BMW wants a slider: get its picture as a page (--slider FILE), find the hole in it with a browser, and "
    "pass what the page shows then, VERIFY_ID:POSITION. It is good for one attempt."
)
_SETTINGS_HINT: Final = (
    "They are your settings in [accounts.NAME], and BMW's are not shipped: the requests of the app on your own phone "
    "have them (headers ocp-apim-subscription-key, and x-user-agent as android(BUILD);brand;VERSION;region), or the "
    ".env of the public HTTP collection. For the emulator any will do."
)


class MyBmwFamily(PasswordFamily):
    """Signs in to the MyBMW app's interface, and opens it."""

    def __init__(self, reach: FamilyReach) -> None:
        self._reach = reach

    @override
    def place(self, details: SignInDetails) -> SignInPlace:
        endpoints = self._endpoints(details)
        return place_of(endpoints, region=details.region)

    @override
    async def sign_in(self, details: SignInDetails, wish: PasswordWish) -> TokenSet:
        if wish.remember:
            raise ConfigError(
                "a kept password signs nobody in here: BMW wants a captcha from a person each time",
                hint="Leave --remember out. The hub renews the sign-in by itself for as long as BMW lets it.",
            )
        endpoints = self._endpoints(details)
        captcha = _slider(wish.captcha) if endpoints.region is Region.CHINA else wish.captcha or None
        async with self._connect(endpoints, NoTokens()) as mybmw:
            return await mybmw.sign_in(wish.login(details), captcha=captcha)

    @override
    def with_ids(self, details: SignInDetails, *, now_ms: int) -> SignInDetails:
        since_ms = details.session_since_ms
        if details.session_id and since_ms is not None and 0 <= now_ms - since_ms < SESSION_MS:
            return details
        return replace(
            details, session_id=str(uuid4()), session_since_ms=now_ms, device_id=details.device_id or str(uuid4())
        )

    @override
    def captcha_hint(self, details: SignInDetails) -> str | None:
        endpoints = self._endpoints(details)
        if endpoints.region is Region.CHINA:
            return SLIDER_HINT
        return CAPTCHA_HINT if endpoints.are_bmws else None

    @override
    def wants_slider(self, details: SignInDetails) -> bool:
        return self._endpoints(details).region is Region.CHINA

    @override
    async def fetch_slider(self, details: SignInDetails) -> SliderPictures:
        async with self._connect(self._endpoints(details), NoTokens()) as mybmw:
            slider = await mybmw.fetch_slider(details.user)
        return SliderPictures(
            verify_id=slider.verify_id, background=slider.background_jpeg, piece=slider.piece, handle_px=HANDLE_PX
        )

    @override
    async def check(self, details: SignInDetails) -> None:
        if details.country is not None:
            raise ConfigError(
                "the MyBMW app's interface knows regions, not countries",
                hint="Leave the country out: --region row|na|cn",
            )
        wanted = {"app_version": details.app_version, "app_build": details.app_build}
        if details.region != Region.CHINA:
            wanted["subscription_key"] = details.subscription_key
        missing = [name for name, value in wanted.items() if not value]
        if missing:
            raise ConfigError(
                f"the MyBMW app's interface needs what an app calls itself: {', '.join(missing)}", hint=_SETTINGS_HINT
            )
        _ = self._endpoints(details).app_name()

    @override
    async def check_region(self, details: SignInDetails, tokens: TokenStore) -> None:
        """Do nothing: the users of a region are known at its own hosts only."""

    @override
    @asynccontextmanager
    async def open(self, details: SignInDetails, tokens: TokenStore) -> AsyncIterator[FamilyClient]:
        endpoints = self._endpoints(details)
        async with self._connect(endpoints, tokens) as mybmw:
            beside = _garage_endpoints(endpoints)
            garage = None if beside is None else self._garage(mybmw, beside)
            yield MyBmwClient(mybmw, garage=garage, is_in_china=endpoints.region is Region.CHINA)

    def _garage(self, mybmw: MyBmw, endpoints: GarageEndpoints) -> MyGarageRest:
        session, clock = self._reach.session, self._reach.clock
        return MyGarageRest(tokens=mybmw.tokens, endpoints=endpoints, session=session, clock=clock, retries=0)

    def _connect(self, endpoints: Endpoints, tokens: TokenStore) -> MyBmw:
        # without retries: who asks comes back later, and one retry layer is enough
        return MyBmw(
            tokens=tokens, endpoints=endpoints, session=self._reach.session, clock=self._reach.clock, retries=0
        )

    def _endpoints(self, details: SignInDetails) -> Endpoints:
        try:
            region = Region(details.region or Region.REST_OF_WORLD)
            brands = tuple(BrandApp(brand) for brand in details.brands or BrandApp)
        except ValueError as error:
            raise ConfigError(
                f"the MyBMW app's interface does not know {error}",
                hint=f"Regions: {', '.join(Region)}. Brands: {', '.join(BrandApp)}.",
            ) from error
        ids = {"session_id": details.session_id, "device_id": details.device_id}
        endpoints = Endpoints(
            region=region,
            api_url=self._reach.url_of(details),
            auth_url=to_url(details.sign_in_host),
            brands=brands,
            app=App(
                subscription_key=details.subscription_key,
                version=details.app_version,
                build=details.app_build,
                user_agent=details.app_user_agent,
                **{name: value for name, value in ids.items() if value},
            ),
            ca_file=self._reach.ca_file_of(details),
        )
        self._reach.keep_from_bmw(endpoints)
        return endpoints


def _garage_endpoints(endpoints: Endpoints) -> GarageEndpoints | None:
    """Return where My Garage answers the same account: beside an emulator's API at its address, by its CA.

    None where it does not: BMW's knows accounts of North America, and the tokens of others go nowhere else.
    """
    brand = GarageBrand.MINI if endpoints.brands == (BrandApp.MINI,) else GarageBrand.BMW
    if endpoints.are_bmws:
        is_known = endpoints.region is Region.NORTH_AMERICA or endpoints.ca_file is not None
        return GarageEndpoints(brand=brand, ca_file=endpoints.ca_file) if is_known else None
    return GarageEndpoints.all_at(endpoints.api_url, brand=brand, ca_file=endpoints.ca_file)


def _slider(text: str | None) -> SolvedSlider | None:
    """Return a solved slider out of VERIFY_ID:POSITION, None for none; ConfigError for what is neither."""
    if not text:
        return None
    verify_id, _, position = text.rpartition(":")
    try:
        if verify_id:
            return SolvedSlider(verify_id=verify_id, position=float(position))
    except ValueError:
        pass
    raise ConfigError("this is no solved slider", hint=SLIDER_HINT)
