"""The shapes of every answer of `/api/v1`: what OpenAPI describes and what is encoded are these same classes.

Typed dictionaries rather than dataclasses, because an answer may have ten thousand rows: building one row as a frozen
dataclass costs more than reading it from the database. Times are ISO 8601, UTC, with milliseconds; None is "not
reported".
"""

from typing import Annotated, Generic, Literal, NotRequired, TypeVar

from pydantic import Field
from typing_extensions import TypedDict  # pydantic refuses the one of `typing` before Python 3.12

from bimmerhub.domain.reading import Value

Time = Annotated[str, Field(description="ISO 8601, UTC, milliseconds", examples=["2026-01-31T08:15:00.000Z"])]
Row = TypeVar("Row")


class Page(TypedDict, Generic[Row]):
    """A list. `next` is the token to pass as `after` for the rest, null when this is all."""

    items: list[Row]
    next: str | None


class VehicleAnswer(TypedDict):
    """One vehicle. Everything but the VIN is null until BMW or a person has told it."""

    vin: str
    name: str | None
    brand: str | None
    model: str | None
    drivetrain: Annotated[str | None, Field(description="BEV, PHEV, MHEV or CONV: as BMW says, else by what it sends")]
    mapping: Annotated[str | None, Field(description="PRIMARY or SECONDARY user of the car")]
    account: Annotated[str | None, Field(description="local name of the account; null for cars of a capture")]
    has_image: Annotated[bool, Field(description="whether /image has a picture of it")]


class SignalAnswer(TypedDict):
    """The newest value of one signal. `value` is null when the car said that it has none."""

    value: Value
    unit: str | None
    measured_at: Time
    age_s: Annotated[int, Field(description="seconds from measured_at to this answer", ge=0)]
    descriptor: Annotated[str, Field(description="the descriptor that the value came from")]
    source: str
    quality: str


class StateAnswer(TypedDict):
    """The live state of one vehicle: only signals that it has reported are in it."""

    vin: str
    signals: dict[str, SignalAnswer]


class ReadingAnswer(TypedDict):
    """One stored reading."""

    descriptor: str
    value: Value
    unit: str | None
    measured_at: Time
    source: str


class BucketAnswer(TypedDict):
    """The readings of one stretch of time; min, max and mean are over its numbers, null when there are none."""

    start_at: Time
    min: float | None
    max: float | None
    mean: float | None
    first: Value
    last: Value
    count: int


class PositionAnswer(TypedDict):
    """One place where the car was (WGS 84). `quality` is approximate when its halves were measured apart."""

    measured_at: Annotated[Time, Field(description="when the older of the two halves was measured; ISO 8601, UTC")]
    latitude_deg: float
    longitude_deg: float
    quality: Literal["measured", "approximate"]


class DescriptorAnswer(TypedDict):
    """What is stored of one descriptor of one vehicle."""

    descriptor: str
    title: Annotated[str | None, Field(description="short English title; null when BMW's catalogue does not list it")]
    unit: str | None
    count: int
    first_measured_at: Time
    last_measured_at: Time


class LinkAnswer(TypedDict):
    """The connection of one account to BMW's stream, in words for a person."""

    account: str
    state: Literal["signed_out", "connecting", "connected", "waiting", "refused", "stopped"]
    reason: str
    hint: str | None
    since: Time
    last_message_at: Time | None
    messages: int
    failures: Annotated[int, Field(description="attempts that failed in a row", ge=0)]
    next_try_at: Annotated[Time | None, Field(description="when the next attempt is made; null: none is waited for")]
    refresh_expires_at: Annotated[
        Time | None, Field(description="when the sign-in dies unless BMW renews it before; null: not known yet")
    ]
    token_warning: Annotated[str | None, Field(description="says so in words once that is near")]


class AccountAnswer(TypedDict):
    """One account; tokens never leave the hub. `link` is null while there is none."""

    name: str
    client_id: str
    gcid: str | None
    signed_in: bool
    signed_in_at: Time | None
    link: LinkAnswer | None


class SignInRequest(TypedDict):
    """What a sign-in may need: the client id that BMW's portal shows, once for each account."""

    client_id: NotRequired[str | None]


class SignInAnswer(TypedDict):
    """A sign-in under way: open `verification_uri_complete` and approve. `message` and `hint` say why it failed."""

    account: str
    status: Literal["pending", "done", "failed"]
    user_code: str
    verification_uri: str
    verification_uri_complete: str
    expires_at: Time
    message: str | None
    hint: str | None


class SignedOut(TypedDict):
    """The account whose tokens were forgotten; its readings stay."""

    account: str
    signed_in: Literal[False]


