"""Which descriptors each car streams: the portal's page "Configure data stream"."""

from collections.abc import Collection
from dataclasses import dataclass, field

from bimmerhub.emulator.cardata.catalogue import streamable_keys
from bimmerhub.emulator.host.state_file import StateFile
from bimmerhub.ids import Gcid, Vin


@dataclass(slots=True, kw_only=True)
class AccountTicks:
    """The choices of one account. A car without one is not configured: nothing of it is streamed."""

    cars: dict[Vin, frozenset[str]] = field(default_factory=dict)


@dataclass(slots=True, kw_only=True)
class TicksState:
    """The accounts whose choices were changed; every car of the others has all descriptors ticked."""

    accounts: dict[Gcid, AccountTicks] = field(default_factory=dict)


class Ticks:
    """The ticks of all accounts."""

    def __init__(self, file: StateFile[TicksState]) -> None:
        self._file = file
        self._state = file.load() or TicksState()

    def is_ticked(self, gcid: Gcid, vin: Vin, descriptor: str) -> bool:
        """Tell whether a descriptor of a car is streamed. Cheap: asked once a message."""
        account = self._state.accounts.get(gcid)
        return account is None or descriptor in account.cars.get(vin, ())

    def of_car(self, gcid: Gcid, vin: Vin) -> frozenset[str] | None:
        """Return what is ticked for a car, None when its stream is not configured."""
        account = self._state.accounts.get(gcid)
        return streamable_keys() if account is None else account.cars.get(vin)

    def is_configured(self, gcid: Gcid) -> bool:
        """Tell whether any car of the account has a stream configured."""
        account = self._state.accounts.get(gcid)
        return account is None or bool(account.cars)

    def save(self, gcid: Gcid, vin: Vin, descriptors: Collection[str], *, all_vins: Collection[Vin]) -> None:
        """Tick exactly these for a car. `all_vins` are the account's: the others keep what they have."""
        self._changeable(gcid, all_vins).cars[vin] = streamable_keys().intersection(descriptors)
        self._file.save(self._state)

    def drop(self, gcid: Gcid, vin: Vin, *, all_vins: Collection[Vin]) -> None:
        """Leave a car without a configured stream. `all_vins` are the account's: the others keep what they have."""
        self._changeable(gcid, all_vins).cars.pop(vin, None)
        self._file.save(self._state)

    def clear(self, gcid: Gcid) -> None:
        """Leave every car of an account without a configured stream."""
        self._state.accounts[gcid] = AccountTicks()
        self._file.save(self._state)

    def reset(self) -> None:
        """Tick everything for every car again."""
        self._state = TicksState()
        self._file.save(self._state)

    def _changeable(self, gcid: Gcid, all_vins: Collection[Vin]) -> AccountTicks:
        return self._state.accounts.setdefault(gcid, AccountTicks(cars=dict.fromkeys(all_vins, streamable_keys())))
