"""A document: an answer of BMW's that is no reading, such as a car's basic data or a charging history entry."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from bimmerhub.domain.account.family import Family
from bimmerhub.domain.reading import Source
from bimmerhub.errors import ConfigError
from bimmerhub.times import DAY_MS, HOUR_MS, MINUTE_MS, format_time, parse_time

BASIC_DATA: Final = "basic_data"
"""What a car is, as BMW's basicData says it. One document a car, so its natural key is empty."""
TYRES: Final = "tyres"
"""BMW's tyre diagnosis, one document a car; also the skeleton that a car without this service answers with."""
CHARGING_SESSION: Final = "charging_session"
"""An entry of BMW's charging history, by its start in unix seconds: BMW gives it no id."""
CHARGING_PLACE: Final = "charging_place"
"""The charging settings of one place, by BMW's id of the place. The body `null`: BMW does not list it any more."""
MAPPING: Final = "mapping"
"""Since when and how a car is mapped to an account, by the account's owner (its GCID)."""
LEARNED_PLACE: Final = "learned_place"
"""A place that a car's navigation learned, by BMW's id of it; customer archives only, as the two below."""
LEARNED_ROUTE: Final = "learned_route"
LEARNED_TRANSITION: Final = "learned_transition"
"""A way from place to place, by BMW's id: where it leads along, and how often it is driven when."""
LAST_TRIP: Final = "last_trip"
"""BMW's own last trip, by when it ended in BMW's words. Families older than CarData only, as the four below."""
ALL_TRIPS: Final = "all_trips"
"""BMW's statistics of all trips, beside those of other owners; one document a car, as the three below."""
CHARGING_PROFILE: Final = "charging_profile"
DESTINATIONS: Final = "destinations"
RANGE_MAP: Final = "range_map"
EFFICIENCY: Final = "efficiency"
"""The portal's figures of the last trip and of the car's life; one document a car, as those below."""
NAVIGATION: Final = "navigation"
SERVICE_PARTNER: Final = "service_partner"
"""The dealer of a car."""
SPECS: Final = "specs"
BOOKED_SERVICES: Final = "booked_services"
MESSAGES: Final = "messages"
"""The messages that were sent to an account's cars, those to one car."""
BMW_CHARGES: Final = "bmw_charges"
"""Charging sessions as the MyBMW app lists them, by BMW's id; of that family only, as those below."""
BMW_CHARGE_DETAILS: Final = "bmw_charge_details"
"""One charging session in detail, by the same id; asked for by a person only."""
BMW_TRIPS: Final = "bmw_trips"
"""Trips as the MyBMW app tells them, by BMW's id."""
CHARGING_STATISTICS: Final = "charging_statistics"
"""The charging of a month in figures, by the month (2026-07), as the next one."""
TRIP_STATISTICS: Final = "trip_statistics"
RECALLS: Final = "recalls"
SERVICE_DEMANDS: Final = "service_demands"
ANSWERED: Final = "answered"
"""That BMW answered a question, with what and when: by the question (`answered_key`). The body is the question's span
for the charging history (`{"from":…,"to":…}`, ISO 8601), else empty."""


ARCHIVED: Final = frozenset({CHARGING_SESSION, TYRES, LEARNED_PLACE, LEARNED_ROUTE, LEARNED_TRANSITION})
"""The kinds that a customer archive holds."""


class Question(StrEnum):
    """What BMW can be asked for one car (MAPPINGS: for an account), in the words of commands and API.

    VALUES and MAPPINGS are every family's; from LAST_TRIP on it is what older families tell (`OLDER_QUESTIONS`).
    """

    BASIC_DATA = "basic-data"
    VALUES = "values"
    CHARGING_HISTORY = "charging-history"
    TYRES = "tyres"
    CHARGING_SETTINGS = "charging-settings"
    IMAGE = "image"
    MAPPINGS = "mappings"
    LAST_TRIP = "last-trip"
    ALL_TRIPS = "all-trips"
    CHARGING_PROFILE = "charging-profile"
    DESTINATIONS = "destinations"
    RANGE_MAP = "range-map"
    EFFICIENCY = "efficiency"
    NAVIGATION = "navigation"
    SERVICE_PARTNER = "service-partner"
    SPECS = "specs"
    BOOKED_SERVICES = "booked-services"
    MESSAGES = "messages"
    BMW_CHARGES = "bmw-charges"
    BMW_TRIPS = "bmw-trips"
    CHARGING_STATISTICS = "charging-statistics"
    TRIP_STATISTICS = "trip-statistics"
    RECALLS = "recalls"
    SERVICE_DEMANDS = "service-demands"

    @property
    def kind(self) -> str:
        """The kind of the documents that answer it, where an older family does."""
        return self.value.replace("-", "_")


