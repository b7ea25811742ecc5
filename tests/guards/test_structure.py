"""The source tree keeps its shape: no circles, one name for one thing, and a docstring in every module."""

import ast
from collections import defaultdict
from collections.abc import Container
from pathlib import Path

import pytest

import bimmerhub

SOURCE = Path(bimmerhub.__file__).parent
BANNED_WORDS = {"utils", "helpers", "common", "misc", "manager", "wiring", "core", "base"}
EMPTY_NAMES = {"each", "found", "kept", "known", "told"}
"""Say how a thing came to be here; a name says what it is."""

NAMED_FOR_THEIR_SUBJECT = {
    "views",
    "web/routes",
    "cli/commands",
    "store/ports",
    "emulator/iremote",
    "emulator/connecteddrive",
    "emulator/inventory",
    "emulator/mybmw",
    "emulator/mygarage",
}
"""Folders whose modules are named for a subject that another folder holds: they show it, or ask for it.

So are those in folders below.
"""

TWO_SIDES_OF_ONE_SUBJECT = {
    "app": "where a part (hub, web, emulator) is put together",
    "archive": "BMW's customer archive: read by the SDK, written by the emulator",
    "cars": "a person's cars: as the hub commands them, and as commands of the CLI",
    "captures": "capture files: imported by the hub, written by the emulator",
    "charging_history": "BMW's charging history: read by the SDK, told by the emulator",
    "charging_settings": "location-based charging settings: read by the SDK, told by the emulator",
    "clock": "the time: the port, the hub's and the emulator's",
    "commands": "commands to cars: their life, what is stored and shown of them, and who asks for them",
    "containers": "BMW's containers: kept by the SDK, answered by the emulator, scheduled by the hub",
    "credentials": "who may come in: what is kept, and what the gate asks",
    "desk": "where commands to cars are taken in: the hub's, and the emulator's",
    "documents": "answers that are no readings: the value, made by the SDK, kept by the store",
    "driving": "driving: the signals, and the simulated car",
    "listening": "when a stream was listened to: the stretches, and what the hub notes of them",
    "opening": "opening the store: by the hub, and by commands without one",
    "person": "a person's judgement of readings: the rule, and how the store obeys it",
    "quota": "BMW's daily calls: the rule, the hub's ledger, and the emulator's count",
    "refusals": "BMW's refusals: understood by the SDK, spoken by the emulator",
    "rest": "BMW's REST operations: called by the SDK, answered by the emulator",
}
"""File names in more than one other folder: one subject, seen from each."""

FAMILY_FILES = {"auth", "catalogue", "channels", "client", "endpoints", "models", "operations", "wire", "words"}
"""Files that every API family (a folder of `bmw/`) has; their classes repeat too."""

PART_FILES = {"faults", "settings"}
"""Files that each part has: its own faults and settings, put together in one place."""

SHARED_CLASSES = {
    "CarCommands": "commands to cars: as views ask for them, and as the simulated cars obey them",
    "CommandOrder": "what a car is to do: as the hub is asked, and as the simulated cars keep it",
    "CommandWish": "what a car is to do: as the API is asked, and as the emulator's control is",
    "Vehicle": "a car of an account: the SDK's handle of it, and what the hub knows of it",
}


def module_name(file: Path) -> str:
    parts = file.relative_to(SOURCE.parent).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


@pytest.fixture(scope="module")
def modules() -> dict[str, ast.Module]:
    """The package's modules; their trees are large, so they go when these tests are done."""
    return {module_name(file): ast.parse(file.read_text("utf-8")) for file in sorted(SOURCE.rglob("*.py"))}


def imports_of(tree: ast.Module, modules: Container[str]) -> set[str]:
    """Return those of `modules` that a module imports anywhere, `if TYPE_CHECKING` and functions included."""
    names = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            below = [f"{node.module}.{alias.name}" for alias in node.names]
            names |= {name if name in modules else node.module for name in below}
    return {name for name in names if name in modules}


