"""Signing in to the ConnectedDrive portal with name and password.

BMW redirects the page with a token in the fragment of the address; there is no refresh token, so the end of a token
means to sign in again. Source: clients of the portal, 2015-2021 (`gcdm.by_password` has what is sent and answered).
"""

from typing_extensions import override

from bimmerhub.bmw.connecteddrive.endpoints import DISPATCH_URL, Endpoints
from bimmerhub.bmw.gcdm.by_password import BmwLogin, ImplicitGrant, request_implicit
from bimmerhub.bmw.gcdm.token_endpoint import OauthRefusal
from bimmerhub.bmw.http import Session
from bimmerhub.bmw.tokens.oauth_answers import TokenAnswer
from bimmerhub.bmw.tokens.password_tokens import PasswordSignIn
from bimmerhub.errors import ConfigError


class SignIn(PasswordSignIn):
    """The portal's sign-in, by the implicit grant."""

    def __init__(self, *, endpoints: Endpoints, session: Session) -> None:
        self._endpoints = endpoints
        self._session = session

    def check(self) -> None:
        """Raise ConfigError, saying where a user finds it, when a setting of theirs is missing."""
        self._grant()

    @override
    async def sign_in(self, login: BmwLogin) -> TokenAnswer | OauthRefusal:
        return await request_implicit(self._session, self._endpoints, self._grant(), login)

    @override
    async def refresh(self, refresh_token: str) -> TokenAnswer | OauthRefusal | None:
        return None

    def _grant(self) -> ImplicitGrant:
        app = self._endpoints.app
        if app.client_id is None:
            raise ConfigError(
                "the ConnectedDrive portal lets nobody sign in without the client id of its page",
                hint="Give it with --client-id ID. BMW's is not shipped: look for AUTH_CLIENT_ID in the .env file of "
                "your old program. For the emulator any will do.",
            )
        return ImplicitGrant(
            path=self._endpoints.token_path,
            scopes=self._endpoints.scopes,
            client_id=app.client_id,
            redirect_uri=app.redirect_uri or DISPATCH_URL,
            locale=self._endpoints.locale,
            user_agent=app.user_agent,
        )
