"""What is known of a vehicle besides its readings."""

from dataclasses import dataclass

from bimmerhub.ids import Vin

PRIMARY, SECONDARY = "PRIMARY", "SECONDARY"
"""BMW's words for a user's relation to a car; it gives data to the primary user only. Source: BMW's CarData guide."""

_IDRIVE = (("ID4", "4"), ("ID5", "5"), ("ID6", "6"), ("ID7", "7"), ("ID8", "8"), ("MGU_02", "8"), ("MGU", "7"))
"""Parts of the words for head units, and the generation of iDrive; the first that fits counts."""


@dataclass(frozen=True, slots=True, kw_only=True)
class VehicleAccount:
    """An account that sees a vehicle. `account` is its local name; `mapping` is BMW's word, None when it told none."""

    account_id: int
    account: str
    mapping: str | None
    seen_at_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Vehicle:
    """One vehicle, whichever accounts see it. Everything but the VIN is None until BMW or a person has told it.

    `key` names the vehicle where its VIN is not to be shown: 8 letters, the same for ever; None before it is stored.
    `accounts` are those that see it, the one whose data it gives first; none for cars that only a capture told of.
    `drivetrain` is BEV, PHEV, MHEV or CONV (see `domain.drivetrain`); `name` is the owner's.
    """

    vin: Vin
    key: str | None = None
    accounts: tuple[VehicleAccount, ...] = ()
    name: str | None = None
    brand: str | None = None
    model: str | None = None
    drivetrain: str | None = None

    @property
    def account(self) -> str | None:
        """The name of the account whose car it is, None for none."""
        return self.accounts[0].account if self.accounts else None

    @property
    def mapping(self) -> str | None:
        """That account's relation to the car: PRIMARY or SECONDARY, None when not known."""
        return self.accounts[0].mapping if self.accounts else None

    def is_seen_by(self, account_id: int) -> bool:
        """Tell whether this account sees the vehicle, in whatever relation."""
        return any(seen.account_id == account_id for seen in self.accounts)

    def is_given_to(self, account_id: int) -> bool:
        """Tell whether BMW gives the vehicle's data to this account: it sees it, and not as its secondary user."""
        return any(seen.account_id == account_id and seen.mapping != SECONDARY for seen in self.accounts)


def derive_idrive(head_unit: str | None) -> str | None:
    """Return the generation of iDrive that BMW's word for the head unit stands for, None when it is not known.

    Inferred from the words in public captures of basicData (ID5 and ID6 say it; MGU_02_A was in an i5 with iDrive 8).
    """
    word = (head_unit or "").upper()
    return next((generation for part, generation in _IDRIVE if part in word), None)
