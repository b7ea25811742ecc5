"""What is done on a disk that fails: the ground of each task, its command, and what must hold however it ended."""

import json
import shutil
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Final, Protocol

from bench.disk.commands import START, cheap_passphrases
from bench.disk.promises import Promise, Promises
from bench.disk.scenarios import fill_old
from bench.disk.verdicts import DATABASE, Verdict, judge_backups, load_values, open_as_hub
from bench.disk.verdicts_of_exchanges import (
    PASSPHRASE,
    Exchange,
    judge_arrival,
    judge_departure,
    judge_old,
    judge_restore,
    judge_upgrade,
)

from bimmerhub.bmw.tokens.token_set import TokenSet
from bimmerhub.domain.account.family import Family
from bimmerhub.domain.reading import Reading, Source
from bimmerhub.hub.accounts.book import AccountBook
from bimmerhub.hub.accounts.sign_in_places import SignInPlace, SignInPlaces
from bimmerhub.hub.process.directory import own
from bimmerhub.hub.process.secrets import Sealer
from bimmerhub.hub.safekeeping.moving import move_out
from bimmerhub.ids import Descriptor, Vin
from bimmerhub.store.ports.accounts import NewAccount
from bimmerhub.store.ports.readings import Batch
from bimmerhub.store.sqlite.store import SqliteStore
from bimmerhub.times import DAY_MS, HOUR_MS, format_time

_OLD_DAYS: Final = 60
_KEPT_DAYS: Final = 30
_VIN: Final = "WBA00000000000001"
_REFRESH_TOKEN: Final = "refresh"


class Judge(Protocol):
    """Says what is wrong below a root after a command, which said that it was done or that it failed."""

    async def __call__(self, root: Path, *, is_done: bool) -> Verdict: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """A command, how it is judged, and whether it is given again after it failed; it may refuse that by `refusal`."""

    name: str
    words: tuple[str, ...]
    judge: Judge
    environment: Mapping[str, str] = field(default_factory=dict)
    is_repeated: bool = True
    refusal: str | None = None

    def is_refused(self, said: str) -> bool:
        """Whether what it said is that there is nothing left to do."""
        return self.refusal is not None and self.refusal in said


@dataclass(frozen=True, slots=True, kw_only=True)
class Yard:
    """What the grounds are made of, in a folder: a data directory, an older backup of it, a file with a passphrase."""

    folder: Path

    @property
    def passphrase(self) -> Path:
        """A file with the passphrase."""
        return self.folder / "passphrase"

    @property
    def backup(self) -> Path:
        """A backup from before the last readings."""
        return self.folder / "older.sqlite3"

    def ground(self, name: str) -> Path:
        """Return a new ground: a folder with a copy of the data directory."""
        root = self.folder / name
        shutil.copytree(self.folder / "hub", root / "hub")
        return root

    def exchange(self, root: Path, new: Counter[int] | None = None) -> Exchange:
        """Return what is promised of a ground: all of it, before (place 0) and after (place 1) a command."""
        promises = [Promise(least=1, newest=1, is_done=is_done) for is_done in (False, True)]
        return Exchange(
            old=load_values(root / "hub" / DATABASE),
            new=new or Counter(),
            promises=Promises(refresh_tokens=[_REFRESH_TOKEN], at=promises),
        )


async def make_yard(folder: Path) -> Yard:
    """Make a data directory of an account that is signed in, with some readings; `folder` is there and empty."""
    yard, data_dir = Yard(folder=folder), folder / "hub"
    yard.passphrase.write_text(PASSPHRASE)
    yard.passphrase.chmod(0o600)
    now_ms = round(time.time() * 1000)
    with own(data_dir):
        async with SqliteStore.open(data_dir / DATABASE) as store:
            book = AccountBook(store.accounts, SignInPlaces(store.settings), Sealer.open(data_dir))
            account = NewAccount(name="bench", family=Family.CARDATA, client_id="11111111-2222-3333-4444-555555555555")
            place = SignInPlace(api_url="https://127.0.0.1", auth_url="https://127.0.0.1", is_bmws=False)
            await book.sign_in(account, _tokens(now_ms), place=place, now_ms=now_ms)
            await store.append(Batch(readings=_readings(now_ms, range(200))))
            await store.backup(yard.backup)
            await store.append(Batch(readings=_readings(now_ms, range(200, 300))))
    return yard


