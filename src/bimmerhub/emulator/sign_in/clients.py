"""The clients that may sign in; the customer portal makes them."""

from dataclasses import dataclass
from typing import Protocol

from bimmerhub.emulator.owners.emulated_accounts import Service
from bimmerhub.ids import Gcid


@dataclass(slots=True, kw_only=True)
class RegisteredClient:
    """A CarData client. `services` says from when each one counts; times are milliseconds since 1970 UTC.

    `gcid` None: a service provider's, for any account.
    """

    client_id: str
    gcid: Gcid | None
    changed_at_ms: int
    services: dict[Service, int]


class ClientRegistry(Protocol):
    """Where the sign-in finds clients."""

    def client(self, client_id: str) -> RegisteredClient | None:
        """Return the client of an id; None for an unknown or deleted one, and for an upper-case copy of an id."""
        ...

    def counts(self, client: RegisteredClient, service: Service) -> bool:
        """Tell whether a service of a client is subscribed, and known everywhere by now."""
        ...
