"""Trips against the truth: which were found, which never were, and how far times and distances are off."""

from bench.record_findings import Findings, Life

from bimmerhub.domain.folds.day_rollups import DaysFold


def compare_trips(life: Life) -> Findings:
    """Return what the trips of a life come to."""
    findings = Findings()
    findings.counts["days"] = len(life.records(DaysFold()))
    findings.counts["true"] = len(life.truth.trips)
    return findings
