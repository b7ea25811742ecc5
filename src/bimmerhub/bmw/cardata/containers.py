"""Containers at BMW that hold the descriptors one wants: found again, created and deleted, in few calls.

BMW's rules (guide; observed by clients 2025-2026): a container cannot be changed. An account has at most ten, over all
programs and cars, and a deleted one counts for 29 days more. The list of containers does not name their descriptors.

So each of our containers says in its `purpose` what it is for: `bimmerhub 1a2b3c4d`. The second word stands for the
sorted list of wanted descriptors. A program that wants the same list later finds the container by one call, also from
another machine. A container with another purpose belongs to somebody else and is never touched.

BMW refuses a list in three ways:

- CU-402: it does not know a descriptor. We leave that one out and try the rest. When BMW does not name it, we search
  for it by halves. Every probe that BMW accepts creates a container. We delete it at once, but it counts to the ten; so
  after MOST_PROBES, or when room gets scarce, we leave out all descriptors that are still suspected.
- CU-500, as long as one certain descriptor is in the list (SEEN_TO_FAIL was; users 2026). That looks like BMW being out
  of order. So we try the two halves: when BMW takes one of them, we search the other as above; when it takes neither,
  it is out of order.
- CU-403: the list is too much for BMW, which does not say why (294 keys were refused, 15 passed; users 2026). We create
  two containers with half the list each, and halve again if need be. The purpose then names the part:
  `bimmerhub 1a2b3c4d 1-147`. Nothing is lost, but each part costs a call of its own whenever values are fetched.
"""

import hashlib
import logging
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from bimmerhub.bmw.cardata.answers.models import Container
from bimmerhub.bmw.cardata.rest import CarDataRest
from bimmerhub.errors import BmwRefused, BmwUnavailable, ConfigError
from bimmerhub.ids import Descriptor

_log = logging.getLogger(__name__)

