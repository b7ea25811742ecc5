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
    """Sessions, wrong passwords, keys that were handed out, proxies that were seen, and who is told of revocations."""

    sessions: Sessions
    passwords: PasswordAttempts
    keys: LinkKeys
    proxies: ProxySightings
    revocations: Revocations

    @classmethod
    def make(cls, *, now_ms: Callable[[], int]) -> Self:
        """Return one that remembers nobody yet."""
        revocations = Revocations()
        return cls(
            sessions=Sessions(now_ms=now_ms, on_end=revocations.tell),
            passwords=PasswordAttempts(now_ms=now_ms),
            keys=LinkKeys(now_ms=now_ms),
            proxies=ProxySightings(now_ms=now_ms),
            revocations=revocations,
        )

    def shut(self) -> None:
        """End every session and every key that was not used: the password has changed."""
        self.keys.forget()
        self.sessions.end_all()
