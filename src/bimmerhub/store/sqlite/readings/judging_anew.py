"""Judging stored series anew, in SQLite: port `Judgements`."""

import json
import sqlite3

from typing_extensions import override

from bimmerhub.ids import Descriptor
from bimmerhub.store.ports.judgements import JudgedAnew, JudgedSeries, Judgements
from bimmerhub.store.sqlite.database.connection import transaction
from bimmerhub.store.sqlite.database.threads import Database
from bimmerhub.store.sqlite.readings.appending import Appender
from bimmerhub.store.sqlite.readings.judging.judges import VERSIONS

_OUTDATED = """
SELECT subject, descriptor, unit
FROM series JOIN json_each(?) AS rule ON rule.key = descriptor LEFT JOIN judged ON judged.series_id = series.id
WHERE abs(version) IS NOT rule.value
ORDER BY subject, descriptor, unit"""

_FORGET = """
DELETE FROM judged
WHERE :subject IS NULL OR series_id IN (SELECT id FROM series WHERE subject = :subject)"""


class SqliteJudgements(Judgements):
    """The port on one database; `appender` is the one that judges what comes in, for it remembers what it has seen."""

    def __init__(self, database: Database, appender: Appender) -> None:
        self._database = database
        self._appender = appender

    @override
    async def outdated(self) -> list[JudgedSeries]:
        return await self._database.read(_load_outdated)

    @override
    async def judge(self, series: JudgedSeries) -> JudgedAnew:
        return await self._database.write(self._appender.judge_anew, series)

    @override
    async def forget(self, subject: str | None) -> None:
        await self._database.write(_forget, subject)


def _load_outdated(connection: sqlite3.Connection) -> list[JudgedSeries]:
    return [
        JudgedSeries(subject=subject, descriptor=Descriptor(descriptor), unit=unit)
        for subject, descriptor, unit in connection.execute(_OUTDATED, (json.dumps(VERSIONS),))
    ]


def _forget(connection: sqlite3.Connection, subject: str | None) -> None:
    with transaction(connection):
        connection.execute(_FORGET, {"subject": subject})
