"""The lines of a support bundle: a hub's values in, shapes without names and places out."""

import logging
import re
import sys
from collections.abc import Mapping, Sequence
from typing import Final

from bimmerhub.bmw.cardata.operations import LEDGER_WORDS
from bimmerhub.domain.account.checks import Check
from bimmerhub.domain.account.link import Link
from bimmerhub.domain.account.quota import Quota
from bimmerhub.domain.coverage.coverage_verdicts import Coverage
from bimmerhub.domain.coverage.listening import Span
from bimmerhub.domain.sent_units import UNKNOWN_UNIT
from bimmerhub.domain.units import is_unit
from bimmerhub.domain.vehicle import PRIMARY, SECONDARY, Vehicle, derive_idrive
from bimmerhub.domain.vin_brand import derive_brand
from bimmerhub.hub.doctor.link_watch import Cut
from bimmerhub.hub.reporting.descriptor_words import DescriptorMask
from bimmerhub.hub.reporting.own_words import is_own_word, mask_words
from bimmerhub.hub.reporting.recent_log import LogLine
from bimmerhub.ids import Descriptor
from bimmerhub.store.ports.accounts import StoredAccount
from bimmerhub.store.ports.quota import QuotaCall
from bimmerhub.store.ports.readings import SeriesInfo
from bimmerhub.times import DAY_MS, format_optional_time, format_time
from bimmerhub.views.ports.health import Health
from bimmerhub.views.support_bundle import (
    AccountLines,
    CallLine,
    CarLines,
    CheckLine,
    ConnectedLine,
    CutLine,
    DescriptorLine,
    HealthLines,
    LinkLines,
    LogLines,
)

OTHER: Final = "other"
SPANS_SHOWN: Final = 50
_LEVELS: Final = frozenset({logging.DEBUG, logging.INFO, logging.WARNING, logging.ERROR, logging.CRITICAL})
_DRIVETRAINS: Final = frozenset({"BEV", "PHEV", "MHEV", "CONV", "ICE"})
_MODEL_WORD: Final = re.compile(
    r"i[3-8]s?|iX[1-3]?|X[1-7]|Z4|M[2-8]|[1-8]\d\di?|[1-8]\d\d[dei]{1,2}|M\d{2,3}[dei]?|\d\d[dei]|[esx]Drive(?:\d\d[dei]?)?"
    r"|Active|Aceman|Cabrio|Clubman|Competition|Cooper|Countryman|Coupé|Gran|One|SE?|Spectre|Supra|Tourer|Touring"
)
"""The words of BMW's, MINI's and Rolls-Royce's model names."""
_OPERATIONS: Final = frozenset(LEDGER_WORDS.values())
_LOGGERS: Final = frozenset(
    {"aiohttp", "asyncio", "concurrent", "fastapi", "filelock", "py", "root", "starlette", "uvicorn"}
)
"""The beginnings of loggers that are no names of anybody's."""


def describe_health(health: Health) -> HealthLines:
    """Return the hub's opinion of itself."""
    return HealthLines(
        status=health.status,
        uptime_s=round(health.uptime_s),
        readings_stored=health.readings_stored,
        readings_refused=health.readings_refused,
        readings_not_stored=health.readings_not_stored,
        last_store_error=_optional(health.last_store_error),
        reasons=[mask_words(reason) for reason in health.reasons],
    )


def describe_account(
    account: StoredAccount,
    *,
    number: int,
    is_signed_in: bool,
    is_relayed: bool,
    link: Link | None,
    cuts: Sequence[Cut],
    spans: Sequence[Span],
    quota: Quota | None,
    calls: Sequence[CallLine],
    checks: Sequence[Check],
) -> AccountLines:
    """Return an account by its number."""
    return AccountLines(
        account=number,
        family=account.family.value,
        signed_in=is_signed_in,
        is_relayed=is_relayed,
        services=[service.value for service in account.services],
        link=None if link is None else _describe_link(link),
        cuts=[CutLine(at=format_time(cut.at_ms), reason=mask_words(cut.reason)) for cut in cuts],
        connected=[
            ConnectedLine(since=format_time(span.from_ms), until=format_time(span.to_ms))
            for span in spans[-SPANS_SHOWN:]
        ],
        quota_used=None if quota is None else quota.used,
        quota_limit=None if quota is None else quota.limit,
        calls=list(calls),
        checks=[describe_check(check) for check in checks],
    )


def describe_call(call: QuotaCall) -> CallLine:
    """Return a REST call."""
    return CallLine(
        at=format_time(call.at_ms),
        operation=call.operation if call.operation in _OPERATIONS else mask_words(call.operation),
        caller=call.caller if is_own_word(call.caller) else OTHER,
    )


