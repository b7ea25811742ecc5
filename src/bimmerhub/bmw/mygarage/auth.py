"""Signing in to My Garage as its page does: the implicit grant, at login.bmwusa.com.

Whoever has signed in as the MyBMW app need not do so again: the account and its tokens are the same (the public
collection of 2023 says so). Today the page also shows a captcha, and may refuse a sign-in without it (not known).
Source: public notes of 2021.
"""

from typing import Final

from typing_extensions import override

from bimmerhub.bmw.gcdm.by_password import BmwLogin, ImplicitGrant, request_implicit
from bimmerhub.bmw.gcdm.token_endpoint import OauthRefusal
from bimmerhub.bmw.http import Session
from bimmerhub.bmw.mygarage.endpoints import AUTHENTICATE_PATH, SCOPES, Endpoints
from bimmerhub.bmw.tokens.oauth_answers import TokenAnswer
from bimmerhub.bmw.tokens.password_tokens import PasswordSignIn
from bimmerhub.errors import ConfigError

_NO_CLIENT: Final = "the site's client id is needed to sign in as it"


class SignIn(PasswordSignIn):
    """My Garage's sign-in; its tokens cannot be renewed without the password."""

    def __init__(self, *, endpoints: Endpoints, session: Session) -> None:
        self._endpoints = endpoints
        self._session = session

    @override
    async def sign_in(self, login: BmwLogin) -> TokenAnswer | OauthRefusal:
        app = self._endpoints.app
        if app.client_id is None:
            raise ConfigError(
                _NO_CLIENT,
                hint="It is your setting, and BMW's is not shipped: look for client_id in the address of the site's "
                "sign-in page. For the emulator any will do.",
            )
        grant = ImplicitGrant(
            path=AUTHENTICATE_PATH,
            scopes=SCOPES,
            client_id=app.client_id,
            redirect_uri=self._endpoints.redirect_uri,
            user_agent=app.user_agent,
        )
        return await request_implicit(self._session, self._endpoints, grant, login)

    @override
    async def refresh(self, refresh_token: str) -> TokenAnswer | OauthRefusal | None:
        return None
