"""Opens what a loss of power left as `bimmerhub run` does, and says what is wrong with it."""

import re
import sqlite3
from collections import Counter
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import aiohttp
from bench.disk.lost_power import State
from bench.disk.promises import Promise, Promises

from bimmerhub.bmw.tokens.token_set import TokenSet
from bimmerhub.errors import BimmerhubError
from bimmerhub.hub.accounts.book import AccountBook
from bimmerhub.hub.accounts.sign_in_places import SignInPlaces
from bimmerhub.hub.app import Hub, running
from bimmerhub.hub.config import HubConfig
from bimmerhub.hub.process.secrets import Sealer
from bimmerhub.hub.safekeeping.history_files import check_file
from bimmerhub.web.settings import WebSettings

DATABASE: Final = "bimmerhub.sqlite3"
_LEFT: Final = re.compile(r"\.partial|\.new$|\.restor|\.unsealed|\.salvag|^\.bimmerhub-|-journal$|-wal$|-shm$")
"""What must not be there once a hub was started and stopped."""


@dataclass(slots=True)
class Verdict:
    """What is wrong with a state, nothing when all is as promised; `outcome` says in words what was there."""

    outcome: str = ""
    problems: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """What a hub found when it started on a directory: the bench's readings, its tokens, or why it did not start."""

    values: Counter[int] = field(default_factory=Counter)
    tokens: TokenSet | None = None
    refusal: BimmerhubError | None = None


def lay_out(state: State, root: Path) -> None:
    """Make the files of a state below a folder that is there and empty."""
    for path, content in state.files.items():
        place = root / path
        if content is None:
            place.mkdir(mode=0o700)
        else:
            place.write_bytes(content)
            place.chmod(0o600)


async def open_as_hub(data_dir: Path, verdict: Verdict) -> Opened:
    """Start and stop a hub that does not go live, and return what was there; what is wrong with it is a problem."""
    try:
        settings = HubConfig(data_dir=data_dir, hub=WebSettings(port=0))
        async with running(settings, goes_live=False) as hub:
            if damages := await hub.store.soundness.damages():
                verdict.problems.append(f"taken for damaged: {damages[0].problem}")
            if await hub.store.soundness.find_damage():
                verdict.problems.append("integrity_check finds damage")
            tokens = await _load_tokens(hub, data_dir)
    except BimmerhubError as error:
        return Opened(refusal=error)
    except (sqlite3.Error, OSError, aiohttp.ClientError, ValueError) as error:
        verdict.problems.append(f"breaks at the start: {type(error).__name__}: {error}")
        return Opened()
    _judge_names(data_dir, verdict)
    return Opened(values=load_values(data_dir / DATABASE), tokens=tokens)


async def judge_days(data_dir: Path, backups: Path, promises: Promises, *, place: int) -> Verdict:
    """Hold what is left of daily life against the promises of that place."""
    promise, verdict = promises.at[place], Verdict()
    opened = await open_as_hub(data_dir, verdict)
    if opened.refusal is not None:
        verdict.problems.append(f"does not start: {opened.refusal}")
        return verdict
    judge_tokens(opened.tokens, promises, promise, verdict)
    judge_values(opened.values, promises.told_at(place), verdict)
    judge_backups(backups, verdict)
    return verdict


def judge_values(values: Counter[int], told: set[int], verdict: Verdict) -> None:
    """Each reading that was told has to be there, and none twice."""
    if lost := told - values.keys():
        verdict.problems.append(f"{len(lost)} readings lost of {len(told)} that were told")
    if twice := [value for value, times in values.items() if times > 1]:
        verdict.problems.append(f"{len(twice)} readings are there twice")


def judge_tokens(tokens: TokenSet | None, promises: Promises, promise: Promise, verdict: Verdict) -> None:
    """The tokens in use have to be there, or later ones; a sign-in that BMW may have renewed has to know that."""
    verdict.outcome = "not signed in yet"
    if tokens is None:
        if promise.least:
            verdict.problems.append(f"no tokens, where number {promise.least} was in use")
        return
    number = promises.refresh_tokens.index(tokens.refresh_token) + 1
    if number < promise.least:
        verdict.problems.append(f"tokens number {number}, where {promise.least} was in use")
    verdict.outcome = "the newest tokens" if number >= promise.newest else "BMW's answer was on its way"
    if number < promise.newest and tokens.renewing_since_ms is None:
        verdict.problems.append(f"tokens number {number} of {promise.newest} do not know that they were being renewed")


def judge_backups(folder: Path, verdict: Verdict, pattern: str = "*.sqlite3", *, passphrase: str | None = None) -> int:
    """A backup that has its name has to be whole; return how many have."""
    backups = list(folder.glob(pattern))
    for backup in backups:
        try:
            check_file(backup, passphrase)
        except BimmerhubError as error:
            verdict.problems.append(f"a backup is not whole: {error}")
    return len(backups)


def _judge_names(data_dir: Path, verdict: Verdict) -> None:
    left = sorted(path.name for path in data_dir.rglob("*") if _LEFT.search(path.name))
    if left:
        verdict.problems.append(f"left behind: {', '.join(left)}")


def load_values(database: Path) -> Counter[int]:
    """Return the bench's readings in a database that nobody has open, each with how often it is there."""
    with closing(sqlite3.connect(f"{database.absolute().as_uri()}?mode=ro", uri=True)) as connection:
        return Counter(
            value
            for (value,) in connection.execute(
                "SELECT value FROM points JOIN series ON series_id = id WHERE descriptor LIKE 'bench.%'"
            )
        )


async def _load_tokens(hub: Hub, data_dir: Path) -> TokenSet | None:
    book = AccountBook(hub.store.accounts, SignInPlaces(hub.store.settings), Sealer.open(data_dir))
    for account in await book.accounts():
        return await book.tokens(account).load()
    return None
