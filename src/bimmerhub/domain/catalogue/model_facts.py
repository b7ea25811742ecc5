"""What models are known to send: where a car differs from BMW's catalogue, and who saw it.

The rows stand in `model_facts.json`, each with its source. They are few: what is not in there is not known.
"""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Literal, TypedDict

from bimmerhub.domain.vehicle import Vehicle
from bimmerhub.ids import Descriptor

Sending = Literal["stream", "trip_end", "rest", "never"]
"""How a model sends a descriptor: by stream, by stream at the end of a drive only, by REST only, or not at all."""


class _Row(TypedDict):
    car: str
    brand: str | None
    model: str | None
    drivetrain: str | None
    descriptors: list[str]
    sends: Sending
    note: str
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelFact:
    """What one model does with some descriptors.

    A car is meant when its brand and drivetrain are these and its model's name holds the pattern `model`; None does
    not ask. The descriptor `vehicle.*` stands for every one.
    """

    car: str
    brand: str | None
    model: str | None
    drivetrain: str | None
    descriptors: Sequence[Descriptor]
    sends: Sending
    note: str
    source: str

    def means(self, vehicle: Vehicle) -> bool:
        """Tell whether a car is of this model."""
        return (
            self.brand in {None, vehicle.brand}
            and self.drivetrain in {None, vehicle.drivetrain}
            and (self.model is None or re.search(self.model, vehicle.model or "", re.IGNORECASE) is not None)
        )


@cache
def load_model_facts() -> tuple[ModelFact, ...]:
    """Return everything that is known of models; read once per process."""
    text = resources.files(__package__).joinpath("model_facts.json").read_text(encoding="utf-8")
    rows: list[_Row] = json.loads(text)
    return tuple(
        ModelFact(
            car=row["car"],
            brand=row["brand"],
            model=row["model"],
            drivetrain=row["drivetrain"],
            descriptors=tuple(Descriptor(key) for key in row["descriptors"]),
            sends=row["sends"],
            note=row["note"],
            source=row["source"],
        )
        for row in rows
    )


def facts_of(vehicle: Vehicle) -> Mapping[Descriptor, ModelFact]:
    """Return what is known of a car's model, by descriptor; `vehicle.*` for all others. The last row wins."""
    return {key: fact for fact in load_model_facts() if fact.means(vehicle) for key in fact.descriptors}
