"""What an owner lets service providers have: seen and withdrawn in the portal, and what follows for tokens and stream.

That an owner can do so in the portal is BMW's word; what the page shows, and that cars and containers can be withdrawn
one by one, is inferred.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from bimmerhub.emulator.cardata.callers import shelf_of
from bimmerhub.emulator.cardata.catalogue import streamable_keys
from bimmerhub.emulator.cardata.containers import ContainerShelf, ShelvedContainer
from bimmerhub.emulator.cars import CarIdentity
from bimmerhub.emulator.customer_portal.mappings import CarMappings
from bimmerhub.emulator.customer_portal.registrations import PortalRefusal
from bimmerhub.emulator.owners.emulated_accounts import ProviderClient, Service, WithdrawalAnswer
from bimmerhub.emulator.sign_in.consents import OwnerConsent
from bimmerhub.emulator.sign_in.identity import Identity
from bimmerhub.ids import Gcid, Vin


@dataclass(frozen=True, slots=True, kw_only=True)
class Grant:
    """What one provider has of an owner: the cars and containers that are not withdrawn."""

    provider: ProviderClient
    consent: OwnerConsent
    cars: Sequence[CarIdentity]
    containers: Sequence[ShelvedContainer]


@dataclass(frozen=True, slots=True, kw_only=True)
class GrantedAccess:
    """The consents of all owners.

    `listening_client` returns the client id of the program that has an account's stream now, which `disconnect` cuts.
    """

    identity: Identity
    containers: ContainerShelf
    mappings: CarMappings
    listening_client: Callable[[Gcid], str | None]
    disconnect: Callable[[Gcid], None]

    def of_owner(self, gcid: Gcid) -> list[Grant]:
        """Return what an owner granted and has not withdrawn as a whole."""
        return [
            self._grant(provider, consent)
            for provider, consent in self.identity.consents.of_owner(gcid)
            if consent.withdrawn_at_ms is None
        ]

    def withdraw(self, gcid: Gcid, client_id: str) -> None:
        """Take back all that a provider has; PortalRefusal when it has nothing."""
        grant = self._find(gcid, client_id)
        self.identity.consents.withdraw(grant.consent)
        if grant.provider.withdrawn_answer is WithdrawalAnswer.TOKENS:
            self.identity.end_sessions(client_id, gcid)
        if self.listening_client(gcid) == client_id:
            self.disconnect(gcid)

    def withdraw_car(self, gcid: Gcid, client_id: str, vin: str) -> None:
        """Take back one car; PortalRefusal when the provider does not have it."""
        grant = self._find(gcid, client_id)
        if vin not in {car.vin for car in grant.cars}:
            raise PortalRefusal("This provider does not have that car.")
        all_vins = [car.vin for car in self.mappings.primary_cars(gcid)]
        self.identity.consents.withdraw_car(grant.consent, Vin(vin), all_vins=all_vins)

    def withdraw_container(self, gcid: Gcid, client_id: str, container_id: str) -> None:
        """Take back what one container names; PortalRefusal when the provider does not have it."""
        grant = self._find(gcid, client_id)
        if container_id not in {container.container_id for container in grant.containers}:
            raise PortalRefusal("This provider does not have that container.")
        self.identity.consents.withdraw_container(grant.consent, container_id)

    def is_provider(self, client_id: str | None) -> bool:
        """Tell whether a client is a service provider's."""
        return client_id is not None and self.identity.consents.provider(client_id) is not None

    def has_stream(self, gcid: Gcid, client_id: str) -> bool:
        """Tell whether a provider has a stream of an owner: subscribed, and let see a car that can send."""
        grants = [grant for grant in self.of_owner(gcid) if grant.provider.client_id == client_id]
        return any(
            Service.STREAM in grant.provider.services and any(not car.is_motorcycle for car in grant.cars)
            for grant in grants
        )

    def is_streamed(self, gcid: Gcid, client_id: str, vin: Vin, descriptor: str) -> bool:
        """Tell whether a provider gets a descriptor of a car; the owner's own ticks do not matter. Cheap."""
        consent = self.identity.consents.find(client_id, gcid)
        if consent is None or consent.withdrawn_at_ms is not None or not consent.names_car(vin):
            return False
        return consent.names(descriptor) and descriptor in streamable_keys()

    def _find(self, gcid: Gcid, client_id: str) -> Grant:
        for grant in self.of_owner(gcid):
            if grant.provider.client_id == client_id:
                return grant
        raise PortalRefusal("This provider has nothing of yours.")

    def _grant(self, provider: ProviderClient, consent: OwnerConsent) -> Grant:
        return Grant(
            provider=provider,
            consent=consent,
            cars=[car for car in self.mappings.primary_cars(consent.gcid) if consent.names_car(car.vin)],
            containers=[
                container
                for container in self.containers.of_account(shelf_of(provider, consent.gcid))
                if container.deleted_at_ms is None and container.container_id not in consent.withdrawn_containers
            ],
        )
