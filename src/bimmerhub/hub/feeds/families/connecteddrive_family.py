"""How the hub signs accounts in to the ConnectedDrive portal, and where it finds it."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

from typing_extensions import override

from bimmerhub.bmw.clock import Clock
from bimmerhub.bmw.connecteddrive.auth import SignIn
from bimmerhub.bmw.connecteddrive.client import ConnectedDrive
from bimmerhub.bmw.connecteddrive.endpoints import PORTALS, App, Endpoints, Region
from bimmerhub.bmw.http import Session
from bimmerhub.bmw.password_tokens import PasswordSignIn
from bimmerhub.bmw.servers import split_url
from bimmerhub.bmw.tokens import TokenStore
from bimmerhub.errors import ConfigError
from bimmerhub.hub.accounts.password_access import PasswordFamily
from bimmerhub.hub.accounts.sign_in_details import SignInDetails, to_url
from bimmerhub.hub.feeds.families.connecteddrive_client import ConnectedDriveClient
from bimmerhub.hub.feeds.families.family_client import FamilyClient


class ConnectedDriveFamily(PasswordFamily):
    """Signs in to the ConnectedDrive portal, and opens it.

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
    def door(self, details: SignInDetails) -> PasswordSignIn:
        return SignIn(endpoints=self._endpoints(details), session=self._session)

    @override
    @asynccontextmanager
    async def open(self, details: SignInDetails, tokens: TokenStore) -> AsyncIterator[FamilyClient]:
        endpoints = self._endpoints(details)
        # without retries: who asks comes back later, and one retry layer is enough
        async with ConnectedDrive(
            tokens=tokens, endpoints=endpoints, session=self._session, clock=self._clock, retries=0
        ) as portal:
            yield ConnectedDriveClient(portal)

    def _endpoints(self, details: SignInDetails) -> Endpoints:
        if details.region not in {None, *Region}:
            raise ConfigError(f"the portal has no region {details.region!r}", hint="It has row and na")
        host = to_url(details.host or self._default_host)
        endpoints = Endpoints(
            region=Region(details.region or Region.REST_OF_WORLD),
            api_url=host,
            auth_url=to_url(details.sign_in_host) or _sign_in_url(host),
            countries_url=host,
            app=App(client_id=details.client_id, redirect_uri=details.redirect_uri),
            ca_file=self._ca_file,
        )
        self._keep_from_bmw(endpoints)
        return endpoints


def _sign_in_url(url: str) -> str:
    """Return where an account of the portal at `url` signs in, "" for where BMW's region does.

    BMW's own portals leave it to another host; of any other it is the same, so that no password goes to BMW.
    """
    if not url:
        return ""
    server, host = split_url(url)
    return "" if host.startswith(PORTALS) else server
