"""What a person says about readings: that one is true after all, or that some are not.

It outranks every rule. Of several judgements about a reading the last one counts, and one that was taken back does not
count at all; so what a series holds depends on its readings and on the judgements in force, not on any order.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from bimmerhub.domain.reading import Value, value_rank


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonalJudgement:
    """What a person said about the readings of a series measured from `from_ms` to `until_ms`, both included.

    `values` are those that it is about, None for every value. `made_by` names who said it, `made_at_ms` is when.
    """

    is_true: bool
    from_ms: int
    until_ms: int
    values: Sequence[Value] | None
    made_by: str
    made_at_ms: int

    def covers(self, at_ms: int, value: Value) -> bool:
        """Tell whether it is about a reading."""
        if not self.from_ms <= at_ms <= self.until_ms:
            return False
        return self.values is None or any(value_rank(value) == value_rank(own) for own in self.values)


def last_word(judgements: Sequence[PersonalJudgement], at_ms: int, value: Value) -> PersonalJudgement | None:
    """Return the judgement that counts for a reading, of those in force in the order in which they were made."""
    return next((judgement for judgement in reversed(judgements) if judgement.covers(at_ms, value)), None)
