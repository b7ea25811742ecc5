"""A move to another machine, and the restore of its file there, when the process is killed."""

from pathlib import Path

from bench.killing.forks import Say
from bench.killing.furnished import NEW, OLD, PASSPHRASE, expect_whole, furnish, make_passphrases_cheap
from bench.killing.operation import NAME, OWN_FILES, START_MS, Operation, begin, copy_folder, expect, names_in
from typing_extensions import override

from bimmerhub.errors import ConfigError
from bimmerhub.hub.process.directory import own
from bimmerhub.hub.safekeeping.history_files import finish_restore
from bimmerhub.hub.safekeeping.move_arrival import MoveDestination, opened_move, put_in_place
from bimmerhub.hub.safekeeping.move_mark import is_half_restored, load_arrival, refuse_moved
from bimmerhub.hub.safekeeping.moving import move_out
from bimmerhub.store.sqlite.database.migrations import ignore_step


class Move(Operation):
    """`bimmerhub move` and the restore of its file on another machine, in turn; both are looked at after each."""

    @override
    def prepare(self) -> None:
        make_passphrases_cheap()
        furnish(self.root / "here", OLD)
        furnish(self.root / "there", NEW)
        copy_folder(self.root / "here", self.root / "moved" / "old")
        _leave(self.root / "moved" / "old", self.root / "moved" / "file")
        copy_folder(self.root / "there", self.root / "moved" / "new")

    @override
    def fresh(self) -> None:
        if self._is_arrival:
            copy_folder(self.root / "moved", self.folder)
            mark = self.folder / "old" / "moved.json"
            mark.write_text(mark.read_text().replace(f"{self.root}/moved/", f"{self.root}/round/"))
        else:
            copy_folder(self.root / "here", self.folder / "old")
            copy_folder(self.root / "there", self.folder / "new")

    @override
    def work(self, say: Say) -> None:
        make_passphrases_cheap()
        folder = self.folder
        if self._is_arrival:
            _arrive(folder / "file", folder / "new")
        else:
            _leave(folder / "old", folder / "file")
        say(1)

    @override
    def check(self, said: tuple[int, ...]) -> str:
        make_passphrases_cheap()
        check = self._check_arrival if self._is_arrival else self._check_leaving
        return check(self.folder, bool(said))

    @property
    def _is_arrival(self) -> bool:
        return bool(self.number // 2 % 2)

    def _check_leaving(self, folder: Path, is_done: bool) -> str:  # noqa: FBT001 - one of a pair
        old, new, file = folder / "old", folder / "new", folder / "file"
        is_here = _may_renew(old)
        expect(is_here != file.exists(), f"here: {is_here}, and the file is {'' if file.exists() else 'not '}there")
        expect(not is_done or not is_here, "it said that it was done, and is not")
        if is_here:
            begin(old)
            expect_whole(old, "here", OLD)
            _leave(old, file)
        left = names_in(old) - OWN_FILES - {"secret.key", "moved.json", "moved.json.new"}  # the draft is the next one's
        expect(not left, f"left where it was: {sorted(left)}")
        expect(not _may_renew(old), "both could renew the sign-in")
        _arrive(file, new)
        begin(new)
        expect_whole(new, "here", OLD)
        expect(_may_renew(new) and not _may_renew(old), "not exactly the new one can renew the sign-in")
        left = names_in(folder) - {"old", "new", "file", "file.restored"}
        expect(not left, f"left beside the file: {sorted(left)}")
        return "out: before" if is_here else "out: after"

    def _check_arrival(self, folder: Path, is_done: bool) -> str:  # noqa: FBT001 - one of a pair
        old, new, file = folder / "old", folder / "new", folder / "file"
        expect(not _may_renew(old), "the one that was left could renew the sign-in")
        arrived = load_arrival(new) is not None and not is_half_restored(new)
        expect(not is_done or arrived, "it said that it was done, and is not")
        if arrived:
            outcome = "in: after"
        elif is_half_restored(new):
            expect(not _may_renew(new), "half of it could renew the sign-in")
            outcome = "in: half, refused"
        else:
            begin(new)
            expect_whole(new, "there", NEW)
            outcome = "in: before"
        if not arrived:
            (folder / "file.restored").unlink(missing_ok=True)
            _arrive(file, new)
        begin(new)
        expect_whole(new, "here", OLD)
        expect(_may_renew(new) and not _may_renew(old), "not exactly the new one can renew the sign-in")
        beginnings = [
            name for name in names_in(new) if ".restor" in name or name.startswith(".bimmerhub") or ".partial" in name
        ]
        expect(not beginnings, f"left: {beginnings}")
        return outcome


def _may_renew(folder: Path) -> bool:
    try:
        refuse_moved(folder)
    except ConfigError:
        return False
    return True


def _leave(folder: Path, file: Path) -> None:
    database = folder / NAME
    with own(folder, database=database):
        move_out(file, PASSPHRASE, data_dir=folder, database=database, config=None, accounts=["home"], now_ms=START_MS)


def _arrive(file: Path, folder: Path) -> None:
    database = folder / NAME
    place = MoveDestination(data_dir=folder, database=database, config=folder.parent / "config.toml")
    with opened_move(file, PASSPHRASE, place, progress=ignore_step) as opened, own(folder, database=database):
        finish_restore(database)
        put_in_place(opened, now_ms=START_MS + 1, is_trusted=False)
