"""What a person changes of how a car charges besides its profile: the charge target and the current. Pure."""

from dataclasses import dataclass
from typing import Final

from bimmerhub.errors import ConfigError

CHARGE_TARGETS_PERCENT: Final = tuple(range(20, 101, 5))
"""The charge targets that the MyBMW app takes (clients, 2023-2025)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SettingsChange:
    """A change of charging settings; what is None stays as it is.

    `ac_limit_a` limits the current at alternating current, in amperes; which limits a car has, its own list says.
    ConfigError for a target that no car has, and for no change at all.
    """

    target_percent: int | None = None
    ac_limit_a: int | None = None

    def __post_init__(self) -> None:
        """Refuse what no car could take."""
        if self.target_percent is None and self.ac_limit_a is None:
            raise ConfigError("nothing of the charging settings is to be changed")
        if self.target_percent is not None and self.target_percent not in CHARGE_TARGETS_PERCENT:
            raise ConfigError("a charge target is 20 to 100 %, in steps of 5")
