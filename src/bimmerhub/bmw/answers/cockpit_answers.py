"""Navigation and efficiency, as the ConnectedDrive portal and i Remote's hosts tell them alike. Pure.

In: a body. Out: a model, or MalformedPayload. Every field may be missing; a number may be written as text.
Sources: stored answers of several cars (2018-2021). The battery figures are what the car measured: `soc_max_kwh` falls
with age. The consumption curves are eleven hexadecimal numbers of unknown unit; their text is kept beside them.
"""

from typing import Final

import msgspec

from bimmerhub.bmw.answers.lenient_structs import decode_members, read_needed

Number = int | float

_NOTHING: Final = frozenset({"", "--", "-"})
_LONGEST_CURVE: Final = 400


class Navigation(msgspec.Struct, rename="camel", frozen=True, kw_only=True):
    """What the navigation reckons with. `iso_country_code` has three letters. Minimal cars tell position and battery.

    `drive_train` has words of its own: `phev_otto`, `bev_ohne_rex`, `bev_rex`. The k values are integers whose meaning
    is not known (inferred: acceleration, deceleration, up and down hill).
    """

    latitude_deg: Number | None = msgspec.field(default=None, name="latitude")
    longitude_deg: Number | None = msgspec.field(default=None, name="longitude")
    iso_country_code: str | None = None
    aux_power_regular_kw: Number | None = msgspec.field(default=None, name="auxPowerRegular")
    aux_power_eco_pro_kw: Number | None = msgspec.field(default=None, name="auxPowerEcoPro")
    aux_power_eco_pro_plus_kw: Number | None = msgspec.field(default=None, name="auxPowerEcoProPlus")
    soc_kwh: Number | None = msgspec.field(default=None, name="soc")
    soc_max_kwh: Number | None = msgspec.field(default=None, name="socMax")
    eco: str | None = None
    norm: str | None = None
    eco_ev: str | None = None
    norm_ev: str | None = None
    vehicle_mass_kg: Number | None = msgspec.field(default=None, name="vehicleMass")
    k_acc_reg: Number | None = None
    k_dec_reg: Number | None = None
    k_acc_eco: Number | None = None
    k_dec_eco: Number | None = None
    k_up: Number | None = None
    k_down: Number | None = None
    drive_train: str | None = None
    has_pending_update: bool | None = msgspec.field(default=None, name="pendingUpdate")
    is_tracking_allowed: bool | None = msgspec.field(default=None, name="vehicleTracking")

    def curve(self, name: str) -> tuple[int, ...] | None:
        """Return a consumption curve (`eco`, `norm`, `eco_ev`, `norm_ev`) as numbers; None when it is none."""
        return read_curve(getattr(self, name))


def read_curve(text: str | None) -> tuple[int, ...] | None:
    """Return the hexadecimal numbers of a curve; None when the text is no list of them."""
    if text is None or len(text) > _LONGEST_CURVE:
        return None
    try:
        return tuple(int(part.strip(), 16) for part in text.split(","))
    except ValueError:
        return None


class EfficiencyEntry(msgspec.Struct, rename="camel", frozen=True, kw_only=True):
    """One figure of the last trip or of the car's life: a number in `unit` (KM, L_PER_100KM, ...), a time, or None."""

    name: str | None = None
    unit: str | None = None
    last_trip: str | None = None
    life_time: str | None = None

    @property
    def text(self) -> str | None:
        """What it says, None for "--"."""
        text = self.last_trip if self.last_trip is not None else self.life_time
        return None if text is None or text.strip() in _NOTHING else text.strip()


class EfficiencyRating(msgspec.Struct, rename="camel", frozen=True, kw_only=True):
    """How the car is driven, 0 to 5: CONSUMPTION, DRIVING_MODE, CHARGING_BEHAVIOUR, ELECTRIC_DRIVING."""

    characteristic: str | None = None
    quantity: int | None = None


class EfficiencyScore(msgspec.Struct, rename="camel", frozen=True, kw_only=True):
    """A figure of the car's life with its scale; electric cars only."""

    attribute: str | None = msgspec.field(default=None, name="attrName")
    unit: str | None = msgspec.field(default=None, name="attrUnit")
    minimum: Number | None = msgspec.field(default=None, name="minValue")
    maximum: Number | None = msgspec.field(default=None, name="maxValue")
    life_time: Number | None = None


class Efficiency(msgspec.Struct, rename="camel", frozen=True, kw_only=True):
    """How efficiently a car is driven; the quotient is from 0 to 100."""

    model_type: str | None = None
    efficiency_quotient: int | None = None
    is_community_on: bool | None = msgspec.field(default=None, name="communitySwitch")
    last_trip: tuple[EfficiencyEntry, ...] = msgspec.field(default=(), name="lastTripList")
    life_time: tuple[EfficiencyEntry, ...] = msgspec.field(default=(), name="lifeTimeList")
    ratings: tuple[EfficiencyRating, ...] = msgspec.field(default=(), name="characteristicList")
    scores: tuple[EfficiencyScore, ...] = msgspec.field(default=(), name="scoreList")


def decode_navigation(body: bytes) -> Navigation:
    """Return the navigation's figures; i Remote's hosts spell `socmax`."""
    members = decode_members(body, "navigation")
    if "socMax" not in members and "socmax" in members:
        members = {**members, "socMax": members["socmax"]}
    return read_needed(Navigation, members, "navigation")


def decode_efficiency(body: bytes) -> Efficiency:
    """Return the efficiency figures."""
    return read_needed(Efficiency, decode_members(body, "efficiency"), "efficiency")
