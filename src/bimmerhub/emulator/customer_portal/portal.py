"""What an owner does in BMW's portal, and what follows from it for tokens, containers and the stream.

Sources: BMW's guide, and what users reported 2025-2026.
"""

from collections.abc import Callable, Collection
from dataclasses import dataclass

from bimmerhub.emulator.cardata.catalogue import streamable_keys
from bimmerhub.emulator.cardata.containers import ContainerShelf
from bimmerhub.emulator.cars import CarIdentity
from bimmerhub.emulator.customer_portal.granted_access import GrantedAccess
from bimmerhub.emulator.customer_portal.mappings import CarMappings
from bimmerhub.emulator.customer_portal.registrations import PortalRefusal, Registrations
from bimmerhub.emulator.customer_portal.ticks import Ticks
from bimmerhub.emulator.owners.emulated_accounts import MappingType, Service
from bimmerhub.emulator.sign_in.clients import RegisteredClient
from bimmerhub.emulator.sign_in.grants import TokenKind
from bimmerhub.emulator.sign_in.identity import Identity
from bimmerhub.ids import Gcid, Vin


@dataclass(frozen=True, slots=True, kw_only=True)
class Portal:
    """The portal's part of one emulator. `disconnect` cuts the stream of an account."""

    registrations: Registrations
    mappings: CarMappings
    ticks: Ticks
    identity: Identity
    containers: ContainerShelf
    granted: GrantedAccess
    disconnect: Callable[[Gcid], None]

    def is_ticked(self, gcid: Gcid, vin: Vin, descriptor: str) -> bool:
        """Tell whether a descriptor of a car is streamed to whoever listens on an account now."""
        client_id = self.granted.listening_client(gcid)
        if client_id is not None and self.granted.is_provider(client_id):
            return self.granted.is_streamed(gcid, client_id, vin, descriptor)
        return self.ticks.is_ticked(gcid, vin, descriptor)

    def may_listen(self, gcid: Gcid, client_id: str) -> bool:
        """Tell whether a client has a stream of an account: the owner's own, or a service provider's."""
        if self.granted.is_provider(client_id):
            return self.granted.has_stream(gcid, client_id)
        return self.has_stream(gcid)

    def has_stream(self, gcid: Gcid) -> bool:
        """Tell whether an account's own client has a stream: subscribed, and configured for a car of its own.

        Motorcycles have none (BMW's guide).
        """
        is_subscribed = self.registrations.has_service(gcid, Service.STREAM)
        return is_subscribed and self.ticks.is_configured(gcid) and bool(self._streaming_vins(gcid))

    def cars_of(self, gcid: Gcid) -> list[CarIdentity]:
        """Return the cars that an account has as PRIMARY: only they have a page BMW CarData (BMW's guide)."""
        return self.mappings.primary_cars(gcid)

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
        client = self.registrations.client_of(gcid)
        if client is not None:
            self.identity.revoke(gcid, TokenKind.REFRESH, client_id=client.client_id)

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

    def map_car(self, home: Gcid, vin: Vin, gcid: Gcid, kind: MappingType, *, has_stream: bool) -> None:
        """Map a car of the garage `home` to an account. `has_stream`: its stream is configured at once, with every key.

        PortalRefusal when the account has the car so already.
        """
        vins = self._streaming_vins(gcid)
        self.mappings.map(home, vin, gcid, kind)
        if has_stream:
            self.ticks.save(gcid, vin, streamable_keys(), all_vins=vins)
        else:
            self.ticks.drop(gcid, vin, all_vins=vins)

    def unmap_car(self, home: Gcid, vin: Vin, gcid: Gcid) -> None:
        """Take a car from an account, with its configured stream; PortalRefusal when it does not have the car."""
        vins = self._streaming_vins(gcid)
        self.mappings.unmap(home, vin, gcid)
        self.ticks.drop(gcid, vin, all_vins=vins)

    def sell_car(self, home: Gcid, vin: Vin, buyer: Gcid | None) -> None:
        """Take a car from every account; a buyer gets it as PRIMARY, its stream configured with every key."""
        for gcid in self.mappings.accounts_of(home, vin):
            self.unmap_car(home, vin, gcid)
        if buyer is not None:
            self.map_car(home, vin, buyer, MappingType.PRIMARY, has_stream=True)

    def reset_cardata(self, gcid: Gcid) -> None:
        """Do what "Reset BMW CarData" does: client, tokens, containers and ticks are gone (BMW takes up to a day)."""
        self.delete_client(gcid)
        self.containers.reset(gcid)
        self.ticks.clear(gcid)

    def begin_anew(self) -> None:
        """Forget what was ever done in the portal."""
        self.registrations.reset()
        self.mappings.reset()
        self.ticks.reset()

    def _streaming_vins(self, gcid: Gcid) -> list[Vin]:
        return [car.vin for car in self.cars_of(gcid) if not car.is_motorcycle]
