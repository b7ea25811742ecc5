"""The live state against the emulator's truth: `python -m bench accuracy [--days N] [--moments N] [--models A,B]`.

The demo's cars live a month. What they send is decoded and folded as the hub does it, with a REST answer every two
hours. At random moments each signal is held against the truth. A value is `same` when it is the true one, rounded.
`over` means that there is no true one any more (the mean speed of a drive that is over), `approximate` that the signal
says so itself, `behind` that the value was true at its measured_at and the car has not told a newer one, `wrong` that
it was not. `missing` counts moments at which BMW's backend knew a value and the state had none. `--table` prints what
docs/accuracy.md shows.
"""

import argparse
import json
import random
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final

from bench.signal_truths import SIGNAL_TRUTHS, Moment, SignalTruth

from bimmerhub.bmw.cardata.wire import decode_message, decode_telematic_data
from bimmerhub.domain.reading import Value
from bimmerhub.domain.signals.table import SIGNALS
from bimmerhub.domain.signals.value import SignalValue
from bimmerhub.domain.state import VehicleState
from bimmerhub.emulator.cardata.answers.telematic import format_entry
from bimmerhub.emulator.cardata.voice.voice import CarDataVoice
from bimmerhub.emulator.cars import Garage
from bimmerhub.emulator.cars.records import DrivingManner
from bimmerhub.emulator.cars.truth import DriveFigures, Quantity
from bimmerhub.ids import Gcid, Vin
from bimmerhub.times import DAY_MS, HOUR_MS, MINUTE_MS

START_MS: Final = 1_780_272_000_000  # 2026-06-01
GCID: Final = Gcid("11111111-2222-3333-4444-555555555555")
REST_EVERY_MS: Final = 2 * HOUR_MS
SEED: Final = 7
"""That of the demo."""
WARM_UP_MS: Final = DAY_MS
"""On the first day there is no last trip yet."""


@dataclass(slots=True)
class Tally:
    """What was found of one signal of one car. `errors` are the distances of numbers from the truth of the moment."""

    verdicts: Counter[str] = field(default_factory=Counter)
    errors: list[float] = field(default_factory=list)
    ages_min: list[float] = field(default_factory=list)
    example: str | None = None

    def row(self) -> dict[str, Any]:
        """Return the shares in percent, the error's p50, p95 and maximum, and the age of values that are behind."""
        moments = sum(self.verdicts.values())
        shares = {verdict: round(100 * count / moments, 2) for verdict, count in sorted(self.verdicts.items())}
        row: dict[str, Any] = {"moments": moments, **shares}
        if self.errors:
            row["error"] = [round(_quantile(self.errors, share), 3) for share in (0.5, 0.95, 1.0)]
        if self.ages_min:
            row["behind_min"] = [round(_quantile(self.ages_min, share), 1) for share in (0.5, 0.95, 1.0)]
        if self.example is not None:
            row["example"] = self.example
        return row


