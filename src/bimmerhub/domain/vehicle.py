"""What is known of a vehicle besides its readings."""

from dataclasses import dataclass

from bimmerhub.ids import Vin


@dataclass(frozen=True, slots=True, kw_only=True)
class Vehicle:
    """One vehicle. Everything but the VIN is None until BMW or a person has told it.

    `account` is the local name of the account whose car it is, None for cars that only a capture told of.
    `drivetrain` is BEV, PHEV, MHEV or CONV (see `domain.drivetrain`); `mapping` is PRIMARY or SECONDARY; `name` is
    the owner's.
    """

    vin: Vin
    account: str | None = None
    name: str | None = None
    brand: str | None = None
    model: str | None = None
    drivetrain: str | None = None
    mapping: str | None = None
