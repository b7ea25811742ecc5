"""The tokens of the storefront: anonymous, for 24 hours, worth nothing anywhere else."""

import secrets
from collections.abc import Mapping

from bimmerhub.emulator.faults.switches import Faults
from bimmerhub.emulator.host.clock import EmulatorClock
from bimmerhub.emulator.inventory.settings import InventorySettings


class StorefrontDesk:
    """Gives tokens to whoever has a pair of name and password, and tells which ones are good."""

    def __init__(self, settings: InventorySettings, *, clock: EmulatorClock, faults: Faults) -> None:
        self._settings = settings
        self._clock = clock
        self._faults = faults
        self._until_ms: dict[str, int] = {}

    def issue(self, username: str, password: str) -> Mapping[str, object] | None:
        """Return the answer with a token; None for a pair that is not taken (any will do unless a fault says no)."""
        is_own = (username, password) == (self._settings.username, self._settings.password)
        if not username or not password or (not is_own and self._faults.take("unknown-clients-refused")):
            return None
        now_ms = self._clock.now_ms()
        self._until_ms = {token: until_ms for token, until_ms in self._until_ms.items() if until_ms > now_ms}
        token = secrets.token_urlsafe(40)
        self._until_ms[token] = now_ms + self._settings.token_s * 1000
        return {"access_token": token, "token_type": "bearer", "expires_in": self._settings.token_s - 1}

    def is_good(self, authorization: str) -> bool:
        """Tell whether an Authorization header carries a token that is good now."""
        scheme, _, token = authorization.partition(" ")
        is_alive = self._until_ms.get(token.strip(), 0) > self._clock.now_ms()
        return scheme.lower() == "bearer" and is_alive and not self._faults.take("inventory-tokens-refused")

    def forget(self) -> None:
        """Forget every token."""
        self._until_ms.clear()