def _tokens(now_ms: int) -> TokenSet:
    return TokenSet(
        access_token="access",
        id_token="id",
        refresh_token=_REFRESH_TOKEN,
        gcid="11111111-2222-3333-4444-555555555555",
        scopes=frozenset({"openid"}),
        access_expires_at_ms=now_ms + HOUR_MS,
        id_expires_at_ms=now_ms + HOUR_MS,
        refresh_expires_at_ms=now_ms + 14 * DAY_MS,
    )


def _readings(now_ms: int, numbers: range) -> list[Reading]:
    return [
        Reading(
            vin=Vin(_VIN),
            descriptor=Descriptor(f"bench.descriptor{number % 50:03d}"),
            value=number,
            unit="us",
            measured_at_ms=now_ms - DAY_MS + number * 1000,
            sent_at_ms=now_ms,
            received_at_ms=now_ms,
            source=Source.STREAM,
        )
        for number in numbers
    ]


def _restore(yard: Yard) -> tuple[Task, Path]:
    root = yard.ground("restore")
    exchange = yard.exchange(root, load_values(yard.backup))

    async def judge(root: Path, *, is_done: bool) -> Verdict:
        return await judge_restore(root, int(is_done), exchange=exchange)

    words = ("restore", str(yard.backup), "--force", "--data-dir", "{root}/hub")
    return Task(name="restore", words=words, judge=judge), root


def _backup(yard: Yard, *, is_encrypted: bool) -> tuple[Task, Path]:
    name = "encrypted" if is_encrypted else "backup"
    root = yard.ground(name)
    (root / "copies").mkdir()
    exchange = yard.exchange(root)

    async def judge(root: Path, *, is_done: bool) -> Verdict:
        verdict = Verdict()
        judge_old(await open_as_hub(root / "hub", verdict), exchange, int(is_done), verdict)
        whole = judge_backups(root / "copies", verdict, "one", passphrase=PASSPHRASE if is_encrypted else None)
        verdict.outcome = "a whole backup" if whole else "no backup"
        if is_done and not whole:
            verdict.problems.append("it was said to be written, and is not there")
        if left := {path.name for path in (root / "copies").iterdir()} - {"one"}:
            verdict.problems.append(f"left behind: {', '.join(left)}")
        return verdict

    passphrase = ("--passphrase-file", str(yard.passphrase)) if is_encrypted else ()
    words = ("backup", "{root}/copies/one", *passphrase, "--data-dir", "{root}/hub")
    return Task(name=name, words=words, judge=judge, refusal="exists already"), root


def _upgrade(yard: Yard) -> tuple[Task, Path]:
    root = yard.folder / "upgrade"
    (root / "hub").mkdir(parents=True, mode=0o700)
    fill_old(root / "hub" / DATABASE, 300)
    exchange = yard.exchange(root)

    async def judge(root: Path, *, is_done: bool) -> Verdict:
        return await judge_upgrade(root, int(is_done), exchange=exchange)

    return Task(name="upgrade", words=(START, "{root}/hub"), judge=judge), root


def _departure(yard: Yard) -> tuple[Task, Path]:
    root = yard.ground("out")
    (root / "stick").mkdir()
    exchange = yard.exchange(root)

    async def judge(root: Path, *, is_done: bool) -> Verdict:
        return await judge_departure(root, int(is_done), exchange=exchange)

    words = ("move", "--to", "{root}/stick/all.move", "--passphrase-file", str(yard.passphrase))
    task = Task(name="move out", words=(*words, "--data-dir", "{root}/hub"), judge=judge, refusal="was moved into")
    return task, root


