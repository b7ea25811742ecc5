"""Starting and measuring the processes that a benchmark needs."""

import json
import os
import platform
import sqlite3
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

READY_WITHIN_S = 30


def conditions() -> dict[str, Any]:
    """Return what a figure depends on."""
    return {
        "python": platform.python_version(),
        "sqlite": sqlite3.sqlite_version,
        "cores": os.cpu_count(),
        "machine": platform.machine(),
        "system": platform.system(),
    }


@dataclass(frozen=True, slots=True, kw_only=True)
class Cloud:
    """The emulator's process; `info` is its JSON."""

    process: subprocess.Popen[str]
    info: dict[str, Any]

    def flood(self, rate: int, seconds: float) -> dict[str, Any]:
        """Publish and wait for the end of it."""
        _pipe(self.process.stdin).write(f"flood {rate} {seconds}\n")
        _pipe(self.process.stdin).flush()
        answer: dict[str, Any] = json.loads(_pipe(self.process.stdout).readline())
        return answer


@dataclass(frozen=True, slots=True, kw_only=True)
class HubProcess:
    """A hub's process; `address` and `token` reach its API."""

    process: subprocess.Popen[str]
    address: str
    token: str
    data_dir: Path
    first_answer_s: float

    def fetch(self, path: str, *, method: str = "GET", body: object = None) -> Any:  # noqa: ANN401 - JSON
        """Return the API's answer."""
        request = urllib.request.Request(
            f"{self.address}/api/v1/{path}",
            method=method,
            data=None if body is None else json.dumps(body).encode(),
            headers={"Authorization": f"Bearer {self.token}", "Content-Type": "application/json"},
        )
        with urllib.request.urlopen(request, timeout=30) as answer:
            return json.loads(answer.read() or b"null")


@contextmanager
def cloud(directory: Path) -> Iterator[Cloud]:
    """Run the emulator with the flood commands."""
    with _started([sys.executable, "-m", "bench.cloud", str(directory)], {}) as process:
        yield Cloud(process=process, info=json.loads(_pipe(process.stdout).readline()))
        _pipe(process.stdin).write("end\n")
        _pipe(process.stdin).flush()
        process.wait(timeout=10)


@contextmanager
def hub(
    data_dir: Path,
    info: dict[str, Any] | None = None,
    *,
    module: str | None = None,
    environment: Mapping[str, str] | None = None,
    open_files: int | None = None,
) -> Iterator[HubProcess]:
    """Run `bimmerhub run`, or another `module`, on a free port; pointed at the emulator when `info` is given.

    With `open_files` the process may open no more.
    """
    variables = {**({} if info is None else point_at(info)), **(environment or {})}
    command = [sys.executable, "-m", "bimmerhub", "run", "--port", "0", "--data-dir", str(data_dir)]
    if module is not None:
        command = [sys.executable, "-m", module, str(data_dir)]
    if open_files is not None:
        command = ["/bin/sh", "-c", f'ulimit -n {open_files} && exec "$@"', "sh", *command]
    (data_dir / "hub.json").unlink(missing_ok=True)
    started = time.perf_counter()
    with _started(command, variables) as process:
        note = _wait_for_note(data_dir / "hub.json")
        running = HubProcess(
            process=process, address=note["address"], token=note["token"], data_dir=data_dir, first_answer_s=0
        )
        _wait_for_answer(running)
        yield HubProcess(
            process=process,
            address=note["address"],
            token=note["token"],
            data_dir=data_dir,
            first_answer_s=time.perf_counter() - started,
        )


@contextmanager
def skeleton() -> Iterator[subprocess.Popen[str]]:
    """Run an empty program made of the hub's libraries."""
    with _started([sys.executable, "-m", "bench.skeleton"], {}) as process:
        _pipe(process.stdout).readline()
        yield process
        _pipe(process.stdin).close()
        process.wait(timeout=10)


def point_at(info: dict[str, Any]) -> dict[str, str]:
    """Return the environment that points a hub at an emulator."""
    return {
        "BIMMERHUB_BMW__AUTH_URL": info["http_url"],
        "BIMMERHUB_BMW__API_URL": info["http_url"],
        "BIMMERHUB_BMW__STREAM_HOST": info["mqtt_host"],
        "BIMMERHUB_BMW__STREAM_PORT": str(info["mqtt_port"]),
        "BIMMERHUB_BMW__CA_FILE": info["ca_file"],
    }


def sign_in(running: HubProcess, info: dict[str, Any]) -> None:
    """Sign a hub in at the emulator and wait until its link is connected."""
    state = running.fetch("accounts/bench/sign-in", method="POST", body={"client_id": info["client_id"]})
    approval = urllib.request.Request(
        f"{info['control_url']}/sign-in",
        data=json.dumps({"user_code": state["user_code"], "approve": True}).encode(),
        headers={"Content-Type": "application/json"},
    )
    urllib.request.urlopen(approval, timeout=10).close()
    wait_until(lambda: [link["state"] for link in running.fetch("health")["links"]] == ["connected"])


def wait_until(is_so: Any, *, within_s: float = READY_WITHIN_S) -> None:  # noqa: ANN401 - any callable
    """Ask again and again until `is_so()`; TimeoutError after `within_s`."""
    deadline = time.perf_counter() + within_s
    while not is_so():
        if time.perf_counter() > deadline:
            raise TimeoutError
        time.sleep(0.05)


def cpu_seconds(process: subprocess.Popen[str]) -> float:
    """Return the CPU time that a process has used."""
    fields = Path(f"/proc/{process.pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def rss_mb(process: subprocess.Popen[str]) -> float:
    """Return a process's resident memory in MB (10^6 bytes)."""
    pages = int(Path(f"/proc/{process.pid}/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


@contextmanager
def _started(command: list[str], environment: dict[str, str]) -> Iterator[subprocess.Popen[str]]:
    process = subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env={**os.environ, **environment}
    )
    try:
        yield process
    finally:
        if process.poll() is None:
            process.terminate()
            process.wait(timeout=10)
        _pipe(process.stdin).close()
        _pipe(process.stdout).close()


def _wait_for_note(path: Path) -> dict[str, Any]:
    wait_until(path.exists)
    note: dict[str, Any] = json.loads(path.read_text())
    return note


def _wait_for_answer(running: HubProcess) -> None:
    def answers() -> bool:
        try:
            running.fetch("health")
        except (urllib.error.URLError, ConnectionError):
            return False
        return True

    wait_until(answers)


def _pipe(pipe: IO[str] | None) -> IO[str]:
    if pipe is None:
        raise RuntimeError("the process has no such pipe")
    return pipe
