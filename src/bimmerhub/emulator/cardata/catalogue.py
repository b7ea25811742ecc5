"""The keys of BMW's catalogue of 2026; retired ones are left out."""

from functools import cache
from importlib import resources


@cache
def official_keys() -> frozenset[str]:
    """Return every key that BMW's catalogue lists."""
    return _read_keys("keys.txt")


@cache
def streamable_keys() -> frozenset[str]:
    """Return every key that can be ticked in the portal, and so be streamed (245)."""
    return official_keys() - _read_keys("rest_only_keys.txt")


def _read_keys(file_name: str) -> frozenset[str]:
    return frozenset(resources.files("bimmerhub.emulator.cardata").joinpath(file_name).read_text("ascii").split())
