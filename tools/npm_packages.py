"""Programs and libraries of the npm registry that checks use: installed below build/ when first wanted."""

import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Final

BUILD: Final = Path(__file__).parents[1] / "build" / "npm"
WITHIN_S: Final = 170


@dataclass(frozen=True, slots=True, kw_only=True)
class Package:
    """A package of the npm registry, and its release."""

    name: str
    release: str

    def install(self) -> Path | None:
        """Return the folder `node_modules` with the package, None when the registry does not give it."""
        if shutil.which("npm") is None:
            return None
        root = BUILD / f"{self.name.replace('/', '-').lstrip('@')}-{self.release}"
        modules = root / "node_modules"
        if not (modules / self.name).exists():
            root.mkdir(parents=True, exist_ok=True)
            line = [
                "npm",
                "install",
                "--no-save",
                "--no-package-lock",
                "--no-audit",
                "--no-fund",
                "--prefix",
                str(root),
            ]
            line.append(f"{self.name}@{self.release}")
            try:
                subprocess.run(line, check=True, capture_output=True, timeout=WITHIN_S)  # noqa: S603 - our own words
            except (subprocess.CalledProcessError, subprocess.TimeoutExpired):
                return None
        return modules

    def __str__(self) -> str:
        return f"{self.name} {self.release}"
