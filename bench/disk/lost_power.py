"""A model of a disk that loses its power: which states could a record of operations have left?

What was synced is there. Of the rest anything may be: each name given or taken, each sector written, each new length.
Two kinds of file systems are told apart:

- `strict`: only an fsync of a folder brings its names to the disk, and those that were not may be there in any choice;
  a rename between two folders may have given the new name without taking the old one.
- `journalled`, as ext4: names come to the disk in order, and with any fsync all before it.

The disk itself is taken to keep its word: what it said to have written is there.
"""

import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from enum import Enum
from pathlib import PurePosixPath
from typing import Final

from bench.disk.recorder import Kind, Operation

SECTORS: Final = (512, 4096)
_FOLDER: Final = -1


class Rules(Enum):
    """What a file system promises of names."""

    STRICT = "strict"
    JOURNALLED = "journalled"


class Loss(Enum):
    """How what was not synced is lost."""

    ALL = "all of it"
    NONE = "none of it: as a kill leaves it"
    TAIL = "all from some operation on"
    ANY = "any choice of operations"
    TORN = "any choice of sectors"
    EMPTY = "contents, but not lengths and names"


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """Files and folders (None) by their path, after `cut` operations of the record."""

    cut: int
    rules: Rules
    loss: Loss
    files: dict[str, bytes | None]


@dataclass(slots=True)
class _Name:
    """A change of names in a folder that may be lost: `gone` is taken away, `given` leads to a file."""

    folder: str
    gone: str | None = None
    given: str | None = None
    node: int = 0


@dataclass(slots=True)
class _File:
    """What of a file is on the disk for certain, and the operations on it that may be lost."""

    content: bytearray = field(default_factory=bytearray)
    pending: list[Operation] = field(default_factory=list)


@dataclass(slots=True)
class Disk:
    """The disk as far as the record was played."""

    rules: Rules
    cut: int = 0
    _names: dict[str, int] = field(default_factory=dict)
    _pending: list[_Name] = field(default_factory=list)
    _files: dict[int, _File] = field(default_factory=dict)
    _node_of: dict[int, int] = field(default_factory=dict)
    _folders: set[str] = field(default_factory=set)
    _newest: int = 0

    def play(self, operation: Operation) -> None:
        """Do the next operation of the record."""
        self.cut += 1
        match operation.kind:
            case Kind.WRITE | Kind.TRUNCATE:
                self._files[self._node(operation)].pending.append(operation)
            case Kind.SYNC:
                self._sync(operation)
            case Kind.CREATE:
                self._newest += 1
                self._node_of[operation.inode] = self._newest
                self._files[self._newest] = _File()
                self._give(operation.path, self._newest)
            case Kind.MKDIR:
                self._folders.add(operation.path)
                self._give(operation.path, _FOLDER)
            case Kind.LINK:
                self._give(operation.other, self._node_of[operation.inode])
            case Kind.UNLINK | Kind.RMDIR:
                self._pending.append(_Name(folder=_folder_of(operation.path), gone=operation.path))
            case Kind.RENAME:
                self._rename(operation)
            case Kind.SENT | Kind.CONNECT | Kind.MARK:
                pass

    def lose(self, loss: Loss, chance: random.Random) -> State:
        """Return a state that a loss of power at this moment could leave."""
        names = dict(self._names)
        for change in self._chosen_names(loss, chance):
            _apply(names, change)
        contents: dict[int, bytes] = {}
        files: dict[str, bytes | None] = {}
        for path, node in sorted(names.items()):
            if not all(str(parent) in names or str(parent) == "." for parent in PurePosixPath(path).parents):
                continue  # its folder is not there
            if node == _FOLDER:
                files[path] = None
                continue
            if node not in contents:
                contents[node] = _left_of(self._files[node], loss, chance)
            files[path] = contents[node]
        return State(cut=self.cut, rules=self.rules, loss=loss, files=files)

    @property
    def has_pending(self) -> bool:
        """Whether anything may be lost just now."""
        return bool(self._pending) or any(file.pending for file in self._files.values())

    def _node(self, operation: Operation) -> int:
        """Return the file of an operation; one that was there before the record is empty to it."""
        if operation.inode not in self._node_of:
            raise ValueError(f"{operation.path} was there before the record began")
        return self._node_of[operation.inode]

    def _give(self, path: str, node: int) -> None:
        self._pending.append(_Name(folder=_folder_of(path), given=path, node=node))

    def _rename(self, operation: Operation) -> None:
        if operation.path in self._folders:
            raise ValueError(f"{operation.path}: the model knows no folders that are renamed")
        node, source, target = self._node_of[operation.inode], _folder_of(operation.path), _folder_of(operation.other)
        if source == target or self.rules is Rules.JOURNALLED:
            self._pending.append(_Name(folder=target, gone=operation.path, given=operation.other, node=node))
            return
        self._pending.append(_Name(folder=target, given=operation.other, node=node))
        self._pending.append(_Name(folder=source, gone=operation.path))

    def _sync(self, operation: Operation) -> None:
        is_folder = operation.path in self._folders or not operation.path
        if not is_folder:
            file = self._files[self._node(operation)]
            for piece in file.pending:
                _write(file.content, piece)
            file.pending.clear()
        safe = [
            change
            for change in self._pending
            if self.rules is Rules.JOURNALLED or (is_folder and change.folder == operation.path)
        ]
        for change in safe:
            _apply(self._names, change)
            self._pending.remove(change)

    def _chosen_names(self, loss: Loss, chance: random.Random) -> Sequence[_Name]:
        match loss:
            case Loss.ALL:
                return ()
            case Loss.NONE | Loss.EMPTY:
                return self._pending
            case _ if loss is Loss.TAIL or self.rules is Rules.JOURNALLED:
                return self._pending[: chance.randint(0, len(self._pending))]
            case _:
                return [change for change in self._pending if chance.random() < 0.5]


