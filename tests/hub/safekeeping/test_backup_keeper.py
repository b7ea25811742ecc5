"""The hub makes backups at their time, tries to restore each from where it lies, and says what fails."""

import asyncio
import shutil
import stat
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from tests.hub.conftest import ManualClock
from tests.hub.safekeeping.conftest import ENTRY, damage, fill, names_in, patiently

from bimmerhub.domain.account.checks import Outcome
from bimmerhub.errors import ConfigError, StoreError
from bimmerhub.hub.doctor.backup_checks import check_backups, spell_backup_troubles
from bimmerhub.hub.safekeeping import backup_keeper, backup_places
from bimmerhub.hub.safekeeping.backup_keeper import BackupKeeper
from bimmerhub.hub.safekeeping.backup_places import DirectorySite, TrialImpossible, find_scratch
from bimmerhub.hub.safekeeping.backup_record import BackupRecord
from bimmerhub.hub.safekeeping.backup_settings import BackupSettings
from bimmerhub.hub.safekeeping.backup_steps import take_answer
from bimmerhub.hub.safekeeping.backup_worker import Step, StepOutcome, answer, encode_step
from bimmerhub.hub.safekeeping.history_files import check_file, make_backup, restore_file
from bimmerhub.store.sqlite.database.migrations import ignore_step
from bimmerhub.store.sqlite.store import SqliteStore
from bimmerhub.times import DAY_MS, HOUR_MS
from bimmerhub.views.ports.backups import BackupPlace, BackupsState, PlaceName

PASSPHRASE = "correct horse battery"
ONLY_DAYS: dict[str, Any] = {"keep_weekly": 0, "keep_monthly": 0}


@pytest.fixture
def passphrase(tmp_path: Path) -> str:
    """A setting that names a passphrase."""
    path = tmp_path / "passphrase"
    path.write_text(PASSPHRASE)
    path.chmod(0o600)
    return f"file:{path}"


@pytest.fixture
def steps_in_threads(monkeypatch: pytest.MonkeyPatch) -> None:
    """Do the steps in threads of this process, which takes a tenth of the time; what passes between is the same."""

    async def run_step(step: Step, *, deadline_s: float) -> StepOutcome:
        async with asyncio.timeout(deadline_s):
            return take_answer(await asyncio.to_thread(answer, encode_step(step)))

    monkeypatch.setattr(backup_places, "run_step", run_step)


in_threads = pytest.mark.usefixtures("steps_in_threads")


@asynccontextmanager
async def keeping(
    database: Path,
    settings: BackupSettings,
    clock: ManualClock,
    *,
    is_scheduled: bool = True,
    is_mended: bool = False,
    is_busy: Callable[[], bool] = lambda: False,
) -> AsyncIterator[BackupKeeper]:
    """Keep backups of a database whose store is open, as a hub does."""
    async with SqliteStore.open(database) as store, asyncio.TaskGroup() as tasks:

        async def check_database() -> None:
            if is_mended:
                for problem in await store.soundness.find_damage():
                    await store.soundness.exchange_if_damaged(problem)

        keeper = BackupKeeper(
            settings,
            database=database,
            record=BackupRecord(store.settings),
            is_busy=is_busy,
            check_database=check_database,
            clock=clock,
            is_scheduled=is_scheduled,
        )
        await keeper.load()
        task = tasks.create_task(keeper.run())
        yield keeper
        task.cancel()


def outcomes(state: BackupsState) -> object:
    """Return what every try changes."""
    return [place.failures for place in state.places], [(file.name, file.tested_at_ms) for file in state.backups]


async def begin(keeper: BackupKeeper, clock: ManualClock) -> None:
    """Let time go by until a backup is under way, or was."""
    before = outcomes(keeper.state())

    def has_begun() -> bool:
        if keeper.state().is_under_way or outcomes(keeper.state()) != before:
            return True
        clock.advance(60_000)  # it looks at the clock once a minute
        return False

    await patiently(has_begun)


async def made(keeper: BackupKeeper, clock: ManualClock, *, after_ms: int = 0) -> BackupsState:
    """Return how backups stand once the one is done that is due after that time."""
    begun = [place.failures for place in keeper.state().places], keeper.state().next_at_ms
    clock.advance(after_ms)
    await begin(keeper, clock)
    await patiently(lambda: not keeper.state().is_under_way)
    assert ([place.failures for place in keeper.state().places], keeper.state().next_at_ms) != begun
    return keeper.state()


