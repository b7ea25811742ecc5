"""Turns at the reading threads: many clients, few threads, and nobody waits behind all that another one wants.

Clients with something to read take turns; one that wants a hundred things has at most `of_one` under way.
"""

import asyncio
from collections import Counter, deque


class FairTurns:
    """`places` turns at once, of one client at most `of_one`."""

    def __init__(self, *, places: int, of_one: int) -> None:
        self._free = places
        self._of_one = of_one
        self._running = Counter[str]()
        self._waiting: dict[str, deque[asyncio.Future[None]]] = {}
        """By client, who was served longest ago first."""

    async def take(self, client: str) -> None:
        """Wait for a turn; each one that was had is given back. May be cancelled."""
        turn = asyncio.get_running_loop().create_future()
        self._waiting.setdefault(client, deque()).append(turn)
        self._serve()
        try:
            await turn
        except asyncio.CancelledError:
            if turn.done() and not turn.cancelled():
                self.give_back(client)
            raise

    def give_back(self, client: str) -> None:
        """End a client's turn."""
        self._free += 1
        self._running[client] -= 1
        if not self._running[client]:
            del self._running[client]
        self._serve()

    def _serve(self) -> None:
        """Give every free place to the next client that may have one; who has given up waiting is passed over."""
        while self._free:
            client = next((name for name in self._waiting if self._running[name] < self._of_one), None)
            if client is None:
                return
            queue = self._waiting.pop(client)
            turn = queue.popleft()
            if queue:
                self._waiting[client] = queue  # behind the others
            if not turn.done():
                self._free -= 1
                self._running[client] += 1
                turn.set_result(None)
