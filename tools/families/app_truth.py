"""What the MyBMW app's SDK must read because of changes to a car's truth, in the answers of every version."""

from dataclasses import replace

from tools.families.app_car_truth import CAR_TOUCHES
from tools.families.app_equipment_truth import EQUIPMENT_TOUCHES
from tools.families.app_plan_truth import APP_PHEV_TOUCHES as PHEV
from tools.families.app_plan_truth import PLAN_TOUCHES
from tools.families.facts import MYBMW
from tools.families.truth import Touch

_FIELDS = frozenset(f"{facts.name}.{field}" for facts in MYBMW for field in facts.fields)
_OLDER = {
    "profile.": ("vehicles-v4.attributes.", "vehicles-v2.attributes."),
    "capabilities.a4aType": ("vehicles-v4.attributes.a4aType", "vehicles-v2.attributes.a4aType"),
    "state.": ("state-v2.",),
    "capabilities.": ("capabilities-v2.",),
    "charging-statistics.": ("charging-statistics-v1.",),
    "charging-sessions.": ("charging-sessions-v1.",),
}
_NOT_IN_V2 = "vehicles-v2.attributes.headUnitRaw"
_ONLY_NEWER = {
    "service.warnings.0.kind": "state-v2.",
    "charging_sessions.0.grid_kwh": "charging-sessions-v1.chargingSessions.sessions[].subtitle",
}
"""By a touch, fields of older answers that tell nothing of it: warnings but that of oil, and costs."""


def _older(field: str) -> tuple[str, ...]:
    """Return the fields of older answers that say the same."""
    places = [(new, old) for new, olds in _OLDER.items() if field.startswith(new) for old in olds]
    return tuple(name for new, old in places if (name := old + field.removeprefix(new)) in _FIELDS)


def with_older_answers(touch: Touch) -> Touch:
    """Return a touch whose fields are also those of the older answers."""
    older_reads = {name: value for field, value in touch.reads.items() for name in _older(field) if name != _NOT_IN_V2}
    unmoved = _ONLY_NEWER.get(touch.path, "never")
    older_also = tuple(name for field in touch.also for name in _older(field) if not name.startswith(unmoved))
    return replace(touch, reads={**touch.reads, **older_reads}, also=(*touch.also, *older_also))


APP_BEV_TOUCHES = tuple(map(with_older_answers, (*CAR_TOUCHES, *EQUIPMENT_TOUCHES, *PLAN_TOUCHES)))
APP_PHEV_TOUCHES = tuple(map(with_older_answers, PHEV))
