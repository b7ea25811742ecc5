"""The refusals of the older services."""

from collections.abc import Mapping

from starlette.responses import HTMLResponse, JSONResponse, PlainTextResponse, Response

from bimmerhub.errors import BimmerhubError

_GONE_PAGE = (
    "<!DOCTYPE html><html><head><title>Payara Server - Error report</title></head>"
    "<body><h1>HTTP Status 410 - Gone</h1></body></html>"
)


class RemoteRefusal(BimmerhubError):
    """An answer of `status` with a JSON body (None: an empty one)."""

    def __init__(self, status: int, body: Mapping[str, object] | None = None) -> None:
        super().__init__(f"refused with {status}")
        self.status = status
        self.body = body

    def answer(self, *, status: int | None = None) -> Response:
        """Return the answer, with another status if one is given."""
        if self.body is None:
            return Response(status_code=self.status)
        return JSONResponse(self.body, status_code=status or self.status)


def invalid_token() -> RemoteRefusal:
    """Return the answer to a missing, expired or foreign token."""
    words = "The access token provided is expired, revoked, malformed, or invalid for other reasons."
    return RemoteRefusal(401, {"error": "invalid_token", "error_description": words})


def util_error(code: str, words: str, *, status: int = 500) -> RemoteRefusal:
    """Return an error of the i Remote API: an object with code and description, in which the real code stands."""
    return RemoteRefusal(status, {"error": {"code": status, "description": f"(SmartPhoneUtil-{code}) {words}"}})


def not_found() -> RemoteRefusal:
    """Return the answer about a car that the account does not have."""
    return util_error("A-2012", "Resource not found. No status is available for the given VIN.", status=404)


def bad_request(words: str) -> RemoteRefusal:
    """Return the answer to something malformed (inferred)."""
    return RemoteRefusal(400, {"error": "bad_request", "error_description": words})


def gone() -> Response:
    """Return the answer of a service that BMW has switched off: a page of its server (seen since 2021-11-10)."""
    return HTMLResponse(_GONE_PAGE, status_code=410)


def server_error() -> Response:
    """Return the answer of a service that fails: a text, no JSON."""
    return PlainTextResponse("INTERNAL SERVER ERROR", status_code=500)
