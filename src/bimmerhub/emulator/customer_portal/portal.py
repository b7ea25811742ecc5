"""What an owner does in BMW's portal, and what follows from it for tokens, containers and the stream.

Sources: BMW's guide, and what users reported 2025-2026.
"""

from collections.abc import Callable, Collection
from dataclasses import dataclass

from bimmerhub.emulator.cardata.containers import ContainerShelf
from bimmerhub.emulator.customer_portal.registrations import PortalRefusal, Registrations
from bimmerhub.emulator.customer_portal.ticks import Ticks
from bimmerhub.emulator.owners import Service
from bimmerhub.emulator.sign_in.clients import RegisteredClient
from bimmerhub.emulator.sign_in.grants import TokenKind
from bimmerhub.emulator.sign_in.identity import Identity
from bimmerhub.ids import Gcid, Vin


@dataclass(frozen=True, slots=True, kw_only=True)
class Portal:
    """The portal's part of one emulator. `disconnect` cuts the stream of an account."""

    registrations: Registrations
    ticks: Ticks
    identity: Identity
    containers: ContainerShelf
    disconnect: Callable[[Gcid], None]

    def is_ticked(self, gcid: Gcid, vin: Vin, descriptor: str) -> bool:
        """Tell whether a descriptor of a car is streamed."""
        return self.ticks.is_ticked(gcid, vin, descriptor)

    def has_stream(self, gcid: Gcid) -> bool:
        """Tell whether an account has a stream: subscribed, and configured for at least one car."""
        client = self.registrations.client_of(gcid)
        return client is not None and Service.STREAM in client.services and self.ticks.is_configured(gcid)

    def create_client(self, gcid: Gcid) -> RegisteredClient:
        """Make a client; PortalRefusal when BMW does not allow it now."""
        return self.registrations.create(gcid)

    def delete_client(self, gcid: Gcid) -> None:
        """Delete the client and end its sessions. What was configured for the stream goes too (inferred)."""
        client = self.registrations.client_of(gcid)
        if client is None:
            return
        self.registrations.delete(gcid)
        self.identity.end_client(client.client_id)
        self.ticks.clear(gcid)
        self.disconnect(gcid)

    def subscribe(self, gcid: Gcid, service: Service) -> None:
        """Subscribe a service. It counts after BMW's delay, and for new sign-ins only; PortalRefusal when too soon."""
        self.registrations.subscribe(gcid, service)

    def unsubscribe(self, gcid: Gcid, service: Service) -> None:
        """End a subscription; the refresh token is dead at once (BMW's guide). PortalRefusal when too soon."""
        self.registrations.unsubscribe(gcid, service)
        self.identity.revoke(gcid, TokenKind.REFRESH)

    def authenticate_device(self, gcid: Gcid) -> int:
        """Press the button that consumes the sign-ins under way: their next poll is access_denied (users 2025-2026).

        Returns how many that were.
        """
        client = self.registrations.client_of(gcid)
        if client is None:
            raise PortalRefusal("There is no CarData client yet.")
        return self.identity.consume_codes(client.client_id)

    def configure_stream(
        self, gcid: Gcid, vin: Vin, descriptors: Collection[str], *, all_vins: Collection[Vin]
    ) -> None:
        """Stream exactly these descriptors of a car; PortalRefusal when the stream is not subscribed."""
        client = self.registrations.client_of(gcid)
        if client is None or Service.STREAM not in client.services:
            raise PortalRefusal("Subscribe to CarData Stream first.")
        self.ticks.save(gcid, vin, descriptors, all_vins=all_vins)

    def reset_cardata(self, gcid: Gcid) -> None:
        """Do what "Reset BMW CarData" does: client, tokens, containers and ticks are gone (BMW takes up to a day)."""
        self.delete_client(gcid)
        self.containers.reset(gcid)
        self.ticks.clear(gcid)

    def begin_anew(self) -> None:
        """Forget what was ever done in the portal."""
        self.registrations.reset()
        self.ticks.reset()
