"""The scopes of CarData's services, and which services a sign-in was granted."""

from collections.abc import Mapping

from bimmerhub.bmw.tokens.token_set import TokenSet
from bimmerhub.domain.account.services import TITLES, CarDataService, how_to_add
from bimmerhub.errors import BmwRefused

API_SCOPE = "cardata:api:read"
STREAM_SCOPE = "cardata:streaming:read"
SERVICE_SCOPES: Mapping[str, CarDataService] = {API_SCOPE: CarDataService.API, STREAM_SCOPE: CarDataService.STREAM}
MISSING_SCOPE = "missing_scope"
"""Our own `code` in BmwRefused: a service is not switched on. BMW gives no reason."""


def granted_services(tokens: TokenSet) -> tuple[CarDataService, ...]:
    """Return the services that the tokens are good for; the stream needs an id token besides its scope.

    Scopes that are not told are those that were asked for (RFC 6749, section 5.1).
    """
    scopes = tokens.scopes or SERVICE_SCOPES.keys()
    return tuple(
        service
        for scope, service in SERVICE_SCOPES.items()
        if scope in scopes and (service is CarDataService.API or tokens.id_token is not None)
    )


def check_service(tokens: TokenSet, service: CarDataService) -> None:
    """Raise BmwRefused (MISSING_SCOPE) when the tokens are not good for the service; costs no call."""
    if service not in granted_services(tokens):
        raise BmwRefused(
            f"{TITLES[service]} is not switched on for this client", code=MISSING_SCOPE, hint=how_to_add(service)
        )
