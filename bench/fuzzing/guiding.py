"""Runs of a fuzzer that are guided by coverage, each in a process of its own: libFuzzer by the library atheris."""

import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

from bench.fuzzing.corpora import read_corpus, write_corpus
from bench.fuzzing.mutation import TOKENS
from bench.fuzzing.targets import opened

FOUND: Final = Path("build") / "fuzz"
CORPUS_BYTES: Final = 4_096
"""What the repository keeps of a fuzzer's inputs beside those that it begins with."""
LONGEST_BYTES: Final = 8_192
PROGRAM: Final = "BIMMERHUB_FUZZ_PROGRAM"
"""As `guided` reads it, which nothing but its own process can import."""
_WORD: Final = re.compile(rb"[\w.:/+-]{3,40}")
_EXECUTIONS: Final = re.compile(r"stat::number_of_executed_units:\s*(\d+)")
_COVERED: Final = re.compile(r"cov: (\d+)")


def run_guided(name: str, minutes: float) -> dict[str, Any]:
    """Return how many inputs one fuzzer made and what they covered, and the first failure."""
    folder = FOUND / name.replace(" ", "-")
    _lay_out_seeds(name, folder)
    done = _libfuzzer(name, f"-max_total_time={round(minutes * 60)}", f"-artifact_prefix={folder}.failed-", str(folder))
    executions, covered = _EXECUTIONS.findall(done.stderr), _COVERED.findall(done.stderr)
    result: dict[str, Any] = {"inputs": int(executions[-1]) if executions else 0, "minutes": minutes}
    result["branches"] = int(covered[-1]) if covered else 0
    if done.returncode:
        inputs = re.findall(r"Test unit written to (\S+)", done.stderr)
        result |= {"failed_input": inputs[-1] if inputs else None, "trace": _trace(done)}
    return result


def minimise(name: str) -> tuple[int, int]:
    """Keep in the repository the shortest inputs that reach most; return how many there are, and their bytes."""
    folder = FOUND / name.replace(" ", "-")
    folder.mkdir(parents=True, exist_ok=True)
    with opened(name) as fuzzer:
        seeds = fuzzer.seeds
    with tempfile.TemporaryDirectory() as parent:
        merged, program = Path(parent) / "merged", Path(parent) / "program"
        merged.mkdir()
        program.write_text(f'#!/bin/sh\nexec {sys.executable} -m bench.fuzzing.guided "{name}" "$@"\n')
        program.chmod(0o700)
        _libfuzzer(name, "-merge=1", str(merged), str(folder), environment={PROGRAM: str(program)})
        inputs = sorted((file.read_bytes() for file in merged.iterdir()), key=lambda data: (len(data), data))
    chosen = set(read_corpus(name))
    room = CORPUS_BYTES
    for data in inputs:
        if data in chosen or data in seeds:
            continue
        if (room := room - len(data)) < 0:
            break
        chosen.add(data)
    write_corpus(name, chosen)
    return len(chosen), sum(map(len, chosen))


def _lay_out_seeds(name: str, folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    with opened(name) as fuzzer:
        seeds = {*fuzzer.seeds, *read_corpus(name)}
    for number, seed in enumerate(sorted(seeds)):
        (folder / f"seed-{number}").write_bytes(seed)


def _words(folder: Path) -> set[bytes]:
    """Return the names and values of all seeds, and what every fuzzer puts in: libFuzzer does not guess words."""
    seeds = b"\n".join(file.read_bytes() for file in folder.glob("seed-*"))
    return {*_WORD.findall(seeds), *(token.encode("utf-8", "surrogatepass") for token in TOKENS)}


def _escaped(word: bytes) -> str:
    return "".join(f"\\x{byte:02x}" for byte in word)


def _libfuzzer(
    name: str, *options: str, environment: Mapping[str, str] = MappingProxyType({})
) -> "subprocess.CompletedProcess[str]":
    line = [sys.executable, "-m", "bench.fuzzing.guided", name, f"-max_len={LONGEST_BYTES}", "-timeout=30"]
    line += ["-rss_limit_mb=3000", "-print_final_stats=1", *options]
    return subprocess.run(
        line, capture_output=True, text=True, errors="replace", check=False, env={**os.environ, **environment}
    )


def _trace(done: "subprocess.CompletedProcess[str]") -> str:
    """Return what Python said of the failure, or the end of what libFuzzer did."""
    _, found, trace = (done.stdout + done.stderr).partition("=== Uncaught Python exception: ===")
    return trace[:4_000] if found else done.stderr[-2_000:]
