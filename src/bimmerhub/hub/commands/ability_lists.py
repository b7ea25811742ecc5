"""What each car can be asked to do, as BMW listed it last: stored, to be shown when BMW does not answer."""

import logging
from dataclasses import dataclass

import msgspec

from bimmerhub.bmw.car_commands.capabilities import NOT_SENT
from bimmerhub.domain.command import CommandKind
from bimmerhub.errors import BmwRefused, StoreError
from bimmerhub.hub.feeds.families.family_client import FamilyCar
from bimmerhub.ids import Vin, mask_vin
from bimmerhub.json_faults import NOT_JSON
from bimmerhub.store.ports.settings import StoredSettings
from bimmerhub.views.ports.commands import Ability, ListedCapability

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class AbilityList:
    """What a car could be asked to do at `listed_at_ms` (milliseconds UTC), by the account of that name.

    What has no word in `CommandKind` cannot be asked for here, and is no command of any entry.
    """

    account: str
    listed_at_ms: int
    items: list[Ability]
    capabilities: list[ListedCapability]


def list_abilities(car: FamilyCar, *, account: str, listed_at_ms: int) -> AbilityList:
    """Return what a car can be asked to do, by its own list."""
    kinds = [kind for kind in car.commands if isinstance(kind, CommandKind)]
    refusals = {kind: car.refusal(kind) for kind in kinds}
    return AbilityList(
        account=account,
        listed_at_ms=listed_at_ms,
        items=[
            Ability(kind=str(kind), refusal=None if refusal is None else _reason(refusal))
            for kind, refusal in refusals.items()
        ],
        capabilities=list(car.capabilities()),
    )


class AbilityLists:
    """The newest list of each car. One that cannot be read is none."""

    def __init__(self, settings: StoredSettings) -> None:
        self._settings = settings

    async def save(self, car: FamilyCar, *, account: str, listed_at_ms: int) -> None:
        """Replace a car's list; where the store cannot be written, the list before stays."""
        abilities = list_abilities(car, account=account, listed_at_ms=listed_at_ms)
        vin = car.vehicle.vin
        try:
            await self._settings.save_setting(_key(vin), msgspec.json.encode(abilities).decode())
        except StoreError as error:
            _log.warning("%s: what it can be asked to do is not stored: %s", mask_vin(vin), error)

    async def load(self, vin: Vin) -> AbilityList | None:
        """Return a car's list, None when BMW never told one."""
        text = (await self._settings.load_settings(_key(vin))).get(_key(vin), "")
        try:
            return msgspec.json.decode(text, type=AbilityList)
        except NOT_JSON:
            return None


def _key(vin: Vin) -> str:
    return f"abilities.{vin}"


def _reason(refusal: BmwRefused) -> str:
    """Return the reason in a refusal, without what was asked for and that it was not sent: nothing was asked for."""
    return str(refusal).removesuffix(NOT_SENT).split(": ", 1)[-1]
