"""What all tests share: hypothesis, garbage, a directory in which no hub of this machine is announced, and Ctrl-C."""

import gc
import os
import signal
from collections.abc import Iterator
from tempfile import TemporaryDirectory

import pytest
from hypothesis import HealthCheck, settings
from tests.specs.recorder import Recorder

# No deadline: a busy machine is not a bug. With CI set the examples are the same every time.
settings.register_profile(
    "bimmerhub",
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
    derandomize=bool(os.environ.get("CI")),
    print_blob=True,
)
settings.load_profile("bimmerhub")


@pytest.hookimpl(trylast=True)  # after they were shuffled
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
    with TemporaryDirectory(prefix="bimmerhub-test-") as folder:  # made with mode 0700, as the directory has to be
        os.environ["XDG_RUNTIME_DIR"] = folder
        yield
    os.environ.pop("XDG_RUNTIME_DIR")
    if before is not None:
        os.environ["XDG_RUNTIME_DIR"] = before


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
