"""What BMW's REST answers hold. Every field may be missing: BMW's swagger promises more than its servers send.

They are read by `lenient_structs`: one odd value does not cost a whole answer, and a call.

Field sets: BMW's customer API swagger v1, corrected by answers that clients observed 2025-2026. Vendor spelling ends in
the `rename` of each struct. Times stay BMW's ISO 8601 text.
"""

from typing import Annotated

import msgspec

from bimmerhub.ids import Vin

LONGEST_NAME = 200
"""Characters of a text that is used as a name, a word or a key; BMW's longest are some dozens."""
ContainerId = Annotated[str, msgspec.Meta(max_length=LONGEST_NAME)]


class Mapping(msgspec.Struct, rename="camel", frozen=True):
    """A vehicle of the account. `mapping_type` is PRIMARY or SECONDARY; REST data is given out for PRIMARY only."""

    vin: Vin
    mapped_since: str | None = None
    mapping_type: str | None = None


class MappingList(msgspec.Struct, frozen=True):
    """The vehicles of an account, and how many items of the answer could not be read: a car may be missing."""

    data: tuple[Mapping, ...] = ()
    unreadable_items: int = 0


class BasicData(msgspec.Struct, rename="camel", frozen=True):
    """What kind of vehicle it is. `drive_train` is CONV, BEV, PHEV or MHEV; `propulsion_type` cannot be relied on.

    `reess_nominal_capacity_gross` is in ampere hours, as text. What BMW's swagger promises and no answer seen so far
    had: `vin`, `colour_code`, `country_code_iso`, `is_telematics_capable`, `pu_step`, `model_range`,
    `hvs_max_energy_absolute` (observed by clients 2025-2026).
    """

    vin: str | None = None
    brand: str | None = None
    model_name: str | None = None
    model_key: str | None = None
    model_range: str | None = None
    series: str | None = None
    series_devt: str | None = None
    body_type: str | None = None
    drive_train: str | None = None
    propulsion_type: str | None = None
    engine: str | None = None
    head_unit: str | None = None
    has_navi: bool | None = None
    has_sun_roof: bool | None = None
    number_of_doors: int | None = None
    steering: str | None = None
    country_code: str | None = None
    country_code_iso: str | None = msgspec.field(default=None, name="countryCodeISO")
    colour_description: str | None = None
    colour_code: str | None = None
    colour_code_raw: str | None = None
    construction_date: str | None = None
    full_sa_list: str | None = msgspec.field(default=None, name="fullSAList")
    charging_modes: tuple[str, ...] | None = None
    reess_nominal_capacity_gross: str | None = None
    hvs_max_energy_absolute: str | None = None
    sim_status: str | None = None
    pu_step: str | None = None
    is_telematics_capable: bool | None = None


class Container(msgspec.Struct, rename="camel", frozen=True):
    """A named set of descriptors at BMW. `state` is ACTIVE, INACTIVE or DELETED; deleted ones count to the limit of 10.

    `technical_descriptors` is None in lists.
    """

    container_id: ContainerId
    name: str | None = None
    purpose: str | None = None
    state: str | None = None
    created: str | None = None
    technical_descriptors: tuple[str, ...] | None = None


class ErrorBody(msgspec.Struct, rename="camel", frozen=True):
    """BMW's CustomerErrorResponse."""

    exve_error_id: str | None = None
    exve_error_msg: str | None = None
    exve_error_ref: str | None = None
    exve_note: str | None = None


def shortened(text: str | None, most: int = LONGEST_NAME) -> str | None:
    """Return a text of BMW's cut to so many characters; the whole stays in the answer's document."""
    return text if text is None or len(text) <= most else f"{text[: most - 1]}…"
