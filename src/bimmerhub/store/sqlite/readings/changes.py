"""What a batch brings, and what becomes of it while it is written."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from bimmerhub.domain.reading import Reading, Source
from bimmerhub.store.ports.quarantine import Refused
from bimmerhub.store.sqlite.readings.apart import expelled_items, returned_readings
from bimmerhub.store.sqlite.readings.judging.verdicts import Judgement, Mark, Provenance
from bimmerhub.store.sqlite.readings.person import PointRow, SeriesKey
from bimmerhub.store.sqlite.readings.refused import RefusedRow


@dataclass(slots=True)
class GivenReadings:
    """The readings of a batch, `judged` apart; `released` are those that had been refused by themselves."""

    readings: Sequence[Reading]
    judged: list[tuple[Refused, Reading]]
    released: list[Reading] = field(default_factory=list)


@dataclass(slots=True)
class BatchChanges:
    """What becomes of readings that are judged, by a person or with their neighbours, and of earlier ones with them."""

    rows: list[PointRow] = field(default_factory=list)
    gone: list[PointRow] = field(default_factory=list)
    apart: list[RefusedRow] = field(default_factory=list)
    set_apart: list[Refused] = field(default_factory=list)
    believed: list[Reading] = field(default_factory=list)
    rejected: list[Reading] = field(default_factory=list)
    withdrawn: list[Reading] = field(default_factory=list)
    returned: list[Reading] = field(default_factory=list)

    def add(
        self,
        key: SeriesKey,
        series_id: int,
        verdict: Judgement,
        *,
        members: Sequence[tuple[Mark, Refused, Reading]],
        given: Mapping[Mark, Provenance],
    ) -> None:
        """Add what became of the readings of one series; `given` is what is kept of those that came twice."""
        self.rows += [(series_id, *mark, *provenance) for mark, provenance in verdict.believed.items()]
        self.gone += [(series_id, *mark, *provenance) for mark, (provenance, _) in verdict.expelled.items()]
        self.withdraw(RefusedRow(item, series_id) for item in expelled_items(verdict, key))
        self.returned += returned_readings(verdict, key)
        doubted = dict(verdict.doubted)
        for mark, item, reading in members:
            was_stored = item.id is not None  # set apart by a person until now
            if mark in verdict.believed:
                (self.returned if was_stored else self.believed).append(reading)
            elif (reason := doubted.pop(mark, None)) is not None:
                refused = replace(item, reason=reason, reading=_as_given(reading, given[mark]))
                self.apart.append(RefusedRow(refused, series_id))
                if not was_stored:
                    self.set_apart.append(refused)

    def withdraw(self, rows: Iterable[RefusedRow]) -> None:
        """Add what leaves points for quarantine."""
        for row in rows:
            self.apart.append(row)
            if row.item.reading is not None:
                self.withdrawn.append(row.item.reading)


def _as_given(reading: Reading, provenance: Provenance) -> Reading:
    sent_after_ms, source = provenance
    if (sent_after_ms, source) == (reading.sent_after_ms, int(reading.source)):
        return reading
    return reading._replace(sent_at_ms=reading.measured_at_ms + sent_after_ms, source=Source(source))
