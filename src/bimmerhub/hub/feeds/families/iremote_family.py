"""How the hub signs accounts in to i Remote, and where it finds it."""

from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Final

from typing_extensions import override

from bimmerhub.bmw.clock import Clock
from bimmerhub.bmw.gcdm.by_password import AppKey
from bimmerhub.bmw.http import Session
from bimmerhub.bmw.iremote.auth import SignIn
from bimmerhub.bmw.iremote.client import IRemote
from bimmerhub.bmw.iremote.endpoints import App, Endpoints, Region
from bimmerhub.bmw.tokens import TokenSet, TokenStore
from bimmerhub.errors import BimmerhubError, BmwRefused, ConfigError
from bimmerhub.hub.accounts.password_access import PasswordFamily, PasswordWish, sign_in_once
from bimmerhub.hub.accounts.sign_in_details import SignInDetails, chosen_ca_file, to_url
from bimmerhub.hub.accounts.sign_in_places import SignInPlace
from bimmerhub.hub.feeds.families.family_client import FamilyClient
from bimmerhub.hub.feeds.families.iremote_client import IRemoteClient

_HUBS: Final[Mapping[str, str]] = {
    Region.REST_OF_WORLD: "HUB_ECE",
    Region.NORTH_AMERICA: "HUB_US",
    Region.CHINA: "HUB_CN",
}
"""By region, the word that its cars carry (stored answers, 9 cars)."""


class IRemoteFamily(PasswordFamily):
    """Signs in to i Remote, and opens it.

    `default_host` is asked where an account names no host, None for the region's; `ca_file` is what it trusts alone.
    """

    def __init__(
        self,
        *,
        default_host: str | None,
        ca_file: Path | None,
        session: Session,
        clock: Clock,
        keep_from_bmw: Callable[[Endpoints], None],
    ) -> None:
        self._default_host = default_host
        self._ca_file = ca_file
        self._session = session
        self._clock = clock
        self._keep_from_bmw = keep_from_bmw

    @override
    def place(self, details: SignInDetails) -> SignInPlace:
        endpoints = self._endpoints(details)
        return SignInPlace(
            api_url=endpoints.api_url,
            auth_url=endpoints.auth_url,
            is_bmws=endpoints.are_bmws,
            region=details.region,
            ca_file=None if endpoints.ca_file is None else str(endpoints.ca_file),
        )

    @override
    async def sign_in(self, details: SignInDetails, wish: PasswordWish) -> TokenSet:
        door = SignIn(endpoints=self._endpoints(details), session=self._session)
        return await sign_in_once(door, details, wish, clock=self._clock)

    @override
    async def check(self, details: SignInDetails) -> None:
        if details.country is not None:
            raise ConfigError("i Remote knows regions, not countries", hint="Leave the country out: --region row|na|cn")
        SignIn(endpoints=self._endpoints(details), session=self._session).check()

    @override
    async def check_region(self, details: SignInDetails, tokens: TokenStore) -> None:
        if (
            details.region is None or self._endpoints(details).are_bmws
        ):  # BMW's hosts know the users of their region only
            return
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
        return IRemote(tokens=tokens, endpoints=endpoints, session=self._session, clock=self._clock, retries=0)

    def _endpoints(self, details: SignInDetails) -> Endpoints:
        key = None
        if details.client_key is not None:
            key = AppKey(key=details.client_key, secret=details.client_secret or "")
        endpoints = Endpoints(
            region=Region(details.region or Region.REST_OF_WORLD),
            api_url=to_url(details.host or self._default_host),
            auth_url=to_url(details.sign_in_host or details.host or self._default_host),
            grant="implicit" if details.grant == "implicit" else "password",
            app=App(key=key, client_id=details.client_id, redirect_uri=details.redirect_uri),
            ca_file=chosen_ca_file(details, self._ca_file),
        )
        self._keep_from_bmw(endpoints)
        return endpoints
