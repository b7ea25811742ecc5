"""`GET /eadrax-ucs/v1/presentation/oauth/config`: what an app needs to know to sign in ("OAuth Config")."""

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from bimmerhub.emulator.faults.switches import Faults
from bimmerhub.emulator.host.regions import UserRegion
from bimmerhub.emulator.mybmw.access.app_admission import AgentMeter
from bimmerhub.emulator.mybmw.access.app_agents import AppBrand, read_agent
from bimmerhub.emulator.mybmw.access.app_refusals import no_subscription_key, not_found, wrong_subscription_key
from bimmerhub.emulator.mybmw.access.app_regions import app_region_of, sign_in_url
from bimmerhub.emulator.mybmw.access.app_routing import echoing
from bimmerhub.emulator.remote.refusals import RemoteRefusal
from bimmerhub.emulator.sign_in.by_password.password_endpoints import GCDM_TOKEN_PATHS
from bimmerhub.emulator.sign_in.by_password.settings import PasswordSettings

CONFIG_PATH = "/eadrax-ucs/v1/presentation/oauth/config"
KEY_HEADER = "ocp-apim-subscription-key"
CONFIG_FROM_YEAR = 2022
SCOPES = (
    *("openid", "profile", "email", "offline_access", "smacc", "vehicle_data", "perseus", "dlm", "svds", "cesim"),
    *("vsapi", "remote_services", "fupo", "authenticate_user"),
)
_RETURN_URLS = {AppBrand.MINI: "com.mini.connected://oauth"}


class OauthConfigEndpoint:
    """The configuration of the sign-in; the apps of 2021 had it written in."""

    def __init__(self, settings: PasswordSettings, *, faults: Faults, meter: AgentMeter) -> None:
        self._settings = settings
        self._faults = faults
        self._meter = meter

    def routes(self) -> list[Route]:
        """Return the route."""
        return [echoing(Route(CONFIG_PATH, self._config, methods=["GET"]))]

    async def _config(self, request: Request) -> Response:
        try:
            return JSONResponse(self._describe(request))
        except RemoteRefusal as refusal:
            return refusal.answer()

    def _describe(self, request: Request) -> dict[str, object]:
        year = self._faults.value("era")
        if year is not None and year < CONFIG_FROM_YEAR:
            raise not_found()
        self._check_key(request.headers.get(KEY_HEADER, ""))
        agent = read_agent(request, year=year)
        self._meter.count(agent)
        region = app_region_of(request, agent)
        sign_in = sign_in_url(request, region)
        return {
            "clientName": "mybmwapp",
            "clientId": self._settings.client_id,
            "clientSecret": self._settings.client_secret,
            "gcdmBaseUrl": sign_in,
            "returnUrl": _RETURN_URLS.get(agent.brand, "com.bmw.connected://oauth"),
            "brand": agent.brand.value,
            "language": "en",
            "country": "US" if region is UserRegion.NA else "DE",
            "authorizationEndpoint": f"{sign_in}/oneid/login",
            "tokenEndpoint": sign_in + GCDM_TOKEN_PATHS[0],
            "scopes": list(SCOPES),
            "promptValues": ["login"],
        }

    def _check_key(self, key: str) -> None:
        if not key:
            raise no_subscription_key()
        if key != self._settings.subscription_key and self._faults.take("unknown-keys-refused"):
            raise wrong_subscription_key()
