"""What marks a data directory as a demo's, and keeps its accounts away from the real BMW."""

from pathlib import Path
from typing import Protocol

from bimmerhub.errors import ConfigError

MARKER = "bimmerhub-demo"
"""A file in the demo's directory; `demo --reset` empties no directory without it."""


class Addresses(Protocol):
    """The addresses of one family."""

    @property
    def are_bmws(self) -> bool:
        """Whether one of them is BMW's own, and not an emulator's."""
        ...


def is_demo(data_dir: Path) -> bool:
    """Tell whether the cars in there are simulated."""
    return (data_dir / MARKER).exists()


def keep_from_bmw(data_dir: Path, endpoints: Addresses) -> None:
    """Refuse a demo's directory with BMW's own addresses: ConfigError.

    A demo's account counts as signed in, so its client id and tokens, which an emulator made, would be sent to BMW.
    """
    if is_demo(data_dir) and endpoints.are_bmws:
        raise ConfigError(
            f"the cars in {data_dir} are a demo's: nothing there goes online", hint=how_to_start(data_dir)
        )


def how_to_start(data_dir: Path) -> str:
    """Return in words how a demo is started again: `run` refuses its directory."""
    return f"Start the demo: make demo, or bimmerhub demo --data-dir {data_dir}"