def _arrival(yard: Yard) -> tuple[Task, Path]:
    left = yard.ground("left")
    exchange, database = yard.exchange(left), left / "hub" / DATABASE
    root = yard.folder / "in"
    (root / "stick").mkdir(parents=True)
    with own(left / "hub", database=database), cheap_passphrases():
        move_out(
            root / "stick" / "all.move",
            PASSPHRASE,
            data_dir=left / "hub",
            database=database,
            config=None,
            accounts=["bench"],
            now_ms=round(time.time() * 1000),
        )

    async def judge(root: Path, *, is_done: bool) -> Verdict:
        return await judge_arrival(root, int(is_done), exchange=exchange)

    words = ("restore", "{root}/stick/all.move", "--trust-settings", "--passphrase-file", str(yard.passphrase))
    task = Task(name="move in", words=(*words, "--data-dir", "{root}/hub"), judge=judge, is_repeated=False)
    return task, root


def _import(yard: Yard) -> tuple[Task, Path]:
    root = yard.ground("import")
    capture = yard.folder / "import.ndjson"
    imported = set(_write_capture(capture, at_ms=round(time.time() * 1000), count=300))
    exchange = yard.exchange(root)

    async def judge(root: Path, *, is_done: bool) -> Verdict:
        verdict = Verdict()
        opened = await open_as_hub(root / "hub", verdict)
        judge_old(opened, exchange, int(is_done), verdict)
        there = len(imported & opened.values.keys())
        verdict.outcome = "nothing imported" if not there else "all imported" if there == len(imported) else "a part"
        if is_done and there < len(imported):
            verdict.problems.append(f"{there} of {len(imported)} were imported")
        return verdict

    return Task(name="import", words=("import", str(capture), "--data-dir", "{root}/hub"), judge=judge), root


def _retention(yard: Yard) -> tuple[Task, Path]:
    root = yard.ground("retention")
    aged = _age(root / "hub", yard)
    exchange = yard.exchange(root)
    exchange = Exchange(old=exchange.old - Counter(aged), new=Counter(), promises=exchange.promises)

    async def judge(root: Path, *, is_done: bool) -> Verdict:
        verdict = Verdict()
        opened = await open_as_hub(root / "hub", verdict)
        judge_old(opened, exchange, int(is_done), verdict)
        left = len(aged & opened.values.keys())
        verdict.outcome = "all dropped" if not left else "nothing dropped" if left == len(aged) else "some dropped"
        if is_done and left:
            verdict.problems.append(f"{left} of {len(aged)} that were too old are there")
        return verdict

    environment = {"BIMMERHUB_STORE__READINGS_DAYS": str(_KEPT_DAYS)}
    words = ("retention", "apply", "--yes", "--data-dir", "{root}/hub")
    return Task(name="retention", words=words, judge=judge, environment=environment), root


def _age(data_dir: Path, yard: Yard) -> set[int]:
    """Add readings that are older than they are kept, and return their values."""
    capture = yard.folder / "aged.ndjson"
    aged = _write_capture(capture, at_ms=round(time.time() * 1000) - _OLD_DAYS * DAY_MS, count=300)
    line = [sys.executable, "-m", "bimmerhub", "import", str(capture), "--data-dir", str(data_dir)]
    subprocess.run(line, check=True, capture_output=True)
    return set(aged)


def _write_capture(file: Path, *, at_ms: int, count: int) -> list[int]:
    """Write a capture of so many readings, one a message, and return their values."""
    at, values = format_time(at_ms), [at_ms * 1000 + number for number in range(count)]
    with file.open("w") as lines:
        for number, value in enumerate(values):
            data = {f"bench.descriptor{number % 50:03d}": {"timestamp": at, "value": value, "unit": "us"}}
            payload = {"vin": _VIN, "entityId": "bench", "topic": _VIN, "timestamp": at, "data": data}
            lines.write(json.dumps({"received_at": at, "topic": f"gcid/{_VIN}", "payload": payload}) + "\n")
    return values


TASKS: Final[Mapping[str, Callable[[Yard], tuple[Task, Path]]]] = {
    "backup": partial(_backup, is_encrypted=False),
    "encrypted": partial(_backup, is_encrypted=True),
    "import": _import,
    "retention": _retention,
    "restore": _restore,
    "upgrade": _upgrade,
    "out": _departure,
    "in": _arrival,
}
