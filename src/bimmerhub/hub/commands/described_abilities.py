"""What a car can be asked to do, in words: its list, and what stands in for it while BMW does not answer."""

from bimmerhub.errors import BimmerhubError, BmwRefused
from bimmerhub.hub.commands.ability_lists import AbilityList
from bimmerhub.hub.commands.cars import NOT_LISTED, READING_ONLY
from bimmerhub.views.ports.commands import Abilities


def describe_abilities(
    listed: AbilityList | None, *, is_opening_allowed: bool, failure: BimmerhubError | None = None
) -> Abilities:
    """Return what a car can be asked to do: as BMW lists it, or did before the failure to get it anew."""
    is_current = failure is None or is_lasting(failure)
    notice = None if failure is None else _notice(failure)
    if listed is None:
        return Abilities(items=(), notice=notice, is_opening_allowed=is_opening_allowed, is_current=is_current)
    return Abilities(
        items=listed.items,
        notice=notice,
        is_opening_allowed=is_opening_allowed,
        capabilities=listed.capabilities,
        account=listed.account,
        listed_at_ms=listed.listed_at_ms,
        is_current=is_current,
    )


def is_lasting(error: BimmerhubError) -> bool:
    """Tell whether this is an answer about the car, and not a failure to get one."""
    return isinstance(error, BmwRefused) and error.code in {READING_ONLY, NOT_LISTED}


def _notice(error: BimmerhubError) -> str:
    text = str(error)
    if is_lasting(error):
        return f"{text[:1].upper()}{text[1:]}."
    what_to_do = f" {error.hint.rstrip('.')}." if error.hint else ""
    return f"BMW does not tell now what this car can: {text.rstrip('.')}.{what_to_do}"
