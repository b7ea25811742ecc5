"""The hub's figures for Prometheus, made anew from the views for each scrape."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from prometheus_client import CollectorRegistry
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, InfoMetricFamily
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4, generate_latest
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector

from bimmerhub.ids import Vin, vin_end
from bimmerhub.times import parse_time
from bimmerhub.views.account.quota import QuotaAnswer, view_quotas
from bimmerhub.views.cars.state import SignalAnswer, view_state
from bimmerhub.views.cars.vehicles import view_vehicles
from bimmerhub.views.figures import FiguresAnswer, view_figures
from bimmerhub.views.health import HealthAnswer, view_health
from bimmerhub.views.stored.backups import BackupsAnswer, view_backups
from bimmerhub.views.viewer import Viewer
from bimmerhub.web.routes.context import Context

METRICS_TYPE: Final = CONTENT_TYPE_PLAIN_0_0_4


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)  # hashed by identity: a registry asks for it
class _Scrape(Collector):
    """The figures of one scrape, all read before the first is written."""

    health: HealthAnswer
    figures: FiguresAnswer
    quotas: Sequence[QuotaAnswer]
    backups: BackupsAnswer
    now_ms: int
    signals: Mapping[str, Mapping[str, SignalAnswer]]

    def collect(self) -> Iterator[Metric]:
        """Yield every family."""
        yield from self._hub()
        yield from self._accounts()
        yield from self._backups()
        yield from self._vehicles()

    def _hub(self) -> Iterator[Metric]:
        health, figures = self.health, self.figures
        yield InfoMetricFamily("bimmerhub", "The running hub", value={"version": health.version})
        yield GaugeMetricFamily("bimmerhub_up", "1 unless nothing can be stored", value=health.status != "down")
        yield GaugeMetricFamily("bimmerhub_uptime_seconds", "Time since the start", value=health.uptime_s)
        counters = {
            "readings_stored": ("Readings stored since the start", health.readings_stored),
            "readings_refused": ("Readings refused since the start", health.readings_refused),
            "readings_not_stored": ("Readings that could not be stored since the start", health.readings_not_stored),
            "events_dropped": ("Live events that slow listeners missed", figures.dropped_events),
        }
        for name, (meaning, count) in counters.items():
            yield CounterMetricFamily(f"bimmerhub_{name}", meaning, value=count)
        gauges = {
            "store_readings": ("Readings in the store", figures.readings),
            "store_journal_entries": ("Messages in the raw journal", figures.journal_entries),
            "store_refused": ("Items ever put in quarantine", figures.refused),
            "store_bytes": ("Size of the database", figures.database_bytes),
            "event_listeners": ("Open event streams", figures.event_listeners),
        }
        for name, (meaning, value) in gauges.items():
            yield GaugeMetricFamily(f"bimmerhub_{name}", meaning, value=value)

    def _accounts(self) -> Iterator[Metric]:
        connected = GaugeMetricFamily("bimmerhub_link_connected", "1 when the stream is connected", labels=["account"])
        messages = CounterMetricFamily("bimmerhub_link_messages", "Messages since the start", labels=["account"])
        for link in self.health.links:
            connected.add_metric([link.account], link.state == "connected")
            messages.add_metric([link.account], link.messages)
        used = GaugeMetricFamily("bimmerhub_quota_used_calls", "REST calls spent today (UTC)", labels=["account"])
        limit = GaugeMetricFamily("bimmerhub_quota_limit_calls", "REST calls that BMW allows a day", labels=["account"])
        for quota in self.quotas:
            used.add_metric([quota.account], quota.used)
            limit.add_metric([quota.account], quota.limit)
        yield from (connected, messages, used, limit)

    def _backups(self) -> Iterator[Metric]:
        name, meaning = "bimmerhub_backup_age_seconds", "Age of the newest backup that was restored on trial"
        ages = GaugeMetricFamily(name, meaning, labels=["place"])
        failures = GaugeMetricFamily("bimmerhub_backup_failures", "Failures since one went well", labels=["place"])
        for place in self.backups.places:
            failures.add_metric([place.place], place.failures)
            if place.newest_good_at is not None:
                made_at_ms = parse_time(place.newest_good_at, name=name)
                ages.add_metric([place.place], (self.now_ms - made_at_ms) / 1000)
        yield from (ages, failures)

    def _vehicles(self) -> Iterator[Metric]:
        labels = ["vehicle", "signal", "unit"]
        values = GaugeMetricFamily("bimmerhub_signal", "Value of a signal, unless stale; true is 1", labels=labels)
        ages = GaugeMetricFamily("bimmerhub_signal_age_seconds", "Age of that value", labels=["vehicle", "signal"])
        for vehicle, signals in self.signals.items():
            for name, signal in signals.items():
                if isinstance(signal.value, bool | int | float) and not _tells_where(name, signal):
                    ages.add_metric([vehicle, name], signal.age_s)
                    if signal.freshness != "stale":
                        values.add_metric([vehicle, name, signal.unit or ""], float(signal.value))
        yield from (values, ages)


def _tells_where(name: str, signal: SignalAnswer) -> bool:
    """Tell whether a signal says where a car is, or is going: monitoring keeps its figures for long, and for many."""
    return signal.unit == "deg" or name == "altitude_m"


async def encode_metrics(viewer: Viewer, ports: Context) -> bytes:
    """Return the text that Prometheus scrapes."""
    scrape = _Scrape(
        health=await view_health(viewer, ports.health, ports.accounts),
        figures=await view_figures(viewer, ports.figures, ports.events),
        quotas=(await view_quotas(viewer, ports.quotas)).items,
        backups=await view_backups(viewer, ports.backups),
        now_ms=ports.now_ms(),
        signals=await _load_signals(viewer, ports),
    )
    registry = CollectorRegistry(auto_describe=False)
    registry.register(scrape)
    return generate_latest(registry)


async def _load_signals(viewer: Viewer, ports: Context) -> dict[str, Mapping[str, SignalAnswer]]:
    """Return the signals by label; cars whose last four are the same get a number behind it."""
    labelled: dict[str, Mapping[str, SignalAnswer]] = {}
    for vehicle in (await view_vehicles(viewer, ports.vehicles, ports.pictures)).items:
        state = await view_state(viewer, ports.vehicles, Vin(vehicle.vin), now_ms=ports.now_ms())
        labelled[_free_label(vehicle.vin, labelled)] = state.signals
    return labelled


def _free_label(vin: str, taken: Mapping[str, object]) -> str:
    label, number = vin_end(vin), 1
    while label in taken:
        number += 1
        label = f"{vin_end(vin)}-{number}"
    return label
