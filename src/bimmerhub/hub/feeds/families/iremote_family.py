"""How the hub signs accounts in to i Remote, and where it finds it."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Final

from typing_extensions import override

from bimmerhub.bmw.gcdm.by_password import AppKey
from bimmerhub.bmw.iremote.auth import SignIn
from bimmerhub.bmw.iremote.client import IRemote
from bimmerhub.bmw.iremote.endpoints import App, Endpoints, Region
from bimmerhub.bmw.tokens.token_set import TokenSet, TokenStore
from bimmerhub.errors import BimmerhubError, BmwRefused, ConfigError
from bimmerhub.hub.accounts.password_access import PasswordFamily, PasswordWish, sign_in_once
from bimmerhub.hub.accounts.sign_in_details import SignInDetails, to_url
from bimmerhub.hub.accounts.sign_in_places import SignInPlace, place_of
from bimmerhub.hub.feeds.families.family_client import FamilyClient
from bimmerhub.hub.feeds.families.family_reach import FamilyReach
from bimmerhub.hub.feeds.families.iremote_client import IRemoteClient

_HUBS: Final[Mapping[str, str]] = {
    Region.REST_OF_WORLD: "HUB_ECE",
    Region.NORTH_AMERICA: "HUB_US",
    Region.CHINA: "HUB_CN",
}
"""By region, the word that its cars carry (stored answers, 9 cars)."""


class IRemoteFamily(PasswordFamily):
    """Signs in to i Remote, and opens it."""

    def __init__(self, reach: FamilyReach) -> None:
        self._reach = reach

    @override
    def place(self, details: SignInDetails) -> SignInPlace:
        endpoints = self._endpoints(details)
        return place_of(endpoints, region=details.region)

    @override
    async def sign_in(self, details: SignInDetails, wish: PasswordWish) -> TokenSet:
        door = SignIn(endpoints=self._endpoints(details), session=self._reach.session)
        return await sign_in_once(door, details, wish, clock=self._reach.clock)

    @override
    async def check(self, details: SignInDetails) -> None:
        if details.country is not None:
            raise ConfigError("i Remote knows regions, not countries", hint="Leave the country out: --region row|na|cn")
        SignIn(endpoints=self._endpoints(details), session=self._reach.session).check()

    @override
    async def check_region(self, details: SignInDetails, tokens: TokenStore) -> None:
        if details.region is None or self._endpoints(details).are_bmws:
            return  # BMW's hosts know the users of their region only
        async with self._connect(details, tokens) as iremote:
            try:
                cars = await iremote.fetch_vehicles()
            except BimmerhubError:  # the sign-in is good, and the feed will say what is wrong
                return
        hubs = {car.info.hub for car in cars}
        if hubs and not hubs & {_HUBS[Region(details.region)], None}:
            there = ", ".join(sorted(region for region, hub in _HUBS.items() if hub in hubs)) or "another one"
            raise BmwRefused(
                f"the cars of this account are not of the region {details.region}, but of {there}",
                code="wrong_region",
                hint=f"Each region has users of its own: --region {there}" if there in _HUBS else None,
            )

    @override
    @asynccontextmanager
    async def open(self, details: SignInDetails, tokens: TokenStore) -> AsyncIterator[FamilyClient]:
        async with self._connect(details, tokens) as iremote:
            yield IRemoteClient(iremote)

    def _connect(self, details: SignInDetails, tokens: TokenStore) -> IRemote:
        # without retries: who asks comes back later, and one retry layer is enough
        endpoints = self._endpoints(details)
        return IRemote(
            tokens=tokens, endpoints=endpoints, session=self._reach.session, clock=self._reach.clock, retries=0
        )

    def _endpoints(self, details: SignInDetails) -> Endpoints:
        key = None
        if details.client_key is not None:
            key = AppKey(key=details.client_key, secret=details.client_secret or "")
        endpoints = Endpoints(
            region=Region(details.region or Region.REST_OF_WORLD),
            api_url=self._reach.url_of(details),
            auth_url=to_url(details.sign_in_host) or self._reach.url_of(details),
            grant="implicit" if details.grant == "implicit" else "password",
            app=App(key=key, client_id=details.client_id, redirect_uri=details.redirect_uri),
            ca_file=self._reach.ca_file_of(details),
        )
        self._reach.keep_from_bmw(endpoints)
        return endpoints
