"""The two HTTP endpoints of the identity service."""

from collections.abc import Callable, Mapping
from http import HTTPStatus

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from bimmerhub.emulator.faults.switches import Faults
from bimmerhub.emulator.host.clock import EmulatorClock
from bimmerhub.emulator.host.gateway import bad_gateway
from bimmerhub.emulator.sign_in.by_password.password_endpoints import PasswordEndpoints
from bimmerhub.emulator.sign_in.identity import Identity
from bimmerhub.emulator.sign_in.oauth_refusals import OauthDenial, SignInRefusal
from bimmerhub.emulator.sign_in.odd_answers import make_odd

LINK_PATH = "/oneid/link"
DEVICE_CODE_PATH = "/gcdm/oauth/device/code"
TOKEN_PATH = "/gcdm/oauth/token"  # noqa: S105 - a path, no token
_FORM = "application/x-www-form-urlencoded"
_NO_STORE = {"Cache-Control": "no-store"}


class OauthEndpoints:
    """`/gcdm/oauth/device/code` and `/gcdm/oauth/token` (BMW swagger).

    Older programs ask for tokens at the same path: `passwords` answers them.
    """

    def __init__(
        self, identity: Identity, *, clock: EmulatorClock, faults: Faults, passwords: PasswordEndpoints
    ) -> None:
        self._identity = identity
        self._clock = clock
        self._faults = faults
        self._passwords = passwords

    def routes(self) -> list[Route]:
        """Return the routes of both endpoints."""
        return [
            Route(DEVICE_CODE_PATH, self._device_code, methods=["POST"]),
            Route(TOKEN_PATH, self._token, methods=["POST"]),
        ]

    async def _device_code(self, request: Request) -> Response:
        link_url = str(request.base_url).rstrip("/") + LINK_PATH
        return await self._answer(request, lambda form: self._identity.start_device_flow(form, link_url=link_url))

    async def _token(self, request: Request) -> Response:
        if await self._passwords.wants(request):
            return await self._passwords.gcdm_token(request)
        answer = await self._answer(request, self._grant_tokens)
        if answer.status_code == HTTPStatus.OK and self._faults.take("token-answer-lost"):
            return bad_gateway()
        late_s = self._faults.value("token-answer-late") if answer.status_code == HTTPStatus.OK else None
        if late_s is not None and self._faults.take("token-answer-late"):
            await self._clock.sleep_until(self._clock.now_ms() + round(late_s * 1000))
        return answer

    def _grant_tokens(self, form: Mapping[str, str]) -> Mapping[str, object]:
        return make_odd(self._identity.grant_tokens(form), self._faults)

    async def _answer(self, request: Request, answer: Callable[[Mapping[str, str]], Mapping[str, object]]) -> Response:
        if self._faults.take("sign-in-500"):
            return Response(status_code=500)
        if self._faults.take("sign-in-not-json"):
            return bad_gateway()
        try:
            return JSONResponse(answer(await _read_form(request)), headers=_NO_STORE)
        except SignInRefusal as refusal:
            return JSONResponse(refusal.body(), status_code=refusal.status, headers=_NO_STORE)


async def _read_form(request: Request) -> dict[str, str]:
    """Return the form of a request; OauthDenial when it is no form, or names a field twice."""
    if request.headers.get("content-type", "").split(";")[0].strip().lower() != _FORM:
        raise OauthDenial(400, "invalid_request", f"The body is not {_FORM}.")
    fields = (await request.form()).multi_items()
    form = {name: value for name, value in fields if isinstance(value, str)}
    if len(form) != len(fields):
        raise OauthDenial(400, "invalid_request", "The request repeats a parameter.")
    return form
