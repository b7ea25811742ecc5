"""CarData clients as the portal makes them: one an account, subscribed to services, each of which adds a scope.

BMW is slow: a service counts only some time after it was subscribed, the portal answers with an error when the next
change comes too soon, and a client that was deleted stands in the way of the next one for minutes (users 2025-2026; the
emulator's times for all three are `subscription_delay_s` and twice that).
"""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field

from typing_extensions import override

from bimmerhub.emulator.customer_portal.settings import PortalSettings
from bimmerhub.emulator.host.clock import EmulatorClock
from bimmerhub.emulator.host.state_file import StateFile
from bimmerhub.emulator.owners.emulated_accounts import EmulatedAccount, ProviderClient, Service
from bimmerhub.emulator.sign_in.clients import ClientRegistry, RegisteredClient
from bimmerhub.errors import BimmerhubError
from bimmerhub.ids import Gcid


class PortalRefusal(BimmerhubError):
    """The portal shows an error; the message is what the person reads."""


@dataclass(slots=True, kw_only=True)
class Registration:
    """What the portal knows of one account's client."""

    client: RegisteredClient | None
    deleted_at_ms: int | None = None


@dataclass(slots=True, kw_only=True)
class RegistrationsState:
    """The accounts whose client was changed in the portal; the others have the client of their settings."""

    accounts: dict[Gcid, Registration] = field(default_factory=dict)


class Registrations(ClientRegistry):
    """The clients of all accounts, and service providers'. Those of the settings are subscribed from the beginning."""

    def __init__(
        self,
        accounts: Sequence[EmulatedAccount],
        settings: PortalSettings,
        *,
        providers: Sequence[ProviderClient] = (),
        clock: EmulatorClock,
        file: StateFile[RegistrationsState],
    ) -> None:
        self._delay_ms = round(settings.subscription_delay_s * 1000)
        self._clock = clock
        self._file = file
        self._built_in = {account.gcid: account for account in accounts}
        self._providers = {
            provider.client_id: RegisteredClient(
                client_id=provider.client_id,
                gcid=None,
                changed_at_ms=0,
                services=dict.fromkeys(sorted(provider.services), 0),
            )
            for provider in providers
        }
        self._state = file.load() or RegistrationsState()
        self._index()

    @override
    def client(self, client_id: str) -> RegisteredClient | None:
        return self._by_id.get(client_id) or self._providers.get(client_id)

    def client_of(self, gcid: Gcid) -> RegisteredClient | None:
        """Return the client of an account, None when it has none."""
        return self._of(gcid).client

    def has_service(self, gcid: Gcid, service: Service) -> bool:
        """Tell whether an account's own client is subscribed."""
        client = self.client_of(gcid)
        return client is not None and service in client.services

    def create(self, gcid: Gcid) -> RegisteredClient:
        """Make a client without any service; PortalRefusal when there is one, or was one until just now."""
        registration = self._of(gcid)
        now_ms = self._clock.now_ms()
        if registration.client is not None:
            raise PortalRefusal("There is a CarData client for this account already.")
        if registration.deleted_at_ms is not None:
            self._check_patience(registration.deleted_at_ms + 2 * self._delay_ms)
        client = RegisteredClient(client_id=str(uuid.uuid4()), gcid=gcid, changed_at_ms=now_ms, services={})
        self._change(gcid, Registration(client=client))
        return client

    def delete(self, gcid: Gcid) -> None:
        """Delete the client of an account, if it has one."""
        if self._of(gcid).client is not None:
            self._change(gcid, Registration(client=None, deleted_at_ms=self._clock.now_ms()))

    def subscribe(self, gcid: Gcid, service: Service) -> None:
        """Subscribe the account's client to a service; PortalRefusal when it comes too soon after another change."""
        client, now_ms = self._changeable(gcid), self._clock.now_ms()
        if service not in client.services:
            client.services[service] = now_ms + self._delay_ms
            client.changed_at_ms = now_ms
            self._change(gcid, Registration(client=client))

    def unsubscribe(self, gcid: Gcid, service: Service) -> None:
        """End the subscription of a service; PortalRefusal when it comes too soon after another change."""
        client = self._changeable(gcid)
        if client.services.pop(service, None) is not None:
            client.changed_at_ms = self._clock.now_ms()
            self._change(gcid, Registration(client=client))

    @override
    def counts(self, client: RegisteredClient, service: Service) -> bool:
        counts_from_ms = client.services.get(service)
        return counts_from_ms is not None and counts_from_ms <= self._clock.now_ms()

    def reset(self) -> None:
        """Give every account the client of its settings again."""
        self._state = RegistrationsState()
        self._file.save(self._state)
        self._index()

    def _changeable(self, gcid: Gcid) -> RegisteredClient:
        client = self._of(gcid).client
        if client is None:
            raise PortalRefusal("There is no CarData client yet.")
        self._check_patience(client.changed_at_ms + self._delay_ms)
        return client

    def _check_patience(self, until_ms: int) -> None:
        wait_ms = until_ms - self._clock.now_ms()
        if wait_ms > 0:
            raise PortalRefusal(
                "Something went wrong. Please reload the page and try again later. "
                f"(Emulator's note: too soon after the last change, by {-(-wait_ms // 1000)} s.)"
            )

    def _of(self, gcid: Gcid) -> Registration:
        changed = self._state.accounts.get(gcid)
        if changed is not None:
            return changed
        account = self._built_in.get(gcid)
        if account is None:  # its tokens may have outlived it in the data directory
            return Registration(client=None)
        services = dict.fromkeys(sorted(account.services), 0)
        return Registration(
            client=RegisteredClient(client_id=account.client_id, gcid=gcid, changed_at_ms=0, services=services)
        )

    def _change(self, gcid: Gcid, registration: Registration) -> None:
        self._state.accounts[gcid] = registration
        self._file.save(self._state)
        self._index()

    def _index(self) -> None:
        clients = (self._of(gcid).client for gcid in self._built_in)
        self._by_id = {client.client_id: client for client in clients if client is not None}
