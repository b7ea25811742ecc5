"""An account's settings: the table `[accounts.NAME]`, and what may stand for NAME."""

from dataclasses import dataclass

from bimmerhub.domain.account.family import Family
from bimmerhub.errors import ConfigError

LONGEST_NAME = 40


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountSettings:
    """One BMW account: its `family` of interfaces, and the `client_id` that BMW's portal shows."""

    client_id: str
    """Client id that BMW's portal shows; `login` then needs none."""
    family: Family = Family.CARDATA
    """Which of BMW's interfaces the account is read by; `cardata` is the only one so far."""


def check_account_name(name: str) -> None:
    """Raise ConfigError when `name` cannot name an account."""
    letters = name.replace("-", "").replace("_", "")
    if not (letters.isalnum() and name.isascii() and len(name) <= LONGEST_NAME):
        raise ConfigError(
            f"{name!r} cannot name an account",
            hint=f"Use up to {LONGEST_NAME} letters, digits, - and _, for example: home",
        )
