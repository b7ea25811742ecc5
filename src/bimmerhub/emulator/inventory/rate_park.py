"""The rate park: an address that searches too often gets 403 for a while, without a word of why or how long.

Observed by clients of 2025-2026: after about 150 calls within 20 min, for about 20 min.
"""

from collections import deque
from dataclasses import dataclass, field

from bimmerhub.emulator.host.clock import EmulatorClock
from bimmerhub.emulator.inventory.settings import InventorySettings


@dataclass(slots=True)
class _Caller:
    calls_ms: deque[int] = field(default_factory=deque)
    parked_until_ms: int = 0


class RatePark:
    """Counts the calls of each address."""

    def __init__(self, settings: InventorySettings, *, clock: EmulatorClock) -> None:
        self._settings = settings
        self._clock = clock
        self._callers: dict[str, _Caller] = {}

    def note_call(self, address: str) -> bool:
        """Count a call; tell whether the address is parked."""
        limit, now_ms = self._settings.calls_a_window, self._clock.now_ms()
        caller = self._callers.setdefault(address, _Caller())
        if now_ms < caller.parked_until_ms:
            return True
        while caller.calls_ms and caller.calls_ms[0] <= now_ms - self._settings.window_s * 1000:
            caller.calls_ms.popleft()
        caller.calls_ms.append(now_ms)
        if limit is None or len(caller.calls_ms) <= limit:
            return False
        caller.calls_ms.clear()
        caller.parked_until_ms = now_ms + self._settings.park_s * 1000
        return True

    def forget(self) -> None:
        """Forget all calls, and let everybody go."""
        self._callers.clear()
