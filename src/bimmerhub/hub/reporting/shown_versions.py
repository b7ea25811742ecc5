"""What a hub is made of, for strangers' eyes: versions as digits, systems and machines by names out of closed lists."""

import platform
import re
import sqlite3
import ssl
import sys
from importlib import metadata
from pathlib import Path
from typing import Final

from bimmerhub import __version__

OTHER: Final = "other"
_DIGITS: Final = re.compile(r"\d+(?:\.\d+)*(?:(?:a|b|rc|\.dev|\.post)\d+)?")
"""The beginning of a version; what follows (`+annas-build`) is anybody's."""
_SYSTEMS: Final = frozenset({"Linux", "Darwin", "Windows", "FreeBSD", "OpenBSD", "NetBSD"})
_MACHINES: Final = frozenset(
    {"x86_64", "AMD64", "aarch64", "arm64", "ARM64", "armv6l", "armv7l", "armv8l", "i386", "i686", "riscv64", "ppc64le"}
)
_DISTRIBUTIONS: Final = frozenset(
    {"alpine", "arch", "centos", "debian", "fedora", "gentoo", "linuxmint", "manjaro", "nixos", "opensuse-leap"}
    | {"opensuse-tumbleweed", "raspbian", "rhel", "rocky", "almalinux", "ubuntu", "void", "buildroot", "haos"}
)
_IN_CONTAINER: Final = ("/.dockerenv", "/run/.containerenv")


def describe_versions() -> dict[str, str]:
    """Return the versions of the program, of Python, of the system and of the libraries."""
    return {
        "bimmerhub": version_digits(__version__),
        "python": version_digits(platform.python_version()),
        "python_implementation": _one_of(sys.implementation.name, frozenset({"cpython", "pypy"})),
        "system": _one_of(platform.system(), _SYSTEMS),
        "system_version": version_digits(platform.release()),
        "distribution": _distribution(),
        "machine": _one_of(platform.machine(), _MACHINES),
        "in_container": "yes" if any(Path(mark).exists() for mark in _IN_CONTAINER) else "no",
        "sqlite": version_digits(sqlite3.sqlite_version),
        "openssl": version_digits(ssl.OPENSSL_VERSION.removeprefix("OpenSSL ")),
        **{f"library {name}": version for name, version in _libraries().items()},
    }


def version_digits(version: str) -> str:
    """Return a version up to where it stops being one; `other` when it does not begin with a digit."""
    digits = _DIGITS.match(version)
    return OTHER if digits is None else digits.group()


def _one_of(word: str, words: frozenset[str]) -> str:
    return word if word in words else OTHER


def _distribution() -> str:
    try:
        release = platform.freedesktop_os_release()
    except OSError:
        return OTHER
    name = _one_of(release.get("ID", ""), _DISTRIBUTIONS)
    version = version_digits(release.get("VERSION_ID", ""))
    return name if version == OTHER else f"{name} {version}"


def _libraries() -> dict[str, str]:
    """Return the version of each library that this program asks for and that is there."""
    versions: dict[str, str] = {}
    try:
        wanted = metadata.requires("bimmerhub") or []
    except metadata.PackageNotFoundError:
        return versions
    for requirement in wanted:
        name = re.split(r"[^\w.-]", requirement, maxsplit=1)[0]
        if "extra ==" not in requirement:
            try:
                versions[name] = version_digits(metadata.version(name))
            except metadata.PackageNotFoundError:
                versions[name] = "missing"
    return versions
