"""A car's warranty in a person's words: rows of tables."""

from typing import TYPE_CHECKING

from bimmerhub.bmw.mygarage.words import CoverageKind

if TYPE_CHECKING:
    from bimmerhub.bmw.mygarage import WarrantyReport
    from bimmerhub.bmw.mygarage.models import MileageLimit, SaleInfo

_KINDS = {
    CoverageKind.WARRANTY: "warranty",
    CoverageKind.FEDERAL_EMISSIONS: "federal emissions",
    CoverageKind.CALIFORNIAN_EMISSIONS: "Californian emissions",
}
_ENDLESS_MILES = 999_999
"""BMW's word for no limit."""


def car_lines(report: "WarrantyReport") -> list[tuple[str, str]]:
    """Return pairs of what and value of the car as a whole, none when BMW tells nothing of it."""
    car, warranty = report.vehicle, report.warranty
    pairs: list[tuple[str, object]] = []
    if car is not None:
        model = car.na_model.value if car.na_model else None
        pairs += [
            ("VIN", car.vin),
            ("car", " ".join(str(part) for part in (car.model_year, model) if part)),
            ("built", car.produced),
            ("outside", car.exterior.value if car.exterior else None),
            ("inside", car.interior.value if car.interior else None),
        ]
    if warranty is not None:
        pairs.append(("warranty until", warranty.ends_on))
        pairs.append(("or at", _miles(warranty.mileage, " miles")))
    if report.retail is not None:
        pairs.append(("in service since", report.retail.in_service_date))
        pairs.append(("sold by", _seller(report.retail)))
    if report.telematics is not None:
        pairs.append(("connected services until", report.telematics.ends_on))
    return [(what, str(value)) for what, value in pairs if value]


def coverage_lines(report: "WarrantyReport") -> list[tuple[str, ...]]:
    """Return what is covered, its state, from when until when, and to which odometer."""
    if report.warranty is None:
        return []
    return [
        (
            (coverage.program.name if coverage.program else None) or _kind(coverage.kind),
            (coverage.state or "-").lower(),
            _text(coverage.effective_on),
            _text(coverage.ends_on),
            _miles(coverage.mileage) or "-",
        )
        for coverage in report.warranty.coverages
    ]


def plan_lines(report: "WarrantyReport") -> list[tuple[str, ...]]:
    """Return the plans that can be bought: name, price, how long and how far they last."""
    return [
        (
            (plan.program.name if plan.program else None) or plan.kind or "-",
            "-" if plan.price_usd is None else f"{plan.price_usd:,.2f}",
            _text(plan.age_months),
            _miles(plan.mileage) or "-",
        )
        for plan in report.plans
    ]


def _kind(kind: CoverageKind | str | None) -> str:
    return "-" if kind is None else _KINDS.get(CoverageKind(kind), kind) if kind in set(CoverageKind) else kind


def _miles(limit: "MileageLimit | None", unit: str = "") -> str | None:
    if limit is None or limit.distance is None:
        return None
    return "no limit" if limit.distance >= _ENDLESS_MILES else f"{limit.distance:,}{unit}"


def _seller(sale: "SaleInfo") -> str | None:
    town = sale.address.city if sale.address else None
    return ", ".join(part for part in (sale.center_name, town) if part) or None


def _text(value: object) -> str:
    return "-" if value is None else str(value)
