"""Which rule judges the readings of a descriptor with their neighbours, and the judges in one place."""

import sqlite3
from collections.abc import Mapping
from typing import Final

from bimmerhub.domain.plausibility import odometer, outliers
from bimmerhub.domain.plausibility.odometer import ODOMETERS
from bimmerhub.domain.plausibility.outliers import OUTLIERS
from bimmerhub.ids import Descriptor
from bimmerhub.store.sqlite.readings.judging.odometer_judge import OdometerJudge
from bimmerhub.store.sqlite.readings.judging.outlier_judge import OutlierJudge
from bimmerhub.store.sqlite.readings.judging.verdicts import Judgement, Mark, Provenance

VERSIONS: Final[Mapping[Descriptor, int]] = dict.fromkeys(OUTLIERS, outliers.VERSION) | dict.fromkeys(
    ODOMETERS, odometer.VERSION
)
"""The version of the rule of each descriptor that has one."""


def rule_name(descriptor: str | None) -> str:
    """Return what stands in `quarantine.rule` for a reading that was judged with its neighbours."""
    return "odometer" if descriptor in ODOMETERS else "outlier"


class Judges:
    """Judges series by series, each by the rule of its descriptor."""

    def __init__(self) -> None:
        self._odometers = OdometerJudge()
        self._outliers = OutlierJudge()

    def forget(self) -> None:
        """Trust nothing remembered: the database may not be what it was."""
        self._odometers.forget()
        self._outliers.forget()

    def judge(
        self, connection: sqlite3.Connection, series_id: int, descriptor: str, marks: Mapping[Mark, Provenance]
    ) -> Judgement:
        """Return what becomes of new marks of a series, and of older ones through them."""
        rule = OUTLIERS.get(Descriptor(descriptor))
        if rule is None:
            return self._odometers.judge(connection, series_id, marks)
        return self._outliers.judge(connection, series_id, rule, marks)

    def judge_anew(self, connection: sqlite3.Connection, series_id: int, descriptor: str) -> Judgement:
        """Return what becomes of the readings of a series when all of them are judged."""
        rule = OUTLIERS.get(Descriptor(descriptor))
        if rule is None:
            return self._odometers.judge_anew(connection, series_id)
        return self._outliers.judge_anew(connection, series_id, rule)