def place_of(state: BackupsState, place: PlaceName) -> BackupPlace:
    return next(one for one in state.places if one.place is place)


async def test_backups_are_made_at_their_time_encrypted_and_tried(
    tmp_path: Path, history: Path, passphrase: str
) -> None:
    folder, clock = tmp_path / "backups", ManualClock()
    settings = BackupSettings(directory=folder, passphrase=passphrase, keep_daily=1, **ONLY_DAYS)
    async with keeping(history, settings, clock) as keeper:
        first = await made(keeper, clock)
        [backup] = first.backups
        assert (backup.is_good, backup.is_encrypted, backup.error) == (True, True, None)
        assert backup.size_bytes == (folder / backup.name).stat().st_size
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700
        check_file(folder / backup.name, PASSPHRASE)
        assert first.next_at_ms is not None
        assert first.next_at_ms - clock.now_ms() == DAY_MS
        foreign = [backup.name.replace("bimmerhub-", "bimmerhub-f"), f"{backup.name}.old", "notes.txt"]
        for name in foreign:
            (folder / name).write_text("mine")
        state = await made(keeper, clock, after_ms=DAY_MS)
        [newest] = state.backups
        assert newest.name != backup.name
        assert names_in(folder) == {newest.name, *foreign}
        assert spell_backup_troubles(state, clock.now_ms()) == []
        assert "restored on trial, in one place" in check_backups(state, clock.now_ms()).finding
    assert not [name for name in names_in(history.parent) if name.startswith(".")]


@in_threads
async def test_a_restart_makes_no_other_before_its_time(tmp_path: Path, history: Path) -> None:
    settings, clock = BackupSettings(directory=tmp_path / "backups"), ManualClock()
    async with keeping(history, settings, clock) as keeper:
        before = await made(keeper, clock)
    clock.advance(HOUR_MS)
    async with keeping(history, settings, clock) as keeper:
        await asyncio.sleep(0.05)
        assert keeper.state() == before
        clock.advance(-30 * DAY_MS)  # and a clock that was set back does not stop them for a month
        assert keeper.state().next_at_ms == clock.now_ms()


@in_threads
async def test_a_second_place_that_fails_is_said_and_gets_the_same_backup_an_hour_later(
    tmp_path: Path, history: Path
) -> None:
    second, clock = tmp_path / "nas", ManualClock()
    second.write_text("not mounted")
    settings = BackupSettings(directory=tmp_path / "backups", second_directory=second)
    async with keeping(history, settings, clock) as keeper:
        state = await made(keeper, clock)
        assert [backup.place for backup in state.backups] == [PlaceName.FIRST]
        assert place_of(state, PlaceName.FIRST).failure is None
        [trouble] = spell_backup_troubles(state, clock.now_ms())
        assert trouble.startswith(f"backups ({second}) failed once, there is none yet: ")
        assert check_backups(state, clock.now_ms()).outcome is Outcome.WARNING
        second.unlink()
        state = await made(keeper, clock, after_ms=HOUR_MS)
        assert spell_backup_troubles(state, clock.now_ms()) == []
        assert [(backup.place, backup.is_good) for backup in state.backups] == [
            (PlaceName.FIRST, True),
            (PlaceName.SECOND, True),
        ]
    assert names_in(second) == names_in(tmp_path / "backups")
    assert "in two places, on the disk of the database" in check_backups(state, clock.now_ms()).finding


@pytest.fixture
def far(tmp_path: Path) -> Path:
    """A directory that commands reach; a shell would stumble over its name."""
    folder = tmp_path / "far $(touch hacked) 'away'"
    folder.mkdir()
    return folder


def command_settings(tmp_path: Path, far: Path, **changes: Any) -> BackupSettings:
    quoted = str(far).replace("'", """'"'"'""")
    commands = {
        "put_command": f"cp {{file}} '{quoted}/{{name}}'",
        "get_command": f"cp '{quoted}/{{name}}' {{file}}",
        "delete_command": f"rm '{quoted}/{{name}}'",
    }
    return BackupSettings(directory=tmp_path / "back ups; exit", keep_daily=1, **ONLY_DAYS, **{**commands, **changes})


