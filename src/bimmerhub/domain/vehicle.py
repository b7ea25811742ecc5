"""What is known of a vehicle besides its readings."""

from dataclasses import dataclass

from bimmerhub.ids import Vin
from bimmerhub.times import format_time

PRIMARY, SECONDARY = "PRIMARY", "SECONDARY"
"""BMW's words for a user's relation to a car; it gives data to the primary user only. Source: BMW's CarData guide."""

_SECONDARY_USER = "secondary user: BMW gives its data to the primary one"

_IDRIVE = (("ID4", "4"), ("ID5", "5"), ("ID6", "6"), ("ID7", "7"), ("ID8", "8"), ("MGU_02", "8"), ("MGU", "7"))
"""Parts of the words for head units, and the generation of iDrive; the first that fits counts."""


@dataclass(frozen=True, slots=True, kw_only=True)
class VehicleMapping:
    """A vehicle of an account as BMW's mappings name it, for good or since `mapped_since_ms`; None: not said."""

    vin: Vin
    mapping: str | None
    mapped_since_ms: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class VehicleAccount:
    """An account that sees a vehicle, or saw it. `account` is its local name.

    `mapping` is BMW's word, None when BMW never named the vehicle; `mapped_since_ms` is since when it is mapped, as BMW
    says. `unmapped_at_ms` is when the mappings first left it out, None while they name it.
    """

    account_id: int
    account: str
    mapping: str | None
    seen_at_ms: int
    mapped_since_ms: int | None = None
    unmapped_at_ms: int | None = None

    @property
    def is_named(self) -> bool:
        """Whether BMW's mappings name the vehicle; False also for one that only streamed so far."""
        return self.unmapped_at_ms is None and (self.mapping, self.mapped_since_ms) != (None, None)

    @property
    def is_given(self) -> bool:
        """Whether BMW gives the vehicle's data to the account, as far as it is known."""
        return self.unmapped_at_ms is None and self.mapping != SECONDARY

    @property
    def trouble(self) -> str | None:
        """Say why the account gets no data of the vehicle, None when it does."""
        if self.unmapped_at_ms is None:
            return None if self.mapping != SECONDARY else f"account {self.account} is its {_SECONDARY_USER}"
        if self.mapping is None:
            return f"BMW does not name it among the cars of account {self.account}"
        return f"no longer mapped to account {self.account} since {format_time(self.unmapped_at_ms)[:10]}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Vehicle:
    """One vehicle, whichever accounts see it. Everything but the VIN is None until BMW or a person has told it.

    `key` names the vehicle where its VIN is not to be shown: 8 letters, the same for ever; None before it is stored.
    `accounts` are those that see it or saw it, the one that gets its data first; none for cars of a capture only.
    `drivetrain` is BEV, PHEV, MHEV or CONV (see `domain.drivetrain`); `name` is the owner's.
    `archived_at_ms` is when a person put it away, `sold_on` its day of sale (2026-01-31), after which what it tells is
    its next owner's and is not stored; both are None while it is in use. `opening_allowed_at_ms` is when a person
    allowed commands that open it; None: they are refused.
    """

    vin: Vin
    key: str | None = None
    accounts: tuple[VehicleAccount, ...] = ()
    name: str | None = None
    brand: str | None = None
    model: str | None = None
    drivetrain: str | None = None
    archived_at_ms: int | None = None
    sold_on: str | None = None
    opening_allowed_at_ms: int | None = None

    @property
    def account(self) -> str | None:
        """The name of the account whose car it is, None for none."""
        return self.accounts[0].account if self.accounts else None

    @property
    def mapping(self) -> str | None:
        """That account's relation to the car: PRIMARY or SECONDARY, None when not known."""
        return self.accounts[0].mapping if self.accounts else None

    @property
    def is_archived(self) -> bool:
        """Whether a person put it away: its history stays, nothing is asked of it."""
        return self.archived_at_ms is not None

    @property
    def notice(self) -> str | None:
        """Say in one sentence why nothing comes of it any more, None when that is not to be expected."""
        if self.is_archived:
            return f"archived: what it tells after {self.sold_on} is not stored, and nothing is asked of it"
        if not self.accounts or any(seen.is_given for seen in self.accounts):
            return None
        return "; ".join(seen.trouble for seen in self.accounts if seen.trouble is not None)

    def seen_by(self, account_id: int) -> VehicleAccount | None:
        """Return how this account sees the vehicle or saw it, None when it never did."""
        return next((seen for seen in self.accounts if seen.account_id == account_id), None)

    def is_given_to(self, account_id: int) -> bool:
        """Tell whether the vehicle's data are to be asked for with this account: BMW gives them, it is not archived."""
        seen = self.seen_by(account_id)
        return seen is not None and self.gives(seen) and not self.is_archived

    def gives(self, seen: VehicleAccount) -> bool:
        """Tell whether BMW gives the vehicle's data to one of its `accounts`, as far as it is known.

        A car has one primary user: when it was mapped to another one later, as after a sale, it is that one, even if
        the mappings of the one before have not come anew.
        """
        return seen.is_given and not any(
            other.is_given
            and other.mapping == seen.mapping == PRIMARY
            and (other.mapped_since_ms or 0) > (seen.mapped_since_ms or 0)
            for other in self.accounts
        )


def derive_idrive(head_unit: str | None) -> str | None:
    """Return the generation of iDrive that BMW's word for the head unit stands for, None when it is not known.

    Inferred from the words in public captures of basicData (ID5 and ID6 say it; MGU_02_A was in an i5 with iDrive 8).
    """
    word = (head_unit or "").upper()
    return next((generation for part, generation in _IDRIVE if part in word), None)
