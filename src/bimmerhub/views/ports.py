"""What only a live hub knows or does, as views ask for it; what is stored comes through the ports of `store`."""

from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

from bimmerhub.domain.account.checks import Check
from bimmerhub.domain.account.family import Family
from bimmerhub.domain.account.link import Link
from bimmerhub.domain.account.quota import Quota
from bimmerhub.domain.account.services import CarDataService
from bimmerhub.domain.catalogue.comparison import Differences
from bimmerhub.domain.catalogue.descriptors import Catalogue
from bimmerhub.domain.coverage.coverage_verdicts import Coverage
from bimmerhub.domain.documents import Question
from bimmerhub.domain.reading import Reading
from bimmerhub.domain.signals.car_facts import CarFacts
from bimmerhub.domain.signals.value import SignalValue
from bimmerhub.domain.vehicle import Vehicle
from bimmerhub.errors import BimmerhubError
from bimmerhub.ids import Descriptor, Vin
from bimmerhub.store.ports.overlays import Overlay


class VehicleStates(Protocol):
    """The vehicles and their live state, as of the last durable batch."""

    def vehicles(self) -> Sequence[Vehicle]:
        """Return every known vehicle in order of VIN."""
        ...

    def state(self, vin: Vin) -> Mapping[str, SignalValue] | None:
        """Return the signals that this car has reported, by name; None for an unknown VIN."""
        ...

    def car_facts(self, vin: Vin) -> CarFacts:
        """Return what is known of the car now: its history is told as its present state is."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class ErasedVehicle:
    """What went with an erased vehicle, and what did not.

    `is_space_back` tells whether the disk has the space again; else the database keeps it for what comes next.
    `backups` are files that still hold the vehicle; `seen_by` are the accounts that saw it.
    """

    readings: int
    raw_messages: int
    refused: int
    documents: int
    records: int
    is_space_back: bool
    backups: Sequence[str]
    seen_by: Sequence[str]


class VehicleKeeping(Protocol):
    """What a person does with a vehicle as a whole."""

    async def archive(self, vin: Vin, *, sold_on: str | None) -> None:
        """Put a vehicle away: its history ends with the day of sale (2026-01-31, None: today), nothing is asked of it.

        ConfigError for what is no day, or is yet to come.
        """
        ...

    async def restore(self, vin: Vin) -> None:
        """Take an archived vehicle into use again."""
        ...

    async def erase(self, vin: Vin) -> ErasedVehicle:
        """Erase all that is stored of a vehicle, for good: readings, messages, documents, its picture, its records."""
        ...


class Pictures(Protocol):
    """The cars' pictures; BMW is not asked for them here."""

    def has_image(self, vin: Vin) -> bool:
        """Tell whether there is a picture of the car."""
        ...

    async def image(self, vin: Vin) -> bytes | None:
        """Return the car's picture as PNG: empty when BMW has none, None when it was not fetched yet."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """One account as people may see it. `gcid` is None before the first sign-in; tokens never leave the hub.

    `services` are those that the newest sign-in was granted. One that `is_relayed` is read from a person's own broker
    and needs no sign-in.
    """

    name: str
    family: Family
    client_id: str
    gcid: str | None
    signed_in: bool
    signed_in_at_ms: int | None
    services: tuple[CarDataService, ...] = ()
    is_relayed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class SignInState:
    """A sign-in under way: `status` is pending, done or failed; `error` is why it failed.

    `services` are those that it was granted, none until it is done.
    """

    account: str
    status: Literal["pending", "done", "failed"]
    user_code: str
    verification_uri: str
    verification_uri_complete: str
    expires_at_ms: int
    error: BimmerhubError | None = None
    services: tuple[CarDataService, ...] = ()


class AccountLinks(Protocol):
    """The accounts and their links."""

    async def accounts(self) -> Sequence[Account]:
        """Return every account in order of name."""
        ...

    def links(self) -> Sequence[Link]:
        """Return the link of every account that is connected or tries to be."""
        ...


class Quotas(Protocol):
    """The REST calls of the present day."""

    async def quotas(self) -> Sequence[Quota]:
        """Return the present UTC day's quota of every account, `planned` where something is spent by schedule."""
        ...


