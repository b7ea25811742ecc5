"""The two HTTP endpoints of the identity service."""

from collections.abc import Mapping

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from bimmerhub.emulator.faults import Faults
from bimmerhub.emulator.identity import Identity, OauthRefusal

LINK_PATH = "/oneid/link"
_FORM = "application/x-www-form-urlencoded"
_NO_STORE = {"Cache-Control": "no-store"}


class OauthEndpoints:
    """`/gcdm/oauth/device/code` and `/gcdm/oauth/token` (BMW swagger)."""

    def __init__(self, identity: Identity, *, faults: Faults) -> None:
        self._identity = identity
        self._faults = faults

    def routes(self) -> list[Route]:
        """Return the routes of both endpoints."""
        return [
            Route("/gcdm/oauth/device/code", self._device_code, methods=["POST"]),
            Route("/gcdm/oauth/token", self._token, methods=["POST"]),
        ]

    async def _device_code(self, request: Request) -> Response:
        link_url = str(request.base_url).rstrip("/") + LINK_PATH
        try:
            return _answer(self._identity.start_device_flow(await _read_form(request), link_url=link_url))
        except OauthRefusal as refusal:
            return _refuse(refusal)

    async def _token(self, request: Request) -> Response:
        try:
            return _answer(self._identity.grant_tokens(await _read_form(request)))
        except OauthRefusal as refusal:
            return _refuse(refusal)


async def _read_form(request: Request) -> dict[str, str]:
    """Return the form of a request; OauthRefusal when it is no form, or names a field twice."""
    if request.headers.get("content-type", "").split(";")[0].strip().lower() != _FORM:
        raise OauthRefusal(400, "invalid_request", f"The body is not {_FORM}.")
    fields = (await request.form()).multi_items()
    form = {name: value for name, value in fields if isinstance(value, str)}
    if len(form) != len(fields):
        raise OauthRefusal(400, "invalid_request", "The request repeats a parameter.")
    return form


def _answer(content: Mapping[str, object]) -> Response:
    return JSONResponse(content, headers=_NO_STORE)


def _refuse(refusal: OauthRefusal) -> Response:
    content = {"error": refusal.error, "error_description": str(refusal)}
    return JSONResponse(content, status_code=refusal.status, headers=_NO_STORE)