@in_threads
async def test_commands_bring_fetch_and_delete_without_a_shell(tmp_path: Path, history: Path, far: Path) -> None:
    clock = ManualClock()
    async with keeping(history, command_settings(tmp_path, far), clock) as keeper:
        state = await made(keeper, clock)
        assert [place.where for place in state.places] == [str(tmp_path / "back ups; exit"), "by cp"]
        assert [(backup.place, backup.is_good) for backup in state.backups] == [
            (PlaceName.FIRST, True),
            (PlaceName.SECOND, True),
        ]
        first = names_in(far)
        assert len(first) == 1
        await made(keeper, clock, after_ms=DAY_MS)
        assert len(names_in(far)) == 1
        assert names_in(far) != first
    assert not any(
        "hacked" in names_in(folder) for folder in (tmp_path, far, history.parent, tmp_path / "back ups; exit")
    )


@in_threads
async def test_what_comes_back_otherwise_than_it_went_is_no_good(tmp_path: Path, history: Path, far: Path) -> None:
    clock = ManualClock()
    settings = command_settings(tmp_path, far, get_command="sh -c 'echo {name} > \"$0\"' {file}")
    async with keeping(history, settings, clock) as keeper:
        state = await made(keeper, clock)
        failure = place_of(state, PlaceName.SECOND).failure
        assert failure is not None
        assert "could not be restored on trial" in failure
        assert [backup.is_good for backup in state.backups] == [True, False]


