"""Which REST requests are let in: token, version, quota and scope, in this order (BMW's own is not published)."""

from starlette.requests import Request

from bimmerhub.emulator.cardata.callers import Caller, identify_caller
from bimmerhub.emulator.cardata.quota import CallQuota
from bimmerhub.emulator.cardata.refusals import CarDataRefusal
from bimmerhub.emulator.faults.switches import Faults
from bimmerhub.emulator.host.clock import EmulatorClock
from bimmerhub.emulator.sign_in.identity import Identity
from bimmerhub.emulator.sign_in.scopes import API_SCOPE
from bimmerhub.emulator.sign_in.token_sessions import Access


class Admission:
    """Checks what all operations share."""

    def __init__(self, *, clock: EmulatorClock, faults: Faults, identity: Identity, quota: CallQuota) -> None:
        self._clock = clock
        self._faults = faults
        self._identity = identity
        self._quota = quota

    def admit(self, request: Request) -> Caller:
        """Return who asks and count the request; CarDataRefusal when it is not let in.

        What is refused for its token or its version does not count.
        """
        access = self._access(request)
        caller = identify_caller(access, self._identity.consents)
        if caller is None:
            raise self._bad_token("CU-101", "The owner has not consented to this provider.")
        if request.headers.get("x-version") != "v1":
            raise CarDataRefusal("CU-400", "The header x-version is missing or not v1.")
        if not self._quota.spend(caller.payer):
            status = 429 if self._faults.take("quota-as-429") else None
            note = f"The daily rate limit of {self._quota.limit} calls has been reached."
            raise CarDataRefusal("CU-429", note, status=status)
        if API_SCOPE not in access.scopes:
            raise CarDataRefusal("CU-103", f"The token lacks the scope {API_SCOPE}.")
        if self._faults.take("rest-500"):
            raise CarDataRefusal("CU-500", "Something went wrong inside.")
        if self._faults.take("rest-503"):
            raise CarDataRefusal("CU-503", "A system behind this one is out of order.")
        return caller

    def _access(self, request: Request) -> Access:
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        if not token.strip():
            raise CarDataRefusal("CU-100", "The header Authorization is missing.")
        access = self._identity.access(token.strip())
        if access is None or scheme.lower() != "bearer":
            raise self._bad_token("CU-101", "The token is not known.")
        if access.expires_at_ms <= self._clock.now_ms() or self._faults.take("tokens-refused"):
            raise self._bad_token("CU-102", "The token has expired.")
        return access

    def _bad_token(self, code: str, note: str) -> CarDataRefusal:
        """Return the refusal of a bad token; with a fault on, CU-127 in its other meaning."""
        if self._faults.take("bad-token-as-403"):
            return CarDataRefusal("CU-127", note, status=403, bmw_message="invalid_token")
        return CarDataRefusal(code, note)
