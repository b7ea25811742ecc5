"""How the hub signs accounts in to the ConnectedDrive portal, and where it finds it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace

from typing_extensions import override

from bimmerhub.bmw.connecteddrive.auth import SignIn
from bimmerhub.bmw.connecteddrive.client import ConnectedDrive
from bimmerhub.bmw.connecteddrive.countries import choose_country
from bimmerhub.bmw.connecteddrive.endpoints import App, Endpoints, Region, is_portal_host
from bimmerhub.bmw.servers import split_url
from bimmerhub.bmw.tokens.token_set import TokenSet, TokenStore
from bimmerhub.errors import ConfigError
from bimmerhub.hub.accounts.password_access import NoTokens, PasswordFamily, PasswordWish, sign_in_once
from bimmerhub.hub.accounts.sign_in_details import SignInDetails, to_url
from bimmerhub.hub.accounts.sign_in_places import SignInPlace, place_of
from bimmerhub.hub.feeds.families.connecteddrive_client import ConnectedDriveClient
from bimmerhub.hub.feeds.families.family_client import FamilyClient
from bimmerhub.hub.feeds.families.family_reach import FamilyReach


class ConnectedDriveFamily(PasswordFamily):
    """Signs in to the ConnectedDrive portal, and opens it."""

    def __init__(self, reach: FamilyReach) -> None:
        self._reach = reach

    @override
    def place(self, details: SignInDetails) -> SignInPlace:
        endpoints = self._endpoints(details)
        return replace(
            place_of(endpoints, region=details.region),
            api_url=endpoints.api_url or endpoints.countries_url,
            auth_url=endpoints.auth_url + endpoints.token_path,
            country=details.country,
        )

    @override
    async def sign_in(self, details: SignInDetails, wish: PasswordWish) -> TokenSet:
        door = SignIn(endpoints=self._endpoints(details), session=self._reach.session)
        return await sign_in_once(door, details, wish, clock=self._reach.clock)

    @override
    async def check(self, details: SignInDetails) -> None:
        endpoints = self._endpoints(details)
        SignIn(endpoints=endpoints, session=self._reach.session).check()
        if endpoints.country:
            async with self._connect(endpoints, NoTokens()) as portal:
                choose_country(await portal.fetch_countries(), endpoints.country, countries_url=endpoints.countries_url)

    @override
    async def check_region(self, details: SignInDetails, tokens: TokenStore) -> None:
        """Do nothing: the portal's cars do not say which region they are of (`_endpoints` refuses a pointless one)."""

    @override
    @asynccontextmanager
    async def open(self, details: SignInDetails, tokens: TokenStore) -> AsyncIterator[FamilyClient]:
        async with self._connect(self._endpoints(details), tokens) as portal:
            yield ConnectedDriveClient(portal)

    def _connect(self, endpoints: Endpoints, tokens: TokenStore) -> ConnectedDrive:
        # without retries: who asks comes back later, and one retry layer is enough
        return ConnectedDrive(
            tokens=tokens, endpoints=endpoints, session=self._reach.session, clock=self._reach.clock, retries=0
        )

    def _endpoints(self, details: SignInDetails) -> Endpoints:
        if details.region not in {None, *Region}:
            raise ConfigError(f"the portal has no region {details.region!r}", hint="It has row and na")
        host = self._reach.url_of(details)
        auth_url = to_url(details.sign_in_host) or _sign_in_url(host)
        if details.region not in {None, Region.REST_OF_WORLD} and auth_url and details.sign_in_host is None:
            raise ConfigError(
                f"the region {details.region} is a sign-in of BMW's own, and {auth_url} is asked instead",
                hint="Leave the region out: there is one sign-in there.",
            )
        country = (details.country or "").strip()
        endpoints = Endpoints(
            region=Region(details.region or Region.REST_OF_WORLD),
            country=country,
            api_url="" if country else host,
            auth_url=auth_url,
            countries_url=host,
            app=App(client_id=details.client_id, redirect_uri=details.redirect_uri),
            ca_file=self._reach.ca_file_of(details),
        )
        self._reach.keep_from_bmw(endpoints)
        return endpoints


def _sign_in_url(url: str) -> str:
    """Return where an account of the portal at `url` signs in, "" for where BMW's region does.

    BMW's own portals leave it to another host; of any other it is the same, so that no password goes to BMW.
    """
    if not url:
        return ""
    server, host = split_url(url)
    return "" if is_portal_host(host) else server
