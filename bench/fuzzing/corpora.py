"""The inputs that fuzzers begin with: tests/fuzz/corpus/NAME.jsonl, a JSON text a line, each character one byte."""

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Final

FOLDER: Final = Path(__file__).parents[2] / "tests" / "fuzz" / "corpus"


def corpus_file(name: str) -> Path:
    return FOLDER / f"{name.replace(' ', '-')}.jsonl"


def read_corpus(name: str) -> tuple[bytes, ...]:
    """Return the inputs of a fuzzer, none where there is no file."""
    file = corpus_file(name)
    lines = file.read_text("utf-8").splitlines() if file.exists() else []
    return tuple(json.loads(line).encode("latin-1") for line in lines)


def write_corpus(name: str, inputs: Iterable[bytes]) -> None:
    """Replace the inputs of a fuzzer, the shortest first."""
    ordered = sorted(set(inputs), key=lambda data: (len(data), data))
    corpus_file(name).write_text("".join(f"{json.dumps(data.decode('latin-1'))}\n" for data in ordered), "utf-8")
