"""What owners granted to service providers: of which cars, for which descriptors, since when, and what they took back.

Little is public of BMW's interface for third parties. It is known that the owner grants a provider access to data and
can withdraw that in the portal (BMW's pages for third parties, 2025-2026). That this is done by the device flow, and
everything else here, is inferred.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field

from bimmerhub.emulator.host.clock import EmulatorClock
from bimmerhub.emulator.host.state_file import StateFile
from bimmerhub.emulator.owners.emulated_accounts import ProviderClient, WithdrawalAnswer
from bimmerhub.ids import Gcid, Vin


@dataclass(slots=True, kw_only=True)
class OwnerConsent:
    """One owner's consent to one provider. Times are milliseconds since 1970 UTC.

    `vins` are the cars it is for; None: every car of the owner. `descriptors` are what it is to; none: all that the
    provider's containers name. `withdrawn_containers` the owner took back one by one. `withdrawn_at_ms` is None while
    the consent holds.
    """

    client_id: str
    gcid: Gcid
    granted_at_ms: int
    scopes: tuple[str, ...] = ()
    vins: tuple[Vin, ...] | None = None
    descriptors: tuple[str, ...] = ()
    withdrawn_containers: tuple[str, ...] = ()
    withdrawn_at_ms: int | None = None

    def names_car(self, vin: Vin) -> bool:
        """Tell whether it is for a car, by the owner's choice alone."""
        return self.vins is None or vin in self.vins

    def names(self, descriptor: str) -> bool:
        """Tell whether it is to a descriptor, by the owner's choice alone."""
        return not self.descriptors or descriptor in self.descriptors


@dataclass(slots=True, kw_only=True)
class ConsentsState:
    """The newest consent of each owner to each provider, by the client id and the GCID with a blank between."""

    consents: dict[str, OwnerConsent] = field(default_factory=dict)


class Consents:
    """The consents of all owners to all service providers."""

    def __init__(
        self, providers: Sequence[ProviderClient], *, clock: EmulatorClock, file: StateFile[ConsentsState]
    ) -> None:
        self._providers = {provider.client_id: provider for provider in providers}
        self._clock = clock
        self._file = file
        self._state = file.load() or ConsentsState()

    def provider(self, client_id: str) -> ProviderClient | None:
        """Return the provider with a client id, None for an owner's own client."""
        return self._providers.get(client_id)

    def grant(self, client_id: str, gcid: Gcid, *, scopes: Sequence[str], vins: Collection[Vin] | None) -> None:
        """Note that an owner consents from now on, in place of an earlier consent. Does nothing for an own client."""
        provider = self.provider(client_id)
        if provider is None:
            return
        self._state.consents[f"{client_id} {gcid}"] = OwnerConsent(
            client_id=client_id,
            gcid=gcid,
            granted_at_ms=self._clock.now_ms(),
            scopes=tuple(scopes),
            vins=None if vins is None else tuple(vins),
            descriptors=provider.descriptors,
        )
        self._save()

    def find(self, client_id: str, gcid: Gcid) -> OwnerConsent | None:
        """Return the newest consent of an owner to a provider, withdrawn or not; None when there was none.

        Cheap: asked once a message of the stream.
        """
        return self._state.consents.get(f"{client_id} {gcid}")

    def of_owner(self, gcid: Gcid) -> list[tuple[ProviderClient, OwnerConsent]]:
        """Return what an owner granted, and to whom: the newest consent to each provider, withdrawn or not."""
        newest = ((provider, self.find(client_id, gcid)) for client_id, provider in self._providers.items())
        return [(provider, consent) for provider, consent in newest if consent is not None]

    def withdraw(self, consent: OwnerConsent) -> None:
        """Take back a whole consent."""
        consent.withdrawn_at_ms = self._clock.now_ms()
        self._save()

    def withdraw_car(self, consent: OwnerConsent, vin: Vin, *, all_vins: Collection[Vin]) -> None:
        """Take back one car; `all_vins` are the owner's, should the consent be for every one of them."""
        vins = all_vins if consent.vins is None else consent.vins
        consent.vins = tuple(left for left in vins if left != vin)
        self._save()

    def withdraw_container(self, consent: OwnerConsent, container_id: str) -> None:
        """Take back what one container names."""
        consent.withdrawn_containers = (*consent.withdrawn_containers, container_id)
        self._save()

    def reset(self) -> None:
        """Forget every consent."""
        self._state = ConsentsState()
        self._save()

    def _save(self) -> None:
        self._file.save(self._state)


def hides_cars(provider: ProviderClient, consent: OwnerConsent) -> bool:
    """Tell whether no car is there for a provider any more: withdrawn, and answered so."""
    return consent.withdrawn_at_ms is not None and provider.withdrawn_answer is not WithdrawalAnswer.CONTAINERS


def hides_containers(provider: ProviderClient, consent: OwnerConsent) -> bool:
    """Tell whether no container is there for a provider any more: withdrawn, and answered so."""
    return consent.withdrawn_at_ms is not None and provider.withdrawn_answer is WithdrawalAnswer.CONTAINERS
