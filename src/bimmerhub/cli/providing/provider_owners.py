"""What the commands of a service provider share: the provider of the settings, its owners, and their public shapes."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING

from typing_extensions import override

from bimmerhub.bmw.cardata.provider import OwnerFolder, OwnerOutcome, OwnerRecord, Provider, Revocation
from bimmerhub.cli.arguments.nearest import did_you_mean
from bimmerhub.cli.context import WrongUsage
from bimmerhub.cli.printing.output import say, with_hint
from bimmerhub.domain.catalogue.descriptors import load_catalogue
from bimmerhub.domain.plausibility.odometer import ODOMETERS
from bimmerhub.domain.reading import Reading
from bimmerhub.domain.sent_units import UNKNOWN_UNIT, resolve_number, sent_unit
from bimmerhub.errors import StoreError
from bimmerhub.files import make_folder, write_hint
from bimmerhub.times import format_time
from bimmerhub.views.account.owners import (
    ConsentAnswer,
    OwnerAnswer,
    OwnerReadAnswer,
    OwnerVehicleAnswer,
    RevocationAnswer,
)
from bimmerhub.views.cars.history import ReadingAnswer
from bimmerhub.views.fields import SOURCE_NAMES
from bimmerhub.views.problems import to_problem

if TYPE_CHECKING:
    from bimmerhub.cli.context import Options
    from bimmerhub.ids import Gcid

FOLDER = "provider"
KEY_FILE = "provider.key"
MAKE_KEY_WITHIN_S = 10.0


@asynccontextmanager
async def open_provider(options: "Options") -> AsyncIterator[Provider]:
    """Open the provider of the settings; ConfigError when there is no client id."""
    from bimmerhub.hub.process.clock import opened_clock
    from bimmerhub.hub.safekeeping.move_mark import refuse_moved

    settings = options.settings()
    refuse_moved(settings.data_dir)
    client_id = settings.provider.required_client_id()
    async with (
        opened_clock(settings) as clock,
        Provider(
            client_id=client_id, owners=owner_folder(options, makes_key=True), endpoints=settings.bmw, clock=clock
        ) as provider,
    ):
        yield provider


def owner_folder(options: "Options", *, makes_key: bool = False) -> OwnerFolder:
    """Return where the owners are kept, in the data directory; a hub that runs there has nothing to do with it.

    They are sealed with a key of their own, for a hub that runs would not notice that another program made its key.
    With `makes_key` it is there afterwards, which writing needs.
    """
    from bimmerhub.hub.process.secrets import Sealer

    data_dir = options.settings().data_dir
    if makes_key:
        _make_key(data_dir)
    return _OwnersOfDirectory(data_dir / FOLDER, seal=Sealer.open(data_dir, key_file=KEY_FILE))


class _OwnersOfDirectory(OwnerFolder):
    """The owners in a data directory, which may be moved to another machine while a provider runs."""

    @override
    async def prepare(self, gcid: "Gcid") -> None:
        from bimmerhub.hub.safekeeping.move_mark import refuse_renewal

        refuse_renewal(self.path.parent)
        await super().prepare(gcid)


def _make_key(data_dir: Path) -> None:
    """Make the key unless it is there; one process at a time, for two would make two."""
    from filelock import FileLock

    from bimmerhub.hub.process.secrets import Sealer

    if (data_dir / KEY_FILE).exists():
        return
    try:
        make_folder(data_dir)
        with FileLock(data_dir / f"{KEY_FILE}.lock", timeout=MAKE_KEY_WITHIN_S):
            Sealer.open(data_dir, key_file=KEY_FILE).seal(b"")
    except OSError as error:
        raise StoreError(f"cannot use {data_dir}: {error.strerror or error}", hint=write_hint(error)) from error


async def load_owners(options: "Options") -> tuple[OwnerRecord, ...]:
    """Return every owner, also of a provider whose client id is not set; what cannot be read is said."""
    stored = await owner_folder(options).load_all()
    for error in stored.unreadable:
        say(with_hint(f"One owner is left out: {error}", error.hint))
    return stored.records


def find_owners(owners: Sequence[OwnerRecord], names: Sequence[str]) -> "list[Gcid] | None":
    """Return the owners of these labels or GCIDs, None for no name; WrongUsage for one that nobody has."""
    if not names:
        return None
    gcids: list[Gcid] = []
    for name in names:
        wanted = name.casefold()
        labelled = [owner.gcid for owner in owners if owner.label.casefold() == wanted]
        # first, for a label may be another one's GCID, and only a GCID tells owners of one label apart
        named = [owner.gcid for owner in owners if owner.gcid.casefold() == wanted] or labelled
        if not named:
            labels = [owner.label for owner in owners]
            hint = did_you_mean(name, labels, otherwise="bimmerhub provider owners lists them.")
            raise WrongUsage(f"there is no owner {name!r}", hint=hint)
        gcids += named
    return gcids


def find_owner(owners: Sequence[OwnerRecord], name: str) -> OwnerRecord:
    """Return the owner of this label or GCID; WrongUsage where that is nobody, or several."""
    gcids = find_owners(owners, [name]) or []
    if len(gcids) > 1:
        raise WrongUsage(f"{len(gcids)} owners are called {name!r}", hint="Name one by the GCID.")
    return next(owner for owner in owners if owner.gcid in gcids)


def describe_owner(owner: OwnerRecord) -> OwnerAnswer:
    """Return an owner's public shape: no token is in it."""
    consent, tokens = owner.consent, owner.tokens
    return OwnerAnswer(
        gcid=owner.gcid,
        label=owner.label,
        is_active=owner.is_active,
        consent=ConsentAnswer(
            given_at=format_time(consent.given_at_ms),
            purpose=consent.purpose,
            descriptors=list(consent.descriptors),
            services=[service.value for service in consent.services],
        ),
        ended=None if owner.ended is None else describe_revocation(owner.ended),
        vehicles=list(owner.vins),
        renewed_at=None if tokens is None else format_time(tokens.refreshed_at_ms),
        expires_at=None if tokens is None else format_time(tokens.refresh_expires_at_ms),
    )


