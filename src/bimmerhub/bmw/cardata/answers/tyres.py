"""BMW's tyre diagnosis (Smart Maintenance): what is mounted, what is in store, how worn.

A car without that service answers all the same, with every label and nothing behind it: zero dimensions, zero mileage
(observed by clients 2025-2026). `read_tyre_diagnosis` tells the two apart. Field set: BMW's customer API swagger v1.
Nobody has published an answer of a car that has the service, so the texts' vocabulary is not known; the colours are
RED, YELLOW, GREEN and GREY. Texts are in English. `label` is BMW's word for a field, `value` its value as BMW shows it.
"""

import msgspec

from bimmerhub.bmw.answers.lenient_structs import read_object


class Labelled(msgspec.Struct, rename="camel", frozen=True):
    """A field as BMW shows it."""

    label: str | None = None
    value: str | None = None


class Dimension(Labelled, rename="camel", frozen=True):
    """A tyre's size, e.g. 245/45 R19 102 Y: `section_width` in mm, `aspect_ratio` in percent, `rim_diameter` in inch.

    BMW names no units; these are those of the markings on every tyre (ISO 4000-1).
    """

    section_width: int | None = None
    aspect_ratio: int | None = None
    rim_diameter: int | None = None
    load_index: int | None = None
    construction_type: str | None = None
    speed_rating: str | None = None

    @property
    def is_known(self) -> bool:
        """Tell whether there is a size at all; the empty skeleton has zeros."""
        return bool(self.section_width or self.rim_diameter)


class MountingDate(Labelled, rename="camel", frozen=True):
    """When the tyre was mounted."""

    mounting_date: str | None = None


class OptimizedForOem(Labelled, rename="camel", frozen=True):
    """Whether the tyre was made for BMW (the star marking)."""

    optimized_for_oem: str | None = None


class PartNumber(Labelled, rename="camel", frozen=True):
    """BMW's number of the tyre."""

    part_number: str | None = None


class QualityStatus(Labelled, rename="camel", frozen=True):
    """How good a tyre, or a whole set, still is."""

    quality_status: str | None = None


class RunFlat(Labelled, rename="camel", frozen=True):
    """Whether the tyre can be driven on without air."""

    run_flat: bool | None = None


class Season(Labelled, rename="camel", frozen=True):
    """Summer, winter or all year."""

    season: str | None = None


class Tread(Labelled, rename="camel", frozen=True):
    """Who made the tyre, and its pattern."""

    manufacturer: str | None = None
    tread_design: str | None = None
    carcass: str | None = None


class TyreDefect(Labelled, rename="camel", frozen=True):
    """Damage that the car has noticed."""

    status: str | None = None
    status_color: str | None = None


class TyreProductionDate(Labelled, rename="camel", frozen=True):
    """How old the tyre is."""

    status_color: str | None = None


class TyreWear(Labelled, rename="camel", frozen=True):
    """How worn the tyre is. `due_mileage` is in `unit`: KILOMETER or MILE."""

    status: str | None = None
    status_color: str | None = None
    due_mileage: int | None = None
    unit: str | None = None


class Tyre(msgspec.Struct, rename="camel", frozen=True):
    """One tyre."""

    label: str | None = None
    dimension: Dimension | None = None
    mounting_date: MountingDate | None = None
    optimized_for_oem: OptimizedForOem | None = None
    part_number: PartNumber | None = None
    quality_status: QualityStatus | None = None
    run_flat: RunFlat | None = None
    season: Season | None = None
    tread: Tread | None = None
    tyre_defect: TyreDefect | None = None
    tyre_production_date: TyreProductionDate | None = None
    tyre_wear: TyreWear | None = None

    @property
    def is_known(self) -> bool:
        """Tell whether BMW knows this tyre; one without a size is part of the empty skeleton."""
        return self.dimension is not None and self.dimension.is_known


class TyreSet(msgspec.Struct, rename="camel", frozen=True):
    """Four tyres."""

    label: str | None = None
    aggregated_quality_status: QualityStatus | None = None
    front_left: Tyre | None = None
    front_right: Tyre | None = None
    rear_left: Tyre | None = None
    rear_right: Tyre | None = None

    @property
    def is_known(self) -> bool:
        """Tell whether BMW knows any of the four."""
        tyres = (self.front_left, self.front_right, self.rear_left, self.rear_right)
        return any(tyre is not None and tyre.is_known for tyre in tyres)


class DiagnosisError(msgspec.Struct, rename="camel", frozen=True):
    """Something that BMW's tyre service could not do."""

    event_id: str | None = None
    type: str | None = None


class TyreDiagnosis(msgspec.Struct, rename="camel", frozen=True):
    """The tyres that BMW knows: a set is None when it knows none of it."""

    mounted_tyres: TyreSet | None = None
    unmounted_tyres: TyreSet | None = None
    errors: tuple[DiagnosisError, ...] = ()


class _PassengerCar(msgspec.Struct, rename="camel", frozen=True):
    mounted_tyres: TyreSet | None = None
    unmounted_tyres: TyreSet | None = None


class _Answer(msgspec.Struct, rename="camel", frozen=True):
    passenger_car: _PassengerCar | None = None
    errors: tuple[DiagnosisError, ...] = ()


def read_tyre_diagnosis(decoded: object) -> TyreDiagnosis | None:
    """Return a decoded answer as a diagnosis; None when it is the empty skeleton (or no object at all)."""
    answer = read_object(_Answer, decoded)
    if answer is None or answer.passenger_car is None:
        return None
    mounted, unmounted = (
        tyres if tyres is not None and tyres.is_known else None
        for tyres in (answer.passenger_car.mounted_tyres, answer.passenger_car.unmounted_tyres)
    )
    if mounted is None and unmounted is None:
        return None
    return TyreDiagnosis(mounted_tyres=mounted, unmounted_tyres=unmounted, errors=answer.errors)
