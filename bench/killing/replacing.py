"""A whole history that is copied or replaced when the process is killed: migration, restore, backup."""

from pathlib import Path
from typing import Final

from bench.killing.forks import Say
from bench.killing.furnished import (
    NEW,
    OLD,
    PASSPHRASE,
    READINGS,
    expect_whole,
    furnish,
    load_signed_in,
    make_passphrases_cheap,
    reading_of,
)
from bench.killing.operation import (
    NAME,
    OWN_FILES,
    START_MS,
    Operation,
    begin,
    check_sound,
    copy_folder,
    expect,
    is_dead_journal,
    names_in,
    rows_of,
)
from bench.old_schemas import RELEASE_0_1, RELEASE_0_2, OldDatabase
from typing_extensions import override

from bimmerhub.hub.process.directory import own
from bimmerhub.hub.safekeeping.history_files import check_file, finish_restore, make_backup, restore_file
from bimmerhub.store.ports.audit import AuditEntry
from bimmerhub.store.sqlite.database.migrations import ignore_step
from bimmerhub.store.sqlite.database.versions import newest_version

_DAMAGED: Final = b"no database"


class Migration(Operation):
    """The first start of this release on a database of 0.1.0, of 0.2.0, and in an empty directory, in turn."""

    SCHEMAS: Final = (RELEASE_0_1, RELEASE_0_2, 0)

    @override
    def prepare(self) -> None:
        for schema in self.SCHEMAS:
            folder = self.root / f"schema-{schema}"
            folder.mkdir(mode=0o700)
            if schema:
                rows = ((START_MS + number, "topic", b"{}", (reading_of(number),)) for number in range(OLD))
                OldDatabase(folder / NAME, schema).write(rows)

    @override
    def fresh(self) -> None:
        copy_folder(self.root / f"schema-{self._schema}", self.folder)

    @override
    def work(self, say: Say) -> None:
        begin(self.folder)

    @override
    def check(self, said: tuple[int, ...]) -> str:
        database, schema = self.folder / NAME, self._schema
        [(before,)] = rows_of(database, "PRAGMA user_version")
        expect(before in {schema, newest_version()}, f"schema {before} of {schema} to {newest_version()}")
        begin(self.folder)
        check_sound(database)
        expect(len(rows_of(database, READINGS)) == (OLD if schema else 0), "not all readings are there")
        backup = {f"{NAME}.schema-{schema}"} if schema else set()
        left = names_in(self.folder) - OWN_FILES
        expect(left == backup, f"left: {sorted(left ^ backup)}")
        for name in backup:
            check_file(self.folder / name, None)
            expect(rows_of(self.folder / name, "PRAGMA user_version") == [(schema,)], "another schema in the backup")
        return f"from {schema}: " + ("before" if before == schema else "after")

    @property
    def _schema(self) -> int:
        return self.SCHEMAS[self.number // 2 % len(self.SCHEMAS)]


class Restore(Operation):
    """`bimmerhub restore --force`, in turn: from the clear, from an encrypted backup, in place of a damaged history."""

    @override
    def prepare(self) -> None:
        make_passphrases_cheap()
        furnish(self.root / "there", OLD)
        furnish(self.root / "other", NEW)
        make_backup(self.root / "other" / NAME, self.root / "clear")
        make_backup(self.root / "other" / NAME, self.root / "sealed", PASSPHRASE)

    @override
    def fresh(self) -> None:
        copy_folder(self.root / "there", self.folder)
        if self._is_damaged:
            (self.folder / NAME).write_bytes(_DAMAGED)

    @override
    def work(self, say: Say) -> None:
        is_sealed, database = self._variant == 1, self.folder / NAME
        with own(self.folder, database=database):
            finish_restore(database)
            restore_file(
                self.root / ("sealed" if is_sealed else "clear"),
                database,
                passphrase=PASSPHRASE if is_sealed else None,
                is_access_kept=not self._is_damaged,
                entry=AuditEntry(at_ms=1, who="command line", from_where=None, action="restored"),
                progress=ignore_step,
            )
            say(1)

    @override
    def check(self, said: tuple[int, ...]) -> str:
        database, replaced = self.folder / NAME, self.folder / f"{NAME}.replaced-1"
        before = self._readings(database)
        with own(self.folder, database=database):
            finish_restore(database)
        readings = self._readings(database)
        expect({before, readings} <= {OLD, NEW}, f"{before}, then {readings} readings")
        expect(not said or readings == NEW, "it said that it was done, and is not")
        left = names_in(self.folder) - OWN_FILES - {"secret.key"} - {f"{replaced.name}-wal", f"{replaced.name}-shm"}
        if is_dead_journal(self.folder / f"{NAME}-journal"):
            left.remove(f"{NAME}-journal")
        expect(left == ({replaced.name} if readings == NEW else set()), f"left: {sorted(left)}")
        if readings == NEW:
            expect(self._readings(replaced) == OLD, "the old history is not whole")
        if readings == NEW or not self._is_damaged:
            self._check_start(is_new=readings == NEW)
        return f"{self._variant_words}: " + ("before" if readings == OLD else "after")

    def _check_start(self, *, is_new: bool) -> None:
        begin(self.folder)
        check_sound(self.folder / NAME)
        access = rows_of(self.folder / NAME, "SELECT value FROM settings WHERE key = 'credentials'")
        expect(access == ([] if self._is_damaged else [("password of there",)]), f"access: {access}")
        signed_in = load_signed_in(self.folder)
        expect(signed_in == ([] if is_new else ["home"]), f"signed in: {signed_in}")

    def _readings(self, database: Path) -> int:
        """Return how many readings there are; an untouched damaged history counts as the old one."""
        if self._is_damaged and database.read_bytes() == _DAMAGED:
            return OLD
        return len(rows_of(database, READINGS))

    @property
    def _variant(self) -> int:
        return self.number // 2 % 3

    @property
    def _variant_words(self) -> str:
        return ("clear", "encrypted", "onto a damaged one")[self._variant]

    @property
    def _is_damaged(self) -> bool:
        return self._variant == 2


class Backup(Operation):
    """`bimmerhub backup FILE`, in the clear and encrypted, in turn."""

    @override
    def prepare(self) -> None:
        furnish(self.root / "here", OLD)

    @override
    def fresh(self) -> None:
        copy_folder(self.root / "here", self.folder / "here")
        (self.folder / "copies").mkdir()

    @override
    def work(self, say: Say) -> None:
        make_passphrases_cheap()
        make_backup(self.folder / "here" / NAME, self._copy, self._passphrase)
        say(1)

    @override
    def check(self, said: tuple[int, ...]) -> str:
        is_there = self._copy.exists()
        expect(is_there or not said, "it said that it was done, and is not")
        if is_there:
            check_file(self._copy, self._passphrase)
            self._copy.unlink()
        self.work(lambda _: None)
        check_file(self._copy, self._passphrase)
        expect(names_in(self._copy.parent) == {"copy"}, f"left: {sorted(names_in(self._copy.parent))}")
        begin(self.folder / "here")
        expect_whole(self.folder / "here", "here", OLD)
        left = names_in(self.folder / "here") - OWN_FILES - {"secret.key"}
        expect(not left, f"left: {sorted(left)}")
        return ("encrypted" if self._passphrase else "clear") + (": whole" if is_there else ": none")

    @property
    def _copy(self) -> Path:
        return self.folder / "copies" / "copy"

    @property
    def _passphrase(self) -> str | None:
        return PASSPHRASE if self.number // 2 % 2 else None