class SignIns(Protocol):
    """What a person does about an account's link: sign in, try again now, sign out."""

    async def start_sign_in(self, name: str, client_id: str | None) -> SignInState:
        """Ask BMW for a code and go on polling in the background; until it is approved all stays as it was.

        ConfigError for a bad name or no client id.
        """
        ...

    def sign_in_state(self, name: str) -> SignInState | None:
        """Return the newest sign-in of an account since the hub started."""
        ...

    async def retry(self, name: str) -> Link:
        """Cut short whatever the account's link waits for, and return the link as it is right then.

        A connected one is left alone. SignInRequired when the account has no tokens; ConfigError when there is no such
        account, or when this hub connects none.
        """
        ...

    async def sign_out(self, name: str) -> None:
        """Forget the account's tokens and close its link; its readings stay. ConfigError when there is none."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class BmwContainer:
    """A container at BMW. `used_by` is hub, nobody (the hub made it for another list) or others; `state` is BMW's word.

    One that is not `is_active` is deleted, and counts to BMW's ten until BMW purges it, at `purge_at_ms` at the latest
    (milliseconds UTC). `created_at` is BMW's text. `descriptors` are None in lists, and for deleted ones.
    """

    id: str
    name: str | None
    purpose: str | None
    state: str | None
    created_at: str | None
    is_active: bool
    used_by: Literal["hub", "nobody", "others"]
    descriptors: Sequence[str] | None = None
    purge_at_ms: int | None = None


class BmwContainers(Protocol):
    """Containers at BMW, by a person's hand. Each method asks BMW: a call of the quota each, unless it says otherwise.

    All raise ConfigError for an unknown account, and the errors of BMW's REST interface.
    """

    async def containers(self, account: str) -> Sequence[BmwContainer]:
        """Return every container of an account."""
        ...

    async def container(self, account: str, container_id: str) -> BmwContainer:
        """Return one container with its descriptors; one call more for a deleted one, of which BMW tells less.

        NotFound when the account has none of that id.
        """
        ...

    async def create_container(
        self, account: str, *, name: str, purpose: str, descriptors: Sequence[str]
    ) -> BmwContainer:
        """Make a container that the hub does not use."""
        ...

    async def delete_container(self, account: str, container_id: str) -> None:
        """Delete a container, whoever made it."""
        ...

    async def collect_containers(self, account: str, *, dry_run: bool) -> Sequence[BmwContainer]:
        """Delete those that are used by nobody and return them; one more call for each. With `dry_run` only return."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Asking:
    """What a person asks BMW: of one car, MAPPINGS of an account (`vin` None).

    `account` None takes the one whose car it is. `container_id` is for VALUES; None takes the hub's containers.
    `from_ms` and `to_ms` (milliseconds UTC) are for CHARGING_HISTORY.
    """

    question: Question
    vin: Vin | None
    account: str | None = None
    container_id: str | None = None
    from_ms: int = 0
    to_ms: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class AskingPrice:
    """What asking costs: `calls` at least, more where the answer has pages (`may_cost_more`), of those `remaining`.

    The day's remaining calls come back at `resets_at_ms`. Until `fresh_until_ms` the answer of `answered_at_ms` is
    given instead, for nothing; None without an answer that is fresh.
    """

    question: Question
    account: str
    calls: int
    may_cost_more: bool
    remaining: int
    limit: int
    resets_at_ms: int
    answered_at_ms: int | None
    fresh_until_ms: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class BmwAnswer:
    """What BMW answered just now, for `calls` calls, or what is stored of its answer of `answered_at_ms`.

    `bodies` are JSON texts, one a page; none for a picture. `readings` are counted as new, repeated and refused; all 0
    for an answer from the store. `skipped` are the stretches of a charging history that BMW fails at, in milliseconds.
    """

    question: Question
    vin: Vin | None
    account: str
    is_from_bmw: bool
    calls: int
    remaining: int
    limit: int
    resets_at_ms: int
    answered_at_ms: int
    fresh_until_ms: int
    bodies: Sequence[str]
    documents: int
    readings: tuple[int, int, int] = (0, 0, 0)
    skipped: Sequence[tuple[int, int]] = ()


IsAwaited = Callable[[], Awaitable[bool]]


async def always_awaited() -> bool:
    """Tell that somebody waits, as the hub itself does."""
    return True


class BmwQuestions(Protocol):
    """Asking BMW now, out of the calls that are kept for a person.

    Both raise ConfigError for an account or a car that cannot be asked for.
    """

    async def price(self, asking: Asking) -> AskingPrice:
        """Return what asking would cost; BMW is not asked."""
        ...

    async def ask(self, asking: Asking, *, fresh: bool, is_awaited: IsAwaited = always_awaited) -> BmwAnswer:
        """Return the answer: from the store when one is fresh enough, unless it is to be `fresh`.

        `is_awaited` tells before each call whether anybody still waits for the answer; else BMW is asked no further,
        and what had come by then is stored and returned.
        QuotaSpent, and nothing is asked, when fewer calls are left than it costs at least. Otherwise the errors of
        BMW's REST interface; what had come by then is stored.
        """
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class RefusedLine:
    """A line of a capture that was not understood, or one row of it."""

    line: int
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportProgress:
    """How far an import is; the last one has `done` set. read = new + repeated + refused once it is done.

    All but `documents` (of a customer archive) count readings, except that a line which is no message counts as one
    refused. `not_believed` are those of the
    refused that were understood. `refused_lines` has the first 100.
    """

    lines: int
    read: int
    new: int
    repeated: int
    refused: int
    not_believed: int = 0
    documents: int = 0
    refused_lines: Sequence[RefusedLine] = ()
    done: bool = False