def describe_revocation(revocation: Revocation) -> RevocationAnswer:
    """Return a revocation's public shape."""
    return RevocationAnswer(
        gcid=revocation.gcid,
        label=revocation.label,
        seen_at=format_time(revocation.seen_at_ms),
        reason=revocation.reason.value,
        vin=revocation.vin,
    )


def describe_outcome(outcome: OwnerOutcome) -> OwnerReadAnswer:
    """Return the public shape of what came of one owner."""
    return OwnerReadAnswer(
        gcid=outcome.owner.gcid,
        label=outcome.owner.label,
        vehicles=[
            OwnerVehicleAnswer(vin=vin, readings=_describe_readings(list(readings)))
            for vin, readings in groupby(outcome.readings, key=lambda reading: reading.vin)
        ],
        revocations=[describe_revocation(one) for one in outcome.revocations],
        error=None if outcome.error is None else to_problem(outcome.error).error,
    )


def _describe_readings(readings: Sequence[Reading]) -> list[ReadingAnswer]:
    """Return the readings of one car; a number that came without its unit is taken to be as the odometer's."""
    units = (sent_unit(reading.value, reading.unit) for reading in readings if reading.descriptor in ODOMETERS)
    displayed = next((unit for unit in units if unit is not None), None)
    return [describe_reading(reading, displayed=displayed) for reading in readings]


def describe_reading(reading: Reading, *, displayed: str | None) -> ReadingAnswer:
    """Return a reading's public shape; `displayed` is km or mi, as the car shows distances, None when not known."""
    value, unit, at_ms = reading.value, reading.unit, reading.measured_at_ms
    is_assumed = unit == UNKNOWN_UNIT
    if is_assumed:
        value = resolve_number(reading.descriptor, value, at_ms, neighbour=None, displayed=displayed)
        unit = load_catalogue()[reading.descriptor].unit
    return ReadingAnswer(
        descriptor=reading.descriptor,
        value=value,
        unit=unit,
        measured_at=format_time(at_ms),
        source=SOURCE_NAMES[reading.source],
        assumed=is_assumed,
    )
