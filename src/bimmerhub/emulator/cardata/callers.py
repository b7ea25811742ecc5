"""Who asks CarData, and what they may have: an owner's own program all, a service provider what the owner consents to.

All about providers is inferred; see `sign_in.consents`.
"""

from dataclasses import dataclass

from bimmerhub.emulator.cardata.refusals import CarDataRefusal
from bimmerhub.emulator.owners.emulated_accounts import Holder, ProviderClient
from bimmerhub.emulator.sign_in.consents import Consents, OwnerConsent, hides_cars, hides_containers
from bimmerhub.emulator.sign_in.token_sessions import Access
from bimmerhub.ids import Gcid, Vin


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    """One program's view of an account. `provider` and `consent` are None for a program of the owner's own."""

    gcid: Gcid
    provider: ProviderClient | None = None
    consent: OwnerConsent | None = None

    @property
    def shelf(self) -> str:
        """Where the caller's containers stand: an account's, or a provider's, who has one shelf or one an owner."""
        if self.provider is None:
            return self.gcid
        return shelf_of(self.provider, self.gcid)

    @property
    def payer(self) -> str:
        """Whose day's calls are spent."""
        if self.provider is None or self.provider.calls_of is Holder.OWNER:
            return self.gcid
        return f"{self.provider.client_id} {self.gcid}"

    def sees_car(self, vin: Vin) -> bool:
        """Tell whether the caller may know of a car of the account."""
        if self.provider is None or self.consent is None:
            return True
        return self.consent.names_car(vin) and not hides_cars(self.provider, self.consent)

    def sees(self, descriptor: str) -> bool:
        """Tell whether the caller may have a descriptor of a car that it sees."""
        if self.provider is None or self.consent is None:
            return True
        return self.consent.names(descriptor) and self.consent.withdrawn_at_ms is None

    def sees_container(self, container_id: str) -> bool:
        """Tell whether the owner lets the caller use a container that it made."""
        if self.provider is None or self.consent is None:
            return True
        is_hidden = hides_containers(self.provider, self.consent)
        return not is_hidden and container_id not in self.consent.withdrawn_containers

    def check_sees(self, descriptor: str) -> None:
        """Refuse what an endpoint of its own answers when the caller may not have the descriptor for it: CU-403."""
        if not self.sees(descriptor):
            raise CarDataRefusal("CU-403", "The owner's consent does not name this resource.")


def identify_caller(access: Access, consents: Consents) -> Caller | None:
    """Return who asks with a token; None for a provider to whom the owner never consented, or who is one no more."""
    provider, consent = consents.provider(access.client_id), consents.find(access.client_id, access.gcid)
    if provider is None:
        return Caller(gcid=access.gcid) if consent is None else None
    return None if consent is None else Caller(gcid=access.gcid, provider=provider, consent=consent)


def shelf_of(provider: ProviderClient, gcid: Gcid) -> str:
    """Return where the containers stand that a provider made for an owner."""
    return provider.client_id if provider.containers_of is Holder.PROVIDER else f"{provider.client_id} {gcid}"
