"""Where the public key of the id tokens is: OpenID Connect's discovery document and the key set it names.

BMW publishes neither. The paths are those that its identity server, ForgeRock AM, usually has below `/am/oauth2`
(inferred; no client has been seen to read them).
"""

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from bimmerhub.emulator.sign_in.id_token import IdTokenSigner
from bimmerhub.emulator.sign_in.oauth import DEVICE_CODE_PATH, TOKEN_PATH
from bimmerhub.emulator.sign_in.scopes import API_SCOPE, STREAM_SCOPE

DISCOVERY_PATH = "/am/oauth2/.well-known/openid-configuration"
KEYS_PATH = "/am/oauth2/connect/jwk_uri"


class OpenidEndpoints:
    """The discovery document and the key set; anyone may read them."""

    def __init__(self, signer: IdTokenSigner) -> None:
        self._signer = signer

    def routes(self) -> list[Route]:
        """Return the routes of both documents."""
        return [
            Route(DISCOVERY_PATH, self._discovery, methods=["GET"]),
            Route(KEYS_PATH, self._keys, methods=["GET"]),
        ]

    async def _discovery(self, request: Request) -> Response:
        base_url = str(request.base_url).rstrip("/")
        return JSONResponse(
            {
                "issuer": self._signer.issuer,  # what the tokens say, whatever address the emulator has
                "device_authorization_endpoint": base_url + DEVICE_CODE_PATH,
                "token_endpoint": base_url + TOKEN_PATH,
                "jwks_uri": base_url + KEYS_PATH,
                "scopes_supported": ["authenticate_user", "openid", API_SCOPE, STREAM_SCOPE],
                "response_types_supported": ["device_code"],
                "grant_types_supported": ["urn:ietf:params:oauth:grant-type:device_code", "refresh_token"],
                "subject_types_supported": ["public"],
                "id_token_signing_alg_values_supported": ["RS256"],
                "code_challenge_methods_supported": ["S256"],
                "token_endpoint_auth_methods_supported": ["none"],
            }
        )

    async def _keys(self, _request: Request) -> Response:
        return JSONResponse({"keys": [self._signer.public_jwk()]})
