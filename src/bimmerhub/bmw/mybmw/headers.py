"""The headers that the MyBMW app sends with every request, beside those of a single operation.

BMW's quota and blocks go by x-user-agent. Correlation ids are fresh with each request.
Sources: the public HTTP collection of 2023, clients 2021-2025. Texts come in the language of `accept-language`; that
the state (version 4) is metric whatever the units' header says is inferred.
"""

from typing import Final
from uuid import uuid4

from bimmerhub.bmw.mybmw.endpoints import BrandApp, Endpoints
from bimmerhub.bmw.tokens.token_set import TokenSet

UNITS: Final = "d=KM;v=L;p=B;ec=KWH100KM;fc=L100KM;em=GKM;"
BRAND_HEADER: Final = "x-user-agent"


def app_headers(endpoints: Endpoints, tokens: TokenSet | None) -> dict[str, str]:
    """Return the headers of one request, with the token when there is one; ConfigError without version and build."""
    correlation_id = str(uuid4())
    headers = {
        "accept": "application/json",
        "accept-language": endpoints.language,
        "x-raw-locale": endpoints.language,
        BRAND_HEADER: endpoints.app_name(),
        "x-identity-provider": "gcdm",
        "x-correlation-id": correlation_id,
        "bmw-correlation-id": correlation_id,
        "bmw-session-id": endpoints.app.session_id,
        "bmw-units-preferences": UNITS,
        "24-hour-format": "true",
        **sign_in_headers(endpoints),
    }
    if tokens is not None:
        headers["authorization"] = f"Bearer {tokens.access_token}"
    return headers


def sign_in_headers(endpoints: Endpoints) -> dict[str, str]:
    """Return what the app tells of itself at the sign-in's own server."""
    headers = {BRAND_HEADER: endpoints.app_name()}
    if endpoints.app.user_agent is not None:
        headers["user-agent"] = endpoints.app.user_agent
    return headers


def brand_header(endpoints: Endpoints, brand: BrandApp | None) -> dict[str, str]:
    """Return the header that asks as the app of another brand; none for None."""
    return {} if brand is None else {BRAND_HEADER: endpoints.app_name(brand)}
