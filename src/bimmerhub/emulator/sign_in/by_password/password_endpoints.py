"""The HTTP endpoints of the sign-in by password, under every name that older programs know.

Parameters are read from the query and from the body, whatever its Content-Type says: programs of then sent both kinds,
and misspelt the type.
"""

import time
import uuid
from collections.abc import Callable, Mapping
from html import escape
from urllib.parse import parse_qsl

from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import Route

from bimmerhub.emulator.faults.switches import Faults
from bimmerhub.emulator.host.gateway import bad_gateway, rate_limited
from bimmerhub.emulator.host.regions import UserRegion, region_of
from bimmerhub.emulator.sign_in.by_password.app_sign_in import Form
from bimmerhub.emulator.sign_in.by_password.denials import invalid_request, login_failed, wrong_password
from bimmerhub.emulator.sign_in.by_password.password_sign_in import SignInByPassword
from bimmerhub.emulator.sign_in.oauth_refusals import SignInRefusal

WEBAPI_TOKEN_PATH = "/webapi/oauth/token"  # noqa: S105 - a path, no token
GCDM_TOKEN_PATHS = ("/gcdm/oauth/token", "/gcdm/usa/oauth/token")
AUTHENTICATE_PATHS = ("/gcdm/oauth/authenticate", "/gcdm/usa/oauth/authenticate")
_GRANTS = frozenset({"password", "authorization_code"})
_GCDM_FROM_YEAR = 2019
_NO_STORE = {"Cache-Control": "no-store"}


class PasswordEndpoints:
    """Tokens by `/webapi/oauth/token/` and `/gcdm/oauth/token`, redirects and codes by `/gcdm/oauth/authenticate`.

    `is_elsewhere` tells whether a user is of another region than a host.
    """

    def __init__(
        self, sign_in: SignInByPassword, *, faults: Faults, is_elsewhere: Callable[[UserRegion | None, str], bool]
    ) -> None:
        self._sign_in = sign_in
        self._faults = faults
        self._is_elsewhere = is_elsewhere

    def routes(self) -> list[Route]:
        """Return the routes of all paths."""
        return [
            *(Route(WEBAPI_TOKEN_PATH + slash, self._webapi_token, methods=["POST"]) for slash in ("/", "")),
            *(Route(path, self.gcdm_token, methods=["POST"]) for path in GCDM_TOKEN_PATHS),
            *(Route(path, self._authenticate, methods=["POST"]) for path in AUTHENTICATE_PATHS),
        ]

    async def wants(self, request: Request) -> bool:
        """Tell whether a request for tokens at `/gcdm/oauth/token` is one of an older program."""
        form = await read_parameters(request)
        is_basic = request.headers.get("authorization", "").lower().startswith("basic ")
        return is_basic or ("client_id" not in form and form.get("grant_type") in _GRANTS)

    async def gcdm_token(self, request: Request) -> Response:
        """Answer a request for tokens at GCDM."""
        if (self._faults.value("era") or _GCDM_FROM_YEAR) < _GCDM_FROM_YEAR:
            return Response(status_code=404)
        return await self._tokens(request, token_s=self._sign_in.settings.gcdm_token_s)

    async def _webapi_token(self, request: Request) -> Response:
        if (self._faults.value("era") or 0) >= _GCDM_FROM_YEAR:
            return Response(status_code=404)
        return await self._tokens(request, token_s=self._sign_in.settings.webapi_token_s)

    async def _tokens(self, request: Request, *, token_s: int) -> Response:
        if (broken := await self._broken(request, refusal=400)) is not None:
            return broken
        try:
            form, authorization = await read_parameters(request), request.headers.get("authorization", "")
            answer = self._sign_in.grant_tokens(form, authorization, token_s=token_s)
        except SignInRefusal as refusal:
            return _refused(refusal)
        return JSONResponse(answer, headers=_NO_STORE)

    async def _authenticate(self, request: Request) -> Response:
        if (broken := await self._broken(request, refusal=401)) is not None:
            return broken
        try:
            form = await read_parameters(request)
            return self._answer_authenticate(form, captcha=request.headers.get("hcaptchatoken", ""))
        except SignInRefusal as refusal:
            return _refused(refusal)

    def _answer_authenticate(self, form: Form, *, captcha: str) -> Response:
        match form.get("response_type"):
            case "token":
                return _redirect(self._sign_in.redirect_with_token(form))
            case "code" if "authorization" in form:
                return _redirect(self._sign_in.apps.redirect_with_code(form))
            case "code":
                granted = self._sign_in.apps.authorize(form, captcha=captcha)
                cookie = f"GCDMSSO={granted.authorization}; Path=/; Secure; HttpOnly"
                headers = {**_NO_STORE, "Set-Cookie": cookie}
                return JSONResponse({"redirect_to": granted.redirect_to}, headers=headers)
            case _:
                raise invalid_request("Missing or unsupported parameter, 'response_type'")

    async def _broken(self, request: Request, *, refusal: int) -> Response | None:
        """Return the answer of a sign-in that does not work; `refusal` is the status for another region's user."""
        form = await read_parameters(request)
        if self._is_elsewhere(region_of(request.url.hostname or "", request.url.path), form.get("username", "")):
            is_app = form.get("response_type") == "code"
            return _refused(login_failed() if is_app else wrong_password(status=refusal))
        if self._faults.take("sign-in-500"):
            return Response(status_code=500)
        too_often_s = self._faults.take_value("sign-in-too-often")
        if too_often_s is not None:
            return rate_limited(too_often_s)
        return bad_gateway() if self._faults.take("sign-in-not-json") else None


async def read_parameters(request: Request) -> Mapping[str, str]:
    """Return the parameters of query and body; the body's go before."""
    body = (await request.body()).decode("utf-8", errors="replace")
    return {**request.query_params, **dict(parse_qsl(body, keep_blank_values=True))}


def _refused(refusal: SignInRefusal) -> Response:
    return JSONResponse(refusal.body(), status_code=refusal.status, headers=_NO_STORE)


def _redirect(location: str) -> Response:
    headers = {
        "Location": location,
        "X-c2b-request-id": str(uuid.uuid4()),
        "X-c2b-timestamp": str(time.time_ns() // 1_000_000),
        "X-CorrelationID": str(uuid.uuid4()),
        "X-NodeID": "emulator",
        "X-Powered-By": "JOY",
        "Via": "1.1 emulator (BMW Group API Gateway)",
        "Set-Cookie": "SMSESSION=emulator; Domain=customer.bmwgroup.com; Path=/; secure",
        **_NO_STORE,
    }
    page = f"<html><body><a href='{escape(location)}'>Found</a></body></html>"
    return HTMLResponse(page, status_code=302, headers=headers)
