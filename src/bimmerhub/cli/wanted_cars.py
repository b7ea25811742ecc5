"""Which vehicles' live readings a command prints."""

from bimmerhub.cli.context import WrongUsage
from bimmerhub.cli.hub_client import HubClient
from bimmerhub.cli.reads import public
from bimmerhub.ids import Vin, mask_vin


class WantedCars:
    """Those of an account (None: of any) whose VIN has an ending."""

    def __init__(self, client: HubClient, *, ending: str, account: str | None) -> None:
        self.ending = ending
        self.account = account
        self._client = client
        self._accounts: dict[str, frozenset[str]] = {}

    async def load(self) -> None:
        """Ask the hub which vehicles there are; WrongUsage when it knows some, and none of them is wanted."""
        await self._load_accounts()
        if self.ending and self._accounts and not any(map(self._is_wanted, self._accounts)):
            names = ", ".join(sorted(mask_vin(Vin(vin)) for vin in self._accounts))
            raise WrongUsage(f"no vehicle's VIN ends with {self.ending[-17:]!r}", hint=f"Known: {names}")

    async def includes(self, vin: str) -> bool:
        """Tell whether a vehicle is wanted; the hub is asked whose it is when it comes up for the first time."""
        if self.account is not None and not self._accounts.get(vin):
            await self._load_accounts()
        return self._is_wanted(vin)

    def names(self) -> list[str]:
        """Return the wanted ones of the vehicles that are known, by the end of their VIN."""
        return sorted(mask_vin(Vin(vin)) for vin in self._accounts if self._is_wanted(vin))

    async def _load_accounts(self) -> None:
        wanted = public.vehicles()
        vehicles = (await self._client.fetch(wanted.path, wanted.shape)).items
        self._accounts = {car.vin: frozenset(seen.account for seen in car.accounts) for car in vehicles}

    def _is_wanted(self, vin: str) -> bool:
        return vin.endswith(self.ending) and (self.account is None or self.account in self._accounts.get(vin, ()))
