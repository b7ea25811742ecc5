"""The sign-in of the MyBMW app in China: "COACS", with one envelope around all answers."""

from collections.abc import Callable, Mapping

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from bimmerhub.emulator.faults.switches import Faults
from bimmerhub.emulator.host.json_bodies import read_json
from bimmerhub.emulator.mybmw.access.app_agents import read_agent
from bimmerhub.emulator.mybmw.access.app_routing import echoing
from bimmerhub.emulator.remote.refusals import RemoteRefusal
from bimmerhub.emulator.sign_in.by_password.app_sign_in import CAPTCHA_FROM_YEAR
from bimmerhub.emulator.sign_in.by_password.password_endpoints import read_parameters
from bimmerhub.emulator.sign_in.china.phone_sign_in import PhoneSignIn
from bimmerhub.emulator.sign_in.oauth_refusals import SignInRefusal

COAS = "/eadrax-coas"
NONCE_HEADER = "x-login-nonce"
KEY_S = "3600"
_FAILED = "系统异常，请稍后再试！"
_ERROR_CODE = 699_121
Answer = Callable[[Mapping[str, str]], Mapping[str, object] | None]


class ChinaEndpoints:
    """Public key, captcha, sign-in and renewal. Any nonce will do: how BMW checks it is not known."""

    def __init__(self, sign_in: PhoneSignIn, *, faults: Faults) -> None:
        self._sign_in = sign_in
        self._faults = faults

    def routes(self) -> list[Route]:
        """Return the routes of all versions; captchas of 2026 have other names."""
        steps: dict[str, Answer] = {
            "v2/cop/slider-captcha": self._slider,
            "v2/cop/create-captcha": self._slider,
            "v1/cop/check-captcha": self._check,
            "v2/cop/verify-captcha": self._check,
            "v1/cop/message": self._message,
        }
        sign_ins: dict[str, Answer] = {
            "v1/login/pwd": self._by_password,
            "v2/login/pwd": self._by_password,
            "v2/login/sms": self._by_message,
        }
        return [
            self._route("v1/cop/publickey", "GET", self._public_key),
            *(self._route(path, "POST", answer) for path, answer in steps.items()),
            *(self._route(path, "POST", answer, has_nonce=True) for path, answer in sign_ins.items()),
            *(self._route(f"{version}/oauth/token", "POST", self._renew, has_nonce=True) for version in ("v1", "v2")),
        ]

    def _route(self, path: str, method: str, answer: Answer, *, has_nonce: bool = False) -> Route:
        async def endpoint(request: Request) -> Response:
            try:
                read_agent(request, year=self._faults.value("era"))
            except RemoteRefusal as refusal:
                return refusal.answer()
            if self._faults.take("sign-in-500"):
                return Response(status_code=500)
            if has_nonce and not request.headers.get(NONCE_HEADER):
                return _refused()
            return await _answer(request, answer)

        return echoing(Route(f"{COAS}/{path}", endpoint, methods=[method]))

    def _public_key(self, _form: Mapping[str, str]) -> Mapping[str, object]:
        return {"value": self._sign_in.public_key(), "expires": KEY_S}

    def _slider(self, form: Mapping[str, str]) -> Mapping[str, object]:
        return self._sign_in.sliders.make(form["mobile"])

    def _check(self, form: Mapping[str, str]) -> None:
        if not self._sign_in.sliders.solve(form["verifyId"], form["position"]):
            raise KeyError("position")

    def _message(self, form: Mapping[str, str]) -> Mapping[str, object]:
        return {"otpID": self._sign_in.send_message(form["mobile"], form["verifyId"])}

    def _by_password(self, form: Mapping[str, str]) -> Mapping[str, object]:
        verify_id = form.get("verifyId", "" if self._wants_captcha() else None)
        return self._sign_in.by_password(form["mobile"], form["password"], verify_id)

    def _wants_captcha(self) -> bool:
        """Tell whether a captcha has to be there; programs of 2023 knew none (when that changed is inferred)."""
        year = self._faults.value("era") or 0
        return year >= CAPTCHA_FROM_YEAR or self._faults.take("captcha-wanted")

    def _by_message(self, form: Mapping[str, str]) -> Mapping[str, object]:
        return self._sign_in.by_message(form["mobile"], form["otpId"], form["otpMsg"])

    def _renew(self, form: Mapping[str, str]) -> Mapping[str, object]:
        return self._sign_in.renew(form["refresh_token"])


async def _answer(request: Request, answer: Answer) -> Response:
    """Return what a step answers to the fields of a request; anything wrong is refused in the same way."""
    try:
        data = answer(await _read_fields(request))
    except (KeyError, ValueError, SignInRefusal):
        return _refused()
    envelope = {"data": data, "code": 200, "error": False, "description": "ok"}
    is_renewal = request.url.path.endswith("/oauth/token")
    # Some clients read renewed tokens out of the envelope, some beside it: which is right nobody has shown.
    return JSONResponse({**(data or {}), **envelope} if is_renewal else envelope)


async def _read_fields(request: Request) -> Mapping[str, str]:
    """Return the fields of a JSON body, or of a form."""
    body = await request.body()
    if not body.lstrip().startswith(b"{"):
        return await read_parameters(request)
    fields = read_json(body, dict[str, object])
    return {name: str(value) for name, value in fields.items()}


def _refused() -> Response:
    """Return the refusal of every step."""
    body = {"data": None, "code": _ERROR_CODE, "error": True, "msgType": "toast", "description": _FAILED}
    return JSONResponse(body, status_code=422)
