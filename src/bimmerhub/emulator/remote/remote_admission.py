"""Which requests the older services let in: those with a token that opens them."""

from starlette.requests import Request

from bimmerhub.emulator.faults.switches import Faults
from bimmerhub.emulator.host.clock import EmulatorClock
from bimmerhub.emulator.host.regions import region_of
from bimmerhub.emulator.remote.refusals import RemoteRefusal, invalid_token
from bimmerhub.emulator.sign_in.by_password.password_scopes import opens_services
from bimmerhub.emulator.sign_in.identity import Identity
from bimmerhub.ids import Gcid


class RemoteAdmission:
    """Checks what all requests share: one token is good for every older service of its region."""

    def __init__(self, *, clock: EmulatorClock, faults: Faults, identity: Identity) -> None:
        self._clock = clock
        self._faults = faults
        self._identity = identity

    def admit(self, request: Request) -> Gcid:
        """Return whose request it is; RemoteRefusal when it is not let in."""
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        access = self._identity.access(token.strip())
        is_good = access is not None and access.expires_at_ms > self._clock.now_ms() and opens_services(access.scopes)
        if access is None or not is_good or scheme.lower() != "bearer" or self._faults.take("older-tokens-refused"):
            raise invalid_token()
        if self._identity.is_elsewhere(region_of(request.url.hostname or ""), gcid=access.gcid):
            raise invalid_token()
        refuse_by_status(self._faults)
        return access.gcid


def refuse_by_status(faults: Faults) -> None:
    """Raise RemoteRefusal when a fault wants every request refused."""
    for fault, status in _STATUS_FAULTS.items():
        if faults.take(fault):
            raise RemoteRefusal(status)


_STATUS_FAULTS = {
    "older-403": 403,
    "mobile-access-disabled": 405,
    "vehicle-unavailable": 408,
    "account-locked": 423,
    "too-many-requests": 429,
    "older-503": 503,
}
"""What refuses every request, with its status."""
