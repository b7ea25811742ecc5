"""A release of a public program, installed in an environment of its own under the build directory."""

import os
import shutil
import subprocess
import sys
import tomllib
from dataclasses import dataclass
from pathlib import Path

BUILD = Path(__file__).parents[2] / "build" / "peers"
UNREACHED = (
    "connection broken by",
    "Failed to establish a new connection",
    "Could not fetch URL",
    "Temporary failure in name resolution",
    "ReadTimeoutError",
    "ProxyError",
)
"""What pip says when it cannot reach its registry."""


class RegistryUnreachable(Exception):
    """The package registry cannot be reached."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Peer:
    """One row of passed.toml: a release, the program that drives it, and the simulated car that it drives.

    `python` is the version that it needs, "" for that of the tests. `unplugged` and `secured` are its words for the
    charging status of a car whose plug is out, and for a lock with the alarm armed.
    """

    package: str
    version: str
    program: str
    model: str
    needs: tuple[str, ...] = ()
    sends_commands: bool = True
    region: str = "row"
    python: str = ""
    unplugged: str = "INVALID"
    secured: str = "SECURED"

    @property
    def release(self) -> str:
        """The release as pip names it."""
        return f"{self.package}-{self.version}"

    @property
    def name(self) -> str:
        """The release and the region."""
        return f"{self.release}-{self.region}"

    @property
    def is_of_the_app(self) -> bool:
        """Whether it speaks as the MyBMW app."""
        return self.program.startswith("mybmw")


def load_peers() -> tuple[Peer, ...]:
    """Return the peers of passed.toml, in their order."""
    rows = tomllib.loads((Path(__file__).with_name("passed.toml")).read_text("utf-8"))["peer"]
    return tuple(Peer(**{**row, "needs": tuple(row.get("needs", ()))}) for row in rows)


def prepare_environment(peer: Peer) -> Path:
    """Return the Python of the peer's environment, made now unless an earlier run made it.

    RegistryUnreachable when the release cannot be fetched for want of a connection. Wheels are cached for all peers.
    """
    version = peer.python or f"{sys.version_info.major}.{sys.version_info.minor}"
    folder = BUILD / "-".join((peer.release, *peer.needs, f"py{version}"))
    python, finished = folder / "bin" / "python", folder / "finished"
    if finished.exists():
        return python
    subprocess.run([_find_python(peer), "-m", "venv", "--clear", "--without-pip", folder], check=True)
    options = ["--quiet", "--disable-pip-version-check", "--retries", "1", "--cache-dir", str(BUILD / "wheels")]
    install = [sys.executable, "-m", "pip", "--python", str(python), "install", *options]
    done = subprocess.run(
        [*install, f"{peer.package}=={peer.version}", *peer.needs], capture_output=True, text=True, check=False
    )
    if done.returncode != 0 and any(words in done.stderr for words in UNREACHED):
        raise RegistryUnreachable(done.stderr)
    assert done.returncode == 0, f"{peer.name} cannot be installed:\n{done.stderr}"
    finished.touch()
    return python


def _find_python(peer: Peer) -> str:
    """Return the Python that a peer needs: on the path, or one of pyenv's."""
    if not peer.python:
        return sys.executable
    pyenv = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv"))
    of_pyenv = sorted(pyenv.glob(f"versions/{peer.python}.*/bin/python"))
    found = str(of_pyenv[-1]) if of_pyenv else shutil.which(f"python{peer.python}")
    assert found, f"{peer.release} needs Python {peer.python}"
    return found