class SpentAnswer(TypedDict):
    """Calls of one kind, and for whom they were made."""

    caller: Annotated[str, Field(description="schedule (the hub by itself), cli, api or doctor")]
    operation: str
    calls: int


class QuotaAnswer(TypedDict):
    """The REST calls of one account on the present UTC day."""

    account: str
    used: int
    limit: int
    remaining: int
    resets_at: Time
    spent: list[SpentAnswer]
    spent_by_operation: dict[str, int]
    planned: Annotated[int | None, Field(description="calls that the hub will make by itself before the reset")]
    runs_out_at: Annotated[
        Time | None, Field(description="when the rest is spent at the present pace; null: not before the reset")
    ]


class CheckAnswer(TypedDict):
    """One check of an examination."""

    name: str
    outcome: Annotated[str, Field(description="ok, warning, failed or skipped")]
    found: str
    hint: Annotated[str | None, Field(description="what a person can do; null when nothing is needed")]


class ExaminationAnswer(TypedDict):
    """Every check in order, and the one thing to do next."""

    items: list[CheckAnswer]
    next: None
    next_step: str


class CoverageAnswer(TypedDict):
    """Whether one descriptor arrives, and if not, why."""

    descriptor: str
    title: str | None
    ticked: Annotated[str, Field(description="yes, no, unknown, or cannot (not streamable)")]
    verdict: str
    why: str
    last_streamed_at: Time | None
    last_rest_at: Time | None
    usual_gap_s: Annotated[float | None, Field(description="median time between its newest values by stream")]


class QuarantinedReading(TypedDict):
    """A reading that was understood but not believed."""

    vin: str
    descriptor: str
    value: Value
    unit: str | None
    measured_at: Time
    source: str


class RefusedAnswer(TypedDict):
    """Something that was not understood or not believed. `payload` is its text, cut after 4,000 characters.

    `reading` is null for what was not understood; what has one can be released by its `id`.
    """

    id: int
    received_at: Time
    reason: str
    origin: str
    descriptor: str | None
    reading: QuarantinedReading | None
    payload: str
    payload_bytes: int


class ReleasedAnswer(TypedDict):
    """What was released from quarantine, and is stored now."""

    id: int
    reading: QuarantinedReading


class RefusedLineAnswer(TypedDict):
    """A line of a capture that was not understood, or one row of it."""

    line: int
    reason: str


class ImportAnswer(TypedDict):
    """One line of the progress of an import; the last one has `done` set. All but `lines` count readings."""

    lines: int
    read: int
    new: int
    repeated: int
    refused: int
    refused_lines: list[RefusedLineAnswer]
    done: bool


class HealthAnswer(TypedDict):
    """Whether the hub does its work. Counters are since it started."""

    status: Literal["ok", "degraded", "down"]
    version: str
    uptime_s: float
    readings_stored: int
    readings_refused: int
    readings_not_stored: int
    last_store_error: str | None
    links: Annotated[list[LinkAnswer], Field(description="empty for a caller who has not signed in to a protected hub")]


class CatalogueAnswer(TypedDict):
    """One descriptor of BMW's catalogue."""

    descriptor: str
    title: str
    category: str
    datatype: str
    unit: str | None
    values: Annotated[list[str], Field(description="the words of a closed list; empty when it is open")]
    streamable: bool
    drivetrains: list[str]
    note: str | None


class ContainerAnswer(TypedDict):
    """A container at BMW. Deleted ones count to BMW's ten for 29 days more."""

    id: str
    name: str | None
    purpose: str | None
    state: Annotated[str | None, Field(description="BMW's word: ACTIVE, INACTIVE, DELETED")]
    created_at: Annotated[str | None, Field(description="as BMW wrote it, ISO 8601")]
    is_active: bool
    used_by: Annotated[
        Literal["hub", "nobody", "others"],
        Field(description="nobody: bimmerhub made it for descriptors that it does not want any more"),
    ]


class ContainerRequest(TypedDict):
    """A container to make."""

    name: Annotated[str, Field(max_length=200)]
    purpose: Annotated[str, Field(max_length=200)]
    descriptors: Annotated[list[Annotated[str, Field(max_length=200)]], Field(min_length=1, max_length=1000)]


class ContainerDeleted(TypedDict):
    """The id of a container that is deleted at BMW."""

    id: str


class ProblemDetail(TypedDict):
    """What went wrong: `kind` for programs, `message` and `hint` (what to do, or null) for people."""

    kind: str
    message: str
    hint: str | None


class Problem(TypedDict):
    """The body of every answer that is not a success."""

    error: ProblemDetail