def circles(graph: dict[str, set[str]]) -> list[list[str]]:
    """Return groups of modules of which each can reach itself through the others."""
    reach = {start: reachable(graph, start) for start in graph}
    in_circle = [name for name in graph if name in reach[name]]
    groups = {
        tuple(sorted(other for other in in_circle if other in reach[name] and name in reach[other]))
        for name in in_circle
    }
    return [list(group) for group in sorted(groups)]


def reachable(graph: dict[str, set[str]], start: str) -> set[str]:
    seen: set[str] = set()
    ahead = list(graph[start])
    while ahead:
        name = ahead.pop()
        if name not in seen:
            seen.add(name)
            ahead += graph[name]
    return seen


def test_no_modules_import_each_other_in_a_circle(modules: dict[str, ast.Module]) -> None:
    assert circles({name: imports_of(tree, modules) - {name} for name, tree in modules.items()}) == []


def test_a_circle_would_be_seen() -> None:
    assert circles({"a": {"b"}, "b": {"c"}, "c": {"b"}, "d": {"a"}}) == [["b", "c"]]
    typed = ast.parse("if TYPE_CHECKING:\n    from bimmerhub.domain.state import VehicleState")
    modules = {"bimmerhub.domain", "bimmerhub.domain.state"}
    assert imports_of(typed, modules) == {"bimmerhub.domain.state"}
    assert imports_of(ast.parse("from bimmerhub.domain import state"), modules) == {"bimmerhub.domain.state"}


def test_a_file_name_means_one_thing() -> None:
    folders = defaultdict(set)
    for file in SOURCE.rglob("*.py"):
        if file.stem not in {"__init__", *FAMILY_FILES, *PART_FILES}:
            folders[file.stem].add(file.parent.relative_to(SOURCE).as_posix())
    shared = {stem for stem, places in folders.items() if sum(map(names_a_subject_itself, places)) > 1}
    assert shared == TWO_SIDES_OF_ONE_SUBJECT.keys()


def names_a_subject_itself(folder: str) -> bool:
    return not any(f"{folder}/".startswith(f"{place}/") for place in NAMED_FOR_THEIR_SUBJECT)


def test_a_public_class_name_means_one_thing(modules: dict[str, ast.Module]) -> None:
    places = defaultdict(list)
    for name, tree in modules.items():
        for node in tree.body:
            if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
                places[node.name].append(name)
    shared = {name for name, its in places.items() if len(its) > 1 and not are_of_families(its)}
    assert shared == SHARED_CLASSES.keys()


def are_of_families(modules: list[str]) -> bool:
    """Tell whether all are the same file of different API families, which repeat their classes on purpose."""
    last = {name.split(".")[-1] for name in modules}
    return len(last) == 1 and last <= FAMILY_FILES and all(name.startswith("bimmerhub.bmw.") for name in modules)


def test_no_module_is_called_by_a_word_that_says_nothing() -> None:
    names = [module_name(file) for file in SOURCE.rglob("*.py")]
    assert [name for name in names if BANNED_WORDS & set(name.replace("_", ".").split("."))] == []


def names_given_in(tree: ast.Module) -> set[str]:
    """Return what a module calls its variables and parameters; fields are not among them, some are of the API."""
    fields = {id(node.target) for body in ast.walk(tree) if isinstance(body, ast.ClassDef) for node in annotated(body)}
    variables = {
        node.id
        for node in ast.walk(tree)
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store) and id(node) not in fields
    }
    return variables | {node.arg for node in ast.walk(tree) if isinstance(node, ast.arg)}


def annotated(body: ast.ClassDef) -> list[ast.AnnAssign]:
    return [node for node in body.body if isinstance(node, ast.AnnAssign)]


def test_no_variable_is_called_by_a_word_that_says_nothing(modules: dict[str, ast.Module]) -> None:
    shown = {name: sorted(names_given_in(tree) & EMPTY_NAMES) for name, tree in modules.items()}
    assert {name: names for name, names in shown.items() if names} == {}


def test_every_module_says_what_it_is_for(modules: dict[str, ast.Module]) -> None:
    assert [name for name, tree in modules.items() if not ast.get_docstring(tree)] == []
