"""What the sign-ins of all families that take a password have of the hub: where they go, whom they trust, by what."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from bimmerhub.bmw.clock import Clock
from bimmerhub.bmw.http import Session
from bimmerhub.hub.accounts.sign_in_details import SignInDetails, to_url
from bimmerhub.hub.process.demo import Addresses


@dataclass(frozen=True, slots=True, kw_only=True)
class FamilyReach:
    """How the hub reaches a family's servers.

    `default_host` returns what is asked where an account names no host, None for the region's, and raises ConfigError
    where nobody can tell; `ca_file` is what is trusted alone,
    None for the system's CAs. `keep_from_bmw` raises ConfigError for addresses that may not be asked from here.
    """

    default_host: Callable[[], str | None]
    ca_file: Path | None
    session: Session
    clock: Clock
    keep_from_bmw: Callable[[Addresses], None]

    def url_of(self, details: SignInDetails) -> str:
        """Return the address of the interface, "" for the region's."""
        return to_url(details.host or self.default_host())

    def ca_file_of(self, details: SignInDetails) -> Path | None:
        """Return the only CA to trust: that of an earlier sign-in ("": none), else the hub's."""
        if details.ca_file is None:
            return self.ca_file
        return Path(details.ca_file) if details.ca_file else None
