"""A car's charge log as others see it: one shape for each reading of its level, one for each thing to tell."""

from typing import Annotated

import msgspec

from bimmerhub.domain.charge_log import FULL_PERCENT, ChargeInstant, ChargeNotice, NoticeKind
from bimmerhub.ids import Vin
from bimmerhub.times import format_time
from bimmerhub.views.fields import Number, Time

Percent = Annotated[Number | None, msgspec.Meta(description="charge level in percent, null when not reported")]


class ChargeLevelAnswer(msgspec.Struct, frozen=True, kw_only=True, tag="level", tag_field="kind"):
    """What is known of a car's battery."""

    vin: str
    at: Annotated[Time, msgspec.Meta(description="when the newest of it was measured")]
    soc_percent: Percent
    charging_status: str | None
    is_plugged_in: bool | None


class ChargeNoticeAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """Something to tell: a step was crossed, or charging started, ended, was interrupted, or the plug was pulled."""

    kind: NoticeKind
    vin: str
    at: Annotated[Time, msgspec.Meta(description="when the car measured it")]
    soc_percent: Percent
    steps_percent: Annotated[tuple[int, ...], msgspec.Meta(description="the steps that were crossed, lowest first")]
    text: Annotated[str, msgspec.Meta(description="the same in words")]


def describe_level(vin: Vin, instant: ChargeInstant) -> ChargeLevelAnswer:
    """Return the state of a battery in its public shape."""
    return ChargeLevelAnswer(
        vin=vin,
        at=format_time(instant.at_ms),
        soc_percent=instant.soc_percent,
        charging_status=instant.charging_status,
        is_plugged_in=instant.is_plugged_in,
    )


def describe_notice(vin: Vin, notice: ChargeNotice) -> ChargeNoticeAnswer:
    """Return something to tell in its public shape."""
    return ChargeNoticeAnswer(
        kind=notice.kind,
        vin=vin,
        at=format_time(notice.at_ms),
        soc_percent=notice.soc_percent,
        steps_percent=notice.steps_percent,
        text=_in_words(notice),
    )


def show_level(soc_percent: Number) -> str:
    """Return a charge level as a person reads it: `57 %`, `57.5 %`."""
    return f"{soc_percent:g} %"


def _in_words(notice: ChargeNotice) -> str:
    level = notice.soc_percent
    at = "" if level is None else f" at {show_level(level)}"
    match notice.kind:
        case NoticeKind.STEP:
            return _steps_in_words(notice)
        case NoticeKind.STARTED:
            return f"Charging has started{at}"
        case NoticeKind.FULL:
            return "Fully charged" if level is None or level >= FULL_PERCENT else f"Charged to the target{at}"
        case NoticeKind.ENDED:
            return f"Charging has ended{at}"
        case NoticeKind.INTERRUPTED:
            return f"Charging was interrupted{at}"
        case NoticeKind.UNPLUGGED:
            return f"Unplugged{at}"


def _steps_in_words(notice: ChargeNotice) -> str:
    *others, last = map(str, notice.steps_percent)
    level = "" if notice.soc_percent is None else show_level(notice.soc_percent)
    if not others and level == f"{last} %":
        return f"Charge level {level}"
    steps = f"{', '.join(others)} and {last}" if others else last
    return f"Charge level {level}, past {steps} %"