def list_states(
    operations: Sequence[Operation],
    *,
    wanted: int,
    seed: int,
    begins_at: int = 0,
    is_interesting: Callable[[Operation], bool] = lambda _: True,
) -> Iterator[State]:
    """Yield about so many states, spread over the record from a place on: by both rules and every kind of loss."""
    places = [
        place for place, operation in enumerate(operations, 1) if place >= begins_at and is_interesting(operation)
    ]
    chance = random.Random(seed)
    at_one = len(Rules) * len(Loss)
    chosen = {*chance.sample(places, min(len(places), -(-wanted // at_one))), len(operations)}
    times = max(1, -(-wanted // (at_one * max(1, len(chosen)))))
    disks = [Disk(rules=rules) for rules in Rules]
    for place, operation in enumerate(operations, 1):
        for disk in disks:
            disk.play(operation)
            if place in chosen:
                for loss in Loss:
                    repeated = times if loss in {Loss.TAIL, Loss.ANY, Loss.TORN} else 1
                    yield from (disk.lose(loss, chance) for _ in range(repeated))


def _left_of(file: _File, loss: Loss, chance: random.Random) -> bytes:
    content = bytearray(file.content)
    pending = file.pending
    if loss is Loss.ALL:
        pending = []
    elif loss is Loss.TAIL:
        pending = pending[: chance.randint(0, len(pending))]
    elif loss is Loss.ANY:
        pending = [change for change in pending if chance.random() < 0.5]
    for change in pending:
        if loss is Loss.TORN:
            _tear(content, change, chance)
        elif loss is Loss.EMPTY and change.kind is Kind.WRITE:
            _lengthen(content, change.offset + len(change.data))
        else:
            _write(content, change)
    return bytes(content)


def _write(content: bytearray, change: Operation) -> None:
    if change.kind is Kind.TRUNCATE:
        del content[change.offset :]
        _lengthen(content, change.offset)
        return
    _lengthen(content, change.offset)
    content[change.offset : change.offset + len(change.data)] = change.data


def _tear(content: bytearray, change: Operation, chance: random.Random) -> None:
    """Write some of the sectors that a write touches; it may be all or none."""
    if change.kind is Kind.TRUNCATE:
        if chance.random() < 0.5:
            _write(content, change)
        return
    sector = chance.choice(SECTORS)
    start, end = change.offset, change.offset + len(change.data)
    if chance.random() < 0.5:
        _lengthen(content, end)
    while start < end:
        stop = min(end, (start // sector + 1) * sector)
        if chance.random() < 0.5:
            _lengthen(content, start)
            content[start:stop] = change.data[start - change.offset : stop - change.offset]
        start = stop


def _lengthen(content: bytearray, size: int) -> None:
    if len(content) < size:
        content.extend(bytes(size - len(content)))


def _apply(names: dict[str, int], change: _Name) -> None:
    if change.gone is not None:
        names.pop(change.gone, None)
    if change.given is not None:
        names[change.given] = change.node


def _folder_of(path: str) -> str:
    parent = str(PurePosixPath(path).parent)
    return "" if parent == "." else parent
