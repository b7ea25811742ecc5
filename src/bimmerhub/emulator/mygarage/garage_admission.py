"""Whom My Garage lets in: `Authorization: gcid=..,token=..,vin=..` in any order of its parts, the token alone will do.

The third part tells which car is asked about. Whether a Referer is wanted differs by path and year, so it is a switch.
"""

from dataclasses import dataclass
from urllib.parse import urlsplit

from starlette.requests import Request

from bimmerhub.emulator.faults.switches import Faults
from bimmerhub.emulator.host.as_bmw import GARAGE_HOSTS
from bimmerhub.emulator.host.clock import EmulatorClock
from bimmerhub.emulator.host.listener import is_loopback
from bimmerhub.emulator.host.regions import region_of
from bimmerhub.emulator.remote.refusals import RemoteRefusal, invalid_token
from bimmerhub.emulator.sign_in.by_password.password_scopes import opens_services
from bimmerhub.emulator.sign_in.identity import Identity
from bimmerhub.ids import Gcid

_REFERER_FAULTS = {
    "/bin/api/forward": "referer-wanted-forward",
    "/bin/my-garage-services/": "referer-wanted-services",
    "/bin/mybmw/": "referer-wanted-mybmw",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class GarageCaller:
    """Who asks, and about which car; None: about no certain one."""

    gcid: Gcid
    vin: str | None


class GarageAdmission:
    """Checks what requests share."""

    def __init__(self, *, clock: EmulatorClock, faults: Faults, identity: Identity) -> None:
        self._clock = clock
        self._faults = faults
        self._identity = identity

    def check_referer(self, request: Request) -> None:
        """Raise RemoteRefusal for a request without the site's Referer, where one is wanted."""
        for path, fault in _REFERER_FAULTS.items():
            if request.url.path.startswith(path) and self._faults.is_on(fault) and not _is_the_sites(request):
                raise RemoteRefusal(403)
        if self._faults.take("garage-403"):
            raise RemoteRefusal(403)

    def admit(self, request: Request) -> GarageCaller:
        """Return who asks; RemoteRefusal for a token that is missing, or not good."""
        parts = read_authorization(request.headers.get("authorization", ""))
        access = self._identity.access(parts.get("token", ""))
        is_good = access is not None and access.expires_at_ms > self._clock.now_ms() and opens_services(access.scopes)
        if access is None or not is_good or self._faults.take("garage-tokens-refused"):
            raise invalid_token()
        if self._identity.is_elsewhere(region_of(request.url.hostname or ""), gcid=access.gcid):
            raise invalid_token()
        return GarageCaller(gcid=access.gcid, vin=parts.get("vin") or None)


def read_authorization(header: str) -> dict[str, str]:
    """Return the parts of the header by name; a bearer token is one part (one token is good for all services)."""
    if header.lower().startswith("bearer "):
        return {"token": header[len("bearer ") :].strip()}
    pairs = (part.partition("=") for part in header.split(","))
    return {name.strip().lower(): value.strip() for name, _, value in pairs}


def _is_the_sites(request: Request) -> bool:
    host = urlsplit(request.headers.get("referer", "")).hostname or ""
    return host in GARAGE_HOSTS or is_loopback(host)