def describe_check(check: Check) -> CheckLine:
    """Return a check of the doctor's."""
    return CheckLine(
        name=mask_words(check.name),
        outcome=check.outcome.value,
        found=mask_words(check.finding),
        hint=_optional(check.hint),
    )


def describe_log(line: LogLine) -> LogLines:
    """Return a line of the log."""
    return LogLines(
        at=format_time(line.at_ms),
        level=logging.getLevelName(line.level) if line.level in _LEVELS else OTHER,
        logger=_shown_logger(line.logger),
        message=mask_words(line.message),
        error=line.error,
        frames=list(line.frames),
    )


def describe_car(
    car: Vehicle,
    *,
    number: int,
    head_unit: str | None,
    accounts: Mapping[int, int],
    series: Sequence[SeriesInfo],
    coverage: Sequence[Coverage],
    mask: DescriptorMask,
    now_ms: int,
) -> CarLines:
    """Return a car by its number; `accounts` are the numbers of accounts by their ids."""
    stored: dict[Descriptor, list[SeriesInfo]] = {}
    for info in series:
        stored.setdefault(info.descriptor, []).append(info)
    by_descriptor = {line.descriptor: line for line in coverage}
    came = {line.descriptor for line in coverage if (line.last_streamed_ms, line.last_rest_ms) != (None, None)}
    shown = sorted({*stored, *came})
    return CarLines(
        car=number,
        brand=derive_brand(car.vin),
        model=_shown_model(car.model),
        drivetrain=car.drivetrain if car.drivetrain in _DRIVETRAINS else None,
        idrive=derive_idrive(head_unit),
        accounts=sorted(accounts[seen.account_id] for seen in car.accounts if seen.account_id in accounts),
        mapping=car.mapping if car.mapping in {PRIMARY, SECONDARY} else None,
        is_archived=car.is_archived,
        never_came=len(by_descriptor.keys() - set(shown)),
        descriptors=[
            _describe_descriptor(mask.mask(key), stored.get(key, ()), by_descriptor.get(key), now_ms=now_ms)
            for key in shown
        ],
    )


def _describe_descriptor(
    descriptor: str, series: Sequence[SeriesInfo], coverage: Coverage | None, *, now_ms: int
) -> DescriptorLine:
    return DescriptorLine(
        descriptor=descriptor,
        units=sorted({_shown_unit(info.unit) for info in series}),
        readings=sum(info.count for info in series),
        ticked=None if coverage is None else coverage.ticked,
        verdict=None if coverage is None else coverage.verdict.value,
        cadence=None if coverage is None else coverage.cadence,
        usual_gap_s=None if coverage is None else coverage.usual_gap_s,
        last_by_stream_days_ago=None if coverage is None else _days_ago(coverage.last_streamed_ms, now_ms),
        last_by_rest_days_ago=None if coverage is None else _days_ago(coverage.last_rest_ms, now_ms),
        rejected=0 if coverage is None else coverage.rejected,
    )


def _shown_model(model: str | None) -> str | None:
    """Return what of a model's name are words of BMW's model names: `i4 eDrive40`, `Cooper SE`."""
    words = [word for word in (model or "").split() if _MODEL_WORD.fullmatch(word)]
    return " ".join(words) or None


def _describe_link(link: Link) -> LinkLines:
    return LinkLines(
        state=link.state.value,
        reason=mask_words(link.reason),
        hint=_optional(link.hint),
        since=format_time(link.since_ms),
        last_message_at=format_optional_time(link.last_message_at_ms),
        messages=link.messages,
        failures=link.failures,
        next_try_at=format_optional_time(link.next_try_at_ms),
        refresh_expires_at=format_optional_time(link.refresh_expires_at_ms),
        overruns=link.overruns,
    )


def _shown_logger(name: str) -> str:
    """Return a logger's name when it is a module's of ours, of a library's only the library."""
    first = name.partition(".")[0]
    if first == "bimmerhub" and name in sys.modules:
        return name
    return first if first in _LOGGERS else OTHER


def _shown_unit(unit: str | None) -> str:
    if unit is None:
        return "none"
    return unit if unit == UNKNOWN_UNIT or is_unit(unit) else OTHER


def _days_ago(at_ms: int | None, now_ms: int) -> float | None:
    return None if at_ms is None else round((now_ms - at_ms) / DAY_MS, 1)


def _optional(text: str | None) -> str | None:
    return None if text is None else mask_words(text)
