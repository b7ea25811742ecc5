"""How often one address may connect: the window of a minute that BMW's guide v1.5 names without its threshold."""

from collections import deque

from bimmerhub.times import MINUTE_MS


class ConnectWindow:
    """Counts connects by address. One that was refused is let in again after a minute without any (BMW's guide)."""

    def __init__(self) -> None:
        self._connects_ms: dict[str, deque[int]] = {}
        self._refused: set[str] = set()

    def refuses(self, address: str, now_ms: int, *, most: float | None) -> bool:
        """Note a connect, and tell whether it is refused: more than `most` in a minute; None: never."""
        if most is None:
            return False
        connects = self._connects_ms.setdefault(address, deque())
        while connects and connects[0] <= now_ms - MINUTE_MS:
            connects.popleft()
        if not connects:
            self._refused.discard(address)
        connects.append(now_ms)
        if len(connects) > most:
            self._refused.add(address)
        return address in self._refused
