"""What one application remembers of those who came in, or tried to; all of it in memory."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Self

from bimmerhub.web.access.forwarding import ProxySightings
from bimmerhub.web.access.link_keys import LinkKeys
from bimmerhub.web.access.password_attempts import PasswordAttempts
from bimmerhub.web.access.revocations import Revocations
from bimmerhub.web.access.sessions import Sessions


@dataclass(frozen=True, slots=True, kw_only=True)
class Entrance:
    """Sessions, wrong passwords, keys that were handed out, proxies that were seen, and who is told of revocations.

    How long the first three last goes by the time that elapses: a machine whose clock is set ends no session, and
    makes none last for years.
    """

    sessions: Sessions
    passwords: PasswordAttempts
    keys: LinkKeys
    proxies: ProxySightings
    revocations: Revocations

    @classmethod
    def make(cls, *, now_ms: Callable[[], int], elapsed_s: Callable[[], float]) -> Self:
        """Return one that remembers nobody yet; the clock's time and what has elapsed are as `bmw.clock` has them."""

        def elapsed_ms() -> int:
            return round(elapsed_s() * 1000)

        revocations = Revocations()
        return cls(
            sessions=Sessions(elapsed_ms=elapsed_ms, on_end=revocations.tell),
            passwords=PasswordAttempts(elapsed_ms=elapsed_ms),
            keys=LinkKeys(elapsed_ms=elapsed_ms),
            proxies=ProxySightings(now_ms=now_ms),
            revocations=revocations,
        )

    def shut(self) -> None:
        """End every session and every key that was not used: the password has changed."""
        self.keys.forget()
        self.sessions.end_all()