MARKER = "bimmerhub"
ACTIVE = "ACTIVE"
MOST_CONTAINERS = 10
MOST_PROBES = 6
MOST_TRIES = 16
SMALLEST_PART = 8
UNKNOWN_DESCRIPTOR, FORBIDDEN_LIST, TOO_MANY = "CU-402", "CU-403", "CU-124"
FAULT, FAULT_STATUS = "CU-500", 500
SEEN_TO_FAIL = Descriptor("vehicle.drivetrain.electricEngine.charging.level")
"""With it in the list BMW was seen to answer 500. Source: a client's workaround, users 2026."""
PROBE_PURPOSE = f"{MARKER} 00000000"
"""Stands for no list: a probe whose deletion failed is obsolete."""
_PURPOSE = re.compile(rf"{MARKER} ([0-9a-f]{{8}})(?: (\d{{1,4}})-(\d{{1,4}}))?")
_WORD = re.compile(r"[\w.]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnContainer:
    """One of our containers at BMW.

    `first` and `last` are the places (from 1) of its part in the wanted list; None when it holds the whole list.
    `descriptors` is what it was created with; None when it was found in BMW's list, which does not name them.
    """

    id: str
    purpose: str
    first: int | None = None
    last: int | None = None
    descriptors: tuple[Descriptor, ...] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class EnsuredContainers:
    """The containers that together hold the wanted descriptors; `dropped` are those that BMW refused this time."""

    containers: tuple[OwnContainer, ...]
    dropped: tuple[Descriptor, ...] = ()

    @property
    def ids(self) -> tuple[str, ...]:
        """The ids to fetch values with, one call each."""
        return tuple(container.id for container in self.containers)


@dataclass(frozen=True, slots=True, kw_only=True)
class ContainerPlan:
    """The account's containers: `wanted` are ours for the wanted lists, `obsolete` are ours for other lists.

    `foreign` belong to other programs. `deleted` ones count to the ten for 29 days after their deletion.
    """

    wanted: tuple[Container, ...]
    obsolete: tuple[Container, ...]
    foreign: tuple[Container, ...]
    deleted: tuple[Container, ...]


def content_signature(descriptors: Iterable[Descriptor]) -> str:
    """Return eight hexadecimal digits that stand for a set of descriptors."""
    return hashlib.sha256("\n".join(sorted(set(descriptors))).encode()).hexdigest()[:8]


def purpose_of(descriptors: Iterable[Descriptor]) -> str:
    """Return the purpose of a container for all these descriptors."""
    return f"{MARKER} {content_signature(descriptors)}"


def signature_in(purpose: str | None) -> str | None:
    """Return the signature in a purpose of ours, None for anybody else's."""
    match = _PURPOSE.fullmatch(purpose or "")
    return None if match is None else match[1]


def is_active(container: Container) -> bool:
    """Tell whether values can be fetched with it; a missing state counts as active."""
    return container.state is None or container.state.upper() == ACTIVE


def plan_collection(containers: Iterable[Container], wanted: Iterable[str]) -> ContainerPlan:
    """Return an account's containers by what becomes of them, when those with the `wanted` signatures stay."""
    signatures = frozenset(wanted)
    sorted_out: dict[str, list[Container]] = {"wanted": [], "obsolete": [], "foreign": [], "deleted": []}
    for container in containers:
        signature = signature_in(container.purpose)
        own = "wanted" if signature in signatures else "obsolete"
        kind = "deleted" if not is_active(container) else "foreign" if signature is None else own
        sorted_out[kind].append(container)
    return ContainerPlan(**{kind: tuple(of_kind) for kind, of_kind in sorted_out.items()})


class Containers:
    """One account's own containers at BMW."""

    def __init__(self, rest: CarDataRest, *, name: str = MARKER) -> None:
        self._rest = rest
        self._name = name

    async def ensure(self, descriptors: Iterable[Descriptor]) -> EnsuredContainers:
        """Return containers that hold the descriptors, made where there are none. Costs 1 call, 2 when one is made.

        Each descriptor that BMW names as unknown costs one more, an unnamed one (or one that BMW fails at) up to
        MOST_PROBES tries and as many deletions, a list that is refused as too much 2 more. ConfigError without
        descriptors. BmwRefused CU-124 when the account has ten already, and CU-402 or CU-403 when nothing is left that
        BMW would take; BmwUnavailable when it is out of order. What was made before such a failure is found again the
        next time.
        """
        wanted = sorted(set(descriptors))
        if not wanted:
            raise ConfigError("a container needs at least one descriptor")
        present = await self._rest.fetch_containers()
        purpose = purpose_of(wanted)
        usable = [
            own_container(container.container_id, container.purpose)
            for container in present
            if _is_for(container, purpose)
        ]
        complete = covering(usable, len(wanted))
        if complete is not None:
            return EnsuredContainers(containers=complete)
        making = _Making(self._rest, name=self._name, purpose=purpose, room=MOST_CONTAINERS - len(present))
        try:
            await making.make(wanted, first=1, last=len(wanted), usable=usable)
        except BmwRefused as error:
            if error.code != TOO_MANY:
                raise
            raise _no_room(present, error) from error
        if not making.made:
            raise BmwRefused("BMW takes none of these descriptors", code=UNKNOWN_DESCRIPTOR)
        return EnsuredContainers(containers=tuple(making.made), dropped=tuple(making.dropped))

    async def plan(self, keep: Iterable[Iterable[Descriptor]] = ()) -> ContainerPlan:
        """Return which containers there are and which of ours hold none of the lists `keep`. One call."""
        return plan_collection(
            await self._rest.fetch_containers(), [content_signature(descriptors) for descriptors in keep]
        )

    async def collect(self, keep: Iterable[Iterable[Descriptor]] = ()) -> ContainerPlan:
        """Delete ours that hold none of the lists `keep`, return what was found. One call, and one for each."""
        plan = await self.plan(keep)
        for container in plan.obsolete:
            await self._rest.delete_container(container.container_id)
        return plan


class _Making:
    """One way from a list that is wanted to containers that BMW accepts."""

    def __init__(self, rest: CarDataRest, *, name: str, purpose: str, room: int) -> None:
        self._rest = rest
        self._name = name
        self._purpose = purpose
        self._room = room
        self._tries = 0
        self.made: list[OwnContainer] = []
        self.dropped: list[Descriptor] = []

    async def make(
        self, wanted: Sequence[Descriptor], *, first: int, last: int, usable: Sequence[OwnContainer]
    ) -> None:
        """Make the part from place `first` to `last` of the list, in two halves when it is too much for BMW."""
        same = next((part for part in usable if (part.first, part.last) == (first, last)), None)
        if same is not None:
            self.made.append(same)
            return
        inside = [part for part in usable if first <= (part.first or 0) and (part.last or 0) <= last]
        if inside or not await self._is_accepted(list(wanted[first - 1 : last]), len(wanted), first, last):
            middle = (first + last) // 2
            await self.make(wanted, first=first, last=middle, usable=inside)
            await self.make(wanted, first=middle + 1, last=last, usable=inside)

    async def _is_accepted(self, part: list[Descriptor], count: int, first: int, last: int) -> bool:
        """Make a container of a part; False when BMW says that it is too much and it can be halved."""
        purpose = self._purpose if len(part) == count else f"{self._purpose} {first}-{last}"
        try:
            await self._make_part(part, purpose)
        except BmwRefused as error:
            if error.code != FORBIDDEN_LIST or len(part) < SMALLEST_PART:
                raise
            _log.info("BMW refuses %d descriptors in one container: trying two", len(part))
            return False
        return True

    async def _make_part(self, keys: list[Descriptor], purpose: str) -> None:
        """Make a container of these descriptors without those that BMW does not know."""
        while keys:
            try:
                made = await self._create(keys, purpose)
            except BmwRefused as error:
                if error.code != UNKNOWN_DESCRIPTOR:
                    raise
                unknown = named_in(error, keys) or await self._search(keys)
            except BmwUnavailable as error:
                if not _is_fault(error):
                    raise
                unknown = await self._search(await self._faulty_half(keys, error))
            else:
                own = own_container(made.container_id, purpose)
                self.made.append(replace(own, descriptors=tuple(keys)))
                return
            self.dropped += unknown
            _log.warning("BMW does not take %s: left out", ", ".join(unknown))
            keys = [key for key in keys if key not in unknown]

    async def _faulty_half(self, keys: list[Descriptor], error: BmwUnavailable) -> list[Descriptor]:
        """Return the half of `keys` that BMW fails at; raises `error` when it fails at both: it is out of order."""
        likely = [key for key in keys if key == SEEN_TO_FAIL] or keys[: len(keys) // 2]
        others = [key for key in keys if key not in likely]
        if likely and others and self._room > 1:
            if await self._is_taken(others):
                return likely
            if await self._is_taken(likely):
                return others
        raise error

    async def _is_taken(self, keys: list[Descriptor]) -> bool:
        return not await self._probe(keys)

    async def _search(self, keys: list[Descriptor]) -> list[Descriptor]:
        """Return those among `keys`, of which BMW refuses one without naming it, that are suspected in the end."""
        suspected = keys
        probes = 0
        while len(suspected) > 1 and probes < MOST_PROBES and self._room > 1:
            half = suspected[: len(suspected) // 2]
            probes += 1
            suspected = await self._probe(half) or suspected[len(half) :]
        return suspected

    async def _probe(self, keys: list[Descriptor]) -> list[Descriptor]:
        """Try a list for a moment and return which of it are suspected: none when BMW takes it."""
        try:
            probe = await self._create(keys, PROBE_PURPOSE)
        except BmwRefused as error:
            if error.code != UNKNOWN_DESCRIPTOR:
                raise
            return named_in(error, keys) or keys
        except BmwUnavailable as error:
            if not _is_fault(error):
                raise
            return keys
        await self._rest.delete_container(probe.container_id)
        return []

    async def _create(self, keys: Sequence[Descriptor], purpose: str) -> Container:
        if self._tries >= MOST_TRIES:
            raise BmwRefused(
                f"BMW refused {MOST_TRIES} lists of descriptors in a row", code=UNKNOWN_DESCRIPTOR, hint="Ask for less."
            )
        self._tries += 1
        made = await self._rest.create_container(name=self._name, purpose=purpose, descriptors=keys)
        self._room -= 1
        return made


def _is_fault(error: BmwUnavailable) -> bool:
    """Tell whether BMW answered that something went wrong inside, which one descriptor can bring about."""
    return error.fault_code == FAULT or error.status == FAULT_STATUS


def named_in(error: BmwRefused, keys: Sequence[Descriptor]) -> list[Descriptor]:
    """Return which of `keys` BMW names in its words."""
    words = {word.strip(".") for word in _WORD.findall(f"{error} {error.note or ''}")}
    return [key for key in keys if key in words]


def _no_room(there: Sequence[Container], error: BmwRefused) -> BmwRefused:
    """Return BMW's refusal with words for what takes the room."""
    plan = plan_collection(there, ())
    words = f"{error}: {len(plan.obsolete)} are bimmerhub's, {len(plan.foreign)} other programs', {len(plan.deleted)} "
    words += "deleted ones that still count"
    return BmwRefused(words, code=error.code, status=error.status, note=error.note, hint=error.hint)


def _is_for(container: Container, purpose: str) -> bool:
    """Tell whether a container is active and made for the list of this purpose, or a part of it."""
    return is_active(container) and signature_in(container.purpose) == signature_in(purpose)


def own_container(container_id: str, purpose: str | None) -> OwnContainer:
    """Return one of ours, with the part that its purpose tells."""
    match = _PURPOSE.fullmatch(purpose or "")
    first, last = (None, None) if match is None or match[2] is None else (int(match[2]), int(match[3]))
    return OwnContainer(id=container_id, purpose=purpose or "", first=first, last=last)


def covering(usable: Sequence[OwnContainer], count: int) -> tuple[OwnContainer, ...] | None:
    """Return the one for the whole list, or else parts that cover it without a gap; None when there are neither."""
    whole = next((part for part in usable if part.first is None), None)
    if whole is not None:
        return (whole,)
    parts: list[OwnContainer] = []
    place = 1
    while place <= count:
        following = next((part for part in usable if part.first == place and (part.last or 0) >= place), None)
        if following is None:
            return None
        parts.append(following)
        place = (following.last or 0) + 1
    return tuple(parts)
