"""Which hosts are this machine, and where nothing goes unencrypted."""

import pytest

from bimmerhub.domain.hosts import is_in_the_clear, is_loopback


@pytest.mark.parametrize(
    "host", ["127.0.0.1", "127.9.9.9", "::1", "[::1]", "::ffff:127.0.0.1", "localhost", "LOCALHOST."]
)
def test_this_machine(host: str) -> None:
    assert is_loopback(host)


@pytest.mark.parametrize(
    "host", ["", "0.0.0.0", "::", "10.0.0.1", "127.1", "localhost.evil.example", "emulator", "2130706433"]
)
def test_another_machine_or_nobody_knows(host: str) -> None:
    assert not is_loopback(host)


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://bmw.example", False),
        ("http://127.0.0.1:8090/x", False),
        ("http://[::1]:8090", False),
        ("http://localhost", False),
        ("http://bmw.example", True),
        ("HTTP://BMW.example", True),
        ("http://127.0.0.1.evil.example", True),
        ("http://lab", False),
        ("http://LAB.:80", False),
        ("http://lab.evil.example", True),
    ],
)
def test_the_clear(url: str, *, expected: bool) -> None:
    assert is_in_the_clear(url, plain_hosts=("lab",)) is expected
