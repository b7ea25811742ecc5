"""The support bundle: what somebody who helps needs to know of a hub, and nothing of whose it is.

Every text in it is out of a closed list, or a sentence of ours in which other people's words are `…`. Accounts and cars
are numbers, in the order of their names.
"""

from typing import Annotated, Final, Protocol

import msgspec

from bimmerhub.views.fields import Time
from bimmerhub.views.viewer import Viewer

LEFT_OUT: Final = (
    "VINs, account ids, client ids, tokens, passwords and names",
    "values that a car sent, positions among them",
    "addresses of your machines, paths and file names",
    "words in findings, reasons and log lines that are not this program's own (…), and most numbers in them (#)",
)
"""What is not in a bundle, for whoever looks through it."""


class StoreLines(msgspec.Struct, frozen=True, kw_only=True):
    """The database. `trouble` says why it cannot be read; the rest is then null."""

    schema: Annotated[int | None, msgspec.Meta(description="of the file")] = None
    schema_of_program: int
    readings: int | None = None
    journal_entries: int | None = None
    refused: int | None = None
    database_bytes: int | None = None
    trouble: str | None = None


class HealthLines(msgspec.Struct, frozen=True, kw_only=True):
    """The hub's opinion of itself; counters are since it started."""

    status: str
    uptime_s: float
    readings_stored: int
    readings_refused: int
    readings_not_stored: int
    last_store_error: str | None
    reasons: list[str]


class LinkLines(msgspec.Struct, frozen=True, kw_only=True):
    """An account's connection to BMW as it is."""

    state: str
    reason: str
    hint: str | None
    since: Time
    last_message_at: Time | None
    messages: int
    failures: int
    next_try_at: Time | None
    refresh_expires_at: Time | None
    overruns: int


class CutLine(msgspec.Struct, frozen=True, kw_only=True):
    """A connection that ended."""

    at: Time
    reason: str


class ConnectedLine(msgspec.Struct, frozen=True, kw_only=True):
    """A stretch of time in which the account was connected; a break of ten minutes is no break."""

    since: Time
    until: Time


class CallLine(msgspec.Struct, frozen=True, kw_only=True):
    """A REST call, and for whom it was made."""

    at: Time
    operation: str
    caller: str


class CheckLine(msgspec.Struct, frozen=True, kw_only=True):
    """One of the doctor's checks."""

    name: str
    outcome: str
    found: str
    hint: str | None


class AccountLines(msgspec.Struct, frozen=True, kw_only=True):
    """One account, by its number."""

    account: int
    family: str
    signed_in: bool
    is_relayed: bool
    services: list[str]
    link: LinkLines | None = None
    cuts: Annotated[list[CutLine], msgspec.Meta(description="since the hub started")] = []
    connected: Annotated[list[ConnectedLine], msgspec.Meta(description="the newest, oldest first")] = []
    quota_used: int | None = None
    quota_limit: int | None = None
    calls: Annotated[list[CallLine], msgspec.Meta(description="of the last three days")] = []
    checks: Annotated[list[CheckLine], msgspec.Meta(description="what the doctor found, without spending a call")] = []


class DescriptorLine(msgspec.Struct, frozen=True, kw_only=True):
    """What is stored of one descriptor, and how it comes: no values."""

    descriptor: str
    units: list[str]
    readings: int
    ticked: str | None
    verdict: str | None
    cadence: str | None
    usual_gap_s: float | None
    last_by_stream_days_ago: float | None
    last_by_rest_days_ago: float | None
    rejected: int


class CarLines(msgspec.Struct, frozen=True, kw_only=True):
    """One car, by its number."""

    car: int
    brand: str | None
    model: Annotated[str | None, msgspec.Meta(description="the words of BMW's model names in it")]
    drivetrain: str | None
    idrive: str | None
    accounts: list[int]
    mapping: str | None
    is_archived: bool
    never_came: Annotated[int, msgspec.Meta(description="how many descriptors of the catalogue never came")]
    descriptors: list[DescriptorLine]


class RefusedRows(msgspec.Struct, frozen=True, kw_only=True):
    """What was not understood or not believed for one reason, as far as quarantine keeps it."""

    reason: str
    descriptor: str | None
    count: int


class LogLines(msgspec.Struct, frozen=True, kw_only=True):
    """A line of the log; of an error its class, and the places in this program that it passed."""

    at: Time
    level: str
    logger: str
    message: str
    error: str | None
    frames: list[str]


class BundleAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """All that a support bundle holds. `troubles` are the parts that could not be made, and why."""

    made_at: Time
    hub: Annotated[str, msgspec.Meta(description="runs, none, or why the one that runs does not answer")]
    versions: dict[str, str]
    settings: dict[str, str]
    store: StoreLines
    health: HealthLines | None
    accounts: list[AccountLines]
    cars: list[CarLines]
    refused: list[RefusedRows]
    checks: Annotated[list[CheckLine], msgspec.Meta(description="of no account: those made without a hub")]
    log: Annotated[list[LogLines], msgspec.Meta(description="the newest lines of the hub that runs, oldest first")]
    troubles: list[str]
    left_out: list[str]


class SupportBundles(Protocol):
    """Makes support bundles."""

    async def make_bundle(self) -> BundleAnswer:
        """Return a bundle of this moment; up to a minute. What is broken is among `troubles`: it never fails."""
        ...


async def view_bundle(viewer: Viewer, bundles: SupportBundles) -> BundleAnswer:
    """Return a support bundle."""
    viewer.require_owner()
    return await bundles.make_bundle()
