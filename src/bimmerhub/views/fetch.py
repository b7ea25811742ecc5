"""Asking BMW now: what it costs, and what came of it."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated, Final, Literal, get_args

import msgspec

from bimmerhub.domain.documents import MONTHLY_QUESTIONS, Question
from bimmerhub.errors import ConfigError
from bimmerhub.ids import Vin
from bimmerhub.times import DAY_MS, format_optional_time, format_time
from bimmerhub.views.fields import Page, Time
from bimmerhub.views.ports.bmw import (
    Asking,
    AskingPrice,
    BmwAnswer,
    BmwPicture,
    BmwQuestions,
    IsAwaited,
    always_awaited,
)
from bimmerhub.views.viewer import Viewer

CarQuestion = Literal[
    "basic-data",
    "values",
    "charging-history",
    "tyres",
    "charging-settings",
    "image",
    "last-trip",
    "all-trips",
    "charging-profile",
    "destinations",
    "range-map",
    "efficiency",
    "navigation",
    "service-partner",
    "specs",
    "booked-services",
    "messages",
    "bmw-charges",
    "bmw-trips",
    "charging-statistics",
    "trip-statistics",
    "recalls",
    "service-demands",
]
"""What can be asked of a car: up to the image of CarData, values of every family, the rest of other ones."""
CAR_QUESTIONS: Final[Sequence[CarQuestion]] = get_args(CarQuestion)
MAPPINGS: Final = Question.MAPPINGS.value
_MONTH: Final = re.compile(r"((?:19|20)\d\d)-(0[1-9]|1[0-2])", re.ASCII)
_BY_MONTHS: Final = ", ".join(sorted(question.value for question in MONTHLY_QUESTIONS))
HISTORY_MS: Final = 45 * DAY_MS
"""How far back the charging history is asked for when nobody says: as far as one call reaches."""


Remaining = Annotated[
    int | None, msgspec.Meta(description="calls that are left of the day; null, as limit and resets_at: no quota")
]


class FetchPriceAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """What it costs to ask BMW one thing now."""

    what: str
    account: str
    calls: Annotated[int, msgspec.Meta(description="REST calls that it takes, at least, when BMW is asked")]
    may_cost_more: Annotated[
        bool,
        msgspec.Meta(description="one call more for each further page, car or trip of the answer"),
    ]
    remaining: Remaining
    limit: int | None
    resets_at: Time | None
    answered_at: Annotated[Time | None, msgspec.Meta(description="when BMW answered this last; null for never")]
    fresh_until: Annotated[
        Time | None, msgspec.Meta(description="until then that answer is given from the store; null: BMW is asked")
    ]


class FetchedReadings(msgspec.Struct, frozen=True, kw_only=True):
    """What became of the readings in an answer."""

    new: int
    repeated: int
    refused: int


class SkippedSpan(msgspec.Struct, frozen=True, kw_only=True):
    """A stretch of the charging history that BMW fails at: sessions that began in it may be missing."""

    from_: Time = msgspec.field(name="from")
    until: Time


class FetchAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """What BMW answered, just now or lately."""

    what: str
    vin: str | None
    account: str
    served_from: Annotated[Literal["bmw", "store"], msgspec.Meta(description="store: an answer that is fresh enough")]
    answered_at: Time
    fresh_until: Annotated[Time, msgspec.Meta(description="until then it is given from the store")]
    calls: Annotated[int, msgspec.Meta(description="REST calls that were spent")]
    remaining: Remaining
    limit: int | None
    resets_at: Time | None
    documents: Annotated[int, msgspec.Meta(description="documents in it: sessions, places, cars")]
    readings: FetchedReadings
    skipped: list[SkippedSpan]
    is_complete: Annotated[bool, msgspec.Meta(description="false: BMW has more of it, which asking again brings")]
    raw: Annotated[
        list[str] | None,
        msgspec.Meta(description="when asked for: the JSON as it came, one text a page; a picture has an address"),
    ]


@dataclass(frozen=True, slots=True, kw_only=True)
class FetchWanted:
    """The rest of a question: of which account, of which container (values), of which time (charging history).

    `month` is YYYY-MM, for what BMW tells by months; `item` is BMW's id of one charging session (bmw-charges).
    """

    account: str | None = None
    container: str | None = None
    from_ms: int | None = None
    to_ms: int | None = None
    month: str | None = None
    item: str | None = None


def to_asking(what: CarQuestion, vin: Vin, wanted: FetchWanted, *, now_ms: int) -> Asking:
    """Return a question of a car. The charging history is of the last 45 days unless said otherwise.

    ConfigError for a container with anything but values, for times with anything but the charging history, for times
    that are no stretch, and for a month or an item of what has none.
    """
    if wanted.container is not None and what != "values":
        raise ConfigError("only values are asked for by a container", hint="Leave the container out.")
    if (wanted.from_ms, wanted.to_ms) != (None, None) and what != "charging-history":
        raise ConfigError("only the charging history has a stretch of time", hint="Leave from and to out.")
    to_ms = now_ms if wanted.to_ms is None else min(now_ms, wanted.to_ms)
    from_ms = to_ms - HISTORY_MS if wanted.from_ms is None else wanted.from_ms
    if from_ms >= to_ms:
        raise ConfigError("from is not before to, or it is in the future", hint="Write for example from=2026-01-01")
    if wanted.month is not None and Question(what) not in MONTHLY_QUESTIONS:
        raise ConfigError(f"BMW tells {what} by no months", hint=f"By months it tells {_BY_MONTHS}.")
    if wanted.item is not None and (what != "bmw-charges" or wanted.month is not None):
        raise ConfigError("only a charging session of bmw-charges is asked for by its id, and without a month")
    return Asking(
        question=Question(what),
        vin=vin,
        account=wanted.account,
        container_id=wanted.container,
        from_ms=from_ms,
        to_ms=to_ms,
        month=None if wanted.month is None else parse_month(wanted.month, now_ms=now_ms),
        item=wanted.item,
    )


def parse_month(text: str, *, now_ms: int) -> tuple[int, int]:
    """Return year and month of YYYY-MM; ConfigError for what is none, and for what is after the next month.

    BMW's clock, and an emulator's, can be ahead of ours.
    """
    match = _MONTH.fullmatch(text)
    if match is None:
        raise ConfigError(f"{text[:20]!r} is no month", hint="Write it like 2026-09.")
    month = int(match[1]), int(match[2])
    ahead = datetime.fromtimestamp((now_ms + 31 * DAY_MS) / 1000, UTC)
    if month > (ahead.year, ahead.month):
        raise ConfigError(f"{text} is in the future")
    return month


async def view_car_prices(
    viewer: Viewer, questions: BmwQuestions, vin: Vin, wanted: FetchWanted, *, now_ms: int
) -> Page[FetchPriceAnswer]:
    """Return what a car can be asked for, and what each costs."""
    viewer.require_owner()
    viewer.require_vehicle(vin)
    offered = await questions.offered(vin, wanted.account)
    return await view_prices(
        viewer, questions, [one for one in _to_askings(vin, wanted, now_ms=now_ms) if one.question in offered]
    )


def _to_askings(vin: Vin, wanted: FetchWanted, *, now_ms: int) -> list[Asking]:
    """Return every question of a car, each with what of the rest is about it."""
    return [
        to_asking(
            what,
            vin,
            FetchWanted(
                account=wanted.account,
                container=wanted.container if what == "values" else None,
                from_ms=wanted.from_ms if what == "charging-history" else None,
                to_ms=wanted.to_ms if what == "charging-history" else None,
                month=wanted.month if Question(what) in MONTHLY_QUESTIONS else None,
            ),
            now_ms=now_ms,
        )
        for what in CAR_QUESTIONS
    ]


def to_mappings_asking(account: str) -> Asking:
    """Return the question which cars an account has, and how."""
    return Asking(question=Question.MAPPINGS, vin=None, account=account)


async def fetch_picture(
    viewer: Viewer, questions: BmwQuestions, vin: Vin, *, view: str | None, account: str | None, fresh: bool
) -> BmwPicture:
    """Return a picture (PNG) of a car from a side, from the store when one is fresh enough."""
    viewer.require_owner()
    return await questions.picture(vin, view=view, account=account, fresh=fresh)


async def view_price(viewer: Viewer, questions: BmwQuestions, asking: Asking) -> FetchPriceAnswer:
    """Return what asking costs; BMW is not asked."""
    _require(viewer, asking)
    return _describe_price(await questions.price(asking))


async def view_prices(viewer: Viewer, questions: BmwQuestions, askings: Sequence[Asking]) -> Page[FetchPriceAnswer]:
    """Return what each costs."""
    return Page(items=[await view_price(viewer, questions, asking) for asking in askings], next=None)


async def fetch(
    viewer: Viewer,
    questions: BmwQuestions,
    asking: Asking,
    *,
    fresh: bool,
    raw: bool,
    is_awaited: IsAwaited = always_awaited,
) -> FetchAnswer:
    """Ask BMW, or give the stored answer when it is fresh enough and the caller does not want a `fresh` one.

    Once `is_awaited` says that nobody waits any more, no further call is made.
    QuotaSpent when fewer calls are left of the day than it takes.
    """
    _require(viewer, asking)
    return _describe(await questions.ask(asking, fresh=fresh, is_awaited=is_awaited), raw=raw)


def _require(viewer: Viewer, asking: Asking) -> None:
    viewer.require_owner()
    if asking.vin is not None:
        viewer.require_vehicle(asking.vin)


def _describe_price(price: AskingPrice) -> FetchPriceAnswer:
    return FetchPriceAnswer(
        what=price.question.value,
        account=price.account,
        calls=price.calls,
        may_cost_more=price.may_cost_more,
        remaining=price.remaining,
        limit=price.limit,
        resets_at=format_optional_time(price.resets_at_ms),
        answered_at=format_optional_time(price.answered_at_ms),
        fresh_until=format_optional_time(price.fresh_until_ms),
    )


def _describe(answer: BmwAnswer, *, raw: bool) -> FetchAnswer:
    new, repeated, refused = answer.readings
    return FetchAnswer(
        what=answer.question.value,
        vin=answer.vin,
        account=answer.account,
        served_from="bmw" if answer.is_from_bmw else "store",
        answered_at=format_time(answer.answered_at_ms),
        fresh_until=format_time(answer.fresh_until_ms),
        calls=answer.calls,
        remaining=answer.remaining,
        limit=answer.limit,
        resets_at=format_optional_time(answer.resets_at_ms),
        documents=answer.documents,
        readings=FetchedReadings(new=new, repeated=repeated, refused=refused),
        skipped=[
            SkippedSpan(from_=format_time(from_ms), until=format_time(until_ms)) for from_ms, until_ms in answer.skipped
        ],
        is_complete=answer.is_complete,
        raw=list(answer.bodies) if raw else None,
    )
