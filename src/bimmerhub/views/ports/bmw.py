"""What a person asks BMW for: its containers, and everything that CarData and older families answer of a car."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

from bimmerhub.domain.documents import Question
from bimmerhub.ids import Vin


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
    `from_ms` and `to_ms` (milliseconds UTC) are for CHARGING_HISTORY, `month` (year and month) for those that are told
    by months; None: the present one. `item` is BMW's id of one charging session, for BMW_CHARGES: its details.
    """

    question: Question
    vin: Vin | None
    account: str | None = None
    container_id: str | None = None
    from_ms: int = 0
    to_ms: int = 0
    month: tuple[int, int] | None = None
    item: str | None = None

    @property
    def part(self) -> str | None:
        """The month or the item in a word; None of a question that is about neither."""
        return self.item if self.month is None else f"{self.month[0]}-{self.month[1]:02}"


@dataclass(frozen=True, slots=True, kw_only=True)
class AskingPrice:
    """What asking costs: `calls` at least, more for pages, cars and trips (`may_cost_more`), of those `remaining`.

    The day's remaining calls come back at `resets_at_ms`; the three are None of a family without a quota. Until
    `fresh_until_ms` the answer of `answered_at_ms` is given instead, for nothing; None without an answer that is fresh.
    """

    question: Question
    account: str
    calls: int
    may_cost_more: bool
    remaining: int | None
    limit: int | None
    resets_at_ms: int | None
    answered_at_ms: int | None
    fresh_until_ms: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class BmwAnswer:
    """What BMW answered just now, for `calls` calls, or what is stored of its answer of `answered_at_ms`.

    `bodies` are JSON texts, one a page; none for a picture. `readings` are counted as new, repeated and refused; all 0
    for an answer from the store. `remaining`, `limit` and `resets_at_ms` are None of a family without a quota.
    `skipped` are the stretches of a charging history that BMW fails at, in milliseconds. Unless it `is_complete`, BMW
    has more of it, which asking again brings.
    """

    question: Question
    vin: Vin | None
    account: str
    is_from_bmw: bool
    calls: int
    remaining: int | None
    limit: int | None
    resets_at_ms: int | None
    answered_at_ms: int
    fresh_until_ms: int
    bodies: Sequence[str]
    documents: int
    readings: tuple[int, int, int] = (0, 0, 0)
    skipped: Sequence[tuple[int, int]] = ()
    is_complete: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class BmwPicture:
    """A picture of a car from a side (PNG), as BMW gave it at `fetched_at_ms`: just now, or lately."""

    png: bytes
    fetched_at_ms: int
    is_from_bmw: bool


IsAwaited = Callable[[], Awaitable[bool]]


async def always_awaited() -> bool:
    """Tell that somebody waits, as the hub itself does."""
    return True


class BmwQuestions(Protocol):
    """Asking BMW now, out of the calls that are kept for a person.

    Each raises ConfigError for an account or a car that cannot be asked for.
    """

    async def offered(self, vin: Vin, account: str | None) -> Sequence[Question]:
        """Return what a car can be asked for by the families that list it, or by an account's; BMW is not asked."""
        ...

    async def picture(self, vin: Vin, *, view: str | None, account: str | None, fresh: bool) -> BmwPicture:
        """Return a picture of a car from a side, None: as its family shows it; from the store, or for one call.

        One of the last 30 days is given from the store, unless it is to be `fresh`. `view` is the family's word;
        ConfigError names those that there are. The errors of asking BMW else.
        """
        ...

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
