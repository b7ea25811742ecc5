"""Which vehicles' live readings a command prints."""

from collections.abc import Sequence

from bimmerhub.cli.context import WrongUsage
from bimmerhub.cli.hub_access.hub_client import HubClient
from bimmerhub.cli.reads import public
from bimmerhub.ids import Vin, mask_vin


class WantedCars:
    """Those of an account (None: of any) whose VIN has one of some endings; all of them where there are none."""

    def __init__(self, client: HubClient, *, endings: Sequence[str], account: str | None) -> None:
        self.endings = tuple(endings)
        self.account = account
        self.client = client
        self._accounts: dict[str, frozenset[str]] = {}
        self._models: dict[str, str | None] = {}

    def by(self, client: HubClient) -> "WantedCars":
        """Return the same for another client, as of a hub that has started anew; `load` it."""
        return WantedCars(client, endings=self.endings, account=self.account)

    async def load(self) -> None:
        """Ask the hub which vehicles there are; WrongUsage when it knows some, and none of them has an ending."""
        await self._load_accounts()
        wanted = list(filter(self._is_wanted, self._accounts))
        unknown = [ending for ending in self.endings if not any(vin.endswith(ending) for vin in wanted)]
        if unknown and self._accounts:
            names = ", ".join(sorted(mask_vin(Vin(vin)) for vin in self._accounts))
            raise WrongUsage(f"no vehicle's VIN ends with {unknown[0][-17:]!r}", hint=f"Known: {names}")

    async def includes(self, vin: str) -> bool:
        """Tell whether a vehicle is wanted; the hub is asked whose it is when it comes up for the first time."""
        if self.account is not None and not self._accounts.get(vin):
            await self._load_accounts()
        return self._is_wanted(vin)

    def names(self) -> list[str]:
        """Return the wanted ones of the vehicles that are known, by the end of their VIN."""
        return sorted(mask_vin(Vin(vin)) for vin in self._accounts if self._is_wanted(vin))

    def models(self) -> dict[Vin, str | None]:
        """Return the wanted ones of the vehicles that are known, each with its model if that is known."""
        return {Vin(vin): model for vin, model in self._models.items() if self._is_wanted(vin)}

    async def _load_accounts(self) -> None:
        wanted = public.vehicles()
        vehicles = (await self.client.fetch(wanted.path, wanted.shape)).items
        self._accounts = {car.vin: frozenset(seen.account for seen in car.accounts) for car in vehicles}
        self._models = {car.vin: car.model for car in vehicles}

    def _is_wanted(self, vin: str) -> bool:
        has_ending = not self.endings or vin.endswith(self.endings)
        return has_ending and (self.account is None or self.account in self._accounts.get(vin, ()))