class Month:
    """The cars of the demo, heard as the hub hears them, with the truth at each of their reports."""

    def __init__(self, models: tuple[str, ...]) -> None:
        self.garage = Garage(seed=SEED, start_ms=START_MS, models=models)
        self.states = {car.vin: VehicleState() for car in self.garage.cars}
        self._voice = CarDataVoice(self.garage)
        self._manners: dict[Vin, DrivingManner] = {}
        self._at_report: dict[Vin, dict[int, list[Mapping[str, Value]]]] = defaultdict(lambda: defaultdict(list))
        self._next_rest_ms = START_MS
        self.garage.listen(lambda report: self._note(report.vin, report.measured_at_ms, report.quantities))
        for car in self.garage.cars:
            self._note(car.vin, START_MS)

    def live_until(self, until_ms: int) -> None:
        """Let the cars live, and take in what they send."""
        while self._next_rest_ms <= until_ms:
            self._listen_until(self._next_rest_ms)
            self._ask()
            self._next_rest_ms += REST_EVERY_MS
        self._listen_until(until_ms)

    def moment(self, vin: Vin) -> Moment:
        """Return the truth of now."""
        return Moment(truth=self.garage.truth(vin), manner=self._manners.get(vin))

    def expected(self, vin: Vin) -> set[str]:
        """Return the signals that some value which BMW's backend has of the car is meant for."""
        keys = {key for key, value in self._voice.known_of(vin).items() if value.value is not None}
        return {signal.name for signal in SIGNALS if not keys.isdisjoint(signal.descriptors())}

    def was_true(self, vin: Vin, signal: SignalValue, truth: SignalTruth) -> bool:
        """Tell whether a signal's value was the true one when the car measured it."""
        reported = self._at_report[vin].get(signal.measured_at_ms // 1000 * 1000, ())
        return any(truth.is_met_by(signal.value, values.get(signal.name)) for values in reported)

    def _listen_until(self, until_ms: int) -> None:
        for message in self._voice.advance(until_ms):
            decoded = decode_message(message.encode(GCID), received_at_ms=message.sent_at_ms)
            self.states[message.vin].fold(decoded.readings)

    def _ask(self) -> None:
        now_ms = self.garage.now_ms
        for vin, state in self.states.items():
            backend = self._voice.known_of(vin)
            answer = {"telematicData": {key: format_entry(value) for key, value in backend.items()}}
            decoded = decode_telematic_data(json.dumps(answer).encode(), vin=vin, received_at_ms=now_ms)
            state.fold(decoded.readings)

    def _note(self, vin: Vin, measured_at_ms: int, quantities: Sequence[Quantity] = ()) -> None:
        for quantity in quantities:
            if isinstance(quantity, DrivingManner):
                self._manners[vin] = quantity
        moment = self.moment(vin)
        last_of_drive = next((quantity for quantity in quantities if isinstance(quantity, DriveFigures)), None)
        if last_of_drive is not None:  # a car that arrives tells of a drive that is over in truth
            moment = replace(moment, truth=replace(moment.truth, drive=last_of_drive))
        self._at_report[vin][measured_at_ms].append({name: truth.tell(moment) for name, truth in SIGNAL_TRUTHS.items()})


def measure_accuracy(*, days: float, moments: int, models: tuple[str, ...]) -> dict[str, Any]:
    """Return, by car and signal, how often the state was true at the moments; signals without a truth are listed."""
    chance = random.Random(SEED)
    month = Month(models)
    tallies: dict[str, dict[str, Tally]] = {car.code: defaultdict(Tally) for car in month.garage.cars}
    without_truth: set[str] = set()
    for at_ms in sorted(int(START_MS + WARM_UP_MS + chance.random() * days * DAY_MS) for _ in range(moments)):
        month.live_until(at_ms)
        for car in month.garage.cars:
            moment = month.moment(car.vin)
            signals = month.states[car.vin].signals()
            without_truth |= signals.keys() - SIGNAL_TRUTHS.keys()
            for name in SIGNAL_TRUTHS.keys() & (signals.keys() | month.expected(car.vin)):
                tally, signal = tallies[car.code][name], signals.get(name)
                if signal is None:
                    tally.verdicts["missing"] += 1
                else:
                    _compare(tally, signal, moment, was_true=month.was_true(car.vin, signal, SIGNAL_TRUTHS[name]))
    return {
        "cars": {code: {name: tally.row() for name, tally in sorted(of.items())} for code, of in tallies.items()},
        "without_truth": sorted(without_truth),
        "moments": moments,
        "days": days,
    }


def _compare(tally: Tally, signal: SignalValue, moment: Moment, *, was_true: bool) -> None:
    truth = SIGNAL_TRUTHS[signal.name]
    true = truth.tell(moment)
    if isinstance(true, int | float) and isinstance(signal.value, int | float) and truth.step is not None:
        tally.errors.append(abs(true - signal.value))
    if truth.is_met_by(signal.value, true):
        verdict = "same"
    elif true is None:
        verdict = "over"
    elif signal.quality == "approximate":
        verdict = "approximate"
    elif was_true:
        verdict = "behind"
        tally.ages_min.append((moment.truth.at_ms - signal.measured_at_ms) / MINUTE_MS)
    elif signal.value is None:
        verdict = "missing"
    else:
        verdict = "wrong"
        tally.example = tally.example or f"{signal.value!r}, in truth {true!r}, by {signal.descriptor}"
    tally.verdicts[verdict] += 1


def _quantile(values: list[float], share: float) -> float:
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def main(arguments: list[str]) -> dict[str, Any]:
    """Measure and return the figures."""
    parser = argparse.ArgumentParser(prog="python -m bench accuracy", description=__doc__)
    parser.add_argument("--days", type=float, default=30.0)
    parser.add_argument("--moments", type=int, default=10_000)
    parser.add_argument("--models", default="bev,phev,ice")
    parser.add_argument("--table", action="store_true", help="print Markdown before the figures")
    options = parser.parse_args(arguments)
    figures = measure_accuracy(days=options.days, moments=options.moments, models=tuple(options.models.split(",")))
    if options.table:
        print("\n".join(_table(figures["cars"])))
    return figures


def _table(cars: Mapping[str, Mapping[str, Mapping[str, Any]]]) -> list[str]:
    """Return the signals that were not always the same, as rows of Markdown."""
    rows = [f"| signal | {' | '.join(cars)} |", "|---" * (len(cars) + 1) + "|"]
    for name in SIGNAL_TRUTHS:
        cells = [_cell(signals.get(name)) for signals in cars.values()]
        if set(cells) - {"", "100 %"}:
            rows.append(f"| `{name}` | {' | '.join(cells)} |")
    return rows


def _cell(row: Mapping[str, Any] | None) -> str:
    if row is None:
        return ""
    others = [f"{row[verdict]:.3g} % {verdict}" for verdict in ("approximate", "missing", "wrong") if verdict in row]
    share = row.get("same", 0) + row.get("over", 0)
    error = [f"p95 {row['error'][1]:.3g}"] if "error" in row and share < 100 else []
    return "; ".join([f"{share:.4g} %", *error, *others])