CARDATA_QUESTIONS: Final = (
    Question.BASIC_DATA,
    Question.VALUES,
    Question.CHARGING_HISTORY,
    Question.TYRES,
    Question.CHARGING_SETTINGS,
    Question.IMAGE,
)
"""What CarData is asked for one car."""
OLDER_QUESTIONS: Final[Mapping[Family, Sequence[Question]]] = {
    Family.IREMOTE: (
        Question.VALUES,
        Question.LAST_TRIP,
        Question.ALL_TRIPS,
        Question.CHARGING_PROFILE,
        Question.DESTINATIONS,
        Question.RANGE_MAP,
    ),
    Family.CONNECTEDDRIVE: (
        Question.VALUES,
        Question.CHARGING_PROFILE,
        Question.EFFICIENCY,
        Question.NAVIGATION,
        Question.SERVICE_PARTNER,
        Question.SPECS,
        Question.BOOKED_SERVICES,
        Question.MESSAGES,
    ),
    Family.MYBMW: (
        Question.VALUES,
        Question.BMW_CHARGES,
        Question.BMW_TRIPS,
        Question.CHARGING_PROFILE,
        Question.CHARGING_STATISTICS,
        Question.TRIP_STATISTICS,
        Question.RECALLS,
        Question.SERVICE_DEMANDS,
    ),
}
"""What each family beside CarData is asked for one car; a car's own list can deny some."""

MONTHLY_QUESTIONS: Final = frozenset(
    {Question.BMW_CHARGES, Question.BMW_TRIPS, Question.CHARGING_STATISTICS, Question.TRIP_STATISTICS}
)
"""What is told a month at a time, also of months that are gone."""
PAST_FRESH_FOR_MS: Final = 30 * DAY_MS
"""As `FRESH_FOR_MS`, of a month that is gone and of one charging session: neither changes any more (inferred)."""

FRESH_FOR_MS: Final[Mapping[Question, int]] = {
    Question.BASIC_DATA: DAY_MS,
    Question.VALUES: 5 * MINUTE_MS,
    Question.CHARGING_HISTORY: HOUR_MS,
    Question.TYRES: DAY_MS,
    Question.CHARGING_SETTINGS: DAY_MS,
    Question.IMAGE: 30 * DAY_MS,
    Question.MAPPINGS: HOUR_MS,
    Question.LAST_TRIP: 5 * MINUTE_MS,
    Question.ALL_TRIPS: 5 * MINUTE_MS,
    Question.CHARGING_PROFILE: 5 * MINUTE_MS,
    Question.DESTINATIONS: 5 * MINUTE_MS,
    Question.RANGE_MAP: 5 * MINUTE_MS,
    Question.EFFICIENCY: 5 * MINUTE_MS,
    Question.NAVIGATION: 5 * MINUTE_MS,
    Question.SERVICE_PARTNER: DAY_MS,
    Question.SPECS: DAY_MS,
    Question.BOOKED_SERVICES: HOUR_MS,
    Question.MESSAGES: 5 * MINUTE_MS,
    Question.BMW_CHARGES: HOUR_MS,
    Question.BMW_TRIPS: HOUR_MS,
    Question.CHARGING_STATISTICS: HOUR_MS,
    Question.TRIP_STATISTICS: HOUR_MS,
    Question.RECALLS: DAY_MS,
    Question.SERVICE_DEMANDS: DAY_MS,
}
"""How old an answer may be for a person who asks to be given it from the store, without a call."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """An answer that is kept whole and for ever.

    `subject` is what it is about: a VIN, later also `meter/NAME` and the like. `natural_key` tells the documents of one
    kind and subject apart, in BMW's own terms: a charging session's start, for instance. `body` is its JSON, with the
    members and their order as they came.
    """

    subject: str
    kind: str
    natural_key: str
    body: str
    source: Source
    fetched_at_ms: int


def span_body(from_ms: int, to_ms: int) -> str:
    """Return the body of ANSWERED for a stretch of the charging history."""
    return json.dumps({"from": format_time(from_ms), "to": format_time(to_ms)})


def answered_span(answered: Document) -> tuple[int, int] | None:
    """Return the stretch that an answer about the charging history is of, in ms UTC; None when it says none."""
    try:
        span = json.loads(answered.body)
        return parse_time(span["from"], name="from"), parse_time(span["to"], name="to")
    except (ValueError, RecursionError, TypeError, KeyError, AttributeError, ConfigError):
        return None


def answered_key(question: Question, container_id: str | None = None) -> str:
    """Return the natural key under which it is kept when BMW answered a question; VALUES have one for a container."""
    return question.value if container_id is None else f"{question.value}/{container_id}"
