"""What the benches of records pass on: a car's life as folds see it, and what holding records against it found."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

from bimmerhub.domain.folds.fold import Fold, Record
from bimmerhub.domain.reading import Reading
from bimmerhub.emulator.cars.truth import CarTruth
from bimmerhub.ids import Vin

S = TypeVar("S")
MOST_EXAMPLES = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class Life:
    """One car's life: what is stored of it, in the order of folds, and what it really did (`truth.trips` and so on)."""

    model: str
    seed: int
    vin: Vin
    start_ms: int
    end_ms: int
    readings: Sequence[Reading]
    truth: CarTruth

    def records(self, fold: Fold[S]) -> list[Record]:
        """Return the records that a fold makes of it, those under way at its end among them."""
        records: list[Record] = []
        state, wanted = fold.initial, frozenset(fold.descriptors)
        for reading in self.readings:
            if reading.descriptor in wanted:
                step = fold.step(state, reading)
                if step is not None:
                    state = step.state
                    records += step.records
        return [*records, *fold.open_records(state, self.end_ms)]


@dataclass(slots=True, kw_only=True)
class Findings:
    """How often something was so, how far numbers were off, and examples of what was wrong, in words."""

    counts: Counter[str] = field(default_factory=Counter)
    errors: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    examples: list[str] = field(default_factory=list)

    def add(self, other: "Findings") -> None:
        """Take in what was found in another life."""
        self.counts += other.counts
        for name, values in other.errors.items():
            self.errors[name] += values
        self.examples += other.examples

    def row(self) -> dict[str, Any]:
        """Return the counts, the p50, p95 and maximum of each error, and the first examples."""
        errors = {
            name: [len(values), *(round(_quantile(values, share), 3) for share in (0.5, 0.95, 1.0))]
            for name, values in sorted(self.errors.items())
        }
        return {**dict(sorted(self.counts.items())), **errors, "examples": sorted(self.examples)[:MOST_EXAMPLES]}


def _quantile(values: Sequence[float], share: float) -> float:
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]
