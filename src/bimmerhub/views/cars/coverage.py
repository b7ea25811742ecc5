"""Coverage: for each descriptor of a vehicle whether it arrives, and if not, why."""

from collections.abc import Sequence
from itertools import chain
from statistics import mode
from typing import Annotated, NamedTuple

import msgspec

from bimmerhub.domain.catalogue.model_facts import load_model_facts
from bimmerhub.domain.coverage.coverage_verdicts import Coverage
from bimmerhub.domain.vehicle import derive_idrive
from bimmerhub.ids import Vin
from bimmerhub.times import format_optional_time
from bimmerhub.views.cars.vehicles import CarPage, find_brand
from bimmerhub.views.fields import Page, Time
from bimmerhub.views.ports.cars import CoverageJudge, VehicleStates
from bimmerhub.views.viewer import Viewer


class CoverageAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """Whether one descriptor arrives, and if not, why."""

    descriptor: str
    title: str | None
    ticked: Annotated[str, msgspec.Meta(description="yes, no, unknown, or cannot (not streamable)")]
    verdict: str
    why: str
    last_streamed_at: Time | None
    last_rest_at: Time | None
    usual_gap_s: Annotated[float | None, msgspec.Meta(description="median time between its newest values by stream")]
    cadence: Annotated[
        str | None,
        msgspec.Meta(description="as observed: trip_high, trip, trip_start_end, trip_end, charging; null: no rule"),
    ]
    known: Annotated[str | None, msgspec.Meta(description="what cars of its model were seen to do, with the source")]
    rejected: Annotated[int, msgspec.Meta(description="how many of the last 30 days' values a person rejected")]


class ModelDescriptorAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """Whether cars of one model send a descriptor."""

    descriptor: str
    verdict: str
    cadence: str | None


class ModelCoverageAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """What cars of one model send here, without anything that tells one car from another."""

    brand: Annotated[str | None, msgspec.Meta(description="as BMW says, else what the VIN stands for")]
    brand_from_vin: Annotated[bool, msgspec.Meta(description="whether the brand is only read off the VIN")]
    model: str | None
    drivetrain: str | None
    head_unit: Annotated[str | None, msgspec.Meta(description="BMW's word")]
    idrive: Annotated[str | None, msgspec.Meta(description="generation of iDrive, inferred from the head unit")]
    descriptors: list[ModelDescriptorAnswer]


class ModelFactAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """What cars of one model were seen to do with some descriptors."""

    car: str
    descriptors: list[str]
    sends: Annotated[str, msgspec.Meta(description="stream, trip_end (by stream, at the end of a drive), rest, never")]
    note: str
    source: str


async def view_coverage(
    viewer: Viewer, judge: CoverageJudge, vehicles: VehicleStates, vin: Vin
) -> CarPage[CoverageAnswer]:
    """Return the coverage of every descriptor, by descriptor; judged from the last 30 days."""
    viewer.require_vehicle(vin)
    notice = next((vehicle.notice for vehicle in vehicles.vehicles() if vehicle.vin == vin), None)
    items = [_describe_coverage(coverage) for coverage in await judge.coverage(vin)]
    return CarPage(items=items, next=None, notice=notice)


async def view_model_coverage(
    viewer: Viewer, judge: CoverageJudge, vehicles: VehicleStates, vin: Vin | None = None
) -> Page[ModelCoverageAnswer]:
    """Return key, verdict and cadence by model and iDrive generation, of one car or of all; no VIN, no times.

    Of several cars of one model, what most of them say counts.
    """
    if vin is not None:
        viewer.require_vehicle(vin)
    cars: dict[_Model, list[Sequence[Coverage]]] = {}
    for car in vehicles.vehicles():
        if viewer.may_see(car.vin) and vin in {None, car.vin}:
            brand, brand_from_vin = find_brand(car)
            model = _Model(brand, brand_from_vin, car.model, car.drivetrain, await judge.head_unit(car.vin))
            cars.setdefault(model, []).append(await judge.coverage(car.vin))
    models = sorted(cars.items(), key=lambda row: tuple(str(word or "") for word in row[0]))
    return Page(items=[_describe_model(model, coverages) for model, coverages in models], next=None)


async def view_model_facts(viewer: Viewer) -> Page[ModelFactAnswer]:  # noqa: ARG001 - as every view
    """Return what models are known to send otherwise than BMW's catalogue says."""
    facts = [
        ModelFactAnswer(
            car=fact.car, descriptors=list(fact.descriptors), sends=fact.sends, note=fact.note, source=fact.source
        )
        for fact in load_model_facts()
    ]
    return Page(items=facts, next=None)


class _Model(NamedTuple):
    brand: str | None
    brand_from_vin: bool
    model: str | None
    drivetrain: str | None
    head_unit: str | None


def _describe_model(model: _Model, coverages: Sequence[Sequence[Coverage]]) -> ModelCoverageAnswer:
    by_descriptor: dict[str, list[Coverage]] = {}
    for coverage in chain.from_iterable(coverages):
        by_descriptor.setdefault(coverage.descriptor, []).append(coverage)
    return ModelCoverageAnswer(
        brand=model.brand,
        brand_from_vin=model.brand_from_vin,
        model=model.model,
        drivetrain=model.drivetrain,
        head_unit=model.head_unit,
        idrive=derive_idrive(model.head_unit),
        descriptors=[
            ModelDescriptorAnswer(
                descriptor=descriptor,
                verdict=mode(coverage.verdict for coverage in rows).value,
                cadence=mode(coverage.cadence for coverage in rows),
            )
            for descriptor, rows in sorted(by_descriptor.items())
        ],
    )


def _describe_coverage(coverage: Coverage) -> CoverageAnswer:
    return CoverageAnswer(
        descriptor=coverage.descriptor,
        title=coverage.title,
        ticked=coverage.ticked,
        verdict=coverage.verdict.value,
        why=coverage.why,
        last_streamed_at=format_optional_time(coverage.last_streamed_ms),
        last_rest_at=format_optional_time(coverage.last_rest_ms),
        usual_gap_s=coverage.usual_gap_s,
        cadence=coverage.cadence,
        known=coverage.model_note,
        rejected=coverage.rejected,
    )
