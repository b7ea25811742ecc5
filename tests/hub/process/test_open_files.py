"""Files that the process may have open: some are kept back from the web server's clients."""

import resource
import subprocess
import sys

import pytest

from bimmerhub.hub.process.open_files import HELD_BACK, connections_of

RAISE = """
import resource
hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
resource.setrlimit(resource.RLIMIT_NOFILE, (100, hard))
from bimmerhub.hub.process.open_files import raise_open_files
print(raise_open_files(), resource.getrlimit(resource.RLIMIT_NOFILE)[0])
"""


def test_limit_is_raised_as_far_as_the_system_allows() -> None:
    result = subprocess.run([sys.executable, "-c", RAISE], capture_output=True, text=True, check=True)
    raised, limit = (int(word) for word in result.stdout.split())
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    assert raised == limit == (16_384 if hard == resource.RLIM_INFINITY else min(hard, 16_384))


@pytest.mark.parametrize(("open_files", "connections"), [(16_384, 2_000), (1_024, 768), (256, 128), (50, 32)])
def test_clients_never_get_all_of_them(open_files: int, connections: int) -> None:
    assert connections_of(open_files, 2_000) == connections
    assert HELD_BACK == 256
