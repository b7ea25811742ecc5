"""What all tests share: files in memory, hypothesis, garbage, no announced hub of this machine, and Ctrl-C."""

import gc
import os
import shutil
import signal
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from tests.specs.recorder import Recorder

from tools import emulator_keys

# No deadline: a busy machine is not a bug. With CI set the examples are the same every time.
settings.register_profile(
    "bimmerhub",
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
    derandomize=bool(os.environ.get("CI")),
    print_blob=True,
)
settings.load_profile("bimmerhub")

MEMORY = Path("/dev/shm")
MEMORY_NEEDED_BYTES = 2 * 1024**3


def _is_fit_for_files(memory: Path) -> bool:
    """Tell whether a file system in memory is there and large enough, and may hold programs."""
    if not os.access(memory, os.W_OK) or os.statvfs(memory).f_flag & os.ST_NOEXEC:
        return False
    return shutil.disk_usage(memory).free > MEMORY_NEEDED_BYTES


# On a disk each commit of a store waits until it lies there.
if "TMPDIR" not in os.environ and _is_fit_for_files(MEMORY):
    os.environ["TMPDIR"] = str(MEMORY)
    tempfile.tempdir = None


@pytest.hookimpl(trylast=True)  # after they were shuffled
def pytest_make_parametrize_id(val: object, argname: str) -> str | None:
    """Name bytes by their parameter: packed ones hold the time at which they were made, which differs by process."""
    return argname if isinstance(val, bytes) else None


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with the longest, so that at the end no worker waits for another's."""
    items.sort(key=lambda item: not item.nodeid.startswith("tests/e2e/"))


def pytest_collection_finish() -> None:
    """Spare the garbage collector what was collected: it stays to the end, and is most of all there is."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(10_000)


@pytest.fixture(autouse=True, scope="session")
def _empty_runtime_directory() -> Iterator[None]:
    before = os.environ.get("XDG_RUNTIME_DIR")
    with tempfile.TemporaryDirectory(prefix="bimmerhub-test-") as folder:  # has mode 0700, as it has to
        os.environ["XDG_RUNTIME_DIR"] = folder
        yield
    os.environ.pop("XDG_RUNTIME_DIR")
    if before is not None:
        os.environ["XDG_RUNTIME_DIR"] = before


@pytest.fixture(scope="session")
def keys_dir() -> Path:
    """Certificates and keys of all emulators of this process."""
    return emulator_keys.keys_dir()


@pytest.fixture(autouse=True, scope="session")
def recorder() -> Iterator[Recorder]:
    """What emulators of this process answer, and whether the descriptions have it."""
    noted = Recorder()
    with noted.at_every_door():
        yield noted


@pytest.fixture(autouse=True)
def _answers_are_as_described(recorder: Recorder) -> Iterator[None]:
    yield
    assert recorder.take() == []


@pytest.fixture(autouse=True, scope="session")
def _interrupts() -> None:
    """Let commands be interrupted also when the tests run in the background of a shell, whose children ignore it."""
    if signal.getsignal(signal.SIGINT) == signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)
