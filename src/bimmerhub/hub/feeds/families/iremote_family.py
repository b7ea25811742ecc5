"""How the hub signs accounts in to i Remote, and where it finds it."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

from typing_extensions import override

from bimmerhub.bmw.clock import Clock
from bimmerhub.bmw.gcdm.by_password import AppKey
from bimmerhub.bmw.http import Session
from bimmerhub.bmw.iremote.auth import SignIn
from bimmerhub.bmw.iremote.client import IRemote
from bimmerhub.bmw.iremote.endpoints import App, Endpoints, Region
from bimmerhub.bmw.password_tokens import PasswordSignIn
from bimmerhub.bmw.tokens import TokenStore
from bimmerhub.hub.accounts.password_access import PasswordFamily
from bimmerhub.hub.accounts.sign_in_details import SignInDetails, to_url
from bimmerhub.hub.feeds.families.family_client import FamilyClient
from bimmerhub.hub.feeds.families.iremote_client import IRemoteClient


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
    def door(self, details: SignInDetails) -> PasswordSignIn:
        return SignIn(endpoints=self._endpoints(details), session=self._session)

    @override
    @asynccontextmanager
    async def open(self, details: SignInDetails, tokens: TokenStore) -> AsyncIterator[FamilyClient]:
        endpoints = self._endpoints(details)
        # without retries: who asks comes back later, and one retry layer is enough
        async with IRemote(
            tokens=tokens, endpoints=endpoints, session=self._session, clock=self._clock, retries=0
        ) as iremote:
            yield IRemoteClient(iremote)

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
            ca_file=self._ca_file,
        )
        self._keep_from_bmw(endpoints)
        return endpoints
