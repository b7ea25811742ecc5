"""Signing in to the ConnectedDrive portal with name and password, and taking over an old program's variables.

BMW redirects the page with a token in the fragment of the address; there is no refresh token, so the end of a token
means to sign in again. Source: clients of the portal, 2015-2021 (`gcdm.by_password` has what is sent and answered).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from typing_extensions import override

from bimmerhub.bmw.connecteddrive.endpoints import DISPATCH_URL, Endpoints
from bimmerhub.bmw.gcdm.by_password import BmwLogin, ImplicitGrant, request_implicit
from bimmerhub.bmw.gcdm.token_endpoint import OauthRefusal
from bimmerhub.bmw.http import Session
from bimmerhub.bmw.oauth_answers import TokenAnswer
from bimmerhub.bmw.password_tokens import PasswordSignIn
from bimmerhub.errors import ConfigError
from bimmerhub.ids import Vin, parse_vin


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
                "the client id of the portal's page is needed to sign in as it",
                hint="It is your setting, and BMW's is not shipped: look for AUTH_CLIENT_ID in the .env file of your "
                "old program. For the emulator any will do.",
            )
        return ImplicitGrant(
            path=self._endpoints.token_path,
            scopes=self._endpoints.scopes,
            client_id=app.client_id,
            redirect_uri=app.redirect_uri or DISPATCH_URL,
            locale=self._endpoints.locale,
            user_agent=app.user_agent,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class OldVariables:
    """What the variables of the old charge logger name; None for what is not among them."""

    login: BmwLogin | None
    vin: Vin | None
    endpoints: Endpoints


def read_variables(variables: Mapping[str, str], *, ca_file: Path | None = None) -> OldVariables:
    """Return what the variables of the old charge logger name, those of `Endpoints.from_variables` besides.

    USERNAME, PASSWORD, VEHICLE_IDENTIFICATION_NUMBER. ConfigError for what is no address or no VIN.
    """
    username, password = variables.get("USERNAME", ""), variables.get("PASSWORD", "")
    vin = variables.get("VEHICLE_IDENTIFICATION_NUMBER", "").strip()
    return OldVariables(
        login=BmwLogin(username=username, password=password) if username and password else None,
        vin=_read_vin(vin) if vin else None,
        endpoints=Endpoints.from_variables(variables, ca_file=ca_file),
    )


def _read_vin(text: str) -> Vin:
    try:
        return parse_vin(text)
    except ValueError as error:
        raise ConfigError(
            "VEHICLE_IDENTIFICATION_NUMBER is no VIN", hint="It has 17 letters and digits; see the registration."
        ) from error