@in_threads
async def test_commands_get_their_own_secrets_and_none_of_ours(
    tmp_path: Path, history: Path, far: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = ManualClock()
    for name, text in {"BIMMERHUB_X": "ours", "BACKUP_PASS": PASSPHRASE, "AWS_SECRET_ACCESS_KEY": "theirs"}.items():
        monkeypatch.setenv(name, text)
    shows = 'sh -c "echo $AWS_SECRET_ACCESS_KEY$BACKUP_PASS$BIMMERHUB_X 1>&2; exit 3" {file} {name}'
    settings = command_settings(tmp_path, far, put_command=shows, passphrase="env:BACKUP_PASS")
    async with keeping(history, settings, clock) as keeper:
        state = await made(keeper, clock)
        assert place_of(state, PlaceName.SECOND).failure == "sh ended with status 3: theirs"


@in_threads
async def test_a_place_that_hangs_blocks_nothing_and_is_given_up(tmp_path: Path, history: Path, far: Path) -> None:
    clock = ManualClock()
    async with keeping(history, command_settings(tmp_path, far, put_command="false {file} {name}"), clock) as keeper:
        await made(keeper, clock)
    clock.advance(HOUR_MS)
    hangs = "sh -c 'sleep 600; true' {file} {name}"
    settings = command_settings(tmp_path, far, put_command=hangs, deadline_min=0.02)  # the second place's turn only
    async with keeping(history, settings, clock) as keeper:
        await begin(keeper, clock)
        loop = asyncio.get_running_loop()
        before_s = loop.time()
        await asyncio.sleep(0.01)
        assert loop.time() - before_s < 1
        await patiently(lambda: not keeper.state().is_under_way)
        state = keeper.state()
        assert "sh did not end within 1 s" in str(place_of(state, PlaceName.SECOND).failure)
        assert place_of(state, PlaceName.FIRST).failure is None


@pytest.mark.parametrize("wrong_by_ms", [400 * DAY_MS, -50 * 365 * DAY_MS])
@in_threads
async def test_backups_that_a_wrong_clock_dated_are_said_and_displace_none(
    tmp_path: Path, history: Path, wrong_by_ms: int
) -> None:
    settings, clock = BackupSettings(directory=tmp_path / "backups", keep_daily=1, **ONLY_DAYS), ManualClock()
    clock.advance(wrong_by_ms)
    async with keeping(history, settings, clock) as keeper:
        [wrong] = (await made(keeper, clock)).backups
    clock.advance(-wrong_by_ms)
    async with keeping(history, settings, clock) as keeper:
        state = await made(keeper, clock)
        assert {backup.name: backup.is_misdated for backup in state.backups}[wrong.name]
        [right] = [backup for backup in state.backups if not backup.is_misdated]
        assert place_of(state, PlaceName.FIRST).newest_good_ms == right.made_at_ms
        state = await made(keeper, clock, after_ms=DAY_MS)
        assert [backup.is_misdated for backup in state.backups].count(False) == 1
        assert place_of(state, PlaceName.FIRST).misdated == 1
        assert wrong.name in names_in(tmp_path / "backups")
        assert spell_backup_troubles(state, clock.now_ms()) == []
        assert "1 backup has a date that cannot be right" in check_backups(state, clock.now_ms()).finding


@in_threads
async def test_a_copied_directory_leaves_the_backups_of_the_other_alone(tmp_path: Path, history: Path) -> None:
    settings, clock = BackupSettings(directory=tmp_path / "backups", keep_daily=1, **ONLY_DAYS), ManualClock()
    history.with_name(f"{history.name}.lock").touch()
    async with keeping(history, settings, clock) as keeper:
        [original] = (await made(keeper, clock)).backups
    copied = tmp_path / "copied" / history.name
    shutil.copytree(history.parent, copied.parent)
    async with keeping(copied, settings, clock) as keeper:
        for _ in range(2):
            state = await made(keeper, clock, after_ms=DAY_MS)
        assert len(state.backups) == 1
        assert names_in(tmp_path / "backups") == {original.name, state.backups[0].name}
    async with keeping(history, settings, clock) as keeper:
        assert [backup.name for backup in keeper.state().backups] == [original.name]


@in_threads
async def test_a_restore_leaves_the_directory_its_own_backups(tmp_path: Path, history: Path) -> None:
    settings, clock = BackupSettings(directory=tmp_path / "backups"), ManualClock()
    make_backup(history, tmp_path / "before")
    async with keeping(history, settings, clock) as keeper:
        [backup] = (await made(keeper, clock)).backups
    for database, names in ((history, [backup.name]), (tmp_path / "elsewhere.sqlite3", [])):
        for source in (tmp_path / "before", tmp_path / "backups" / backup.name):
            restore_file(source, database, passphrase=None, is_access_kept=False, entry=ENTRY, progress=ignore_step)
            async with keeping(database, settings, clock) as keeper:
                assert [kept_backup.name for kept_backup in keeper.state().backups] == names


@in_threads
async def test_a_place_that_nothing_deletes_in_keeps_all_and_is_counted(
    tmp_path: Path, history: Path, far: Path
) -> None:
    clock = ManualClock()
    async with keeping(history, command_settings(tmp_path, far, delete_command=None), clock) as keeper:
        for days in (0, 1, 1):
            state = await made(keeper, clock, after_ms=days * DAY_MS)
        assert [place.undeleted for place in state.places] == [0, 2]
        assert len(names_in(far)) == 3
        assert "by cp keeps all, 2 more than wanted" in check_backups(state, clock.now_ms()).finding


@in_threads
async def test_a_damaged_database_fails_and_the_last_good_backup_stays(tmp_path: Path) -> None:
    history, clock = fill(tmp_path / "hub" / "bimmerhub.sqlite3", readings=20_000), ManualClock()
    settings = BackupSettings(directory=tmp_path / "backups", keep_daily=1, **ONLY_DAYS)
    async with keeping(history, settings, clock) as keeper:
        good = (await made(keeper, clock)).backups
    for page in range(100, 110):
        damage(history, page)
    async with keeping(history, settings, clock) as keeper:
        state = await made(keeper, clock, after_ms=DAY_MS)
        assert "damaged" in str(place_of(state, PlaceName.FIRST).failure)
        assert state.backups == good
        clock.advance(5 * DAY_MS)
        [trouble] = spell_backup_troubles(keeper.state(), clock.now_ms())
        assert "the newest good one is 6 days" in trouble
    assert len(names_in(tmp_path / "backups")) == 1


@in_threads
async def test_damage_that_a_backup_meets_is_mended_and_the_rest_backed_up(tmp_path: Path) -> None:
    history, clock = fill(tmp_path / "hub" / "bimmerhub.sqlite3", readings=20_000), ManualClock()
    damage(history, 100)
    settings = BackupSettings(directory=tmp_path / "backups")
    async with keeping(history, settings, clock, is_mended=True) as keeper:
        state = await made(keeper, clock)
        assert [backup.is_good for backup in state.backups] == [True]
        assert place_of(state, PlaceName.FIRST).failure is None


@in_threads
async def test_one_can_be_asked_for_where_none_are_scheduled(tmp_path: Path, history: Path) -> None:
    clock = ManualClock()
    async with keeping(history, BackupSettings(), clock) as keeper:
        with pytest.raises(ConfigError, match="no directory for backups is set"):
            keeper.make_now()
        assert check_backups(keeper.state(), clock.now_ms()).outcome is Outcome.SKIPPED
    settings = BackupSettings(directory=tmp_path / "backups")
    async with keeping(history, settings, clock, is_scheduled=False) as keeper:
        await asyncio.sleep(0.05)
        assert not keeper.state().backups
        keeper.make_now()
        await patiently(lambda: not keeper.state().is_under_way)
        assert [backup.is_good for backup in keeper.state().backups] == [True]


@in_threads
async def test_trials_that_cannot_be_made_or_fail_fill_no_disk(
    tmp_path: Path, history: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise TrialImpossible("no space to try it")

    async def fail(*_: object, **__: object) -> int:
        raise StoreError("it does not open")

    settings, clock = BackupSettings(directory=tmp_path / "backups", keep_daily=1, **ONLY_DAYS), ManualClock()
    with pytest.MonkeyPatch.context() as full:
        full.setattr(backup_keeper, "find_scratch", refuse)
        async with keeping(history, settings, clock) as keeper:
            [untried] = (await made(keeper, clock)).backups
            for _ in range(2):
                assert (await made(keeper, clock, after_ms=HOUR_MS)).backups == [untried]
            newer, *_ = (await made(keeper, clock, after_ms=DAY_MS)).backups
            assert newer.made_at_ms > untried.made_at_ms
    async with keeping(history, settings, clock) as keeper:
        [good] = (await made(keeper, clock, after_ms=HOUR_MS)).backups
        assert (good.name, good.is_good) == (newer.name, True)
        monkeypatch.setattr(DirectorySite, "try_restore", fail)
        for hours in (24, 1, 1, 1):
            state = await made(keeper, clock, after_ms=hours * HOUR_MS)
        assert [backup.is_good for backup in state.backups] == [False, False, True]
        assert names_in(tmp_path / "backups") == {backup.name for backup in state.backups}


@in_threads
async def test_one_that_is_asked_for_while_another_waits_is_made(tmp_path: Path, history: Path) -> None:
    second, clock, is_busy = tmp_path / "nas", ManualClock(), False
    second.write_text("not mounted")
    settings = BackupSettings(directory=tmp_path / "backups", second_directory=second)
    async with keeping(history, settings, clock, is_busy=lambda: is_busy) as keeper:
        [before] = (await made(keeper, clock)).backups
        is_busy = True
        clock.advance(HOUR_MS)
        await begin(keeper, clock)  # the second place's turn, which waits
        keeper.make_now()
        clock.advance(5_000)
        await patiently(lambda: not keeper.state().is_under_way)
        assert keeper.state().backups[0].made_at_ms > before.made_at_ms


def test_a_trial_that_this_machine_has_no_space_for_says_nothing_of_the_backup(history: Path) -> None:
    assert find_scratch(history, 1) == history.parent
    with pytest.raises(TrialImpossible, match="cannot be restored on trial"):
        find_scratch(history, 10**18)


WRONG: dict[str, tuple[dict[str, Any], str]] = {
    "no first place": ({"second_directory": Path("/b")}, "needs a first place"),
    "the passphrase itself": ({"passphrase": PASSPHRASE}, "does not say where"),
    "two second places": (
        {"second_directory": Path("/b"), "put_command": "a {file} {name}", "get_command": "a {file} {name}"},
        "two second places",
    ),
    "twice the same": ({"second_directory": Path("/a")}, "is the first one"),
    "no way back": ({"put_command": "a {file} {name}"}, "go together"),
    "no name": ({"put_command": "a {file}", "get_command": "a {file} {name}"}, "does not say where {name} goes"),
    "the program a mark": ({"put_command": "{file} {name}", "get_command": "a {file} {name}"}, "does not say where"),
    "open quotation": ({"put_command": "a '{file} {name}", "get_command": "a {file} {name}"}, "is no command"),
}


@pytest.mark.parametrize("case", WRONG)
def test_settings_that_cannot_be_meant_are_refused(case: str) -> None:
    changes, words = WRONG[case]
    directory: dict[str, Any] = {} if case == "no first place" else {"directory": Path("/a")}
    with pytest.raises(ConfigError, match=words.replace("{", r"\{")) as caught:
        BackupSettings(**directory, **changes)
    assert PASSPHRASE not in f"{caught.value}{caught.value.hint}"