class CaptureImports(Protocol):
    """Capture files on their way into the store."""

    def import_capture(self, chunks: AsyncIterator[bytes], *, origin: str) -> AsyncGenerator[ImportProgress]:
        """Store a capture (NDJSON, also packed, any chunking) and yield progress after each batch; idempotent.

        `origin` is the file's name, for quarantine. ConfigError for a file that is no capture: its first 1,000 lines
        hold no message, and nothing is stored. StoreError when the store cannot take more: what was yielded is
        stored. Iterate it to its end or close it (`contextlib.aclosing`), in the task that began.
        """
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class RebuildProgress:
    """How far a rebuild is; the last one has `done` set.

    A part is one kind of record of one vehicle, or one odometer whose readings are judged anew. `readings` is how many
    were looked at so far, in all parts together.
    """

    parts: int
    parts_done: int
    readings: int
    done: bool = False


class Rebuilding(Protocol):
    """Records made anew from the readings."""

    def progress(self) -> RebuildProgress | None:
        """Return how far what is being made anew as a whole is, because it was asked for or the rules are new ones."""
        ...

    def rebuild(self, subject: Vin | None = None) -> AsyncGenerator[RebuildProgress]:
        """Derive all records of one vehicle (None: of all) anew and yield progress; the old ones are served meanwhile.

        Before that the readings of its odometers are judged anew, the stored ones and those set apart.
        Iterate it to its end, or close it (`contextlib.aclosing`); what is left then is derived in the background.
        """
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadingSpan:
    """The readings of some descriptors measured from `from_ms` to `until_ms`, both included (milliseconds UTC)."""

    vin: Vin
    descriptors: Sequence[Descriptor]
    from_ms: int
    until_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class JudgedReadings:
    """What judging readings did: the judgements made or taken back, the readings set apart and those that returned."""

    judgements: Sequence[Overlay]
    withdrawn: Sequence[Reading]
    returned: Sequence[Reading]


class ReadingJudging(Protocol):
    """A person's judgement of readings, and taking it back."""

    async def release(self, refused_id: int) -> Reading | None:
        """Take a reading out of quarantine, store it and return it; an odometer is judged by it from then on.

        None when nothing with that id is in quarantine; ConfigError when it was not understood: it holds no reading.
        """
        ...

    async def try_release(self, refused_id: int) -> tuple[Reading, JudgedReadings] | None:
        """Return what `release` would, with which other readings would change sides, and change nothing."""
        ...

    async def reject(self, span: ReadingSpan, *, dry_run: bool) -> JudgedReadings:
        """Set readings apart that are not true, and all that comes for that time later; with `dry_run` only say which.

        NotFound when none is stored of that time, ConfigError when it ends before it begins.
        """
        ...

    async def restore(self, span: ReadingSpan, *, dry_run: bool) -> JudgedReadings:
        """Take back each rejection and release that touches the stretch; with `dry_run` only say what that changes.

        NotFound when there is none, ConfigError when it ends before it begins.
        """
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Health:
    """Whether the hub does its work.

    Degraded: a link waits for a person (refused, signed out), has had no connection for 15 minutes or was overrun
    within the last hour, tokens cannot be stored, or the disk is nearly full; migrating: the database is brought up to
    date first; down: nothing can be stored. `rebuilding` is how far records are that are made anew; until then the old
    ones are served. `reasons` say in words why it is degraded or down.
    """

    status: Literal["ok", "degraded", "migrating", "down"]
    version: str
    uptime_s: float
    readings_stored: int
    readings_refused: int
    readings_not_stored: int
    last_store_error: str | None
    rebuilding: RebuildProgress | None = None
    reasons: Sequence[str] = ()


class HealthReport(Protocol):
    """The hub's own opinion of itself."""

    def health(self) -> Health:
        """Return the present health; counters are since the hub started."""
        ...


class Examination(Protocol):
    """Looking into what keeps values from arriving."""

    async def examine(self, name: str, *, spends_calls: bool) -> Sequence[Check]:
        """Return the checks of one account's set-up, in order; up to half a minute, and two REST calls if allowed.

        An account that is not known is a failed check.
        """
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckedList:
    """BMW's list, checked: how many keys it has, how it differs, and what of it was not understood, in words."""

    listed: int
    differences: Differences
    faults: Sequence[str]


class FullCatalogue(Protocol):
    """The catalogue of this release with the keys that were taken from BMW's public list since."""

    async def load(self) -> Catalogue:
        """Return it as it is now."""
        ...

    async def check_list(self, document: bytes, *, takes_new: bool) -> CheckedList:
        """Return how a list differs from the catalogue; with `takes_new` its new keys are in it from now on.

        MalformedPayload when it is no such list.
        """
        ...


class CoverageJudge(Protocol):
    """Judges for each descriptor whether it arrives."""

    async def coverage(self, vin: Vin) -> Sequence[Coverage]:
        """Return the coverage of every descriptor of a vehicle, by descriptor."""
        ...

    async def head_unit(self, vin: Vin) -> str | None:
        """Return BMW's word for a vehicle's head unit, None when its basic data do not tell it."""
        ...
